"""Progress: what people read, and the time left."""

from __future__ import annotations

import numpy as np
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


def test_nothing_is_left_of_a_phase_that_is_done() -> None:
    clock, reports = Clock(), list[Report]()
    progress = Progress(reports.append, clock=clock)
    progress.step("drawing", 0, 2)
    clock.now = 9.0
    progress.step("drawing", 2, 2)
    assert reports[-1].line() == "drawing 2 of 2, 100 %"


def test_previews_are_wanted_where_somebody_looks() -> None:
    seen: list[tuple[int, ...]] = []
    looking = Progress(preview=lambda rgb, depth: seen.append(rgb.shape + depth.shape))
    picture = np.zeros((2, 4, 3), np.uint8)
    for progress, wanted in ((looking, True), (Progress(), False)):
        assert progress.wants_preview == wanted
        progress.preview(picture, picture[..., 0])
    assert seen == [(2, 4, 3, 2, 4)]


def test_a_cancelled_job_stops_at_its_next_step() -> None:
    stop = False
    progress = Progress(cancelled=lambda: stop)
    progress.step("drawing", 1, 2)
    stop = True
    with pytest.raises(Cancelled):
        progress.step("drawing", 2, 2)


@pytest.mark.parametrize(
    ("done", "total", "said"),
    [
        (0, 5_480_000_000, "downloading it, 0.0 of 5.5 GB, 0 %"),
        (12_345_678, 98_765_432, "downloading it, 12.3 of 98.8 MB, 12 %"),
        (2, 12, "downloading it, 2 of 12 bytes, 17 %"),
    ],
)
def test_bytes_are_told_as_people_read_them(done: float, total: float, said: str) -> None:
    assert Report("downloading it", done, total, None, "bytes").line() == said
