"""What the prompt panel asks for: worlds, pictures to begin from, masks, engines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from depthfusion import places
from depthfusion.jobs.job import Json
from depthfusion.studio import drops, engine_list
from depthfusion.studio.background import Latest
from depthfusion.studio.engine_list import Engines, Entry
from depthfusion.studio.exporting import open_soon
from depthfusion.studio.generation import Generations, asked
from depthfusion.studio.mask_page import MaskPage

if TYPE_CHECKING:
    from depthfusion.studio.window import Window

_PICTURES = f"Pictures ({' '.join(f'*{suffix}' for suffix in drops.PICTURES)})"


class Making(QObject):
    """Has worlds made as the prompt panel says.

    Args:
        window: whose panel, card, canvas, tasks and banner these are.

    `stroked` tells that what can be undone on a mask is another, or that painting begins or ends.
    """

    stroked = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._session = window.session
        self.generations = Generations(window.session, window.tasks, window.card, self)
        self._surveyor = Latest("engines", self)
        self._after_survey: Callable[[], None] | None = None
        self.mask_page: MaskPage | None = None
        prompt = window.prompt
        prompt.generate.connect(self.generate)
        prompt.cancel.connect(self.generations.cancel)
        prompt.get.connect(self.get)
        prompt.engine.folder.connect(self.ask_folder)
        prompt.source.ask_source.connect(partial(self._ask_picture, "source", "Choose a picture to begin from"))
        prompt.source.ask_mask.connect(partial(self._ask_picture, "mask", "Choose a mask: white is made anew"))
        prompt.source.paint.connect(self.paint)
        window.getting.changed.connect(self.survey)
        self._surveyor.done.connect(self._surveyed)
        self._surveyor.failed.connect(window.show_trouble)
        self.generations.running.connect(self._running)
        self.generations.made.connect(self._made)
        self.generations.refused.connect(partial(window.banner.tell, "error"))
        self.survey()

    # --- engines -------------------------------------------------------------------------------------------------

    def survey(self, then: Callable[[], None] | None = None) -> None:
        """Look, in a thread, which engines are ready; then go on."""
        self._after_survey = then or self._after_survey
        self._surveyor.start(engine_list.survey)

    def _surveyed(self, engines: Engines) -> None:
        self._window.prompt.set_engines(engines)
        then, self._after_survey = self._after_survey, None
        if then is not None:
            then()

    def get(self, entry: Entry, then: Callable[[], None] | None = None) -> None:
        """Ask whether to fetch what an engine needs."""
        lacks = "" if entry.parts else self._window.prompt.engines.lacks
        go_on = partial(self.survey, then) if then is not None else None
        self._window.getting.ask(entry.name, lacks, entry.checkpoint, go_on)

    def ask_folder(self) -> None:
        """Ask for the folder of a checkpoint."""

        def made() -> QFileDialog:
            dialog = QFileDialog(self._window, "Choose the folder of an LDM3D checkpoint")
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
            dialog.fileSelected.connect(lambda name: setattr(self._session.request, "engine", name))
            return dialog

        open_soon(self._window, made)

    # --- worlds --------------------------------------------------------------------------------------------------

    def generate(self) -> None:
        """Make the world of the prompt in a worker, and open it when it is there.

        What the engine needs first is asked for, not fetched.
        """
        request = self._session.request
        if self.generations.busy or not request.prompt.strip():
            return
        if not self._window.prompt.engines.listed:
            self._after_survey = self.generate  # as soon as it is known what there is
            return
        chosen = self._window.prompt.chosen
        if not chosen.ready:
            self.get(chosen, then=self.generate)
            return
        self._window.banner.clear()
        self.generations.start(asked(request, chosen.options), self._session.series.count)

    def _running(self, running: bool) -> None:
        self._window.prompt.set_running(running)
        self._window.actions_.set_generating(running)
        if not running:
            self.survey()  # how long an engine takes here is known now

    def _made(self, result: Json, first: bool) -> None:
        path = Path(result["panorama"])
        self._window.prompt.tell(result["understood"], result["request"]["seed"])
        # The first as well, which opens in its own time: the next one may be there before it is seen.
        self._session.results.add((path,), unseen=not first)
        if first:
            self._window.open(path, settled=True)

    # --- pictures and masks --------------------------------------------------------------------------------------

    def begin_from(self, path: Path | None = None) -> None:
        """Take a panorama, the open one by default, as what the next world begins from."""
        source = self._session.source
        if path is None and not self._window.stands_still():
            return
        with self._session.history.together():
            self._session.request.update({"source": str(path or source.panorama), "mask": ""})
        self._window.prompt.source.head.setChecked(True)

    def _ask_picture(self, name: str, title: str) -> None:
        here = self._session.files[0].parent if self._session.files else places.results().parent

        def made() -> QFileDialog:
            dialog = QFileDialog(self._window, title, str(here), _PICTURES)
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.fileSelected.connect(lambda path: setattr(self._session.request, name, path))
            return dialog

        open_soon(self._window, made)

    @property
    def painting(self) -> bool:
        """Whether a mask is being painted."""
        return self.mask_page is not None and self._window.stack.currentWidget() is self.mask_page

    def paint(self) -> None:
        """Paint a mask on the picture to begin from."""
        request = self._session.request
        if self.mask_page is None:
            self.mask_page = MaskPage()
            self.mask_page.painted.connect(self._painted)
            self.mask_page.left.connect(self._leave_mask)
            self.mask_page.refused.connect(self._window.show_trouble)
            self.mask_page.canvas.changed.connect(self.stroked)
            self._window.stack.addWidget(self.mask_page)
        self.mask_page.begin(Path(request.source), Path(request.mask) if request.mask else None)
        self._window.stack.setCurrentWidget(self.mask_page)
        self.stroked.emit()

    def _painted(self, path: str) -> None:
        self._session.request.mask = path
        self._leave_mask()

    def _leave_mask(self) -> None:
        self._window.stack.setCurrentIndex(0)
        self._window.stack.currentWidget().setFocus()
        self.stroked.emit()

    def close_threads(self) -> None:
        """End what reads."""
        self._surveyor.close()
        if self.mask_page is not None:
            self.mask_page.close_threads()
