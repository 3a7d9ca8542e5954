// How depth becomes distance, as in depthfusion/look.py.

uniform vec2 levels;   // the depth that becomes 0, and 1 through the range that becomes 0..1
uniform vec2 rule;     // linear: r = rule.x + rule.y·d; inverse: 1/r = rule.x + rule.y·d
uniform bool inverse;

float radius_of(float depth) {
    float d = clamp((depth - levels.x) * levels.y, 0.0, 1.0);
    float r = rule.x + rule.y * d;
    return inverse ? 1.0 / r : r;
}
