"""When a run ends before its end: a signal, or the time that it was given."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


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
        self.signalled = False

    def out_of_time(self, needed: float) -> bool:
        """Say whether less than `needed` seconds (a step, and saving) are left."""
        return self._seconds is not None and self._clock() - self._began + needed > self._seconds

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C, a polite kill and a closed terminal as the wish to stop; the second Ctrl-C ends at once."""
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
        if self.signalled:
            raise KeyboardInterrupt
        self.signalled = True
        print("stopping after this step, saving…", file=sys.stderr, flush=True)
