"""A rounded surface that things lie on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from depthfusion.studio import theme

_CORNER = 8


class Panel(QWidget):
    """Paints itself: a style sheet would reach into everything that lies on it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colours().panel))
        painter.drawRoundedRect(self.rect(), _CORNER, _CORNER)
