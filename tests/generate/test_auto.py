"""What `auto` takes, and how long a picture is expected to take."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from depthfusion import places
from depthfusion.generate import expected
from depthfusion.generate.engines.choose import Candidate, pick
from depthfusion.generate.expected import Machine, Timing, guess, passes
from depthfusion.generate.request import GenerationRequest

PIXELS = 1024 * 512
PUBLISHED = passes(50, 7.0, None)


@pytest.mark.parametrize(
    ("installed", "candidates", "name", "why"),
    [
        (False, [Candidate("ldm3d", 5)], "sketch", "the parts of LDM3D are not installed"),
        (True, [], "sketch", "no LDM3D checkpoint is on this disk"),
        (True, [Candidate("ldm3d", 20)], "ldm3d", "ldm3d is used: it is on this disk and takes about 20 s here"),
        (True, [Candidate("ldm3d", 60)], "ldm3d", "about 60 s"),
        (True, [Candidate("ldm3d", 61)], "sketch", "ldm3d would take about 61 s here; choose it with --engine ldm3d"),
        (True, [Candidate("ldm3d", 1800)], "sketch", "about 30 minutes"),
        (True, [Candidate("ldm3d", None)], "sketch", "nobody knows before its first run how long ldm3d takes here"),
        (True, [Candidate("ldm3d", None, "size 9x9 …")], "sketch", "ldm3d cannot make this, as size 9x9 …"),
        (True, [Candidate("ldm3d", 90), Candidate("ldm3d-4c", 30)], "ldm3d-4c", "ldm3d-4c is used"),
        (True, [Candidate("ldm3d", 40), Candidate("ldm3d-4c", 30)], "ldm3d", "ldm3d is used"),
    ],
)
def test_auto_takes_the_best_that_is_here_and_quick_enough(
    installed: bool, candidates: list[Candidate], name: str, why: str
) -> None:
    taken, told = pick(installed, candidates)
    assert taken == name
    assert why in told


@pytest.mark.parametrize(
    ("steps", "guidance", "denoise", "count"), [(50, 7.0, None, 100), (4, 1.0, None, 4), (50, 5.0, 0.5, 50)]
)
def test_guidance_doubles_the_passes_and_a_picture_to_begin_from_spares_some(
    steps: int, guidance: float, denoise: float | None, count: int
) -> None:
    assert passes(steps, guidance, denoise) == count


def test_a_processor_takes_minutes_and_a_card_of_today_takes_seconds() -> None:
    on_two_cores = guess(Machine("cpu", 2), "cpu")
    on_a_card = guess(Machine("cuda", 16, (8, 24000)), "cuda")
    assert on_two_cores is not None
    assert on_a_card is not None
    assert 800 < on_two_cores.of(PUBLISHED, PIXELS) < 1200  # measured: 9 s a pass
    assert on_a_card.of(PUBLISHED, PIXELS) < 60
    assert on_a_card.of(PUBLISHED, 4 * PIXELS) > 60


@pytest.mark.parametrize(
    ("machine", "device"),
    [
        (Machine("cuda", 8, (7, 4096)), "cuda"),
        (Machine("rocm", 8), "cuda"),
        (Machine("xpu", 8), "xpu"),
        (Machine("mps", 8), "mps"),
    ],
)
def test_nothing_is_guessed_where_there_is_no_ground(machine: Machine, device: str) -> None:
    assert machine.device == device
    assert guess(machine, device) is None


def test_cuda_without_a_card_is_the_processor() -> None:
    assert Machine("cuda", 8).device == "cpu"


@pytest.mark.parametrize(("passes_", "pixels"), [(100, PIXELS), (4, 4 * PIXELS), (1, 128 * 64)])
def test_a_picture_as_the_measured_one_is_expected_to_take_as_long(passes_: int, pixels: int) -> None:
    assert Timing.measured(20.0, 3.0, 5.0, passes_, pixels).of(passes_, pixels) == pytest.approx(28.0)


def test_what_was_measured_counts_for_its_checkpoint_device_and_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expected, "here", lambda: Machine("mps", 8))
    asked = GenerationRequest(prompt="x", steps=10, guidance=1.0, size=(1024, 512))
    assert expected.of("Intel/ldm3d-pano", asked) is None
    expected.remember("Intel/ldm3d-pano", "mps", "float16", Timing(2.0, 4.0, 1.0))
    expected.remember("Intel/ldm3d-pano", "mps", "float32", Timing(3.0, 4.0, 2.0))
    assert expected.of("Intel/ldm3d-pano", asked) == pytest.approx(25.0)
    asked.precision = "float32"
    assert expected.of("Intel/ldm3d-pano", asked) == pytest.approx(36.0)
    assert expected.of("Intel/ldm3d-4c", asked) is None
    asked.size = (2048, 1024)
    assert expected.of("Intel/ldm3d-pano", asked) == pytest.approx(4 * (10 * 3.0 + 4.0) + 2.0)


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"a": 1}', json.dumps({"a": {"pass_seconds": None}})])
def test_a_broken_file_of_timings_is_as_none(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expected, "here", lambda: Machine("mps", 8))
    monkeypatch.setattr(expected, "_key", lambda *words: "a")
    places.state().mkdir(parents=True)
    Path(places.state() / "timings.json").write_text(broken, encoding="utf-8")
    assert expected.of("x/y", GenerationRequest(prompt="x", steps=10, guidance=1.0, size=(1024, 512))) is None
    expected.remember("x/y", "mps", "float16", Timing(2.0, 4.0, 1.0))
    assert expected.of("x/y", GenerationRequest(prompt="x", steps=10, guidance=1.0, size=(1024, 512))) == 25.0


def test_the_build_of_torch_is_read_without_loading_it() -> None:
    assert expected.here().build in {"cpu", "cuda", "rocm", "xpu", "mps"}
