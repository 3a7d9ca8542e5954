"""Sketch worlds in which every place and weather comes equally often: what a recogniser learns from and is asked.

Captions (`worlds:COUNT`) are what people write: the morning and clear skies are common there, and northern lights are
asked for at noon, when nobody sees them. Here every second world is plain (a place, a time, a weather and nothing
else), the others have the wishes, moods, colours and further places of a caption.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from ldm3d.data import Sample
from ldm3d.errors import InputError
from ldm3d.worlds.captioning import caption_at
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import TIMES, WEATHERS, SceneSpec, Understanding
from ldm3d.worlds.world import draw

NAME = "even"
NORTHERN_LIGHTS = ("dusk", "night")  # by day nobody sees an aurora


def times_of(weather: str) -> tuple[str, ...]:
    """The times at which a weather is to be seen."""
    return NORTHERN_LIGHTS if weather == "aurora" else TIMES


@dataclass(frozen=True)
class EvenWorlds:
    """A set of sketch worlds, each drawn when it is asked for (about a third of a second).

    Of every 2·P·W worlds in a row (P places, W weathers) each pair is plain once; the others have the weathers evenly
    and the places of captions, which are even in the long run. Times are even among those at which the weather is seen.

    Attributes:
        count: how many there are.
        seed: two seeds have no layout in common.
        size: width and height that they are drawn at, 2:1.
        plain: leave the other half out: places, times and weathers alone.
        places: those that may come; none: all of them (with `plain` alone).
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
        pairs = [(place, weather) for place in self.places or registry() for weather in WEATHERS]
        if self.plain:
            place, weather = self._dealt(pairs, index)
            return SceneSpec(place, self._time(index, weather), weather)
        half, wished = divmod(index, 2)
        place, weather = self._dealt(pairs, half)
        time = self._time(index, weather)
        if not wished:
            return SceneSpec(place, time, weather)
        return replace(caption_at(half, self.seed).spec, time=time, weather=weather)

    def _dealt(self, pairs: list[tuple[str, str]], index: int) -> tuple[str, str]:
        """Deal all pairs in random order, again and again."""
        again, at = divmod(index, len(pairs))
        return pairs[int(np.random.default_rng([self.seed, 1, again]).permutation(len(pairs))[at])]

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
