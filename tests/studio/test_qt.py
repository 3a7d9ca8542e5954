"""What the program relies on in Qt's bindings."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot


class Speaker(QObject):
    said = Signal(int)


def test_calls_keep_the_references_of_none_true_and_false(qtbot: QtBot) -> None:
    """PySide6 6.12.0 drops one at each call on Python 3.11, which ends the process after some thousands of calls."""
    speaker = Speaker()
    before = [sys.getrefcount(value) for value in (None, True, False)]
    for _ in range(200):
        speaker.setObjectName("x")
        speaker.said.emit(1)
        speaker.signalsBlocked()
    after = [sys.getrefcount(value) for value in (None, True, False)]
    assert all(abs(a - b) < 50 for a, b in zip(after, before, strict=True))
