// The depth map, read exactly: hardware filters with eight bits between texels, which would terrace the surface.

uniform sampler2D depth_map;

// Depth in [0, 1] at texel coordinates (0, 0 is the first texel's centre): bilinear, wrapped in x, clamped in y.
float depth_at(vec2 texel) {
    ivec2 size = textureSize(depth_map, 0);
    vec2 corner = floor(texel);
    vec2 between = texel - corner;
    ivec2 a = ivec2(corner);
    ivec2 low = ivec2(a.x - (a.x >= size.x ? size.x : 0), clamp(a.y, 0, size.y - 1));
    float upper = texelFetch(depth_map, low, 0).r;
    if (between == vec2(0.0))
        return upper;
    ivec2 high = ivec2(low.x + 1 - (low.x + 1 >= size.x ? size.x : 0), clamp(a.y + 1, 0, size.y - 1));
    upper = mix(upper, texelFetch(depth_map, ivec2(high.x, low.y), 0).r, between.x);
    float lower = mix(texelFetch(depth_map, ivec2(low.x, high.y), 0).r, texelFetch(depth_map, high, 0).r, between.x);
    return mix(upper, lower, between.y);
}
