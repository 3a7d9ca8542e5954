"""What the presets of x264 and x265 cost and give: `python -m benchmarks.presets`.

A side-by-side clip of a sketch world is encoded with every preset at the default quality. Time is the encoder's
processor time, colour conversion included; PSNR is over the decoded RGB frames.
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
from benchmarks.export import FPS, SIZE, pictures
from depthfusion import panorama
from depthfusion.export.codecs import Encoding
from depthfusion.export.ffmpeg import program
from depthfusion.export.scene import drawing
from depthfusion.generate.jobs import GenerateJob
from depthfusion.jobs.progress import Progress
from depthfusion.look import Look

PRESETS = ("ultrafast", "superfast", "veryfast", "fast", "medium")
OURS = "veryfast"


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
        read = panorama.load(scene)
        rule = Look().displacement(read.near, read.far)
        with drawing(read, Progress()) as draw:
            frames = np.stack(list(pictures(draw, rule, arguments.frames / FPS, arguments.frames)))
        for codec in ("h264", "hevc"):
            told: dict[str, dict[str, float]] = {}
            loop = {
                preset: lambda codec=codec, preset=preset, told=told: encoded(
                    codec, preset, frames, Path(folder) / f"{codec}-{preset}.mp4", told
                )
                for preset in PRESETS
            }
            measured = measure.interleaved(loop, arguments.runs)
            for preset, times in measured.items():
                case: dict[str, Any] = {"name": f"{codec}, {preset}", **told[preset], "runs": times}
                if preset != OURS:
                    case |= {"peer": OURS, "ratio": measure.ratio(measured, preset, OURS)}
                cases.append(case)
    measure.record("presets", "ms a frame", cases)


def encoded(codec: str, preset: str, frames: NDArray[np.uint8], clip: Path, told: dict[str, dict[str, float]]) -> float:
    """Encode `frames` [n, h, w, 3] and return the processor milliseconds a frame; tell megabytes and decibels."""
    command = Encoding(SIZE, Fraction(FPS), codec, threads=2).arguments(clip)
    command[command.index(OURS)] = preset
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program(), *command], input=frames.tobytes(), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if preset not in told:
        told[preset] = {"MB": clip.stat().st_size / 1e6, "PSNR, dB": psnr(clip, frames)}
    return 1000 * took / len(frames)


def psnr(clip: Path, frames: NDArray[np.uint8]) -> float:
    """Return the peak signal-to-noise ratio of the decoded clip in dB."""
    command = [program(), "-v", "error", "-i", str(clip), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    decoded = np.frombuffer(raw, np.uint8).reshape(frames.shape)
    errors = [np.square(a.astype(np.float32) - b).mean() for a, b in zip(decoded, frames, strict=True)]
    return float(10 * np.log10(255**2 / np.mean(errors)))


if __name__ == "__main__":
    main()
