"""Jobs that wait for, run in and outlive worker processes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.progress import Report
from ldm3d.files import remove_partials

Reason = Literal["input", "machine", "defect", "died"]


@dataclass(frozen=True)
class Failure:
    """Why a job failed: wrong `input`, an incapable `machine`, a `defect` of the program, or its process `died`."""

    reason: Reason
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class Ticket:
    """A job in the queue, and who wants to hear of it. The calls come from the queue's own thread."""

    job: Job
    on_progress: Callable[[Report], None] = lambda report: None
    on_done: Callable[[Json], None] = lambda result: None
    on_failed: Callable[[Failure], None] = lambda failure: None
    on_cancelled: Callable[[], None] = lambda: None
    number: int = field(default=0, compare=False)


class JobQueue:
    """Runs the jobs of one room, one after another, in a worker process that is started with the first job.

    The process stays warm between jobs. Where it dies, the running job fails with a sentence, and the next job starts
    another process: nothing else is lost. Every method returns at once and may be called from any thread.
    """

    def __init__(self, room: str, environment: Mapping[str, str] | None = None) -> None:
        self._room = room
        self._environment = dict(os.environ if environment is None else environment)
        self._lock = threading.Lock()
        self._waiting: deque[Ticket] = deque()
        self._running: Ticket | None = None
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._count = 0
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The worker's process id while it lives."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def enqueue(self, ticket: Ticket) -> Ticket:
        """Add a job at the end; return the ticket to cancel it with."""
        with self._lock:
            self._count += 1
            numbered = replace(ticket, number=self._count)
            self._waiting.append(numbered)
            self._next()
        return numbered

    def cancel(self, ticket: Ticket) -> None:
        """Tell a running job to stop, or forget a waiting one."""
        with self._lock:
            if self._running is not None and self._running.number == ticket.number:
                self._send({"cancel": ticket.number})
                return
            forgotten = [waiting for waiting in self._waiting if waiting.number == ticket.number]
            for waiting in forgotten:
                self._waiting.remove(waiting)
        for waiting in forgotten:
            waiting.on_cancelled()

    def close(self, seconds: float = 3.0) -> None:
        """Forget what waits and end the worker: its jobs clean up first, for at most `seconds`."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            process, reader = self._process, self._reader
            if process is not None and process.stdin is not None:
                _close(process.stdin)
        if process is None or reader is None:
            return
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if reader is not threading.current_thread():
            reader.join()

    def _next(self) -> None:
        """Send the next job. Called with the lock held."""
        if self._running is not None or not self._waiting or self._closed:
            return
        if self._process is None:
            self._start()
        self._running = self._waiting.popleft()
        self._send({"run": self._running.number, "job": self._running.job.message()})

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "depthfusion.jobs.worker", self._room],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), name=f"jobs: {self._room}")
        self._reader.start()

    def _send(self, message: Json) -> None:
        """Write to the worker. Its death is noticed where its words are read, so a broken pipe needs no answer here."""
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self._hear(json.loads(line))
        code = process.wait()
        with self._lock:
            lost, self._running = self._running, None
            if process.stdin is not None:
                _close(process.stdin)
            self._process = None
            closed = self._closed
        if lost is not None:
            remove_partials(lost.job.folder, process.pid)
        if lost is not None and closed:
            lost.on_cancelled()
        elif lost is not None:
            ended = f"signal {-code}" if code < 0 else f"code {code}"
            sentence = f"the worker process ended unexpectedly ({ended}); nothing else was lost, try again"
            lost.on_failed(Failure("died", sentence))
        with self._lock:
            self._next()

    def _hear(self, message: Mapping[str, Any]) -> None:
        ticket = self._running
        if ticket is None or message.get("number") != ticket.number:
            return
        if message["event"] == "progress":
            left = message["seconds_left"]
            ticket.on_progress(Report(message["text"], message["done"], message["total"], left))
            return
        with self._lock:
            self._running = None
            self._next()
        if message["event"] == "done":
            ticket.on_done(message["result"])
        elif message["event"] == "cancelled":
            ticket.on_cancelled()
        else:
            ticket.on_failed(Failure(message["reason"], message["message"], message.get("traceback", "")))


def _close(pipe: Any) -> None:
    """Close a pipe whose other end may have gone with words still in it."""
    with contextlib.suppress(BrokenPipeError):
        pipe.close()
