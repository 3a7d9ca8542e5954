"""What a video holds is what is read: every bit of its depth, and the colours that its tags mean."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from depthfusion.moving import MovingPanorama
from depthfusion.moving.frames import PLAYED, levels
from tests.children import ffmpegs

from .conftest import LOSSLESS, encode, luma

SIZE = (64, 32)
GREY = [
    # pixel format, bits, full range, codec, what the file says of its range
    ("yuv420p", 8, False, "ffv1", []),
    ("yuv420p", 8, False, "h264", []),
    ("yuv420p", 8, False, "h264", ["-color_range", "tv"]),
    ("yuv420p", 8, True, "h264", ["-color_range", "pc"]),
    ("yuv444p", 8, False, "ffv1", []),
    ("yuv420p10le", 10, False, "ffv1", []),
    ("yuv420p10le", 10, True, "ffv1", ["-color_range", "pc"]),
    ("yuv420p10le", 10, False, "h264", ["-color_range", "tv"]),
    ("yuv444p12le", 12, False, "ffv1", []),
    ("gray", 8, True, "ffv1", []),
    ("gray10le", 10, True, "ffv1", []),
    ("gray16le", 16, True, "ffv1", []),
]


@pytest.mark.parametrize(("pixel_format", "bits", "full", "codec", "said"), GREY)
def test_every_bit_of_depth_is_read(
    tmp_path: Path, pixel_format: str, bits: int, full: bool, codec: str, said: list[str]
) -> None:
    values = np.linspace(0, (1 << bits) - 1, SIZE[0] * SIZE[1]).round().astype(int).reshape(1, SIZE[1], SIZE[0])
    # `setparams` changes only what the file says
    say = ["-vf", f"setparams=range={said[1]}"] if said else []
    kept = [*LOSSLESS[codec], *say, *said]
    # colour is not looked at here: the same frames
    colour = encode(tmp_path / "a.mkv", luma(values, pixel_format), SIZE, pixel_format, *kept)
    encode(tmp_path / "a.depth.mkv", luma(values, pixel_format), SIZE, pixel_format, *kept)
    with MovingPanorama(colour) as scene:
        read = scene.frame(0)[1]
    unit = 1 << (bits - 8)
    black, white = (0, 256 * unit - 1) if full else (16 * unit, 235 * unit)
    expected = np.clip((values[0] - black) / (white - black), 0, 1) * 65535
    assert read.dtype == np.uint16
    assert np.array_equal(read, np.rint(expected))


def test_depth_stored_as_rgb_is_its_grey(tmp_path: Path) -> None:
    grey = np.arange(SIZE[0] * SIZE[1]).reshape(SIZE[1], SIZE[0]) % 256
    raw = np.repeat(grey[None, ..., None], 3, axis=-1).astype(np.uint8).tobytes()
    colour = encode(tmp_path / "a.mkv", raw, SIZE, "rgb24", "-c:v", "libx264rgb", "-qp", "0")
    wide = np.repeat((grey * 256 + 7)[None, ..., None], 3, axis=-1).astype("<u2").tobytes()
    deep = encode(tmp_path / "b.mkv", wide, SIZE, "rgb48le", "-c:v", "ffv1")
    with MovingPanorama(colour, colour) as scene:
        rgb, depth = scene.frame(0)
    assert np.array_equal(depth, grey * 257)
    assert np.array_equal(rgb, np.repeat(grey[..., None], 3, axis=-1))
    with MovingPanorama(colour, deep) as scene:
        assert np.array_equal(scene.frame(0)[1], grey * 256 + 7)


def test_the_opposite_sense_is_turned(tmp_path: Path) -> None:
    values = np.arange(16, 236).repeat(10)[: SIZE[0] * SIZE[1]]
    values = np.resize(values, (1, SIZE[1], SIZE[0]))
    path = encode(tmp_path / "a.mkv", luma(values, "yuv420p"), SIZE, "yuv420p", *LOSSLESS["ffv1"])
    with MovingPanorama(path, path) as scene, MovingPanorama(path, path, invert_depth=True) as turned:
        assert np.array_equal(turned.frame(0)[1], 65535 - scene.frame(0)[1])
        assert "inverted" in turned.depth_source


def test_depth_beyond_limited_range_is_cut_off() -> None:
    table = levels(8, full_range=False)
    assert (table[:17] == 0).all()
    assert (table[235:] == 65535).all()
    assert table[16 + 73] == round(65535 * 73 / 219)


PATCHES = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [200, 120, 40]], np.uint8)
WEIGHTS = {"bt709": (0.2126, 0.0722), "bt601": (0.299, 0.114)}


def yuv(rgb: np.ndarray, matrix: str, full: bool) -> np.ndarray:
    """Y, U, V of 8 bits (ITU-T H.273, 8.3)."""
    kr, kb = WEIGHTS[matrix]
    r, g, b = np.moveaxis(rgb / 255, -1, 0)
    y = kr * r + (1 - kr - kb) * g + kb * b
    u, v = (b - y) / (2 - 2 * kb), (r - y) / (2 - 2 * kr)
    scaled = (255 * y, 255 * u + 128, 255 * v + 128) if full else (219 * y + 16, 224 * u + 128, 224 * v + 128)
    return np.clip(np.rint(np.stack(scaled)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize(
    ("matrix", "full", "said", "width"),
    [
        ("bt709", False, "bt709", 192),
        ("bt601", False, "smpte170m", 192),
        ("bt709", True, "bt709", 192),
        ("bt601", False, "", 192),  # small pictures that say nothing are BT.601's, large ones BT.709's
        ("bt709", False, "", 1536),
    ],
)
def test_colours_are_what_the_tags_mean(
    tmp_path: Path, matrix: str, full: bool, said: str, width: int, quick: bool
) -> None:
    side = width // 6
    rgb = np.repeat(PATCHES, side, axis=0)[None].repeat(width // 2, axis=0)
    planes = yuv(rgb, matrix, full)
    raw = planes[0].tobytes() + planes[1, ::2, ::2].tobytes() + planes[2, ::2, ::2].tobytes()
    tags = ["-color_range", "pc" if full else "tv"] + (["-colorspace", said] if said else [])
    say = f"setparams=range={'pc' if full else 'tv'}" + (f":colorspace={said}" if said else "")
    path = encode(tmp_path / "a.mkv", raw, (width, width // 2), "yuv420p", "-vf", say, *LOSSLESS["h264"], *tags)
    with MovingPanorama(path, path, quick=quick) as scene:
        read = scene.frame(0)[0]
    assert read.shape[2] == (4 if quick else 3)
    middle = read[width // 4, side // 2 :: side, :3].astype(int)
    assert np.abs(middle - PATCHES).max() <= 3


def test_nothing_of_one_half_comes_into_the_other(tmp_path: Path) -> None:
    """Also where the border cuts through a pair of rows that share their colour: 66 = 2·33."""
    side = 66
    raw = np.full((side, side), 200, np.uint8)
    raw[side // 2 :] = 60
    path = encode(tmp_path / "a.mkv", luma(raw[None], "yuv420p"), (side, side), "yuv420p", *LOSSLESS["ffv1"])
    with MovingPanorama(path) as scene:
        rgb, depth = scene.frame(0)
    assert rgb.shape == (33, 66, 3)
    assert (np.unique(rgb) == round((200 - 16) / 219 * 255)).all()
    assert (np.unique(depth) == round((60 - 16) / 219 * 65535)).all()


@pytest.mark.parametrize("inverted", [False, True])
def test_decoding_both_halves_at_once_gives_what_decoding_each_does(tmp_path: Path, inverted: bool) -> None:
    """To play, a file of both is decoded but once; 8-bit depth keeps its values on that way."""
    numbers = np.random.default_rng(5)
    side = 128
    grey = np.repeat(np.repeat(numbers.integers(0, 256, (3, side // 2, side // 2)), 2, 1), 2, 2).astype(np.uint8)
    path = encode(tmp_path / "a.mkv", luma(grey, "yuv420p"), (side, side), "yuv420p", *LOSSLESS["ffv1"])
    quickly = MovingPanorama(path, invert_depth=inverted, quick=True)
    with MovingPanorama(path, invert_depth=inverted) as slowly, quickly:
        for index in (0, 1, 2, 1):
            (rgb, depth), (exact, exact_depth) = quickly.frame(index), slowly.frame(index)
            assert np.array_equal(depth, exact_depth)
            assert np.abs(rgb[:, :, :3].astype(int) - exact).max() <= 1
        assert len(ffmpegs()) == 3


def test_depth_to_play_is_that_of_the_middles(tmp_path: Path) -> None:
    width = 3 * PLAYED
    values = np.broadcast_to(16 + np.arange(width) // 3 % 200, (2, width, width)).astype(np.uint8)
    path = encode(tmp_path / "a.mkv", luma(values, "yuv420p"), (width, width), "yuv420p", *LOSSLESS["ffv1"])
    with MovingPanorama(path, quick=True) as scene:
        _, depth = scene.frame(1)
    expected = np.rint(np.arange(PLAYED) % 200 / 219 * 65535)
    assert np.array_equal(depth, np.broadcast_to(expected, (PLAYED // 2, PLAYED)))
