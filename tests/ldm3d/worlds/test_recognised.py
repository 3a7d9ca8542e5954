"""Worlds can be told apart: places by their depth alone, time of day and weather by their colour.

The judges are plain ones and get features that do not change when the panorama is turned. For places it is a linear
discriminant (Fisher 1936, with the pooled covariance shrunk toward its diagonal); for hours, which weathers colour in
many ways, a network with one hidden layer. They learn from some seeds and are asked about others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice, pairwise
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import TIMES, WEATHERS, SceneSpec, Understanding
from ldm3d.worlds.world import World, draw

SIZE = (64, 32)
# Where nothing hides the sky; rain and rainbows need a few more texels to be seen.
OPEN, LARGER = ("desert", "meadow", "ocean", "mountains"), (128, 64)
# Shares of the rows from the zenith to the nadir, closer at the horizon.
BANDS = np.array([0, 6, 12, 18, 24, 28, 32, 38, 48, 64]) / 64
SHARES = np.array([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
Features = NDArray[np.float64]


# By day nobody sees northern lights.
HOURS = [(time, weather) for time in TIMES for weather in WEATHERS if weather != "aurora" or time in ("dusk", "night")]


class Seen(NamedTuple):
    """A world as the judge gets it, and what it is."""

    place: str
    time: str
    weather: str
    features: Features


def looked_at(
    places: Sequence[str], seeds: range, hours: Iterator[tuple[str, str]], each: int, by: Callable[[World], Features]
) -> list[Seen]:
    """Every place with every seed, each at the next `each` hours."""
    size = SIZE if by is of_depth else LARGER
    return [
        Seen(place, time, weather, by(draw(Understanding(SceneSpec(place, time, weather)), seed, size)))
        for place in places
        for seed in seeds
        for time, weather in islice(hours, each)
    ]


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
    """Of bands of rows: quantiles of light and tint, tints of what is bright and dark, contrasts, one-sidedness."""
    linear = (seen.rgb / 255.0) ** 2.2 + 0.002
    light = np.log(linear.mean(axis=-1))
    tints = np.log(linear[..., (0, 2)] / linear[..., 1:2])
    along, across = light - np.roll(light, 1, axis=1), light - np.roll(light, 1, axis=0)
    height = len(light)
    found: list[float] = [light.max(), light.mean(), float(np.argmax(light.max(axis=1))) / height]
    edges = np.rint(BANDS * height).astype(int)
    for low, high in pairwise(edges):
        here, tint = light[low:high].ravel(), tints[low:high].reshape(-1, 2)
        order = np.argsort(here)
        for values in (here, *tint.T):
            found.extend(np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95)))
        for part in (order[: len(order) // 4], order[-(len(order) // 4) :]):
            found.extend(tint[part].mean(axis=0))
        found += [np.log(np.abs(along[low:high]).mean() + 1e-3), float(np.quantile(along[low:high], 0.98))]
        found += [np.log(np.abs(across[low:high]).mean() + 1e-3), here.max() - here.mean()]
        for rows in (light[low:high], tints[low:high, :, 0], tints[low:high, :, 1]):
            found.append(float(np.abs(np.fft.rfft(rows.mean(axis=0)))[1]) / rows.shape[1])
    return np.array(found)


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


class Network:
    """A network with one hidden layer of 64 that answers several questions at once, trained with Adam (Kingma 2015).

    Args:
        x: features [n, k].
        answers: for each question the right answers [n].
        seed: of its first weights and of the order in which it is taught.
    """

    HIDDEN, EPOCHS, BATCH, RATE, NOISE, DECAY = 64, 300, 64, 3e-3, 0.1, 1e-3

    def __init__(self, x: Features, answers: Sequence[Sequence[str]], seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.middle, self.scale = x.mean(axis=0), x.std(axis=0) + 1e-6
        x = (x - self.middle) / self.scale
        self.classes = [np.unique(right) for right in answers]
        self.parts = list(pairwise(np.cumsum([0] + [len(names) for names in self.classes])))
        wanted = np.concatenate(
            [np.array(right)[:, None] == names for right, names in zip(answers, self.classes, strict=True)], axis=1
        ).astype(float)
        wide, out = x.shape[1], wanted.shape[1]
        self.weights = [rng.normal(0, wide**-0.5, (wide, self.HIDDEN)), np.zeros(self.HIDDEN),
                        rng.normal(0, self.HIDDEN**-0.5, (self.HIDDEN, out)), np.zeros(out)]  # fmt: skip
        moments = [[np.zeros_like(w), np.zeros_like(w)] for w in self.weights]
        step = 0
        for epoch in range(self.EPOCHS):
            rate = self.RATE * 0.5 * (1.0 + np.cos(np.pi * epoch / self.EPOCHS))
            for batch in np.array_split(rng.permutation(len(x)), max(1, len(x) // self.BATCH)):
                step += 1
                shaken = x[batch] + rng.normal(0, self.NOISE, (len(batch), wide))
                for k, slope in enumerate(self._slopes(shaken, wanted[batch])):
                    mean, square = moments[k]
                    mean += 0.1 * (slope - mean)
                    square += 0.001 * (slope * slope - square)
                    move = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
                    self.weights[k] -= rate * (move + (self.DECAY * self.weights[k] if k % 2 == 0 else 0.0))

    def _slopes(self, x: Features, wanted: Features) -> list[Features]:
        """Of the mean cross-entropy by each table of weights."""
        into, shift, out, last = self.weights
        hidden = np.maximum(x @ into + shift, 0.0)
        error = self._shares(hidden @ out + last) - wanted
        error /= len(x)
        back = (error @ out.T) * (hidden > 0)
        return [x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)]

    def _shares(self, scores: Features) -> Features:
        shares = np.empty_like(scores)
        for low, high in self.parts:
            raised = np.exp(scores[:, low:high] - scores[:, low:high].max(axis=1, keepdims=True))
            shares[:, low:high] = raised / raised.sum(axis=1, keepdims=True)
        return shares

    def __call__(self, x: Features) -> Features:
        """The probabilities of all classes, question after question [n, sum of classes]."""
        into, shift, out, last = self.weights
        return self._shares(np.maximum((x - self.middle) / self.scale @ into + shift, 0.0) @ out + last)


def recalled(told: Sequence[str], asked: list[Seen], what: str) -> dict[str, float]:
    """For each value of the field `what`, the share of the asked worlds that was told right."""
    right: dict[str, list[bool]] = {}
    for one, name in zip(asked, told, strict=True):
        right.setdefault(getattr(one, what), []).append(getattr(one, what) == name)
    return {name: float(np.mean(hits)) for name, hits in right.items()}


def judged(learned: list[Seen], asked: list[Seen], what: str) -> dict[str, float]:
    """How well a discriminant tells the field `what`; see `recalled`."""
    judge = Discriminant(np.stack([one.features for one in learned]), [getattr(one, what) for one in learned])
    return recalled(list(judge(np.stack([one.features for one in asked]))), asked, what)


def hours_judged(learned: list[Seen], asked: list[Seen]) -> dict[str, dict[str, float]]:
    """How well five networks together tell time and weather; see `recalled`."""
    x, y = (np.stack([one.features for one in some]) for some in (learned, asked))
    answers = [[one.time for one in learned], [one.weather for one in learned]]
    judges = [Network(x, answers, seed) for seed in range(5)]
    shares = np.mean([judge(y) for judge in judges], axis=0)
    found = {}
    for what, names, (low, high) in zip(("time", "weather"), judges[0].classes, judges[0].parts, strict=True):
        found[what] = recalled(list(names[np.argmax(shares[:, low:high], axis=1)]), asked, what)
    return found


def test_a_few_places_are_told_apart_by_depth_alone() -> None:
    noon = cycle([("noon", "clear")])
    learned = looked_at(OPEN, range(100, 103), noon, 1, of_depth)
    asked = looked_at(OPEN, range(900, 902), noon, 1, of_depth)
    assert np.mean(list(judged(learned, asked, "place").values())) >= 0.8


def test_a_few_hours_are_told_apart_by_colour() -> None:
    few = cycle([("noon", "clear"), ("sunset", "clear"), ("night", "clear"), ("noon", "foggy"), ("noon", "snow")])
    learned = looked_at(OPEN[:3], range(100, 102), few, 5, of_colour)
    asked = looked_at(OPEN[:3], range(900, 901), few, 5, of_colour)
    for what in ("time", "weather"):
        assert np.mean(list(judged(learned, asked, what).values())) >= 0.9, what


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_places_are_told_apart_by_depth_alone() -> None:
    noon = cycle([("noon", "clear")])
    learned = looked_at(list(registry()), range(100, 106), noon, 1, of_depth)
    asked = looked_at(list(registry()), range(900, 905), noon, 1, of_depth)
    recalls = judged(learned, asked, "place")
    assert sum(recall >= 0.8 for recall in recalls.values()) >= 20, recalls


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_time_and_weather_are_told_by_colour() -> None:
    """All times under all weathers, in open places laid out by seeds that were never seen before."""
    places = (*OPEN, "beach")
    learned = looked_at(places, range(100, 106), dealt(HOURS, 1), 14, of_colour)
    asked = looked_at(places, range(900, 903), dealt(HOURS, 2), 14, of_colour)
    for what, recalls in hours_judged(learned, asked).items():
        assert np.mean(list(recalls.values())) >= 0.9, (what, recalls)
