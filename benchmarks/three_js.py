"""A frame of ours against three.js: `python -m benchmarks.three_js FOLDER`.

FOLDER is where `npm install three` was run; Chromium (`apt-get install chromium`) and Xvfb must be there. The page
three_js.html draws a sphere of 1024×512 segments, displaced in its vertex shader, on the OpenGL driver that we draw on
as well. The world is a sketch of 4880×2440 with depth of 1024×512, seen 0.3 m off its centre at 1280×720. Frames of
both take turns; pixels of both are held against the slow reference of the tests: 16 rays a pixel.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import measure
from benchmarks.frames import timed
from depthfusion.camera.frame import View, compose
from depthfusion.camera.lens import pixel_rays
from depthfusion.camera.options import ViewOptions
from depthfusion.camera.pose import Pose
from depthfusion.layers import split
from depthfusion.look import Displacement
from depthfusion.render import context as contexts
from depthfusion.render.prepare import prepare
from depthfusion.render.renderer import FILE, Quality, Renderer
from depthfusion.render.surface import Surface
from ldm3d import worlds
from ldm3d.sphere import sample_wrapped, to_linear, to_srgb, to_uv
from tests.reference import raycaster

SIZE = (1280, 720)
POSE = Pose(position=(0.3, 0.0, 0.0), yaw=20)
QUALITIES = {
    "tolerance 8 px, 1 sample": Quality(8, 1),
    "tolerance 4 px, 1 sample": Quality(4, 1),
    "tolerance 1 px, 1 sample": Quality(1, 1),
    "as for files": FILE,
}
PEER = "three.js"
_PIXELS = 12_000
_FLAGS = ("--no-sandbox", "--use-gl=angle", "--use-angle=gl-egl", "--ignore-gpu-blocklist", "--no-first-run")


def world() -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return the colour [2440, 4880, 3] and the depth [512, 1024] that are drawn."""
    prompt, seed = "a forest in the morning", 1
    colour = worlds.generate(prompt, seed, (4880, 2440)).rgb
    return colour, worlds.generate(prompt, seed, (1024, 512)).depth


class Peer:
    """The page in Chromium: it asks this process what to do next and tells what came of it."""

    def __init__(self, folder: Path, rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> None:
        coded = io.BytesIO()
        Image.fromarray(rgb).save(coded, "PNG", compress_level=1)
        self.files = {
            "/": (Path(__file__).with_suffix(".html").read_bytes(), "text/html"),
            "/world.png": (coded.getvalue(), "image/png"),
            "/world.depth": (depth.astype("<u2").tobytes(), "application/octet-stream"),
        }
        self.folder = folder / "node_modules"
        self.wanted: queue.Queue[Any] = queue.Queue()
        self.told: queue.Queue[Any] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._profile = tempfile.TemporaryDirectory()
        page = f"http://127.0.0.1:{self._server.server_port}/?x={POSE.position[0]}&yaw={POSE.yaw}&fov=90"
        command = ["xvfb-run", "-a", "chromium", *_FLAGS, f"--user-data-dir={self._profile.name}", page]
        # A group of its own: the browser, its display and all of their processes end together.
        self._browser = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self.facts = self.told.get(timeout=300)

    def ask(self, wanted: dict[str, Any]) -> Any:
        """Have the page do something and return what it tells."""
        self.wanted.put(wanted)
        return self.told.get(timeout=300)

    def frame(self) -> float:
        """Draw a frame and return its milliseconds."""
        return float(self.ask({"frames": 1})[0])

    def picture(self) -> NDArray[np.uint8]:
        """Return the page's picture, sRGB [720, 1280, 3]."""
        coded = base64.b64decode(self.ask({}).split(",", 1)[1])
        return np.asarray(Image.open(io.BytesIO(coded)).convert("RGB"))

    def close(self) -> None:
        """End the browser."""
        os.killpg(self._browser.pid, signal.SIGTERM)
        self._browser.wait()
        self._server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, peer: Peer, *arguments: Any) -> None:
        self.peer = peer
        super().__init__(*arguments)

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith("/three/"):
            self._send((self.peer.folder / path[1:]).read_bytes(), "text/javascript")
        elif path in self.peer.files:
            self._send(*self.peer.files[path])
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        self.peer.told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._send(json.dumps(self.peer.wanted.get()).encode(), "application/json")

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


def reference(scene: raycaster.Scene, view: View) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]]:
    """Return some pixels' numbers [n], what the slow reference sees there (sRGB [n, 3]), and which show depth edges."""
    chosen = np.sort(np.random.default_rng(1).choice(SIZE[0] * SIZE[1], _PIXELS, replace=False))
    samples = raycaster.SAMPLES
    fine = pixel_rays(view.lens, *SIZE, view.aspect, samples).reshape(-1, samples**2, 3)[chosen]
    rays = view.pose.to_world(fine).reshape(-1, 3)
    hits = np.concatenate([
        raycaster.first_hits(scene, np.asarray(view.pose.position), part) for part in np.array_split(rays, 16)
    ])  # fmt: skip
    u, v = to_uv(hits)
    light = sample_wrapped(to_linear(scene.rgb / 255.0), u, v).reshape(_PIXELS, -1, 3).mean(axis=1)
    height, width = scene.depth.shape
    rows, columns = (np.minimum((place * count).astype(int), count - 1) for place, count in ((v, height), (u, width)))
    edges = raycaster.depth_edges(scene)[rows, columns].reshape(_PIXELS, -1).any(axis=1)
    return chosen, to_srgb(light), edges


def main() -> None:
    """Measure and write results/three_js.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=15)
    asked = parser.parse_args()
    rgb, depth = world()
    context = contexts.standalone()
    surface = Surface(context, prepare(rgb, depth, split(rgb, depth)))
    for _ in surface.upload():
        pass
    ours, peer = Renderer(context), Peer(asked.folder, rgb, depth)
    rules = {edges: Displacement(edges=edges) for edges in ("stretched", "layered")}
    frame = compose(ViewOptions(), POSE, 90, SIZE, rules["stretched"])
    target = context.framebuffer([context.renderbuffer(SIZE, 4)])
    loop: dict[str, Callable[[], float]] = {PEER: peer.frame}
    pictures = {PEER: peer.picture()}
    for edges, rule in rules.items():
        for name, quality in QUALITIES.items():
            drawn = partial(ours.draw, surface, frame, rule, quality, target)
            loop[f"{edges}, {name}"] = timed(drawn, context)
            pictures[f"{edges}, {name}"] = ours.picture(surface, frame, rule, quality)
    measured = measure.interleaved(loop, asked.runs)
    facts = peer.facts
    peer.close()
    chosen, expected, at_edges = reference(raycaster.Scene(rgb, depth, rules["stretched"]), frame.views[0])
    cases = []
    for name, times in measured.items():
        seen = pictures[name].reshape(-1, 3)[chosen] / 255
        case: dict[str, Any] = {"name": name, "runs": times}
        if not name.startswith("layered"):
            case["PSNR, dB"] = raycaster.psnr(seen, expected)
            case["away from edges, dB"] = raycaster.psnr(seen, expected, ~at_edges)
        if name != PEER:
            case |= {"peer": PEER, "ratio": measure.ratio(measured, name, PEER)}
        cases.append(case)
    measure.record("three_js", "ms", cases, renderer=context.info["GL_RENDERER"], three=facts)


if __name__ == "__main__":
    main()
