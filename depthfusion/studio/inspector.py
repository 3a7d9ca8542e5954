"""The right panel: look, view and export, each made of what its State declares."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial

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
from depthfusion.camera.frame import default_convergence
from depthfusion.camera.options import GREATEST_FOV, LEAST_FOV
from depthfusion.errors import InputError
from depthfusion.export.settings import ExportSettings
from depthfusion.look import DEFAULT_FAR, DEFAULT_NEAR
from depthfusion.studio import lenses, theme, video_words
from depthfusion.studio.editors import ChoiceEditor
from depthfusion.studio.fields import Form
from depthfusion.studio.panel import Panel
from depthfusion.studio.section import Section
from depthfusion.studio.session import Session

_PATHS = {name: words.name for name, words in video_words.PATH_WORDS.items()}
_ALWAYS = ("path", "seconds")  # the rest of an export is asked when it is wanted


class Inspector(Panel):
    """Look, View and Export in a column that scrolls; `still`, `video` and `mesh` are what is asked."""

    still = Signal()
    video = Signal()
    mesh = Signal()
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
        # Lens and layout stand above the canvas.
        form = Form(view, session.history, skip=("projection", "layout"), relevant=_of_view(session))
        self._add("View", form)
        self._range: tuple[float | None, float | None] = (None, None)
        for state in (look, view):
            self.destroyed.connect(state.changed.connect(self._suggest))
        self._suggest("")
        paths = tuple((name, "") for name in presets.PRESETS)
        of_dialog = tuple(value.name for value in ExportSettings.values() if value.name not in _ALWAYS)
        form = Form(
            session.export,
            session.history,
            skip=of_dialog,
            editors={"path": ChoiceEditor(ExportSettings.path, paths, _PATHS)},
            labels={"path": "Camera", "seconds": "Length"},
        )
        export = self._add("Export", form)
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        self.still_button = self._button("Still…", "Write what the canvas shows as a picture (Ctrl+E)", self.still)
        self.video_button = self._button("Video…", "Write a camera path as a video (Ctrl+Shift+E)", self.video)
        self.mesh_button = self._button("3D…", "Write the world as geometry for other programs", self.mesh)
        for button in (self.still_button, self.video_button, self.mesh_button):
            row.addWidget(button, 1)
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
        self.mesh_button.setEnabled(ready)

    def suggest_length(self, seconds: float) -> None:
        """Show how long a video is where that is left to the program."""
        self.sections["Export"].form.fields["seconds"].editor.suggest(seconds)

    def suggest_range(self, near: float | None, far: float | None) -> None:
        """Show the open panorama's own distances, metres, where those are left to the program."""
        self._range = (near, far)
        self._suggest("")

    def _suggest(self, _: str) -> None:
        """Show what the program takes where numbers of look and view are left to it."""
        look, view = self._session.look, self._session.view
        lens, distances = self.sections["View"].form.fields, self.sections["Look"].form.fields
        own, least, most = view.fov_of.get(view.projection, (view.field_of_view, LEAST_FOV, GREATEST_FOV))
        fov = lens["fov"].editor
        fov.inner.limit(least, most)
        fov.suggest(own)
        near, far = self._range
        distances["near"].editor.suggest(near or DEFAULT_NEAR)
        distances["far"].editor.suggest(far or DEFAULT_FAR)
        with contextlib.suppress(InputError):  # the canvas says what contradicts itself
            lens["convergence"].editor.suggest(default_convergence(view, look.displacement(near, far)))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "mesh_button"):
            self._dress()
        super().changeEvent(event)

    def _add(self, title: str, form: Form) -> Section:
        form.refused.connect(self.refused)
        form.reset_asked.connect(lambda: self._reset(form))
        section = Section(title, form)
        self.sections[title] = section
        self._column.addWidget(section)
        return section

    def _button(self, words: str, explained: str, asked: Signal) -> QPushButton:
        button = QPushButton(words)
        button.setToolTip(explained)
        button.clicked.connect(asked)
        return button

    def _reset(self, form: Form) -> None:
        with self._session.history.together():
            form.reset()

    def _dress(self) -> None:
        self.still_button.setIcon(theme.icon("picture"))
        self.video_button.setIcon(theme.icon("video"))
        self.mesh_button.setIcon(theme.icon("mesh"))


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
    return {value.name: partial(lenses.relevant, view, value.name) for value in view.values()}
