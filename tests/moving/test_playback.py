"""Playing: frames come when their time has come, in order, round and round, and never hold up who asks."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from depthfusion.errors import InputError
from depthfusion.moving import MovingPanorama, Playback
from tests.children import ffmpegs

from .conftest import number_of


def number(rgb: np.ndarray, depth: np.ndarray, haste: int) -> int:
    assert haste == 0
    assert rgb.shape == (16, 32, 3)
    return number_of(depth)


def test_each_frame_comes_at_its_time_and_after_the_last_the_first(clip: Path) -> None:
    playback = Playback(MovingPanorama(clip), number, start=3.5)
    try:
        for i in range(50):
            assert playback.wait(20)
            if i:
                assert playback.take(i / 10 - 0.02) is None
            assert playback.take(i / 10 + 0.01) == (35 + i) % 40
            assert playback.take(i / 10 + 0.02) is None
            assert playback.at == pytest.approx((35 + i) % 40 / 10)
    finally:
        playback.close()
    assert not ffmpegs()


def test_who_asks_late_gets_the_newest_and_nothing_from_the_future(clip: Path) -> None:
    playback = Playback(MovingPanorama(clip), number)
    taken = []
    try:
        for _ in range(2000):
            if (found := playback.take(0.21)) is not None:
                taken.append(found)
            time.sleep(0.001)
            if 2 in taken:
                break
        assert playback.wait(20)  # the next one is ready, and not shown before its time
        assert playback.take(0.25) is None
    finally:
        playback.close()
    assert taken == sorted(set(taken))
    assert taken[-1] == 2


def test_a_slow_maker_drops_frames_but_never_all(clip: Path) -> None:
    """The clock runs away: frames are dropped in between, and what comes still comes in order."""
    made: list[int] = []
    playback = Playback(MovingPanorama(clip), number)
    try:
        for seconds in range(0, 1000, 10):
            assert playback.wait(20)
            if (found := playback.take(seconds)) is not None:
                made.append(found)
                assert playback.at == pytest.approx(found / 10)
            if len(made) == 8:
                break
    finally:
        playback.close()
    assert len(made) == 8
    assert made == sorted(set(made))


def test_late_frames_are_made_more_coarsely_before_one_is_dropped(clip: Path) -> None:
    made: list[tuple[int, int]] = []

    def note(rgb: np.ndarray, depth: np.ndarray, haste: int) -> int:
        made.append((number_of(depth), haste))
        return made[-1][0]

    playback = Playback(MovingPanorama(clip), note, hurries=2)
    try:
        for seconds in range(0, 1000, 10):  # the clock runs away
            assert playback.wait(20)
            playback.take(seconds)
            if len(made) >= 12:
                break
        assert playback.haste == 2
    finally:
        playback.close()
    numbers, hastes = zip(*made[:12], strict=True)
    assert hastes == tuple(sorted(hastes))
    fine = [number for number, haste in made[:12] if haste < 2]
    assert fine == list(range(len(fine)))  # none was dropped while there was another way
    assert max(np.diff(numbers)) > 1  # then some were


def test_who_shows_frames_too_late_hurries_them_as_well(clip: Path) -> None:
    playback = Playback(MovingPanorama(clip), lambda rgb, depth, haste: number_of(depth), hurries=3)
    try:
        with playback._changed:
            assert playback._changed.wait_for(lambda: len(playback._ready) == 3, 20)
        assert playback.haste == 0
        assert playback.take(0.25) == 2  # frames 0 and 1 were made for nothing
        assert playback.haste > 0
    finally:
        playback.close()


def test_what_goes_wrong_is_raised_where_frames_are_taken(clip: Path) -> None:
    def refuse(rgb: np.ndarray, depth: np.ndarray, haste: int) -> int:
        raise InputError("no such frame")

    playback = Playback(MovingPanorama(clip), refuse)
    try:
        assert playback.wait(20)
        with pytest.raises(InputError, match="no such frame"):
            playback.take(0)
    finally:
        playback.close()


@pytest.mark.parametrize("wait", [False, True])
def test_closing_ends_all_at_once(clip: Path, wait: bool) -> None:
    before = threading.active_count()
    playback = Playback(MovingPanorama(clip), number, start=3)
    assert not wait or playback.wait(20)
    playback.close()
    assert threading.active_count() == before
    assert not ffmpegs()
