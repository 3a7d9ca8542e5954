"""Work in a thread of the window's own.

Opening pictures, saving the session: only the latest counts. Other work is all done, in its order.
"""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from depthfusion.errors import InputError, MachineError


@dataclass(frozen=True)
class Trouble:
    """What went wrong, in one sentence, a defect's traceback, and what was raised, where a person is to blame."""

    sentence: str
    details: str = ""
    error: Exception | None = field(default=None, compare=False)


class Latest(QObject):
    """Runs functions in one thread. A newer one replaces those that wait, and their results are not told.

    `done(result)` and `failed(Trouble)` are emitted in the thread that this object lives in; `busy(bool)` likewise.
    """

    done = Signal(object)
    failed = Signal(object)
    busy = Signal(bool)
    _ended = Signal(int, object)
    _most: ClassVar[int | None] = 1  # how many may wait

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._condition = threading.Condition()
        self._wanted: deque[tuple[int, Callable[[], Any]]] = deque(maxlen=self._most)
        self._count = 0
        self._closed = False
        self._thread: threading.Thread | None = None
        self._ended.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def start(self, work: Callable[[], Any]) -> None:
        """Run `work` as soon as the thread is free; it must not touch Qt's widgets."""
        with self._condition:
            self._count += 1
            self._wanted.append((self._count, work))
            self._condition.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name=f"studio: {self._name}")
            self._thread.start()
        self.busy.emit(True)

    def close(self) -> None:
        """Finish what waits and end the thread."""
        with self._condition:
            self._closed = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _serve(self) -> None:
        while True:
            with self._condition:
                while not self._wanted and not self._closed:
                    self._condition.wait()
                if not self._wanted:
                    return
                number, work = self._wanted.popleft()
            result = _attempt(work)
            if not self._closed:
                self._ended.emit(number, result)

    @Slot(int, object)
    def _tell(self, number: int, result: Any) -> None:
        latest = number == self._count
        if self._most == 1 and not latest:
            return
        if latest:
            self.busy.emit(False)
        if isinstance(result, Trouble):
            self.failed.emit(result)
        else:
            self.done.emit(result)


class InOrder(Latest):
    """The same, but nothing is left out: one runs after the other, and each is told of."""

    _most = None


def _attempt(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except (InputError, MachineError) as error:
        return Trouble(str(error), error=error)
    except MemoryError:
        return Trouble("there is not enough memory for this; close other programs or open a smaller picture")
    except Exception as error:  # noqa: BLE001 — a defect is shown with its traceback and must not end the window
        sentence = f"a defect of the program ({type(error).__name__}: {error})"
        return Trouble(sentence, traceback.format_exc())
