"""A panorama saved and loaded again: every value, every setting, and what other programs find in the files."""

from __future__ import annotations

import hashlib
import json
import math
import re
import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from depthfusion import metadata, panorama
from depthfusion.panorama import Panorama
from ldm3d.errors import InputError

RGB = np.random.default_rng(1).integers(0, 256, (16, 32, 3), np.uint8)
EVERY_DEPTH = np.arange(65536, dtype=np.uint16).reshape(128, 512)
DEPTH = np.ascontiguousarray(EVERY_DEPTH[:, :256])
REQUEST: dict[str, Any] = {
    "prompt": "夜明けの静かな森, a café\nby the “sea”",
    "negative": "people",
    "engine": "sketch",
    "seed": 12345678901,
    "size": [32, 16],
    "steps": 50,
    "guidance": 7.5,
    "nested": {"list": [1, None, True]},
}


def made(**changes: Any) -> Panorama:
    values = {"near": 1.25, "far": 1000.0, "depth_source": "sketch", "request": REQUEST, **changes}
    return Panorama(RGB, DEPTH, **values)


def rewritten(path: Path, **texts: str | None) -> None:
    """Save the picture again with other texts, as a tool between two users may."""
    with Image.open(path) as image:
        image.load()
        kept = {key: text for key, text in image.info.items() if isinstance(text, str)}
    info = PngImagePlugin.PngInfo()
    for key, text in {**kept, **texts}.items():
        if text is not None:
            info.add_itxt(key, text)
    image.save(path, pnginfo=info)


def changed_record(path: Path, **changes: Any) -> None:
    with Image.open(path) as image:
        record = json.loads(image.info["depthfusion"])
    record["depth"].update({key: value for key, value in changes.items() if key in record["depth"]})
    record.update({key: value for key, value in changes.items() if key in record})
    rewritten(path, depthfusion=json.dumps(record))


def test_everything_comes_back(tmp_path: Path) -> None:
    assert panorama.save(made(), tmp_path / "scene.png") == (tmp_path / "scene.png", tmp_path / "scene.depth.png")
    assert {path.name for path in tmp_path.iterdir()} == {"scene.png", "scene.depth.png"}
    read = panorama.load(tmp_path / "scene.png")
    np.testing.assert_array_equal(read.rgb, RGB)
    np.testing.assert_array_equal(read.depth, DEPTH)
    assert read.request == REQUEST
    assert (read.near, read.far, read.depth_source) == (1.25, 1000.0, "sketch")


def test_all_65536_values_of_depth_come_back(tmp_path: Path) -> None:
    for half in (EVERY_DEPTH[:, :256], EVERY_DEPTH[:, 256:]):
        panorama.save(Panorama(RGB, half), tmp_path / "scene.png")
        np.testing.assert_array_equal(panorama.load(tmp_path / "scene.png").depth, half)


