"""Makes docs/pictures/geometry.jpg: `PYTHONPATH=. python examples/geometry_picture.py`.

A world of the sketch engine as a mesh, seen from outside and above like a doll's house: faces look to the centre, and
those that turn their backs are not drawn. To the right the same with its triangles.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import moderngl
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from depthfusion import panorama
from depthfusion.export import geometry
from depthfusion.generate.jobs import GenerateJob
from depthfusion.jobs.progress import Progress
from depthfusion.look import Look
from depthfusion.render.context import standalone

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "geometry.jpg"
PROMPT, SEED = "a cathedral with a vaulted nave at noon", 7
TRIANGLES = 12_000
SIDE, FINER, GAP = 620, 2, 12
EYE, TOWARDS, FOV = np.array((5.0, 9.5, 8.5)), np.array((0.0, -0.1, 0.0)), 38.0

VERTEX = """
#version 330
uniform mat4 to_clip;
in vec3 position;
in vec2 uv;
in vec3 corner;
out vec2 at;
out vec3 weights;
void main() { gl_Position = to_clip * vec4(position, 1.0); at = uv; weights = corner; }
"""
FRAGMENT = """
#version 330
uniform sampler2D picture;
uniform float lines;
in vec2 at;
in vec3 weights;
out vec3 colour;
void main() {
    vec3 near = weights / fwidth(weights);
    float line = 1.0 - smoothstep(0.3, 1.3, min(near.x, min(near.y, near.z)));
    vec3 shown = texture(picture, at).rgb;
    colour = mix(shown, mix(vec3(1.0), shown * 0.5 + 0.5, 0.8), lines);
    colour = mix(colour, vec3(0.1, 0.25, 0.5), 0.8 * lines * line);
}
"""


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=PICTURE)
    parser.add_argument("--prompt", default=PROMPT)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.png"
        GenerateJob({"prompt": arguments.prompt, "seed": arguments.seed, "engine": "sketch"}, str(path)).run(Progress())
        world = panorama.load(path)
    rule = Look(edges="stretched").displacement(world.near, world.far)
    (part,), error = geometry.meshes(world, rule, None, TRIANGLES, Progress())
    drawn = np.concatenate((_drawn(part, 0.0), np.full((SIDE, GAP, 3), 255, np.uint8), _drawn(part, 1.0)), axis=1)
    Image.fromarray(drawn).save(arguments.into, quality=88, optimize=True)
    print(f"{arguments.into}: {len(part.mesh.faces)} triangles, wrong by {1000 * error:.2f} mrad")


def _drawn(part: geometry.Part, lines: float) -> NDArray[np.uint8]:
    """Return the part from outside, with or without its triangles' sides."""
    context = standalone()
    side = SIDE * FINER
    target = context.framebuffer([context.texture((side, side), 3)], context.depth_renderbuffer((side, side)))
    program = context.program(vertex_shader=VERTEX, fragment_shader=FRAGMENT)
    height, width = part.rgb.shape[:2]
    texture = context.texture((width, height), 3, part.rgb.tobytes())
    texture.build_mipmaps()
    texture.anisotropy = 8.0
    texture.use(0)
    corners = np.tile(np.eye(3, dtype=np.float32), (len(part.mesh.faces), 1))
    index = part.mesh.faces.reshape(-1)
    data = np.concatenate((part.mesh.positions[index], part.mesh.uv[index], corners), axis=1).astype("f4")
    array = context.vertex_array(program, [(context.buffer(data), "3f 2f 3f", "position", "uv", "corner")])
    program["to_clip"].write(np.ascontiguousarray(_to_clip().T, "f4"))
    program["lines"] = lines
    target.use()
    target.clear(1.0, 1.0, 1.0)
    context.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
    array.render()
    pixels = np.frombuffer(target.read(), np.uint8).reshape(side, side, 3)[::-1]
    context.release()
    small = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(small)


def _to_clip() -> NDArray[np.float64]:
    """Return the matrix [4, 4] that brings columns of world places to clip space."""
    back = (EYE - TOWARDS) / np.linalg.norm(EYE - TOWARDS)
    right = np.cross((0, 1, 0), back)
    right /= np.linalg.norm(right)
    turn = np.stack((right, np.cross(back, right), back))
    view = np.eye(4)
    view[:3, :3], view[:3, 3] = turn, -turn @ EYE
    near, far, scale = 1.0, 40.0, 1 / np.tan(np.radians(FOV) / 2)
    lens = np.zeros((4, 4))
    lens[0, 0] = lens[1, 1] = scale
    lens[2, 2:] = (far + near) / (near - far), 2 * far * near / (near - far)
    lens[3, 2] = -1
    return np.asarray(lens @ view)


if __name__ == "__main__":
    main()
