"""Which of the places in a prompt one stands in, and how the others stand to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ldm3d.worlds.places import Place, registry
from ldm3d.worlds.words.marks import Mark
from ldm3d.worlds.words.tables import singles

MOST_OTHERS = 3
_BEHIND = singles("behind beyond dahinter detras")


@dataclass
class Mention:
    """A place named in the prompt.

    Attributes:
        at: index of the first mark that names it.
        place: its registered name.
        last: index of the last mark of a run that names it ("mountain peaks").
        relation: how it stands to the place that one stands in.
        far: whether it is said to be distant.
    """

    at: int
    place: str
    last: int
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
    named: list[Mention] = []
    for at, mark in enumerate(marks):
        if "place" not in mark or at in negated or at in lone:
            continue
        if named and named[-1].place == mark["place"] and named[-1].last == at - 1:
            named[-1].last = at
        else:
            named.append(Mention(at, mark["place"], at))
    if not named:
        # Where nothing else is named, a lone house is a place with one house.
        houses = [marks[at] for at in lone - negated if marks[at].means.get("thing") == "buildings"]
        if houses and (home := houses[0].means.get("place", houses[0].means.get("hint"))):
            return Stand(None, (), home)
        hints = Counter(
            mark["hint"] for at, mark in enumerate(marks) if "hint" in mark and at not in negated and at not in lone
        )
        return Stand(None, (), hints.most_common(1)[0][0] if hints else None)
    for mention in named:
        mention.far = _far(marks, mention)
    primary = _primary(marks, named)
    whole = next((mention for mention in named if known[mention.place].whole), None)
    if whole is not None and whole.place != primary.place and primary.relation != "from":
        primary.relation = "with"
        primary = whole
    others: dict[str, Mention] = {}
    for mention in named:
        if not (known[primary.place].roles and known[mention.place].roles):
            continue  # A room, a cave, the sea floor: nothing stands beside it.
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
        between = marks[last.last + 1 : mention.at]
        turn = next((mark["next"] for mark in reversed(between) if "next" in mark), None)
        compound = not between and not marks[mention.at].breaks
        if compound and primary is last:
            last.relation, primary = ("behind" if last.far else "around"), mention
        elif compound:
            # "a village by a mountain lake": both relate to the village in the same way.
            mention.relation, last.relation = last.relation, "around"
        elif turn and primary is last and not _ends(between):
            last.relation, primary = turn, mention
        elif primary is last and _stands_in(marks[last.last], mention.place, between):
            last.relation, primary = "with", mention
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
    """The relation that the last word between two places says."""
    said = [mark.means.get("relation", "behind") for mark in between if {"relation", "next"} & mark.means.keys()]
    return said[-1] if said else "with"


def _stands_in(mark: Mark, place: str, between: Sequence[Mark]) -> bool:
    """Whether a mark names a thing in the place after it: "a few trees in a desert", "houses in a harbour"."""
    if _relation(between) != "around" or _ends(between):
        return False
    return mark.means.get("thing") == "trees" or shown_by(registry()[place], mark)


def _far(marks: Sequence[Mark], mention: Mention) -> bool:
    """Whether a place is said to be distant."""
    before = marks[mention.at - 1] if mention.at else None
    if before is not None and before.means.get("far") == "before":
        return True
    for at in range(mention.last + 1, min(mention.last + 4, len(marks))):
        mark = marks[at]
        # "a meadow with a canyon behind": nothing follows that it could be behind of.
        last = at + 1 == len(marks) or marks[at + 1].breaks
        if mark.means.get("far") == "after" or (mark.key in _BEHIND and last and not mark.breaks):
            return True
        if "place" in mark or mark.breaks:
            return False
    return False
