"""From a request to an engine and a panorama."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from depthfusion import panorama
from depthfusion.errors import InputError
from depthfusion.generate.engines import Sketch, resolve
from depthfusion.generate.jobs import GenerateJob
from depthfusion.generate.request import GenerationRequest
from depthfusion.jobs.progress import Progress


def test_resolving_leaves_nothing_to_chance() -> None:
    engine, request, why = resolve(GenerationRequest(prompt="a forest"))
    assert request.engine == engine.name == "sketch"
    assert request.seed is not None
    assert request.size == Sketch.size
    assert engine.name in why
    assert resolve(request)[1] == request


def test_without_a_seed_two_worlds_differ() -> None:
    seeds = {resolve(GenerationRequest(prompt="a forest"))[1].seed for _ in range(4)}
    assert len(seeds) == 4


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"prompt": ""}, "prompt is empty"),
        ({"prompt": " \n"}, "prompt is empty"),
        ({"engine": "midjourney"}, "'midjourney' is not known: choose one of auto, sketch"),
        ({"size": (100, 100)}, "100x100 is not twice as wide as high: choose 100x50"),
        ({"size": (32, 16)}, "32x16 cannot be drawn by sketch"),
        ({"size": (32768, 16384)}, "cannot be drawn by sketch"),
    ],
)
def test_what_cannot_be_made_is_told_before_anything_starts(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        resolve(GenerationRequest(**{"prompt": "a forest", **wrong}))


def test_a_picture_carries_the_request_that_makes_it_again(tmp_path: Path) -> None:
    asked = GenerationRequest(prompt="ein Wald bei Nacht – 夜", seed=7, size=(128, 64))
    first = GenerateJob(asked.as_dict(), str(tmp_path / "one.png")).run(Progress())
    made = panorama.load(Path(first["panorama"]))
    assert made.request is not None
    again = GenerationRequest(**made.request)
    assert (again.prompt, again.engine, again.seed, again.size) == (asked.prompt, "sketch", 7, (128, 64))
    second = GenerateJob(again.as_dict(), str(tmp_path / "two.png")).run(Progress())
    remade = panorama.load(Path(second["panorama"]))
    np.testing.assert_array_equal(made.rgb, remade.rgb)
    np.testing.assert_array_equal(made.depth, remade.depth)
    assert (made.near, made.far, made.depth_source) == (1.0, 1000.0, "sketch")


def test_a_picture_keeps_what_was_understood_of_its_words(tmp_path: Path) -> None:
    request = GenerationRequest(prompt="a foggy forest with a dragon", seed=3, size=(64, 32))
    path = Path(GenerateJob(request.as_dict(), str(tmp_path / "x.png")).run(Progress())["panorama"])
    made = panorama.load(path).made
    assert made is not None
    kept = made["understood"]
    assert (kept["spec"]["place"], kept["spec"]["weather"], kept["ignored"]) == ("forest", "foggy", ["dragon"])


def test_a_job_that_cannot_write_says_so_before_it_works(tmp_path: Path) -> None:
    steps: list[str] = []
    job = GenerateJob({"prompt": "a forest", "size": [128, 64]}, str(tmp_path / "missing" / "one.png"))
    with pytest.raises(InputError, match="its folder does not exist"):
        job.run(Progress(lambda report: steps.append(report.text)))
    assert steps == []


@pytest.mark.parametrize("size", [(65, 33), (100, 51), (10, 10), (65536, 65536), (64, 1)])
def test_the_size_that_is_proposed_instead_is_one_that_can_be_made(size: tuple[int, int]) -> None:
    with pytest.raises(InputError) as refused:
        Sketch().completed(GenerationRequest(prompt="a meadow", size=size))
    proposed = GenerationRequest.size.parse(str(refused.value).rsplit(" ", 1)[1])
    Sketch().completed(GenerationRequest(prompt="a meadow", size=proposed))
