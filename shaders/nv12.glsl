// Colour as video stores it: Rec. ITU-R BT.709-6, section 3, limited range, of a picture whose values are gamma-encoded.
//
// PAIRS: pairs of values in a pixel of the target, 2 or 1, so that a plane is written and read four values at a time where
// its width allows. The target's first row is the picture's top one.

uniform sampler2D picture;
uniform float finer;   // codes of the target in one code of 8 bits: 1, or 4 with 10 bits
uniform float unit;    // what the target stores for a code of 1

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);

// The colour at a place counted from the top left, which the picture's edge holds.
vec3 colour_at(int x, int y) {
    return texelFetch(picture, ivec2(max(x, 0), textureSize(picture, 0).y - 1 - y), 0).rgb;
}

// What the target stores for values in codes of 8 bits.
vec2 stored(vec2 codes) {
    return floor(codes * finer + 0.5) * unit;
}
