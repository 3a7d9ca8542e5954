"""Choosing what makes the world: each engine with what it needs before it can, in words."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from depthfusion.settings import Value
from depthfusion.studio import theme
from depthfusion.studio.editors import Editor
from depthfusion.studio.engine_list import Entry
from depthfusion.studio.inputs import Box

_WORDS = int(Qt.ItemDataRole.UserRole) + 1
_WIDEST = 420
_FOLDER = "\0folder"


class _TwoLines(QStyledItemDelegate):
    """An engine's name, and below it what it is and needs."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(_WIDEST, 2 * option.fontMetrics.height() + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        c = theme.colours()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(option.rect, QColor(c.accent if chosen else c.panel))
        lines = (
            (index.data(), c.on_accent if chosen else c.text),
            (index.data(_WORDS), c.on_accent if chosen else c.muted),
        )
        high = option.fontMetrics.height()
        for row, (words, colour) in enumerate(lines):
            place = QRect(option.rect.x() + 10, option.rect.y() + 6 + row * (high + 2), option.rect.width() - 20, high)
            painter.setPen(QColor(colour))
            fitting = option.fontMetrics.elidedText(words or "", Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, fitting)
        painter.restore()


class EngineEditor(Editor):
    """A box of engines or other tools. `folder` asks for a checkpoint's folder on this machine, where that can be."""

    folder = Signal()

    def __init__(self, value: Value[str], folders: bool = True) -> None:
        super().__init__(value)
        self._folders = folders
        self.box = Box()
        self.box.setItemDelegate(_TwoLines(self.box))
        self.box.setMinimumContentsLength(6)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.view().setMinimumWidth(_WIDEST)
        self.row.addWidget(self.box, 1)
        self.box.activated.connect(self._activated)
        self.setFocusProxy(self.box)
        self._shown = value.default
        self.fill(())

    def fill(self, entries: tuple[Entry, ...]) -> None:
        """Offer these engines, and a folder of one's own."""
        with QSignalBlocker(self.box):
            self.box.clear()
            for entry in entries:
                self._add(entry.name, entry.name, entry.words)
            if self._folders:
                self._add("A folder…", _FOLDER, "a checkpoint that lies on this machine")
        self.show_value(self._shown)

    def show_value(self, value: str) -> None:
        self._shown = value
        index = self.box.findData(value)
        if index < 0:
            index = self.box.count() - (1 if self._folders else 0)
            self.box.insertItem(index, value, value)
        self.box.setCurrentIndex(index)

    def _add(self, shown: str, name: str, words: str) -> None:
        self.box.addItem(shown, name)
        self.box.setItemData(self.box.count() - 1, words, _WORDS)
        self.box.setItemData(self.box.count() - 1, f"{shown}: {words}", Qt.ItemDataRole.AccessibleTextRole)

    def _activated(self, index: int) -> None:
        name = self.box.itemData(index)
        if name == _FOLDER:
            self.show_value(self._shown)
            self.folder.emit()
        else:
            self.edited.emit(name)
