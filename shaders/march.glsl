// Where a ray meets the surface: the depth map, marched along it. docs/lenses.md explains the way. Needs sphere.glsl.
//
// INSIDE: 1 where every ray begins nearer to the world's centre than the surface's nearest point. STEPS: to a texel
// of depth. EXACT: 1 for distances, 0 for colours. LAYERED: 1 where depth edges are cut.

#include "mapping.glsl"
#include "depth.glsl"
#if LAYERED
#include "opacity.glsl"
#endif

uniform sampler2D vicinity_map;    // the greatest and the least depth near every direction, as in vicinity.py
uniform int vicinity_top;          // its last level, of one cell
#if EXACT == 0
uniform float one;           // radians: how far a pixel's rays may stray together before each goes its own way
#endif
uniform vec2 shell;                // the least and the greatest radius of the surface

const float REACH = 0.9;
uniform float texels;              // of the depth map, to a radian
const float CALM = 0.35;           // texels of depth: on so short a way the surface is taken to be met once
const float APART_BY = 1e-4;       // of the distance: the back is before the front only by more
#if EXACT
const int SETTLING = 18;           // looks at the depth where a crossing is known to be, at the most
#else
const int SETTLING = 2;
const float NEAR = 0.5;            // of `one`: what is found no farther from where it was looked for is near enough
#endif
const int IDLE = 100000;
const float SLACK = 2e-6;          // of a radius, for single precision

// The straight way between two places, given by their directions from the centre and their 1/radius: a share of it is
// the same share of both.
struct Way {
    vec3 from;
    vec3 to;
    vec2 near;
};

// A ray's foot is its place nearest to the centre; places on it are counted from there.
struct Line {
    vec3 foot;
    vec3 along;
    float square;     // of the foot's distance
    float start;
};

Line line_of(vec3 start, vec3 along) {
    float before = dot(start, along);
    vec3 foot = start - before * along;
    return Line(foot, along, dot(foot, foot), before);
}

Way way_of(Line line, vec2 part) {
    vec2 away = inversesqrt(max(line.square + part * part, 1e-12));
    return Way((line.foot + part.x * line.along) * away.x, (line.foot + part.y * line.along) * away.y, away);
}

// Where a ray is as far from the centre as `radii`, on its way outwards and after its start.
vec2 outwards(Line line, vec2 radii) {
    return max(sqrt(max(radii * radii - line.square, 0.0)), line.start);
}

// The angle between the ends of a way as seen from the centre, or a little more: below a right angle.
float angle_of(Way way) {
    float sine = min(length(cross(way.from, way.to)), 1.0);
    return sine * (1.0 + 0.571 * sine * sine);
}

// Radii between which lies all that is within `pad` radians of a way, nowhere outside of what is known already.
vec2 narrowed(Way way, float pad, vec2 known) {
    ivec2 finest = textureSize(vicinity_map, 0);
    float reach = 0.5 * angle_of(way) + pad;
    int level = clamp(int(ceil(log2(max(reach * float(finest.y) / (REACH * PI), 1e-6)))), 0, vicinity_top);
    ivec2 size = max(finest >> level, ivec2(1));
    ivec2 cell = clamp(ivec2(uv_of(way.from + way.to) * vec2(size)), ivec2(0), size - 1);
    vec2 depths = texelFetch(vicinity_map, cell, level).rg;
    vec2 radii = vec2(radius_of(depths.x) * (1.0 - SLACK), radius_of(depths.y) * (1.0 + SLACK));
    return vec2(max(known.x, radii.x), min(known.y, radii.y));
}

// The depth in a direction. Hardware's filter will do: the 256th of a texel that it may err by turns no hit by more.
float depth_in_direction(DEPTHS map, vec2 uv) {
#if TILED_DEPTH
    return depth_around(map, uv);
#else
    return textureLod(map, uv, 0.0).r;
#endif
}

// The same of the surface, or of the layer `behind` it. Both are read: software renderers go both ways at a question,
// and a march written twice would be marched twice.
float depth_towards(bool behind, vec3 direction) {
    vec2 uv = uv_of(direction);
#if LAYERED
    float back = depth_in_direction(back_depth_map, uv);
    return behind ? back : depth_in_direction(front_map, uv);
#else
    return depth_in_direction(depth_map, uv);
#endif
}

// Above 0 beyond the surface, below it within: by 1/radius, or by radius where that is what depth gives, so that nothing
// is divided.
float beyond(bool behind, Way way, float share) {
    vec3 direction = mix(way.from, way.to, share);
    float near = mix(way.near.x, way.near.y, share);
    float d = clamp((depth_towards(behind, direction) - levels.x) * levels.y, 0.0, 1.0);
    float given = rule.x + rule.y * d;
    return inverse ? length(direction) * given - near : length(direction) - near * given;
}

// What was met on a way: its share of it, above 1 for nothing.
struct Met {
    float share;
    float opacity;
    bool skipped;     // a part of the front that is not seen was passed on the way
};

// Where a value between two shares would be 0 if it changed evenly.
float crossing(vec4 between) {
    float apart = between.w - between.z;
    return mix(between.x, between.y, abs(apart) > 1e-12 ? clamp(-between.z / apart, 0.0, 1.0) : 0.5);
}

vec4 halved(vec4 between, float share, float value) {
    bool before = (value > 0.0) == (between.z > 0.0);
    return before ? vec4(share, between.y, value, between.w) : vec4(between.x, share, between.z, value);
}

