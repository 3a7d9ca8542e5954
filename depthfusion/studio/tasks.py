"""The bridge between window and job queues: what other threads say is heard in the window's."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from depthfusion.jobs.job import Job
from depthfusion.jobs.previews import Preview
from depthfusion.jobs.queue import Failure, JobQueue, Ticket

# Each lane is a queue with a worker process of its own, for the jobs of a room: a download does not hold up a world.
LANES = {"generate": "generate", "export": "export", "fetch": "generate"}


class Task(QObject):
    """One job as the window knows it. Every signal is emitted in the window's thread.

    `progressed(Report)` and `previewed(Preview)`; then one of `done(result)`, `failed(Failure)` and `cancelled()`, and
    `ended()` after it.
    """

    progressed = Signal(object)
    previewed = Signal(object)
    done = Signal(dict)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()
    _heard = Signal(str, object)

    def __init__(self, lane: str, job: Job, title: str, parent: QObject, quiet: bool = False) -> None:
        super().__init__(parent)
        self.lane = lane
        self.job = job
        self.title = title
        self.quiet = quiet
        self.over = False
        self._latest: deque[Preview] = deque(maxlen=1)
        self.ticket: Ticket | None = None
        self._heard.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def make_ticket(self) -> Ticket:
        """Return the job with ears for what the queue's thread says."""
        heard = self._heard
        return Ticket(
            self.job,
            on_progress=lambda report: heard.emit("progress", report),
            on_done=lambda result: heard.emit("done", result),
            on_failed=lambda failure: heard.emit("failed", failure),
            on_cancelled=lambda: heard.emit("cancelled", None),
            on_preview=self._preview if self.lane == "generate" else None,
        )

    def _preview(self, preview: Preview) -> None:
        """Pass on what can be seen so far, from the queue's thread. One that nobody has looked at yet is replaced."""
        self._latest.append(preview)
        self._heard.emit("preview", None)

    @Slot(str, object)
    def _tell(self, event: str, what: Any) -> None:
        if event == "progress":
            self.progressed.emit(what)
            return
        if event == "preview":
            if self._latest:
                self.previewed.emit(self._latest.pop())
            return
        self.over = True
        if event == "done":
            self.done.emit(what)
        elif event == "failed":
            self.failed.emit(what)
        else:
            self.cancelled.emit()
        self.ended.emit()


class Tasks(QObject):
    """The jobs of the window, in lanes: each is one queue and so one worker process.

    `added(Task)` and `failed(Task, Failure)` tell of all but the quiet ones, whose asker shows how they go.
    """

    added = Signal(object)
    failed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.queues = {lane: JobQueue(room) for lane, room in LANES.items()}
        self._tasks: list[Task] = []
        self._closing: list[threading.Thread] = []

    def submit(self, lane: str, job: Job, title: str, quiet: bool = False) -> Task:
        """Queue `job` and return the task to follow it by."""
        task = Task(lane, job, title, self, quiet)
        task.ended.connect(lambda: self._forget(task))
        self._tasks.append(task)
        if not quiet:
            task.failed.connect(lambda failure: self.failed.emit(task, failure))
            self.added.emit(task)
        task.ticket = self.queues[lane].enqueue(task.make_ticket())
        return task

    def cancel(self, task: Task) -> None:
        """Stop a running job or forget a waiting one; `cancelled` follows."""
        if task.ticket is not None and not task.over:
            self.queues[task.lane].cancel(task.ticket)

    def running(self, lane: str | None = None) -> list[Task]:
        """The tasks of a lane (or of all) that wait or run."""
        return [task for task in self._tasks if lane in {None, task.lane}]

    def renew(self, lane: str) -> None:
        """Have the next jobs of a lane done by a fresh process, which finds what was installed meanwhile."""
        if self.running(lane):
            return
        old, self.queues[lane] = self.queues[lane], JobQueue(LANES[lane])
        closing = threading.Thread(target=old.close, name=f"studio: closing {lane}")
        closing.start()
        self._closing.append(closing)

    def close(self) -> None:
        """End the workers; what runs cleans up first."""
        for task in tuple(self._tasks):
            self.cancel(task)
        for queue in self.queues.values():
            queue.close()
        for closing in self._closing:
            closing.join()

    def _forget(self, task: Task) -> None:
        self._tasks.remove(task)
        task.deleteLater()


__all__ = ["LANES", "Failure", "Task", "Tasks"]
