"""Checks of the whole window on a real screen: test_onscreen.py runs them, pytest does not collect this file."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from depthfusion import panorama, places
from depthfusion.panorama import Panorama
from depthfusion.studio import app, session
from depthfusion.studio.background import Trouble
from depthfusion.studio.viewport import Viewport
from depthfusion.studio.window import Window

LEFT = Qt.MouseButton.LeftButton
LONG = 60_000  # milliseconds that a loaded machine may need
HANDLER = 0.016  # seconds of CPU time


class Handlers:
    """How long each event handler took of its thread's CPU time, paintGL left out."""

    recording = False
    painting = 0.0
    paints = 0
    took: list[tuple[float, str]] = []  # noqa: RUF012 — one application, one list

    @classmethod
    def start(cls) -> None:
        cls.took = []
        cls.recording = True

    @classmethod
    def stop(cls) -> list[tuple[float, str]]:
        cls.recording = False
        return sorted(cls.took, reverse=True)


class Measured(QApplication):
    def notify(self, receiver: QObject, event: QEvent) -> bool:
        if not Handlers.recording:
            return super().notify(receiver, event)
        what = f"{event.type().name} of {type(receiver).__name__}"
        began, painting = time.thread_time(), Handlers.painting
        result = super().notify(receiver, event)
        Handlers.took.append((time.thread_time() - began - (Handlers.painting - painting), what))
        return result


def timed(paint: Callable[[Viewport], None]) -> Callable[[Viewport], None]:
    def painted(self: Viewport) -> None:
        began = time.thread_time()
        paint(self)
        Handlers.painting += time.thread_time() - began
        Handlers.paints += 1

    return painted


Viewport.paintGL = timed(Viewport.paintGL)  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    app.prepare()
    return Measured


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panorama of smooth colours with fine texture, and hills of depth."""
    height, width = 512, 1024
    y, x = np.mgrid[0:height, 0:width]
    around = x / width * 2 * np.pi
    rgb = np.stack(
        [
            128 + 90 * np.sin(3 * around) * np.sin(np.pi * y / height),
            128 + 60 * np.cos(5 * around) + 40 * np.sin(y / 9),
            np.broadcast_to(255 - 200 * y / height, y.shape),
        ],
        axis=-1,
    )
    depth = 0.5 + 0.25 * np.sin(4 * around) * np.sin(np.pi * y / height) ** 2
    path = tmp_path_factory.mktemp("world") / "world.png"
    made = Panorama(rgb.clip(0, 255).astype(np.uint8), (depth * 65535).astype(np.uint16), depth_source="test")
    panorama.save(made, path)
    return path


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> Iterator[Window]:
    made = app.make_window(qapp, tmp_path / "session.json")
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made
    made._leave = True
    made.close()
    assert not [timer for timer in made.findChildren(QTimer) if timer.isActive()]
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def shown(window: Window, world: Path, qtbot: QtBot) -> Window:
    """The window with the world in it."""
    open_world(window, qtbot, world)
    return window


def canvas(window: Window) -> Viewport:
    assert window.viewport is not None
    return window.viewport


def open_world(window: Window, qtbot: QtBot, *paths: Path) -> None:
    with qtbot.waitSignal(canvas(window).arrived, timeout=LONG):
        window.open(*paths)


def settle(window: Window, qtbot: QtBot) -> None:
    """Wait until the canvas shows what a file would hold, and rests."""
    viewport = canvas(window)
    viewport.redraw()
    qtbot.waitUntil(lambda: viewport.complete and not viewport._rest.isActive(), timeout=LONG)


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(float)


def decibels(a: np.ndarray, b: np.ndarray) -> float:
    error = float(np.mean((a - b) ** 2))
    return 10 * math.log10(255**2 / error) if error else math.inf


def press(window: Window, qtbot: QtBot, key: Qt.Key) -> None:
    """Press Ctrl and a key. A bare X server has no window manager that gives the focus back after a dialog."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=LONG)
    QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)


