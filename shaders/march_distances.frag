#version 330 core
// How far along the ray of a pixel's centre what is seen there is, in metres: the layer that is at least half of it.

#include "sphere.glsl"
#include "march_lens.glsl"
#define EXACT 1
#include "march.glsl"

out float metres;

void main() {
    Ray ray = ray_of(0, place_of(gl_FragCoord.xy));
    Line line = line_of(ray.start, ray.along);
    vec2 radii = shell;
#if INSIDE
    for (int i = 0; i < 2; i++)
        radii = narrowed(way_of(line, outwards(line, radii)), 0.0, radii);
#endif
    Hit hit = first_hit(false, line, radii, false);
    metres = dot(hit.place - ray.start, ray.along);
    bool nothing = hit.opacity == 0.0;
#if LAYERED
    Hit back = first_hit(true, line, radii, false);
    float behind = dot(back.place - ray.start, ray.along);
    bool before = hit.skipped && back.opacity > 0.0 && behind < metres * (1.0 - APART_BY);
    if (hit.opacity < 0.5 || before) {
        metres = behind;
        nothing = back.opacity == 0.0;
    }
#endif
    // Infinity, which GLSL has no word for.
    if (nothing)
        metres = uintBitsToFloat(0x7f800000u);
}
