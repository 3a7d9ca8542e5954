// The panorama's colour in linear light. Needs sphere.glsl.
//
// HALVES: 1 where samples may lie so far apart that the panorama's halves are needed. A constant, because software
// renderers run branches slowly.

uniform sampler2D colour_map;     // at full size
#if HALVES
uniform sampler2D smaller_map;    // half of it, and all its halves
#endif

// Bilinear samples so many texels apart still average well.
const float APART = 1.5;

// The colour around a place on the surface, over what its differences `across` and `down` span: `taps` × `taps` samples.
// Texels are counted by angle and not by u: a pole's crowded texels need no care, and the seam has no edge.
vec3 colour_around(vec3 place, vec3 across, vec3 down, int taps) {
#if HALVES
    float texel = PI / float(textureSize(colour_map, 0).y);
    float away = dot(place, place);
    vec2 square = vec2(dot(across, across), dot(down, down));
    vec2 along = vec2(dot(across, place), dot(down, place));
    vec2 wide = max(square - along * along / away, 0.0) / (away * texel * texel);
    float level = max(0.5 * log2(max(wide.x, wide.y)) - log2(APART * float(taps)), 0.0);
#endif
    vec3 sum = vec3(0.0);
    for (int y = 0; y < taps; y++)
        for (int x = 0; x < taps; x++) {
            vec2 offset = (vec2(x, y) + 0.5) / float(taps) - 0.5;
            vec2 uv = uv_of(place + offset.x * across + offset.y * down);
            vec3 colour = textureLod(colour_map, uv, 0.0).rgb;
#if HALVES
            colour = mix(colour, textureLod(smaller_map, uv, max(level - 1.0, 0.0)).rgb, min(level, 1.0));
#endif
            sum += colour;
        }
    return sum / float(taps * taps);
}
