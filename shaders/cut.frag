#version 330 core
// The front layer's depth, where it is seen at all.

#include "opacity.glsl"

in vec3 placed;

void main() {
    vec2 uv = placed.xy / placed.z;
    if (opacity_at(vec2(fract(uv.x), uv.y)) <= 0.0)
        discard;
}
