"""How finely the canvas can be drawn so that it keeps up with the hand."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from depthfusion.render.quality import FILE, Quality


@dataclass(frozen=True)
class Rung:
    """A way to draw: the renderer's quality, the share of the canvas' pixels a side, and about what it costs."""

    quality: Quality
    scale: float
    cost: float


# From what keeps up on a processor without a graphics card to what files are drawn with. First the mesh becomes
# coarser, then the picture. Costs are ratios measured with Mesa's software renderer, where they lie farthest apart.
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
_WHOLE = 4  # the coarsest rung with all pixels


class Pace:
    """Chooses the next frame's rung of `LADDER` by how long the last frames took.

    A frame over the budget makes the next ones as much coarser as it was too slow; quick ones let them become finer.
    Once the picture rests it is refined rung by rung, for as long as the next rung can be expected within the budget;
    what was measured counts more than what its cost lets expect, until it is old. A picture of fewer pixels than the
    canvas has is none to judge by: up to all of them a still picture may take `STILL` times the budget, and the next
    movement starts from what kept it.

    Args:
        budget: seconds that a frame may take.
        clock: seconds from any origin.
    """

    STILL = 4.0
    MARGIN = 0.85  # of the budget: what a frame may be expected to take
    MEMORY = 10.0  # seconds that a measurement counts
    PATIENCE = 2.0  # seconds before a moving picture tries again what was too slow
    QUICK = 5  # frames in a row

    def __init__(self, budget: float = 0.033, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget = budget
        self.rung = _WHOLE
        self._clock = clock
        self._measured: dict[int, tuple[float, float]] = {}
        self._moving = self.rung  # what keeps the budget, as far as is known
        self._drawn = self.rung
        self._resting = False
        self._enough = False
        self._quick = 0

    @property
    def now(self) -> Rung:
        """How the next frame is drawn."""
        return LADDER[self.rung]

    @property
    def finest(self) -> bool:
        """Whether nothing finer can be drawn."""
        return self.rung + 1 == len(LADDER)

    def move(self) -> None:
        """Return to what keeps the budget: the picture changes."""
        self.rung = self._moving
        self._resting = self._enough = False

    def drew(self, seconds: float) -> None:
        """Take note of what the last frame took."""
        self._measured[self.rung] = (seconds, self._clock())
        self._drawn = self.rung
        if self._resting:
            self._enough = seconds > self._allowed(self.rung)
            if seconds <= self._fitting:
                self._moving = self.rung
        elif seconds > self.budget:
            cheap = [rung for rung in range(self.rung) if self._scaled(rung, seconds) <= self._fitting]
            self.rung = self._moving = max(cheap, default=0)
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
            self.rung = self._moving = above
            self._quick = 0

    def refine(self) -> bool:
        """Make the next frame finer than the last if that can be expected to fit; return whether it is."""
        if self._enough or self._drawn not in self._measured:
            return False
        above = range(self._drawn + 1, min(max(_WHOLE, self._drawn + 1) + 1, len(LADDER)))
        fitting = [rung for rung in above if self._expected(rung) <= self._allowed(rung)]
        if not fitting:
            return False
        self.rung = max(fitting)
        self._resting = True
        return True

    def forget(self) -> None:
        """Begin anew: another picture, layout or size costs otherwise."""
        self._measured.clear()

    @property
    def _fitting(self) -> float:
        return self.budget * self.MARGIN

    def _allowed(self, rung: int) -> float:
        """Return the seconds that a still picture on `rung` may take."""
        return self._fitting * (self.STILL if rung <= _WHOLE else 1.0)

    def _expected(self, rung: int) -> float:
        """Return the seconds that `rung` will take: what it took lately, else what the last frame lets expect."""
        seconds, at = self._measured.get(rung, (0.0, -math.inf))
        if self._clock() - at < self.MEMORY:
            return seconds
        return self._scaled(rung, self._measured[self._drawn][0])

    def _scaled(self, rung: int, seconds: float) -> float:
        """Return what `rung` costs where the one drawn last costs `seconds`."""
        return seconds * LADDER[rung].cost / LADDER[self._drawn].cost
