"""To which noun an adjective belongs: "snowy" to the mountains, "blood red" to the sunset, "tiny" to a dragon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ldm3d.worlds.words.marks import Mark
from ldm3d.worlds.words.tables import singles

MODIFIERS = frozenset(("season", "mood", "density", "scale", "waves", "colour", "lone", "far"))
_COPULAS = singles("is are was were so very quite ist sind sehr es son esta estan muy all completely que its")
_FIRM = frozenset(("place", "time", "weather", "thing", "target", "hint"))


class Bound(NamedTuple):
    """Index of the noun's mark, or None; `orphan` says that the noun is one that means nothing here."""

    at: int | None
    orphan: bool = False


def modifies(mark: Mark) -> bool:
    """Whether a mark describes something and is nothing itself."""
    return bool(MODIFIERS & mark.means.keys()) and not _FIRM & mark.means.keys()


def describes(mark: Mark) -> bool:
    """Whether a mark may stand before a noun: an adjective, a season, a style word."""
    return bool(MODIFIERS & mark.means.keys()) or "style" in mark


def bind(marks: Sequence[Mark], at: int, accepts: Callable[[Mark], bool]) -> Bound:
    """Find the noun of the mark at an index: in the words that follow it, else in the ones before.

    Args:
        marks: the prompt.
        at: index of the adjective.
        accepts: whether a mark can be its noun.
    """
    unknown = False
    for j in range(at + 1, len(marks)):
        mark = marks[j]
        if mark.breaks and not modifies(mark):
            break
        if accepts(mark):
            return Bound(j)
        if describes(mark):
            continue
        if mark.key in ("and", "und", "y") and j + 1 < len(marks) and modifies(marks[j + 1]):
            continue
        if mark.unknown:
            unknown = True
            continue
        if {"relation", "next", "negation", "stop", "place", "time", "weather"} & mark.means.keys():
            break
    if unknown:
        return Bound(None, orphan=True)
    for j in range(at - 1, -1, -1):
        if marks[j + 1].breaks and not modifies(marks[j]):
            break
        if accepts(marks[j]):
            return Bound(j)
        if not (modifies(marks[j]) or marks[j].key in _COPULAS):
            break
    return Bound(None)
