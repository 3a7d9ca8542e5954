"""What an eye of 360° stereo costs: `python -m benchmarks.ods --stereo360 CHECKOUT --python PYTHON`.

The right eye of omni-directional stereo, 2048×1024 pixels of a panorama of 4880×2440 with depth of 1024×512, into an
array: stretched, and with cut edges and the layer behind them; with what files are drawn with, and at one sample a
pixel. The peer is stereo360 on the CPU, in processes of its own and in the same loop:

- its warp with its filling of holes, as the function does it by itself. It works at the picture's size and gives one
  sample a pixel: it makes the eye of the whole panorama, and another of colour reduced to 2048×1024 beforehand;
- what its command line does for an eye (`--output-width 2048`): depth is limited in its gradient, so that hardly a hole
  is left to be filled, the eye is made at the panorama's size and then reduced, and it carries the separation of both,
  because the other is the panorama itself.

Depth of those sizes is made beforehand, and the eyes' separation moves the nearest by as much as ours.

CHECKOUT is one of https://github.com/LeonG-ZA/stereo360, PYTHON an interpreter that has NumPy and OpenCV. The world is
a sketch, or `--panorama` with its depth beside it. `--keep FOLDER` keeps the pictures.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import measure
from depthfusion import panorama
from depthfusion.camera.frame import Frame, compose, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.export.texture import reduced
from depthfusion.layers import split
from depthfusion.look import Displacement, Look
from depthfusion.render import context as contexts
from depthfusion.render.prepare import prepare
from depthfusion.render.renderer import FILE, Quality, Renderer
from depthfusion.render.surface import Surface
from ldm3d import worlds
from ldm3d.sphere import sample_wrapped, texel_centres

SIZE = (2048, 1024)
COLOUR, DEPTH = (4880, 2440), (1024, 512)
QUALITIES = (("as for files", FILE), ("1 sample", Quality(FILE.tolerance_px, 1)))
PEER = "stereo360 of the panorama, holes filled"
SMALL_PEER = "stereo360 of 2048×1024, holes filled"
COMMAND = "stereo360's command line, of the panorama, reduced"
PEER_BASELINE = 0.03 / 1.05
"""How far its strength 1 moves the nearest, in radians: the offset over the least distance, as its warp.py has them."""

Drawing = Callable[[], NDArray[np.uint8]]


def world(path: Path | None) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return the colour and the depth that are drawn."""
    if path is not None:
        read = panorama.load(path)
        return read.rgb, read.depth
    made = worlds.generate("a forest in the morning", 1, COLOUR)
    u, v = texel_centres(*DEPTH)
    depth = sample_wrapped(made.depth, u[None, :], v[:, None])
    return made.rgb, np.rint(depth).astype(np.uint16)


def for_peer(
    rgb: NDArray[np.uint8], depth: NDArray[np.uint16], rule: Displacement, size: tuple[int, int], folder: Path
) -> Path:
    """Leave what the peer reads in `folder`, which is made and returned: colour and inverse distance of `size`."""
    folder.mkdir()
    u, v = texel_centres(*size)
    np.save(folder / "rgb.npy", reduced(rgb, size[0]))
    near = (1 / rule.radius_of(sample_wrapped(depth / 65535, u[None, :], v[:, None]))).astype(np.float32)
    np.save(folder / "near.npy", near)
    nearest = float(np.percentile(near, 99))
    np.save(folder / "strength.npy", ViewOptions.eye_separation.default / 2 * nearest / PEER_BASELINE)
    return folder


@contextmanager
def peer(python: str, checkout: Path, folder: Path, *more: str) -> Iterator[Callable[[], float]]:
    """Yield what lets the peer make an eye, with `more` arguments of its own, and returns its milliseconds."""
    command = [python, str(Path(__file__).with_name("ods_peer.py")), str(checkout), str(folder), *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said, asked = process.stdout, process.stdin
        if said.readline().strip() != "ready":
            raise SystemExit("the peer did not start; see what it said above")

        def once() -> float:
            asked.write("\n")
            asked.flush()
            return float(said.readline())

        yield once
        asked.close()


def timed(draw: Drawing) -> Callable[[], float]:
    """Return what draws an eye into an array and returns the milliseconds."""

    def run() -> float:
        began = time.perf_counter()
        draw()
        return 1000 * (time.perf_counter() - began)

    return run


def drawings(rgb: NDArray[np.uint8], depth: NDArray[np.uint16], frame: Frame, context: Any) -> dict[str, Drawing]:
    """Return what draws the eye, by what is drawn and how."""
    renderer, made = Renderer(context), {}
    for edges in ("stretched", "layered"):
        layers = split(rgb, depth) if edges == "layered" else None
        surface = Surface(context, prepare(rgb, depth, layers))
        for _ in surface.upload():
            pass
        rule = Look(edges=edges).displacement()
        for name, quality in QUALITIES:
            made[f"{edges}, {name}"] = lambda surface=surface, rule=rule, quality=quality: renderer.picture(
                surface, frame, rule, quality
            )
    return made


def main() -> None:
    """Measure and write results/ods.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stereo360", type=Path, required=True, help="a checkout of the peer")
    parser.add_argument("--python", required=True, help="an interpreter with NumPy and OpenCV for the peer")
    parser.add_argument("--panorama", type=Path, help="a world of one's own instead of the sketch")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--keep", type=Path, help="a folder for the pictures")
    arguments = parser.parse_args()
    rgb, depth = world(arguments.panorama)
    rule = Look(edges="stretched").displacement()
    view = ViewOptions(projection="equirect", eye="right")
    frame = compose(view, pose_of(view), view.field_of_view, SIZE, rule)
    context = contexts.standalone()
    draws = drawings(rgb, depth, frame, context)
    with tempfile.TemporaryDirectory() as name, ExitStack() as peers:
        sizes = {PEER: (rgb.shape[1], rgb.shape[0]), SMALL_PEER: SIZE}
        folders = {case: for_peer(rgb, depth, rule, size, Path(name) / str(size[0])) for case, size in sizes.items()}
        loop = {
            case: peers.enter_context(peer(arguments.python, arguments.stereo360, folder))
            for case, folder in folders.items()
        }
        asked = (arguments.python, arguments.stereo360, folders[PEER], str(SIZE[0]), str(SIZE[1]))
        loop[COMMAND] = peers.enter_context(peer(*asked))
        measured = measure.interleaved({**loop, **{case: timed(draw) for case, draw in draws.items()}}, arguments.runs)
        peers.close()
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
            pictures = {case: np.load(folder / "peer.npy") for case, folder in folders.items()}
            for case, picture in {**pictures, **{case: draw() for case, draw in draws.items()}}.items():
                Image.fromarray(picture).save(arguments.keep / f"{case.replace(',', '').replace(' ', '-')}.png")
    cases: list[dict[str, Any]] = []
    for case, times in measured.items():
        against = [] if case in loop else [COMMAND]
        if case != PEER:
            against.insert(0, PEER)
        row = {"name": case, "runs": times}
        cases += [row | {"peer": it, "ratio": measure.ratio(measured, case, it)} for it in against] or [row]
    (height, width), (rows, columns) = rgb.shape[:2], depth.shape
    measure.record(
        "ods",
        "ms",
        cases,
        renderer=context.info["GL_RENDERER"],
        panorama=f"{width}×{height} with depth of {columns}×{rows}",
    )


if __name__ == "__main__":
    main()
