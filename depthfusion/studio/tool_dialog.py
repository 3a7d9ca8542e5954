"""Choosing with what a picture is worked on: an estimator of depth, or what makes it larger, and how large."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from depthfusion.settings import State, Value
from depthfusion.studio import theme
from depthfusion.studio.engine_chooser import EngineEditor
from depthfusion.studio.engine_list import Entry
from depthfusion.studio.fields import Field
from depthfusion.studio.inputs import Box

Size = tuple[int, int]


class ToolDialog(QDialog):
    """A tool, what it needs, and perhaps a size; `chosen(entry, size)` tells of the answer.

    Args:
        parent: the window.
        words: title, what is done, the tool's label and the button.
        state: which tool, by its `value`.
        value: the declaration.
        entries: the tools.
        other: what is known of one that is not among them; None: there are no others.
        sizes: what to choose from; none where the tool has no say in it.
    """

    chosen = Signal(object, object)

    def __init__(
        self,
        parent: QWidget,
        words: tuple[str, str, str, str],
        state: State,
        value: Value[str],
        entries: tuple[Entry, ...],
        other: Callable[[str], Entry] | None = None,
        sizes: tuple[Size, ...] = (),
    ) -> None:
        super().__init__(parent)
        title, text, label, button = words
        self._entries, self._other = {entry.name: entry for entry in entries}, other
        self._state, self._value = state, value
        self.setWindowTitle(title)
        self.setStyleSheet(theme.sheet())
        self.setMinimumWidth(460)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(theme.GAP)
        head = QLabel(title)
        head.setObjectName("title")
        head.setWordWrap(True)
        head.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(head)
        explained = QLabel(text)
        explained.setWordWrap(True)
        column.addWidget(explained)
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        self.tool = EngineEditor(value, folders=other is not None)
        self.tool.box.setAccessibleName(label)
        self.tool.fill(entries)
        self.tool.folder.connect(self._ask_folder)
        self._field = Field(state, value, None, self.tool)
        form.addRow(label, self.tool)
        self.sizes = Box()
        self.sizes.setAccessibleName("Size")
        for width, height in sizes:
            self.sizes.addItem(f"{width} × {height}", (width, height))
        if sizes:
            form.addRow("Size", self.sizes)
        column.addLayout(form)
        self.needs = QLabel()
        self.needs.setObjectName("note")
        self.needs.setWordWrap(True)
        column.addWidget(self.needs)
        column.addLayout(self._make_buttons(button))
        disconnect = state.changed.connect(lambda name: self._show())
        self.destroyed.connect(disconnect)
        self._show()

    def _make_buttons(self, words: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.later = QPushButton("Not now")
        self.later.clicked.connect(self.reject)
        self.go = QPushButton(words)
        self.go.setObjectName("primary")
        self.go.setDefault(True)
        self.go.clicked.connect(self._choose)
        row.addWidget(self.later)
        row.addWidget(self.go)
        return row

    @property
    def entry(self) -> Entry:
        """The tool that is chosen."""
        name = getattr(self._state, self._value.name)
        if name in self._entries:
            return self._entries[name]
        return self._other(name) if self._other is not None else next(iter(self._entries.values()))

    def _show(self) -> None:
        words = self.entry.words
        self.needs.setText(words[:1].upper() + words[1:])

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, "Choose the folder of a checkpoint")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: setattr(self._state, self._value.name, name))
        dialog.open()

    def _choose(self) -> None:
        self.accept()
        self.chosen.emit(self.entry, self.sizes.currentData())
