"""Opening, exporting, saving and leaving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from depthfusion import panorama, places
from depthfusion.studio import app, session
from depthfusion.studio.background import Trouble
from depthfusion.studio.window import Window
from tests.studio.onscreen.helpers import LEFT, LONG, asked, canvas, choose_file, kill_worker, open_world, press


def test_a_killed_export_is_told_and_the_next_works(shown: Window, qtbot: QtBot, tmp_path: Path) -> None:
    shown.session.export.update({"size": [640, 360], "seconds": 600})
    shown.exports.export("video", tmp_path / "long.mp4")
    kill_worker(shown, qtbot, "export")
    shown.exports.export("still", tmp_path / "next.png")
    row = shown.strip.rows[-1]
    qtbot.waitUntil(lambda: row.task is None, timeout=LONG)
    assert row.doing.text() == "done"
    assert row.folder.isVisible()
    with Image.open(tmp_path / "next.png") as picture:
        assert picture.size == (640, 360)


def test_exporting_by_the_menu_s_keys_proposes_a_name_that_is_free(shown: Window, qtbot: QtBot) -> None:
    shown.session.lay_out("sbs")
    shown.session.export.size = (320, 90)
    for expected in ("world_SBS.png", "world_SBS-2.png"):
        press(shown, qtbot, Qt.Key.Key_E)
        dialog = asked(shown, qtbot)
        assert dialog.name.text() == expected
        QTest.keyClick(dialog.name, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: bool(shown.strip.rows) and shown.strip.rows[-1].doing.text() == "done", timeout=LONG)
        assert shown.strip.rows[-1].made is not None
        assert shown.strip.rows[-1].made.name == expected
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


def test_a_saved_project_brings_everything_back(shown: Window, world: Path, qtbot: QtBot, tmp_path: Path) -> None:
    shown.session.look.strength = 0.66
    shown.session.view.yaw = 12.5
    press(shown, qtbot, Qt.Key.Key_S)
    choose_file(qtbot, tmp_path / "mine.depthfusion")
    qtbot.waitUntil((tmp_path / "mine.depthfusion").exists, timeout=LONG)
    shown.session.look.strength = 0.2
    shown.session.view.yaw = 0
    open_world(shown, qtbot, tmp_path / "mine.depthfusion")
    assert (shown.session.look.strength, shown.session.view.yaw) == (0.66, 12.5)
    shown.session.view.yaw = 90
    press(shown, qtbot, Qt.Key.Key_S)
    assert '"yaw": 90' in (tmp_path / "mine.depthfusion").read_text()


def test_closing_while_exporting_asks_and_leaves_nothing(shown: Window, qtbot: QtBot, tmp_path: Path) -> None:
    shown.session.export.update({"size": [640, 360], "seconds": 600})
    shown.exports.export("video", tmp_path / "long.mp4")
    row = shown.strip.rows[-1]
    qtbot.waitUntil(lambda: row.doing.text().startswith("drawing"), timeout=LONG)
    shown.close()
    assert shown.isVisible()
    box = shown.findChild(QMessageBox)
    assert box is not None
    stop = next(button for button in box.findChildren(QPushButton) if button.text() == "Stop and close")
    QTest.mouseClick(stop, LEFT)
    qtbot.waitUntil(lambda: not shown.isVisible(), timeout=LONG)
    qtbot.waitUntil(lambda: not psutil.Process().children(), timeout=LONG)
    assert not list(tmp_path.glob("*.mp4"))
    assert not list(tmp_path.glob(".partial*"))


def test_two_dropped_pictures_are_a_world(window: Window, world: Path, qtbot: QtBot, tmp_path: Path) -> None:
    colour, depth = tmp_path / "beach.jpg", tmp_path / "beach_depthmap.jpg"
    read = panorama.load(world)
    Image.fromarray(read.rgb).save(colour)
    Image.fromarray((read.depth >> 8).astype(np.uint8)).save(depth)
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(depth)), QUrl.fromLocalFile(str(colour))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enters = QDragEnterEvent(QPoint(700, 400), copy, dropped, LEFT, none)
    with qtbot.waitSignal(canvas(window).arrived, timeout=LONG):
        QApplication.sendEvent(window, enters)
        assert enters.isAccepted()
        QApplication.sendEvent(window, QDropEvent(QPointF(700, 400), copy, dropped, LEFT, none))
    assert window.session.files == (colour, depth)


def test_a_broken_file_is_a_sentence_and_the_world_stays(shown: Window, qtbot: QtBot, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    before = shown.session.files
    shown.open(broken)
    qtbot.waitUntil(shown.banner.isVisible, timeout=LONG)
    assert "broken.png" in shown.banner.text.text()
    assert shown.session.files == before


def test_a_crash_loses_nothing(shown: Window, world: Path, qtbot: QtBot, tmp_path: Path) -> None:
    shown.session.look.strength = 0.77
    shown.session.request.prompt = "kept"
    saved = tmp_path / "session.json"
    qtbot.waitUntil(lambda: session.load(saved).get("request", {}).get("prompt") == "kept", timeout=LONG)
    again = app.make_window(QApplication.instance(), saved)
    with qtbot.waitSignal(canvas(again).arrived, timeout=LONG):
        again.show()
    assert (again.session.look.strength, again.session.files) == (0.77, (world,))
    again.close()


def test_a_defect_is_told_and_written_to_the_log(window: Window) -> None:
    window.openings._loader.failed.emit(Trouble("a defect of the program", "Traceback: on purpose"))
    assert window.banner.isVisible()
    assert "Traceback: on purpose" in places.log().read_text(encoding="utf-8")
