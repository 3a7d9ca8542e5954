"""What a video costs beyond its parts: `python -m benchmarks.export`.

The whole job (`depthfusion video`, side by side, 1920×1080 an eye) against drawing the same frames
alone and encoding the same frames alone, in turn. Where drawing and encoding share the
processor, the job can at best take as long as both together.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import measure
from depthfusion import panorama
from depthfusion.camera.frame import compose, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.camera.presets import preset
from depthfusion.export import codecs
from depthfusion.export.codecs import Encoding
from depthfusion.export.ffmpeg import Encoder
from depthfusion.export.jobs import VideoJob
from depthfusion.export.scene import drawing
from depthfusion.generate.jobs import GenerateJob
from depthfusion.jobs.cores import usable
from depthfusion.jobs.progress import Progress
from depthfusion.look import Displacement, Look

VIEW = {"layout": "sbs"}
SIZE = (3840, 1080)
FPS = 30


def main() -> None:
    """Measure and write results/export.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--frames", type=int, default=24)
    arguments = parser.parse_args()
    seconds = arguments.frames / FPS
    with tempfile.TemporaryDirectory() as folder:
        scene, clip = Path(folder) / "world.png", Path(folder) / "clip.mp4"
        GenerateJob({"prompt": "a forest in the morning", "seed": 1}, str(scene)).run(Progress())
        read = panorama.load(scene)
        rule = Look().displacement(read.near, read.far)
        encoding = Encoding(SIZE, Fraction(FPS), codecs.choose("auto", SIZE), 75, usable())
        job = VideoJob(scene=str(scene), output=str(clip), view=VIEW, export={"seconds": seconds, "fps": FPS})

        def drawn() -> list[NDArray[np.uint8]]:
            # A context for each run, as the job has its own: two at a time would draw into each other.
            with drawing(panorama.load(scene), Progress()) as draw:
                return list(pictures(draw, rule, seconds, arguments.frames))

        def encoded() -> None:
            with Encoder(clip, encoding) as encoder:
                for frame in frames:
                    encoder.write(frame)
                encoder.finish()

        frames = drawn()
        loop = {
            "loading and drawing alone": timed(drawn),
            "encoding alone": timed(encoded),
            "the whole job": timed(lambda: job.run(Progress())),
        }
        measured = measure.interleaved(loop, arguments.runs)
    both = [a + b for a, b in zip(measured["loading and drawing alone"], measured["encoding alone"], strict=True)]
    measured["drawing and encoding, one after the other"] = both
    peer = "drawing and encoding, one after the other"
    cases = []
    for name, times in measured.items():
        case = {
            "name": name,
            "frames": arguments.frames,
            "frames a second": arguments.frames / statistics.median(times),
        }
        if name == "the whole job":
            case |= {"peer": peer, "ratio": measure.ratio(measured, name, peer)}
        cases.append(case | {"runs": times})
    measure.record("export", "s", cases)


def pictures(
    draw: Callable[..., NDArray[np.uint8]], rule: Displacement, seconds: float, count: int
) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of the preset `sway` as the job draws them."""
    view = ViewOptions(**VIEW)
    path = preset("sway", pose_of(view), view.fov, rule, seconds)
    for i in range(count):
        pose, fov = path.at(i / FPS)
        yield draw(compose(view, pose, fov, SIZE, rule), rule)


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Return what does `work` and returns the seconds it took."""

    def run() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return run


if __name__ == "__main__":
    main()
