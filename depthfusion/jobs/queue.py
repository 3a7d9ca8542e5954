"""Jobs that wait for, run in and outlive worker processes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from depthfusion.jobs import previews
from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.previews import Preview
from depthfusion.jobs.progress import Report
from ldm3d.files import remove_partials

Reason = Literal["input", "machine", "defect", "died"]

# How long a worker may take to stop a cancelled job (a network's block at full size takes a second or two) before
# another takes its place.
STOP_SECONDS = 15.0


@dataclass(frozen=True)
class Failure:
    """Why a job failed: wrong `input`, an incapable `machine`, a `defect` of the program, or its process `died`."""

    reason: Reason
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class Ticket:
    """A job in the queue, and who wants to hear of it.

    The calls come from the queue's own thread, `on_cancelled` also from that of `JobQueue.cancel`; never two at a time,
    and none after `on_done`, `on_failed` or `on_cancelled`. Previews are made only where `on_preview` is given.
    """

    job: Job
    on_progress: Callable[[Report], None] = lambda report: None
    on_done: Callable[[Json], None] = lambda result: None
    on_failed: Callable[[Failure], None] = lambda failure: None
    on_cancelled: Callable[[], None] = lambda: None
    on_preview: Callable[[Preview], None] | None = None
    number: int = field(default=0, compare=False)


class JobQueue:
    """Runs the jobs of one room, one after another, in a worker process that is started with the first job.

    The process stays warm between jobs. Where it dies, the running job fails with a sentence, and the next job starts
    another process: nothing else is lost. Every method but `close` returns at once and may be called from any thread.

    Args:
        room: whose jobs.
        environment: of the worker; this process's own by default.
        stop_seconds: how long a cancelled job may go on before the worker is replaced.
    """

    def __init__(
        self, room: str, environment: Mapping[str, str] | None = None, stop_seconds: float = STOP_SECONDS
    ) -> None:
        self._room = room
        self._environment = dict(os.environ if environment is None else environment)
        self._stop_seconds = stop_seconds
        # Held while a ticket hears something, so that it hears nothing after its end; always taken before `_lock`.
        self._telling = threading.RLock()
        self._lock = threading.Lock()
        self._waiting: deque[Ticket] = deque()
        self._running: Ticket | None = None
        self._stopping: threading.Timer | None = None
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._previews: tempfile.TemporaryDirectory[str] | None = None
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
        """Tell a running job to stop, or forget a waiting one; the ticket hears `on_cancelled` before this returns.

        The worker stops a running job as soon as it can and keeps what it has loaded; one that does not stop in time
        is replaced. The next job starts when the worker is free. A job that is done by then has written its results.
        """
        with self._telling:
            with self._lock:
                mine = [waiting for waiting in self._waiting if waiting.number == ticket.number]
                for waiting in mine:
                    self._waiting.remove(waiting)
                running = None if self._closed or self._stopping is not None else self._running
                if running is not None and running.number == ticket.number:
                    mine.append(running)
                    self._stop(running)
            for cancelled in mine:
                cancelled.on_cancelled()

    def close(self, seconds: float = 3.0) -> None:
        """Forget what waits and end the worker: its jobs clean up first, for at most `seconds`. Not for callbacks."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            process, reader = self._process, self._reader
            if process is not None and process.stdin is not None:
                _close(process.stdin)
        if process is not None and reader is not None:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if reader is not threading.current_thread():
                reader.join()
        with self._lock:
            folder, self._previews = self._previews, None
        if folder is not None:
            folder.cleanup()

    def _next(self) -> None:
        """Send the next job. Called with the lock held."""
        if self._running is not None or not self._waiting or self._closed:
            return
        if self._process is None:
            self._start()
        self._running = self._waiting.popleft()
        message = {"run": self._running.number, "job": self._running.job.message()}
        if self._running.on_preview is not None:
            if self._previews is None:
                self._previews = tempfile.TemporaryDirectory(prefix="depthfusion-", ignore_cleanup_errors=True)
            message["previews"] = self._previews.name
        self._send(message)

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

    def _stop(self, running: Ticket) -> None:
        """Ask the worker to stop its job, and see to it that it does. Called with the lock held."""
        assert self._process is not None
        self._send({"cancel": running.number})
        self._stopping = threading.Timer(self._stop_seconds, self._process.kill)
        self._stopping.daemon = True
        self._stopping.start()

    def _take_running(self) -> tuple[Ticket | None, bool]:
        """Return the running job, which runs no more, and whether its ticket was told so. Called with the lock held."""
        ticket, self._running = self._running, None
        timer, self._stopping = self._stopping, None
        if timer is not None:
            timer.cancel()
        return ticket, timer is not None

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
                with self._telling:
                    self._hear(json.loads(line))
        code = process.wait()
        with self._telling:
            with self._lock:
                lost, told = self._take_running()
                if process.stdin is not None:
                    _close(process.stdin)
                self._process = None
                closed = self._closed
            if lost is not None:
                remove_partials(lost.job.folder, process.pid)
            if lost is not None and not told and closed:
                lost.on_cancelled()
            elif lost is not None and not told:
                ended = f"signal {-code}" if code < 0 else f"code {code}"
                perhaps = ", as when the system runs out of memory" if code == -9 else ""
                sentence = f"the worker process ended unexpectedly ({ended}{perhaps}); nothing else was lost, try again"
                lost.on_failed(Failure("died", sentence))
        with self._lock:
            self._next()

    def _hear(self, message: Mapping[str, Any]) -> None:
        """Pass on what the worker said. Called with `_telling` held."""
        preview = previews.take(Path(message["file"])) if message["event"] == "preview" else None
        with self._lock:
            ticket, stopping = self._running, self._stopping is not None
        if ticket is None or message.get("number") != ticket.number:
            return
        if message["event"] == "preview":
            if preview is not None and ticket.on_preview is not None and not stopping:
                ticket.on_preview(preview)
            return
        if message["event"] == "progress":
            if not stopping:
                left = message["seconds_left"]
                ticket.on_progress(Report(message["text"], message["done"], message["total"], left, message["unit"]))
            return
        with self._lock:
            self._take_running()
            self._next()
        if stopping:
            return
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
