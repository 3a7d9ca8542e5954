"""One widget for each kind of declared value. They know nothing of states: `fields` binds them.

A new kind of value is shown by the line that reads and writes its text, until it has a class of its own in `EDITORS`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from depthfusion.errors import InputError
from depthfusion.settings import Auto, Choice, Flag, Integer, Number, Size, Text, Value, Vector
from depthfusion.studio.inputs import LARGEST, SLIDER_STEPS, SPIN_WIDTH, Box, Slider, Spin, decimals

_NARROW = 66


class Editor(QWidget):
    """Shows one value.

    `edited(value)` tells what a person made of it; `gesture(True)` and `gesture(False)` enclose a drag.
    """

    edited = Signal(object)
    gesture = Signal(bool)
    refused = Signal(str)

    def __init__(self, value: Value[Any]) -> None:
        super().__init__()
        self.value = value
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone."""
        raise NotImplementedError


class NumberEditor(Editor):
    """A slider where the range is one that a hand can cover, and a number to type."""

    def __init__(self, value: Number) -> None:
        super().__init__(value)
        self._low, self._high = value.minimum, value.maximum
        self._logarithmic = value.minimum > 0 and math.isfinite(value.maximum) and value.maximum / value.minimum >= 1000
        steps = (value.maximum - value.minimum) / value.step
        digits = max(decimals(value.step), 3 if value.unit == "m" else 1)
        self.spin = Spin(value.minimum, value.maximum, digits, value.step, value.unit)
        self.slider: QSlider | None = None
        if self._logarithmic or steps <= 2 * SLIDER_STEPS:
            self.slider = Slider()
            self.row.addWidget(self.slider, 1)
            self.spin.setFixedWidth(SPIN_WIDTH)
            self.slider.valueChanged.connect(self._slid)
            self.slider.sliderPressed.connect(lambda: self.gesture.emit(True))
            self.slider.sliderReleased.connect(lambda: self.gesture.emit(False))
        self.row.addWidget(self.spin, 0 if self.slider else 1)
        self.spin.valueChanged.connect(lambda number: self.edited.emit(float(number)))
        self.setFocusProxy(self.spin)

    def show_value(self, value: float) -> None:
        with QSignalBlocker(self.spin):
            self.spin.setValue(value)
        if self.slider is not None and not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(self._position(value))

    def limit(self, low: float, high: float) -> None:
        """Offer only what lies from `low` to `high`: what else there is means nothing at present."""
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, high
            with QSignalBlocker(self.spin):
                self.spin.setRange(low, high)

    def _position(self, value: float) -> int:
        if self._logarithmic:
            fraction = math.log(value / self._low) / math.log(self._high / self._low)
        else:
            fraction = (value - self._low) / (self._high - self._low)
        return round(fraction * SLIDER_STEPS)

    def _slid(self, position: int) -> None:
        fraction = position / SLIDER_STEPS
        if self._logarithmic:
            number = self._low * (self._high / self._low) ** fraction
            number = float(f"{number:.3g}")
        else:
            step = self.value.step
            number = self._low + round(fraction * (self._high - self._low) / step) * step
        self.edited.emit(min(max(number, self._low), self._high))


class IntegerEditor(Editor):
    """A whole number, with a slider where there are few."""

    def __init__(self, value: Integer) -> None:
        super().__init__(value)
        self.spin = Spin(value.minimum, value.maximum, 0, 1, value.unit)
        self.slider: QSlider | None = None
        if value.maximum - value.minimum <= SLIDER_STEPS:
            self.slider = Slider()
            self.slider.setRange(value.minimum, value.maximum)
            self.row.addWidget(self.slider, 1)
            self.spin.setFixedWidth(SPIN_WIDTH)
            self.slider.valueChanged.connect(self.edited.emit)
            self.slider.sliderPressed.connect(lambda: self.gesture.emit(True))
            self.slider.sliderReleased.connect(lambda: self.gesture.emit(False))
        self.row.addWidget(self.spin, 0 if self.slider else 1)
        self.spin.valueChanged.connect(lambda number: self.edited.emit(int(number)))
        self.setFocusProxy(self.spin)

    def show_value(self, value: int) -> None:
        with QSignalBlocker(self.spin):
            self.spin.setValue(value)
        if self.slider is not None:
            with QSignalBlocker(self.slider):
                self.slider.setValue(value)


