"""How far long work is, how long it will take, and how it is told to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ldm3d.amounts import part_in_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Preview = Callable[[NDArray[np.uint8], NDArray[np.uint8]], None]


class Cancelled(Exception):  # noqa: N818 — it is an answer, not an error
    """Raised inside a job when it was told to stop."""


@dataclass(frozen=True)
class Report:
    """How far a job is: `done` of `total` units of `text`, and the seconds left where they can be told.

    `unit` is `bytes` where those are what is counted.
    """

    text: str
    done: float
    total: float
    seconds_left: float | None
    unit: str = ""

    @property
    def fraction(self) -> float:
        """How far, in [0, 1]."""
        return min(max(self.done / self.total, 0.0), 1.0) if self.total else 0.0

    @property
    def counted(self) -> str:
        """How many of how many, with a space before it; empty where there is nothing to count."""
        if self.unit == "bytes":
            return f", {part_in_words(self.done, self.total)}"
        return f" {self.done:.0f} of {self.total:.0f}" if self.total > 1 else ""

    def line(self) -> str:
        """One line for people."""
        return f"{self.text}{self.counted}, {100 * self.fraction:.0f} %{remaining(self.seconds_left)}"


def remaining(seconds: float | None) -> str:
    """Return the time left in words, with a comma before it, or nothing while it is unknown."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f", {max(seconds, 1):.0f} s left"
    minutes, rest = divmod(round(seconds), 60)
    return f", {minutes} min {rest:02d} s left"


class Progress:
    """What a job calls as it goes.

    Args:
        report: is told of every step.
        cancelled: says whether the job is to stop; asked at every step.
        clock: seconds from any origin.
        preview: is shown unfinished results: rgb uint8 [h, w, 3] and depth uint8 [h, w]; None where nobody looks.
    """

    _SETTLE = 0.3

    def __init__(
        self,
        report: Callable[[Report], None] = lambda report: None,
        cancelled: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
        preview: Preview | None = None,
    ) -> None:
        self._report = report
        self._cancelled = cancelled
        self._clock = clock
        self._preview = preview
        self._text = ""
        self._began = 0.0
        self._first = 0.0

    @property
    def wants_preview(self) -> bool:
        """Whether anybody looks at previews: they need not be made otherwise."""
        return self._preview is not None

    def preview(self, rgb: NDArray[np.uint8], depth: NDArray[np.uint8]) -> None:
        """Show what the result looks like so far: rgb uint8 [h, w, 3], depth uint8 [h, w], 255 near."""
        if self._preview is not None:
            self._preview(rgb, depth)

    def check(self) -> None:
        """Raise `Cancelled` if the job is to stop."""
        if self._cancelled():
            raise Cancelled

    def step(self, text: str, done: float, total: float = 1.0, unit: str = "") -> None:
        """Say that `done` of `total` units of `text` are done; raise `Cancelled` if the job is to stop.

        The time left is what the rest takes at this phase's mean pace; a new `text` begins a new phase.
        """
        self.check()
        now = self._clock()
        if text != self._text:
            self._text, self._began, self._first = text, now, done
        spent, covered = now - self._began, done - self._first
        told = covered > 0 and spent >= self._SETTLE and done < total
        left = spent / covered * (total - done) if told else None
        self._report(Report(text, done, total, left, unit))
