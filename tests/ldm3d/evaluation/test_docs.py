"""What the page says can be typed, and slips are told."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ldm3d.cli import parse
from ldm3d.errors import InputError
from ldm3d.evaluation.command import HELD_OUT

PAGE = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text("utf-8")
LINES = re.findall(r"ldm3d (evaluate \S+ [^`\n]*-o [^`\n]+)", PAGE)


@pytest.mark.parametrize("line", LINES)
def test_every_command_of_the_page_is_understood(line: str) -> None:
    given = parse(line.split())
    assert given.out.parts[0] == "results"


def test_the_page_shows_every_command() -> None:
    assert len({line.split()[1] for line in LINES}) == 8
    assert {line.split()[1] for line in LINES} == set(re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE))


def test_the_held_out_seed_is_the_pages() -> None:
    assert HELD_OUT == 2**40
    assert "2⁴⁰" in PAGE


def test_defaults_are_the_papers() -> None:
    given = parse(["evaluate", "text-to-image", "a", "--captions", "b.json", "-o", "results"])
    assert (given.count, given.size, given.steps, given.guidance, given.sampler) == (
        30_000,
        (512, 512),
        50,
        5.0,
        "ddim",
    )
    assert parse(["evaluate", "depth", "a", "--captions", "b", "-o", "results"]).count == 6_000
    steps = parse(["evaluate", "steps", "a", "--captions", "b", "-o", "results"])
    assert (steps.count, steps.guidance) == (2_000, 3.0)
    assert parse(["evaluate", "mini", "a", "-o", "results"]).count == 1000


@pytest.mark.parametrize("device", ["abacus", "cuda:99", "hpu"])
def test_a_device_that_is_not_here_is_one_sentence(
    device: str, tmp_path: Path, checkpoint: Callable[..., Path]
) -> None:
    given = parse(["evaluate", "mini", str(checkpoint("pano")), "-o", str(tmp_path), "--device", device])
    with pytest.raises(InputError, match=f"--device {device} is nothing"):
        given.run(given)
