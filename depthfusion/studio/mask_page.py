"""Where a mask is painted: it stands in the canvas' place until it is done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from depthfusion.settings import Number
from depthfusion.studio import mask, theme
from depthfusion.studio.background import Latest
from depthfusion.studio.editors import NumberEditor
from depthfusion.studio.inputs import image_of
from depthfusion.studio.mask import Mask
from depthfusion.studio.mask_canvas import LARGEST, SMALLEST, MaskCanvas
from depthfusion.studio.panel import Panel
from depthfusion.studio.thumbnails import small_picture

_SHOWN = 2048  # pixels of the picture's width at most


class MaskPage(Panel):
    """A toolbar and the flat panorama.

    `painted(path)` tells of the finished mask ("" where nothing is marked), `left` that the page is to go, `refused`
    what went wrong.
    """

    painted = Signal(str)
    left = Signal()
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__()
        if parent is not None:
            self.setParent(parent)
        self._loader = Latest("mask", self)
        self._loader.done.connect(self._loaded)
        self._loader.failed.connect(self._failed)
        self._saver = Latest("saving the mask", self)
        self._saver.done.connect(self._saved)
        self._saver.failed.connect(self.refused)
        self.canvas = MaskCanvas()
        self.canvas.changed.connect(self._show)
        self.canvas.sized.connect(self._sized)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(theme.GAP)
        head = QHBoxLayout()
        title = QLabel("Mark what is to be made anew")
        title.setObjectName("title")
        head.addWidget(title, 1)
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(self.left)
        self.done = QPushButton("Use this mask")
        self.done.setObjectName("primary")
        self.done.clicked.connect(self.finish)
        head.addWidget(self.cancel)
        head.addWidget(self.done)
        column.addLayout(head)
        column.addLayout(self._make_tools())
        column.addWidget(self.canvas, 1)
        self.note = QLabel()
        self.note.setObjectName("note")
        self.note.setWordWrap(True)
        column.addWidget(self.note)
        self.setTabOrder(self.canvas, self.cancel)
        self.setTabOrder(self.cancel, self.done)
        self._dress()

    def _make_tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self.paint = self._tool("Mark", "Paint what is to be made anew (X)")
        self.erase = self._tool("Take back", "Paint what is to stay (X)")
        group = QButtonGroup(self)
        for button, erases in ((self.paint, False), (self.erase, True)):
            button.setObjectName("segment")
            button.setCheckable(True)
            button.clicked.connect(lambda _, erases=erases: self._erase(erases))
            group.addButton(button)
            row.addWidget(button)
        self.paint.setChecked(True)
        row.addSpacing(8)
        row.addWidget(QLabel("Brush"))
        self.size = NumberEditor(
            Number(8.0, "how wide the brush is", minimum=SMALLEST, maximum=LARGEST, step=0.5, unit="°")
        )
        self.size.spin.setAccessibleName("Radius of the brush in degrees")
        self.size.setMaximumWidth(220)
        self.size.show_value(self.canvas.radius)
        self.size.edited.connect(self._resize)
        row.addWidget(self.size)
        row.addSpacing(8)
        self.undo = self._tool("", "Undo the last stroke (Ctrl+Z)")
        self.undo.clicked.connect(self.undo_stroke)
        self.redo = self._tool("", "Redo (Ctrl+Shift+Z)")
        self.redo.clicked.connect(self.redo_stroke)
        self.invert = self._tool("Invert", "Swap what is made anew and what stays")
        self.invert.clicked.connect(lambda: (self.canvas.mask.invert(), self.canvas.redraw()))
        self.clear = self._tool("Clear", "Mark nothing")
        self.clear.clicked.connect(lambda: (self.canvas.mask.fill(0), self.canvas.redraw()))
        for button in (self.undo, self.redo, self.invert, self.clear):
            button.setObjectName("flat")
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _tool(self, words: str, explained: str) -> QToolButton:
        button = QToolButton()
        button.setText(words)
        button.setToolTip(explained)
        button.setAccessibleName(explained)
        button.setIconSize(QSize(17, 17))
        return button

    # --- what is shown -------------------------------------------------------------------------------------------

    def begin(self, picture: Path, painted: Path | None = None) -> None:
        """Show a panorama, and a mask to go on with. They are read in a thread."""
        self.canvas.setEnabled(False)
        self.done.setEnabled(False)
        self.note.setText(f"Opening {picture.name}…")
        self._loader.start(lambda: _read(picture, painted))

    def finish(self) -> None:
        """Write the mask, in a thread, and tell where it is."""
        if self.canvas.mask.empty:
            self.painted.emit("")
            return
        marked, into = self.canvas.mask.marked.copy(), mask.folder()
        self._saver.start(lambda: mask.save(marked, into))

    def undo_stroke(self) -> None:
        """Take the last stroke back."""
        self.canvas.mask.undo()
        self.canvas.redraw()

    def redo_stroke(self) -> None:
        """Make the stroke again that was taken back."""
        self.canvas.mask.redo()
        self.canvas.redraw()

    def close_threads(self) -> None:
        """End what reads and writes."""
        self._loader.close()
        self._saver.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.done.isEnabled():
            self.finish()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "undo"):
            self._dress()
        super().changeEvent(event)

    def _loaded(self, read: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> None:
        rgb, marked = read
        shown = image_of(rgb)
        held = Mask()
        held.marked[:] = marked
        self.canvas.setEnabled(True)
        self.done.setEnabled(True)
        self.canvas.show_picture(shown, held)
        self.canvas.setFocus()

    def _failed(self, trouble: object) -> None:
        self.refused.emit(trouble)
        self.left.emit()

    def _saved(self, path: Path) -> None:
        self.painted.emit(str(path))

    def _erase(self, erases: bool) -> None:
        self.canvas.erases = erases
        self.canvas.setFocus()

    def _resize(self, radius: float) -> None:
        self.canvas.radius = radius
        self.canvas.update()

    def _sized(self, radius: float) -> None:
        self.size.show_value(radius)

    def _show(self) -> None:
        held = self.canvas.mask
        (self.erase if self.canvas.erases else self.paint).setChecked(True)
        self.undo.setEnabled(held.can_undo)
        self.redo.setEnabled(held.can_redo)
        self.clear.setEnabled(not held.empty)
        share = "Nothing is marked." if held.empty else f"{max(100 * held.share, 1):.0f} % is made anew."
        self.note.setText(f"{share} Drag paints, the wheel sizes the brush, the right button turns the panorama.")

    def _dress(self) -> None:
        self.undo.setIcon(theme.icon("undo"))
        self.redo.setIcon(theme.icon("redo"))


def _read(picture: Path, painted: Path | None) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    rgb = small_picture(picture, _SHOWN)
    marked = mask.load(painted) if painted is not None else np.zeros(mask.SIZE[::-1], np.uint8)
    return rgb, marked
