#version 330 core
// The second plane of NV12 and P010: Cb and Cr in turn, one pair for 2×2 pixels. They lie where H.264, HEVC and AV1 expect
// them by default, on the left pixels and between the rows, so a pair is the mean of two rows with weights 1 2 1 across.

#include "nv12.glsl"

#if PAIRS == 2
out vec4 values;
#else
out vec2 values;
#endif

vec3 row(int x, int y) {
    return colour_at(x - 1, y) + 2.0 * colour_at(x, y) + colour_at(x + 1, y);
}

vec2 chroma(int x, int y) {
    vec3 colour = (row(x, y) + row(x, y + 1)) / 8.0;
    float luma = dot(colour, LUMA);
    return stored(128.0 + 224.0 * vec2((colour.b - luma) / 1.8556, (colour.r - luma) / 1.5748));
}

void main() {
    ivec2 place = ivec2(gl_FragCoord.xy) * 2;
    int x = place.x * PAIRS;
#if PAIRS == 2
    values = vec4(chroma(x, place.y), chroma(x + 2, place.y));
#else
    values = chroma(x, place.y);
#endif
}
