#version 330 core
// A picture through a lens that no mesh is rasterised for: each pixel's rays are marched to the surface, which is
// coloured by its direction from the centre of the world. Averages in linear light, joins two eyes, writes sRGB.
//
// PARTS: of a pixel along one side, where its rays may meet the surface in very different places. MOST: samples of the
// colour along a pixel's side, at the most. EYES: 2 joins two as an anaglyph. Constants, because software renderers run
// loops and branches slowly.

#include "sphere.glsl"
#include "colour.glsl"
#include "light.glsl"
#include "dubois.glsl"
#include "march_lens.glsl"
#define EXACT 0
#include "march.glsl"

uniform vec3 background;
uniform float texel;         // of the colour, in radians
uniform float one;           // radians: how far a pixel's rays may stray together before each goes its own way
out vec4 pixel;

// Texels between samples, of which a pixel's mean is that of many more.
const float DENSE = 0.8;

// How many texels what a pixel sees is wide, by angle or by longitude: near the poles they are crowded.
float texels_within(vec3 place, vec3 across, vec3 up) {
    float level = max(dot(place.xz, place.xz), 1e-12);
    float away = dot(place, place);
    vec2 along = vec2(place.x * across.z - place.z * across.x, place.x * up.z - place.z * up.x) / level;
    vec2 wide = vec2(dot(across, across), dot(up, up)) / away;
    return max(max(abs(along.x), abs(along.y)), sqrt(max(wide.x, wide.y))) / texel;
}

// What a place on the surface changes by where its ray changes by `step` and it stays as far from the centre.
vec3 beside(vec3 place, Ray ray, vec3 step) {
    float slope = max(dot(place, ray.along), 0.05 * length(place));
    return dot(place - ray.start, ray.along) * (step - ray.along * (dot(place, step) / slope));
}

// What is seen through a part of a pixel; fades is 1 where the front layer is not opaque.
vec3 colour_through(int eye, vec2 place, vec2 radii, float parts, bool calm, out float fades) {
    Ray ray = ray_of(eye, place);
    Line line = line_of(ray.start, ray.along);
    Hit hit = first_hit(FRONT, line, radii, LAYERED == 1, calm);
    fades = hit.opacity < 1.0 ? 1.0 : 0.0;
    vec3 across = beside(hit.place, ray, ray.across / parts);
    vec3 up = beside(hit.place, ray, ray.up / parts);
    int taps = int(clamp(ceil(texels_within(hit.place, across, up) / DENSE), float(PARTS) / parts, float(MOST) / parts));
    vec3 colour = colour_around(hit.place, across, up, taps);
#if LAYERED
    for (int behind = 0; behind < (hit.opacity < 1.0 || hit.skipped ? 1 : 0); behind++) {
        Hit back = first_hit(back_depth_map, line, radii, false, calm);
        float away = dot(hit.place - ray.start, ray.along);
        if (hit.skipped && back.opacity > 0.0 && dot(back.place - ray.start, ray.along) < away * (1.0 - APART_BY))
            hit.opacity = 0.0;
        across = beside(back.place, ray, ray.across / parts);
        up = beside(back.place, ray, ray.up / parts);
        vec3 other = back.opacity > 0.0 ? back_colour_around(back.place, across, up, taps) : background;
        colour = mix(other, colour, hit.opacity);
    }
    return colour;
#else
    return hit.opacity > 0.0 ? colour : background;
#endif
}

vec3 light_of(int eye, vec2 place) {
    vec2 radii = shell;
    float fades;
#if INSIDE
    Ray ray = ray_of(eye, place);
    Line line = line_of(ray.start, ray.along);
    float pad = 0.71 * max(length(ray.across), length(ray.up)) * (shell.x + length(ray.start));
    pad /= max(outwards(line, shell).x, 0.05 * shell.x);
    for (int i = 0; i < 2; i++)
        radii = narrowed(way_of(line, outwards(line, radii)), pad, radii);
#endif
#if INSIDE && PARTS > 1
    // Loops for conditions: software renderers run both sides of a branch.
    vec3 light = colour_through(eye, place, radii, 1.0, true, fades);
    float parts = angle_of(way_of(line, outwards(line, radii))) + fades > one ? float(PARTS) : 0.0;
#else
    vec3 light = vec3(0.0);
    float parts = float(PARTS);
#endif
    for (float y = 0.5; y < parts; y += 1.0)
        for (float x = 0.5; x < parts; x += 1.0) {
            vec2 part = (vec2(x, y) / parts - 0.5) * pixel_size;
            vec3 colour = colour_through(eye, place + part, radii, parts, false, fades) / (parts * parts);
            light = x + y > 1.0 ? light + colour : colour;
        }
    return light;
}

void main() {
    vec2 place = place_of(gl_FragCoord.xy);
    vec3 light = light_of(0, place);
#if EYES == 2
    light = red_cyan(light, light_of(1, place));
#endif
    pixel = vec4(to_srgb(light), 1.0);
}
