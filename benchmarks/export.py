"""What a video costs beyond its parts: `python -m benchmarks.export [--view 360]`.

The whole job (`depthfusion video`; side by side, 1920×1080 an eye, or 360° one eye above the other, 4096×4096) against
drawing the same frames alone and encoding the same planes alone, in turn. Where drawing and encoding share the
processor, the job can at best take as long as both together; where a GPU draws, as the longer one.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import measure
from depthfusion import panorama
from depthfusion.camera.frame import pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.camera.path import frame_times
from depthfusion.camera.presets import preset
from depthfusion.export import codecs, hardware
from depthfusion.export.clip import Clip
from depthfusion.export.encoding import Encoding
from depthfusion.export.ffmpeg import Encoder
from depthfusion.export.jobs import VideoJob
from depthfusion.export.scene import opened
from depthfusion.generate.jobs import GenerateJob
from depthfusion.jobs.cores import usable
from depthfusion.jobs.progress import Progress
from depthfusion.look import Look
from depthfusion.render.quality import FILE
from depthfusion.render.readback import Readback

FPS = 30
KEPT = 20
"""Frames that are drawn for encoding alone, which goes through them there and back: the picture moves as in the job."""


@dataclass(frozen=True)
class Case:
    """A kind of video: how it is viewed, its size, and the name of its results."""

    name: str
    size: tuple[int, int]
    view: dict[str, Any] = field(default_factory=dict)


CASES = {
    "sbs": Case("export", (3840, 1080), {"layout": "sbs"}),
    "360": Case("export_360", (4096, 4096), {"projection": "equirect", "layout": "tb", "level": True}),
}


def main() -> None:
    """Measure and write the results of one kind of video."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--view", choices=CASES, default="sbs")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--frames", type=int, default=24)
    arguments = parser.parse_args()
    case, count = CASES[arguments.view], arguments.frames
    with tempfile.TemporaryDirectory() as folder:
        scene, output = Path(folder) / "world.png", Path(folder) / "clip.mp4"
        GenerateJob({"prompt": "a forest in the morning", "seed": 1}, str(scene)).run(Progress())
        export = {"seconds": count / FPS, "fps": FPS, "size": list(case.size)}
        job = VideoJob(scene=str(scene), output=str(output), view=case.view, export=export)
        encoding = Encoding(case.size, Fraction(FPS), codecs.choose("auto", case.size), 75, usable())
        encoding = replace(encoding, encoder=hardware.choose("auto", encoding).encoder)
        kept, renderer = drawn(job, case, min(count, KEPT), keep=True)
        there_and_back = kept + kept[-2:0:-1]
        planes = (there_and_back * -(-count // max(len(there_and_back), 1)))[:count]

        def encoded() -> None:
            with Encoder(output, encoding) as encoder:
                for frame in planes:
                    encoder.write(frame)
                encoder.finish()

        parts = {
            "loading and drawing alone": lambda: drawn(job, case, count, keep=False),
            "encoding alone": encoded,
            "the whole job": lambda: job.run(Progress()),
        }
        measured: dict[str, list[float]] = {name: [] for name in parts}
        for _ in range(arguments.runs):
            for name, part in parts.items():
                measured[name].append(timed(part))
    both = [a + b for a, b in zip(measured["loading and drawing alone"], measured["encoding alone"], strict=True)]
    peer = "drawing and encoding, one after the other"
    measured[peer] = both
    cases = []
    for name, times in measured.items():
        told = {"name": name, "frames": count, "frames a second": count / statistics.median(times)}
        if name == "the whole job":
            told |= {"peer": peer, "ratio": measure.ratio(measured, name, peer)}
        cases.append(told | {"runs": times})
    measure.record(case.name, "s", cases, renderer=renderer, note=f"{case.size[0]}×{case.size[1]}, {encoding.by}.")


def clip_of(job: VideoJob, case: Case, count: int, scene: panorama.Panorama) -> Clip:
    """Return the first frames, as many as `count`, of the clip that the job draws."""
    view = ViewOptions(**case.view)
    rule = Look(**job.look).displacement(scene.near, scene.far)
    seconds = job.export["seconds"]
    path = preset("sway", pose_of(view), view.field_of_view, rule, seconds)
    return Clip(view, case.size, Fraction(FPS), path, frame_times(seconds, Fraction(FPS))[:count], rule)


def drawn(job: VideoJob, case: Case, count: int, *, keep: bool) -> tuple[list[NDArray[np.uint8]], str]:
    """Load the world and draw the job's first frames in a context of their own, as the job does.

    Returns the frames' planes, or none where they are not to be kept (nor even converted), and the renderer's name.
    """
    scene = panorama.load(job.scene)
    clip = clip_of(job, case, count, scene)
    planes: list[NDArray[np.uint8]] = []
    with opened(scene, Progress(), job.layers(scene, clip.rule, Progress())) as (renderer, surface):
        readback = Readback(renderer.context, clip.size)
        for frame in clip.frames():
            renderer.draw(surface, frame, clip.rule, FILE, readback.target)
            if keep:
                done = readback.submit()
                planes += [] if done is None else [done]
            else:
                renderer.context.finish()
        planes += list(readback.rest())
        readback.release()
        return planes, str(renderer.context.info["GL_RENDERER"])


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    main()
