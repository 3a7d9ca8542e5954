"""Which of the places in a prompt one stands in, and how the others stand to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ldm3d.worlds.places import Place, registry
from ldm3d.worlds.words.marks import Mark

MOST_OTHERS = 3


@dataclass
class Mention:
    """A place named in the prompt: the mark's index, the place, and its relation to the one that one stands in."""

    at: int
    place: str
    relation: str = "with"
    far: bool = False


@dataclass(frozen=True)
class Stand:
    """Where one stands.

    Attributes:
        primary: the mention of the place one stands in, or None where a hint or nothing decides.
        others: the other mentions, one for each place.
        place: the place one stands in, or None where nothing names or hints at one.
    """

    primary: Mention | None
    others: tuple[Mention, ...]
    place: str | None


def shown_by(place: Place, mark: Mark) -> bool:
    """Whether what a mark names stands in a place anyway."""
    return mark.key in _shown(place)


def _shown(place: Place) -> frozenset[str]:
    return frozenset(place.shows)


def stand(marks: Sequence[Mark], negated: frozenset[int], lone: frozenset[int]) -> Stand:
    """Decide where one stands.

    The first place named counts, except that of words side by side the last does ("mountain lake"), that "above",
    "behind", "reflected in" and the like put one at what follows ("mountains behind a village"), that what is distant
    comes last, and that a world of its own (under water, in space) takes everything in.

    Args:
        marks: the prompt.
        negated: indices of marks that are wished away.
        lone: indices of marks that stand alone; "a lone tree" is no forest.
    """
    known = registry()
    named = [
        Mention(at, mark["place"])
        for at, mark in enumerate(marks)
        if "place" in mark and at not in negated and at not in lone
    ]
    if not named:
        hints = Counter(
            mark["hint"] for at, mark in enumerate(marks) if "hint" in mark and at not in negated and at not in lone
        )
        return Stand(None, (), hints.most_common(1)[0][0] if hints else None)
    for mention in named:
        mention.far = _far(marks, mention.at)
    primary = _primary(marks, named)
    whole = next((mention for mention in named if known[mention.place].whole), None)
    if whole is not None and whole.place != primary.place and primary.relation != "from":
        primary.relation = "with"
        primary = whole
    others: dict[str, Mention] = {}
    for mention in named:
        if mention.place == primary.place or shown_by(known[primary.place], marks[mention.at]):
            continue
        if mention.far:
            mention.relation = "behind"
        others.setdefault(mention.place, mention)
    return Stand(primary, tuple(others.values())[:MOST_OTHERS], primary.place)


def _primary(marks: Sequence[Mark], named: list[Mention]) -> Mention:
    """Go through the places in order, moving on where the words say so; sets their relations on the way."""
    primary = named[0]
    for last, mention in pairwise(named):
        between = marks[last.at + 1 : mention.at]
        turn = next((mark["next"] for mark in reversed(between) if "next" in mark), None)
        compound = not between and not marks[mention.at].breaks
        if compound and primary is last:
            last.relation, primary = ("behind" if last.far else "around"), mention
        elif compound:
            # "a village by a mountain lake": both relate to the village in the same way.
            mention.relation, last.relation = last.relation, "around"
        elif turn and primary is last and not _ends(between):
            last.relation, primary = turn, mention
        else:
            mention.relation = _relation(between)
    near = [mention for mention in named if not mention.far]
    if primary.far and near:
        primary = near[0]
    return primary


def _ends(between: Sequence[Mark]) -> bool:
    """Whether a new statement begins between two places."""
    return any(mark.breaks for mark in between)


def _relation(between: Sequence[Mark]) -> str:
    """The relation that the words between two places say; the last one that says more than "and"."""
    said = [mark["relation"] for mark in between if "relation" in mark]
    strong = [relation for relation in said if relation != "with"]
    if said and said[-1] == "with" and between[-1].key in ("and", "und", "y", "plus"):
        return "with"
    if not strong and any("next" in mark for mark in between):
        return "behind"
    return strong[-1] if strong else "with"


def _far(marks: Sequence[Mark], at: int) -> bool:
    """Whether a place is said to be distant."""
    before = marks[at - 1] if at else None
    if before is not None and before.means.get("far") == "before":
        return True
    for mark in marks[at + 1 : at + 4]:
        if mark.means.get("far") == "after":
            return True
        if "place" in mark or mark.breaks:
            return False
    return False
