"""A world that moves: it plays, rests, is sought through and exported."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from depthfusion.studio.pace import BUDGET
from depthfusion.studio.window import Window
from tests.studio.onscreen.helpers import LEFT, LONG, asked, canvas, open_world, pixels, settle

FRAMES, RATE = 20, 10


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Colour over depth, 128×128: frame i is grey of 40 + 10·i, and its depth is neutral."""
    grey = np.empty((FRAMES, 128, 128), np.uint8)
    grey[:, :64] = (40 + 10 * np.arange(FRAMES))[:, None, None]
    grey[:, 64:] = 128
    path = tmp_path_factory.mktemp("video") / "moves.mp4"
    given = ("-f", "rawvideo", "-pixel_format", "gray", "-video_size", "128x128", "-framerate", str(RATE), "-i", "-")
    coded = ("-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *given, *coded, str(path)]
    subprocess.run(command, input=grey.tobytes(), check=True)
    return path


def frame_of(window: Window) -> float:
    """Which frame is seen."""
    seen = pixels(canvas(window).grabFramebuffer())
    return (float(seen[seen.shape[0] // 2, seen.shape[1] // 2, 0]) - 40) / 10


def test_a_dropped_video_plays_rests_and_is_sought_through(window: Window, video: Path, qtbot: QtBot) -> None:
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(video))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    with qtbot.waitSignal(canvas(window).arrived, timeout=LONG):
        QApplication.sendEvent(window, QDragEnterEvent(QPoint(700, 400), copy, dropped, LEFT, none))
        QApplication.sendEvent(window, QDropEvent(QPointF(700, 400), copy, dropped, LEFT, none))
    player, session = window.player, window.session
    qtbot.waitUntil(lambda: player.playing, timeout=LONG)
    assert player.isVisible()
    assert session.duration == pytest.approx(FRAMES / RATE)
    seen = {round(frame_of(window))}
    qtbot.waitUntil(lambda: len(seen.add(round(frame_of(window))) or seen) >= 4, timeout=LONG)
    viewport = canvas(window)
    assert window.openings._layerer._thread is None  # no core is busy with the edges of a frame that went by
    budgets = [viewport.play(RATE, haste) or viewport.pace.budget for haste in range(4)]
    assert budgets[0] <= BUDGET
    assert budgets[3] <= 0.1 / RATE  # the more its frames are hurried, the more of their time drawing leaves them
    viewport.setFocus()
    QTest.keyClick(viewport, Qt.Key.Key_Space)
    assert not player.playing
    assert viewport.pace.budget == BUDGET
    session.look.edges = "stretched"
    settle(window, qtbot)
    qtbot.waitUntil(lambda: abs(frame_of(window) - int(session.export.at * RATE)) < 0.2, timeout=LONG)
    QTest.mouseClick(player.slider, LEFT, pos=QPoint(player.slider.width() // 2, player.slider.height() // 2))
    assert session.export.at == pytest.approx(1.0, abs=0.15)
    qtbot.waitUntil(lambda: abs(frame_of(window) - int(session.export.at * RATE)) < 0.2, timeout=LONG)
    session.history.undo()
    qtbot.waitUntil(lambda: abs(frame_of(window) - int(session.export.at * RATE)) < 0.2, timeout=LONG)
    window.pictures.ask_larger()
    assert "moves.mp4 moves" in window.banner.text.text()


def test_its_export_is_as_long_as_it_and_a_project_keeps_the_time(
    window: Window, video: Path, world: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    open_world(window, qtbot, video)
    qtbot.waitUntil(lambda: window.player.playing, timeout=LONG)
    window.player.seek(0.55)
    window.player.pause()
    window.session.export.update({"at": 0.55, "size": [64, 36]})
    window.exports.ask("video")
    dialog = asked(window, qtbot)
    assert "2 s, 30 frames a second" in dialog.told.text()
    QTest.mouseClick(dialog.go, LEFT)
    row = window.strip.rows[-1]
    qtbot.waitUntil(lambda: row.task is None, timeout=LONG)
    assert row.doing.text() == "done", window.banner.text.text()
    window.exports.save_project(tmp_path / "mine.depthfusion")
    open_world(window, qtbot, world)
    assert not window.player.isVisible()
    assert window.session.export.at == 0
    open_world(window, qtbot, tmp_path / "mine.depthfusion")
    assert window.session.export.at == 0.55
    assert window.player.isVisible()
