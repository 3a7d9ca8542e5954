#version 330 core
// The first plane of NV12 and P010: Y' of every pixel.

#include "nv12.glsl"

#if PAIRS == 2
out vec4 values;
#else
out vec2 values;
#endif

vec2 luma(int x, int y) {
    return stored(16.0 + 219.0 * vec2(dot(colour_at(x, y), LUMA), dot(colour_at(x + 1, y), LUMA)));
}

void main() {
    ivec2 place = ivec2(gl_FragCoord.xy);
    int x = place.x * 2 * PAIRS;
#if PAIRS == 2
    values = vec4(luma(x, place.y), luma(x + 2, place.y));
#else
    values = luma(x, place.y);
#endif
}
