"""A declared value appears in the window by itself, and both are always the same."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from depthfusion.camera.options import ViewOptions
from depthfusion.export.settings import ExportSettings
from depthfusion.generate.request import LARGEST_SEED, GenerationRequest
from depthfusion.look import Look
from depthfusion.settings import Auto, Choice, Flag, Integer, Number, Size, State, Text, Value, Vector
from depthfusion.studio.editors import AutoEditor, LineEditor, NumberEditor
from depthfusion.studio.fields import Form
from depthfusion.studio.history import History
from depthfusion.studio.inputs import SLIDER_STEPS


class Ratio(Value[float]):
    """A kind of value that the studio has never heard of."""

    def check(self, value: Any) -> float:
        if not 0 < value < 10:
            raise self.refuse(value, "choose a ratio between 0 and 10")
        return float(value)

    def parse(self, text: str) -> float:
        left, _, right = text.partition(":")
        return self.check(float(left) / float(right or 1))


class Everything(State):
    """One value of each kind."""

    number = Number(0.5, "a number", minimum=0, maximum=1, step=0.01)
    free = Number(0.0, "a number without bounds", step=1)
    count = Integer(3, "a count", minimum=1, maximum=9)
    choice = Choice("one", "a choice", ("one", "two"))
    flag = Flag(False, "a flag")
    text = Text("", "a text")
    vector = Vector((0.0, 1.0), "a vector")
    size = Size((640, 320), "a size")
    maybe = Auto(Number(2.0, "perhaps", minimum=0, maximum=9))
    ratio = Ratio(1.0, "a ratio")


NEW = {
    "number": 0.25,
    "free": -721.5,
    "count": 7,
    "choice": "two",
    "flag": True,
    "text": "words",
    "vector": (0.25, 2.0),
    "size": (1024, 512),
    "maybe": 4.5,
    "ratio": 2.0,
}


def shown(form: Form, name: str) -> Any:
    """What a person reads in the widget."""
    widget = form.fields[name].editor
    if isinstance(widget, AutoEditor):
        return None if widget.automatic.isChecked() else widget.inner.spin.value()
    if hasattr(widget, "spins"):
        return tuple(spin.value() for spin in widget.spins)
    if hasattr(widget, "spin"):
        return widget.spin.value()
    if hasattr(widget, "line"):
        return widget.line.text()
    return widget.box.currentData() if hasattr(widget.box, "currentData") else widget.box.isChecked()


def test_the_largest_seed_is_shown_whole(qtbot: QtBot) -> None:
    request = GenerationRequest(seed=LARGEST_SEED)
    form = Form(request)
    qtbot.addWidget(form)
    editor = form.fields["seed"].editor
    assert isinstance(editor, AutoEditor)
    assert editor.inner.spin.text() == str(LARGEST_SEED) == "4294967295"


@pytest.mark.parametrize("name", NEW)
def test_the_widget_shows_what_the_state_becomes(qtbot: QtBot, name: str) -> None:
    state = Everything()
    form = Form(state)
    qtbot.addWidget(form)
    setattr(state, name, NEW[name])
    expected = Everything.ratio.format(2.0) if name == "ratio" else NEW[name]
    assert shown(form, name) == expected


@pytest.mark.parametrize("state", [Look, ViewOptions, ExportSettings, GenerationRequest, Everything])
def test_every_declared_value_has_a_widget_with_its_description(qtbot: QtBot, state: type[State]) -> None:
    form = Form(state())
    qtbot.addWidget(form)
    for value in state.values():
        tip = form.fields[value.name].editor.toolTip()
        assert value.description.casefold() in tip.casefold()


def test_typing_changes_the_state(qtbot: QtBot) -> None:
    state = Everything()
    form = Form(state)
    qtbot.addWidget(form)
    form.show()

    def type_into(widget: Any, text: str) -> None:
        widget.setFocus()
        widget.selectAll()
        QTest.keyClicks(widget, text)
        QTest.keyClick(widget, Qt.Key.Key_Return)

    type_into(form.fields["number"].editor.spin, "0.33")
    type_into(form.fields["text"].editor.line, "hello")
    type_into(form.fields["ratio"].editor.line, "3:2")
    type_into(form.fields["vector"].editor.spins[1], "5")
    QTest.mouseClick(form.fields["flag"].editor.box, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    QTest.mouseClick(form.fields["maybe"].editor.automatic, Qt.MouseButton.LeftButton)
    assert (state.number, state.text, state.ratio, state.vector) == (0.33, "hello", 1.5, (0.0, 5.0))
    assert state.flag is True
    assert state.maybe == 2.0


def test_what_cannot_be_is_told_and_the_widget_returns(qtbot: QtBot) -> None:
    state = Everything()
    form = Form(state)
    qtbot.addWidget(form)
    form.show()
    told = []
    form.refused.connect(told.append)
    line = form.fields["ratio"].editor.line
    line.selectAll()
    QTest.keyClicks(line, "99")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert told == ["ratio 99.0 cannot be used: choose a ratio between 0 and 10"]
    assert (state.ratio, line.text()) == (1.0, "1.0")


def test_a_slider_drag_is_one_step_back(qtbot: QtBot) -> None:
    state = Everything()
    history = History({"everything": state})
    form = Form(state, history)
    qtbot.addWidget(form)
    form.resize(400, 400)
    form.show()
    editor = form.fields["number"].editor
    assert isinstance(editor, NumberEditor)
    slider = editor.slider
    assert slider is not None
    middle = slider.height() // 2
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(20, middle))
    for x in range(25, slider.width() - 10, 15):
        QTest.mouseMove(slider, QPoint(x, middle))
        QApplication.processEvents()
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 10, middle))
    assert state.number > 0.8
    assert editor.spin.value() == pytest.approx(state.number, abs=0.005)
    history.undo()
    assert state.number == 0.5
    assert not history.can_undo


def test_a_number_left_to_the_program_has_a_slider_from_where_that_is(qtbot: QtBot) -> None:
    state = Everything()
    history = History({"everything": state})
    form = Form(state, history)
    qtbot.addWidget(form)
    form.resize(400, 400)
    form.show()
    editor = form.fields["maybe"].editor
    assert isinstance(editor, AutoEditor)
    editor.suggest(6.0)
    spin, slider = editor.inner.spin, editor.inner.slider
    assert (spin.value(), slider.value(), state.maybe) == (6.0, round(6 / 9 * SLIDER_STEPS), None)
    assert editor.automatic.isChecked()
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 7, 8))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 7, 8))
    assert state.maybe == 9.0
    assert not editor.automatic.isChecked()
    editor.suggest(5.0)  # what a person chose stays
    assert (spin.value(), state.maybe) == (9.0, 9.0)
    QTest.mouseClick(editor.automatic, Qt.MouseButton.LeftButton)
    assert (spin.value(), state.maybe) == (5.0, None)
    history.undo()
    assert (spin.value(), state.maybe) == (9.0, 9.0)
    history.undo()
    assert (spin.value(), state.maybe) == (5.0, None)
    assert not history.can_undo
    editor.inner.limit(4.0, 6.0)
    editor.suggest(5.5)
    assert slider.value() == round(0.75 * SLIDER_STEPS)
    spin.setValue(99)
    assert state.maybe == 6.0


def test_showing_a_value_never_rounds_it(qtbot: QtBot) -> None:
    state = Everything()
    form = Form(state)
    qtbot.addWidget(form)
    state.free = 12.3456789
    state.vector = (0.123456789, 1.0)
    assert state.free == 12.3456789
    second = form.fields["vector"].editor.spins[1]
    second.setValue(4)
    assert state.vector == (0.123456789, 4.0)


def test_a_double_click_on_the_name_resets(qtbot: QtBot) -> None:
    state = Everything(number=0.9)
    form = Form(state)
    qtbot.addWidget(form)
    form.show()
    label = form._labels["number"]
    assert label.font().bold()
    QTest.mouseDClick(label, Qt.MouseButton.LeftButton)
    assert state.number == 0.5
    assert not label.font().bold()


def test_the_wheel_scrolls_past_what_is_not_chosen(qtbot: QtBot) -> None:
    state = Everything()
    form = Form(state)
    qtbot.addWidget(form)
    form.show()
    spin = form.fields["number"].editor.spin
    spin.clearFocus()

    def turn() -> QWheelEvent:
        event = QWheelEvent(
            QPointF(5, 5),
            QPointF(5, 5),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(spin, event)
        return event

    assert not turn().isAccepted()
    assert state.number == 0.5


def test_a_closed_form_hears_no_more(qtbot: QtBot) -> None:
    state = Everything()
    form = Form(state)
    assert state.changed._receivers
    form.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not state.changed._receivers
    state.number = 0.1


def test_values_that_mean_nothing_at_present_are_hidden(qtbot: QtBot) -> None:
    state = Everything()
    form = Form(state, relevant={"ratio": lambda: state.flag})
    qtbot.addWidget(form)
    form.show()
    assert not form.fields["ratio"].editor.isVisible()
    state.flag = True
    assert form.fields["ratio"].editor.isVisible()


def test_text_has_a_line_and_unknown_kinds_too(qtbot: QtBot) -> None:
    form = Form(Everything())
    qtbot.addWidget(form)
    assert isinstance(form.fields["ratio"].editor, LineEditor)
