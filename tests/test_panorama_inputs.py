"""Every kind of file that a panorama is read from, against values that were known before they were written.

Files that Pillow cannot write (16-bit colour) are made here by the letter of PNG and TIFF.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from depthfusion import conversion, panorama, picture
from ldm3d.errors import InputError

W, H = 32, 16
RGB = np.random.default_rng(1).integers(0, 256, (H, W, 3), np.uint8)
RGB16 = np.random.default_rng(2).integers(0, 65536, (H, W, 3), np.uint16)
DEPTH = np.random.default_rng(3).integers(0, 65536, (H // 2, W // 2), np.uint16)
SMOOTH = np.stack(np.broadcast_arrays(*np.ogrid[40 : 200 : H * 1j, 60 : 220 : W * 1j], 128.0), -1).astype(np.uint8)


def png(pixels: NDArray[Any], colour_type: int) -> bytes:
    """A PNG by the letter of its specification: big-endian, no filter."""
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.astype(f">u{pixels.itemsize}").tobytes() for row in pixels)

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def tiff(
    pixels: NDArray[Any], order: str, *, deflate: bool = False, photometric: int = 2, extra: int | None = None
) -> bytes:
    """A TIFF by the letter of its specification: one strip, `order` is < or >."""
    height, width, samples = pixels.shape
    strip = pixels.astype(f"{order}u{pixels.itemsize}").tobytes()
    strip = zlib.compress(strip) if deflate else strip
    bits = struct.pack(f"{order}{samples}H", *[8 * pixels.itemsize] * samples)
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, samples, 8 if samples > 1 else 16),
        (259, 3, 1, 8 if deflate else 1),
    ]
    entries += [(262, 3, 1, photometric), (273, 4, 1, 8 + len(bits)), (277, 3, 1, samples), (278, 4, 1, height)]
    entries += [(279, 4, 1, len(strip))] + ([(338, 3, 1, extra)] if extra is not None else [])
    directory = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in entries:
        packed = struct.pack(f"{order}HH", value, 0) if (kind, count) == (3, 1) else struct.pack(f"{order}I", value)
        directory += struct.pack(f"{order}HHI", tag, kind, count) + packed
    body = bits + strip + b"\0" * (len(strip) % 2)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8 + len(body))
    return head + body + directory + struct.pack(f"{order}I", 0)


def exr(path: Path, channels: dict[str, NDArray[Any]], **header: Any) -> Path:
    OpenEXR.File({"type": OpenEXR.scanlineimage, **header}, channels).write(str(path))
    return path


def save_npy(path: Path, values: NDArray[Any]) -> None:
    with path.open("wb") as stream:
        np.save(stream, values)


@pytest.fixture
def depth(tmp_path: Path) -> Path:
    Image.fromarray(DEPTH).save(tmp_path / "some.png")
    return tmp_path / "some.png"


def load_colour(path: Path, depth: Path) -> NDArray[np.uint8]:
    return panorama.load(path, depth).rgb


def load_depth(tmp_path: Path, depth: Path, **options: Any) -> panorama.Panorama:
    Image.fromarray(RGB).save(tmp_path / "colour.png")
    return panorama.load(tmp_path / "colour.png", depth, **options)


# --- colour --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.webp", {"lossless": True}),
        ("a.tif", {}),
        ("a.tif", {"compression": "tiff_lzw"}),
        ("a.tif", {"compression": "tiff_adobe_deflate"}),
    ],
)
def test_lossless_colour_is_exact(tmp_path: Path, depth: Path, name: str, options: dict[str, Any]) -> None:
    Image.fromarray(RGB).save(tmp_path / name, **options)
    np.testing.assert_array_equal(load_colour(tmp_path / name, depth), RGB)


@pytest.mark.parametrize("name", ["a.jpg", "a.webp"])
def test_lossy_colour_is_close(tmp_path: Path, depth: Path, name: str) -> None:
    Image.fromarray(SMOOTH).save(tmp_path / name, quality=95)
    assert np.abs(load_colour(tmp_path / name, depth).astype(int) - SMOOTH).mean() < 2


def test_the_kind_is_told_by_the_bytes_not_by_the_name(tmp_path: Path, depth: Path) -> None:
    Image.fromarray(RGB).save(tmp_path / "a.jpg", "PNG")
    np.testing.assert_array_equal(load_colour(tmp_path / "a.jpg", depth), RGB)


ROUNDED = np.rint(RGB16 / 257).astype(np.uint8)
OPAQUE = np.full((H, W, 1), 65535, np.uint16)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(png(RGB16, 2), ROUNDED, id="png"),
        pytest.param(png(np.dstack([RGB16, OPAQUE]), 6), ROUNDED, id="png, opaque"),
        pytest.param(tiff(RGB16, "<"), ROUNDED, id="tiff, little-endian"),
        pytest.param(tiff(RGB16, ">"), ROUNDED, id="tiff, big-endian"),
        pytest.param(tiff(RGB16, "<", deflate=True), ROUNDED, id="tiff, little-endian, deflate"),
        pytest.param(tiff(RGB16, ">", deflate=True), ROUNDED, id="tiff, big-endian, deflate"),
        pytest.param(tiff(np.dstack([RGB16, OPAQUE]), "<", extra=2), ROUNDED, id="tiff with alpha"),
        pytest.param(png(RGB16[..., :1], 0), ROUNDED[..., :1].repeat(3, 2), id="png, grey"),
        pytest.param(
            png(np.dstack([RGB16[..., :1], OPAQUE]), 4), ROUNDED[..., :1].repeat(3, 2), id="png, grey + alpha"
        ),
    ],
)
def test_sixteen_bit_colour_is_rounded(tmp_path: Path, depth: Path, data: bytes, expected: NDArray[np.uint8]) -> None:
    (tmp_path / "a").write_bytes(data)
    np.testing.assert_array_equal(load_colour(tmp_path / "a", depth), expected)


def test_grey_and_palette_become_rgb(tmp_path: Path, depth: Path) -> None:
    Image.fromarray(RGB[..., 0]).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(load_colour(tmp_path / "grey.png", depth), RGB[..., :1].repeat(3, 2))
    palette = Image.fromarray(RGB).quantize(16)
    palette.save(tmp_path / "palette.png")
    np.testing.assert_array_equal(load_colour(tmp_path / "palette.png", depth), np.asarray(palette.convert("RGB")))
    Image.fromarray(RGB[..., 0] > 99).save(tmp_path / "bits.png")
    np.testing.assert_array_equal(load_colour(tmp_path / "bits.png", depth)[..., 1], (RGB[..., 0] > 99) * np.uint8(255))


def test_alpha_is_laid_over_black(tmp_path: Path, depth: Path) -> None:
    alpha = np.random.default_rng(5).integers(0, 256, (H, W, 1), np.uint8)
    Image.fromarray(np.dstack([RGB, alpha])).save(tmp_path / "a.png")
    np.testing.assert_array_equal(load_colour(tmp_path / "a.png", depth), np.rint(RGB * (alpha / 255.0)))
    Image.fromarray(np.dstack([RGB[..., :1], alpha])).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(
        load_colour(tmp_path / "grey.png", depth)[..., 2], np.rint(RGB * (alpha / 255.0))[..., 0]
    )
    alpha16 = np.random.default_rng(6).integers(0, 65536, (H, W, 1), np.uint16)
    (tmp_path / "deep.png").write_bytes(png(np.dstack([RGB16, alpha16]), 6))
    expected = np.rint(np.rint(RGB16 * (alpha16 / 65535.0)) / 257)
    np.testing.assert_array_equal(load_colour(tmp_path / "deep.png", depth), expected)


def test_a_transparent_colour_of_a_palette_is_black(tmp_path: Path, depth: Path) -> None:
    palette = Image.fromarray(RGB).quantize(8)
    palette.save(tmp_path / "a.png", transparency=3)
    read = load_colour(tmp_path / "a.png", depth)
    indices = np.asarray(palette)
    assert (read[indices == 3] == 0).all()
    np.testing.assert_array_equal(read[indices != 3], np.asarray(palette.convert("RGB"))[indices != 3])


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile(tmp_path: Path, depth: Path, kind: str) -> None:
    inks = np.zeros((H, W, 4), np.uint8)
    inks[:, : W // 2, 1] = 255  # magenta
    inks[:, W // 2 :, 3] = 128  # half black
    Image.fromarray(inks, "CMYK").save(tmp_path / "a", kind)
    read = load_colour(tmp_path / "a", depth).astype(int)
    assert np.abs(read[:, 4] - [255, 0, 255]).max() <= 3
    assert np.abs(read[:, -4] - 127).max() <= 3


def rgb_profile() -> bytes:
    """An ICC profile with sRGB's primaries in another order (R is blue): colours are wrong unless it is read."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", data, 128)[0]
    tags = {bytes(data[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, blue = tags[b"rXYZ"] + 4, tags[b"bXYZ"] + 4
    data[red : red + 8], data[blue : blue + 8] = data[blue : blue + 8], data[red : red + 8]
    description = struct.unpack_from(">I", data, tags[b"desc"] + 4)[0]
    at = data.index("sRGB".encode("utf-16-be"), description)
    data[at : at + 8] = "Swap".encode("utf-16-be")
    return bytes(data)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_colour_profiles_are_converted(tmp_path: Path, depth: Path, name: str) -> None:
    """In a profile whose primaries are sRGB's in another order, the same picture has its channels in that order."""
    lossless = {"lossless": True} if name == "a.webp" else {}
    Image.fromarray(np.ascontiguousarray(RGB[..., ::-1])).save(tmp_path / name, icc_profile=rgb_profile(), **lossless)
    assert np.abs(load_colour(tmp_path / name, depth).astype(int) - RGB).max() <= 2


def test_a_profile_of_srgb_changes_nothing(tmp_path: Path, depth: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(RGB).save(tmp_path / "a.png", icc_profile=profile)
    np.testing.assert_array_equal(load_colour(tmp_path / "a.png", depth), RGB)


@pytest.mark.parametrize("profile", [b"no profile", rgb_profile()[:200]])
def test_a_broken_profile_is_passed_over(tmp_path: Path, depth: Path, profile: bytes) -> None:
    Image.fromarray(RGB).save(tmp_path / "a.png", icc_profile=profile)
    np.testing.assert_array_equal(load_colour(tmp_path / "a.png", depth), RGB)


UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a.swapaxes(0, 1)[:, ::-1],
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1],
    8: lambda a: a.swapaxes(0, 1)[::-1],
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_orientation_is_applied(tmp_path: Path, depth: Path, orientation: int, kind: str) -> None:
    """The stored pixels, turned as EXIF 4.6.5 says, are the picture."""
    stored = RGB if orientation < 5 else np.ascontiguousarray(RGB.swapaxes(0, 1))
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(stored).save(tmp_path / "a", kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))
    np.testing.assert_array_equal(load_colour(tmp_path / "a", depth), UPRIGHT[orientation](stored))


def test_exr_is_linear_light(tmp_path: Path, depth: Path) -> None:
    light = np.where(RGB / 255 <= 0.04045, RGB / 255 / 12.92, ((RGB / 255 + 0.055) / 1.055) ** 2.4).astype(np.float32)
    np.testing.assert_array_equal(load_colour(exr(tmp_path / "a.exr", {"RGB": light}), depth), RGB)
    layered = {f"View.Combined.{name}": np.ascontiguousarray(light[..., i]) for i, name in enumerate("RGB")}
    np.testing.assert_array_equal(load_colour(exr(tmp_path / "b.exr", layered), depth), RGB)
    luminance = {"Y": np.ascontiguousarray(light[..., 0])}
    np.testing.assert_array_equal(load_colour(exr(tmp_path / "c.exr", luminance), depth), RGB[..., :1].repeat(3, 2))


def test_exr_beyond_white_is_white_and_a_stray_nan_is_black(tmp_path: Path, depth: Path) -> None:
    light = np.zeros((H, W, 3), np.float32)
    light[0, :4] = [[7] * 3, [np.inf] * 3, [np.nan] * 3, [-1] * 3]
    read = load_colour(exr(tmp_path / "a.exr", {"RGB": light}), depth)
    assert read[0, :4, 0].tolist() == [255, 255, 0, 0]


# --- depth ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda path, d: Image.fromarray(d).save(path, "PNG"), id="png"),
        pytest.param(lambda path, d: Image.fromarray(d).save(path, "TIFF"), id="tiff"),
        pytest.param(lambda path, d: path.write_bytes(tiff(d[..., None], ">", photometric=1)), id="big-endian tiff"),
        pytest.param(lambda path, d: Image.fromarray(d).save(path, "TIFF", compression="tiff_lzw"), id="lzw tiff"),
        pytest.param(save_npy, id="npy"),
        pytest.param(lambda path, d: save_npy(path, d.astype(">u2")), id="big-endian npy"),
        pytest.param(lambda path, d: save_npy(path, np.asfortranarray(d)[..., None]), id="fortran npy"),
        pytest.param(lambda path, d: path.write_bytes(png(np.dstack([d] * 3), 2)), id="png saved as rgb"),
        pytest.param(lambda path, d: path.write_bytes(png(np.dstack([d, d | 65535]), 4)), id="png with alpha"),
        pytest.param(
            lambda path, d: path.write_bytes(tiff(np.dstack([d] * 3), "<", deflate=True)), id="tiff saved as rgb"
        ),
    ],
)
def test_all_65536_values_are_exact(tmp_path: Path, write: Any) -> None:
    for half in (0, 32768):
        values = np.arange(half, half + 32768, dtype=np.uint16).reshape(128, 256)
        write(tmp_path / "depth", values)
        read = load_depth(tmp_path, tmp_path / "depth")
        np.testing.assert_array_equal(read.depth, values)
        assert read.depth.dtype == np.uint16
        assert (read.near, read.far, read.depth_source) == (None, None, "file depth")


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "LA"])
def test_eight_bits_become_v_times_257(tmp_path: Path, mode: str) -> None:
    values = np.arange(128, dtype=np.uint8).reshape(8, 16) * np.uint8(2) + np.uint8(1)
    Image.fromarray(values).convert(mode).save(tmp_path / "d.png")
    np.testing.assert_array_equal(load_depth(tmp_path, tmp_path / "d.png").depth, values.astype(int) * 257)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_depth_is_read_even_where_it_was_saved_in_colour(tmp_path: Path, kind: str) -> None:
    ramp = np.broadcast_to(np.linspace(0, 255, 64).astype(np.uint8), (32, 64))
    for mode in ("L", "RGB"):
        Image.fromarray(ramp).convert(mode).save(tmp_path / "d", kind, quality=75)
        assert np.abs(load_depth(tmp_path, tmp_path / "d").depth / 257 - ramp).max() < 8


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_the_opposite_sense(tmp_path: Path, kind: type) -> None:
    values = (DEPTH & 255).astype(kind) if kind == np.uint8 else DEPTH
    Image.fromarray(values).save(tmp_path / "d.png")
    read = load_depth(tmp_path, tmp_path / "d.png", invert_depth=True)
    np.testing.assert_array_equal(read.depth, 65535 - values.astype(int) * (257 if kind == np.uint8 else 1))
    assert read.depth_source == "file d.png, inverted"


