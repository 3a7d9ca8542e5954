// The rays of lenses that no mesh is rasterised for, as in depthfusion/camera/lens.py.
//
// LENS: 1 equirect, 2 little planet, 3 cubemap. EYES: 2 where both are joined in one picture. TURNS: 1 where an eye's
// rays are turned. TAPERS: 1 where eyes come together at the poles.

uniform vec3 heads[EYES];      // the poses: places in the world, in metres
uniform mat3 turns[EYES];      // camera to world
uniform vec4 lenses[EYES];     // equirect: half width in radians, offset in metres, sine of the turn
                               // little planet: half width, half height in the plane of the picture
uniform vec2 pixel_size;       // in places: the picture is [−1, 1]²

uniform vec2 origin;           // of the tile in the target
uniform vec2 first;            // the place of the tile's lower left corner

// The same for a pixel of the picture wherever it is drawn to.
vec2 place_of(vec2 fragment) {
    return first + (fragment - origin) * pixel_size;
}

struct Ray {
    vec3 start;
    vec3 along;       // of length 1
    vec3 across;      // what `along` changes by in a pixel to the right, and in one up
    vec3 up;
};

#if LENS == 1
Ray ray_in_camera(vec2 place, vec4 lens) {
    float latitude = place.y * 0.5 * PI;
    float share = 1.0;
#if TAPERS
    // The eyes come together from 60 to 75 degrees.
    float past = clamp((abs(latitude) - PI / 3.0) * (12.0 / PI), 0.0, 1.0);
    share = past < 1.0 ? cos(past * 0.5 * PI) : 0.0;
#endif
    float azimuth = place.x * lens.x;
#if TURNS
    azimuth += asin(lens.z * share);
#endif
    vec3 right = vec3(cos(azimuth), 0.0, sin(azimuth));
    vec3 ahead = vec3(right.z, 0.0, -right.x);
    float level = cos(latitude);
    float height = sin(latitude);
    vec3 along = vec3(level * ahead.x, height, level * ahead.z);
    vec3 rising = vec3(-height * ahead.x, level, -height * ahead.z);
    return Ray(lens.y * share * right, along, (pixel_size.x * lens.x * level) * right,
        (pixel_size.y * 0.5 * PI) * rising);
}
#elif LENS == 2
vec3 planet(vec2 at) {
    float square = dot(at, at);
    return vec3(2.0 * at.x, square - 1.0, -2.0 * at.y) / (1.0 + square);
}

Ray ray_in_camera(vec2 place, vec4 lens) {
    vec2 at = place * lens.xy;
    vec2 step = pixel_size * lens.xy;
    vec3 along = planet(at);
    return Ray(vec3(0.0), along, planet(at + vec2(step.x, 0.0)) - along, planet(at + vec2(0.0, step.y)) - along);
}
#else
Ray ray_in_camera(vec2 place, vec4 lens) {
    vec2 at = vec2((place.x + 1.0) * 1.5, 1.0 - place.y);
    vec2 face = clamp(floor(at), vec2(0.0), vec2(2.0, 1.0));
    vec2 within = 2.0 * (at - face) - 1.0;
    // right, left, up above down, front, back: each face's middle, its right and its up
    vec3 middle, right, up;
    float side = face.x < 0.5 ? 1.0 : -1.0;
    if (face.x > 1.5 && face.y < 0.5 || face.x < 0.5 && face.y > 0.5) {
        float top = face.y < 0.5 ? 1.0 : -1.0;
        middle = vec3(0.0, top, 0.0);
        right = vec3(1.0, 0.0, 0.0);
        up = vec3(0.0, 0.0, top);
    } else {
        middle = face.y < 0.5 ? vec3(side, 0.0, 0.0) : vec3(0.0, 0.0, face.x < 1.5 ? -1.0 : 1.0);
        right = vec3(-middle.z, 0.0, middle.x);
        up = vec3(0.0, 1.0, 0.0);
    }
    vec3 ray = middle + within.x * right - within.y * up;
    float away = length(ray);
    return Ray(vec3(0.0), ray / away, right * (3.0 * pixel_size.x / away), up * (2.0 * pixel_size.y / away));
}
#endif

Ray ray_of(int eye, vec2 place) {
    Ray ray = ray_in_camera(place, lenses[eye]);
    mat3 turn = turns[eye];
    return Ray(heads[eye] + turn * ray.start, turn * ray.along, turn * ray.across, turn * ray.up);
}
