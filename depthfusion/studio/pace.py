"""How finely a moving picture, and how much of a still one, can be drawn within a paint."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from depthfusion.render.quality import FILE, Quality


@dataclass(frozen=True)
class Rung:
    """A way to draw: the renderer's quality, the share of the canvas' pixels a side, and about what it costs."""

    quality: Quality
    scale: float
    cost: float


# How a moving picture is drawn: from what keeps up on a processor without a graphics card to what files are drawn with.
# First the mesh becomes coarser, then the picture. Costs are ratios measured with Mesa's software renderer, where they
# lie farthest apart.
LADDER = (
    Rung(Quality(4.0, 1), 0.25, 0.08),
    Rung(Quality(4.0, 1), 0.35, 0.15),
    Rung(Quality(4.0, 1), 0.5, 0.27),
    Rung(Quality(4.0, 1), 0.7, 0.5),
    Rung(Quality(8.0, 1), 1.0, 0.9),
    Rung(Quality(4.0, 1), 1.0, 1.0),
    Rung(Quality(2.0, 1), 1.0, 1.2),
    Rung(Quality(1.0, 1), 1.0, 1.5),
    Rung(Quality(0.5, 1), 1.0, 1.9),
    Rung(Quality(0.5, 4), 1.0, 5.0),
    Rung(FILE, 1.0, 12.0),
)
BUDGET = 0.033
"""Seconds that a paint may take."""
_WHOLE = 4  # the coarsest rung with all pixels
_HALF = 2  # half of them a side: what rays that are marched begin with, each of which costs more than a mesh's pixels


class Pace:
    """Keeps every paint within the budget, by how long the last ones took.

    A moving picture is drawn at once, on a rung of `LADDER`: a frame over the budget makes the next ones as much
    coarser as it was too slow; quick ones let them become finer. A still picture is drawn as files are, in steps that
    are spread over paints: each has as many pixels as should take its `STEP` of the budget.

    Args:
        budget: seconds that a paint may take.
        clock: seconds from any origin.
    """

    MARGIN = 0.85  # of the budget: what a paint may be expected to take
    PATIENCE = 2.0  # seconds before a moving picture tries again what was too slow
    QUICK = 5  # frames in a row
    STEP = 0.35  # of the budget: what a step of a still picture should take
    GROWTH = 2.0  # times as many pixels as the last step had, at most: some places cost more than others
    FIRST = 4096  # pixels

    def __init__(self, budget: float = BUDGET, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget = budget
        self.rung = _WHOLE
        self.pixels = self.FIRST
        self._clock = clock
        self._kind: Hashable = None
        self._rungs: dict[Hashable, int] = {}
        self._measured: dict[int, tuple[float, float]] = {}
        self._quick = 0

    @property
    def now(self) -> Rung:
        """How the next frame of a moving picture is drawn."""
        return LADDER[self.rung]

    @property
    def finest(self) -> bool:
        """Whether a moving picture is as fine as a still one."""
        return self.rung + 1 == len(LADDER)

    def drew(self, seconds: float) -> None:
        """Take note of what the last frame of a moving picture took."""
        self._measured[self.rung] = (seconds, self._clock())
        if seconds > self.budget:
            cheap = [rung for rung in range(self.rung) if self._scaled(rung, seconds) <= self._fitting]
            self.rung = max(cheap, default=0)
            self._quick = 0
        else:
            self._climb(seconds)

    def _climb(self, seconds: float) -> None:
        """Go one rung up after some frames in a row that were quick enough for it, unless it was too slow just now."""
        above = self.rung + 1
        took, at = self._measured.get(above, (0.0, -math.inf))
        slow = took > self._fitting and self._clock() - at < self.PATIENCE
        if self.finest or slow or self._scaled(above, seconds) > self._fitting:
            self._quick = 0
            return
        self._quick += 1
        if self._quick >= self.QUICK:
            self.rung = above
            self._quick = 0

    def stepped(self, pixels: int, seconds: float) -> None:
        """Take note of what the last step of a still picture took."""
        fitting = int(pixels * self.STEP * self.budget / seconds)
        self.pixels = max(min(fitting, int(self.pixels * self.GROWTH)), 1)

    def fits(self, spent: float) -> bool:
        """Return whether a paint that took `spent` seconds so far has time for another step of a still picture."""
        return spent + self.STEP * self.budget <= self._fitting

    def turn_to(self, kind: Hashable, dear: bool = False) -> None:
        """Draw pictures of another kind (lens and layout) from now on: go on on the rung that they had last.

        `dear`: those of a kind that was not drawn yet begin on a coarser one.
        """
        if kind != self._kind:
            self._rungs[self._kind] = self.rung
            self._kind = kind
            self.rung = self._rungs.get(kind, _HALF if dear else _WHOLE)
            self._quick = 0
            self.forget()

    def forget(self) -> None:
        """Begin anew: another picture or size costs otherwise."""
        self._measured.clear()
        self.pixels = self.FIRST

    @property
    def _fitting(self) -> float:
        return self.budget * self.MARGIN

    def _scaled(self, rung: int, seconds: float) -> float:
        """Return what `rung` costs where the present one costs `seconds`."""
        return seconds * LADDER[rung].cost / LADDER[self.rung].cost
