"""Worlds of the sketch engine, from a prompt to the canvas."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from depthfusion.studio.window import Window
from tests.studio.onscreen.helpers import LEFT, LONG, canvas, kill_worker


def test_a_prompt_becomes_a_world_by_clicks_alone(window: Window, qtbot: QtBot) -> None:
    words = window.prompt.prompt.words
    QTest.mouseClick(words.viewport(), LEFT)
    QTest.keyClicks(words, "a foggy forest at dawn")
    window.session.request.size = (256, 128)
    assert window.welcome is not None
    assert window.welcome.isVisible()
    with qtbot.waitSignal(canvas(window).arrived, timeout=LONG):
        QTest.mouseClick(window.prompt.button, LEFT)
        assert window.prompt.button.text() == "Cancel"
    assert window.prompt.button.text() == "Generate"
    assert "forest" in window.prompt.understood.text()
    assert not window.welcome.isVisible()
    assert window.session.files[0].name == "a-foggy-forest-at-dawn.png"
    assert window.session.request.seed is None
    assert window.session.last_seed is not None


def test_generation_can_be_cancelled(window: Window, qtbot: QtBot) -> None:
    window.session.request.update({"prompt": "a city", "size": [8192, 4096]})
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.making.generations.busy
    qtbot.waitUntil(lambda: window.strip.rows[0].doing.text() != "waiting", timeout=LONG)
    QTest.mouseClick(window.prompt.button, LEFT)
    assert window.prompt.button.text() == "Generate"
    qtbot.waitUntil(lambda: not window.strip.isVisible(), timeout=LONG)
    folder = Path(os.environ["DEPTHFUSION_HOME"])
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_killed_generation_is_told_and_the_next_works(window: Window, qtbot: QtBot) -> None:
    window.session.request.update({"prompt": "a city", "size": [8192, 4096]})
    window.making.generate()
    kill_worker(window, qtbot, "generate")
    assert window.prompt.button.text() == "Generate"
    window.session.request.size = (256, 128)
    with qtbot.waitSignal(canvas(window).arrived, timeout=LONG):
        QTest.mouseClick(window.prompt.button, LEFT)
