// The equirectangular sphere, as in ldm3d/sphere.py: u runs right from the seam at +Z, v down from +Y.

const float PI = 3.14159265358979;

// The direction of u, v. Exactly the poles where v is 0 or 1, whatever u is, so that no hole opens there.
vec3 direction_of(vec2 uv) {
    float theta = (uv.x - 0.5) * 2.0 * PI;
    float phi = (0.5 - uv.y) * PI;
    float level = uv.y <= 0.0 || uv.y >= 1.0 ? 0.0 : cos(phi);
    return vec3(level * sin(theta), sin(phi), -level * cos(theta));
}

// The arc tangent of y/x in the right quadrant, in (−π, π], within 1.8e-6 rad: an odd polynomial of degree 11, fitted
// to the least greatest error on [0, 1]. Some drivers' own atan errs by more than a texel of a large panorama.
float arc(float y, float x) {
    float ax = abs(x);
    float ay = abs(y);
    float t = min(ax, ay) / max(max(ax, ay), 1e-30);
    float s = t * t;
    float a = t * (0.999977219 + s * (-0.332622826 + s * (0.193540363
        + s * (-0.116426448 + s * (0.0526473144 - s * 0.011719121)))));
    a = ay > ax ? 0.5 * PI - a : a;
    a = x < 0.0 ? PI - a : a;
    return y < 0.0 ? -a : a;
}

// u in [0, 1] and v in [0, 1] of a direction of any length but zero.
vec2 uv_of(vec3 direction) {
    float level = sqrt(dot(direction.xz, direction.xz));
    return vec2(arc(direction.x, -direction.z) / (2.0 * PI) + 0.5, 0.5 - arc(direction.y, level) / PI);
}