// The first crossing of a surface on a way that is seen, looked for in `steps` equal parts; `outside` says on which side
// the ray is. With 0 parts there is one crossing, from within; with fewer there is no way.
//
// One loop looks and settles, and asks at its end: software renderers go every way that is written. What it leaves with
// has names of its own and a second, idle way out: Mesa's goes on changing what rays that left a loop before others had.
Met meet(bool behind, Way way, float steps, inout bool outside) {
    // How much a sphere's `beyond` grows along the way.
    float rise = way.near.x - way.near.y;
    rise = inverse ? rise : 2.0 * rise / (way.near.x + way.near.y);
    float wide = length(way.from - way.to);
    vec2 last = vec2(0.0);      // where it was looked for last, and what was found there
    float step = 0.0;
    bool side = outside;
    bool skipped = false;
    Met met;
    for (int round = 0;; round++) {
        vec4 between = vec4(0.0);
        bool looking = steps > 0.0;
        bool known = looking;
        float share = looking ? step / steps : 0.5;
        bool more = steps >= 0.0;
        int left = SETTLING;
        float found;
        vec2 reached;
        float next;
        bool over;
        for (int turn = 0;; turn++) {
            float value = beyond(behind, way, share);
            if (looking) {
                bool crossed = step > 0.0 && (value > 0.0) != side;
                between = vec4(last.x, share, side ? abs(last.y) : -abs(last.y), value);
                last = vec2(share, value);
                side = side != crossed;
                looking = !crossed;
                step += 1.0;
                share = crossed ? crossing(between) : step / steps;
                more = crossed || step < steps + 0.5;
            } else {
                // Where nothing is known the surface is taken to be a sphere at first, which in a short way it almost is.
                vec4 guess = vec4(0.0, 1.0, min(value - share * rise, 0.0), max(value + (1.0 - share) * rise, 0.0));
                between = halved(known ? between : guess, share, value);
                known = true;
                left--;
#if EXACT
                float then = left > 1 ? 0.5 * (between.x + between.y) : crossing(between);
#else
                float then = crossing(between);
                left = abs(then - share) * wide < NEAR * one ? 0 : left;
#endif
                share = then;
            }
            if (!more || left == 0) {
                found = more ? share : 2.0;
                reached = last;
                next = step;
                over = side;
                break;
            }
            if (turn > IDLE) {
                found = 2.0;
                reached = vec2(0.0);
                next = 0.0;
                over = false;
                break;
            }
        }
        last = reached;
        step = next;
        side = over;
        float opacity = 1.0;
#if LAYERED
        opacity = behind ? 1.0 : opacity_at(uv_of(mix(way.from, way.to, min(found, 1.0))));
#endif
        bool clear = found <= 1.0 && opacity == 0.0 && steps > 0.0;
        skipped = skipped || clear;
        if (!clear || step > steps + 0.5) {
            met = Met(clear ? 2.0 : found, opacity, skipped);
            outside = side;
            break;
        }
        if (round > IDLE) {
            met = Met(2.0, 0.0, false);
            outside = false;
            break;
        }
    }
    return met;
}

// What a ray sees of a surface.
struct Hit {
    vec3 place;
    float opacity;    // 0 where there is nothing
    bool skipped;
};

vec3 place_on(Way way, float share) {
    return mix(way.from, way.to, share) / mix(way.near.x, way.near.y, share);
}

Hit hit_at(Way way, Met met) {
    return Hit(place_on(way, min(met.share, 1.0)), met.share > 1.0 ? 0.0 : met.opacity, met.skipped);
}

float steps_of(Way way, float calm) {
    float steps = angle_of(way) * texels;
    return steps <= calm ? 0.0 : ceil(steps * STEPS);
}

// What a ray meets first, of the surface or of the layer `behind` it, within what is known of its radii.
Hit first_hit(bool behind, Line line, vec2 radii, bool calm) {
    bool outside = false;
    Way way = way_of(line, outwards(line, radii));
#if INSIDE
    Met met = meet(behind, way, calm ? 0.0 : steps_of(way, CALM), outside);
#else
    float ending = sqrt(max(radii.y * radii.y - line.square, 0.0));
    if (ending == 0.0 || line.start >= ending)
        return Hit(way.from, 0.0, false);
    // Inwards first, to where it is nearer than the surface.
    float turn = -sqrt(max(radii.x * radii.x - line.square, 0.0));
    float begin = max(line.start, -ending);
    Way inwards = way_of(line, vec2(min(begin, turn), turn));
    bool comes = begin < turn;
    if (line.square + begin * begin > radii.x * radii.x) {
        Way first = inwards;
        if (!comes)
            first = way;
        outside = beyond(behind, first, 0.0) > 0.0;
    }
    Met met = meet(behind, inwards, comes ? max(steps_of(inwards, -1.0), 1.0) : -1.0, outside);
    if (met.share <= 1.0)
        return hit_at(inwards, met);
    bool skipped = met.skipped;
    met = meet(behind, way, max(steps_of(way, -1.0), 1.0), outside);
    met.skipped = met.skipped || skipped;
#endif
    // Rounding: the surface is nowhere beyond the way's end.
    if (met.share > 1.0 && !outside && (behind || LAYERED == 0))
        met.share = 1.0;
    return hit_at(way, met);
}
