"""The strip below the canvas: the worlds of late, to go back to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QMenu, QScrollArea, QSizePolicy, QWidget

from depthfusion.studio import theme
from depthfusion.studio.background import Latest
from depthfusion.studio.inputs import image_of
from depthfusion.studio.results import Results
from depthfusion.studio.thumbnails import Thumbnails

_SIZE = QSize(112, 56)
_CORNER = 5


class Tile(QAbstractButton):
    """One world: its picture, a frame where it is the one that is shown, a dot where nobody has looked at it yet."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        super().__init__()
        self.files = files
        self.picture = QImage()
        self.unseen = False
        self.setCheckable(True)
        self.setFixedSize(_SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(files[0].name)
        self.setAccessibleName(files[0].stem)

    def nextCheckState(self) -> None:
        """Leave the frame where it is: it follows what is shown."""

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        inside = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        shape = QPainterPath()
        shape.addRoundedRect(inside, _CORNER, _CORNER)
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(inside, QColor(c.field))
        if self.picture.isNull():
            painter.setPen(QColor(c.muted))
            words = self.fontMetrics().elidedText(self.files[0].stem, Qt.TextElideMode.ElideRight, _SIZE.width() - 16)
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter, words)
        else:
            painter.drawImage(inside, self.picture)
        painter.restore()
        if self.isChecked() or self.hasFocus() or self.underMouse():
            colour = c.accent if self.isChecked() else c.text if self.hasFocus() else c.faint
            painter.setPen(QPen(QColor(colour), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(shape)
        if self.unseen:
            painter.setPen(QPen(QColor(c.panel), 1.5))
            painter.setBrush(QColor(c.accent))
            painter.drawEllipse(QRectF(inside.right() - 13, inside.top() + 4, 9, 9))


class Gallery(QScrollArea):
    """All worlds of late in a row that scrolls sideways. It has its place from the start: the canvas keeps its size.

    `chosen(files)` and `transform(path)` are what is asked: to open a world, and to begin a new one from it.
    """

    chosen = Signal(object)
    transform = Signal(object)

    def __init__(self, results: Results) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_SIZE.height() + 14)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Worlds of late")
        self._results = results
        self._inside = QWidget()
        self._row = QHBoxLayout(self._inside)
        self._row.setContentsMargins(0, 2, 0, 2)
        self._row.setSpacing(6)
        self._hint = QLabel("Worlds that you make or open stand here, to go back to.")
        self._hint.setObjectName("note")
        self._row.addWidget(self._hint)
        self._row.addStretch(1)
        self.setWidget(self._inside)
        for behind in (self.viewport(), self._inside):
            behind.setAutoFillBackground(False)
        self.tiles: dict[Path, Tile] = {}
        self._thumbnails = Thumbnails(2 * _SIZE.width())
        self._reader = Latest("thumbnails", self)
        self._reader.done.connect(self._read)
        disconnect = results.changed.connect(self._changed)
        self.destroyed.connect(disconnect)
        self._changed("worlds")

    def wheelEvent(self, event: Any) -> None:
        """Let the usual wheel scroll sideways."""
        bar = self.horizontalScrollBar()
        turned = event.angleDelta()
        bar.setValue(bar.value() - (turned.y() or turned.x()))
        event.accept()

    def close_threads(self) -> None:
        """End what reads."""
        self._reader.close()

    def _changed(self, name: str) -> None:
        worlds = {files[0]: files for files in self._results.worlds}
        for path in [path for path in self.tiles if path not in worlds]:
            self.tiles.pop(path).deleteLater()
        for path, files in worlds.items():
            if path not in self.tiles:
                self._add(files)
        shown = self._results.opened
        for path, tile in self.tiles.items():
            tile.setChecked(bool(shown) and path == shown[0])
            tile.unseen = self._results.unseen(path)
            tile.update()
        self._hint.setVisible(not self.tiles)
        work = self._thumbnails.missing([path for path in worlds if path.suffix != ".depthfusion"])
        if work is not None:
            self._reader.start(work)

    def _add(self, files: tuple[Path, ...]) -> None:
        tile = Tile(files)
        tile.clicked.connect(lambda: self.chosen.emit(tile.files))
        tile.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tile.customContextMenuRequested.connect(lambda place: self._menu(tile, place))
        self.tiles[files[0]] = tile
        self._row.insertWidget(0, tile)  # the newest first

    def _menu(self, tile: Tile, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setStyleSheet(theme.sheet())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        path = tile.files[0]
        asks: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Open", lambda: self.chosen.emit(tile.files)),
            ("Begin a new one from it", lambda: self.transform.emit(path)),
            ("Show in folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))),
            ("Take out of this list", lambda: self._results.forget(path)),
        )
        for words, does in asks:
            menu.addAction(words).triggered.connect(lambda checked=False, does=does: does())
        menu.popup(tile.mapToGlobal(place))

    def _read(self, pictures: dict[Path, Any]) -> None:
        self._thumbnails.held.update(pictures)
        for path, rgb in self._thumbnails.held.items():
            tile = self.tiles.get(path)
            if rgb is not None and tile is not None and tile.picture.isNull():
                tile.picture = image_of(rgb)
                tile.update()
        # What was asked for while another list was being read.
        self._changed("worlds")
