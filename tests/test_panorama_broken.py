"""What is wrong with a file is one sentence that names it, the reason and the remedy; never a traceback, never a hang.

The broken files are made here. The full run adds hundreds of damaged ones: cut off, or with bytes changed.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from numpy.typing import NDArray
from PIL import Image

from depthfusion import panorama
from depthfusion.panorama import Panorama
from ldm3d.errors import InputError, MachineError
from ldm3d.rgbd import pack_depth

W, H = 64, 32
RGB = np.random.default_rng(1).integers(0, 256, (H, W, 3), np.uint8)
DEPTH = np.random.default_rng(2).integers(0, 65536, (H, W), np.uint16)
RELATIVE = (DEPTH / 65535).astype(np.float32)


def encoded(pixels: NDArray[Any], kind: str, *, mode: str | None = None, **options: Any) -> bytes:
    stream = io.BytesIO()
    image = Image.fromarray(pixels)
    image.convert(mode or image.mode).save(stream, kind, **options)
    return stream.getvalue()


def exr(channels: dict[str, NDArray[Any]], **header: Any) -> bytes:
    stream = io.BytesIO()
    OpenEXR.File({"type": OpenEXR.scanlineimage, **header}, channels).write(stream)
    return stream.getvalue()


def npy(values: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values, allow_pickle=True)
    return stream.getvalue()


def npy_header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def png_of_size(width: int, height: int) -> bytes:
    """A few bytes of PNG that promise a picture of that size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def exr_of_size(width: int, height: int) -> bytes:
    data = exr({"RGB": np.zeros((H, W, 3), np.float32)})
    at = data.index(b"dataWindow\0box2i\0") + len(b"dataWindow\0box2i\0") + 4
    return data[:at] + struct.pack("<4i", 0, 0, width - 1, height - 1) + data[at + 16 :]


PNG, JPEG = encoded(RGB, "PNG"), encoded(RGB, "JPEG")
WEBP, TIFF = encoded(RGB, "WEBP"), encoded(RGB, "TIFF", compression="tiff_lzw")
EXR, DEPTH_PNG = exr({"RGB": (RGB / 255).astype(np.float32)}), encoded(DEPTH, "PNG")
NPY = "'descr': '<f4', 'fortran_order': False"
NAN, INFINITE, NEGATIVE, BELOW = RELATIVE.copy(), RELATIVE.copy(), RELATIVE.copy(), RELATIVE + 1
NAN[3, 4], INFINITE[3, 4], NEGATIVE[3, 4], BELOW[0, 0] = np.nan, np.inf, -0.5, 0