def choose_file(qtbot: QtBot, path: Path) -> None:
    """Write a path into the file dialog that is open, and accept it (typing would open Qt's list of completions)."""
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog), timeout=LONG)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QFileDialog)
    line = dialog.findChild(QLineEdit)
    assert line is not None
    line.setText(str(path))
    QTest.keyClick(line, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"layout": "sbs", "yaw": 40, "pitch": -20, "roll": 8, "fov": 70, "position": [0.4, 0.1, -0.3]},
        {"layout": "anaglyph", "yaw": 180, "convergence": 2.0},
        pytest.param({"layout": "tb", "pitch": 85}, marks=pytest.mark.full),
        pytest.param({"layout": "half-sbs", "swap": True, "eye_separation": 0.2}, marks=pytest.mark.full),
    ],
    ids=lambda view: view.get("layout", "mono"),
)
def test_the_canvas_shows_what_the_command_line_writes(
    shown: Window, world: Path, qtbot: QtBot, tmp_path: Path, view: dict[str, object]
) -> None:
    shown.session.look.strength = 0.7
    shown.session.view.update(view)
    settle(shown, qtbot)
    seen = canvas(shown).grabFramebuffer()
    size = canvas(shown).frame()[0].size
    options = [f"--size={size[0]}x{size[1]}", "--strength=0.7"]
    for name, value in shown.session.view.as_dict().items():
        if value is True:
            options.append(f"--{name}")
        elif value not in (None, False):
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            options.append(f"--{name.replace('_', '-')}={text}")
    output = tmp_path / "still.png"
    command = [sys.executable, "-m", "depthfusion", "still", str(world), "-o", str(output), *options]
    subprocess.run(command, check=True, capture_output=True)
    with Image.open(output) as picture:
        written = np.asarray(picture.convert("RGB"), float)
    grabbed = pixels(seen)[-size[1] :, : size[0]]
    assert decibels(grabbed, written) >= 60


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
    assert shown.session.view.fov < 80


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
    QTest.qWait(250)
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


def test_nothing_is_drawn_while_nothing_changes(shown: Window, qtbot: QtBot) -> None:
    settle(shown, qtbot)
    QTest.qWait(200)
    before = Handlers.paints
    QTest.qWait(700)
    assert Handlers.paints == before


def test_the_last_picture_stays_until_the_finer_one_is_complete(shown: Window, qtbot: QtBot) -> None:
    viewport = canvas(shown)
    pictures = viewport._pictures
    assert pictures is not None
    settle(shown, qtbot)
    viewport.pace.budget = 1e-6  # a paint has time for one step, and steps for few pixels
    viewport.redraw()
    qtbot.waitUntil(lambda: pictures.unfinished, timeout=LONG)
    seen = {pixels(viewport.grabFramebuffer()).tobytes() for _ in range(6)}
    assert len(seen) == 1
    assert pictures.unfinished
    viewport.redraw()
    viewport.grabFramebuffer()
    assert not pictures.unfinished
    viewport.pace.budget = 0.033
    viewport.pace.forget()
    settle(shown, qtbot)
    assert pixels(viewport.grabFramebuffer()).tobytes() not in seen


def test_a_lost_context_is_made_anew(shown: Window, qtbot: QtBot) -> None:
    viewport = canvas(shown)
    settle(shown, qtbot)
    before = pixels(viewport.grabFramebuffer())
    stage = viewport._stage
    viewport._release()
    assert viewport._stage is None
    with qtbot.waitSignal(viewport.frameSwapped, timeout=LONG):
        viewport.redraw()
    assert viewport._stage is not stage
    settle(shown, qtbot)
    qtbot.waitUntil(lambda: viewport._stage is not None and not viewport._stage.empty, timeout=LONG)
    assert decibels(pixels(viewport.grabFramebuffer()), before) > 60


