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

// The colour around a hit of the surface, or of the layer `behind` it; `parts` of a pixel's side lie in the ray's share.
// Where it is not `asked` for, one sample of it.
vec3 seen_of(bool behind, bool asked, Hit hit, Ray ray, float parts) {
    vec3 across = beside(hit.place, ray, ray.across / parts);
    vec3 up = beside(hit.place, ray, ray.up / parts);
    int taps = 1;
#if MOST > 1
    float wide = ceil(texels_within(hit.place, across, up) / DENSE);
    taps = asked ? int(clamp(wide, float(PARTS) / parts, float(MOST) / parts)) : 1;
#endif
    return layer_around(behind, hit.place, across, up, taps);
}

// What an eye sees through a pixel: through the whole of it first where every ray begins within the surface; where its
// rays may stray, or meet an edge, through each of its parts; and through what is not opaque, the layer behind. Loops
// that ask at their ends and have two ways out, as in march.glsl.
vec3 light_of(int eye, vec2 place) {
    vec2 radii = shell;
    bool stray = true;
#if INSIDE
    Ray middle = ray_of(eye, place);
    Line straight = line_of(middle.start, middle.along);
    float pad = 0.71 * max(length(middle.across), length(middle.up)) * (shell.x + length(middle.start));
    pad /= max(outwards(straight, shell).x, 0.05 * shell.x);
    for (int i = 0; i < NARROWINGS; i++)
        radii = narrowed(way_of(straight, outwards(straight, radii)), pad, radii);
    stray = PARTS > 1 && angle_of(way_of(straight, outwards(straight, radii))) > one;
#endif
    int part = INSIDE * (PARTS - 1) > 0 ? -1 : 0;    // −1 is the whole pixel
    vec3 sum = vec3(0.0);
    vec3 light;
    for (int round = 0;; round++) {
        bool whole = part < 0;
        float parts = whole ? 1.0 : float(PARTS);
#if INSIDE && PARTS == 1
        Ray ray = middle;
        Line line = straight;
#else
        vec2 offset = (vec2(part % PARTS, part / PARTS) + 0.5) / float(PARTS) - 0.5;
        Ray ray = ray_of(eye, whole ? place : place + offset * pixel_size);
        Line line = line_of(ray.start, ray.along);
#endif
#if LAYERED
        bool behind = false;
        Hit own, front, back;
        for (int turn = 0;; turn++) {
            Hit hit = first_hit(behind, line, radii, whole);
            if (!behind)
                own = hit;
            if (behind || whole || own.opacity == 1.0 && !own.skipped) {
                front = own;
                back = hit;
                break;
            }
            if (turn > IDLE) {
                front = Hit(vec3(1.0), 0.0, false);
                back = front;
                break;
            }
            behind = true;
        }
        bool both = !whole && (front.opacity < 1.0 || front.skipped);
        stray = stray || front.opacity < 1.0;
        vec3 colour = seen_of(false, front.opacity > 0.0, front, ray, parts);
        vec3 hidden = back.opacity > 0.0 ? seen_of(true, both, back, ray, parts) : background;
        float away = dot(front.place - ray.start, ray.along);
        bool nearer = back.opacity > 0.0 && dot(back.place - ray.start, ray.along) < away * (1.0 - APART_BY);
        colour = both ? mix(hidden, colour, front.skipped && nearer ? 0.0 : front.opacity) : colour;
#else
        Hit hit = first_hit(false, line, radii, whole);
        vec3 colour = hit.opacity > 0.0 ? seen_of(false, true, hit, ray, parts) : background;
#endif
        sum += whole && stray ? vec3(0.0) : colour / (parts * parts);
        part++;
        if (PARTS == 1 || part == PARTS * PARTS || part == 0 && !stray) {
            light = sum;
            break;
        }
        if (round > IDLE) {
            light = vec3(0.0);
            break;
        }
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
