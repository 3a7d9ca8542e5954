"""The bridge between window and job queues: what other threads say is heard in the window's."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from depthfusion.jobs.job import Job
from depthfusion.jobs.queue import Failure, JobQueue, Ticket

ROOMS = ("generate", "export")


class Task(QObject):
    """One job as the window knows it. Every signal is emitted in the window's thread.

    `progressed(Report)`; then one of `done(result)`, `failed(Failure)` and `cancelled()`, and `ended()` after it.
    """

    progressed = Signal(object)
    done = Signal(dict)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()
    _heard = Signal(str, object)

    def __init__(self, room: str, job: Job, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self.room = room
        self.job = job
        self.title = title
        self.over = False
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
        )

    @Slot(str, object)
    def _tell(self, event: str, what: Any) -> None:
        if event == "progress":
            self.progressed.emit(what)
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
    """The jobs of the window: one queue, and so one worker process, for each room that has long work."""

    added = Signal(object)
    failed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.queues = {room: JobQueue(room) for room in ROOMS}
        self._tasks: list[Task] = []

    def submit(self, room: str, job: Job, title: str) -> Task:
        """Queue `job` and return the task to follow it by."""
        task = Task(room, job, title, self)
        task.failed.connect(lambda failure: self.failed.emit(task, failure))
        task.ended.connect(lambda: self._forget(task))
        self._tasks.append(task)
        self.added.emit(task)
        task.ticket = self.queues[room].enqueue(task.make_ticket())
        return task

    def cancel(self, task: Task) -> None:
        """Stop a running job or forget a waiting one; `cancelled` follows."""
        if task.ticket is not None and not task.over:
            self.queues[task.room].cancel(task.ticket)

    def running(self, room: str | None = None) -> list[Task]:
        """The tasks of a room (or of all) that wait or run."""
        return [task for task in self._tasks if room in {None, task.room}]

    def close(self) -> None:
        """End the workers; what runs cleans up first."""
        for task in tuple(self._tasks):
            self.cancel(task)
        for queue in self.queues.values():
            queue.close()

    def _forget(self, task: Task) -> None:
        self._tasks.remove(task)
        task.deleteLater()


__all__ = ["ROOMS", "Failure", "Task", "Tasks"]