def test_contradicting_settings_are_told_and_settled(shown: Window, qtbot: QtBot) -> None:
    shown.session.look.levels = (0.8, 0.2)
    qtbot.waitUntil(shown.banner.isVisible)
    assert "Levels 0.8,0.2 cannot be used" in shown.banner.text.text()
    shown.session.look.levels = (0.2, 0.8)
    qtbot.waitUntil(lambda: not shown.banner.isVisible())


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
    assert window._generating is not None
    qtbot.waitUntil(lambda: window.strip.rows[0].doing.text() != "waiting", timeout=LONG)
    QTest.mouseClick(window.prompt.button, LEFT)
    qtbot.waitUntil(lambda: window._generating is None, timeout=LONG)
    assert not window.strip.isVisible()
    folder = Path(os.environ["DEPTHFUSION_HOME"])
    assert not [path for path in folder.rglob("*") if path.is_file()]


def kill_worker(window: Window, qtbot: QtBot, room: str) -> None:
    """Kill the worker of a room in the middle of its job and wait until the window says so."""
    queue = window.tasks.queues[room]
    row = window.strip.rows[-1]
    qtbot.waitUntil(lambda: row.doing.text() != "waiting", timeout=LONG)
    assert queue.process_id is not None
    os.kill(queue.process_id, signal.SIGKILL)
    qtbot.waitUntil(window.banner.isVisible, timeout=LONG)
    assert window.banner.kind == "error"
    assert "worker process ended unexpectedly (signal 9)" in window.banner.text.text()


def test_a_killed_generation_is_told_and_the_next_works(window: Window, qtbot: QtBot) -> None:
    window.session.request.update({"prompt": "a city", "size": [8192, 4096]})
    window.generate()
    kill_worker(window, qtbot, "generate")
    assert window.prompt.button.text() == "Generate"
    window.session.request.size = (256, 128)
    with qtbot.waitSignal(canvas(window).arrived, timeout=LONG):
        QTest.mouseClick(window.prompt.button, LEFT)


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
    shown.session.view.layout = "sbs"
    shown.session.export.size = (320, 90)
    for expected in ("world_SBS.png", "world_SBS-2.png"):
        press(shown, qtbot, Qt.Key.Key_E)
        qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog), timeout=LONG)
        line = QApplication.activeModalWidget().findChild(QLineEdit)
        assert line.text() == expected
        QTest.keyClick(line, Qt.Key.Key_Return)
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
    window.loader.failed.emit(Trouble("a defect of the program", "Traceback: on purpose"))
    assert window.banner.isVisible()
    assert "Traceback: on purpose" in places.log().read_text(encoding="utf-8")


def test_no_handler_takes_more_than_16_ms(window: Window, world: Path, qtbot: QtBot, tmp_path: Path) -> None:
    viewport = canvas(window)
    QTest.qWait(300)
    Handlers.start()
    words = window.prompt.prompt.words
    QTest.mouseClick(words.viewport(), LEFT)
    QTest.keyClicks(words, "a meadow")
    window.session.request.size = (256, 128)
    with qtbot.waitSignal(viewport.arrived, timeout=LONG):
        QTest.mouseClick(window.prompt.button, LEFT)
    open_world(window, qtbot, world)
    middle = viewport.rect().center()
    for layout in window.bar.layouts.values():
        QTest.mouseClick(layout, LEFT)
        QTest.mousePress(viewport, LEFT, pos=middle)
        for step in range(8):
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
    window.session.export.size = (320, 180)
    window.exports.export("still", tmp_path / "still.png")
    qtbot.waitUntil((tmp_path / "still.png").exists, timeout=LONG)
    QTest.qWait(300)
    slowest = Handlers.stop()
    assert len(slowest) > 300
    if "DEPTHFUSION_SAY" in os.environ:
        print(*slowest[:25], sep="\n")
    assert slowest[0][0] <= HANDLER, slowest[:8]


def test_qt_came_to_opengl_on_the_platform_that_was_asked_for(window: Window) -> None:
    assert QGuiApplication.platformName() == "xcb"
    loaded = Path("/proc/self/maps").read_text()
    wanted = os.environ.get("QT_XCB_GL_INTEGRATION", "xcb_glx").removeprefix("xcb_")
    assert f"libqxcb-{wanted}-integration" in loaded
