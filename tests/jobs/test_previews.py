"""Unfinished pictures on their way from a worker to the window."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from depthfusion.jobs import previews


def test_a_preview_is_read_as_it_was_written_and_its_file_goes(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    rgb, depth = chance.integers(0, 256, (8, 16, 3), np.uint8), chance.integers(0, 256, (8, 16), np.uint8)
    previews.write(tmp_path / "one.npy", rgb, depth)
    read = previews.take(tmp_path / "one.npy")
    assert read is not None
    np.testing.assert_array_equal(read.rgb, rgb)
    np.testing.assert_array_equal(read.depth, depth)
    assert list(tmp_path.iterdir()) == []


def test_a_preview_that_could_not_be_written_whole_is_none(tmp_path: Path) -> None:
    picture = np.zeros((8, 16, 3), np.uint8)
    previews.write(tmp_path / "gone" / "one.npy", picture, picture[..., 0])
    assert previews.take(tmp_path / "gone" / "one.npy") is None
    previews.write(tmp_path / "cut.npy", picture, picture[..., 0])
    (tmp_path / "cut.npy").write_bytes((tmp_path / "cut.npy").read_bytes()[:200])
    assert previews.take(tmp_path / "cut.npy") is None
    assert list(tmp_path.iterdir()) == []