def write_float(path: Path, values: NDArray[np.float32]) -> Path:
    if path.suffix == ".exr":
        return exr(path, {"Z": values})
    if path.suffix == ".tif":
        Image.fromarray(values).save(path)
    else:
        np.save(path, values)
    return path


@pytest.mark.parametrize("suffix", [".exr", ".tif", ".npy"])
def test_relative_floats_are_depth_already(tmp_path: Path, suffix: str) -> None:
    for half in (0, 32768):
        values = np.arange(half, half + 32768, dtype=np.uint16).reshape(128, 256)
        path = write_float(tmp_path / f"d{suffix}", (values / 65535).astype(np.float32))
        np.testing.assert_array_equal(load_depth(tmp_path, path, depth_unit="relative").depth, values)
        read = load_depth(tmp_path, path, depth_unit="relative", invert_depth=True)
        np.testing.assert_array_equal(read.depth, 65535 - values.astype(int))


@pytest.mark.parametrize("suffix", [".exr", ".tif", ".npy"])
def test_metres_become_normalised_inverse_distance(tmp_path: Path, suffix: str) -> None:
    metres = np.random.default_rng(7).uniform(1.5, 40, (16, 32)).astype(np.float32)
    read = load_depth(tmp_path, write_float(tmp_path / f"d{suffix}", metres), depth_unit="metres")
    assert read.near == pytest.approx(metres.min())
    assert read.far == pytest.approx(metres.max())
    assert read.near is not None
    assert read.far is not None
    expected = (1 / metres.astype(float) - 1 / read.far) / (1 / read.near - 1 / read.far)
    assert np.abs(read.depth / 65535 - expected).max() < 1.01 / 65535
    # And back, as the mapping `inverse` does it: at 40 m a step of 16 bits is 1.6 cm.
    d = read.depth / 65535
    assert np.abs(1 / (d / read.near + (1 - d) / read.far) - metres).max() < 0.02


