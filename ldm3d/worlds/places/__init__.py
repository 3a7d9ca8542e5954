"""The places, one file each: a module here with a `PLACE` is a place that the prompt can name.

docs/worlds.md shows how one is added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from ldm3d.worlds.scene import Scene
    from ldm3d.worlds.spec import Wish


@dataclass(frozen=True)
class Place:
    """A kind of place.

    Attributes:
        name: its name, one word, lower case.
        words: further words and phrases that name it, lower case, plurals included; each belongs to one place.
        build: layout generator and wish -> scene. The generator is seeded by the world's seed and the place's name
            alone, so that the same place is found again at another time of day.
        hints: words that suggest it ("stalactites"); they count where no place is named.
        nouns: ways to say it in an English caption, with their article; without any, "a" and its name.
        whole: a world of its own, in which one stands whatever else is named ("a city under water").
        stuff: what most of it is made of, one of `spec.TARGETS`: "a pink forest" asks for pink "foliage".
        roles: what it can be to another place beside "ground": "backdrop" (mountains, a skyline) that begins some way
            off and goes to the horizon, or "water" (a lake, the sea) whose `Scene.water` fills a basin. () for a place
            that is never combined with others, as it has a ceiling or a space of its own.
        sky: whether weather and season are seen there; False under a roof, under water and in space.
        hour: whether the time of day is seen there; False in space.
        shows: words for things that stand in it anyway, so that naming them is understood ("palm trees" on a beach).
    """

    name: str
    words: tuple[str, ...]
    build: Callable[[np.random.Generator, Wish], Scene]
    hints: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    whole: bool = False
    stuff: str = "ground"
    shows: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("ground",)
    sky: bool = True
    hour: bool = True


@cache
def registry() -> dict[str, Place]:
    """Every place by name, in alphabetical order."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    places: list[Place] = [module.PLACE for module in modules]
    return {place.name: place for place in sorted(places, key=lambda place: place.name)}
