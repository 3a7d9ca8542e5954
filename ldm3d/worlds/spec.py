"""What a prompt was understood as: the scene's specification and the account of every word.

Everything here is frozen and hashable, so that a layout can be kept by it, and `SceneSpec.as_dict` gives plain JSON, so
that it can be stored with the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

TIMES = ("dawn", "morning", "noon", "afternoon", "sunset", "dusk", "night")
WEATHERS = ("clear", "cloudy", "overcast", "foggy", "rain", "snow", "storm", "aurora", "rainbow")
SEASONS = ("spring", "summer", "autumn", "winter")
# What a colour can be asked for: the sky with its clouds, the disc of sun or moon, lamps and lit windows, and stuff.
TARGETS = ("sky", "sun", "lamps", "water", "ground", "rock", "snow", "foliage", "flowers", "buildings")
# What can be wished away, or stand alone.
THINGS = (
    "trees", "grass", "flowers", "rocks", "buildings", "towers", "boats", "bridges", "lamps", "people", "animals",
    "cars", "clouds", "stars", "moon", "sun", "snow", "planets", "ships",
)  # fmt: skip
# How another place stands to the one that one stands in.
RELATIONS = ("behind", "beside", "around", "with")
DEFAULT_PLACE, DEFAULT_TIME, DEFAULT_WEATHER = "meadow", "morning", "clear"


class Tint(NamedTuple):
    """A colour that was asked for: one of `TARGETS`, the colour's name, and linear RGB from 0 to 1."""

    target: str
    name: str
    rgb: tuple[float, float, float]


@dataclass(frozen=True)
class Mood:
    """How the mood bends the light; the defaults change nothing.

    Attributes:
        names: the moods that were asked for, such as ("eerie",).
        saturation: factor on how far colours are from grey, 0 to 2.
        warmth: −1 (blue) to 1 (orange); a shift of the white point.
        contrast: factor on the distance from middle grey, 0.5 to 1.6.
        exposure: factor on all light, 0.4 to 1.6.
        haze: factor on the air's extinction, 0.3 to 6.
        glow: factor on the light around sun, moon and lamps, 0.3 to 3.
    """

    names: tuple[str, ...] = ()
    saturation: float = 1.0
    warmth: float = 0.0
    contrast: float = 1.0
    exposure: float = 1.0
    haze: float = 1.0
    glow: float = 1.0

    def __and__(self, other: Mood) -> Mood:
        """Both moods at once: factors multiply, shifts add, each within its range."""
        return Mood(
            names=(*self.names, *(name for name in other.names if name not in self.names)),
            saturation=_within(self.saturation * other.saturation, 0.0, 2.0),
            warmth=_within(self.warmth + other.warmth, -1.0, 1.0),
            contrast=_within(self.contrast * other.contrast, 0.5, 1.6),
            exposure=_within(self.exposure * other.exposure, 0.4, 1.6),
            haze=_within(self.haze * other.haze, 0.3, 6.0),
            glow=_within(self.glow * other.glow, 0.3, 3.0),
        )


def _within(value: float, low: float, high: float) -> float:
    """The value, kept in a range and free of the dust of multiplication."""
    return round(min(max(value, low), high), 4)


@dataclass(frozen=True)
class Wish:
    """What the words ask of a place beyond its name; the defaults ask for nothing.

    Attributes:
        season: one of `SEASONS`, or None for the place's own.
        density: factor on how many things there are, 0.2 to 3.
        scale: factor on how tall the place's things and shapes are, 0.4 to 2.5.
        waves: factor on how rough water is, 0.1 to 3.
        lone: the one of `THINGS` of which a single one stands alone, as in "a lone tree".
        without: those of `THINGS` that must not be there.
        tints: colours that were asked for, one for each target at most.
        moons: how many of them were asked for, where it is more than one.
    """

    season: str | None = None
    density: float = 1.0
    scale: float = 1.0
    waves: float = 1.0
    lone: str | None = None
    without: tuple[str, ...] = ()
    tints: tuple[Tint, ...] = ()
    moons: int = 1

    def tint(self, *targets: str) -> tuple[float, float, float] | None:
        """Linear RGB that was asked for the first of `targets` that has one, or None."""
        asked = {tint.target: tint.rgb for tint in self.tints}
        return next((asked[target] for target in targets if target in asked), None)


