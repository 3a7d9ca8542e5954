"""A panorama's picture, flat and small."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from depthfusion.studio import theme

_CORNER = 4


class PictureView(QWidget):
    """A picture twice as wide as high, with words in its place while there is none."""

    def __init__(self, named: str, words: str = "") -> None:
        super().__init__()
        self.picture = QImage()
        self._words = words
        self.setAccessibleName(named)
        self.setToolTip(named)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(256, 128)

    def minimumSizeHint(self) -> QSize:
        return QSize(64, 32)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width // 2

    def put(self, picture: QImage) -> None:
        """Show another picture; an empty one for none."""
        self.picture = picture
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), _CORNER, _CORNER)
        painter.setClipPath(shape)
        if self.picture.isNull():
            painter.fillRect(self.rect(), QColor(theme.colours().field))
            painter.setPen(QColor(theme.colours().muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
        else:
            painter.drawImage(QRectF(self.rect()), self.picture)
