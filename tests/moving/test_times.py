"""Every frame is found at its own time, in any order, over and over."""

from __future__ import annotations

import subprocess
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from depthfusion.moving import MovingPanorama
from depthfusion.panorama import Panorama
from tests.children import ffmpegs

from .conftest import FFMPEG, LOSSLESS, encode, luma, number_of, numbered


def test_frames_come_in_order_and_in_any_order(clip: Path) -> None:
    with MovingPanorama(clip) as scene:
        assert len(scene.times) == 40
        assert (scene.size, scene.depth_size) == ((32, 16), (32, 16))
        assert [number_of(scene.frame(i)[1]) for i in range(40)] == list(range(40))
        rng = np.random.default_rng(3)
        for i in (39, 0, 38, 12, 11, 11, *rng.integers(0, 40, 12).tolist()):
            rgb, depth = scene.frame(i)
            assert number_of(depth) == i
            assert (np.unique(rgb) == round((4 + i) / 219 * 255)).all()


@pytest.mark.parametrize(
    ("suffix", "rate"), [("mp4", "30000/1001"), ("mkv", "30000/1001"), ("mov", "24"), ("webm", "25")]
)
def test_rates_and_containers(tmp_path: Path, suffix: str, rate: str) -> None:
    codec = ["-c:v", "libvpx-vp9", "-lossless", "1"] if suffix == "webm" else LOSSLESS["h264"]
    raw = luma(numbered(20, (32, 32)), "yuv420p")
    path = encode(tmp_path / f"a.{suffix}", raw, (32, 32), "yuv420p", *codec, rate=rate)
    over, _, under = rate.partition("/")
    exact = int(over) / int(under or 1)
    with MovingPanorama(path) as scene:
        assert scene.rate == pytest.approx(exact, rel=2e-3)
        assert scene.duration == pytest.approx(20 / exact, abs=2e-3)
        assert scene.times == pytest.approx(np.arange(20) / exact, abs=6e-4)
        # a clip of the same rate, for three rounds, whatever a container's clock made of the times
        assert [scene.index_at(i * int(under or 1) / int(over)) for i in range(60)] == [i % 20 for i in range(60)]
        assert number_of(scene.frame(13)[1]) == 13
        assert number_of(scene.frame(2)[1]) == 2


def test_a_frame_is_shown_until_the_next_begins(clip: Path) -> None:
    with MovingPanorama(clip) as scene:
        assert [scene.index_at(t) for t in (0, 0.04, 0.07, 0.1, 0.16, 3.9, 3.96, 4.0, 4.11)] == [
            0,
            0,
            0,
            1,
            1,
            39,
            39,
            0,
            1,
        ]
        still = scene.at(1.2)
        assert isinstance(still, Panorama)
        assert number_of(still.depth) == 12
        assert still.depth_source == "file clip.mp4, lower half"


def test_frames_of_uneven_length_keep_their_times(tmp_path: Path) -> None:
    raw = luma(numbered(7, (32, 32)), "yuv420p")
    some = ["-vf", "select='not(between(n,2,4))'", "-fps_mode", "passthrough"]
    path = encode(tmp_path / "a.mkv", raw, (32, 32), "yuv420p", *some, *LOSSLESS["h264"])
    with MovingPanorama(path) as scene:
        assert scene.times == pytest.approx([0, 0.1, 0.5, 0.6], abs=1e-3)
        assert [scene.index_at(t) for t in (0, 0.1, 0.4, 0.5, 0.6, 0.74)] == [0, 1, 1, 2, 3, 3]
        assert [number_of(scene.frame(i)[1]) for i in (2, 3, 1)] == [5, 6, 1]


def test_sound_that_begins_earlier_changes_nothing(clip: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.mp4"
    sound = ["-f", "lavfi", "-i", "sine=d=5"]
    maps = ["-map", "1:v", "-map", "0:a", "-c:v", "copy", "-c:a", "aac"]
    command = [FFMPEG, "-v", "error", *sound, "-itsoffset", "0.7", "-i", str(clip), *maps, str(late)]
    subprocess.run(command, check=True, capture_output=True)
    with MovingPanorama(late) as scene:
        assert scene.duration == pytest.approx(4)
        assert [number_of(scene.frame(i)[1]) for i in (0, 1, 30, 5)] == [0, 1, 30, 5]


def test_a_depth_of_another_rate_and_size_is_taken_at_the_same_times(tmp_path: Path) -> None:
    colour = encode(tmp_path / "a.mp4", luma(numbered(20), "yuv420p"), (32, 16), "yuv420p", *LOSSLESS["h264"])
    slow = luma(numbered(10, (64, 32)), "yuv420p")
    encode(tmp_path / "a.depth.mkv", slow, (64, 32), "yuv420p", *LOSSLESS["ffv1"], rate="5")
    with MovingPanorama(colour) as scene:
        assert scene.depth_size == (64, 32)
        for i in (0, 1, 2, 3, 18, 19, 7):
            rgb, depth = scene.frame(i)
            assert number_of(depth) == i // 2
            assert (np.unique(rgb) == round((4 + i) / 219 * 255)).all()


def test_a_file_that_changed_is_read_anew(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(clip.read_bytes())
    with MovingPanorama(path) as scene, MovingPanorama(path) as again:
        assert len(scene.times) == len(again.times) == 40
    encode(path, luma(numbered(3, (32, 32)), "yuv420p"), (32, 32), "yuv420p", *LOSSLESS["h264"])
    with MovingPanorama(path) as scene:
        assert len(scene.times) == 3


def test_a_single_frame_is_a_scene_of_a_second(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", luma(numbered(1, (32, 32)), "yuv420p"), (32, 32), "yuv420p", *LOSSLESS["h264"])
    with MovingPanorama(path) as scene:
        assert scene.duration == 1
        assert {scene.index_at(t) for t in (0, 0.5, 7)} == {0}
        assert number_of(scene.frame(0)[1]) == 0


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    size = (256, 256)
    raw = luma(numbered(150, size) % 200, "yuv420p")
    path = encode(tmp_path / "a.mp4", raw, size, "yuv420p", *LOSSLESS["h264"])
    with MovingPanorama(path) as scene:
        scene.frame(0)
        tracemalloc.start()
        try:
            for i in range(150):
                scene.frame(i)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 8 * 256 * 128 * 5  # bytes of eight frames of colour and depth


def test_closing_ends_the_decoders_and_reading_begins_them_again(clip: Path) -> None:
    scene = MovingPanorama(clip)
    scene.frame(3)
    assert len(ffmpegs()) == 2
    scene.close()
    assert not ffmpegs()
    assert number_of(scene.frame(4)[1]) == 4
    scene.close()
