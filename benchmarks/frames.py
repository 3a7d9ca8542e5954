"""What a frame costs: `python -m benchmarks.frames`.

Our renderer at several tolerances, and with what files are drawn with, against a named peer in the same loop: a plain
sphere of 512×256 segments whose vertices are displaced in the vertex shader and whose texture coordinates are
interpolated, one sample a pixel, everything always drawn. The world is a sketch of 4096×2048 with
depth of 1024×512, seen 0.3 m off its centre.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from benchmarks import measure
from depthfusion.camera.frame import compose
from depthfusion.camera.options import ViewOptions
from depthfusion.camera.pose import Pose
from depthfusion.look import Displacement
from depthfusion.render import context as contexts
from depthfusion.render.prepare import prepare
from depthfusion.render.renderer import FILE, Quality, Renderer
from depthfusion.render.surface import Surface
from ldm3d import worlds

POSE = Pose(position=(0.3, 0.0, 0.0), yaw=20)
CASES = (
    ("1280×720 mono", "mono", (1280, 720)),
    ("1920×1080 mono", "mono", (1920, 1080)),
    ("1280×720 sbs", "sbs", (2560, 720)),
    ("1920×1080 sbs", "sbs", (3840, 1080)),
)
QUALITIES = (
    ("tolerance 8 px, 1 sample", Quality(8, 1)),
    ("tolerance 2 px, 1 sample", Quality(2, 1)),
    ("tolerance 1 px, 1 sample", Quality(1, 1)),
    ("as for files", FILE),
)
SEGMENTS = (512, 256)


def world() -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return the colour [2048, 4096, 3] and the depth [512, 1024] that are drawn."""
    made = worlds.generate("a forest in the morning", 1, (4096, 2048))
    return made.rgb, np.ascontiguousarray(made.depth[::4, ::4])


class PlainSphere:
    """The peer: one mesh, one texture, one draw."""

    _VERTEX = """
    #version 330 core
    uniform mat4 to_clip; uniform sampler2D depth_map; in vec2 uv; out vec2 at;
    void main() {
        float theta = (uv.x - 0.5) * 6.283185307, phi = (0.5 - uv.y) * 3.141592654;
        float r = 3.0 * (1.0 + 0.5 * (1.0 - 2.0 * textureLod(depth_map, uv, 0.0).r));
        at = uv;
        gl_Position = to_clip * vec4(r * vec3(cos(phi) * sin(theta), sin(phi), -cos(phi) * cos(theta)), 1.0);
    }"""
    _FRAGMENT = """
    #version 330 core
    uniform sampler2D colour_map; in vec2 at; out vec4 pixel;
    void main() { pixel = texture(colour_map, at); }"""

    def __init__(self, context: moderngl.Context, rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> None:
        self.context = context
        across, down = SEGMENTS
        u, v = np.meshgrid(np.linspace(0, 1, across + 1), np.linspace(0, 1, down + 1))
        corner = (np.arange(down)[:, None] * (across + 1) + np.arange(across)).reshape(-1, 1)
        cells = corner + np.array((0, across + 1, 1, 1, across + 1, across + 2))
        self.triangles = 2 * across * down
        self.program = context.program(self._VERTEX, self._FRAGMENT)
        self.mesh = context.vertex_array(
            self.program,
            [(context.buffer(np.stack((u, v), -1).astype("f4").tobytes()), "2f", "uv")],
            context.buffer(cells.astype("u4").tobytes()),
        )
        self.colour = context.texture((rgb.shape[1], rgb.shape[0]), 3, rgb.tobytes())
        self.depth = context.texture(
            (depth.shape[1], depth.shape[0]), 1, depth.tobytes(), dtype="u2", internal_format=0x822A
        )
        self.program["colour_map"] = 0
        self.program["depth_map"] = 1

    def draw(self, frame: Any, target: moderngl.Framebuffer) -> None:
        """Draw each view of a frame."""
        target.use()
        target.clear(depth=1.0)
        self.colour.use(0)
        self.depth.use(1)
        self.context.enable_only(self.context.DEPTH_TEST)
        for view in frame.views:
            x, y, width, height = view.rectangle
            target.viewport = (x, frame.size[1] - y - height, width, height)
            self.program["to_clip"].write(_clip(view).astype("f4").tobytes())
            self.mesh.render()


def _clip(view: Any) -> NDArray[np.float64]:
    """Return world-to-clip for row vectors [4, 4]."""
    turn = np.eye(4)
    turn[:3, :3] = view.pose.rotation
    turn[3, :3] = -np.asarray(view.pose.position) @ view.pose.rotation
    near, far, across = 0.01, 100.0, view.lens.half_width
    lens = np.zeros((4, 4))
    lens[0, 0], lens[1, 1], lens[2, 0] = 1 / across, view.aspect / across, -view.lens.shift
    lens[2, 2], lens[2, 3], lens[3, 2] = -(far + near) / (far - near), -1, -2 * far * near / (far - near)
    clip: NDArray[np.float64] = turn @ lens
    return clip


def timed(draw: Callable[[], Any], context: moderngl.Context) -> Callable[[], float]:
    """Return what runs `draw` until the last pixel is there, and returns the milliseconds."""

    def run() -> float:
        began = time.perf_counter()
        draw()
        context.finish()
        return 1000 * (time.perf_counter() - began)

    return run


def main() -> None:
    """Measure and write results/frames.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    context = contexts.standalone()
    rgb, depth = world()
    surface = Surface(context, prepare(rgb, depth))
    for _ in surface.upload():
        pass
    ours, peer, rule = Renderer(context), PlainSphere(context, rgb, depth), Displacement()
    cases = []
    for title, layout, size in CASES:
        frame = compose(ViewOptions(layout=layout), POSE, 90, size, rule)
        target = context.framebuffer([context.texture(size, 4)], context.depth_renderbuffer(size))
        triangles: dict[str, int] = {"plain sphere": peer.triangles * len(frame.views)}

        def drawn(name: str, quality: Quality, frame: Any = frame, target: Any = target, told: Any = triangles) -> None:
            told[name] = ours.draw(surface, frame, rule, quality, target).triangles

        loop = {"plain sphere": timed(lambda frame=frame, target=target: peer.draw(frame, target), context)}
        for name, quality in QUALITIES:
            loop[name] = timed(lambda name=name, quality=quality, drawn=drawn: drawn(name, quality), context)
        measured = measure.interleaved(loop, runs)
        for name, times in measured.items():
            case: dict[str, Any] = {"name": f"{title}, {name}", "triangles": triangles[name], "runs": times}
            if name != "plain sphere":
                case |= {"peer": "plain sphere", "ratio": measure.ratio(measured, name, "plain sphere")}
            cases.append(case)
        target.release()
    measure.record("frames", "ms", cases, renderer=context.info["GL_RENDERER"])


if __name__ == "__main__":
    main()
