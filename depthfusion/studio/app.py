"""The studio's entry: makes the application and its window, and runs it."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QCoreApplication, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QApplication

from depthfusion import places
from depthfusion.errors import InputError, MachineError
from depthfusion.studio import opengl, session, theme
from depthfusion.studio.session import Session
from depthfusion.studio.window import Window

SESSION = "session.json"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def prepare() -> None:
    """Set what must be set before the application is made."""
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    QSurfaceFormat.setDefaultFormat(opengl.surface_format())
    QCoreApplication.setApplicationName("DepthFusion")


def make_application() -> QApplication:
    """Return the application."""
    prepare()
    application = QApplication(sys.argv[:1])
    application.setWindowIcon(theme.application_icon())
    application.setDesktopFileName("depthfusion")
    return application


def make_window(
    application: QApplication, saved: Path, request: Mapping[str, Any] | None = None, scene: Path | None = None
) -> Window:
    """Return the window as the last session left it, on a request that is made at once or a scene that is opened."""
    state = Session()
    trouble = ""
    last: tuple[Path, ...] = ()
    try:
        last = state.restore(session.load(saved))
    except (InputError, MachineError) as error:
        trouble = str(error)
        session.set_aside(saved)
    dressed = theme.Theme(application, state.appearance.scheme)
    state.appearance.changed.connect(lambda name: dressed.choose(state.appearance.scheme))
    window = Window(state, saved)
    dressed.dress(window.rooms())
    window.gone.connect(dressed.undress)
    if trouble:
        window.banner.tell("warning", trouble)
    if request is not None:
        state.request.reset()
        state.request.update(request)
        QTimer.singleShot(0, window, window.making.generate)
    elif scene is not None:
        window.open(scene)
    elif last and all(path.is_file() for path in last):
        window.open(*last, settled=True)
    return window


def main(request: Mapping[str, Any] | None = None, scene: Path | None = None) -> int:
    """Open the studio and stay until it is closed; return the exit code.

    Args:
        request: values of a `GenerationRequest` whose world is made at once.
        scene: a panorama or project to open.
    """
    application = make_application()
    window = make_window(application, places.state() / SESSION, request, scene)

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(details)
        places.write_log(details)
        window.banner.tell("error", f"a defect of the program ({kind.__name__}: {error})", details=details)

    sys.excepthook = tell
    with _signals_close(window):
        window.show()
        return application.exec()


@contextlib.contextmanager
def _signals_close(window: Window) -> Iterator[None]:
    """Let Ctrl+C and a polite kill close the window as a person does.

    Python hears of signals only when it runs, and Qt's loop does not run Python: a socket that the signal writes to
    wakes it.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        woken = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)
        woken.activated.connect(lambda: ours.recv(64))
        before = signal.set_wakeup_fd(theirs.fileno())
        # In a turn of its own: a signal is heard in the middle of whatever runs, also of a paint.
        handlers = {number: signal.signal(number, lambda *_: QTimer.singleShot(0, window.close)) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before)
            woken.setEnabled(False)
