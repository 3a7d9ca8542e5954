"""How far long work is, told on the error stream: results alone go to the standard output.

with Progress(len(names), "estimating depth") as progress:
for name in names:
...
progress.advance(loss=0.25)
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

_ON_A_TERMINAL, _ELSEWHERE = 0.1, 10.0  # seconds between two sights of it
_RECENT = 60.0  # the pace is that of so many seconds: what came first (loading, compiling) is soon forgotten


class Progress:
    """A line that says what goes on: how much of it is done, at what pace, the time left, and figures such as a loss.

    On a terminal it is one line that is written over; elsewhere a line now and then. The first and the last word are
    always said. Ends with `end`, or as a context manager.

    Args:
        total: how many units there are.
        what: what is done, such as "drawing worlds".
        done: how many are done already, as after a resume; they count for no pace.
        quiet: say nothing.
        stream: where to say it; the error stream by default.
        clock: seconds from any origin.
    """

    def __init__(
        self,
        total: int,
        what: str,
        *,
        done: int = 0,
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total, self.what, self.done = total, what, done
        self._quiet, self._clock = quiet, clock
        self._stream = sys.stderr if stream is None else stream
        self._terminal = self._stream.isatty()
        self._figures: dict[str, float | str] = {}
        self._marks = deque([(clock(), done)])
        self._shown = float("-inf")
        self._said = ""
        self._length = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def advance(self, count: int = 1, **figures: float | str) -> None:
        """Say that `count` more units are done; figures stay until they are given anew."""
        self.done += count
        self._figures |= figures
        if self._quiet:
            return
        now = self._clock()
        if now - self._marks[-1][0] >= 1.0:
            self._marks.append((now, self.done))
            while len(self._marks) > 2 and now - self._marks[1][0] > _RECENT:
                self._marks.popleft()
        if now - self._shown >= (_ON_A_TERMINAL if self._terminal else _ELSEWHERE):
            self._show(now)

    def say(self, line: str) -> None:
        """Write a line of its own, which stays; also where the progress itself is quiet."""
        self._wipe()
        print(line, file=self._stream, flush=True)

    def end(self) -> None:
        """Say the last word. May be called again."""
        if self._quiet:
            return
        self._show(self._clock())
        if self._terminal and self._length:
            self._stream.write("\n")
            self._stream.flush()
        self._quiet, self._length = True, 0

    def line(self) -> str:
        """One line: `training 120/5000 (2 %), 14.2/s, 5 min 43 s left, loss 0.1234`."""
        part = 100 * self.done // self.total if self.total else 100
        words = [f"{self.what} {self.done}/{self.total} ({part} %)"]
        pace = self._pace()
        if pace:
            words.append(f"{pace:.3g}/s" if pace >= 1 else f"{1 / pace:.3g} s each")
            if self.done < self.total:
                words.append(f"{duration((self.total - self.done) / pace)} left")
        words += [f"{name} {figure(value)}" for name, value in self._figures.items()]
        return ", ".join(words)

    def _pace(self) -> float:
        """Units a second lately; 0 while it is unknown."""
        began, before = self._marks[0]
        seconds = self._clock() - began
        return max(self.done - before, 0) / seconds if seconds > 0 else 0.0

    def _show(self, now: float) -> None:
        self._shown = now
        line = self.line()
        if not self._terminal:
            if line != self._said:
                print(line, file=self._stream, flush=True)
            self._said = line
            return
        line = line[: shutil.get_terminal_size().columns - 1]
        self._stream.write("\r" + line.ljust(self._length))
        self._stream.flush()
        self._length = len(line)

    def _wipe(self) -> None:
        if self._length:
            self._stream.write("\r" + " " * self._length + "\r")
            self._length = 0


def duration(seconds: float) -> str:
    """Return a time in words: `45 s`, `12 min 05 s`, `3 h 20 min`, `2 d 4 h`."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    hours = round(seconds / 3600)
    return f"{hours // 24} d {hours % 24} h"


def figure(value: float | str) -> str:
    """Return a figure as people read it: four digits of a number, text as it is."""
    return value if isinstance(value, str) else f"{value:.4g}"
