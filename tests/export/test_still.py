"""Stills: one picture of a world, whole or not at all, and every mistake found before anything is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthfusion import panorama
from depthfusion.errors import InputError
from depthfusion.export import scene as scenes
from depthfusion.export.jobs import StillJob
from depthfusion.jobs.progress import Cancelled, Progress

from .conftest import psnr

SMALL = {"size": [128, 64]}


def still(world: Path, output: Path, **fields: Any) -> np.ndarray:
    job = StillJob(str(world), str(output), **{"export": SMALL, **fields})
    assert job.run(Progress()) == {"output": str(output)}
    return np.asarray(Image.open(output))


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".tif", ".jpg", ".webp"])
def test_the_suffix_chooses_the_format(world: Path, tmp_path: Path, suffix: str) -> None:
    drawn = still(world, tmp_path / f"a{suffix}")
    assert drawn.shape == (64, 128, 3)
    exact = still(world, tmp_path / "b.png")
    if suffix.lower() in {".png", ".tif"}:
        assert np.array_equal(drawn, exact)
    else:
        assert psnr(drawn, exact) > 38


@pytest.mark.parametrize(
    ("layout", "size"),
    [("mono", (1920, 1080)), ("sbs", (3840, 1080)), ("half-sbs", (1920, 1080)), ("tb", (1920, 2160))],
)
def test_default_sizes_hold_both_eyes(world: Path, tmp_path: Path, layout: str, size: tuple[int, int]) -> None:
    view, _, chosen = StillJob(str(world), str(tmp_path / "a.png"), view={"layout": layout}).checked()
    assert chosen == size
    assert view.layout == layout


def test_side_by_side_is_the_left_eye_and_the_right_eye(world: Path, tmp_path: Path) -> None:
    both = still(world, tmp_path / "a.png", view={"layout": "sbs"}, export={"size": [256, 64]})
    above = still(world, tmp_path / "b.png", view={"layout": "tb"}, export={"size": [128, 128]})
    for i, eye in enumerate(("left", "right")):
        alone = still(world, tmp_path / f"{eye}.png", view={"eye": eye})
        assert np.array_equal(both[:, 128 * i : 128 * (i + 1)], alone)
        assert np.array_equal(above[64 * i : 64 * (i + 1)], alone)
    assert psnr(both[:, :128], both[:, 128:]) < 50


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("end its name in", {"output": "a.gif"}),
    ("end its name in", {"output": "a"}),
    ("folder does not exist", {"output": "none/a.png"}),
    ("read as well", {"output": "WORLD"}),
    ("read as well", {"output": "DEPTH"}),
    ("position .* outside", {"view": {"position": [0, 0, 9]}}),
    ("yaw", {"view": {"yaw": "x"}}),
    ("eye left", {"view": {"eye": "left", "layout": "sbs"}}),
    ("width 127", {"view": {"layout": "sbs"}, "export": {"size": [127, 64]}}),
    ("height 63", {"view": {"layout": "tb"}, "export": {"size": [128, 63]}}),
    ("size", {"export": {"size": [0, 64]}}),
    ("webp.*16383", {"output": "a.webp", "export": {"size": [16384, 2]}}),
    ("strength", {"look": {"strength": 2}}),
    ("near .* far", {"look": {"mapping": "inverse", "near": 60}}),
    ("fov", {"view": {"fov": 171}}),
    ("nowhere", {"scene": "nowhere.png"}),
]


@pytest.mark.parametrize(("word", "fields"), WRONG)
def test_mistakes_are_found_before_drawing(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, fields: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(scenes, "drawing", lambda *_: pytest.fail("drawing began"))
    named = {"WORLD": str(world), "DEPTH": str(panorama.depth_path(world))}
    output = named.get(fields.get("output", ""), fields.get("output", "a.png"))
    before = world.read_bytes()
    job = StillJob(**{"scene": str(world), "export": SMALL, **fields, "output": output})
    with pytest.raises(InputError, match=word) as caught:
        job.run(Progress())
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
    assert world.read_bytes() == before


def test_a_cancelled_still_leaves_what_was_there(world: Path, tmp_path: Path) -> None:
    output = tmp_path / "a.png"
    output.write_bytes(b"before")
    said: list[str] = []
    progress = Progress(lambda report: said.append(report.text), lambda: "drawing" in said)
    with pytest.raises(Cancelled):
        StillJob(str(world), str(output), export=SMALL).run(progress)
    assert output.read_bytes() == b"before"
