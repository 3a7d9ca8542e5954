"""How well prompts of the kind that people type are understood: 300 of them, written by hand, slot by slot."""

from __future__ import annotations

from pathlib import Path

import pytest

from ldm3d.worlds import understand
from ldm3d.worlds.words.tables import DENSITIES, SCALES, WAVES

PROMPTS = Path(__file__).with_name("prompts.txt")
# Where the reader is known to go wrong, and what a person would have understood: kept in the file as a person reads it.
KNOWN_MISSES = frozenset(
    (
        "a cathedral of trees",
        "mirror lake doubling the mountains",
        "the surface of an icy moon, jupiter in the sky",
    )
)
Pair = tuple[str, str]


def rows() -> list[tuple[str, frozenset[Pair]]]:
    """(prompt, expected (slot, value) pairs) of every line."""
    found = []
    for line in PROMPTS.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            prompt, _, slots = line.partition(" => ")
            pairs = (slot.partition("=") for slot in slots.split())
            found.append((prompt, frozenset((slot, value) for slot, _, values in pairs for value in values.split(","))))
    return found


def amount(table: dict[str, float], value: float) -> str:
    """The word of an amount that is nearest."""
    return min(table, key=lambda word: abs(table[word] - value)).split()[0]


def got(prompt: str) -> frozenset[Pair]:
    """The (slot, value) pairs that a prompt is understood as, without what was only assumed."""
    found = understand(prompt)
    spec = found.spec
    pairs: set[Pair] = {("place", "-" if "meadow" in found.assumed else spec.place)}
    pairs |= {("others", f"{other.place}:{other.relation}") for other in spec.others}
    pairs |= {("mood", name) for name in spec.mood.names} | {("without", name) for name in spec.wish.without}
    for slot, value in (("time", spec.time), ("weather", spec.weather)):
        if value not in found.assumed:
            pairs.add((slot, value))
    if spec.wish.lone:
        pairs.add(("lone", spec.wish.lone))
    for owner, wish in (("", spec.wish), *((f"@{other.place}", other.wish) for other in spec.others)):
        if wish.season and (not owner or wish.season != spec.season):
            pairs.add(("season", f"{wish.season}{owner}"))
        for slot, table, value in (
            ("density", DENSITIES, wish.density),
            ("scale", SCALES, wish.scale),
            ("waves", WAVES, wish.waves),
        ):
            if value != 1.0:
                pairs.add((slot, amount(table, value) + owner))
        own = {tint for tint in wish.tints if not owner or tint not in spec.wish.tints}
        pairs |= {("tints", f"{tint.target}:{tint.name.replace(' ', '_')}{owner}") for tint in own}
    return frozenset(pairs)


def test_prompts_are_understood_as_a_person_reads_them(capsys: pytest.CaptureFixture[str]) -> None:
    right = both = whole = 0
    wrong: dict[str, tuple[list[Pair], list[Pair]]] = {}
    for prompt, expected in rows():
        found = got(prompt)
        # What is found too much counts as much as what is missed.
        right += len(expected & found)
        both += len(expected | found)
        whole += expected == found
        if expected != found:
            wrong[prompt] = (sorted(expected - found), sorted(found - expected))
    share = right / both
    with capsys.disabled():
        print(
            f"\n{len(rows())} prompts: {100 * share:.1f} % of slots, {100 * whole / len(rows()):.1f} % without a fault"
        )
    assert share >= 0.95, wrong
    assert set(wrong) == KNOWN_MISSES, {prompt: wrong[prompt] for prompt in wrong.keys() - KNOWN_MISSES}


def test_there_are_300_prompts_and_each_is_another() -> None:
    prompts = [prompt for prompt, _ in rows()]
    assert len(prompts) == len(set(prompts)) >= 300
