"""What the hand and the keys do to the view."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from depthfusion.studio.window import Window
from tests.studio.onscreen.helpers import LEFT, LONG, canvas


def test_dragging_turns_the_world_with_the_pointer(shown: Window, qtbot: QtBot) -> None:
    viewport, view = canvas(shown), shown.session.view
    before = viewport.grabFramebuffer()
    middle = viewport.rect().center()
    QTest.mousePress(viewport, LEFT, pos=middle)
    for step in range(1, 11):
        QTest.mouseMove(viewport, middle + QPoint(12 * step, -4 * step))
        QApplication.processEvents()
    QTest.mouseRelease(viewport, LEFT, pos=middle + QPoint(120, -40))
    assert view.yaw < -10
    assert view.pitch < -3
    assert viewport.grabFramebuffer() != before
    shown.session.history.undo()
    assert (view.yaw, view.pitch) == (0, 0)


def test_the_wheel_zooms(shown: Window) -> None:
    viewport = canvas(shown)
    place = QPointF(viewport.rect().center())
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        place, place, QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, none, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(viewport, event)
    assert shown.session.view.field_of_view < 80


def test_keys_move_while_they_are_held_and_home_returns(shown: Window, qtbot: QtBot) -> None:
    viewport, view = canvas(shown), shown.session.view
    viewport.setFocus()
    QTest.keyPress(viewport, Qt.Key.Key_W)
    QTest.keyPress(viewport, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: view.position[2] < -0.2 and view.position[1] > 0.2)
    QTest.keyRelease(viewport, Qt.Key.Key_W)
    QTest.keyRelease(viewport, Qt.Key.Key_E)
    rests = view.position
    QTest.qWait(60)
    assert view.position == rests
    QTest.keyPress(viewport, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: view.yaw > 3)
    QTest.keyRelease(viewport, Qt.Key.Key_Right)
    QTest.keyClick(viewport, Qt.Key.Key_Home)
    assert (view.position, view.yaw, view.pitch) == ((0, 0, 0), 0, 0)


def test_nobody_walks_out_of_the_world(shown: Window, qtbot: QtBot) -> None:
    viewport, view = canvas(shown), shown.session.view
    view.position = (0.0, 0.0, -4.3)
    viewport.setFocus()
    QTest.keyPress(viewport, Qt.Key.Key_Shift)
    QTest.keyPress(viewport, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: view.position[2] <= -4.5 * 0.98 + 1e-6, timeout=LONG)
    QTest.qWait(100)
    QTest.keyRelease(viewport, Qt.Key.Key_W)
    QTest.keyRelease(viewport, Qt.Key.Key_Shift)
    assert view.position[2] == pytest.approx(-4.5 * 0.98)


def test_full_screen_and_back(shown: Window, qtbot: QtBot) -> None:
    viewport = canvas(shown)
    QTest.keyClick(shown, Qt.Key.Key_F11)
    qtbot.waitUntil(shown.isFullScreen)
    qtbot.waitUntil(lambda: viewport.size() == shown.size())
    assert not shown.inspector.isVisible()
    QTest.keyClick(viewport, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shown.isFullScreen())
    assert shown.inspector.isVisible()
