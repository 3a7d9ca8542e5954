"""What dropped files mean."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthfusion.errors import InputError
from depthfusion.studio.drops import Opening, named_depth, understand
from depthfusion.studio.scenes import open_files

RANDOM = np.random.default_rng(5)


def picture(path: Path, colour: bool) -> Path:
    shape = (32, 64, 3) if colour else (32, 64)
    pixels = RANDOM.integers(0, 256, shape, np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize(
    "name",
    ["a.depth.png", "a_depth.jpg", "a-depth.png", "kandao3_depthmap.jpg", "depth.exr", "A Depth Map.tif", "x.npy"],
)
def test_names_of_depth_maps(name: str) -> None:
    assert named_depth(Path(name))


@pytest.mark.parametrize("name", ["a.png", "in-depth-look.png", "depths.jpg", "undepth.png"])
def test_names_of_other_pictures(name: str) -> None:
    assert not named_depth(Path(name))


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_pictures_the_name_tells_the_depth(tmp_path: Path, order: int) -> None:
    files = [picture(tmp_path / "beach.jpg", True), picture(tmp_path / "beach_depthmap.jpg", False)]
    assert understand(files[::order]) == Opening(*files)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_pictures_without_such_names_the_grey_one_is_the_depth(tmp_path: Path, order: int) -> None:
    grey = tmp_path / "b.png"
    Image.open(picture(tmp_path / "grey.png", False)).convert("RGB").save(grey)
    files = [picture(tmp_path / "a.png", True), grey]
    assert understand(files[::order]) == Opening(*files)


def test_two_pictures_in_colour_are_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"neither looks like a depth map: name the depth NAME\.depth\.png"):
        understand([picture(tmp_path / "a.png", True), picture(tmp_path / "b.png", True)])


def test_a_depth_alone_brings_its_picture(tmp_path: Path) -> None:
    colour, depth = picture(tmp_path / "a.png", True), picture(tmp_path / "a.depth.png", False)
    assert understand([depth]) == Opening(colour)
    assert understand([picture(tmp_path / "other.depth.png", False)]).scene.name == "other.depth.png"


def test_other_files_are_refused_and_a_project_is_taken(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"notes\.txt cannot be opened here"):
        understand([tmp_path / "notes.txt"])
    with pytest.raises(InputError, match="too many"):
        understand([tmp_path / name for name in ("a.png", "b.png", "c.png")])
    assert understand([tmp_path / "a.depthfusion", tmp_path / "b.png"]) == Opening(tmp_path / "a.depthfusion")


def test_a_panorama_without_depth_is_told_in_the_window_s_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.png has no depth: let it be estimated, drop") as raised:
        open_files((picture(tmp_path / "a.png", True),))
    assert "--" not in str(raised.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    os.mkfifo(first)
    os.mkfifo(second)
    for paths in ((first,), (first, second)):
        with pytest.raises(InputError):
            open_files(paths)
