#version 330 core
// How far along the ray of a pixel's centre what is seen there is, in metres: the layer that is at least half of it.
// LAYERED: 1 where the front layer may be cut.

#include "sphere.glsl"

uniform sampler2D depths[EYES];
uniform vec3 eyes[EYES];
uniform mat3 rays[EYES];
uniform vec2 ranges[EYES];
uniform ivec2 origin;
out float metres;

#if LAYERED
#include "layered.glsl"
#endif

void main() {
    ivec2 part = ivec2(gl_FragCoord.xy) - origin;
#if LAYERED
    Seen seen = look(depths[0], fronts[0], backs[0], 0, part);
    float ahead = seen.opacity >= 0.5 ? seen.ahead : seen.behind;
    bool nothing = seen.nothing && seen.opacity < 0.5;
#else
    float depth = texelFetch(depths[0], part, 0).r;
    float ahead = ranges[0].x / (ranges[0].y - depth);
    bool nothing = depth >= 1.0;
#endif
    // Infinity, which GLSL has no word for.
    metres = nothing ? uintBitsToFloat(0x7f800000u) : ahead * length(rays[0] * vec3(vec2(part) + 0.5, 1.0));
}
