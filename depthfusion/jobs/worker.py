"""The process that long work runs in: `python -m depthfusion.jobs.worker ROOM`.

One JSON message a line. In: `{"run": NUMBER, "job": {...}}` and `{"cancel": NUMBER}`. Out: `{"event": "ready"}`, then
for a job `progress`, and at last one of `done` (with `result`), `cancelled` and `failed` (with `reason` input, machine
or defect, the `message` and for a defect the `traceback`). The end of the input ends the process, so that none is
orphaned.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Mapping
from typing import TextIO

from depthfusion.errors import InputError, MachineError
from depthfusion.jobs import cores
from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.progress import Cancelled, Progress, Report

# How long a job may take to clean up after the window has gone before the process ends all the same.
_GRACE_SECONDS = 5.0


def jobs_of(room: str) -> Mapping[str, type[Job]]:
    """Return the kinds of job of a room: every room with long work keeps them as `JOBS` in its module `jobs`."""
    return importlib.import_module(f"depthfusion.{room}.jobs").JOBS  # type: ignore[no-any-return]


class _Server:
    """Runs jobs one after another in this thread while another reads messages."""

    def __init__(self, source: TextIO, sink: TextIO, room: str) -> None:
        self._source = source
        self._sink = sink
        self._room = room
        self._waiting: queue.Queue[tuple[int, Json] | None] = queue.Queue()
        self._cancelled: set[int] = set()
        self._ended = threading.Event()

    def serve(self) -> None:
        kinds = jobs_of(self._room)
        threading.Thread(target=self._read, daemon=True, name="messages").start()
        self._say({"event": "ready"})
        while (item := self._waiting.get()) is not None:
            number, message = item
            self._run(number, kinds[message["kind"]].from_message(message))

    def _read(self) -> None:
        for line in self._source:
            message = json.loads(line)
            if "cancel" in message:
                self._cancelled.add(message["cancel"])
            else:
                self._waiting.put((message["run"], message["job"]))
        self._ended.set()
        self._waiting.put(None)
        timer = threading.Timer(_GRACE_SECONDS, os._exit, (1,))
        timer.daemon = True
        timer.start()

    def _run(self, number: int, job: Job) -> None:
        def told_to_stop() -> bool:
            return number in self._cancelled or self._ended.is_set()

        def report(step: Report) -> None:
            fields = {"text": step.text, "done": step.done, "total": step.total, "seconds_left": step.seconds_left}
            self._say({"event": "progress", "number": number, **fields})

        try:
            result = job.run(Progress(report, told_to_stop))
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
    # Libraries may print: their words go to stderr, the protocol keeps a private copy of the real streams.
    sink = os.fdopen(os.dup(1), "w", encoding="utf-8")
    source = os.fdopen(os.dup(0), "r", encoding="utf-8")
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    if hasattr(os, "nice"):
        os.nice(10)
    cores.leave_one()
    _Server(source, sink, arguments[0]).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
