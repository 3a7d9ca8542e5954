"""The process that long work runs in: `python -m depthfusion.jobs.worker ROOM`.

One JSON message a line. In: `{"run": NUMBER, "job": {...}}`, with `"previews": FOLDER` where previews are wanted, and
`{"cancel": NUMBER}`. Out: `{"event": "ready"}`, then for a job `progress` and `preview` (with `file`, whose reader
removes it), and at last one of `done` (with `result`), `cancelled` and `failed` (with `reason` input, machine
or defect, the `message` and for a defect the `traceback`). The end of the input ends the process, so that none is
orphaned. After `DEPTHFUSION_IDLE_MINUTES` (10) without a job the room gives back what it keeps loaded.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from depthfusion.errors import InputError, MachineError
from depthfusion.jobs import cores, previews
from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.progress import Cancelled, Progress, Report

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IDLE_MINUTES = "DEPTHFUSION_IDLE_MINUTES"
# How long a job may take to clean up after the window has gone before the process ends all the same.
_GRACE_SECONDS = 5.0


def jobs_of(room: str) -> Mapping[str, type[Job]]:
    """Return the kinds of job of a room: every room with long work keeps them as `JOBS` in its module `jobs`."""
    return importlib.import_module(f"depthfusion.{room}.jobs").JOBS  # type: ignore[no-any-return]


def unloading(room: str) -> Callable[[], None]:
    """Return what gives back the memory that a room keeps between jobs: `unload` in its module `jobs`, if any."""
    unload: Callable[[], None] = getattr(importlib.import_module(f"depthfusion.{room}.jobs"), "unload", lambda: None)
    return unload


def idle_seconds() -> float:
    """Return after how many seconds without a job a worker gives back what it keeps loaded.

    Raises:
        MachineError: the environment's number is none.
    """
    given = os.environ.get(IDLE_MINUTES, "10")
    try:
        return max(float(given), 0.0) * 60
    except ValueError:
        raise MachineError(f"{IDLE_MINUTES}={given} is no number of minutes; set it to one, or leave it out") from None


class _Server:
    """Runs jobs one after another in this thread while another reads messages."""

    def __init__(self, source: TextIO, sink: TextIO, room: str, idle: float) -> None:
        self._source = source
        self._sink = sink
        self._room = room
        self._idle = idle
        self._waiting: queue.Queue[tuple[int, Json, str | None] | None] = queue.Queue()
        self._cancelled: set[int] = set()
        self._ended = threading.Event()

    def serve(self) -> None:
        kinds = jobs_of(self._room)
        threading.Thread(target=self._read, daemon=True, name="messages").start()
        self._say({"event": "ready"})
        while (item := self._await()) is not None:
            number, message, folder = item
            self._run(number, kinds[message["kind"]].from_message(message), folder)

    def _await(self) -> tuple[int, Json, str | None] | None:
        """Return the next job; give back what is loaded while there is none for long."""
        try:
            return self._waiting.get(timeout=self._idle)
        except queue.Empty:
            unloading(self._room)()
        return self._waiting.get()

    def _read(self) -> None:
        for line in self._source:
            message = json.loads(line)
            if "cancel" in message:
                self._cancelled.add(message["cancel"])
            else:
                self._waiting.put((message["run"], message["job"], message.get("previews")))
        self._ended.set()
        self._waiting.put(None)
        timer = threading.Timer(_GRACE_SECONDS, os._exit, (1,))
        timer.daemon = True
        timer.start()

    def _run(self, number: int, job: Job, folder: str | None) -> None:
        numbers = count()

        def told_to_stop() -> bool:
            return number in self._cancelled or self._ended.is_set()

        def report(step: Report) -> None:
            self._say({"event": "progress", "number": number, **dataclasses.asdict(step)})

        def preview(rgb: NDArray[np.uint8], depth: NDArray[np.uint8]) -> None:
            file = Path(str(folder)) / f"{os.getpid()}-{number}-{next(numbers)}.npy"
            previews.write(file, rgb, depth)
            self._say({"event": "preview", "number": number, "file": str(file)})

        try:
            result = job.run(Progress(report, told_to_stop, preview=None if folder is None else preview))
        except Cancelled:
            answer: Json = {"event": "cancelled"}
        except InputError as error:
            answer = {"event": "failed", "reason": "input", "message": str(error)}
        except MachineError as error:
            answer = {"event": "failed", "reason": "machine", "message": str(error)}
        except MemoryError:
            sentence = "there is not enough memory for this; choose a smaller size or close other programs"
            answer = {"event": "failed", "reason": "machine", "message": sentence}
        except Exception as error:  # noqa: BLE001 — a defect is told with its traceback and must not end the worker
            told = {"message": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
            answer = {"event": "failed", "reason": "defect", **told}
        else:
            answer = {"event": "done", "result": result}
        self._say({**answer, "number": number})

    def _say(self, message: Json) -> None:
        try:
            self._sink.write(json.dumps(message) + "\n")
            self._sink.flush()
        except BrokenPipeError:
            # The window has gone; the end of the input, which comes with that, ends this process.
            self._ended.set()


def main(arguments: list[str]) -> int:
    """Serve the room that `arguments` names until the input ends."""
    try:
        idle = idle_seconds()
    except MachineError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    # Libraries may print: their words go to stderr, the protocol keeps a private copy of the real streams.
    sink = os.fdopen(os.dup(1), "w", encoding="utf-8")
    source = os.fdopen(os.dup(0), "r", encoding="utf-8")
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    if hasattr(os, "nice"):
        os.nice(10)
    cores.leave_one()
    _Server(source, sink, arguments[0], idle).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
