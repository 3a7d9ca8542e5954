"""The layer behind kept beside its panorama."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from depthfusion.errors import InputError
from depthfusion.layers import Layers, files, split
from ldm3d import rgbd
from tests.reference import scenes

RGB = scenes.photograph(128, 64)
DEPTH = scenes.step(64, 32)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    files.save(split(RGB, DEPTH), tmp_path / "w.jpg", RGB, DEPTH, {"engine": "fast"})
    return tmp_path / "w.jpg"


def same(one: Layers, other: Layers) -> bool:
    names = ("front", "alpha", "back", "back_rgb", "hidden")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def test_what_is_kept_is_what_is_loaded(kept: Path) -> None:
    assert sorted(path.name for path in kept.parent.iterdir()) == ["w.back.depth.png", "w.back.png"]
    loaded = files.load(kept, RGB, DEPTH)
    assert loaded is not None
    assert same(loaded, split(RGB, DEPTH))


def test_a_changed_panorama_does_not_get_the_layer_of_the_old_one(kept: Path) -> None:
    rgb, depth = RGB.copy(), DEPTH.copy()
    rgb[3, 4, 1] ^= 1
    depth[5, 6] ^= 1
    assert files.load(kept, rgb, DEPTH) is None
    assert files.load(kept, RGB, depth) is None
    assert files.load(kept.with_name("other.png"), RGB, DEPTH) is None
    assert same(files.layers_of(kept, rgb, DEPTH), split(rgb, DEPTH))


def test_a_layer_painted_over_by_hand_counts_where_it_is_hidden_and_nowhere_else(kept: Path) -> None:
    back = files.back_path(kept)
    pair = rgbd.read_pair(back)
    rgbd.write_pair(back, np.full_like(pair.rgb, 77), np.full_like(pair.depth, 11), pair.texts)
    loaded, fast = files.load(kept, RGB, DEPTH), split(RGB, DEPTH)
    assert loaded is not None
    np.testing.assert_array_equal(loaded.back[fast.hidden], 11)
    np.testing.assert_array_equal(loaded.back[~fast.hidden], fast.back[~fast.hidden])
    painted = (loaded.back_rgb == 77).all(axis=2)
    assert painted.any()
    np.testing.assert_array_equal(loaded.back_rgb[~painted], RGB[~painted])
    assert same(Layers(loaded.front, loaded.alpha, fast.back, fast.back_rgb, loaded.hidden), fast)


def test_a_picture_of_that_name_without_our_record_is_left_alone(kept: Path) -> None:
    back = files.back_path(kept)
    pair = rgbd.read_pair(back)
    for texts in ({}, {files.KEY: "no JSON"}, {files.KEY: "[]"}, {files.KEY: '{"version": 99}'}):
        rgbd.write_pair(back, pair.rgb, pair.depth, texts)
        assert files.load(kept, RGB, DEPTH) is None


def test_a_broken_layer_is_one_sentence_that_names_the_remedy(kept: Path) -> None:
    back = files.back_path(kept)
    back.write_bytes(b"\x89PNG broken")
    remedy = rf".* behind the edges of {kept.name}: fill it anew with 'depthfusion fill {kept}' .*, or delete it$"
    with pytest.raises(files.BrokenBackError, match=rf"{back.name} cannot be read as a PNG{remedy}") as raised:
        files.layers_of(kept, RGB, DEPTH)
    assert "\n" not in str(raised.value)
    files.save(split(RGB, DEPTH), kept, RGB, DEPTH, {})
    rgbd.depth_path(back).unlink()
    with pytest.raises(files.BrokenBackError, match=rf"back\.depth\.png does not exist{remedy}"):
        files.layers_of(kept, RGB, DEPTH)


def test_a_mask_is_a_png(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"name it mask\.png"):
        files.save_mask(split(RGB, DEPTH), tmp_path / "mask.tif")
    assert not any(tmp_path.iterdir())
