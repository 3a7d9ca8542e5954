"""Captions for training: endlessly many sentences, each with the scene that it describes and a seed for its world.

Every caption is understood as exactly its scene: `understand(caption).spec == spec`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import count
from typing import NamedTuple, TypeVar

import numpy as np

from ldm3d.errors import InputError
from ldm3d.worlds.places import Place, registry
from ldm3d.worlds.spec import DEFAULT_TIME, DEFAULT_WEATHER, TIMES, WEATHERS, Mood, Other, SceneSpec, Tint, Wish
from ldm3d.worlds.words.colours import mixed
from ldm3d.worlds.words.moods import MOODS
from ldm3d.worlds.words.tables import DENSITIES, SCALES

T = TypeVar("T")

_TIMES = {
    "dawn": ("at dawn", "at sunrise", "at daybreak", "in the early morning", "at first light", "at the crack of dawn"),
    "morning": ("in the morning", "in the late morning", "in morning light", "one morning"),
    "noon": ("at noon", "at midday", "at high noon", "in the middle of the day", "in broad daylight"),
    "afternoon": ("in the afternoon", "in the late afternoon", "one afternoon"),
    "sunset": ("at sunset", "in the evening", "at golden hour", "at sundown", "in the light of the setting sun"),
    "dusk": ("at dusk", "at twilight", "at nightfall", "at blue hour", "after sunset"),
    "night": ("at night", "at midnight", "by moonlight", "under a starry sky", "in the middle of the night"),
}
_WEATHERS = {
    "clear": (
        "under a clear sky",
        "on a sunny day",
        "under a cloudless sky",
        "in fine weather",
        "in sunshine",
    ),
    "cloudy": ("under a cloudy sky", "with scattered clouds", "with fluffy clouds", "under drifting clouds"),
    "overcast": ("under an overcast sky", "under heavy clouds", "on an overcast day", "under a leaden sky"),
    "foggy": ("in fog", "in the mist", "shrouded in mist", "on a foggy day", "in haze"),
    "rain": ("in the rain", "on a rainy day", "in pouring rain", "in a drizzle", "in heavy rain"),
    "snow": ("while it is snowing", "in falling snow", "in a blizzard", "in a snowstorm", "in heavy snow"),
    "storm": ("in a storm", "in a thunderstorm", "under a stormy sky", "with lightning", "under storm clouds"),
    "aurora": ("under northern lights", "with an aurora", "under the aurora borealis"),
    "rainbow": ("with a rainbow", "under a rainbow", "with a double rainbow"),
}
_SEASONS = {
    "spring": ("in spring", "in springtime", "in april"),
    "summer": ("in summer", "in midsummer", "in july"),
    "autumn": ("in autumn", "in october", "with autumn colors"),
    "winter": ("in winter", "in january", "in december"),
}
_MOODS = {
    "serene": ("serene", "tranquil", "peaceful", "quiet"),
    "eerie": ("eerie", "spooky", "haunted"),
    "dramatic": ("dramatic", "epic"),
    "dreamy": ("dreamy", "ethereal", "surreal"),
    "magical": ("magical", "enchanted", "mystical"),
    "warm": ("warm",),
    "cold": ("cold", "chilly"),
    "bleak": ("bleak", "desolate", "abandoned"),
    "vibrant": ("vibrant", "colorful"),
    "muted": ("muted",),
    "dark": ("dark",),
    "bright": ("bright",),
    "mysterious": ("mysterious",),
}
_DENSITIES = {"sparse": ("sparse",), "dense": ("dense", "lush", "overgrown"), "crowded": ("crowded", "packed")}
_SCALES = {
    "tiny": ("tiny", "miniature"),
    "small": ("small", "little"),
    "tall": ("big", "large"),
    "towering": ("towering", "majestic"),
    "colossal": ("gigantic", "colossal", "enormous"),
}
_SKIES = ("pink", "orange", "purple", "golden", "crimson", "blood red", "green", "turquoise", "violet", "yellow")
_STUFF = {
    "water": ("turquoise", "emerald", "navy", "azure", "black", "green"),
    "foliage": ("golden", "crimson", "orange", "pink", "purple", "blue", "yellow"),
    "ground": ("white", "red", "black", "golden", "orange", "purple"),
    "rock": ("red", "white", "black", "grey", "orange"),
    "snow": ("blue", "pink", "violet"),
    "buildings": ("white", "red", "yellow", "blue", "golden", "pink"),
}
_NOUNS = {
    "sky": ("sky", "skies"), "water": ("water",), "foliage": ("leaves", "foliage"), "ground": ("soil", "ground"),
    "rock": ("rocks", "stone"), "snow": ("ice",), "buildings": ("walls",),
}  # fmt: skip
_RELATIONS = {
    "behind": ("below", "in front of", "at the foot of", "overlooking"),
    "beside": ("by", "next to", "near", "beside"),
    "around": ("surrounded by", "in the middle of", "amid"),
    "with": ("with", "and"),
}
# What goes well with other places, as far as there are such places.
_COMPANIONS = {
    "behind": ("mountains", "fjord", "city"),
    "beside": ("lake", "river", "ocean", "beach", "swamp", "village", "ruins"),
    "around": ("forest", "conifers", "birches", "jungle", "desert", "meadow", "mountains"),
    "with": ("lake", "river", "mountains", "ruins", "village"),
}
# The times at which northern lights are seen.
_DARK = ("dusk", "night")
_OPENINGS = ("", "", "", "", "a photo of ", "a view of ", "a panorama of ", "a picture of ", "a painting of ")
_STYLES = (
    "highly detailed", "8k", "photorealistic", "award winning photography", "beautiful", "wide angle", "stunning",
    "trending on artstation", "cinematic lighting", "octane render",
)  # fmt: skip


class Caption(NamedTuple):
    """A caption, the scene that it describes, and a seed for its world."""

    caption: str
    spec: SceneSpec
    seed: int


@dataclass
class _Draw:
    """The dice of one caption."""

    rng: np.random.Generator

    def one(self, options: Sequence[T]) -> T:
        return options[int(self.rng.integers(len(options)))]

    def chance(self, p: float) -> bool:
        return bool(self.rng.random() < p)


def captions(n: int | None = None, seed: int = 0) -> Iterator[Caption]:
    """Varied captions with their scenes, the same for the same seed; the i-th does not depend on how many are drawn.

    Args:
        n: how many; None for no end.
        seed: 0 or more.

    Raises:
        InputError: `n` or `seed` is negative.
    """
    if (n is not None and n < 0) or seed < 0:
        raise InputError(f"captions({n}, {seed}) cannot be drawn; both numbers must be 0 or more")
    return (caption_at(at, seed) for at in (count() if n is None else range(n)))


def caption_at(index: int, seed: int = 0) -> Caption:
    """The caption of a number from 0 on: the same as the one that `captions` with this seed comes to."""
    return _caption(_Draw(np.random.default_rng([seed, index])))


def _caption(draw: _Draw) -> Caption:
    places = registry()
    place = places[draw.one(sorted(places))]
    time, weather, clauses = _hour(draw, place)
    season, more = _season(draw, weather) if place.sky else (None, [])
    clauses += more
    adjectives, mood, wish = _wish(draw, place)
    wish = replace(wish, season=season)
    others, beside = _others(draw, place)
    tint, painted = _tint(draw, place)
    if tint is not None:
        wish = replace(wish, tints=(tint,))
        clauses.append(painted)
    # What is said of all is said of the other places too.
    others = tuple(other._replace(wish=Wish(season=season, tints=wish.tints)) for other in others)
    spec = SceneSpec(place.name, time, weather, wish, others, mood)
    return Caption(_sentence(draw, place, adjectives, beside, clauses), spec, int(draw.rng.integers(2**32)))


def _hour(draw: _Draw, place: Place) -> tuple[str, str, list[str]]:
    """A time and a weather, and how they are said; what is said nowhere is the default.

    Nothing is said that cannot be seen: no hour or weather where there is none, and northern lights in the dark alone.
    """
    time = draw.one(TIMES) if place.hour and draw.chance(0.85) else None
    weather = draw.one(WEATHERS) if place.sky and draw.chance(0.75) else None
    if weather == "aurora" and time not in _DARK:
        time = draw.one(_DARK)
    clauses = [draw.one(_TIMES[time])] if time else []
    clauses += [draw.one(_WEATHERS[weather])] if weather else []
    return time or DEFAULT_TIME, weather or DEFAULT_WEATHER, clauses


def _season(draw: _Draw, weather: str) -> tuple[str | None, list[str]]:
    if draw.chance(0.3):
        season = draw.one(tuple(_SEASONS))
        return season, [draw.one(_SEASONS[season])]
    return ("winter" if weather == "snow" else None), []


def _wish(draw: _Draw, place: Place) -> tuple[list[str], Mood, Wish]:
    """Adjectives, and what they ask for."""
    adjectives, moods, wish = [], [], Wish()
    if draw.chance(0.15):
        density = draw.one(tuple(_DENSITIES))
        adjectives.append(draw.one(_DENSITIES[density]))
        wish = replace(wish, density=DENSITIES[density])
    if place.stuff not in ("water", "sky") and draw.chance(0.15):
        scale = draw.one(tuple(_SCALES))
        adjectives.append(draw.one(_SCALES[scale]))
        wish = replace(wish, scale=SCALES[scale])
    if draw.chance(0.35):
        moods.append(draw.one(tuple(_MOODS)))
        adjectives.append(draw.one(_MOODS[moods[0]]))
    draw.rng.shuffle(adjectives)
    return adjectives, reduce(Mood.__and__, (MOODS[name] for name in moods), Mood()), wish


def _others(draw: _Draw, place: Place) -> tuple[tuple[Other, ...], str]:
    """At most one other place, and how it is said."""
    if not place.roles or not draw.chance(0.25):
        return (), ""
    relation = draw.one(tuple(_RELATIONS))
    known = [registry()[name] for name in _COMPANIONS[relation] if name in registry() and name != place.name]
    # What stands in one of them anyway makes no second place.
    known = [
        other
        for other in known
        if not {other.name, *other.words} & set(place.shows) and not {place.name, *place.words} & set(other.shows)
    ]
    if not known:
        return (), ""
    other = draw.one(known)
    return (Other(other.name, relation),), f" {draw.one(_RELATIONS[relation])} {draw.one(_nouns(other))}"


def _tint(draw: _Draw, place: Place) -> tuple[Tint | None, str]:
    if not draw.chance(0.2):
        return None, ""
    target = draw.one(("sky", place.stuff)) if place.sky else place.stuff
    colour = draw.one(_SKIES if target == "sky" else _STUFF[target])
    return Tint(target, *mixed([colour])), f"{colour} {draw.one(_NOUNS[target])}"


def _nouns(place: Place) -> tuple[str, ...]:
    return place.nouns or (f"a {place.name}",)


def _described(noun: str, adjectives: list[str]) -> str:
    """A noun with its adjectives, and the right article: "an old village"."""
    article, _, rest = noun.partition(" ")
    if article not in ("a", "an", "the"):
        article, rest = "", noun
    words = " ".join([*adjectives, rest])
    if article in ("a", "an"):
        article = "an" if words[0] in "aeiou" else "a"
    return f"{article} {words}".strip()


def _sentence(draw: _Draw, place: Place, adjectives: list[str], beside: str, clauses: list[str]) -> str:
    noun = _described(draw.one(_nouns(place)), adjectives)
    draw.rng.shuffle(clauses)
    style = [draw.one(_STYLES)] if draw.chance(0.15) else []
    if draw.chance(0.25):
        # Word order: what stands around comes first.
        return ", ".join([*clauses, noun + beside, *style])
    text = draw.one(_OPENINGS) + noun + beside
    for clause in clauses:
        plain = clause.split()[0] not in {name.split()[0] for name in (*_SKIES, *sum(_STUFF.values(), ()))}
        text += f" {clause}" if plain and draw.chance(0.6) else f", {clause}"
    text = ", ".join([text, *style])
    return text[0].upper() + text[1:] + "." if draw.chance(0.2) else text
