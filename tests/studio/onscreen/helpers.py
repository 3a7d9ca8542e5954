"""What the checks of the whole window share."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from depthfusion.studio.export_dialog import ExportDialog
from depthfusion.studio.viewport import Viewport
from depthfusion.studio.window import Window

LEFT = Qt.MouseButton.LeftButton
LONG = 180_000  # milliseconds that a loaded machine may need
HANDLER = 0.016  # seconds of CPU time


class Handlers:
    """How long each event handler took of its thread's CPU time, paintGL left out.

    So are window updates: what widgets paint in them comes as events of their own, and the rest is Qt's and the OpenGL
    driver's work to bring the picture onto the screen.
    """

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


def hold_handlers(tour: Callable[[int], None], rounds: int = 3) -> None:
    """Take a tour until no handler is slow: what one does takes its time in every round, a hiccup does not."""
    slowest = []
    for number in range(rounds):
        Handlers.start()
        tour(number)
        took = Handlers.stop()
        assert len(took) > 200
        if "DEPTHFUSION_SAY" in os.environ:
            print(*took[:10], sep="\n")
        slowest.append(took[0])
        if took[0][0] <= HANDLER:
            return
    raise AssertionError(slowest)


class Measured(QApplication):
    def notify(self, receiver: QObject, event: QEvent) -> bool:
        if not Handlers.recording or event.type() == QEvent.Type.UpdateRequest:
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


@contextlib.contextmanager
def closing(window: Window) -> Iterator[None]:
    """Close a window at the end, whatever runs; no timer of it may go on."""
    yield
    window._leave = True
    window.close()
    assert not [timer for timer in window.findChildren(QTimer) if timer.isActive()]
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


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


def press(
    window: Window, qtbot: QtBot, key: Qt.Key, also: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press Ctrl and a key. A bare X server has no window manager that gives the focus back after a dialog."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=LONG)
    QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier | also)


def choose_file(qtbot: QtBot, path: Path) -> None:
    """Write a path into the file dialog that is open, and accept it (typing would open Qt's list of completions)."""
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog), timeout=LONG)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QFileDialog)
    line = dialog.findChild(QLineEdit)
    assert line is not None
    line.setText(str(path))
    QTest.keyClick(line, Qt.Key.Key_Return)


def asked(window: Window, qtbot: QtBot) -> ExportDialog:
    """Return the export dialog that is open, when it is."""
    qtbot.waitUntil(lambda: window.exports.dialog is not None and window.exports.dialog.isVisible(), timeout=LONG)
    assert window.exports.dialog is not None
    return window.exports.dialog


def kill_worker(window: Window, qtbot: QtBot, room: str) -> None:
    """Kill the worker of a room in the middle of its job and wait until the window says so."""
    queue = window.tasks.queues[room]
    row = window.strip.rows[-1]
    qtbot.waitUntil(lambda: row.doing.text() != "waiting", timeout=LONG)
    assert queue.process_id is not None
    os.kill(queue.process_id, signal.SIGKILL)
    qtbot.waitUntil(window.banner.isVisible, timeout=LONG)
    assert window.banner.kind == "error"
    told = window.banner.text.text()
    assert "worker process ended unexpectedly (signal 9" in told, told
