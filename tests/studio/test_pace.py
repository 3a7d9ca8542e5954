"""The canvas keeps up with the hand, and is fine when the hand rests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from depthfusion.render.quality import FILE
from depthfusion.studio.pace import LADDER, Pace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def moving(pace: Pace, took: Callable[[int], float], frames: int = 12) -> list[float]:
    times = []
    for _ in range(frames):
        pace.move()
        seconds = took(pace.rung)
        times.append(seconds)
        pace.drew(seconds)
    return times


def rest(pace: Pace, took: Callable[[int], float]) -> list[float]:
    times = []
    while pace.refine():
        times.append(took(pace.rung))
        pace.drew(times[-1])
        assert len(times) < 50
    return times


@pytest.mark.parametrize("whole", [0.005, 0.02, 0.06, 0.15, 0.3])
def test_a_moving_picture_keeps_the_budget_wherever_a_rung_can(whole: float) -> None:
    def took(rung: int) -> float:
        return whole * LADDER[rung].cost

    pace = Pace()
    times = moving(pace, took, 60)
    assert all(seconds <= pace.budget for seconds in times[2:])


def test_a_machine_slower_than_every_rung_gets_the_coarsest() -> None:
    pace = Pace()
    moving(pace, lambda rung: 9.0)
    assert pace.rung == 0


def test_a_fast_machine_ends_with_what_files_are_drawn_with() -> None:
    pace = Pace()
    moving(pace, lambda rung: 0.001)
    rest(pace, lambda rung: 0.001)
    assert pace.finest
    assert pace.now.quality == FILE
    assert pace.now.scale == 1


def test_one_slow_frame_is_made_up_for_while_the_picture_moves() -> None:
    def took(rung: int) -> float:
        return 0.008 * LADDER[rung].cost

    clock = Clock()
    pace = Pace(clock=clock)
    moving(pace, took, 40)
    usual = pace.rung
    pace.drew(0.4)
    assert pace.rung < usual
    clock.now += Pace.PATIENCE
    moving(pace, took, 80)
    assert pace.rung == usual


def test_what_is_too_slow_is_not_tried_again_and_again_while_the_picture_moves() -> None:
    def took(rung: int) -> float:
        return 0.05 if rung > 2 else 0.004

    pace = Pace(clock=Clock())
    assert sum(seconds > pace.budget for seconds in moving(pace, took, 300)) <= 3


def test_rest_refines_no_further_than_the_budget() -> None:
    def took(rung: int) -> float:
        return 0.012 * LADDER[rung].cost

    pace = Pace()
    moving(pace, took)
    assert all(seconds <= pace.budget for seconds in rest(pace, took))
    assert LADDER[pace.rung].cost > LADDER[Pace().rung].cost


@pytest.mark.parametrize("whole", [0.05, 0.1])
def test_a_still_picture_has_all_its_pixels_and_the_next_movement_keeps_the_budget_at_once(whole: float) -> None:
    def took(rung: int) -> float:
        return whole * LADDER[rung].cost

    pace = Pace()
    moving(pace, took)
    assert pace.now.scale < 1
    rest(pace, took)
    assert pace.now.scale == 1
    assert all(seconds <= pace.budget for seconds in moving(pace, took))


def test_refining_ends_where_costs_were_guessed_wrong() -> None:
    def took(rung: int) -> float:
        return 0.5 if rung > 6 else 0.01

    clock = Clock()
    pace = Pace(clock=clock)
    moving(pace, took)
    for _ in range(5):
        moving(pace, took, 3)
        assert len(rest(pace, took)) < len(LADDER)
    clock.now += 1
    assert sum(seconds > pace.budget for seconds in rest(pace, took)) == 0


def test_nothing_is_refined_before_anything_is_measured() -> None:
    assert not Pace().refine()


def test_the_ladder_becomes_finer_and_dearer() -> None:
    costs = [rung.cost for rung in LADDER]
    assert costs == sorted(set(costs))
