// How much of the front layer is seen in a direction: a field of its own size, steep, so that cuts have soft edges.
//
// TILED_ALPHA: 1 where it is wider than a texture may be, and so lies in the tiles of an array.

#ifndef TILED_ALPHA
#define TILED_ALPHA 0
#endif

#if TILED_ALPHA
uniform sampler2DArray alpha_map;
uniform ivec3 alpha_tiles;   // width, height, tiles across

float alpha_texel(ivec2 texel) {
    ivec2 side = textureSize(alpha_map, 0).xy;
    ivec2 tile = texel / side;
    return texelFetch(alpha_map, ivec3(texel - tile * side, tile.y * alpha_tiles.z + tile.x), 0).r;
}

float alpha_at(vec2 uv) {
    ivec2 size = alpha_tiles.xy;
    vec2 texel = uv * vec2(size) - 0.5;
    vec2 between = texel - floor(texel);
    ivec2 a = ivec2(floor(texel));
    ivec2 low = ivec2(a.x < 0 ? size.x - 1 : min(a.x, size.x - 1), clamp(a.y, 0, size.y - 1));
    ivec2 high = ivec2(low.x + 1 < size.x ? low.x + 1 : 0, clamp(a.y + 1, 0, size.y - 1));
    float upper = mix(alpha_texel(low), alpha_texel(ivec2(high.x, low.y)), between.x);
    float lower = mix(alpha_texel(ivec2(low.x, high.y)), alpha_texel(high), between.x);
    return mix(upper, lower, between.y);
}
#else
uniform sampler2D alpha_map;

float alpha_at(vec2 uv) {
    return textureLod(alpha_map, uv, 0.0).r;
}
#endif

float opacity_at(vec2 uv) {
    return clamp(4.0 * (alpha_at(uv) - 0.5) + 0.5, 0.0, 1.0);
}
