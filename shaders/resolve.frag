#version 330 core
// Averages the samples of a pixel in linear light, joins two eyes into red and cyan, and writes sRGB.

#include "light.glsl"

uniform sampler2DMS first;
uniform sampler2DMS second;
uniform bool anaglyph;    // first is the left eye, second the right one
uniform int samples;
uniform ivec2 origin;     // of the viewport in the target
out vec4 pixel;

// Red-cyan by least squares: E. Dubois, "A projection method to generate anaglyph stereo images", ICASSP 2001. Columns
// are what a red, a green and a blue light of that eye becomes.
const mat3 LEFT = mat3(
    0.456100, -0.0400822, -0.0152161, 0.500484, -0.0378246, -0.0205971, 0.176381, -0.0157589, -0.00546856);
const mat3 RIGHT = mat3(
    -0.0434706, 0.378476, -0.0721527, -0.0879388, 0.73364, -0.112961, -0.00155529, -0.0184503, 1.2264);

vec3 mean(sampler2DMS drawn, ivec2 place) {
    vec3 light = vec3(0.0);
    for (int i = 0; i < samples; i++) {
        vec3 root = texelFetch(drawn, place, i).rgb;
        light += root * root;
    }
    return light / float(samples);
}

void main() {
    ivec2 place = ivec2(gl_FragCoord.xy) - origin;
    vec3 light = mean(first, place);
    if (anaglyph)
        light = clamp(LEFT * light + RIGHT * mean(second, place), 0.0, 1.0);
    pixel = vec4(to_srgb(light), 1.0);
}