class ChoiceEditor(Editor):
    """A box with the words to choose from; `choices` names them for a Text that has a closed list.

    `names` has what to show instead of a word.
    """

    def __init__(
        self,
        value: Value[str],
        choices: tuple[tuple[str, str], ...] = (),
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(value)
        self.box = Box()
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for word, explained in choices or tuple((word, "") for word in value.choices):
            shown = word if choices else word.replace("-", " ").capitalize()
            self.box.addItem(names.get(word, shown), word)
            self.box.setItemData(self.box.count() - 1, explained, Qt.ItemDataRole.ToolTipRole)
        self.box.setMinimumContentsLength(6)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.row.addWidget(self.box, 1)
        self.box.activated.connect(lambda index: self.edited.emit(self.box.itemData(index)))
        self.setFocusProxy(self.box)

    def show_value(self, value: str) -> None:
        index = self.box.findData(value)
        if index < 0:
            self.box.addItem(value, value)
            index = self.box.count() - 1
        self.box.setCurrentIndex(index)


class FlagEditor(Editor):
    """A box to tick."""

    def __init__(self, value: Flag) -> None:
        super().__init__(value)
        self.box = QCheckBox()
        self.row.addWidget(self.box, 1)
        self.box.clicked.connect(lambda ticked: self.edited.emit(bool(ticked)))
        self.setFocusProxy(self.box)

    def show_value(self, value: bool) -> None:
        self.box.setChecked(value)


class LineEditor(Editor):
    """A line with the value's text as the command line has it: for text, and for kinds that have no editor."""

    def __init__(self, value: Value[Any]) -> None:
        super().__init__(value)
        self.line = QLineEdit()
        self.row.addWidget(self.line, 1)
        self.line.editingFinished.connect(self._finished)
        self.setFocusProxy(self.line)

    def show_value(self, value: Any) -> None:
        self.line.setText(self.value.format(value))
        self.line.setModified(False)

    def _finished(self) -> None:
        if not self.line.isModified():
            return
        self.line.setModified(False)
        try:
            value = self.value.parse(self.line.text())
        except InputError as error:
            self.refused.emit(str(error))
            return
        self.edited.emit(value)


class VectorEditor(Editor):
    """A number for each component."""

    def __init__(self, value: Vector) -> None:
        super().__init__(value)
        self.row.setSpacing(4)
        self.spins = [Spin(-LARGEST, LARGEST, 3, 0.1, "") for _ in value.default]
        for spin in self.spins:
            self.row.addWidget(spin, 1)
            spin.valueChanged.connect(self._changed)
        self.setFocusProxy(self.spins[0])

    def show_value(self, value: tuple[float, ...]) -> None:
        self._shown = value
        for spin, number in zip(self.spins, value, strict=True):
            with QSignalBlocker(spin):
                spin.setValue(number)

    def _changed(self) -> None:
        # Components that were not typed keep the digits that the box does not show.
        sender = self.sender()
        numbers = zip(self.spins, self._shown, strict=True)
        self.edited.emit(tuple(spin.value() if spin is sender else kept for spin, kept in numbers))


class SizeEditor(Editor):
    """Width × height."""

    def __init__(self, value: Size) -> None:
        super().__init__(value)
        self.row.setSpacing(4)
        self.spins = [Spin(1, value.largest, 0, 1, "") for _ in range(2)]
        self.row.addWidget(self.spins[0], 1)
        self.row.addWidget(QLabel("×"))
        self.row.addWidget(self.spins[1], 1)
        for spin in self.spins:
            spin.valueChanged.connect(lambda _: self.edited.emit(tuple(int(spin.value()) for spin in self.spins)))
        self.setFocusProxy(self.spins[0])

    def show_value(self, value: tuple[int, int]) -> None:
        for spin, number in zip(self.spins, value, strict=True):
            with QSignalBlocker(spin):
                spin.setValue(number)


class AutoEditor(Editor):
    """An inner editor, and a switch that leaves the value to the program.

    While it is left to the program the editor shows, paler, what that takes: whoever changes this chooses from there.
    """

    def __init__(self, value: Auto[Any]) -> None:
        super().__init__(value)
        self.row.setSpacing(6)
        self.inner = editor(value.inner)
        self.inner.row.setSpacing(6)
        if isinstance(self.inner, (NumberEditor, IntegerEditor)) and self.inner.slider is not None:
            self.inner.spin.setFixedWidth(_NARROW)  # room for the slider and the switch
        self.automatic = QToolButton()
        self.automatic.setObjectName("automatic")
        self.automatic.setText("Auto")
        self.automatic.setCheckable(True)
        self.automatic.setToolTip("Leave this to the program")
        self.row.addWidget(self.inner, 1)
        self.row.addWidget(self.automatic)
        self._own = value.inner.default  # what the program takes
        self.inner.edited.connect(self.edited)
        self.inner.gesture.connect(self.gesture)
        self.inner.refused.connect(self.refused)
        self.automatic.clicked.connect(self._switched)
        self.setFocusProxy(self.inner)

    def show_value(self, value: Any) -> None:
        automatic = value is None
        self.automatic.setChecked(automatic)
        self.inner.show_value(self._own if automatic else value)
        for part in self.inner.findChildren(QWidget):
            if bool(part.property("automatic")) != automatic:
                part.setProperty("automatic", automatic)
                part.style().polish(part)

    def suggest(self, value: Any) -> None:
        """Say what the program takes; it is the start of a person's own choice."""
        self._own = value
        if self.automatic.isChecked():
            self.inner.show_value(value)

    def _switched(self, automatic: bool) -> None:
        self.edited.emit(None if automatic else self._own)


EDITORS: dict[type[Value[Any]], type[Editor]] = {
    Number: NumberEditor,
    Integer: IntegerEditor,
    Choice: ChoiceEditor,
    Flag: FlagEditor,
    Text: LineEditor,
    Vector: VectorEditor,
    Size: SizeEditor,
    Auto: AutoEditor,
}


def editor(value: Value[Any]) -> Editor:
    """Return a new editor for a declared value."""
    for kind in type(value).__mro__:
        if kind in EDITORS:
            return EDITORS[kind](value)
    return LineEditor(value)
