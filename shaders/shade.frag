#version 330 core
// The second pass: what is seen through each part of a pixel, coloured by its direction from the centre of the world, so
// that the panorama never bends with the mesh. Averages in linear light, joins two eyes, writes sRGB.
//
// PARTS: of a pixel along one side, each with its own depth. TAPS: samples of the colour along one side of a part.
// EYES: 2 joins two as an anaglyph. LAYERED: 1 where the front layer may be cut. Constants, because software renderers
// run loops and branches slowly.

#include "sphere.glsl"
#include "colour.glsl"
#include "light.glsl"
#include "dubois.glsl"

// The first pass's depth and how to read it (distance ahead = range.x / (range.y − depth)), the eye's place, and its ray
// of length 1 ahead through a place on the depth's grid: rays · (x, y, 1).
uniform sampler2D depths[EYES];
uniform vec3 eyes[EYES];
uniform mat3 rays[EYES];
uniform vec2 ranges[EYES];
uniform ivec2 origin;        // of the viewport in the target
uniform vec3 background;
out vec4 pixel;

#if LAYERED
#include "layered.glsl"
#define SEEN(eye) depths[eye], fronts[eye], backs[eye], eye
#else
#define SEEN(eye) depths[eye], eye
#endif

#if LAYERED
vec3 mean(sampler2D shared_map, sampler2D front_map, sampler2D back_map, int eye, ivec2 corner) {
    vec3 light = vec3(0.0);
    for (int y = 0; y < PARTS; y++)
        for (int x = 0; x < PARTS; x++) {
            ivec2 part = corner + ivec2(x, y);
            Seen seen = look(shared_map, front_map, back_map, eye, part);
            light += seen.opacity * colour_around(seen.front, seen.ahead * rays[eye][0], seen.ahead * rays[eye][1], TAPS);
            if (seen.opacity < 1.0) {
                vec3 across = seen.behind * rays[eye][0];
                vec3 colour = back_colour_around(seen.back, across, seen.behind * rays[eye][1], TAPS);
                light += (1.0 - seen.opacity) * (seen.nothing ? background : colour);
            }
        }
    return light / float(PARTS * PARTS);
}
#else
vec3 mean(sampler2D depth_map, int eye, ivec2 corner) {
    vec3 light = vec3(0.0);
    for (int y = 0; y < PARTS; y++)
        for (int x = 0; x < PARTS; x++) {
            ivec2 part = corner + ivec2(x, y);
            float depth = texelFetch(depth_map, part, 0).r;
            float ahead = ranges[eye].x / (ranges[eye].y - depth);
            vec3 place = eyes[eye] + ahead * (rays[eye] * vec3(vec2(part) + 0.5, 1.0));
            vec3 colour = colour_around(place, ahead * rays[eye][0], ahead * rays[eye][1], TAPS);
            light += depth < 1.0 ? colour : background;
        }
    return light / float(PARTS * PARTS);
}
#endif

void main() {
    ivec2 corner = (ivec2(gl_FragCoord.xy) - origin) * PARTS;
    vec3 light = mean(SEEN(0), corner);
#if EYES == 2
    light = red_cyan(light, mean(SEEN(1), corner));
#endif
    pixel = vec4(to_srgb(light), 1.0);
}
