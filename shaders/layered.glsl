// What a ray meets of two layers, of which patches that are the same in both are drawn once: the least of the depth of
// those and of the front's own patches is the front's, and the least of theirs and of the back's own is the back's.
// Needs sphere.glsl, and depths, eyes, rays and ranges of EYES eyes.

#include "opacity.glsl"

uniform sampler2D fronts[EYES];
uniform sampler2D backs[EYES];

// The back is before the front only by more than this share of the distance, and of the depth's steps.
const float APART_BY = 1e-4;
const float STEPS = 4.0 / 16777216.0;

struct Seen {
    vec3 front;      // places in the world, and their distances ahead
    float ahead;
    vec3 back;
    float behind;
    float opacity;   // how much of the front is seen before the back
    bool nothing;    // no back: only from outside
};

Seen look(sampler2D shared_map, sampler2D front_map, sampler2D back_map, int eye, ivec2 part) {
    float both = texelFetch(shared_map, part, 0).r;
    float own = texelFetch(front_map, part, 0).r;
    float front = min(both, own);
    float back = min(both, texelFetch(back_map, part, 0).r);
    vec3 ray = rays[eye] * vec3(vec2(part) + 0.5, 1.0);
    Seen seen;
    seen.ahead = ranges[eye].x / (ranges[eye].y - front);
    seen.behind = ranges[eye].x / (ranges[eye].y - back);
    seen.front = eyes[eye] + seen.ahead * ray;
    seen.back = eyes[eye] + seen.behind * ray;
    seen.nothing = back >= 1.0;
    bool before = back < front - STEPS && seen.behind < seen.ahead * (1.0 - APART_BY);
    seen.opacity = own < both ? opacity_at(uv_of(seen.front)) : 1.0;
    seen.opacity = before || front >= 1.0 ? 0.0 : seen.opacity;
    return seen;
}
