"""Pictures as they come, brought to the size that is trained on."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from ldm3d.data import pictures

RNG = np.random.default_rng(3)


def coded(image: Image.Image, kind: str, **more: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def test_a_lossless_picture_is_read_as_it_is() -> None:
    rgb = RNG.integers(0, 256, (20, 30, 3), np.uint8)
    for kind, more in (("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {}), ("BMP", {})):
        assert np.array_equal(pictures.decode(coded(Image.fromarray(rgb), kind, **more), (8, 8)), rgb), kind


def test_a_picture_on_its_side_is_put_upright() -> None:
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is at the picture's right
    upright = pictures.decode(coded(image, "PNG", exif=exif), (8, 8))
    assert upright.shape == (40, 20, 3)
    assert upright[5, 10].tolist() == [0, 0, 255]
    assert upright[35, 10].tolist() == [255, 0, 0]


def test_what_is_transparent_lies_over_black() -> None:
    image = Image.new("RGBA", (8, 8), (200, 100, 50, 0))
    image.putpixel((0, 0), (200, 100, 50, 255))
    rgb = pictures.decode(coded(image, "PNG"), (8, 8))
    assert rgb[0, 0].tolist() == [200, 100, 50]
    assert rgb[4, 4].tolist() == [0, 0, 0]


def test_grey_of_eight_and_sixteen_bits_is_the_same_grey() -> None:
    eight = np.arange(256, dtype=np.uint8).reshape(16, 16)
    sixteen = eight.astype(np.uint16) * 257
    seen = [pictures.decode(coded(Image.fromarray(one), "PNG"), (8, 8)) for one in (eight, sixteen)]
    assert np.array_equal(seen[0], np.repeat(eight[..., None], 3, 2))
    assert np.array_equal(*seen)


def test_a_colour_profile_is_applied() -> None:
    whole = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(whole[at : at + 4]): at + 4 for at in range(132, 132 + 12 * int.from_bytes(whole[128:132]), 12)}
    red, blue = (slice(tags[name], tags[name] + 8) for name in (b"rXYZ", b"bXYZ"))
    whole[red], whole[blue] = whole[blue], whole[red]  # a screen whose first channel is blue
    plain = Image.new("RGB", (8, 8), (180, 90, 40))
    shown = pictures.decode(coded(plain, "PNG", icc_profile=bytes(whole)), (8, 8))[0, 0]
    assert np.abs(shown.astype(int) - (40, 90, 180)).max() <= 1
    assert pictures.decode(coded(plain, "PNG", icc_profile=b"no profile"), (8, 8))[0, 0].tolist() == [180, 90, 40]


def test_a_large_jpeg_is_read_smaller_but_never_below_twice_what_is_needed() -> None:
    large = coded(Image.new("RGB", (1600, 1200), "teal"), "JPEG")
    assert pictures.decode(large, (100, 100)).shape[:2] == (300, 400)
    assert pictures.decode(large, (1600, 100)).shape[:2] == (1200, 1600)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"0" * 40, b"x" * 1000])
def test_what_is_no_picture_is_one_of_the_known_errors(content: bytes) -> None:
    with pytest.raises(pictures.BROKEN):
        pictures.decode(content, (8, 8))


def test_depth_keeps_all_of_its_sixteen_bits() -> None:
    depth = RNG.integers(0, 65536, (9, 13)).astype(np.uint16)
    assert np.array_equal(pictures.decode_depth(coded(Image.fromarray(depth), "PNG")), depth)
    eight = RNG.integers(0, 256, (9, 13), np.uint8)
    assert np.array_equal(pictures.decode_depth(coded(Image.fromarray(eight), "PNG")), eight.astype(int) * 257)


@pytest.mark.parametrize(
    ("picture", "target", "box"),
    [
        ((512, 512), (512, 512), (0, 0, 512, 512)),
        ((900, 300), (512, 512), (300, 0, 600, 300)),
        ((300, 900), (512, 512), (0, 300, 300, 600)),
        ((100, 100), (1024, 512), (0, 25, 100, 75)),
    ],
)
def test_the_middle_of_the_right_shape_is_taken(
    picture: pictures.Size, target: pictures.Size, box: pictures.Box
) -> None:
    assert pictures.crop_box(picture, target) == box


def test_resizing_averages_and_keeps_what_is_flat() -> None:
    board = np.indices((64, 64)).sum(0) % 2 * 200
    small = pictures.resize(np.repeat(board.astype(np.uint8)[..., None], 3, 2), (8, 8))
    assert np.abs(small.astype(int) - 100).max() <= 2
    flat = np.full((32, 64), 12345, np.uint16)
    assert np.array_equal(pictures.resize(flat, (16, 8), wrap=True), np.full((8, 16), 12345))
    step = np.repeat([[0] * 32 + [65535] * 32], 32, 0).astype(np.uint16)
    assert pictures.resize(step, (24, 12)).min() == 0  # bicubic overshoots; nothing wraps around
    assert pictures.resize(step, (24, 12)).max() == 65535


def test_a_panorama_turned_around_is_resized_to_the_same_turned_around() -> None:
    panorama = RNG.integers(0, 256, (32, 64, 3), np.uint8)
    turned = np.roll(panorama, 32, axis=1)
    here, there = (pictures.resize(one, (16, 8), wrap=True) for one in (panorama, turned))
    assert np.array_equal(np.roll(here, 8, axis=1), there)
    assert not np.array_equal(np.roll(pictures.resize(panorama, (16, 8)), 8, axis=1), pictures.resize(turned, (16, 8)))
