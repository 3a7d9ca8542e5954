// Red-cyan anaglyphs by least squares in linear light: E. Dubois, "A projection method to generate anaglyph stereo
// images", ICASSP 2001. Columns are what a red, a green and a blue light of that eye becomes.

const mat3 DUBOIS_LEFT = mat3(
    0.456100, -0.0400822, -0.0152161,
    0.500484, -0.0378246, -0.0205971,
    0.176381, -0.0157589, -0.00546856);
const mat3 DUBOIS_RIGHT = mat3(
    -0.0434706, 0.378476, -0.0721527,
    -0.0879388, 0.73364, -0.112961,
    -0.00155529, -0.0184503, 1.2264);

vec3 red_cyan(vec3 left, vec3 right) {
    return clamp(DUBOIS_LEFT * left + DUBOIS_RIGHT * right, 0.0, 1.0);
}
