#version 330 core
// The front layer's depth, where it is seen at all.

#include "sphere.glsl"
#include "opacity.glsl"

in vec3 place;

void main() {
    if (opacity_at(uv_of(place)) <= 0.0)
        discard;
}
