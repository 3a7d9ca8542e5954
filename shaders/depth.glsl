// The depth maps, read exactly: hardware filters with eight bits between texels, which would terrace the surface.
//
// LAYERED: 1 for the front's and the back's besides. TILED_DEPTH: 1 where they are wider than a texture may be, and so
// lie in the tiles of an array.

#ifndef LAYERED
#define LAYERED 0
#endif
#ifndef TILED_DEPTH
#define TILED_DEPTH 0
#endif

#if TILED_DEPTH
#define DEPTHS sampler2DArray
uniform ivec3 depth_tiles;   // width, height, tiles across
#else
#define DEPTHS sampler2D
#endif

uniform DEPTHS depth_map;
#if LAYERED
uniform DEPTHS front_map;
uniform DEPTHS back_depth_map;
#endif

// The maps' width and height in texels; all have the same.
ivec2 depth_size(DEPTHS map) {
#if TILED_DEPTH
    return depth_tiles.xy;
#else
    return textureSize(map, 0);
#endif
}

float depth_texel(DEPTHS map, ivec2 texel) {
#if TILED_DEPTH
    ivec2 side = textureSize(map, 0).xy;
    ivec2 tile = texel / side;
    return texelFetch(map, ivec3(texel - tile * side, tile.y * depth_tiles.z + tile.x), 0).r;
#else
    return texelFetch(map, texel, 0).r;
#endif
}

// Depth in [0, 1] at texel coordinates (0, 0 is the first texel's centre): bilinear, wrapped in x, clamped in y.
float depth_in(DEPTHS map, vec2 texel) {
    ivec2 size = depth_size(map);
    vec2 corner = floor(texel);
    vec2 between = texel - corner;
    ivec2 a = ivec2(corner);
    ivec2 low = ivec2(a.x - (a.x >= size.x ? size.x : 0), clamp(a.y, 0, size.y - 1));
    float upper = depth_texel(map, low);
    if (between == vec2(0.0))
        return upper;
    ivec2 high = ivec2(low.x + 1 - (low.x + 1 >= size.x ? size.x : 0), clamp(a.y + 1, 0, size.y - 1));
    upper = mix(upper, depth_texel(map, ivec2(high.x, low.y)), between.x);
    float lower = mix(depth_texel(map, ivec2(low.x, high.y)), depth_texel(map, high), between.x);
    return mix(upper, lower, between.y);
}

// The same at u, v in [0, 1].
float depth_around(DEPTHS map, vec2 uv) {
    vec2 size = vec2(depth_size(map));
    vec2 texel = uv * size - 0.5;
    return depth_in(map, vec2(texel.x < 0.0 ? texel.x + size.x : texel.x, texel.y));
}

float depth_at(vec2 texel) {
    return depth_in(depth_map, texel);
}

#if LAYERED
float front_at(vec2 texel) {
    return depth_in(front_map, texel);
}

float back_at(vec2 texel) {
    return depth_in(back_depth_map, texel);
}
#endif
