// The panorama's colour in linear light. Needs sphere.glsl.
//
// HALVES: 1 where samples may lie so far apart that the panorama's halves are needed. LAYERED: 1 for the layer behind
// besides. TILED: how many of the colour's levels are wider than a texture may be, and so lie in tiles, in an array.
// Constants, because software renderers run branches slowly.

#ifndef LAYERED
#define LAYERED 0
#endif
#ifndef TILED
#define TILED 0
#endif

#if TILED
#define WHOLE sampler2DArray
uniform ivec4 colour_tiles[TILED];   // of each level: width, height, its first layer, its tiles across
#else
#define WHOLE sampler2D
#endif

uniform WHOLE colour_map;            // at full size
#if LAYERED
uniform WHOLE back_colour_map;
#endif
#if HALVES
#define MAPS WHOLE whole, sampler2D smaller
uniform sampler2D smaller_map;       // half of it (or the first half that fits), and all its halves
#if LAYERED
uniform sampler2D back_smaller_map;
#endif
#else
#define MAPS WHOLE whole
#endif

// Bilinear samples so many texels apart still average well.
const float APART = 1.5;

#if TILED
vec3 to_linear(vec3 srgb) {
    vec3 curve = pow((srgb + 0.055) / 1.055, vec3(2.4));
    return mix(curve, srgb / 12.92, vec3(lessThanEqual(srgb, vec3(0.04045))));
}

vec3 tile_texel(WHOLE whole, ivec4 tiles, ivec2 texel) {
    ivec2 side = textureSize(whole, 0).xy;
    ivec2 tile = texel / side;
    return to_linear(texelFetch(whole, ivec3(texel - tile * side, tiles.z + tile.y * tiles.w + tile.x), 0).rgb);
}

// Bilinear in one of the levels that are cut into tiles, wrapped in u and clamped in v.
vec3 in_tiles(WHOLE whole, int level, vec2 uv) {
    ivec4 tiles = colour_tiles[level];
    vec2 texel = uv * vec2(tiles.xy) - 0.5;
    vec2 between = texel - floor(texel);
    ivec2 a = ivec2(floor(texel));
    ivec2 low = ivec2(a.x < 0 ? tiles.x - 1 : min(a.x, tiles.x - 1), clamp(a.y, 0, tiles.y - 1));
    ivec2 high = ivec2(low.x + 1 < tiles.x ? low.x + 1 : 0, clamp(a.y + 1, 0, tiles.y - 1));
    vec3 upper = mix(tile_texel(whole, tiles, low), tile_texel(whole, tiles, ivec2(high.x, low.y)), between.x);
    vec3 lower = mix(tile_texel(whole, tiles, ivec2(low.x, high.y)), tile_texel(whole, tiles, high), between.x);
    return mix(upper, lower, between.y);
}
#endif

#if HALVES
// The colour at a level of detail: 0 the whole, 1 its half …
vec3 colour_at(MAPS, vec2 uv, float level) {
#if TILED
    int finer = min(int(level), TILED);
    vec3 one = finer < TILED ? in_tiles(whole, finer, uv) : textureLod(smaller, uv, level - float(TILED)).rgb;
    if (finer == TILED)
        return one;
    vec3 two = finer + 1 < TILED ? in_tiles(whole, finer + 1, uv) : textureLod(smaller, uv, 0.0).rgb;
    return mix(one, two, level - float(finer));
#else
    vec3 colour = textureLod(whole, uv, 0.0).rgb;
    return mix(colour, textureLod(smaller, uv, max(level - 1.0, 0.0)).rgb, min(level, 1.0));
#endif
}

float whole_height(WHOLE whole) {
#if TILED
    return float(colour_tiles[0].y);
#else
    return float(textureSize(whole, 0).y);
#endif
}
#endif

// At a level of detail, of the surface's own colour or of that `behind` it.
vec3 colour_of(bool behind, vec2 uv, float level) {
#if HALVES
    vec3 colour = colour_at(colour_map, smaller_map, uv, level);
#if LAYERED
    vec3 back = colour_at(back_colour_map, back_smaller_map, uv, level);
#endif
#elif TILED
    vec3 colour = in_tiles(colour_map, 0, uv);
#if LAYERED
    vec3 back = in_tiles(back_colour_map, 0, uv);
#endif
#else
    vec3 colour = textureLod(colour_map, uv, 0.0).rgb;
#if LAYERED
    vec3 back = textureLod(back_colour_map, uv, 0.0).rgb;
#endif
#endif
#if LAYERED
    return behind ? back : colour;
#else
    return colour;
#endif
}

// The colour around a place on the surface, over what its differences `across` and `down` span: `taps` × `taps` samples.
// Texels are counted by angle and not by u: a pole's crowded texels need no care, and the seam has no edge.
vec3 layer_around(bool behind, vec3 place, vec3 across, vec3 down, int taps) {
    float level = 0.0;
#if HALVES
    float texel = PI / whole_height(colour_map);
    float away = dot(place, place);
    vec2 square = vec2(dot(across, across), dot(down, down));
    vec2 along = vec2(dot(across, place), dot(down, place));
    vec2 wide = max(square - along * along / away, 0.0) / (away * texel * texel);
    level = max(0.5 * log2(max(wide.x, wide.y)) - log2(APART * float(taps)), 0.0);
#endif
    vec3 sum = vec3(0.0);
    // Asked at their ends: software renderers run a loop's body once more after a question at its beginning.
    int y = 0;
    do {
        int x = 0;
        do {
            vec2 offset = (vec2(x, y) + 0.5) / float(taps) - 0.5;
            sum += colour_of(behind, uv_of(place + offset.x * across + offset.y * down), level);
            x++;
        } while (x < taps);
        y++;
    } while (y < taps);
    return sum / float(taps * taps);
}

vec3 colour_around(vec3 place, vec3 across, vec3 down, int taps) {
    return layer_around(false, place, across, down, taps);
}

#if LAYERED
// The same of the layer behind.
vec3 back_colour_around(vec3 place, vec3 across, vec3 down, int taps) {
    return layer_around(true, place, across, down, taps);
}
#endif