COLOURS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty; give a PNG"),
    "text": (b"this is no picture\n" * 9, "is not a picture that can be read"),
    "one byte": (b"\x89", "is not a picture"),
    "zeros": (bytes(4096), "is not a picture"),
    "noise": (random.Random(1).randbytes(4096), "is not a picture"),
    "html": (b"<!DOCTYPE html><html><body>404</body></html>", "is not a picture"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="32"/>', "is not a picture"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is not a picture"),
    "zip": (b"PK\x03\x04" + bytes(60), "is not a picture"),
    "gif": (encoded(RGB[..., 0], "GIF"), "give a PNG, JPEG, WebP, TIFF or EXR file"),
    "bmp": (encoded(RGB, "BMP"), "give a PNG, JPEG, WebP, TIFF or EXR file"),
    "npy": (npy(RGB), "is not a picture"),
    "mp4": (b"\0\0\0\x18ftypmp42" + bytes(100), "is not a picture"),
    "png, magic only": (PNG[:8], "is broken or cut short"),
    "png, header only": (PNG[:33], "is broken or cut short"),
    "png, cut": (PNG[: len(PNG) // 2], "is broken or cut short"),
    "png, last row missing": (PNG[:-100], "is broken or cut short"),
    "png, wrong checksum": (PNG[:20] + b"\x55" + PNG[21:], "is broken or cut short"),
    "png, garbled": (PNG[:200] + bytes(200) + PNG[400:], "is broken or cut short"),
    "png, zero wide": (png_of_size(0, 32), "is broken or cut short"),
    "jpeg, magic only": (JPEG[:3], "is broken or cut short"),
    "jpeg, cut in the header": (JPEG[:100], "is broken or cut short"),
    "jpeg, cut": (JPEG[: len(JPEG) // 2], "is broken or cut short"),
    "webp, magic only": (WEBP[:12], "is broken or cut short"),
    "webp, cut": (WEBP[: len(WEBP) // 2], "is broken or cut short"),
    "tiff, magic only": (TIFF[:8], "is broken or cut short"),
    "tiff, cut": (TIFF[: len(TIFF) // 2], "is broken or cut short"),
    "exr, magic only": (EXR[:4], "is broken or cut short"),
    "exr, cut in the header": (EXR[:100], "is broken or cut short"),
    "exr, cut": (EXR[: len(EXR) // 2], "is broken or cut short"),
    "exr, without colour": (exr({"id": np.ones((H, W), np.uint32)}), r"no usable channels \(id\)"),
    "exr, depth alone": (exr({"Z": RELATIVE}), r"no usable channels \(Z\)"),
    "exr, two of three": (exr({"R": RELATIVE, "G": RELATIVE}), r"no usable channels"),
    "exr, whole numbers": (exr({name: DEPTH.astype(np.uint32) for name in "RGB"}), "no usable channels"),
    "32-bit whole numbers": (encoded(DEPTH.astype(np.int32), "TIFF"), "in a way that is not read"),
    "lab": (encoded(RGB, "TIFF").replace(b"\x06\x01\x03\0\x01\0\0\0\x02", b"\x06\x01\x03\0\x01\0\0\0\x08"), "not read"),
    "bomb": (png_of_size(100_000, 50_000), "16384×8192 that are read; make it smaller"),
    "bomb, just above": (png_of_size(16386, 8193), "is 16386×8193, larger than the 16384×8192"),
    "bomb, one row": (png_of_size(2**31 - 1, 1), "16384×8192 that are read"),
    "bomb, exr": (exr_of_size(100_000, 50_000), "is 100000×50000, larger than the 16384×8192"),
    "3:2": (
        encoded(RGB[:, :48], "PNG"),
        r"is 48×32, but a panorama is twice as wide as high \(2:1\); crop or resize it",
    ),
    "1:2": (encoded(RGB[:, :16], "PNG"), "is 16×32, but a panorama"),
    "one column short": (encoded(RGB[:, :63], "JPEG"), "is 63×32, but a panorama"),
    "odd square": (encoded(RGB[:31, :31], "PNG"), "is 31×31, but a panorama"),
    "too small": (encoded(RGB[:2, :4], "PNG"), "is 4×2, too small for a panorama; the least is 8×4"),
    "one pixel": (encoded(RGB[:1, :1], "PNG"), "is 1×1"),
}

DEPTHS: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "empty": (b"", {}, "is empty; give a PNG, JPEG, WebP, TIFF, EXR or NPY file"),
    "text": (b"no depth", {}, "is not a picture"),
    "cut": (DEPTH_PNG[: len(DEPTH_PNG) // 2], {}, "is broken or cut short"),
    "in colour": (PNG, {}, "is in colour, not a depth map in shades of grey"),
    "in colour, jpeg": (JPEG, {}, "is in colour"),
    "in colour, cmyk": (encoded(RGB, "JPEG", mode="CMYK"), {}, "is in colour"),
    "in colour, exr": (EXR, {"depth_unit": "relative"}, "is in colour"),
    "faintly coloured": (encoded(RGB // 4 + np.uint8(100), "PNG"), {}, "is in colour"),
    "packed in bytes": (encoded(pack_depth(DEPTH), "PNG"), {}, "is in colour"),
    "3:2": (encoded(DEPTH[:, :48], "PNG"), {}, "is 48×32, but its depth is twice as wide as high"),
    "square": (encoded(DEPTH[:, :32], "PNG"), {}, "is 32×32, but its depth"),
    "too small": (encoded(DEPTH[:2, :4], "PNG"), {}, "is 4×2, too small for its depth"),
    "bomb": (png_of_size(60_000, 30_000), {}, "16384×8192 that are read"),
    "float without a unit": (encoded(RELATIVE, "TIFF"), {}, r"give --depth-unit relative \(0 to 1\) or metres"),
    "npy without a unit": (npy(RELATIVE), {}, "give --depth-unit"),
    "exr without a unit": (exr({"Z": RELATIVE}), {}, "give --depth-unit"),
    "nan": (npy(NAN), {"depth_unit": "relative"}, r"has 1 values that are not numbers \(NaN\)"),
    "nan metres": (exr({"Z": NAN}), {"depth_unit": "metres"}, "not numbers"),
    "nan tiff": (encoded(NAN, "TIFF"), {"depth_unit": "metres"}, "not numbers"),
    "infinite": (npy(INFINITE), {"depth_unit": "relative"}, "to inf, but relative depth lies in 0 to 1"),
    "infinite everywhere": (npy(np.full((4, 8), np.inf)), {"depth_unit": "metres"}, "infinitely far everywhere"),
    "below 0": (npy(NEGATIVE), {"depth_unit": "relative"}, "has values from -0.5"),
    "above 1": (npy(RELATIVE * 3), {"depth_unit": "relative"}, "give --depth-unit metres if they are distances"),
    "0 metres": (npy(BELOW), {"depth_unit": "metres"}, "has distances down to 0; metres must be above 0"),
    "below 0 metres": (npy(-RELATIVE), {"depth_unit": "metres"}, "metres must be above 0"),
    "whole metres": (DEPTH_PNG, {"depth_unit": "metres"}, "holds uint16 values, which cannot be metres"),
    "metres inverted": (npy(BELOW + 1), {"depth_unit": "metres", "invert_depth": True}, "leave out --invert-depth"),
    "npy of objects": (npy(np.array([[{}]], object)), {}, "is broken or cut short"),
    "npy of text": (npy(np.array([["a"] * 8] * 4)), {}, "holds <U1; a depth map is uint8, uint16 or floating-point"),
    "npy of int64": (npy(DEPTH.astype(np.int64)), {}, "holds int64"),
    "npy of bool": (npy(DEPTH > 9), {}, "holds bool"),
    "npy of complex": (npy(RELATIVE * 1j), {}, "holds complex64"),
    "npy, one axis": (npy(RELATIVE[0]), {}, r"shape \(64,\); a depth map is \[height, width\]"),
    "npy, three axes": (npy(RGB), {}, "shape"),
    "npy, no axis": (npy(np.float32(1)), {}, "shape"),
    "npy, nothing in it": (npy(np.zeros((0, 0), np.float32)), {}, "is"),
    "npy, cut": (npy(RELATIVE)[:-1], {}, "is broken or cut short"),
    "npy, magic only": (b"\x93NUMPY", {}, "is broken or cut short"),
    "npy, future version": (b"\x93NUMPY\x09\x00" + bytes(200), {}, "is broken or cut short"),
    "npy, header is code": (npy_header("__import__('os').getcwd()\n"), {}, "is broken or cut short"),
    "npy, header never ends": (npy_header("{'descr': '<f4', 'shape': ((((((\n"), {}, "is broken or cut short"),
    "npy, bomb": (npy_header(f"{{{NPY}, 'shape': (1000000, 2000000)}}\n"), {}, "is broken or cut short"),
    "npy, negative": (npy_header(f"{{{NPY}, 'shape': (-4, -8)}}\n") + bytes(128), {}, "is broken or cut short"),
    "npz": (b"PK\x03\x04" + bytes(60), {}, "is not a picture"),
    "exr, cut": (exr({"Z": RELATIVE})[:-500], {"depth_unit": "relative"}, "is broken or cut short"),
    "exr, normals": (exr(dict.fromkeys(("N.X", "N.Y"), RELATIVE)), {"depth_unit": "relative"}, "no usable channels"),
}  # fmt: skip


@pytest.fixture
def good(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "colour.png").write_bytes(PNG)
    (tmp_path / "good depth.png").write_bytes(DEPTH_PNG)
    return tmp_path / "colour.png", tmp_path / "good depth.png"


def sentence(error: BaseException, name: str) -> str:
    """What a person reads: one line that names the file, gives a reason and a remedy."""
    said = str(error)
    assert "\n" not in said
    assert name in said
    assert "; " in said
    return said


@pytest.mark.parametrize("case", COLOURS)
def test_a_broken_picture(good: tuple[Path, Path], tmp_path: Path, case: str) -> None:
    data, reason = COLOURS[case]
    (tmp_path / "broken.png").write_bytes(data)
    with pytest.raises(InputError, match=reason) as caught:
        panorama.load(tmp_path / "broken.png", good[1])
    sentence(caught.value, "broken.png")


@pytest.mark.parametrize("case", DEPTHS)
def test_a_broken_depth(good: tuple[Path, Path], tmp_path: Path, case: str) -> None:
    data, options, reason = DEPTHS[case]
    (tmp_path / "broken").write_bytes(data)
    with pytest.raises(InputError, match=reason) as caught:
        panorama.load(good[0], tmp_path / "broken", **options)
    sentence(caught.value, "broken")


def test_a_picture_without_depth(good: tuple[Path, Path]) -> None:
    with pytest.raises(InputError, match=r"there is no colour\.depth\.png beside it; give one with --depth FILE$"):
        panorama.load(good[0])


def test_a_square_picture_without_depth_below(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(np.vstack([RGB, RGB]), "PNG"))
    with pytest.raises(InputError, match=r"a\.png is in colour"):
        panorama.load(tmp_path / "a.png")


def test_a_square_picture_and_a_depth(good: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(np.vstack([RGB, RGB]), "PNG"))
    with pytest.raises(
        InputError, match=r"is 64×64, but a panorama is twice as wide as high \(2:1\); leave out --depth"
    ):
        panorama.load(tmp_path / "a.png", good[1])


# --- places rather than contents -----------------------------------------------------------------------------------


PLACES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "no.png", "does not exist"),
    "missing folder": (lambda folder: folder / "no" / "no.png", "does not exist"),
    "under a file": (lambda folder: folder / "colour.png" / "no.png", "does not exist"),
    "folder": (lambda folder: folder, "is a folder"),
    "dangling link": (lambda folder: linked(folder / "link.png", folder / "no.png"), "does not exist"),
    "link to itself": (lambda folder: linked(folder / "link.png", folder / "link.png"), "cannot be opened"),
    "too long": (lambda folder: folder / ("a" * 300 + ".png"), "cannot be opened"),
    "zero byte": (lambda folder: folder / "a\0.png", "zero byte"),
    "pipe": (lambda folder: piped(folder / "pipe.png"), "is a device or a pipe"),
    "endless device": (lambda _: Path("/dev/zero"), "is a device or a pipe"),
    "no name": (lambda _: Path(), "is a folder"),
}


def linked(link: Path, target: Path) -> Path:
    link.symlink_to(target)
    return link


def piped(path: Path) -> Path:
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("case", PLACES)
@pytest.mark.parametrize("role", ["colour", "depth"])
def test_what_is_no_file(good: tuple[Path, Path], tmp_path: Path, case: str, role: str) -> None:
    place, reason = PLACES[case]
    path = place(tmp_path)
    with pytest.raises(InputError, match=reason) as caught:
        panorama.load(*((path, good[1]) if role == "colour" else (good[0], path)))
    sentence(caught.value, path.name.split("\0")[0])


_AS_NOBODY = """
import os, sys
from depthfusion import panorama
from depthfusion.errors import InputError
os.umask(0o077)
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    panorama.load(sys.argv[1])
except InputError as error:
    print(error)
"""


def test_a_picture_that_may_not_be_read(tmp_path: Path) -> None:
    secret = Path("/etc/shadow") if os.geteuid() == 0 else tmp_path / "a.png"
    if os.geteuid() != 0:
        secret.write_bytes(PNG)
        secret.chmod(0)
    said = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(secret)],
        cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == f"{secret} may not be read; change its permissions or copy it to a folder of your own"


# --- writing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.jpg", r"does not end in \.png; name it a\.png"),
        ("a", r"does not end in \.png"),
        ("no/a.png", "its folder does not exist"),
        ("colour.png/a.png", "its folder is a file"),
        ("folder.png", "it is a folder"),
        ("b.png", "b.depth.png cannot be written because it is a folder"),
        ("a" * 300 + ".png", "the name is too long"),
        ("a\0.png", "zero byte"),
    ],
)
def test_where_nothing_can_be_saved(good: tuple[Path, Path], tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "b.depth.png").mkdir()
    before = {path.name for path in tmp_path.iterdir()}
    for write in (panorama.check_destination, lambda path: panorama.save(Panorama(RGB, DEPTH), path)):
        with pytest.raises(InputError, match=reason):
            write(tmp_path / name)
    assert {path.name for path in tmp_path.iterdir()} == before


@contextlib.contextmanager
def nearly_full() -> Iterator[None]:
    """The kernel refuses what goes beyond 3000 bytes in a file, as a full disk refuses it (the test run's log too)."""
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("flat", ["colour", "depth"])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, flat: str) -> None:
    """Once the colour is what no longer fits, once the depth."""
    small = Panorama(RGB * 0, DEPTH * 0)
    panorama.save(small, tmp_path / "a.png")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    large = Panorama(RGB * 0, DEPTH) if flat == "colour" else Panorama(RGB, DEPTH * 0)
    full = "could not be written because the disk is full; free some space"
    with pytest.raises(MachineError, match=full), nearly_full():
        panorama.save(large, tmp_path / "a.png")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_picture_that_does_not_fit_into_memory(tmp_path: Path) -> None:
    """A real limit, in a process of its own: 16384×8192 needs more than it may take."""
    Image.new("RGB", (16384, 8192)).save(tmp_path / "a.png", compress_level=1)
    (tmp_path / "a.depth.png").write_bytes(DEPTH_PNG)
    script = """
import resource, sys
from depthfusion import panorama
from depthfusion.errors import MachineError
resource.setrlimit(resource.RLIMIT_AS, (700 << 20, resource.RLIM_INFINITY))
try:
    panorama.load(sys.argv[1])
except MachineError as error:
    print(error)
"""
    said = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a.png")],
        cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert "a.png could not be read because there is not enough memory; close other programs" in said.stdout


# --- damage --------------------------------------------------------------------------------------------------------


WHOLE: dict[str, bytes] = {
    "png": PNG,
    "png16": DEPTH_PNG,
    "jpeg": JPEG,
    "webp": WEBP,
    "tiff": encoded(RGB, "TIFF"),
    "tiff lzw": TIFF,
    "tiff jpeg": encoded(RGB, "TIFF", compression="jpeg"),
    "tiff float": encoded(RELATIVE, "TIFF"),
    "exr": EXR,
    "exr piz": exr({"Z": RELATIVE}, compression=OpenEXR.PIZ_COMPRESSION),
    "npy": npy(RELATIVE),
}


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Cut the data off, or change some of its bytes: anywhere, or in its first part, where the tables stand."""
    if dice.random() < 0.3:
        return data[: dice.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(dice.choice([1, 2, 8])):
        changed[dice.randrange(min(len(data), dice.choice([64, 400, len(data)])))] = dice.randrange(256)
    return bytes(changed)


def read_damaged(folder: Path, kind: str, seed: int) -> None:
    """A damaged file is either still a picture or an input error; anything else is a defect."""
    broken = folder / "broken"
    broken.write_bytes(damaged(WHOLE[kind], random.Random(f"{kind} {seed}")))
    unit: Any = "relative" if kind in ("tiff float", "exr", "exr piz", "npy") else None
    for paths in ((broken, folder / "good depth.png"), (folder / "colour.png", broken)):
        try:
            read = panorama.load(*paths, depth_unit=unit if paths[1] is broken else None)
        except InputError as error:
            sentence(error, "broken")
        else:
            assert read.rgb.dtype == np.uint8
            assert read.depth.dtype == np.uint16


@pytest.mark.parametrize("kind", WHOLE)
def test_damage_is_one_sentence(good: tuple[Path, Path], tmp_path: Path, kind: str) -> None:
    for seed in range(10):
        read_damaged(tmp_path, kind, seed)


@pytest.mark.full
@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("part", range(10))
def test_much_damage_is_one_sentence(good: tuple[Path, Path], tmp_path: Path, kind: str, part: int) -> None:
    for seed in range(1000 + 50 * part, 1050 + 50 * part):
        read_damaged(tmp_path, kind, seed)
