"""What a recogniser takes for what: counts over worlds whose place, time and weather are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldm3d.data import Sample
from ldm3d.recognition.recogniser import BATCH, Recogniser
from ldm3d.worlds.places import registry

Counts = NDArray[np.int64]


class Confusions(NamedTuple):
    """Counts [shown, told], in the order of `Recogniser.classes`.

    Attributes:
        place: told by colour and depth.
        relief: the place, told by depth alone.
        time: told by colour alone; only of worlds that show it.
        weather: told by colour alone; only of worlds with a sky.
    """

    place: Counts
    relief: Counts
    time: Counts
    weather: Counts


def confusions(recogniser: Recogniser, worlds: Iterable[Sample]) -> Confusions:
    """Ask a recogniser about worlds that say what they show (`Sample.spec`)."""
    places, times, weathers = (list(names) for names in recogniser.classes)
    found = Confusions(*(np.zeros((len(n), len(n)), np.int64) for n in (places, places, times, weathers)))
    for group in _grouped(worlds):
        seen = recogniser.recognise(np.stack([one.rgb for one in group]), np.stack([one.depth for one in group]))
        for number, sample in enumerate(group):
            spec = sample.spec
            if spec is None:
                raise ValueError(f"sample {sample.key} does not say what it shows")
            place = places.index(spec["place"])
            found.place[place, seen.place[number].argmax()] += 1
            found.relief[place, seen.relief[number].argmax()] += 1
            if registry()[spec["place"]].hour:
                found.time[times.index(spec["time"]), seen.time[number].argmax()] += 1
            if registry()[spec["place"]].sky:
                found.weather[weathers.index(spec["weather"]), seen.weather[number].argmax()] += 1
    return found


def recalls(counts: Counts) -> NDArray[np.float64]:
    """Return for each class that was shown at all the share that was told right."""
    shown = counts.sum(axis=1)
    right: NDArray[np.float64] = np.diag(counts)[shown > 0] / shown[shown > 0]
    return right


def _grouped(worlds: Iterable[Sample]) -> Iterable[list[Sample]]:
    group: list[Sample] = []
    for world in worlds:
        group.append(world)
        if len(group) == BATCH:
            yield group
            group = []
    if group:
        yield group
