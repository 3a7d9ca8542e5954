"""The flat view of a panorama that a mask is painted on."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent, qRgba
from PySide6.QtWidgets import QSizePolicy, QWidget

from depthfusion.studio import theme
from depthfusion.studio.mask import Mask, Point
from ldm3d import sphere

SMALLEST, LARGEST = 0.5, 60.0  # degrees: the brush's radius
_NOTCH = 120.0  # Qt's units of a wheel's notch
_STEP = 2.0  # degrees: how far an arrow key moves the brush
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class MaskCanvas(QWidget):
    """A panorama with what is marked on it; a hand or the keys paint.

    `changed` tells of every step, `sized(radius)` that the brush was made larger or smaller here.
    """

    changed = Signal()
    sized = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.mask = Mask()
        self.radius = 8.0
        self.erases = False
        self._picture = QImage()
        self._shift = 0.0  # how far the panorama is turned, in [0, 1) of its width
        self._place: Point | None = None
        self._painting = False
        self._grip: tuple[float, float] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(240, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Mask")
        self.setAccessibleDescription(
            "Arrow keys move the brush, Space marks, X swaps marking and taking back, [ and ] size the brush"
        )

    def show_picture(self, picture: QImage, mask: Mask) -> None:
        """Show a panorama and what is marked on it."""
        self._picture, self.mask = picture, mask
        self._shift, self._place = 0.0, None
        self.redraw()

    def redraw(self) -> None:
        """Show what the mask holds now."""
        self.update()
        self.changed.emit()

    # --- drawing -------------------------------------------------------------------------------------------------

    def area(self) -> QRectF:
        """Where the panorama is: the largest 2:1 rectangle in the middle."""
        width = min(self.width(), 2 * self.height())
        return QRectF((self.width() - width) / 2, (self.height() - width / 2) / 2, width, width / 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = self.area()
        painter.setClipRect(area)
        for shift in (self._shift, self._shift - 1.0):
            painter.drawImage(area.translated(shift * area.width(), 0), self._picture)
        marked = self._marked()
        for shift in (self._shift, self._shift - 1.0):
            painter.drawImage(area.translated(shift * area.width(), 0), marked)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_brush(painter, area)

    def _marked(self) -> QImage:
        """Return the mask's own memory as a picture: clear where nothing is marked, tinted where something is."""
        height, width = self.mask.marked.shape
        image = QImage(self.mask.marked.data, width, height, width, QImage.Format.Format_Indexed8)
        tint = QColor(theme.colours().accent)
        image.setColorTable([0, qRgba(tint.red(), tint.green(), tint.blue(), 165)])
        return image

    def _draw_brush(self, painter: QPainter, area: QRectF) -> None:
        if self._place is None:
            return
        line = [self._at(u, v, area) for u, v in outline(self._place, self.radius)]
        for colour, width in (("#000000", 3.0), ("#ffffff", 1.4)):
            pen = QPen(QColor(colour), width)
            if self.erases and width < 2:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            for start, end in zip(line, [*line[1:], line[0]], strict=True):
                if abs(start.x() - end.x()) < area.width() / 2:  # not across the seam
                    painter.drawLine(start, end)

    def _at(self, u: float, v: float, area: QRectF) -> QPointF:
        return QPointF(area.x() + (u + self._shift) % 1.0 * area.width(), area.y() + v * area.height())

    def _under(self, position: QPointF) -> Point:
        """Return u and v of a place in the widget; beyond the edge it is the edge's."""
        area = self.area()
        v = min(max((position.y() - area.y()) / area.height(), 0.0), 1.0)
        return ((position.x() - area.x()) / area.width() - self._shift) % 1.0, v

    # --- the hand ------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._place = self._under(event.position())
        if event.button() == Qt.MouseButton.LeftButton and not self._painting:
            self._begin()
        elif event.button() in {Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton}:
            self._grip = event.position().x(), self._shift
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            start, shift = self._grip
            self._shift = (shift + (event.position().x() - start) / self.area().width()) % 1.0
        self._move(self._under(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._painting:
            self._end()
        elif event.button() in {Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton}:
            self._grip = None
            self.setCursor(Qt.CursorShape.CrossCursor)

    def leaveEvent(self, event: object) -> None:
        if not self._painting:
            self._place = None
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.size_brush(1.15 ** (event.angleDelta().y() / _NOTCH))

    def size_brush(self, factor: float) -> None:
        """Make the brush larger or smaller."""
        self.radius = min(max(self.radius * factor, SMALLEST), LARGEST)
        self.sized.emit(self.radius)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _ARROWS:
            right, down = _ARROWS[key]
            u, v = self._place or (0.5 - self._shift, 0.5)
            self._move(((u + right * _STEP / 360) % 1.0, min(max(v + down * _STEP / 180, 0.0), 1.0)))
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._place = self._place or ((0.5 - self._shift) % 1.0, 0.5)
                self._begin()
        elif key == Qt.Key.Key_X:
            self.erases = not self.erases
            self.redraw()
        elif key in {Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight}:
            self.size_brush(1.15 if key == Qt.Key.Key_BracketRight else 1 / 1.15)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self._painting:
            self._end()
        else:
            super().keyReleaseEvent(event)

    def _begin(self) -> None:
        self._painting = True
        self.mask.begin()
        self._paint(self._place, self._place)

    def _move(self, place: Point) -> None:
        before, self._place = self._place, place
        if self._painting and before is not None:
            self._paint(before, place)
        self.update()

    def _paint(self, start: Point, end: Point) -> None:
        self.mask.paint(start, end, self.radius, 0 if self.erases else 1)
        self.update()

    def _end(self) -> None:
        self._painting = False
        self.mask.end()
        self.redraw()


def outline(place: Point, radius: float, count: int = 72) -> list[Point]:
    """Return u and v of points on the rim of a cap of the sphere around `place`, `radius` degrees wide."""
    middle = sphere.from_uv(*place)
    side = np.cross(middle, (0.0, 1.0, 0.0) if abs(middle[1]) < 0.9 else (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    up = np.cross(side, middle)
    angle = np.linspace(0.0, 2 * math.pi, count, endpoint=False)[:, None]
    rho = math.radians(radius)
    u, v = sphere.to_uv(math.cos(rho) * middle + math.sin(rho) * (np.cos(angle) * side + np.sin(angle) * up))
    return list(zip(u.tolist(), v.tolist(), strict=True))
