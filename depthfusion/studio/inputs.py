"""Qt's own inputs as this window wants them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSizePolicy, QSlider

SPIN_WIDTH = 76
SLIDER_STEPS = 1000
LARGEST = 1e12  # where a spin box for a number without bounds ends


class Guarded:
    """Lets the wheel scroll the panel unless the widget under it was chosen on purpose."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def decimals(step: float) -> int:
    """Return how many digits after the point a step of this size needs."""
    return max(0, math.ceil(-math.log10(step) - 1e-9))


class Spin(Guarded, QDoubleSpinBox):
    """A number with its unit that is narrow, has no arrows and keeps what it cannot show."""

    def __init__(self, minimum: float, maximum: float, decimals: int, step: float, unit: str) -> None:
        super().__init__()
        self.setDecimals(decimals)
        self.setRange(max(minimum, -LARGEST), min(maximum, LARGEST))
        self.setSingleStep(step)
        self.setSuffix(f" {unit}" if unit and unit != "°" else unit)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setGroupSeparatorShown(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(SPIN_WIDTH, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(44, super().minimumSizeHint().height())

    def textFromValue(self, value: float) -> str:
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text


class Box(Guarded, QComboBox):
    """A box of words to choose from."""


class Slider(Guarded, QSlider):
    """A slider that jumps to where it is pressed."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, SLIDER_STEPS)
        self.setPageStep(SLIDER_STEPS // 10)
        self.setSingleStep(SLIDER_STEPS // 100)
        self.setMinimumWidth(60)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def mousePressEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            inside = self.width() - 14
            self.setSliderDown(True)
            self.setValue(round((event.position().x() - 7) / inside * SLIDER_STEPS))
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: Any) -> None:
        if self.isSliderDown():
            self.setValue(round((event.position().x() - 7) / (self.width() - 14) * SLIDER_STEPS))

    def mouseReleaseEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)


def image_of(rgb: NDArray[np.uint8]) -> QImage:
    """Return a picture of its own of uint8 [H, W, 3] colour or [H, W] grey."""
    rgb = np.ascontiguousarray(rgb)
    height, width = rgb.shape[:2]
    depth = rgb.shape[2] if rgb.ndim == 3 else 1
    kind = QImage.Format.Format_RGB888 if depth == 3 else QImage.Format.Format_Grayscale8
    return QImage(rgb.data, width, height, depth * width, kind).copy()
