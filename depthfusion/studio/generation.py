"""Making worlds: a series of jobs in a worker, one for each seed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from depthfusion import places
from depthfusion.errors import InputError, MachineError
from depthfusion.generate.generate_job import GenerateJob
from depthfusion.generate.request import GenerationRequest, series
from depthfusion.jobs.job import Json
from depthfusion.studio.preview_card import PreviewCard
from depthfusion.studio.session import Session
from depthfusion.studio.tasks import Task, Tasks

_SUFFIXES = (".png", ".depth.png")


def free_names(folder: Path, stem: str, count: int, taken: set[Path]) -> list[Path]:
    """Return `count` paths NAME.png in `folder`, of which neither colour nor depth exists and none is in `taken`."""
    found: list[Path] = []
    number = 1
    while len(found) < count:
        name = stem if number == 1 else f"{stem}-{number}"
        path = folder / f"{name}.png"
        number += 1
        if path not in taken and not any((folder / f"{name}{suffix}").exists() for suffix in _SUFFIXES):
            found.append(path)
    return found


def asked(request: GenerationRequest, options: frozenset[str]) -> GenerationRequest:
    """Return what is sent: the request without what the engine lacks and what stands alone, which nobody sees."""
    sent = request.only(options)
    if not sent.source:
        sent.denoise, sent.mask = None, ""
    if not sent.lora:
        sent.lora_scale = GenerationRequest.lora_scale.default
    return sent


class Generations(QObject):
    """Makes what the session's request asks for, as often as its series says, and shows how it goes.

    `running(bool)` tells whether a series is on its way, `made(result, first)` of each world of it, `refused` why none
    can be made.
    """

    running = Signal(bool)
    made = Signal(dict, bool)
    refused = Signal(str)

    def __init__(self, session: Session, tasks: Tasks, card: PreviewCard, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._card = card
        self._series: list[Task] = []
        self._used: set[Path] = set()
        self._first = True

    @property
    def busy(self) -> bool:
        """Whether a series is on its way."""
        return bool(self._series)

    def start(self, request: GenerationRequest, count: int) -> None:
        """Queue `count` worlds of `request`, unless a series is on its way."""
        if self.busy:
            return
        folder = places.results()
        try:
            places.make(folder)
        except (InputError, MachineError) as error:
            self.refused.emit(str(error))
            return
        title = " ".join(request.prompt.split())[:80]
        outputs = free_names(folder, places.stem(request.prompt), count, self._used)
        copies = series(request, count) if count > 1 else [request]
        self._first = True
        for number, (copy, output) in enumerate(zip(copies, outputs, strict=True), 1):
            named = title if count == 1 else f"{number} of {count} · {title}"
            task = self._tasks.submit("generate", GenerateJob(copy.as_dict(), str(output)), named)
            self._series.append(task)
            # A job that is told to stop may be writing: its name is not given again.
            self._used.add(output)
            self._follow(task)
        self.running.emit(True)

    def cancel(self) -> None:
        """Stop the series; the window is free at once, whatever the worker still does."""
        for task in tuple(self._series):
            self._tasks.cancel(task)
        self._end_series()

    def _follow(self, task: Task) -> None:
        task.done.connect(lambda result: self._done(task, result))
        task.progressed.connect(lambda report: self._card.show_progress(report) if task in self._series else None)
        task.previewed.connect(lambda preview: self._card.show_preview(preview) if task in self._series else None)
        task.ended.connect(lambda: self._ended(task))

    def _done(self, task: Task, result: Json) -> None:
        first, self._first = self._first and task in self._series, False
        self.made.emit(result, first)

    def _ended(self, task: Task) -> None:
        if task in self._series:
            self._series.remove(task)
            self._card.begin()
            if not self._series:
                self._end_series()

    def _end_series(self) -> None:
        self._series.clear()
        self._card.begin()
        self.running.emit(False)
