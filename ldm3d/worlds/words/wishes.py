"""Wishes: season, amounts, waves and colours, each for the place that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import ldm3d.worlds.words.tables as tables
from ldm3d.worlds.places import Place, registry
from ldm3d.worlds.spec import Other, Tint, Wish
from ldm3d.worlds.words.bind import bind
from ldm3d.worlds.words.colours import mixed
from ldm3d.worlds.words.marks import Mark
from ldm3d.worlds.words.mentions import Stand
from ldm3d.worlds.words.reading import Reading

# What is in the sky or walks about cannot be made denser or taller.
FLEETING = frozenset(("clouds", "stars", "moon", "sun", "snow", "people", "animals", "planets", "ships"))
# What stands about singly: its size and number are not the place's.
_SEPARATE = frozenset(("boats", "bridges", "cars", "lamps"))
_NOUNS = frozenset(("place", "thing", "hint", "target"))
# The targets of things whose words are none themselves.
_STUFF = {
    "trees": "foliage", "grass": "ground", "flowers": "flowers", "rocks": "rock", "buildings": "buildings",
    "towers": "buildings", "lamps": "lamps", "snow": "snow", "clouds": "sky", "stars": "sky", "moon": "sun",
    "sun": "sun",
}  # fmt: skip
_GLOW = tables.singles("light lights glow licht luz")
_GREENS = frozenset(("green", "emerald", "lime", "jade", "olive", "dark green"))
_NOUN_SEASONS = tables.singles(
    """
    spring summer autumn fall winter springtime summertime wintertime midwinter midsummer christmas
    fruhling sommer herbst weihnachten primavera verano otono invierno navidad
    """
)


class Wishes:
    """The wishes of the place one stands in (key None) and of the others, as they are read."""

    def __init__(self, reading: Reading, place: Place, where: Stand) -> None:
        self.reading, self.place, self.others = reading, place, where.others
        self._season: dict[str | None, str] = {}
        self._factor: dict[tuple[str | None, str], float] = {}
        self._tints: dict[str | None, dict[str, tuple[str, tuple[float, float, float]]]] = {}
        self._shared: set[str] = set()

    def _owner(self, mark: Mark) -> str | None:
        """The other place that a noun names, or None for the one that one stands in."""
        return next((other.place for other in self.others if mark.means.get("place") == other.place), None)

    def _has(self, noun: Mark) -> bool:
        """Whether a noun names a place or a thing, or hints at the place that one stands in."""
        return bool({"place", "thing"} & noun.means.keys()) or noun.means.get("hint") == self.place.name

    def seasons(self, weather: str) -> None:
        """Seasons belong to the place they stand before ("snowy mountains"), else to the whole."""
        reading = self.reading
        # A season's name says more than its signs: "a garden in bloom, summer".
        for at, mark in sorted(reading.each("season"), key=lambda item: item[1].key not in _NOUN_SEASONS):
            if "weather" in mark:
                continue
            bound = bind(reading.marks, at, lambda noun: "place" in noun)
            owner = None if bound.at is None or not _adjective(mark) else self._owner(reading.marks[bound.at])
            if self._season.setdefault(owner, mark["season"]) == mark["season"]:
                reading.say(at, mark["season"])
        if weather == "snow":
            self._season.setdefault(None, "winter")

    def amounts(self) -> None:
        """How many and how tall: of a place, or of things in it."""
        reading = self.reading
        for slot, table in (("density", tables.DENSITIES), ("scale", tables.SCALES)):
            for at, mark in reading.each(slot):
                bound = bind(reading.marks, at, lambda noun: bool(_NOUNS & noun.means.keys()))
                noun = None if bound.at is None else reading.marks[bound.at]
                if bound.orphan or (noun is not None and noun.means.get("thing") in FLEETING | _SEPARATE):
                    continue
                if noun is not None and not self._has(noun):
                    continue
                owner = None if noun is None else self._owner(noun)
                # Of several the one that asks for most: "an overgrown garden full of flowers".
                asked = (self._factor.get((owner, slot), 1.0), table[mark[slot]])
                self._factor[owner, slot] = max(asked, key=lambda factor: abs(log(factor)))
                reading.say(at, mark[slot])
                if noun is not None and bound.at is not None and "thing" in noun and bound.at not in reading.said:
                    reading.say(bound.at, noun["thing"])

    def waves(self) -> None:
        """How rough the water is, where there is any."""
        reading, known = self.reading, registry()
        wet: list[str | None] = [None] if _wet(self.place) else []
        wet += [other.place for other in self.others if _wet(known[other.place])]
        for at, mark in reading.each("waves"):
            if not wet:
                continue
            bound = bind(reading.marks, at, lambda noun: bool({"place", "target"} & noun.means.keys()))
            noun = None if bound.at is None else reading.marks[bound.at]
            if bound.orphan or (noun is not None and not self._is_water(noun)):
                continue
            owner = None if noun is None else self._owner(noun)
            self._factor[owner if owner in wet else wet[0], "waves"] = tables.WAVES[mark["waves"]]
            reading.say(at, mark["waves"])

    def _is_water(self, noun: Mark) -> bool:
        place = noun.means.get("place")
        return noun.means.get("target") == "water" or (place is not None and _wet(registry()[place]))

    def colours(self) -> None:
        """Colours belong to the noun they stand before, or to what the place is made of."""
        reading, marks, at = self.reading, self.reading.marks, 0
        while at < len(marks):
            mark = marks[at]
            run = [at]
            if "colour" in mark and at not in reading.negated and "place" not in mark:
                while (more := _next_colour(marks, run[-1])) is not None:
                    run.append(more)
                self._colour(run)
            elif "implied" in mark and at not in reading.negated:
                target, colour = mark["implied"].split(":")
                self._tint(None, target, [colour], shared="place" not in mark)
                reading.say(at, f"{colour} {target}")
            at = run[-1] + 1

    def _colour(self, run: list[int]) -> None:
        reading = self.reading
        names = list(dict.fromkeys(reading.marks[at]["colour"] for at in run))
        bound = bind(reading.marks, run[-1], _colourable)
        if bound.orphan or (bound.at is None and "hint" in reading.marks[run[0]]):
            return
        owner, target, shared = None, self.place.stuff, False
        if bound.at is not None:
            noun = reading.marks[bound.at]
            if "target" in noun:
                target, shared = noun["target"], "place" not in noun
                if target == "sky" and noun.key in _GLOW and not self.place.roles:
                    target = "lamps"  # Under rock and roofs light comes from what shines there.
            elif "place" in noun:
                owner, target = self._owner(noun), registry()[noun["place"]].stuff
            elif "thing" in noun:
                if noun["thing"] not in _STUFF:
                    return
                target, shared = _STUFF[noun["thing"]], True
            else:
                target = "sky"
            if target == "rock" and "place" in noun and _GREENS & set(names):
                target = "ground"  # A green valley is overgrown: its rocks are none the greener.
            if bound.at not in reading.said:
                reading.say(bound.at, f"{' and '.join(names)} {target}")
        self._tint(owner, target, names, shared)
        for at in run:
            reading.say(at, f"{' and '.join(names)} {target}")

    def _tint(self, owner: str | None, target: str, names: list[str], shared: bool = False) -> None:
        self._tints.setdefault(owner, {}).setdefault(target, mixed(names))
        if shared:
            self._shared.add(target)

    def made(self, lone: str | None, without: tuple[str, ...]) -> tuple[Wish, tuple[Other, ...]]:
        """The wish of the place one stands in, and the others with theirs."""
        others = tuple(Other(other.place, other.relation, self._wish(other.place)) for other in self.others)
        return self._wish(None, lone, without), others

    def _wish(self, owner: str | None, lone: str | None = None, without: tuple[str, ...] = ()) -> Wish:
        tints = dict(self._tints.get(owner, {}))
        if owner is not None:
            # "a village by a lake, turquoise water": what all share is told to the others too.
            shared = self._tints.get(None, {})
            tints = {target: shared[target] for target in self._shared if target in shared} | tints
        return Wish(
            season=self._season.get(owner, self._season.get(None) if owner else None),
            density=_clamped(self._factor.get((owner, "density"), 1.0), 0.2, 3.0),
            scale=_clamped(self._factor.get((owner, "scale"), 1.0), 0.4, 2.5),
            waves=_clamped(self._factor.get((owner, "waves"), 1.0), 0.1, 3.0),
            lone=lone,
            without=without,
            tints=tuple(Tint(target, *tints[target]) for target in sorted(tints)),
        )


def _clamped(value: float, low: float, high: float) -> float:
    return round(min(max(value, low), high), 3)


def _wet(place: Place) -> bool:
    return place.stuff == "water" or "water" in place.shows


def _adjective(mark: Mark) -> bool:
    """Whether a season word describes what it stands before ("snowy mountains"), and not the time of the year."""
    return mark.key not in _NOUN_SEASONS


def _colourable(mark: Mark) -> bool:
    return bool({"target", "place", "thing", "time", "weather"} & mark.means.keys()) and "colour" not in mark


def _next_colour(marks: Sequence[Mark], at: int) -> int | None:
    """The index of the colour that goes on after the one at an index: "red and golden", "pink, purple"."""
    for j in range(at + 1, min(at + 3, len(marks))):
        if "colour" in marks[j] and "place" not in marks[j]:
            return j
        if marks[j].key not in ("and", "und", "y"):
            return None
    return None
