"""What is no moving panorama is said in one sentence, before anything is drawn."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from depthfusion.errors import InputError, MachineError
from depthfusion.moving import MovingPanorama, depth_beside, is_moving
from depthfusion.panorama import MissingDepthError

from .conftest import FFMPEG, LOSSLESS, encode, luma, numbered


def video(path: Path, size: tuple[int, int], count: int = 5, *more: str) -> Path:
    return encode(path, luma(numbered(count, size), "yuv420p"), size, "yuv420p", *LOSSLESS["h264"], *more)


def sound(path: Path) -> Path:
    subprocess.run([FFMPEG, "-v", "error", "-f", "lavfi", "-i", "sine=d=0.2", str(path)], check=True)
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def cut(path: Path, share: float) -> Path:
    data = video(path, (32, 32), 40, "-movflags", "+faststart").read_bytes()
    return written(path, data[: int(len(data) * share)])


def hdr(path: Path) -> Path:
    said = ["-color_trc", "smpte2084", "-color_primaries", "bt2020", "-colorspace", "bt2020nc"]
    return video(path, (32, 32), 2, "-vf", "setparams=color_trc=smpte2084", *said)


def tiny(path: Path) -> Path:
    return encode(path.with_suffix(".mkv"), bytes(16), (4, 4), "gray", "-c:v", "ffv1")


MISTAKES: list[tuple[str, Callable[[Path], object]]] = [
    (r"a\.mp4 does not exist", lambda path: path),
    (r"a\.mp4 is no file", lambda path: path.mkdir()),
    (r"a\.mp4 is broken or no video \(.*moov atom not found\)", lambda path: written(path, b"hello")),
    (r"a\.mp4 is broken or no video", lambda path: written(path, b"")),
    (r"a\.mp4 is cut short", lambda path: cut(path, 0.9)),
    (r"a\.mp4 is cut short", lambda path: cut(path, 0.5)),
    (r"a\.mp4 has no video in it", sound),
    (r"a\.mp4 is 48×32, but a panorama is twice as wide as high", lambda path: video(path, (48, 32))),
    (r"a\.mkv is 4×2, too small", tiny),
    (r"a\.mp4 is HDR \(PQ\)", hdr),
]


@pytest.mark.parametrize(("words", "make"), MISTAKES)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, words: str, make: Callable[[Path], object]) -> None:
    made = make(tmp_path / "a.mp4")
    path = made if isinstance(made, Path) else tmp_path / "a.mp4"
    with pytest.raises(InputError, match=f"{re.escape(str(path.parent))}/{words}") as caught:
        MovingPanorama(path)
    assert "\n" not in str(caught.value)


def test_a_colour_needs_its_depth(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", (32, 16))
    with pytest.raises(MissingDepthError, match=r"no a\.depth\.mp4 beside it; give one with --depth"):
        MovingPanorama(path)
    beside = video(tmp_path / "a.depth.mkv", (32, 16))
    assert depth_beside(path) == beside
    MovingPanorama(path).close()


def test_the_two_must_belong_together(tmp_path: Path) -> None:
    colour = video(tmp_path / "a.mp4", (32, 16), 20)
    longer = video(tmp_path / "long.mp4", (32, 16), 23)
    with pytest.raises(InputError, match=r"one lasts 2\.00 s \(20 frames\) and the other 2\.30 s \(23 frames\)"):
        MovingPanorama(colour, longer)
    MovingPanorama(colour, video(tmp_path / "ok.mp4", (32, 16), 21)).close()
    with pytest.raises(InputError, match=r"square\.mp4 is 32×32, but its depth is twice as wide"):
        MovingPanorama(colour, video(tmp_path / "square.mp4", (32, 32), 20))
    with pytest.raises(InputError, match=r"32×32, but a panorama is twice as wide as high \(2:1\); leave out --depth"):
        MovingPanorama(tmp_path / "square.mp4", colour)
    with pytest.raises(InputError, match=r"still\.png cannot be the depth of a video"):
        MovingPanorama(colour, tmp_path / "still.png")


def test_a_time_that_is_not_there_is_said(clip: Path) -> None:
    with MovingPanorama(clip) as scene:
        for seconds in (0, 2.5, 3.99):
            scene.check_time(seconds)
        for seconds in (-1, 4, 100):
            with pytest.raises(InputError, match=rf"nothing at {seconds} s: choose a time from 0 to 3\.9 s"):
                scene.check_time(seconds)


def test_a_frame_that_cannot_be_decoded_is_one_sentence(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(16, 236, (20, 64, 64))
    kept = [*LOSSLESS["h264"], "-g", "1", "-movflags", "+faststart"]
    path = encode(tmp_path / "a.mp4", luma(noise, "yuv420p"), (64, 64), "yuv420p", *kept)
    data = bytearray(path.read_bytes())
    half = (data.index(b"mdat") + len(data)) // 2
    data[half:] = bytes(len(data) - half)
    path.write_bytes(data)
    with MovingPanorama(path) as scene, pytest.raises(InputError, match=r"a\.mp4 is broken: frame \d+ of 20 cannot be"):
        all(scene.frame(i) for i in range(20))


def test_a_missing_ffmpeg_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", (32, 32))
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "gone"))
    with pytest.raises(MachineError, match="could not be started"):
        MovingPanorama(path)


def test_videos_are_known_by_their_names() -> None:
    assert all(is_moving(Path(name)) for name in ("a.mp4", "b.MOV", "c.mkv", "d.webm"))
    assert not any(is_moving(Path(name)) for name in ("a.png", "b.depthfusion", "mp4", "c.exr"))
