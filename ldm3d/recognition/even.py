"""Sketch worlds in which every place and weather comes equally often: what a recogniser learns from and is asked.

Captions (`worlds:COUNT`) are what people write: the morning and clear skies are common there, and northern lights are
asked for at noon, when nobody sees them. Here every second world is plain (a place, a time, a weather and nothing
else), the others have the wishes, moods, colours and further places of a caption.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from ldm3d.data import Sample
from ldm3d.errors import InputError
from ldm3d.worlds.captioning import caption_at
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import DEFAULT_WEATHER, TIMES, WEATHERS, SceneSpec, Understanding
from ldm3d.worlds.world import draw

T = TypeVar("T")

NAME = "even"
INSIDE = 3
NORTHERN_LIGHTS = ("dusk", "night")  # by day nobody sees an aurora


def times_of(weather: str) -> tuple[str, ...]:
    """The times at which a weather is to be seen."""
    return NORTHERN_LIGHTS if weather == "aurora" else TIMES


@dataclass(frozen=True)
class EvenWorlds:
    """A set of sketch worlds, each drawn when it is asked for (about a third of a second).

    Of plain worlds, each place under the sky comes with each weather equally often; the others have the places of
    captions, and weathers evenly. Times are even among those at which the weather is seen. Places without a sky are
    `INSIDE` times for every 9 of another, always in the weather that is not to be seen.

    Attributes:
        count: how many there are.
        seed: two seeds have no layout in common.
        size: width and height that they are drawn at, 2:1.
        plain: leave the other half out: places, times and weathers alone.
        places: those that may come; none: all of them. For `plain` alone.
    """

    count: int
    seed: int = 0
    size: tuple[int, int] = (256, 128)
    plain: bool = False
    places: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Sample:
        """Draw the world of that number; it depends on the number and the seed alone."""
        if not 0 <= index < self.count:
            raise IndexError(f"there are {self.count} worlds and none of number {index}")
        spec = self.spec(index)
        seed = int(np.random.SeedSequence([self.seed, index]).generate_state(1, np.uint64)[0])
        world = draw(Understanding(spec), seed, self.size)
        return Sample(f"{index:09d}", world.rgb, world.depth, "", spec.as_dict())

    def spec(self, index: int) -> SceneSpec:
        """What the world of that number shows."""
        if self.plain:
            return self._plain(index, index)
        half, wished = divmod(index, 2)
        if not wished:
            return self._plain(half, index)
        spec = caption_at(half, self.seed).spec
        weather = self._dealt(WEATHERS, half) if registry()[spec.place].sky else DEFAULT_WEATHER
        return replace(spec, time=self._time(index, weather), weather=weather)

    def _plain(self, number: int, index: int) -> SceneSpec:
        """The plain world of that number among its like, and of that index in all."""
        places = registry()
        pairs = [
            (place, weather)
            for place in self.places or places
            for weather in (WEATHERS if places[place].sky else INSIDE * (DEFAULT_WEATHER,))
        ]
        place, weather = self._dealt(pairs, number)
        return SceneSpec(place, self._time(index, weather), weather)

    def _dealt(self, all_of_them: Sequence[T], number: int) -> T:
        """Deal all of them in random order, again and again."""
        again, at = divmod(number, len(all_of_them))
        order = np.random.default_rng([self.seed, 1, len(all_of_them), again]).permutation(len(all_of_them))
        return all_of_them[int(order[at])]

    def _time(self, index: int, weather: str) -> str:
        times = times_of(weather)
        return times[int(np.random.default_rng([self.seed, 2, index]).integers(len(times)))]


def is_even(source: str) -> bool:
    """Say whether a source names even worlds."""
    return source.partition(":")[0] == NAME


def parse(source: str, size: tuple[int, int]) -> EvenWorlds:
    """Return the worlds that `even:COUNT` or `even:COUNT:SEED` names; the seed is 0 where none is given.

    Args:
        source: as above.
        size: width and height that they are drawn at.

    Raises:
        InputError: it does not read so.
    """
    match = re.fullmatch(rf"{NAME}:(\d{{1,15}})(?::(\d{{1,15}}))?", source)
    if not match or not int(match[1]):
        raise InputError(f"{source!r} names no worlds; write even:COUNT or even:COUNT:SEED, as in even:4000:1")
    return EvenWorlds(int(match[1]), int(match[2] or 0), size)
