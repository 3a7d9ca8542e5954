"""Progress: what people read, and the time left."""

from __future__ import annotations

import pytest

from depthfusion.jobs.progress import Cancelled, Progress, Report, remaining


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_is_the_rest_at_the_pace_of_this_phase() -> None:
    clock, reports = Clock(), list[Report]()
    progress = Progress(reports.append, clock=clock)
    progress.step("loading", 0, 1)
    clock.now = 50.0
    progress.step("drawing", 0, 10)
    clock.now = 54.0
    progress.step("drawing", 4, 10)
    assert reports[1].seconds_left is None
    assert reports[2].seconds_left == pytest.approx(6.0)
    assert reports[2].line() == "drawing 4 of 10, 40 %, 6 s left"


def test_long_times_are_told_in_minutes() -> None:
    assert remaining(125.2) == ", 2 min 05 s left"
    assert remaining(None) == ""


def test_a_cancelled_job_stops_at_its_next_step() -> None:
    stop = False
    progress = Progress(cancelled=lambda: stop)
    progress.step("drawing", 1, 2)
    stop = True
    with pytest.raises(Cancelled):
        progress.step("drawing", 2, 2)