class Other(NamedTuple):
    """A place named beside the one that one stands in.

    Attributes:
        place: its registered name.
        relation: one of `RELATIONS`: behind (in the distance), beside (on one side), around (all around), or with.
        wish: what was asked of it alone, such as winter for "snowy mountains".
    """

    place: str
    relation: str = "with"
    wish: Wish = Wish()


@dataclass(frozen=True)
class SceneSpec:
    """What is to be built.

    Attributes:
        place: the registered name of the place that one stands in.
        time: one of `TIMES`.
        weather: one of `WEATHERS`.
        wish: what is asked of the place.
        others: further places in the picture, in the prompt's order.
        mood: how the light is bent.
    """

    place: str = DEFAULT_PLACE
    time: str = DEFAULT_TIME
    weather: str = DEFAULT_WEATHER
    wish: Wish = Wish()
    others: tuple[Other, ...] = ()
    mood: Mood = Mood()

    @property
    def season(self) -> str | None:
        """The season, one of `SEASONS`, or None for the place's own."""
        return self.wish.season

    def as_dict(self) -> dict[str, Any]:
        """The specification as plain JSON: numbers, strings, lists and dicts."""
        return {
            "place": self.place,
            "time": self.time,
            "weather": self.weather,
            "wish": _plain(self.wish),
            "others": [
                {"place": other.place, "relation": other.relation, "wish": _plain(other.wish)} for other in self.others
            ],
            "mood": asdict(self.mood) | {"names": list(self.mood.names)},
        }


def _plain(wish: Wish) -> dict[str, Any]:
    tints = [{"target": tint.target, "name": tint.name, "rgb": list(tint.rgb)} for tint in wish.tints]
    return asdict(wish) | {"without": list(wish.without), "tints": tints}


@dataclass(frozen=True)
class Understanding:
    """A scene and how its prompt led to it.

    Attributes:
        spec: what will be built.
        understood: (word or phrase as written, what it means here), in the prompt's order.
        ignored: content words that changed nothing, in the prompt's order, each once.
        assumed: what the prompt did not name and was chosen by default, such as ("clear",).
        style: words for other tools ("8k", "octane render"), which mean nothing here.
        guessed: (misspelt word, what it was taken as).
    """

    spec: SceneSpec
    understood: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    style: tuple[str, ...] = ()
    guessed: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """The place's registered name."""
        return self.spec.place

    @property
    def time(self) -> str:
        """The time of day, one of `TIMES`."""
        return self.spec.time

    @property
    def weather(self) -> str:
        """The weather, one of `WEATHERS`."""
        return self.spec.weather

    def as_dict(self) -> dict[str, Any]:
        """Specification and account as plain JSON, to be stored with the picture."""
        return {
            "spec": self.spec.as_dict(),
            "understood": [list(pair) for pair in self.understood],
            "ignored": list(self.ignored),
            "assumed": list(self.assumed),
            "style": list(self.style),
            "guessed": [list(pair) for pair in self.guessed],
        }

    def sentence(self) -> str:
        """One line for a person: `understood: forest, dawn; assumed: clear; ignored: dragon`."""
        meanings = list(dict.fromkeys(meaning for _, meaning in self.understood))
        parts = [f"understood: {_listed(meanings)}" if meanings else "understood: nothing"]
        if self.guessed:
            parts.append("taken as meant: " + ", ".join(f"{wrong} as {right}" for wrong, right in self.guessed))
        if self.assumed:
            parts.append(f"assumed: {_listed(self.assumed)}")
        if self.style:
            parts.append(f"without a meaning here: {_listed(self.style)}")
        if self.ignored:
            parts.append(f"ignored: {_listed(self.ignored)}")
        return "; ".join(parts)


def _listed(words: Sequence[str], most: int = 12) -> str:
    """The words with commas; of very many, the first and how many more."""
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"
