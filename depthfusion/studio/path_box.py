"""Choosing a file among a few that are at hand, or another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox

from depthfusion.settings import Value
from depthfusion.studio.editors import Editor
from depthfusion.studio.inputs import Box

_ASK = "\0"


class PathBox(Editor):
    """A box with nothing, the files at hand, and things to ask for; `asked(name)` tells of the latter.

    Args:
        value: the declaration, whose value is a path's text; empty is nothing.
        nothing: what the empty value is called.
        asks: what can be asked for: a name and its words.
        called: what a file is called.
    """

    asked = Signal(str)

    def __init__(
        self,
        value: Value[str],
        nothing: str,
        asks: tuple[tuple[str, str], ...],
        called: Callable[[Path], str] = lambda path: path.name,
    ) -> None:
        super().__init__(value)
        self._nothing, self._asks, self._called = nothing, asks, called
        self._at_hand: tuple[tuple[str, str], ...] = ()
        self._shown = value.default
        self.box = Box()
        self.box.setMinimumContentsLength(6)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.row.addWidget(self.box, 1)
        self.box.activated.connect(self._activated)
        self.setFocusProxy(self.box)
        self._fill()

    def offer(self, at_hand: tuple[tuple[str, str], ...]) -> None:
        """Have these files at hand: paths and what they are called."""
        if at_hand != self._at_hand:
            self._at_hand = at_hand
            self._fill()

    def show_value(self, value: str) -> None:
        if value != self._shown:
            self._shown = value
            self._fill()

    def _fill(self) -> None:
        rows = [("", self._nothing), *self._at_hand]
        if self._shown and self._shown not in {path for path, _ in rows}:
            rows.append((self._shown, self._called(Path(self._shown))))
        with QSignalBlocker(self.box):
            self.box.clear()
            for path, words in rows:
                self.box.addItem(words, path)
                self.box.setItemData(self.box.count() - 1, path, Qt.ItemDataRole.ToolTipRole)
            for name, words in self._asks:
                self.box.addItem(words, _ASK + name)
            self.box.setCurrentIndex(self.box.findData(self._shown))

    def _activated(self, index: int) -> None:
        data = self.box.itemData(index)
        if data.startswith(_ASK):
            self.box.setCurrentIndex(self.box.findData(self._shown))
            self.asked.emit(data.removeprefix(_ASK))
        else:
            self.edited.emit(data)
