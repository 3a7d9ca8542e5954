"""To which noun an adjective belongs: "snowy" to the mountains, "blood red" to the sunset, "tiny" to a dragon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ldm3d.worlds.words.marks import Mark
from ldm3d.worlds.words.tables import singles

MODIFIERS = frozenset(("season", "mood", "density", "scale", "waves", "colour", "lone", "far"))
_COPULAS = singles("is are was were so very quite ist sind sehr es son esta estan muy all completely que its")
_ENDS = frozenset(("relation", "next", "negation", "stop", "place", "time", "weather"))
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
    bound = _after(marks, at, accepts)
    return bound if bound.at is not None or bound.orphan else _before(marks, at, accepts)


def _after(marks: Sequence[Mark], at: int, accepts: Callable[[Mark], bool]) -> Bound:
    """The noun among the words that follow, up to the next pause or preposition."""
    unknown = False
    for j in range(at + 1, len(marks)):
        mark, following = marks[j], marks[j + 1] if j + 1 < len(marks) else None
        if mark.breaks and not modifies(mark):
            break
        if "place" in mark and following is not None and "place" in following and not following.breaks:
            continue  # Of "mountain lake" the lake is the noun.
        if accepts(mark):
            return Bound(j)
        joins = mark.key in ("and", "und", "y") and following is not None and modifies(following)
        unknown = unknown or mark.unknown
        if not (describes(mark) or joins) and _ENDS & mark.means.keys():
            break
    return Bound(None, orphan=unknown)


def _before(marks: Sequence[Mark], at: int, accepts: Callable[[Mark], bool]) -> Bound:
    """The noun among the words before: "the sky is red", "montañas nevadas"."""
    for j in range(at - 1, -1, -1):
        if marks[j + 1].breaks and not modifies(marks[j]):
            break
        if accepts(marks[j]):
            return Bound(j)
        if not (modifies(marks[j]) or marks[j].key in _COPULAS):
            break
    return Bound(None)
