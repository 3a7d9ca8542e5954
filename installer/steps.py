"""Programs run under a line that moves, so that a person sees what happens."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from installer.decisions import Stop, reason
from installer.pip import Amount, Reading
from ldm3d.amounts import part_in_words

_QUIET = ("WARNING", "Requirement already", "Looking in", "Reading ", "(Reading")


def say(text: str) -> None:
    """Tell the person what happens; stdout belongs to the program."""
    print(text, file=sys.stderr, flush=True)


class Screen(Protocol):
    """Where a step shows how far it is."""

    def show(self, detail: str, amount: Amount | None) -> None:
        """Show what the step is at and how far, each where it is known; may raise to end the step."""

    def end(self, word: str) -> None:
        """Say how the step ended."""


class Line:
    """A step's line: its title, the seconds, and what it is at; off a terminal a plain line every 15 s."""

    def __init__(self, title: str) -> None:
        self.title, self.detail = title, ""
        self.began = self.spoke = time.monotonic()
        self.moving = sys.stderr.isatty()
        if not self.moving:
            say(f"{title} ...")

    def show(self, detail: str, amount: Amount | None) -> None:
        """Draw the line with `detail`, or with the last one where it is empty; with bytes, where those are known."""
        self.detail = detail or self.detail
        if amount is not None and amount.unit == "bytes":
            self.detail = f"{amount.what} {part_in_words(amount.done, amount.total)}"
        now = time.monotonic()
        if self.moving:
            self._draw(f"{self.title}  {now - self.began:.0f} s  {self.detail}")
        elif now - self.spoke > 15:
            self.spoke = now
            say(f"  {now - self.began:.0f} s  {self.detail}")

    def end(self, word: str) -> None:
        """Close the line with `word`."""
        if self.moving:
            self._draw("")
        say(f"{self.title}: {word} ({time.monotonic() - self.began:.1f} s)")

    def _draw(self, text: str) -> None:
        width = (os.get_terminal_size(sys.stderr.fileno()).columns or 80) - 1
        sys.stderr.write("\r" + text[:width].ljust(width) + "\r")
        sys.stderr.flush()


def step(
    title: str,
    command: Sequence[str],
    *,
    held: int | None = None,
    environ: Mapping[str, str] | None = None,
    last_words: int = 12,
    screen: Callable[[str], Screen] = Line,
    reading: Reading | None = None,
) -> None:
    """Run `command` under a moving line.

    Args:
        title: what the line says.
        command: the program and its arguments; its stdin is empty.
        held: the folder lock's descriptor. The child keeps it too, so that after a killed start nobody begins anew
            beside an orphan that still writes.
        environ: variables beyond this process's.
        last_words: how many lines are shown where it fails.
        screen: makes the place to show it of its title.
        reading: reads pip's words, where that is the command.

    Raises:
        Stop: where the program fails.
    """
    line, words = screen(title), [""]
    said: queue.Queue[str] = queue.Queue()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environ or {})},
        pass_fds=() if held is None or sys.platform == "win32" else (held,),
    ) as process:

        def read() -> None:
            for text in process.stdout or ():
                said.put(text.rstrip())

        reader = threading.Thread(target=read)
        reader.start()
        try:
            while reader.is_alive() or not said.empty():
                try:
                    words.append(said.get(timeout=0.2))
                    if reading is not None:
                        reading.hear(words[-1])
                    detail = "" if words[-1].startswith(_QUIET) else words[-1].strip()
                except queue.Empty:
                    detail = ""
                line.show(detail, reading.look() if reading is not None else None)
            code = process.wait()
        except BaseException:
            process.terminate()
            raise
        finally:
            reader.join()
    if code:
        line.end("failed")
        told = [word for word in words if word and not word.startswith("WARNING: ")]
        say("\n".join("  | " + word for word in told[-last_words:]))
        raise Stop(reason("\n".join(words), title[0].lower() + title[1:]))
    line.end("done")


def wait_for(process: subprocess.Popen[bytes]) -> int:
    """Return the exit code of a child on our console: Ctrl-C goes to both, and the child ends in its own way."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
