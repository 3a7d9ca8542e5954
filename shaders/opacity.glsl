// How much of the front layer is seen in a direction: a field of its own size, steep, so that cuts have soft edges.

uniform sampler2D alpha_map;

float opacity_at(vec2 uv) {
    return clamp(4.0 * (textureLod(alpha_map, uv, 0.0).r - 0.5) + 0.5, 0.0, 1.0);
}
