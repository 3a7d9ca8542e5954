"""Only the latest work counts, and errors become sentences."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from depthfusion.errors import InputError
from depthfusion.studio.background import InOrder, Latest, Trouble


def test_the_latest_wins_and_what_waits_is_never_begun(qtbot: QtBot) -> None:
    latest = Latest("test")
    begun, told = [], []
    gate = threading.Event()
    latest.done.connect(told.append)

    def work(number: int) -> int:
        begun.append(number)
        if number == 1:
            gate.wait(10)
        return number

    latest.start(lambda: work(1))
    qtbot.waitUntil(lambda: begun == [1])
    latest.start(lambda: work(2))
    latest.start(lambda: work(3))
    gate.set()
    qtbot.waitUntil(lambda: bool(told))
    latest.close()
    assert (begun, told) == ([1, 3], [3])


def test_in_order_nothing_is_left_out(qtbot: QtBot) -> None:
    in_order = InOrder("test")
    begun, told, busy = [], [], []
    gate = threading.Event()
    in_order.done.connect(told.append)
    in_order.failed.connect(lambda trouble: told.append(trouble.sentence))
    in_order.busy.connect(busy.append)

    def work(number: int) -> int:
        begun.append(number)
        if number == 1:
            gate.wait(10)
        if number == 2:
            raise InputError("two cannot be")
        return number

    for number in (1, 2, 3):
        in_order.start(lambda number=number: work(number))
    assert not told
    gate.set()
    qtbot.waitUntil(lambda: len(told) == 3)
    in_order.close()
    assert (begun, told) == ([1, 2, 3], [1, "two cannot be", 3])
    assert busy == [True, True, True, False]


def test_work_is_done_in_another_thread_and_told_in_this_one(qtbot: QtBot) -> None:
    latest = Latest("test")
    told = []
    latest.done.connect(lambda thread: told.append((thread, threading.current_thread())))
    latest.start(threading.current_thread)
    qtbot.waitUntil(lambda: bool(told))
    latest.close()
    (worked, heard), here = told[0], threading.current_thread()
    assert worked is not here
    assert heard is here


def test_errors_are_sentences_and_defects_have_their_traceback(qtbot: QtBot) -> None:
    latest = Latest("test")
    told: list[Trouble] = []
    latest.failed.connect(told.append)

    def wrong() -> None:
        raise InputError("x.png is broken")

    def defect() -> None:
        raise KeyError("k")

    for work in (wrong, defect):
        latest.start(work)
        qtbot.waitUntil(lambda: bool(told))
        latest.failed.disconnect()
        latest.failed.connect(told.append)
        if work is wrong:
            assert told.pop() == Trouble("x.png is broken")
    latest.close()
    assert "KeyError" in told[0].sentence
    assert "Traceback" in told[0].details


def test_what_waits_is_finished_before_closing(qtbot: QtBot) -> None:
    latest = Latest("test")
    written = []
    latest.start(lambda: written.append(1))
    latest.close()
    assert written == [1]
