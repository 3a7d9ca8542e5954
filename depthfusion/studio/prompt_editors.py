"""Editors of the prompt panel's own: the words, the seed, how many worlds, how much is made anew."""

from __future__ import annotations

import secrets
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, QSize
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPlainTextEdit, QToolButton

from depthfusion.generate.request import LARGEST_SEED
from depthfusion.settings import Auto, Integer, Value
from depthfusion.studio import theme
from depthfusion.studio.editors import AutoEditor, Editor, NumberEditor
from depthfusion.studio.inputs import Spin


class _Words(QPlainTextEdit):
    """Plain text whose undo is the session's."""

    def __init__(self) -> None:
        super().__init__()
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("A tranquil forest at dawn, mist between the trees…")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and (
            event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
        ):
            event.ignore()
            return False
        return super().event(event)


class PromptEditor(Editor):
    """Several lines of text."""

    def __init__(self, value: Value[str]) -> None:
        super().__init__(value)
        self.words = _Words()
        self.words.setMinimumHeight(72)
        self.words.setMaximumHeight(150)
        self.words.setAccessibleName("Prompt")
        self.row.addWidget(self.words)
        self.words.textChanged.connect(lambda: self.edited.emit(self.words.toPlainText()))
        self.setFocusProxy(self.words)

    def show_value(self, value: str) -> None:
        if value != self.words.toPlainText():
            with QSignalBlocker(self.words):
                self.words.setPlainText(value)


class SeedEditor(AutoEditor):
    """A number, a die that throws another one, and a lock: open, every world has a seed of its own."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.row.setSpacing(4)
        self.dice = QToolButton()
        self.dice.setToolTip("Throw another seed and keep it")
        self.dice.setAccessibleName("Throw another seed")
        self.dice.clicked.connect(lambda: self.edited.emit(secrets.randbelow(LARGEST_SEED + 1)))
        self.row.addWidget(self.dice)
        self.automatic.setText("")
        self.automatic.setAccessibleName("Keep this seed")
        for button in (self.dice, self.automatic):
            button.setIconSize(QSize(18, 18))
            button.setObjectName("flat")
        self.dress()

    def show_value(self, value: int | None) -> None:
        super().show_value(value)
        self.dress()

    def dress(self) -> None:
        """Draw the icons in the colours of the present scheme."""
        if not hasattr(self, "dice"):
            return
        c = theme.colours()
        kept = not self.automatic.isChecked()
        self.dice.setIcon(theme.icon("dice"))
        self.automatic.setIcon(theme.icon("lock", c.accent) if kept else theme.icon("unlock"))
        self.automatic.setToolTip(
            "This seed is kept: the same prompt makes the same world. Click for another seed each time"
            if kept
            else "Every world gets a seed of its own. Click to keep the last one"
        )


class CountEditor(Editor):
    """A narrow number with × before it."""

    def __init__(self, value: Integer) -> None:
        super().__init__(value)
        self.spin = Spin(value.minimum, value.maximum, 0, 1, "")
        self.spin.setPrefix("× ")
        self.row.addWidget(self.spin)
        self.spin.valueChanged.connect(lambda number: self.edited.emit(int(number)))
        self.setFocusProxy(self.spin)

    def show_value(self, value: int) -> None:
        with QSignalBlocker(self.spin):
            self.spin.setValue(value)


class LeftToTheProgram(NumberEditor):
    """A number with a slider; while it is left to the program (None) it shows what the program takes."""

    def __init__(self, value: Auto[float]) -> None:
        super().__init__(value.inner)
        self._own = value.inner.default
        self._held: float | None = None

    def show_value(self, value: float | None) -> None:
        self._held = value
        super().show_value(self._own if value is None else value)

    def suggest(self, own: float) -> None:
        """Say what the program takes where nothing is said."""
        self._own = own
        if self._held is None:
            super().show_value(own)

    @property
    def shown(self) -> float:
        """What is taken."""
        return self._own if self._held is None else self._held
