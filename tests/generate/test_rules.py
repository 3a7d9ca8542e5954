"""What can be asked of which engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from depthfusion.errors import InputError
from depthfusion.generate import rules
from depthfusion.generate.request import LARGEST_SEED, GenerationRequest, series

BEFORE = {"prompt": "a forest", "engine": "sketch", "seed": 7, "size": [128, 64]}


def test_a_request_saved_before_there_were_more_options_is_read() -> None:
    request = GenerationRequest(**BEFORE)
    assert request.given() == ()
    assert (request.seed, request.size) == (7, (128, 64))


def test_a_request_is_the_same_after_json() -> None:
    request = GenerationRequest(
        prompt="x", steps=4, guidance=1.5, sampler="lcm", source="a.png", denoise=0.25, lora="b"
    )
    assert GenerationRequest(**request.as_dict()) == request


def test_only_what_an_engine_has_is_kept() -> None:
    request = GenerationRequest(prompt="x", seed=3, steps=4, negative="y")
    kept = request.only(rules.options_of("sketch"))
    assert kept == GenerationRequest(prompt="x", seed=3)
    assert request.only(rules.options_of("ldm3d")) == request


def test_a_series_counts_up_from_its_seed_and_wraps() -> None:
    seeds = [one.seed for one in series(GenerationRequest(prompt="x", seed=LARGEST_SEED), 3)]
    assert seeds == [LARGEST_SEED, 0, 1]


def test_a_series_without_a_seed_has_another_each_time() -> None:
    assert len({one.seed for one in series(GenerationRequest(prompt="x"), 8)} - {None}) == 8


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"engine": "dalle"}, "engine 'dalle' is not known: choose one of auto, sketch, ldm3d"),
        ({"engine": ""}, "engine '' is not known"),
        ({"engine": "ldm3d-sr"}, "engine ldm3d-sr makes no panoramas"),
        ({"engine": "sketch", "steps": 4}, "--steps 4 cannot be used with engine sketch, which has no such option: "),
        ({"engine": "sketch", "negative": "fog"}, "--negative fog cannot be used with engine sketch"),
        ({"engine": "sketch", "seamless": "off"}, "choose --engine ldm3d, which has it, or leave out --seamless"),
        ({"denoise": 0.5}, "--denoise cannot be used alone: say with --from"),
        ({"mask": "m.png"}, "--mask cannot be used alone: say with --from"),
        ({"lora_scale": 0.5}, "--lora-scale cannot be used alone: say with --lora"),
        ({"source": "none.png"}, "--from none.png cannot be read because there is no such file"),
        ({"source": "a\0b"}, "no such file"),
        ({"engine": "ldm3d", "size": (1000, 500)}, "no multiple of 64 in width and height: choose 1024x512"),
        ({"engine": "ldm3d", "size": (512, 512)}, "not twice as wide as high: choose 512x256"),
        ({"engine": "ldm3d", "size": (2, 1)}, "choose 128x64"),
        ({"engine": "ldm3d", "size": (32768, 16384)}, "too large: choose 16384x8192"),
    ],
)
def test_what_cannot_be_is_told(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        rules.check(GenerationRequest(**{"prompt": "a forest", **wrong}))
    assert sentence in str(refused.value)


@pytest.mark.parametrize("engine", ["auto", "sketch", "ldm3d", "ldm3d-4c", "Intel/ldm3d", "somebody/else", "."])
def test_engines_are_known_by_alias_hub_name_and_folder(engine: str) -> None:
    rules.check(GenerationRequest(prompt="a forest", engine=engine))


def test_a_mask_goes_with_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    picture.touch()
    rules.check(GenerationRequest(prompt="a forest", source=str(picture), mask=str(picture), denoise=0.5))


@pytest.mark.parametrize("size", [(65, 33), (1, 1), (700, 350), (3000, 100), (65536, 65536), (1000, 500)])
def test_the_size_proposed_for_ldm3d_can_be_made(size: tuple[int, int]) -> None:
    with pytest.raises(InputError) as refused:
        rules.check_ldm3d_size(size)
    rules.check_ldm3d_size(GenerationRequest.size.parse(str(refused.value).rsplit(" ", 1)[1]) or (0, 0))
