"""Getting what an engine, an estimator or the enlarger needs: asked for once, fetched in the background."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from depthfusion.studio.banner import Banner
from depthfusion.studio.get_dialog import GetDialog
from depthfusion.studio.tasks import Tasks


class Getting(QObject):
    """Asks before anything is fetched; one thing at a time. `changed` tells that something came.

    Args:
        window: what the dialogs belong to.
        tasks: where the work is done.
        banner: where it is told that something came while nobody looked.
    """

    changed = Signal()

    def __init__(self, window: QWidget, tasks: Tasks, banner: Banner) -> None:
        super().__init__(window)
        self._window, self._tasks, self._banner = window, tasks, banner
        self.dialog: GetDialog | None = None
        self._asked: tuple[str, str, str] | None = None
        self._then: Callable[[], None] | None = None

    def ask(self, name: str, lacks: str, checkpoint: str, then: Callable[[], None] | None = None) -> None:
        """Say what `name` lacks, and fetch it if that is wanted; then do what it was for.

        Args:
            name: what the person calls it.
            lacks: the parts of LDM3D in words, where they are not installed; else empty.
            checkpoint: what is to be downloaded, by its name on the hub; empty: nothing.
            then: what is done once all is there.
        """
        wanted = (name, lacks, checkpoint)
        same = self._asked == wanted
        if same:
            self._then = then
        if self.dialog is not None and (same or self.dialog.task is not None):
            self._show()  # what is being fetched comes first
            return
        self._drop()
        self._asked, self._then = wanted, then
        QTimer.singleShot(0, self, self._make)  # making a dialog takes a turn of its own

    def _make(self) -> None:
        if self._asked is None or self.dialog is not None:
            return
        self.dialog = GetDialog(self._window, self._tasks, *self._asked)
        self.dialog.stage_done.connect(self.changed)
        self.dialog.got.connect(self._got)
        QTimer.singleShot(0, self.dialog, self._show)

    def _show(self) -> None:
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def _got(self) -> None:
        watched, name, then = self.dialog.isVisible(), self._asked[0], self._then
        self._drop()
        if then is not None and watched:
            then()
        else:
            self._banner.tell("info", f"{name} is ready", action=("Go on", then) if then is not None else None)

    def _drop(self) -> None:
        self._asked = None
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
            self.dialog = None
