"""No handler outside of painting is slow."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from depthfusion.studio.video_dialog import VideoDialog
from depthfusion.studio.window import Window
from tests.studio.onscreen.helpers import LEFT, LONG, asked, canvas, hold_handlers, open_world


def test_no_handler_takes_more_than_16_ms(window: Window, world: Path, qtbot: QtBot, tmp_path: Path) -> None:
    QTest.qWait(300)
    hold_handlers(lambda number: tour(window, world, qtbot, tmp_path / f"still{number}.png"))


def tour(window: Window, world: Path, qtbot: QtBot, still: Path) -> None:
    """Type and generate, look around in every layout and lens, walk, drag a slider, undo, ask, and export a still."""
    viewport = canvas(window)
    words = window.prompt.prompt.words
    QTest.mouseClick(words.viewport(), LEFT)
    QTest.keyClicks(words, "a meadow")
    window.session.request.size = (256, 128)
    with qtbot.waitSignal(viewport.arrived, timeout=LONG):
        QTest.mouseClick(window.prompt.button, LEFT)
    open_world(window, qtbot, world)
    middle = viewport.rect().center()
    for button in (*window.bar.layouts.values(), *window.bar.lenses.values()):
        QTest.mouseClick(button, LEFT)
        QTest.mousePress(viewport, LEFT, pos=middle)
        for step in range(5):
            QTest.mouseMove(viewport, middle + QPoint(9 * step, 5 * step))
            QApplication.processEvents()
        QTest.mouseRelease(viewport, LEFT, pos=middle)
    viewport.setFocus()
    for key in (Qt.Key.Key_W, Qt.Key.Key_D, Qt.Key.Key_Up):
        QTest.keyPress(viewport, key)
        QTest.qWait(80)
        QTest.keyRelease(viewport, key)
    QTest.keyClick(viewport, Qt.Key.Key_Home)
    slider = window.inspector.sections["Look"].form.fields["strength"].editor.slider
    QTest.mousePress(slider, LEFT, pos=QPoint(10, 5))
    for x in range(10, slider.width() - 5, 6):
        QTest.mouseMove(slider, QPoint(x, 5))
        QApplication.processEvents()
    QTest.mouseRelease(slider, LEFT, pos=QPoint(30, 5))
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.mouseClick(window.bar.lenses["perspective"], LEFT)
    QTest.mouseClick(window.bar.layouts["mono"], LEFT)
    for kind in ("mesh", "still", "video"):
        window.exports.ask(kind)
        dialog = asked(window, qtbot)
        QTest.qWait(100)
        if isinstance(dialog, VideoDialog):
            QTest.mouseClick(dialog.uses.cards["quest-vr180"], LEFT)
            QTest.mouseClick(dialog.uses.cards["phone"], LEFT)
            QTest.qWait(50)
        QTest.mouseClick(dialog.later, LEFT)
        QTest.qWait(50)
    window.session.export.size = (320, 180)
    window.exports.export("still", still)
    qtbot.waitUntil(still.exists, timeout=LONG)
    QTest.qWait(300)
