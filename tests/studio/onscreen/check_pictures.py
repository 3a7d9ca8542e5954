"""Pictures that are there: depth for one that has none, a panorama made larger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from depthfusion import panorama
from depthfusion.studio.tool_dialog import ToolDialog
from depthfusion.studio.window import Window
from tests.studio.onscreen.helpers import LEFT, LONG, canvas, open_world


@pytest.fixture
def flat(world: Path, tmp_path: Path) -> Path:
    """A panorama without depth."""
    path = tmp_path / "flat.jpg"
    Image.fromarray(panorama.load(world).rgb).resize((256, 128)).save(path)
    return path


def dialog(window: Window, qtbot: QtBot) -> ToolDialog:
    qtbot.waitUntil(lambda: window.pictures.dialog is not None and window.pictures.dialog.isVisible(), timeout=LONG)
    shown = window.pictures.dialog
    assert shown is not None
    return shown


def test_a_dropped_picture_without_depth_gets_one(
    window: Window, flat: Path, checkpoint: Callable[..., Path], qtbot: QtBot
) -> None:
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(flat))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(700, 400), copy, dropped, LEFT, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(700, 400), copy, dropped, LEFT, none))
    qtbot.waitUntil(window.banner.isVisible, timeout=LONG)
    assert "flat.jpg has no depth" in window.banner.text.text()
    QTest.mouseClick(window.banner.action, LEFT)
    asked = dialog(window, qtbot)
    assert "GB download" in asked.needs.text()
    window.session.tools.estimator = str(checkpoint("dpt"))
    assert asked.needs.text().startswith("Ready")
    with qtbot.waitSignal(canvas(window).arrived, timeout=LONG):
        QTest.mouseClick(asked.go, LEFT)
    made = window.session.files[0]
    assert made.name == "flat-dpt.png"
    read = panorama.load(made)
    assert read.rgb.shape == (128, 256, 3)
    assert np.ptp(read.depth) > 1000
    assert "dpt" in read.depth_source


def test_the_open_panorama_becomes_larger(window: Window, world: Path, tmp_path: Path, qtbot: QtBot) -> None:
    small = tmp_path / "small.png"
    read = panorama.load(world)
    panorama.save(panorama.Panorama(read.rgb[::4, ::4], read.depth[::4, ::4]), small)
    open_world(window, qtbot, small)
    window.pictures.ask_larger()
    asked = dialog(window, qtbot)
    assert [asked.sizes.itemText(index) for index in range(asked.sizes.count())] == [
        "4096 × 2048",
        "2048 × 1024",
        "8192 × 4096",
    ]
    assert asked.needs.text().startswith("Ready")
    asked.sizes.setCurrentIndex(1)
    with qtbot.waitSignal(canvas(window).arrived, timeout=LONG):
        QTest.mouseClick(asked.go, LEFT)
    made = panorama.load(window.session.files[0])
    assert window.session.files[0].name == "small-2048x1024.png"
    assert made.rgb.shape == (1024, 2048, 3)
    assert made.depth.shape == (1024, 2048)
    assert window.session.size == (2048, 1024)
    assert list(window.gallery.tiles) == [small, window.session.files[0]]


def test_what_cannot_be_done_is_said(window: Window, qtbot: QtBot) -> None:
    for ask in (window.pictures.ask_larger, window.pictures.ask_depth, window.making.begin_from):
        window.banner.clear()
        ask()
        assert "no world yet" in window.banner.text.text()


def test_what_is_hidden_is_filled_seen_and_taken_back(
    window: Window, world: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    scene = tmp_path / "wall.png"
    read = panorama.load(world)
    depth = np.full((128, 256), 20000, np.uint16)
    depth[40:90, 100:150] = 60000
    panorama.save(panorama.Panorama(read.rgb[::4, ::4], depth), scene)
    open_world(window, qtbot, scene)
    qtbot.waitUntil(lambda: not canvas(window).flat, timeout=LONG)
    window.filling.ask()
    qtbot.waitUntil(lambda: window.filling.dialog is not None and window.filling.dialog.isVisible(), timeout=LONG)
    assert [entry.name for entry in window.prompt.engines.fillers][:2] == ["fast", "ldm3d"]
    QTest.mouseClick(window.filling.dialog.go, LEFT)
    kept = tmp_path / "wall.back.png"
    qtbot.waitUntil(lambda: window.session.fill.count == 1, timeout=LONG)
    assert kept.exists()
    window.undo()
    qtbot.waitUntil(lambda: not kept.exists(), timeout=LONG)
    window.redo()
    qtbot.waitUntil(kept.exists, timeout=LONG)
    # Undo in the very instant in which another begins: the one that is asked for comes all the same.
    window.filling._fill_with("fast")
    window.undo()
    assert window.session.fill.count == 0
    qtbot.waitUntil(lambda: window.session.fill.count == 1, timeout=LONG)
    assert kept.exists()
    window.session.history.undo()
    qtbot.waitUntil(lambda: not kept.exists(), timeout=LONG)
    # One that is broken is told with its remedy at hand.
    kept.write_bytes(b"broken")
    window.open(scene)
    qtbot.waitUntil(lambda: "fill it anew" in window.banner.text.text(), timeout=LONG)
    first = window.filling.dialog
    qtbot.waitUntil(window.banner.action.isVisible, timeout=LONG)
    window.banner.action.click()
    qtbot.waitUntil(lambda: window.filling.dialog is not first and window.filling.dialog.isVisible(), timeout=LONG)
    window.filling.dialog.reject()
