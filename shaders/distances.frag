#version 330 core
// How far along the ray of a pixel's centre what is seen there is, in metres: the layer that is at least half of it.
// LAYERED: 1 where the front layer may be cut.

#include "sphere.glsl"
#include "mapping.glsl"
#include "depth.glsl"

uniform sampler2D depths[EYES];
uniform vec3 eyes[EYES];
uniform mat3 rays[EYES];
uniform vec2 ranges[EYES];
uniform ivec2 origin;
out float metres;

#if LAYERED
#include "layered.glsl"
#define FRONT front_map
#else
#define FRONT depth_map
#endif

// How much farther from the centre a place is than the surface in its direction.
float above(DEPTHS map, vec3 place) {
    return length(place) - radius_of(depth_around(map, uv_of(place)));
}

// A triangle may lie off the surface where that moves no pixel: two of Newton's steps along the ray lead from there to
// the depth map itself, as long as each brings the place nearer.
float settled(DEPTHS map, vec3 eye, vec3 ray, float away) {
    float off = above(map, eye + away * ray);
    for (int i = 0; i < 2; i++) {
        vec3 place = eye + away * ray;
        float rate = dot(place, ray) / length(place);
        float next = abs(rate) > 0.1 ? away - off / rate : away;
        float then = above(map, eye + next * ray);
        bool better = next > 0.0 && abs(then) < abs(off);
        away = better ? next : away;
        off = better ? then : off;
    }
    return away;
}

void main() {
    ivec2 part = ivec2(gl_FragCoord.xy) - origin;
    vec3 ray = rays[0] * vec3(vec2(part) + 0.5, 1.0);
    float stretch = length(ray);
    ray /= stretch;
#if LAYERED
    Seen seen = look(depths[0], fronts[0], backs[0], 0, part);
    bool front = seen.opacity >= 0.5;
    bool nothing = seen.nothing && !front;
    float away = front ? settled(FRONT, eyes[0], ray, seen.ahead * stretch)
        : settled(back_depth_map, eyes[0], ray, seen.behind * stretch);
#else
    float depth = texelFetch(depths[0], part, 0).r;
    bool nothing = depth >= 1.0;
    float away = settled(FRONT, eyes[0], ray, ranges[0].x / (ranges[0].y - depth) * stretch);
#endif
    // Infinity, which GLSL has no word for.
    metres = nothing ? uintBitsToFloat(0x7f800000u) : away;
}
