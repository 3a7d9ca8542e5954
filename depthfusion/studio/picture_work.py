"""Work on pictures that are there: depth for one that has none, a panorama made larger."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from depthfusion import places
from depthfusion.errors import InputError, MachineError
from depthfusion.generate.picture_jobs import EnlargeJob, ImportJob
from depthfusion.jobs.job import Job
from depthfusion.settings import Value
from depthfusion.studio.engine_list import Entry
from depthfusion.studio.generation import free_names
from depthfusion.studio.session import Tools
from depthfusion.studio.tool_dialog import Size, ToolDialog

if TYPE_CHECKING:
    from depthfusion.studio.window import Window

_SIZES = ((2048, 1024), (4096, 2048), (8192, 4096))
_PREFERRED = (4096, 2048)


def larger_sizes(size: Size) -> tuple[Size, ...]:
    """Return the sizes to enlarge a panorama of `size` to: the usual one first."""
    larger = [other for other in _SIZES if other[0] > size[0]]
    return tuple(sorted(larger, key=lambda other: (other != _PREFERRED, other)))


class PictureWork(QObject):
    """Asks with what, has what is missing fetched, and has the work done in a worker.

    Args:
        window: what the dialogs belong to; the result is opened in it.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._session = window.session
        self._used: set[Path] = set()
        self.dialog: ToolDialog | None = None

    def ask_depth(self, picture: Path | None = None) -> None:
        """Ask with what the depth of a picture, by default the open panorama, is estimated."""
        if picture is None and not self._stands_still():
            return
        engines = self._window.prompt.engines
        if not engines.listed:  # it is still being looked what there is
            self._window.making.survey(partial(self.ask_depth, picture))
            return
        path = picture or self._session.source.panorama
        words = (
            f"Estimate the depth of {path.name}",
            "A network looks at overlapping views of the panorama, which are then joined. The result is a new world.",
            "Estimator",
            "Estimate",
        )
        tools = (Tools.estimator, engines.estimators, engines.entry)
        self._ask(words, tools, (), lambda entry, size: self._estimate(path, entry))

    def ask_larger(self) -> None:
        """Ask how large the open panorama is to be, and with what."""
        source, size = self._session.source, self._session.size
        if not self._stands_still():
            return
        engines = self._window.prompt.engines
        if not engines.listed:
            self._window.making.survey(self.ask_larger)
            return
        sizes = larger_sizes(size)
        if not sizes:
            self._window.banner.tell("info", f"{source.panorama.name} is {size[0]} × {size[1]} and as large as it gets")
            return
        words = (
            f"Enlarge {source.panorama.name}",
            f"It is {size[0]} × {size[1]}. Colour and depth become larger together; the result is a new world.",
            "With",
            "Enlarge",
        )
        self._ask(words, (Tools.enlarger, engines.enlargers, None), sizes, self._enlarge)

    def _ask(
        self,
        words: tuple[str, str, str, str],
        tools: tuple[Value[str], tuple[Entry, ...], Callable[[str], Entry] | None],
        sizes: tuple[Size, ...],
        does: Callable[[Entry, Size], None],
    ) -> None:
        def make() -> None:
            if self.dialog is not None:
                self.dialog.deleteLater()
            self.dialog = ToolDialog(self._window, words, self._session.tools, *tools, sizes)
            self.dialog.chosen.connect(does)
            QTimer.singleShot(0, self.dialog, self.dialog.open)

        QTimer.singleShot(0, self, make)

    def _estimate(self, picture: Path, entry: Entry) -> None:
        if self._ready(entry, partial(self._estimate_with, picture, entry.name)):
            self._estimate_with(picture, entry.name)

    def _estimate_with(self, picture: Path, estimator: str) -> None:
        output = self._output(f"{picture.stem}-{Path(estimator).name}")
        if output is not None:
            self._run(ImportJob(str(picture), str(output), estimator=estimator), f"depth of {picture.name}")

    def _enlarge(self, entry: Entry, size: Size) -> None:
        if self._ready(entry, partial(self._enlarge_with, entry.name, size)):
            self._enlarge_with(entry.name, size)

    def _enlarge_with(self, method: str, size: Size) -> None:
        source = self._session.source
        output = self._output(f"{source.panorama.stem}-{size[0]}x{size[1]}")
        if output is None:
            return
        job = EnlargeJob(
            str(source.panorama),
            str(output),
            size,
            method,
            depth=str(source.depth) if source.depth else None,
            invert_depth=source.invert_depth,
            depth_unit=source.depth_unit,
        )
        self._run(job, f"{source.panorama.stem} at {size[0]} × {size[1]}")

    def _ready(self, entry: Entry, then: Callable[[], None]) -> bool:
        """Say whether a tool is ready; if not, have it fetched first where that is wanted."""
        if not entry.ready:
            self._window.making.get(entry, then)
        return entry.ready

    def _output(self, stem: str) -> Path | None:
        folder = places.results()
        try:
            places.make(folder)
        except (InputError, MachineError) as error:
            self._window.banner.tell("error", str(error))
            return None
        [output] = free_names(folder, places.stem(stem), 1, self._used)
        self._used.add(output)
        return output

    def _run(self, job: Job, title: str) -> None:
        task = self._window.tasks.submit("generate", job, title)
        task.done.connect(lambda result: self._window.open(Path(result["panorama"]), settled=True))

    def _stands_still(self) -> bool:
        """Whether a world is open that can be worked on; if not, say why."""
        return self._window.stands_still()
