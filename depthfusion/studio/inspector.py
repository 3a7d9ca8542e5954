"""The right panel: look, view and export, each made of what its State declares."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from depthfusion.camera import presets
from depthfusion.export.settings import ExportSettings
from depthfusion.studio import theme
from depthfusion.studio.editors import ChoiceEditor
from depthfusion.studio.fields import Form
from depthfusion.studio.panel import Panel
from depthfusion.studio.section import Section
from depthfusion.studio.session import Session


class Inspector(Panel):
    """Look, View and Export in a column that scrolls; `still` and `video` are what is asked."""

    still = Signal()
    video = Signal()
    refused = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.sections: dict[str, Section] = {}
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 8, 0, 8)
        scroll = self._scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(16, 8, 14, 8)
        self._column.setSpacing(2 * theme.GAP)
        scroll.setWidget(inside)
        for behind in (scroll.viewport(), inside):
            behind.setAutoFillBackground(False)
        outside.addWidget(scroll)

        look, view = session.look, session.view
        self._add("Look", Form(look, session.history, relevant=_of_look(session)))
        self._add("View", Form(view, session.history, relevant=_of_view(session)))
        paths = tuple((name, "") for name in presets.PRESETS)
        export = self._add(
            "Export", Form(session.export, session.history, editors={"path": ChoiceEditor(ExportSettings.path, paths)})
        )
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        self.still_button = QPushButton("Still…")
        self.still_button.setToolTip("Write what the canvas shows as a picture (Ctrl+E)")
        self.still_button.clicked.connect(self.still)
        self.video_button = QPushButton("Video…")
        self.video_button.setToolTip("Write the camera path as an MP4 file (Ctrl+Shift+E)")
        self.video_button.clicked.connect(self.video)
        row.addWidget(self.still_button, 1)
        row.addWidget(self.video_button, 1)
        export.column.addWidget(buttons)
        self._column.addStretch(1)
        self._dress()

    def rooms(self) -> list[QWidget]:
        """The widgets that are dressed by themselves."""
        return [self._scroll.verticalScrollBar(), *self.sections.values()]

    def set_ready(self, ready: bool) -> None:
        """Say whether there is a world to export."""
        self.still_button.setEnabled(ready)
        self.video_button.setEnabled(ready)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "video_button"):
            self._dress()
        super().changeEvent(event)

    def _add(self, title: str, form: Form) -> Section:
        form.refused.connect(self.refused)
        form.reset_asked.connect(lambda: self._reset(form))
        section = Section(title, form)
        self.sections[title] = section
        self._column.addWidget(section)
        return section

    def _reset(self, form: Form) -> None:
        with self._session.history.together():
            form.reset()

    def _dress(self) -> None:
        self.still_button.setIcon(theme.icon("picture"))
        self.video_button.setIcon(theme.icon("video"))


def _of_look(session: Session) -> dict[str, Callable[[], bool]]:
    look = session.look
    return {
        "strength": lambda: look.mapping == "linear",
        "radius": lambda: look.mapping == "linear",
        "near": lambda: look.mapping == "inverse",
        "far": lambda: look.mapping == "inverse",
    }


def _of_view(session: Session) -> dict[str, Callable[[], bool]]:
    view = session.view
    stereo = {"swap", "eye_separation", "convergence"}
    shown: dict[str, Callable[[], bool]] = {
        name: lambda: view.layout != "mono" or view.eye != "both" for name in stereo
    }
    return {**shown, "eye": lambda: view.layout == "mono", "projection": lambda: len(type(view).projection.choices) > 1}
