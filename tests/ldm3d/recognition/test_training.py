"""`ldm3d train recogniser`: worlds are drawn once, pictures turned and mirrored, and only what is seen counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from ldm3d.cli import main
from ldm3d.data import Sample
from ldm3d.errors import InputError
from ldm3d.recognition import Recogniser
from ldm3d.recognition.network import Answers
from ldm3d.recognition.recogniser import Classes
from ldm3d.training.recogniser import SMOOTHING, KeptWorlds, judged, varied
from ldm3d.training.stage import Noise

CLASSES = Classes(("cave", "meadow"), ("noon", "night"), ("clear", "rain"))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Sums in another order have other last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Drawn:
    """One world that counts how often it was asked for."""

    def __init__(self, spec: dict[str, str] | None) -> None:
        self.asked, self._spec = 0, spec

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> Sample:
        self.asked += 1
        rgb = np.arange(64 * 128 * 3, dtype=np.uint32).reshape(64, 128, 3).astype(np.uint8)
        depth = np.linspace(0, 65535, 64 * 128).astype(np.uint16).reshape(64, 128)
        return Sample("000000000", rgb, depth, "", self._spec)


def test_a_recogniser_is_trained_from_the_command_line(tmp_path: Path) -> None:
    words = ["train", "recogniser", "--data", "even:6:1", "--epochs", "2", "--batch", "3", "--quiet"]
    assert main([*words, "--out", str(tmp_path)]) == 0
    (weights,) = tmp_path.rglob("weights.safetensors")
    trained = Recogniser.load(weights)
    assert trained.made["settings"]["data"] == "even:6:1"
    rng = np.random.default_rng(0)
    seen = trained.recognise(rng.integers(0, 256, (64, 128, 3), np.uint8), np.zeros((64, 128), np.uint16))
    assert all(np.isfinite(shares).all() for shares in seen)


def test_a_world_is_drawn_once_and_kept_with_what_it_shows(tmp_path: Path) -> None:
    drawn = Drawn({"place": "meadow", "time": "night", "weather": "rain"})
    kept = KeptWorlds(drawn, tmp_path / "worlds", CLASSES)
    first, again = kept[0], KeptWorlds(drawn, tmp_path / "worlds", CLASSES)[0]
    assert drawn.asked == 1
    sample = drawn[0]
    for one in (first, again):
        assert [int(one[name]) for name in ("place", "time", "weather", "hour", "sky")] == [1] * 5
        np.testing.assert_allclose(one["x"][:3], np.moveaxis(sample.rgb, -1, 0) / 127.5 - 1, atol=1e-6)
        np.testing.assert_allclose(one["x"][3], sample.depth / 32767.5 - 1, atol=1e-6)
    assert KeptWorlds(Drawn({"place": "cave", "time": "noon", "weather": "clear"}), tmp_path, CLASSES)[0]["sky"] == 0


def test_pictures_that_do_not_say_what_they_show_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="learns from sketch worlds"):
        KeptWorlds(Drawn(None), tmp_path, CLASSES)[0]


def test_panoramas_are_turned_and_mirrored_whole() -> None:
    x = torch.rand(8, 4, 4, 16, generator=torch.Generator().manual_seed(1)) * 2 - 1
    seen, notes = varied(x, torch.zeros(8, 5), Noise(0, 0, range(8)))
    assert 0.05 < notes.std() < 0.2
    mirrored = 0
    for one, other in zip(x, seen, strict=True):
        turns = [one.roll(k, 2) for k in range(16)]
        straight, flipped = (
            [torch.equal(turn[3], other[3]) for turn in kind] for kind in (turns, [turn.flip(2) for turn in turns])
        )
        assert sum(straight) + sum(flipped) == 1
        mirrored += sum(flipped)
        turn = turns[straight.index(True)] if any(straight) else turns[flipped.index(True)].flip(2)
        assert 0 < (turn[:3] - other[:3]).abs().max() < 0.25  # grain, in colour alone
    assert 0 < mirrored < 8


def test_what_a_sample_gets_does_not_depend_on_how_the_batch_is_cut() -> None:
    x = torch.rand(4, 4, 4, 16)
    notes = torch.zeros(4, 5)
    whole = varied(x, notes, Noise(3, 5, range(4)))
    first, second = (varied(x[part], notes[part], Noise(3, 5, range(4)[part])) for part in (slice(2), slice(2, 4)))
    for at_once, *parts in zip(whole, first, second, strict=True):
        torch.testing.assert_close(at_once, torch.cat(parts), rtol=0, atol=0)


def test_time_and_weather_count_where_they_are_seen() -> None:
    sure, wrong = torch.tensor([[9.0, -9.0]]), torch.tensor([[-9.0, 9.0]])
    first = torch.tensor([0])
    right = {"place": first, "time": first, "weather": first, "hour": torch.ones(1)}
    losses, shares = [], []
    for weather in (sure, wrong):
        for sky in (1.0, 0.0):
            loss, share = judged([Answers(sure, sure, sure, weather)], {**right, "sky": torch.tensor([sky])})
            losses.append(float(loss))
            shares.append(float(share["weather"]))
    assert losses[1] == losses[3]
    assert losses[2] > losses[0] + 10
    assert shares == [1, 0, 0, 0]
    unseen, _ = judged([Answers(sure, sure, wrong, sure)], {**right, "hour": torch.zeros(1), "sky": torch.ones(1)})
    assert float(unseen) < losses[0]  # in space no hour is seen
    # Cross-entropy of 1 − SMOOTHING/2 and SMOOTHING/2 against certainty, 2 classes, logits 18 apart.
    assert losses[0] == pytest.approx(3.5 * 18 * SMOOTHING / 2, rel=1e-3)
