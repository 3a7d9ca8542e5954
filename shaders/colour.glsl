// The panorama's colour in linear light.

uniform sampler2D colour_map;     // at full size
uniform sampler2D smaller_map;    // half of it, and all its halves
uniform int most;                 // the most samples along one side of a pixel

// Bilinear at `level` halvings of the panorama (may lie between two).
vec3 colour_at(vec2 uv, float level) {
    if (level <= 0.0)
        return textureLod(colour_map, uv, 0.0).rgb;
    vec3 small = textureLod(smaller_map, uv, max(level - 1.0, 0.0)).rgb;
    return level >= 1.0 ? small : mix(textureLod(colour_map, uv, 0.0).rgb, small, level);
}

// The mean colour over a pixel, of which `across` and `down` are the direction's changes over its width and height.
// Texels are counted by angle, not by u: a meridian's or a pole's crowded texels need no care, and the seam has none.
vec3 colour_of(vec3 direction, vec3 across, vec3 down) {
    float texel = PI / float(textureSize(colour_map, 0).y);
    float scale = 1.0 / (length(direction) * texel);
    vec2 footprint = vec2(length(across), length(down)) * scale;
    ivec2 count = clamp(ivec2(ceil(footprint * 1.5)), 1, most);
    vec2 part = 1.0 / vec2(count);
    vec2 spacing = footprint * part;
    float level = log2(max(max(spacing.x, spacing.y), 1e-6));
    vec3 sum = vec3(0.0);
    for (int j = 0; j < count.y; j++)
        for (int i = 0; i < count.x; i++) {
            vec2 offset = (vec2(i, j) + 0.5) * part - 0.5;
            sum += colour_at(uv_of(direction + offset.x * across + offset.y * down), level);
        }
    return sum * (part.x * part.y);
}