def test_the_sky_may_be_infinite_or_very_far(tmp_path: Path) -> None:
    metres = np.full((8, 16), 5, np.float32)
    metres[0], metres[1], metres[2, 0], metres[7] = np.inf, 1e10, 1999, 2
    read = load_depth(tmp_path, write_float(tmp_path / "d.npy", metres), depth_unit="metres")
    assert (read.near, read.far) == (2, 2000)
    assert (read.depth[:2] == 0).all()
    assert read.depth[2, 0] >= 1  # nothing but the sky is exactly 0
    assert (read.depth[7] == 65535).all()


def test_one_stray_texel_does_not_take_the_resolution(tmp_path: Path) -> None:
    metres = np.full((64, 128), 4, np.float32)
    metres[0, 0] = 1e-6
    read = load_depth(tmp_path, write_float(tmp_path / "d.npy", metres), depth_unit="metres")
    assert read.near == pytest.approx(0.4)
    assert read.depth[0, 0] == 65535


def test_a_sphere_of_constant_distance(tmp_path: Path) -> None:
    read = load_depth(tmp_path, write_float(tmp_path / "d.npy", np.full((8, 16), 3, np.float32)), depth_unit="metres")
    assert read.near == 3
    assert (read.depth == 65535).all()


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_other_floats_of_npy(tmp_path: Path, kind: type) -> None:
    np.save(tmp_path / "d.npy", np.full((8, 16), 0.25, kind))
    assert (load_depth(tmp_path, tmp_path / "d.npy", depth_unit="relative").depth == 16384).all()


