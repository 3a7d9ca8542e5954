"""Videos of known values, made by the ffmpeg that reads them, without loss."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from tests.children import ffmpegs

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
LOSSLESS = {"ffv1": ["-c:v", "ffv1"], "h264": ["-c:v", "libx264", "-qp", "0", "-preset", "ultrafast"]}


def encode(path: Path, raw: bytes, size: tuple[int, int], pixel_format: str, *arguments: str, rate: str = "10") -> Path:
    """Write raw frames as a video; `arguments` are ffmpeg's for the output."""
    width, height = size
    given = ["-f", "rawvideo", "-pixel_format", pixel_format, "-video_size", f"{width}x{height}", "-framerate", rate]
    command = [FFMPEG, "-v", "error", "-y", *given, "-i", "-", "-an", *arguments, str(path)]
    subprocess.run(command, input=raw, check=True, capture_output=True)
    return path


def luma(values: np.ndarray, pixel_format: str) -> bytes:
    """Frames [n, h, w] as the raw bytes of a grey or YUV format, its chroma neutral."""
    wide = pixel_format.endswith("le")
    bits = 16 if "16" in pixel_format else 12 if "12" in pixel_format else 10 if wide else 8
    n, h, w = values.shape
    parts = [values.reshape(n, -1)]
    if "420" in pixel_format:
        parts.append(np.full((n, h * w // 2), 1 << (bits - 1)))
    elif "444" in pixel_format:
        parts.append(np.full((n, h * w * 2), 1 << (bits - 1)))
    return np.concatenate(parts, axis=1).astype("<u2" if wide else np.uint8).tobytes()


def numbered(count: int, size: tuple[int, int] = (32, 16)) -> np.ndarray:
    """Luma [n, h, w] whose frame i is 20 + i everywhere."""
    return np.broadcast_to(20 + np.arange(count)[:, None, None], (count, size[1], size[0]))


def number_of(depth: np.ndarray) -> int:
    """Which frame of `numbered` a depth of limited range is."""
    (value,) = np.unique(depth)
    return round(float(value) / 65535 * 219 + 16) - 20


@pytest.fixture(autouse=True)
def nothing_runs_on() -> Iterator[None]:
    """Fail a test that leaves an ffmpeg."""
    yield
    assert not ffmpegs()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty numbered frames, 32×32 (colour over depth), with B-frames and keyframes now and then."""
    path = tmp_path_factory.mktemp("moving") / "clip.mp4"
    kept = ["-c:v", "libx264", "-qp", "0", "-g", "12", "-bf", "3", "-pix_fmt", "yuv420p"]
    return encode(path, luma(numbered(40, (32, 32)), "yuv420p"), (32, 32), "yuv420p", *kept)
