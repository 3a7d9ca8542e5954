"""Filling what a world's foreground hides: asking with what, having it done in a worker, and taking it back."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from depthfusion.studio.background import InOrder
from depthfusion.studio.engine_list import FAST, Entry
from depthfusion.studio.session import Tools
from depthfusion.studio.tool_dialog import ToolDialog

if TYPE_CHECKING:
    from depthfusion.generate.fill_jobs import FillJob
    from depthfusion.jobs.job import Json
    from depthfusion.studio.fills import Fills
    from depthfusion.studio.window import Window

_EXPLAINED = (
    "Who steps aside sees what lies behind things. It is filled at once by continuing the background, or painted by "
    "LDM3D, and kept beside the panorama."
)
_WORDS = ("Fill behind its edges", _EXPLAINED, "With", "Fill")


class Filling(QObject):
    """Asks, works and undoes; what comes of it is seen on the canvas of a window as soon as it is there."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._session = window.session
        self._kept: Fills | None = None
        self._count = 0
        self._noting = False
        self.dialog: ToolDialog | None = None
        self._running: list[Path] = []  # the panoramas that are being filled
        self._files = InOrder("keeping fills", self)
        self._files.done.connect(self._put)
        self._files.failed.connect(window.show_trouble)
        self._session.fill.changed.connect(lambda name: self._changed())

    def ask(self) -> None:
        """Ask with what that which the open world's foreground hides is filled."""
        if not self._window.stands_still():
            return
        engines = self._window.prompt.engines
        if not engines.listed:
            self._window.making.survey(self.ask)
            return

        def make() -> None:
            if self.dialog is not None:
                self.dialog.deleteLater()
            tools = (Tools.filler, engines.fillers, engines.entry)
            self.dialog = ToolDialog(self._window, _WORDS, self._session.tools, *tools)
            self.dialog.chosen.connect(lambda entry, size: self._fill(entry))
            QTimer.singleShot(0, self.dialog, self.dialog.open)

        QTimer.singleShot(0, self, make)

    def close_threads(self) -> None:
        """End what copies files."""
        self._files.close()
        if self._kept is not None:
            self._kept.close()

    @property
    def _fills(self) -> Fills:
        from depthfusion.studio.fills import Fills

        if self._kept is None:
            self._kept = Fills()
        return self._kept

    def _fill(self, entry: Entry) -> None:
        if entry.ready:
            self._fill_with(entry.name)
        else:
            self._window.making.get(entry, partial(self._fill_with, entry.name))

    def _fill_with(self, engine: str) -> None:
        from depthfusion.generate.fill_jobs import FillJob

        source, viewport = self._session.source, self._window.viewport
        scene = viewport.scene if viewport is not None else None
        request: Json = {}
        own = (scene.panorama.request or {}).get("prompt") if scene is not None else None
        if engine != FAST and not own:
            if not self._session.request.prompt.strip():
                self._window.banner.tell("info", "say on the left what this world shows, and fill again")
                return
            request = {"prompt": self._session.request.prompt}
        job = FillJob(
            str(source.panorama),
            engine,
            request,
            depth=str(source.depth) if source.depth else None,
            invert_depth=source.invert_depth,
            depth_unit=source.depth_unit,
        )
        self._files.start(partial(_begun, self._fills, source.panorama, job))

    def _put(self, result: tuple[str, object]) -> None:
        what, made = result
        if what == "begun":
            task = self._window.tasks.submit("generate", made, f"behind the edges of {Path(made.scene).stem}")
            scene = Path(made.scene)
            self._running.append(scene)
            task.done.connect(lambda result: self._filled(scene, result))
            task.failed.connect(lambda failure: self._not_filled(scene))
            task.cancelled.connect(lambda: self._not_filled(scene))
        elif what == "made":
            scene, count = made
            self._noting = True
            self._session.fill.count = self._count = count
            self._noting = False
            self._window.openings.layer_anew(scene)
        else:
            for scene in made:
                self._window.openings.layer_anew(scene)

    def _filled(self, scene: Path, result: Json) -> None:
        if result["said"]:
            self._window.banner.tell("info", result["said"])
        self._running.remove(scene)
        self._files.start(partial(_made, self._fills, scene, self._count))

    def _not_filled(self, scene: Path) -> None:
        """Undo may have meant this panorama meanwhile: put there what belongs there."""
        self._running.remove(scene)
        self._files.start(partial(_settled, self._fills, scene))

    def _changed(self) -> None:
        """Take back fills, or do them again: undo has changed how many there are."""
        self._count = self._session.fill.count
        if not self._noting:
            self._files.start(partial(_gone, self._fills, self._count, tuple(self._running)))


def _begun(fills: Fills, scene: Path, job: FillJob) -> tuple[str, object]:
    fills.begin(scene)
    return "begun", job


def _made(fills: Fills, scene: Path, count: int) -> tuple[str, object]:
    return "made", (scene, fills.made(scene, count))


def _gone(fills: Fills, count: int, running: tuple[Path, ...]) -> tuple[str, object]:
    return "gone", fills.go_to(count, but=running)


def _settled(fills: Fills, scene: Path) -> tuple[str, object]:
    return "gone", fills.settle(scene)
