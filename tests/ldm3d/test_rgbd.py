"""LDM3D's packing and the pair of PNG files: every depth value exact, whole files, one sentence for what is wrong."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ldm3d import rgbd
from ldm3d.errors import InputError

EVERY_DEPTH = np.arange(65536, dtype=np.uint16).reshape(128, 512)


def colours(height: int = 8, width: int = 16) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def test_every_depth_is_packed_as_zero_high_low_and_comes_back() -> None:
    packed = rgbd.pack_depth(EVERY_DEPTH)
    assert packed.dtype == np.uint8
    np.testing.assert_array_equal(packed[..., 0], 0)
    assert tuple(packed[0x12, 0x34]) == (0, *divmod(0x12 * 512 + 0x34, 256))
    np.testing.assert_array_equal(rgbd.unpack_depth(packed), EVERY_DEPTH)
    assert rgbd.unpack_depth(packed).dtype == np.uint16


def test_packing_takes_batches() -> None:
    batch = np.stack([EVERY_DEPTH, EVERY_DEPTH[::-1]])
    np.testing.assert_array_equal(rgbd.unpack_depth(rgbd.pack_depth(batch)), batch)


def test_the_first_byte_is_not_looked_at() -> None:
    assert rgbd.unpack_depth(np.array([[[255, 1, 2]]], np.uint8)) == 258


@pytest.mark.parametrize("kind", [np.bool_, np.uint16, np.int64])
def test_other_types_are_not_packed_depth(kind: type) -> None:
    with pytest.raises(InputError, match=np.dtype(kind).name):
        rgbd.unpack_depth(np.zeros((2, 2, 3), kind))


def test_other_shapes_are_not_packed_depth() -> None:
    with pytest.raises(InputError, match="last axis"):
        rgbd.unpack_depth(np.zeros((2, 4), np.uint8))


def test_only_uint16_is_packed() -> None:
    with pytest.raises(InputError, match="float64"):
        rgbd.pack_depth(np.zeros((2, 2)))  # type: ignore[arg-type]


def test_the_pair_comes_back_exact_with_its_texts(tmp_path: Path) -> None:
    rgb = colours(32, 64)
    texts = {"parameters": "森の夜明け, café\nSteps: 50", "plain": "Latin café", rgbd.XMP: "<x:xmpmeta/>"}
    rgbd.write_pair(tmp_path / "scene.png", rgb, EVERY_DEPTH, texts)
    pair = rgbd.read_pair(tmp_path / "scene.png")
    np.testing.assert_array_equal(pair.rgb, rgb)
    np.testing.assert_array_equal(pair.depth, EVERY_DEPTH)
    assert pair.depth.dtype == np.uint16
    assert pair.texts.items() >= texts.items()


def png_chunks(path: Path) -> list[tuple[str, bytes]]:
    """The file's chunks, read by the PNG specification alone."""
    data, chunks, at = path.read_bytes(), [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunks.append((data[at + 4 : at + 8].decode(), data[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def test_the_files_are_what_png_says(tmp_path: Path) -> None:
    """Header, texts and the depth's own bytes, read without Pillow."""
    rgbd.write_pair(tmp_path / "a.png", colours(), np.full((4, 8), 0x1234, np.uint16), {rgbd.XMP: "<x/>", "k": "é"})
    colour, depth = png_chunks(tmp_path / "a.png"), png_chunks(tmp_path / "a.depth.png")
    assert colour[0] == ("IHDR", struct.pack(">IIBBBBB", 16, 8, 8, 2, 0, 0, 0))  # 8-bit, RGB
    assert depth[0] == ("IHDR", struct.pack(">IIBBBBB", 8, 4, 16, 0, 0, 0, 0))  # 16-bit, grey
    assert ("iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>") in colour
    assert ("tEXt", b"k\0\xe9") in colour
    assert [name for name, _ in colour].index("iTXt") < [name for name, _ in colour].index("IDAT")
    rows = zlib.decompress(b"".join(body for name, body in depth if name == "IDAT"))
    assert len(rows) == 4 * (1 + 2 * 8)


def test_a_lone_surrogate_does_not_stop_the_writing(tmp_path: Path) -> None:
    rgbd.write_pair(tmp_path / "a.png", colours(), EVERY_DEPTH, {"parameters": "odd \udcff name"})
    assert rgbd.read_pair(tmp_path / "a.png").texts["parameters"] == "odd ? name"


@pytest.mark.parametrize(
    ("name", "beside"), [("a.png", "a.depth.png"), ("a.b.png", "a.b.depth.png"), ("A.PNG", "A.depth.png")]
)
def test_where_the_depth_stands(name: str, beside: str) -> None:
    assert rgbd.depth_path(Path("folder") / name) == Path("folder") / beside


def test_only_png_names_are_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"does not end in \.png"):
        rgbd.write_pair(tmp_path / "a.jpg", colours(), EVERY_DEPTH)
    assert not list(tmp_path.iterdir())


def test_a_failed_writing_leaves_what_was_there(tmp_path: Path) -> None:
    rgbd.write_pair(tmp_path / "a.png", colours(), EVERY_DEPTH)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(TypeError):
        rgbd.write_pair(tmp_path / "a.png", np.zeros((8, 16, 7), np.uint8), EVERY_DEPTH[::-1])
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_pair_is_two_files(tmp_path: Path) -> None:
    rgbd.write_pair(tmp_path / "a.png", colours(), EVERY_DEPTH)
    (tmp_path / "a.depth.png").unlink()
    with pytest.raises(InputError, match=r"a\.depth\.png does not exist"):
        rgbd.read_pair(tmp_path / "a.png")


def test_depth_of_eight_bits_is_not_half_of_a_pair(tmp_path: Path) -> None:
    rgbd.write_pair(tmp_path / "a.png", colours(), EVERY_DEPTH)
    Image.new("L", (8, 4)).save(tmp_path / "a.depth.png")
    with pytest.raises(InputError, match="not a 16-bit grey PNG"):
        rgbd.read_pair(tmp_path / "a.png")


@pytest.mark.parametrize("keep", [0, 4, 20, 60, 200])
def test_a_cut_pair_is_one_sentence(tmp_path: Path, keep: int) -> None:
    rgbd.write_pair(tmp_path / "a.png", colours(), EVERY_DEPTH)
    for name in ("a.png", "a.depth.png"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[:keep])
        with pytest.raises(InputError) as caught:
            rgbd.read_pair(tmp_path / "a.png")
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)
        (tmp_path / name).write_bytes(whole)
