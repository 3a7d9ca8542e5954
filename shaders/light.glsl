// From linear light to sRGB (IEC 61966-2-1).

vec3 to_srgb(vec3 linear) {
    vec3 curve = 1.055 * pow(max(linear, 0.0031308), vec3(1.0 / 2.4)) - 0.055;
    return mix(linear * 12.92, curve, vec3(greaterThan(linear, vec3(0.0031308))));
}
