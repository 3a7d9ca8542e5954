"""What the presets of x264, x265 and SVT-AV1 cost and give: `python -m benchmarks.presets`.

A side-by-side clip of a sketch world is encoded with every preset at the default quality. Time is the encoder's
processor time; PSNR is over the decoded values of all three planes.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import measure
from benchmarks.export import CASES, FPS, drawn
from depthfusion.export.encoding import Encoding
from depthfusion.export.jobs import VideoJob
from depthfusion.ffmpeg_program import program
from depthfusion.generate.jobs import GenerateJob
from depthfusion.jobs.progress import Progress

CASE = CASES["sbs"]
PRESETS = {
    "h264": ("veryfast", ("ultrafast", "superfast", "veryfast", "fast", "medium")),
    "hevc": ("veryfast", ("ultrafast", "superfast", "veryfast", "fast", "medium")),
    "av1": ("8", ("12", "10", "8", "6")),
}
"""Of each codec ours, and those it is held against."""


def main() -> None:
    """Measure and write results/presets.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--frames", type=int, default=24)
    arguments = parser.parse_args()
    cases: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        scene = Path(folder) / "world.png"
        GenerateJob({"prompt": "a forest in the morning", "seed": 1}, str(scene)).run(Progress())
        export = {"seconds": arguments.frames / FPS, "fps": FPS, "size": list(CASE.size)}
        job = VideoJob(str(scene), str(Path(folder) / "clip.mp4"), view=CASE.view, export=export)
        frames = np.stack(drawn(job, CASE, arguments.frames, keep=True)[0])
        for codec, (ours, presets) in PRESETS.items():
            told: dict[str, dict[str, float]] = {}
            loop = {
                preset: lambda codec=codec, preset=preset, told=told: encoded(
                    codec, preset, frames, Path(folder) / f"{codec}-{preset}.mp4", told
                )
                for preset in presets
            }
            measured = measure.interleaved(loop, arguments.runs)
            for preset, times in measured.items():
                case: dict[str, Any] = {"name": f"{codec}, {preset}", **told[preset], "runs": times}
                if preset != ours:
                    case |= {"peer": ours, "ratio": measure.ratio(measured, preset, ours)}
                cases.append(case)
    measure.record("presets", "ms a frame", cases)


def encoded(codec: str, preset: str, frames: NDArray[np.uint8], clip: Path, told: dict[str, dict[str, float]]) -> float:
    """Encode NV12 `frames` [n, bytes]; return the processor milliseconds a frame; tell megabytes and decibels."""
    command = Encoding(CASE.size, Fraction(FPS), codec, threads=2).arguments(clip)
    command[command.index("-preset") + 1] = preset
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program(), *command], input=frames.tobytes(), check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if preset not in told:
        told[preset] = {"MB": clip.stat().st_size / 1e6, "PSNR, dB": psnr(clip, frames)}
    return 1000 * took / len(frames)


def psnr(clip: Path, frames: NDArray[np.uint8]) -> float:
    """Return the peak signal-to-noise ratio of the decoded clip's planes in dB."""
    command = [program(), "-v", "error", "-i", str(clip), "-f", "rawvideo", "-pix_fmt", "nv12", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    decoded = np.frombuffer(raw, np.uint8).reshape(frames.shape)
    errors = [np.square(a.astype(np.float32) - b).mean() for a, b in zip(decoded, frames, strict=True)]
    return float(10 * np.log10(255**2 / np.mean(errors)))


if __name__ == "__main__":
    main()
