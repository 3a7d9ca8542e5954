#version 330 core
// One patch of the displaced sphere: 17×17 places, whose depth moves them along their direction from the centre.
//
// LAYER: 0 the panorama's own surface, 1 the front layer, 2 the one behind. PLACED: 1 to tell where on the panorama a
// fragment is. WHOLE: 1 where all places are texels' centres: a fourth of the reading.

#include "sphere.glsl"
#include "mapping.glsl"
#include "depth.glsl"

#if LAYER == 2
#define MAP back_depth_map
#elif LAYER == 1
#define MAP front_map
#else
#define MAP depth_map
#endif

// Grid places count depth texels: column i is the centre of texel i (and W is 0 again), row 1 the centre of the first
// texel, rows 0 and H+1 the poles, half a texel from their neighbours.
in vec4 tile;          // its corner in grid places, the step between places, and which neighbours are coarser
uniform mat4 to_clip;
#if PLACED
// u and v, which do not wrap within a patch, times the distance, and the distance: between a triangle's corners these are
// linear in space, and their ratio is linear in the direction from the centre.
out vec3 placed;
#endif

void main() {
    ivec2 cell = ivec2(gl_VertexID % 17, gl_VertexID / 17);
    int coarser = int(tile.w);
    // Beside a coarser patch every other place falls onto the one before it: both sides then share their edges exactly.
    if ((cell.x == 0 && (coarser & 1) != 0) || (cell.x == 16 && (coarser & 2) != 0))
        cell.y &= ~1;
    if ((cell.y == 0 && (coarser & 4) != 0) || (cell.y == 16 && (coarser & 8) != 0))
        cell.x &= ~1;
    vec2 size = vec2(depth_size(MAP));
    vec2 grid = min(tile.xy + vec2(cell) * tile.z, size + vec2(0.0, 1.0));
    float around = grid.x;
    grid.x = around == size.x ? 0.0 : around;
    float row = min(max(grid.y - 0.5, 0.5 * grid.y), 0.5 * (grid.y + size.y - 1.0));
    vec2 uv = vec2(grid.x + 0.5, row) / size;
    vec2 texel = vec2(grid.x, clamp(grid.y - 1.0, 0.0, size.y - 1.0));
#if WHOLE
    float radius = radius_of(depth_texel(MAP, ivec2(texel)));
#else
    float radius = radius_of(depth_in(MAP, texel));
#endif
#if PLACED
    placed = vec3((around + 0.5) / size.x, uv.y, 1.0) * radius;
#endif
    gl_Position = to_clip * vec4(direction_of(uv) * radius, 1.0);
}
