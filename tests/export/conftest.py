"""Reading videos back, with ffmpeg's own decoder and with a parser of MP4 boxes."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from depthfusion import panorama

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


@dataclass(frozen=True)
class Video:
    """What a player would find in a file."""

    path: Path

    def _decoded(self, *arguments: str) -> bytes:
        command = [FFMPEG, "-v", "error", "-i", str(self.path), *arguments, "-fps_mode", "passthrough"]
        return subprocess.run([*command, "-f", "rawvideo", "-"], check=True, capture_output=True).stdout

    @property
    def words(self) -> str:
        """What ffmpeg says about the file."""
        command = [FFMPEG, "-hide_banner", "-i", str(self.path)]
        # It ends with an error, as no output is named.
        return subprocess.run(command, check=False, capture_output=True, text=True).stderr

    @property
    def size(self) -> tuple[int, int]:
        found = re.search(r"Video: .*?, (\d+)x(\d+)", self.words)
        assert found
        return int(found[1]), int(found[2])

    @property
    def frames(self) -> np.ndarray:
        """RGB frames uint8 [N, H, W, 3], converted as a player that trusts the file's tags does.

        ffmpeg's `scale` takes chroma for centred, whatever the file says, until it is told.
        """
        width, height = self.size
        finely = "flags=accurate_rnd+full_chroma_int+full_chroma_inp"
        tagged = f"scale=in_color_matrix=auto:in_range=auto:in_chroma_loc=left:{finely}"
        raw = self._decoded("-vf", tagged, "-pix_fmt", "rgb24")
        return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)

    @property
    def planes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The stored Y, U and V of the first frame."""
        width, height = self.size
        raw = np.frombuffer(self._decoded("-frames:v", "1", "-pix_fmt", "yuv420p"), np.uint8)
        y, u, v = np.split(raw, [width * height, width * height * 5 // 4])
        chroma = (height // 2, width // 2)
        return y.reshape(height, width), u.reshape(chroma), v.reshape(chroma)

    @property
    def times(self) -> list[float]:
        """When each frame is shown, in seconds."""
        command = [FFMPEG, "-v", "info", "-i", str(self.path), "-vf", "showinfo", "-fps_mode", "passthrough"]
        said = subprocess.run([*command, "-f", "null", "-"], check=True, capture_output=True, text=True).stderr
        return [float(time) for time in re.findall(r" n: *\d+ .*?pts_time:([0-9.]+)", said)]

    @property
    def keyframes(self) -> list[bool]:
        """Which frames a player can begin with."""
        command = [FFMPEG, "-v", "info", "-i", str(self.path), "-vf", "showinfo", "-fps_mode", "passthrough"]
        said = subprocess.run([*command, "-f", "null", "-"], check=True, capture_output=True, text=True).stderr
        return [flag == "1" for flag in re.findall(r"iskey:(\d)", said)]

    @property
    def boxes(self) -> list[tuple[str, bytes]]:
        """Paths of the file's boxes, such as moov/trak, with their contents, in order."""
        return list(_boxes(self.path.read_bytes(), ""))

    def box(self, name: str) -> bytes:
        """The content of the only box called `name`."""
        found = [content for path, content in self.boxes if path.rsplit("/", 1)[-1] == name]
        assert len(found) == 1, (name, [path for path, _ in self.boxes])
        return found[0]


_PARENTS = {"moov": 0, "trak": 0, "mdia": 0, "minf": 0, "stbl": 0, "stsd": 8, "avc1": 78, "hvc1": 78, "av01": 78}


def _boxes(data: bytes, parent: str) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        assert size >= 8, "no box of ours needs the long form"
        name, content = kind.decode("latin-1"), data[at + 8 : at + size]
        path = f"{parent}/{name}".lstrip("/")
        yield path, content
        if name in _PARENTS:
            yield from _boxes(content[_PARENTS[name] :], path)
        at += size


def planes_of(rgb: np.ndarray, bits: int = 8) -> np.ndarray:
    """The bytes of NV12, or of P010, of sRGB uint8 [H, W, 3]: Rec. ITU-R BT.709-6, limited range, chroma sited left."""
    step = 2 ** (bits - 8)
    encoded = rgb / 255
    left = np.concatenate([encoded[:, :1], encoded[:, :-1]], axis=1)
    right = np.concatenate([encoded[:, 1:], encoded[:, -1:]], axis=1)
    sited = ((left + 2 * encoded + right) / 4)[:, ::2]
    mean = (sited[::2] + sited[1::2]) / 2
    grey, luma = mean @ [0.2126, 0.7152, 0.0722], encoded @ [0.2126, 0.7152, 0.0722]
    chroma = np.stack([(mean[..., 2] - grey) / 1.8556, (mean[..., 0] - grey) / 1.5748], axis=-1)
    codes = [(16 + 219 * luma) * step, (128 + 224 * chroma) * step]
    flat = np.concatenate([plane.round().ravel() for plane in codes]).astype("<u2")
    return flat.astype(np.uint8) if bits == 8 else (flat << 6).view(np.uint8)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB of two 8-bit pictures."""
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return float(10 * np.log10(255**2 / error)) if error else np.inf


@pytest.fixture(autouse=True)
def nothing_half_written(tmp_path: Path) -> Iterator[None]:
    """Fail a test that leaves a partial file."""
    yield
    assert not list(tmp_path.rglob(".partial*"))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panorama of soft colours and hills of depth."""
    u, v = np.meshgrid((np.arange(256) + 0.5) / 256, (np.arange(128) + 0.5) / 128)
    waves = [np.sin(2 * np.pi * (a * u + c)) * np.sin(np.pi * v) ** 2 for a, c in ((3, 0), (5, 0.3), (2, 0.7))]
    rgb = np.stack([128 + 90 * wave for wave in waves], axis=-1).round().astype(np.uint8)
    depth = (32768 + 20000 * np.sin(4 * np.pi * u) * np.sin(np.pi * v) ** 2).round().astype(np.uint16)
    path = tmp_path_factory.mktemp("world") / "hills.png"
    panorama.save(panorama.Panorama(rgb, depth), path)
    return path
