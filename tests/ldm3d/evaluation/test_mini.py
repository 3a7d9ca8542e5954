"""What mini is held to, from the command line to its tables and sheets."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ldm3d.errors import InputError
from ldm3d.evaluation import mini, sheets
from ldm3d.recognition.network import Network
from ldm3d.recognition.recogniser import Classes, save
from ldm3d.rgbd import read_pair
from ldm3d.worlds import captions, generate
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import TIMES, WEATHERS

Evaluate = Callable[..., list[Path]]
SEED = 2**40


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that guesses: the network with random weights."""
    classes = Classes(tuple(registry()), TIMES, WEATHERS)
    path = tmp_path_factory.mktemp("recogniser") / "weights.safetensors"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        save(path, Network(*map(len, classes)), classes, {})
    return path


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


def test_held_out_prompts_are_painted_judged_and_shown(
    evaluate: Evaluate, checkpoint: Callable[..., Path], recogniser: Path, tmp_path: Path
) -> None:
    words = ["--count", "6", "--steps", "1", "--batch", "4", "--recogniser", recogniser, "-o", tmp_path]
    written = evaluate("mini", checkpoint("pano"), *words)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        *("mini.md", "mini.csv", "mini-places.md", "mini-places.csv", "mini.png", "mini-places.png", "mini-sheet.png"),
        *("autoencoder/autoencoder.md", "autoencoder/autoencoder.csv", "autoencoder/autoencoder.png"),
    ]
    table = rows_of(tmp_path / "mini.csv")
    assert {name: row["asked [%]"] for name, row in table.items() if row["asked [%]"]} == {
        "place": "90.0",
        "time of day": "90.0",
        "weather": "80.0",
    }
    places = rows_of(tmp_path / "mini-places.csv")
    assert sum(int(row["prompts"]) for row in places.values()) == 6

    # The worlds beside the pictures are those of the very prompts, drawn at their size.
    asked = list(captions(6, SEED))
    kept = tmp_path / "worlds-128x64" / "pictures"
    for number in (0, 5):
        world = generate(asked[number].caption, asked[number].seed, (128, 64))
        pair = read_pair(kept / f"{number:06d}.png")
        assert np.array_equal(pair.rgb, world.rgb)
        assert np.array_equal(pair.depth, world.depth)

    # A model that painted these worlds would be told as well as they are, and its autoencoder is what it was.
    painted = tmp_path / "pano-safetensors"
    for path in kept.iterdir():
        shutil.copy(path, painted / "pictures" / path.name)
    for folder in painted.glob("seen-*"):
        shutil.rmtree(folder)
    before = rows_of(tmp_path / "autoencoder" / "autoencoder.csv")
    evaluate("mini", checkpoint("pano"), *words)
    for name, row in rows_of(tmp_path / "mini.csv").items():
        if name in ("place", "place by depth alone", "time of day", "weather"):
            assert row["pano-safetensors [%]"] == row["sketch worlds [%]"], name
        elif row["pano-safetensors [%]"]:
            assert float(row["pano-safetensors [%]"]) > 90, name
    assert "recogniser: 0" in (tmp_path / "mini.md").read_text("utf-8"), "no distance is left"
    assert rows_of(tmp_path / "autoencoder" / "autoencoder.csv") == before


def test_only_what_a_prompt_names_and_one_can_see_is_asked() -> None:
    asked = list(captions(300, SEED))
    assert sum(mini._names_time(one) for one in asked) > 150
    for one in asked:
        place = registry()[one.spec.place]
        assert place.hour or not mini._names_time(one)
        assert place.sky or not mini._names_weather(one)
    assert any(mini._names_weather(one) and not mini._names_time(one) for one in asked)
    assert any(mini._names_time(one) and not mini._names_weather(one) for one in asked)


def test_the_sheet_has_every_place_before_any_comes_again() -> None:
    assert mini._in_turn(["a", "a", "b", "a", "c", "b"], 4) == [0, 2, 4, 1]
    assert mini._in_turn(["a", "a"], 64) == [0, 1]


def test_strangers_are_never_the_place_itself() -> None:
    asked = list(captions(200, SEED))
    assert all(a.spec.place != b for a, b in zip(asked, mini._strangers(asked), strict=True))


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        (["--size", "64x64"], "twice as wide as high"),
        (["--seed", "7"], "from 4294967296"),
        (["--recogniser", "nowhere.safetensors"], "train a recogniser"),
    ],
)
def test_what_cannot_be_judged_is_said_first(
    evaluate: Evaluate,
    checkpoint: Callable[..., Path],
    recogniser: Path,
    tmp_path: Path,
    wrong: list[str],
    remedy: str,
) -> None:
    with pytest.raises(InputError, match=remedy):
        evaluate("mini", checkpoint("pano"), "-o", tmp_path, "--recogniser", recogniser, *wrong)
    assert not list(tmp_path.rglob("*.png"))


def test_the_contact_sheet_is_a_picture_of_its_cells(tmp_path: Path) -> None:
    colour = np.full((128, 256, 3), (200, 30, 30), np.uint8)
    sheets.contact(
        [(colour, colour // 2)] * 5,
        ["a caption that is far too long to fit below it " * 3] * 5,
        "t",
        tmp_path / "s.png",
    )
    with Image.open(tmp_path / "s.png") as sheet:
        found = np.asarray(sheet.convert("RGB"))
    assert np.all(found == (200, 30, 30), axis=-1).sum() == 5 * 128 * 256
    assert np.all(found == (100, 15, 15), axis=-1).sum() == 5 * 128 * 256
