"""When a run ends before its end: a signal, or the time that it was given."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Literal

import torch
from accelerate import Accelerator

Wish = Literal["", "signal", "time", "save"]
WISHES: tuple[Wish, ...] = ("signal", "time", "save")
"""What a process may wish for, the most urgent first: the first that any process has is what all do."""

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class StoppedError(Exception):
    """Work before the first step was left whole, to be gone on with; `wish` says why."""

    def __init__(self, wish: Wish) -> None:
        super().__init__(wish)
        self.wish = wish


class Stopping:
    """Knows whether a run should save and stop after the step that is under way.

    Args:
        minutes: that the whole command may last; None: no end.
        clock: seconds from any origin.
        began: when the command began, on that clock.
    """

    def __init__(
        self, minutes: float | None = None, clock: Callable[[], float] = time.monotonic, began: float | None = None
    ) -> None:
        self._clock, self._began = clock, clock() if began is None else began
        self._seconds = None if minutes is None else 60 * minutes
        self._signalled = False

    def wish(self, needed: float, main: bool) -> Wish:
        """Return "signal", "time" where less than `needed` seconds (a step, and saving) are left, or "".

        The clock of the `main` process alone counts.
        """
        if self._signalled:
            return "signal"
        late = self._seconds is not None and self._clock() - self._began + needed > self._seconds
        return "time" if main and late else ""

    def check(self, accelerator: Accelerator, needed: float) -> None:
        """Raise `StoppedError` in all processes where any of them wishes to stop. All call it equally often."""
        row = ballot(self.wish(needed, accelerator.is_main_process)).to(accelerator.device)
        if agreed := elected(accelerator.reduce(row, reduction="sum").tolist()):
            raise StoppedError(agreed)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C, a polite kill and a closed terminal as the wish to stop; the second one ends at once."""
        before: dict[int, Any] = {}
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            # `nohup` ignores the closed terminal, and stays so.
            if number is not None and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
                before[number] = signal.signal(number, self._hear)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._signalled:
            raise KeyboardInterrupt
        self._signalled = True
        print("stopping after this step, saving…", file=sys.stderr, flush=True)


def ballot(wish: Wish) -> torch.Tensor:
    """Return the votes of one process, float32 [len(WISHES)]; those of several are added up."""
    return torch.tensor([float(one == wish) for one in WISHES])


def elected(votes: list[float]) -> Wish:
    """Return what all processes do, given the sum of their ballots."""
    return next((one for one, count in zip(WISHES, votes, strict=True) if count), "")