def test_depth_of_an_exr_is_found_beside_its_colour(tmp_path: Path) -> None:
    z = np.random.default_rng(8).random((H, W)).astype(np.float32)
    path = exr(tmp_path / "a.exr", {"RGB": np.zeros((H, W, 3), np.float32), "Z": z})
    read = panorama.load(path, path, depth_unit="relative")
    assert np.abs(read.depth / 65535 - z).max() < 1 / 65535


def test_depth_keeps_its_own_size(tmp_path: Path) -> None:
    for width in (8, 64, 1000):
        values = np.full((width // 2, width), width, np.uint16)
        Image.fromarray(values).save(tmp_path / "d.png")
        read = load_depth(tmp_path, tmp_path / "d.png")
        np.testing.assert_array_equal(read.depth, values)
        np.testing.assert_array_equal(read.rgb, RGB)


# --- one picture with both -----------------------------------------------------------------------------------------


def test_colour_above_and_depth_below(tmp_path: Path) -> None:
    below = (DEPTH.repeat(2, 0).repeat(2, 1) >> 8).astype(np.uint8)
    Image.fromarray(np.vstack([RGB, below[..., None].repeat(3, 2)])).save(tmp_path / "both.png")
    read = panorama.load(tmp_path / "both.png")
    np.testing.assert_array_equal(read.rgb, RGB)
    np.testing.assert_array_equal(read.depth, below.astype(int) * 257)
    assert read.depth_source == "file both.png, lower half"
    np.testing.assert_array_equal(panorama.load(tmp_path / "both.png", invert_depth=True).depth, 65535 - read.depth)


def test_both_in_sixteen_bits_keep_the_depth_exact(tmp_path: Path) -> None:
    below = RGB16[..., :1].repeat(3, 2)
    (tmp_path / "both.png").write_bytes(png(np.vstack([RGB16, below]), 2))
    read = panorama.load(tmp_path / "both.png")
    np.testing.assert_array_equal(read.rgb, ROUNDED)
    np.testing.assert_array_equal(read.depth, RGB16[..., 0])


def test_a_profile_is_for_the_colour_alone(tmp_path: Path) -> None:
    below = np.full_like(RGB, 100)
    stacked = np.vstack([RGB[..., ::-1], below])
    Image.fromarray(stacked).save(tmp_path / "both.png", icc_profile=rgb_profile())
    read = panorama.load(tmp_path / "both.png")
    assert np.abs(read.rgb.astype(int) - RGB).max() <= 2
    assert (read.depth == 25700).all()


# --- beside --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg", ".npy", ".exr", ".webp"])
def test_the_depth_beside_the_picture(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(RGB).save(tmp_path / "scene.jpg")
    beside = tmp_path / f"scene.depth{suffix}"
    if suffix in (".npy", ".exr"):
        write_float(beside, np.full((8, 16), 0.5, np.float32))
    else:
        Image.fromarray(np.full((8, 16), 128, np.uint8)).save(beside)
    assert panorama.depth_beside(tmp_path / "scene.jpg") == beside
    unit: Any = "relative" if suffix in (".npy", ".exr") else None
    assert np.abs(panorama.load(tmp_path / "scene.jpg", depth_unit=unit).depth.astype(int) - 32896).max() < 1000


def test_png_is_the_first_choice_beside_a_picture(tmp_path: Path) -> None:
    assert panorama.depth_beside(tmp_path / "scene.png") is None
    (tmp_path / "scene.depth.exr").touch()
    (tmp_path / "scene.depth.png").touch()
    assert panorama.depth_beside(tmp_path / "scene.png") == tmp_path / "scene.depth.png"


# --- large ---------------------------------------------------------------------------------------------------------


@pytest.mark.full
def test_a_panorama_of_16384_by_8192_is_read_and_written(tmp_path: Path) -> None:
    rgb = np.zeros((8192, 16384, 3), np.uint8)
    rgb[::64] = 200
    panorama.save(panorama.Panorama(rgb, DEPTH), tmp_path / "a.png")
    read = panorama.load(tmp_path / "a.png")
    np.testing.assert_array_equal(read.rgb, rgb)


def test_strips_meet(tmp_path: Path, depth: Path) -> None:
    """A picture that is not a multiple of the strip in height, in each of the two ways that strips are taken."""
    height = picture.STRIP * 2 + 6
    tall = np.random.default_rng(9).integers(0, 65536, (height, 2 * height, 3), np.uint16)
    (tmp_path / "a.png").write_bytes(png(tall, 2))
    np.testing.assert_array_equal(load_colour(tmp_path / "a.png", depth), np.rint(tall / 257))


def test_colour_may_not_stand_in_for_depth() -> None:
    with pytest.raises(InputError, match="in colour"):
        conversion.depth(picture.Picture(RGB), Path("a.png"))
