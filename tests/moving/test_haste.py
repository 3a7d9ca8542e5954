"""Frames are made more coarsely before one is dropped, and finely again where there is time."""

from __future__ import annotations

from depthfusion.moving.haste import Haste

FRAME = 1 / 32


def frames_until(haste: Haste, level: int) -> int:
    """Play in time until the haste is `level`; return after how many frames."""
    count = 0
    while haste.now != level:
        haste.in_time(FRAME)
        count += 1
    return count


def test_each_late_frame_hurries_more_until_only_dropping_is_left() -> None:
    haste = Haste(3)
    assert [haste.late() for _ in range(5)] == [True, True, True, False, False]
    assert haste.now == 3


def test_without_ways_to_hurry_there_is_only_dropping() -> None:
    haste = Haste(0)
    assert not haste.late()
    haste.in_time(1000)
    assert haste.now == 0


def test_it_becomes_finer_step_by_step_where_there_is_time() -> None:
    haste = Haste(2)
    haste.late()
    haste.late()
    assert frames_until(haste, 1) == round(Haste.CALM / FRAME)
    assert frames_until(haste, 0) == round(Haste.CALM / FRAME)


def test_what_was_too_fine_is_tried_more_and_more_seldom_but_always_again() -> None:
    haste = Haste(1)
    haste.late()
    waits = []
    for _ in range(9):
        waits.append(frames_until(haste, 0) * FRAME)
        haste.late()
    assert waits[:5] == [Haste.CALM * 2**i for i in range(5)]
    assert waits[-1] == Haste.LONGEST
