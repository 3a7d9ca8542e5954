"""The menus, and the keys that stand for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox

from depthfusion.studio import theme
from depthfusion.studio.session import Appearance

if TYPE_CHECKING:
    from depthfusion.studio.window import Window

SHORTCUTS = (
    ("Drag", "look around: the world follows the pointer"),
    ("Shift+drag", "tilt, where the lens shows all around"),
    ("Wheel", "zoom"),
    ("W A S D", "move ahead, left, back, right"),
    ("Q, E", "move down, up"),
    ("Shift", "faster"),
    ("Arrow keys", "look"),
    ("Home", "return to the middle"),
    ("Space", "play and pause a world that moves"),
    ("F11, Esc", "full screen and back"),
    ("Ctrl+Enter", "generate"),
    ("Ctrl+O, Ctrl+S", "open, save the project"),
    ("Ctrl+E, Ctrl+Shift+E", "export a still, a video"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
)


class Actions:
    """Makes the menu bar of a window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        bar = window.menuBar()
        key = QKeySequence.StandardKey
        file = bar.addMenu("&File")
        self._add(file, "&Open…", window.openings.ask, key.Open)
        self._add(file, "&Save project", window.exports.save_project, key.Save)
        file.addSeparator()
        self._add(file, "Export &still…", lambda: window.exports.ask("still"), "Ctrl+E")
        self._add(file, "Export &video…", lambda: window.exports.ask("video"), "Ctrl+Shift+E")
        self._add(file, "Export &geometry…", lambda: window.exports.ask("mesh"))
        file.addSeparator()
        self._add(file, "&Quit", window.close, "Ctrl+Q")

        edit = bar.addMenu("&Edit")
        history = window.session.history
        self.undo = self._add(edit, "&Undo", window.undo, key.Undo)
        self.redo = self._add(edit, "&Redo", window.redo, key.Redo)
        history.changed.connect(lambda name: self.refresh())
        window.making.stroked.connect(self.refresh)
        self.refresh()

        world = bar.addMenu("&World")
        self.generate = self._add(world, "&Generate", window.making.generate, "Ctrl+Return")
        self.generate.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        self.cancel = self._add(world, "&Cancel", window.making.generations.cancel)
        self.cancel.setEnabled(False)
        world.addSeparator()
        self._add(world, "Begin from this &world", window.making.begin_from)
        self._add(world, "&Enlarge…", window.pictures.ask_larger)
        self._add(world, "Estimate its &depth anew…", window.pictures.ask_depth)
        self._add(world, "&Fill behind its edges…", window.filling.ask)

        view = bar.addMenu("&View")
        self._add(view, "&Return to the middle", window.home)
        self._add(view, "&Full screen", window.toggle_full_screen, "F11")
        view.addSeparator()
        self._schemes(view.addMenu("&Colours"))

        about = bar.addMenu("&Help")
        self._add(about, "&Keys and pointer", self._shortcuts, "F1")

    def refresh(self) -> None:
        """Offer undo and redo where there is something: strokes while a mask is painted, else settings."""
        done = (
            self._window.making.mask_page.canvas.mask if self._window.making.painting else self._window.session.history
        )
        self.undo.setEnabled(done.can_undo)
        self.redo.setEnabled(done.can_redo)

    def set_generating(self, running: bool) -> None:
        """Offer what can be done while a world is made."""
        self.generate.setEnabled(not running)
        self.cancel.setEnabled(running)

    def _add(
        self, menu: QMenu, text: str, does: Callable[[], object], keys: str | QKeySequence.StandardKey | None = None
    ) -> QAction:
        action = QAction(text, self._window)
        action.triggered.connect(lambda checked=False: does())
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        menu.addAction(action)
        # Hidden menus (full screen) must not take their keys with them.
        self._window.addAction(action)
        return action

    def _schemes(self, menu: QMenu) -> None:
        appearance = self._window.session.appearance
        group = QActionGroup(self._window)
        made: dict[str, QAction] = {}
        for scheme in Appearance.scheme.choices:
            action = QAction("Like the system" if scheme == "system" else scheme.capitalize(), self._window)
            action.setCheckable(True)
            action.triggered.connect(lambda checked=False, scheme=scheme: setattr(appearance, "scheme", scheme))
            group.addAction(action)
            menu.addAction(action)
            made[scheme] = action

        def show(name: str = "scheme") -> None:
            made[appearance.scheme].setChecked(True)

        appearance.changed.connect(show)
        show()

    def _shortcuts(self) -> None:
        rows = "".join(
            f"<tr><td style='padding: 3px 22px 3px 0'><b>{keys}</b></td><td style='padding: 3px 0'>{does}</td></tr>"
            for keys, does in SHORTCUTS
        )
        box = QMessageBox(self._window)
        box.setStyleSheet(theme.sheet())
        box.setWindowTitle("Keys and pointer")
        box.setText(f"<table>{rows}</table>")
        box.open()
        box.finished.connect(box.deleteLater)