def test_saving_twice_loses_nothing(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    panorama.save(panorama.load(tmp_path / "a.png"), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.depth.png").read_bytes() == (tmp_path / "b.depth.png").read_bytes()


def test_a_moved_pair_is_still_a_pair(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "b.png")
    (tmp_path / "a.depth.png").rename(tmp_path / "b.depth.png")
    assert panorama.load(tmp_path / "b.png").near == 1.25


def test_a_panorama_of_which_nothing_is_known(tmp_path: Path) -> None:
    panorama.save(Panorama(RGB, DEPTH), tmp_path / "a.png")
    read = panorama.load(tmp_path / "a.png")
    assert (read.near, read.far, read.request, read.parameters, read.depth_source) == (
        None,
        None,
        None,
        None,
        "unknown",
    )


def test_the_parameters_are_what_image_tools_write(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        text = image.info["parameters"]
    *prompt, negative, settings = text.split("\n")
    assert "\n".join(prompt) == REQUEST["prompt"]
    assert negative == "Negative prompt: people"
    # The pattern by which such tools take the last line apart.
    found = dict(re.findall(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)', settings))
    assert found.pop("Version").startswith("DepthFusion ")
    assert found == {"Steps": "50", "CFG scale": "7.5", "Seed": "12345678901", "Size": "32x16", "Model": "sketch"}


def test_settings_that_an_engine_does_not_have_are_left_out() -> None:
    text = metadata.parameters_text({"prompt": "a forest", "engine": "sketch", "seed": 0}, (2048, 1024))
    assert re.fullmatch(r"a forest\nSeed: 0, Size: 2048x1024, Model: sketch, Version: DepthFusion [\d.]+", text)


def test_parameters_of_another_tool_are_kept(tmp_path: Path) -> None:
    theirs = "a castle\nSteps: 20, Sampler: Euler a, Seed: 1, Size: 32x16, Model: other"
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", theirs)
    Image.fromarray(RGB).save(tmp_path / "theirs.png", pnginfo=info)
    Image.fromarray(DEPTH).save(tmp_path / "theirs.depth.png")
    panorama.save(panorama.load(tmp_path / "theirs.png"), tmp_path / "ours.png")
    read = panorama.load(tmp_path / "ours.png")
    assert read.parameters == theirs
    assert read.request is None


def test_the_record_is_what_the_documentation_says(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        record = json.loads(image.info["depthfusion"])
    values = b"".join(struct.pack("<H", value) for value in DEPTH.ravel().tolist())
    assert record == {
        "version": 1,
        "depth": {"sha256": hashlib.sha256(values).hexdigest(), "near": 1.25, "far": 1000.0, "source": "sketch"},
        "request": REQUEST,
    }


def test_viewers_find_a_whole_sphere(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    assert b"iTXtXML:com.adobe.xmp\0\0\0\0\0<?xpacket" in (tmp_path / "a.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        packet = image.info["XML:com.adobe.xmp"]
    (description,) = ElementTree.fromstring(packet).iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    gpano = {key.split("}")[1]: value for key, value in description.attrib.items() if "/panorama/" in key}
    assert gpano["ProjectionType"] == "equirectangular"
    assert gpano["UsePanoramaViewer"] == "True"
    assert (gpano["FullPanoWidthPixels"], gpano["FullPanoHeightPixels"]) == ("32", "16")
    assert (gpano["CroppedAreaImageWidthPixels"], gpano["CroppedAreaImageHeightPixels"]) == ("32", "16")
    assert (gpano["CroppedAreaLeftPixels"], gpano["CroppedAreaTopPixels"]) == ("0", "0")


@given(prompt=st.text(), source=st.text())
def test_any_prompt_comes_back(tmp_path_factory: pytest.TempPathFactory, prompt: str, source: str) -> None:
    folder = tmp_path_factory.mktemp("prompt")
    panorama.save(made(request={"prompt": prompt}, depth_source=source), folder / "a.png")
    read = panorama.load(folder / "a.png")
    assert read.request == {"prompt": prompt}
    assert read.depth_source == source


def test_what_no_text_can_hold_comes_back_too(tmp_path: Path) -> None:
    """A lone surrogate: what Python makes of an argument that is no UTF-8."""
    panorama.save(made(request={"prompt": "odd \udcff"}), tmp_path / "a.png")
    assert panorama.load(tmp_path / "a.png").request == {"prompt": "odd \udcff"}


# --- a pair that does not belong together --------------------------------------------------------------------------


def test_another_depth_beside_the_picture(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    Image.fromarray(DEPTH[::-1].copy()).save(tmp_path / "a.depth.png")
    with pytest.raises(InputError) as caught:
        panorama.load(tmp_path / "a.png")
    said = str(caught.value)
    assert str(tmp_path / "a.png") in said
    assert str(tmp_path / "a.depth.png") in said
    assert "do not belong together" in said
    assert "--depth" in said


def test_a_depth_that_lost_its_low_bytes(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    Image.fromarray((DEPTH >> 8).astype(np.uint8)).save(tmp_path / "a.depth.png")
    with pytest.raises(InputError, match="do not belong together"):
        panorama.load(tmp_path / "a.png")


def test_a_depth_named_by_hand_is_taken_without_the_other_ones_metres(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    Image.fromarray(DEPTH[::-1].copy()).save(tmp_path / "other.png")
    read = panorama.load(tmp_path / "a.png", tmp_path / "other.png")
    np.testing.assert_array_equal(read.depth, DEPTH[::-1])
    assert (read.near, read.far, read.depth_source) == (None, None, "file other.png")
    assert read.request == REQUEST


def test_the_own_depth_named_by_hand_keeps_its_metres(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    (tmp_path / "a.depth.png").rename(tmp_path / "elsewhere.png")
    read = panorama.load(tmp_path / "a.png", tmp_path / "elsewhere.png")
    assert (read.near, read.far, read.depth_source) == (1.25, 1000.0, "sketch")


def test_the_own_depth_inverted_is_still_its_own(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    read = panorama.load(tmp_path / "a.png", invert_depth=True)
    np.testing.assert_array_equal(read.depth, 65535 - DEPTH)
    assert read.near == 1.25


def test_a_picture_that_lost_its_depth(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    (tmp_path / "a.depth.png").unlink()
    with pytest.raises(
        InputError, match=r"has lost its depth, as there is no a\.depth\.png beside it; give one with --depth"
    ):
        panorama.load(tmp_path / "a.png")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        "[" * 100_000,
        '{"version": NaN}',
        '{"version": 1, "depth": 5}',
        '{"version": ' + "9" * 5000 + "}",
    ],
    ids=range(8),
)
def test_a_broken_record_is_one_sentence_and_passed_over_where_a_depth_is_given(tmp_path: Path, text: str) -> None:
    panorama.save(made(), tmp_path / "a.png")
    rewritten(tmp_path / "a.png", depthfusion=text)
    with pytest.raises(InputError, match="carries DepthFusion settings that cannot be read") as caught:
        panorama.load(tmp_path / "a.png")
    assert "\n" not in str(caught.value)
    assert panorama.load(tmp_path / "a.png", tmp_path / "a.depth.png").request is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": 2}, "version 2, this program reads 1"),
        ({"sha256": "abc"}, "SHA-256"),
        ({"sha256": None}, "SHA-256"),
        ({"near": -1.0}, "near and far"),
        ({"near": 2000.0}, "near and far"),
        ({"near": None}, "near and far"),
        ({"far": "50"}, "near and far"),
        ({"far": 10**400}, "near and far"),
        ({"near": True}, "near and far"),
        ({"source": 5}, "source"),
        ({"request": "a forest"}, "request"),
    ],
)
def test_a_record_with_a_wrong_value(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    panorama.save(made(), tmp_path / "a.png")
    changed_record(tmp_path / "a.png", **changes)
    with pytest.raises(InputError, match=reason):
        panorama.load(tmp_path / "a.png")


def test_a_picture_whose_texts_are_gone_is_a_plain_picture(tmp_path: Path) -> None:
    panorama.save(made(), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        image.load()
    image.save(tmp_path / "a.png")
    read = panorama.load(tmp_path / "a.png")
    assert (read.request, read.near, read.depth_source) == (None, None, "file a.depth.png")


def test_no_number_that_is_none_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        panorama.save(made(near=math.nan), tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
