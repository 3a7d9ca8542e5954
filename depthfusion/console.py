"""The command line's standard streams: paths on the output, everything else on the error stream."""

from __future__ import annotations

import io
import os
import sys
import time

from depthfusion.errors import MachineError
from depthfusion.jobs.progress import Report


def make_streams_whole() -> None:
    """Give a process that was started without one of its standard streams an empty one; let all names be printed."""
    # In this order, as each takes the lowest number that is free: no file of ours ever becomes number 1 or 2.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 — for the whole process
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        # A file's name may be no UTF-8, which gives it back as it is; other encodings lack most letters.
        sys.stdout.reconfigure(
            errors="surrogateescape" if sys.stdout.encoding.lower() == "utf-8" else "backslashreplace"
        )


def tell(*lines: object) -> None:
    """Write lines, and what waits, to the standard output, and say in a sentence where that cannot be."""
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        close_output()
        raise MachineError(
            f"standard output could not be written ({error.strerror}): free some space or direct it elsewhere"
        ) from None


def close_output() -> None:
    """Let what could not be written to the standard output go, so that it does not complain once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def in_one_line(sentence: str) -> str:
    """Return a sentence with its line breaks and other control characters, as a file's name may have, written out."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in sentence)


class ProgressLine:
    """One line on a terminal that is written over; elsewhere a line every ten seconds and at each new phase."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._length = 0
        self._shown = 0.0
        self._text = ""

    def show(self, report: Report) -> None:
        """Show how far a job is."""
        now = time.monotonic()
        if report.text == self._text and now - self._shown < (0.1 if self._terminal else 10.0):
            return
        self._shown, self._text = now, report.text
        line = report.line()
        if self._terminal:
            sys.stderr.write("\r" + line.ljust(self._length))
            sys.stderr.flush()
            self._length = len(line)
        else:
            say(line)

    def end(self) -> None:
        """Wipe the line."""
        if self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            sys.stderr.flush()


def say(line: str) -> None:
    """Write a line to the error stream at once."""
    print(line, file=sys.stderr, flush=True)
