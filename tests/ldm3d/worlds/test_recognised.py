"""Worlds can be told apart: places by their depth alone, time of day and weather by their colour.

The judge is a plain one: features that do not change when the panorama is turned, and a linear discriminant
(Fisher 1936, with the pooled covariance shrunk toward its diagonal). It learns from some seeds and is asked about
others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import TIMES, WEATHERS, SceneSpec, Understanding
from ldm3d.worlds.world import World, draw

SIZE = (64, 32)
SHARES = np.array([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
Features = NDArray[np.float64]


# By day nobody sees northern lights.
HOURS = [(time, weather) for time in TIMES for weather in WEATHERS if weather != "aurora" or time in ("dusk", "night")]


class Seen(NamedTuple):
    """A world as the judge gets it, and what it is."""

    place: str
    time: str
    weather: str
    depth: Features
    colour: Features


def looked_at(places: Sequence[str], hours: Iterator[tuple[str, str]], seeds: range, each: int) -> list[Seen]:
    """Every place with every seed, at the next `each` hours; without weather where there is none."""
    found = []
    for place in places:
        for seed in seeds:
            for time, weather in islice(hours, each if registry()[place].roles else 1):
                world = draw(Understanding(SceneSpec(place, time, weather)), seed, SIZE)
                found.append(Seen(place, time, weather, of_depth(world), of_colour(world)))
    return found


def dealt(hours: Sequence[tuple[str, str]], seed: int) -> Iterator[tuple[str, str]]:
    """All of them shuffled, again and again."""
    rng = np.random.default_rng(seed)
    while True:
        yield from (hours[k] for k in rng.permutation(len(hours)))


def turned(values: Features) -> Features:
    """What does not change when rows [H, W] are rolled: each row's quantiles, and how it varies along the row."""
    quantiles = np.quantile(values, SHARES, axis=1).T
    waves = np.abs(np.fft.rfft(values, axis=1))[:, 1:9] / values.shape[1]
    steps = np.abs(np.diff(values, axis=1, append=values[:, :1])).mean(axis=1)
    return np.concatenate([quantiles.ravel(), waves.ravel(), steps])


def of_depth(seen: World) -> Features:
    inverse = seen.depth.astype(np.float64) / 65535
    return np.concatenate([turned(inverse**0.25), [np.mean(seen.depth == 0)]])


def of_colour(seen: World) -> Features:
    rgb = seen.rgb.astype(np.float64) / 255
    light = rgb.mean(axis=-1)
    tint = rgb / (light[..., None] + 0.05)
    bands = [turned(band) for band in (light, tint[..., 0], tint[..., 2])]
    return np.concatenate(bands)


class Discriminant:
    """Fisher's linear discriminant between the classes of rows `x` [n, k] with labels `y` [n]."""

    def __init__(self, x: Features, labels: Sequence[str], shrink: float = 0.2) -> None:
        y = np.array(labels)
        self.middle, self.scale = x.mean(axis=0), x.std(axis=0) + 1e-6
        x = (x - self.middle) / self.scale
        self.classes = np.unique(y)
        self.means = np.stack([x[y == one].mean(axis=0) for one in self.classes])
        within = x - self.means[np.searchsorted(self.classes, y)]
        spread = within.T @ within / len(x)
        mixed = (1.0 - shrink) * spread + shrink * np.eye(len(spread)) * np.trace(spread) / len(spread)
        self.weights = np.linalg.solve(mixed, self.means.T)
        self.bias = -0.5 * np.sum(self.means.T * self.weights, axis=0)

    def __call__(self, x: Features) -> NDArray[np.str_]:
        scores = ((x - self.middle) / self.scale) @ self.weights + self.bias
        told: NDArray[np.str_] = self.classes[np.argmax(scores, axis=1)]
        return told


def judged(learned: list[Seen], asked: list[Seen], by: str, what: str) -> dict[str, float]:
    """For each value of the field `what`, the share of the asked worlds that are told right by the field `by`."""
    judge = Discriminant(np.stack([getattr(one, by) for one in learned]), [getattr(one, what) for one in learned])
    told = judge(np.stack([getattr(one, by) for one in asked]))
    right: dict[str, list[bool]] = {}
    for one, name in zip(asked, told, strict=True):
        right.setdefault(getattr(one, what), []).append(getattr(one, what) == name)
    return {name: float(np.mean(hits)) for name, hits in right.items()}


def test_a_few_places_and_hours_are_told_apart() -> None:
    plain = ("desert", "meadow", "ocean", "snowfield")
    few = [("noon", "clear"), ("sunset", "clear"), ("night", "clear"), ("noon", "foggy"), ("noon", "rain")]
    learned = looked_at(plain, cycle(few), range(100, 102), 5)
    asked = looked_at(plain, cycle(few), range(900, 901), 5)
    for by, what in (("depth", "place"), ("colour", "time"), ("colour", "weather")):
        assert np.mean(list(judged(learned, asked, by, what).values())) >= 0.9, (by, what)


@pytest.fixture(scope="module")
def worlds() -> tuple[list[Seen], list[Seen]]:
    """Worlds to learn from and worlds to be asked about: every place, and every hour equally often."""
    places = list(registry())
    return looked_at(places, dealt(HOURS, 1), range(100, 108), 4), looked_at(
        places, dealt(HOURS, 2), range(900, 905), 2
    )


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_places_are_told_apart_by_depth_alone(worlds: tuple[list[Seen], list[Seen]]) -> None:
    recalls = judged(*worlds, "depth", "place")
    assert sum(recall >= 0.8 for recall in recalls.values()) >= 24, recalls


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("what", ["time", "weather"])
def test_time_and_weather_are_told_by_colour(worlds: tuple[list[Seen], list[Seen]], what: str) -> None:
    learned, asked = ([one for one in some if registry()[one.place].roles] for some in worlds)
    recalls = judged(learned, asked, "colour", what)
    assert np.mean(list(recalls.values())) >= 0.9, recalls
