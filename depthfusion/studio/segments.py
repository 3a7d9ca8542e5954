"""A row of buttons of which one is chosen, each with its picture."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from depthfusion.studio import theme
from depthfusion.studio.words import Words


class Segments(QWidget):
    """Shows choices and tells which one was clicked by `chosen(value)`; it does not choose by itself.

    Args:
        choices: the values and their words.
        named: whether there is room for the names beside the pictures.
        narrow: whether there never is.
    """

    chosen = Signal(str)

    def __init__(self, choices: Iterable[tuple[str, Words]], named: bool = True, narrow: bool = False) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.setSpacing(2)
        self._words = dict(choices)
        self._named: bool | None = None
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        for value, words in self._words.items():
            button = QToolButton()
            button.setObjectName("segment")
            if words.icon:
                button.setProperty("narrow" if narrow else "named", True)
            button.setText(words.name)
            button.setAccessibleName(words.name)
            button.setToolTip(f"{words.name}\n{words.line}")
            button.setIconSize(QSize(18, 18))
            button.setCheckable(True)
            button.clicked.connect(lambda _, value=value: self.chosen.emit(value))
            group.addButton(button)
            row.addWidget(button)
            self.buttons[value] = button
        self.set_named(named and not narrow)
        self._dress()

    def show_value(self, value: str) -> None:
        """Mark what is chosen; nothing where it is not among the choices."""
        if value in self.buttons:
            self.buttons[value].setChecked(True)

    def allow(self, values: Iterable[str]) -> None:
        """Let only these be chosen."""
        allowed = set(values)
        for value, button in self.buttons.items():
            button.setEnabled(value in allowed)

    def set_named(self, named: bool) -> None:
        """Show the names beside the pictures, or the pictures alone."""
        if named == self._named:
            return
        self._named = named
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if named else Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self.buttons.values():
            button.setToolButtonStyle(style)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "buttons"):
            self._dress()
        super().changeEvent(event)

    def _dress(self) -> None:
        c = theme.colours()
        for value, button in self.buttons.items():
            if icon := self._words[value].icon:
                button.setIcon(theme.icon(icon, c.muted, checked=c.accent))
