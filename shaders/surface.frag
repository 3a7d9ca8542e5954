#version 330 core
// Colours the surface by its direction from the centre, so that the panorama never bends with the mesh.

#include "sphere.glsl"
#include "colour.glsl"
#include "light.glsl"

uniform bool finished;    // write sRGB for the eye, not the square root of linear light for averaging
in vec3 place;
out vec4 pixel;

void main() {
    vec3 across = dFdx(place);
    vec3 down = dFdy(place);
    // Only what turns the direction matters, not what lengthens it.
    float inverse_square = 1.0 / dot(place, place);
    across -= place * (dot(across, place) * inverse_square);
    down -= place * (dot(down, place) * inverse_square);
    vec3 light = colour_of(place, across, down);
    pixel = vec4(finished ? to_srgb(light) : sqrt(light), 1.0);
}
