"""The pictures that a generation begins from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthfusion.errors import InputError
from depthfusion.generate import inputs
from ldm3d import rgbd


def test_a_mask_is_resized_to_its_nearest_pixels(tmp_path: Path) -> None:
    small = np.array([[0, 255, 0, 100], [200, 0, 0, 255]], np.uint8)
    Image.fromarray(small).save(tmp_path / "mask.png")
    mask = inputs.read_mask(tmp_path / "mask.png", (16, 8))
    np.testing.assert_array_equal(mask, np.kron(small >= 128, np.ones((4, 4), bool)))
    half = inputs.read_mask(tmp_path / "mask.png", (4, 1))
    np.testing.assert_array_equal(half, small[1:] >= 128)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1", "P", "CMYK", "I;16"])
def test_a_mask_may_be_any_kind_of_picture(mode: str, tmp_path: Path) -> None:
    white = np.zeros((8, 16), bool)
    white[2:5, 3:9] = True
    grey = Image.fromarray(white.astype(np.uint8) * 255)
    name = tmp_path / ("mask.tif" if mode == "CMYK" else "mask.png")
    (Image.fromarray(white.astype(np.uint16) * 65535) if mode == "I;16" else grey.convert(mode)).save(name)
    np.testing.assert_array_equal(inputs.read_mask(name, (16, 8)), white)


def test_a_black_mask_and_no_picture_are_told(tmp_path: Path) -> None:
    Image.new("L", (16, 8)).save(tmp_path / "black.png")
    with pytest.raises(InputError, match=r"black\.png has nothing white in it"):
        inputs.read_mask(tmp_path / "black.png", (16, 8))
    with pytest.raises(InputError, match=r"none\.png"):
        inputs.read_mask(tmp_path / "none.png", (16, 8))


def test_a_picture_is_read_with_the_depth_beside_it(tmp_path: Path) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (8, 16, 3), np.uint8)
    depth = np.random.default_rng(1).integers(0, 65536, (8, 16), np.uint16)
    rgbd.write_pair(tmp_path / "p.png", rgb, depth)
    source = inputs.read_source(tmp_path / "p.png")
    np.testing.assert_array_equal(source.rgb, rgb)
    np.testing.assert_array_equal(source.depth, depth)


def test_a_picture_without_depth_is_told_with_the_way_to_one(tmp_path: Path) -> None:
    Image.new("RGB", (16, 8)).save(tmp_path / "flat.jpg")
    with pytest.raises(InputError, match=r"flat\.jpg has no depth .*import flat\.jpg --estimator dpt-large -o"):
        inputs.read_source(tmp_path / "flat.jpg")
