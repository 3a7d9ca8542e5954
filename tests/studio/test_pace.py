"""The canvas keeps up with the hand, and no paint of a resting picture takes longer either."""

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
        seconds = took(pace.rung)
        times.append(seconds)
        pace.drew(seconds)
    return times


def rest(pace: Pace, clock: Clock, cost: Callable[[int], float], pixels: int) -> list[float]:
    """Draw a still picture of so many pixels, the next of which costs `cost(done)` seconds; return what paints took."""
    paints = []
    done = 0
    while done < pixels:
        began = clock.now
        while True:
            step = min(pace.pixels, pixels - done)
            seconds = step * cost(done)
            clock.now += seconds
            done += step
            pace.stepped(step, seconds)
            if done == pixels or not pace.fits(clock.now - began):
                break
        paints.append(clock.now - began)
        assert len(paints) < 5000
    return paints


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


def test_a_fast_machine_moves_as_files_are_drawn() -> None:
    pace = Pace()
    moving(pace, lambda rung: 0.001, 60)
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


@pytest.mark.parametrize("cost", [1e-9, 1e-7, 2e-6, 1e-5])
def test_paints_of_a_still_picture_keep_the_budget_and_use_it(cost: float) -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    first, *_ = rest(pace, clock, lambda done: cost, 100_000)
    paints = rest(pace, clock, lambda done: cost, 1_000_000)
    assert first <= Pace.FIRST * cost + pace.budget
    assert max(paints) <= pace.budget
    assert len(paints) <= 1_000_000 * cost / (pace.budget / 2) + 1


def test_one_step_pays_where_a_picture_becomes_dearer() -> None:
    def cost(done: int) -> float:
        return 1e-6 if done < 100_000 else 4e-6

    clock = Clock()
    pace = Pace(clock=clock)
    assert sum(seconds > pace.budget for seconds in rest(pace, clock, cost, 300_000)) <= 1


def test_steps_become_larger_by_and_by() -> None:
    pace = Pace()
    pace.stepped(10, 1e-9)
    assert pace.pixels == 2 * Pace.FIRST


def test_another_picture_begins_with_small_steps() -> None:
    pace = Pace()
    for _ in range(5):
        pace.stepped(pace.pixels, 1e-4)
    assert pace.pixels > Pace.FIRST
    pace.forget()
    assert pace.pixels == Pace.FIRST


def test_each_kind_of_picture_keeps_its_own_rung() -> None:
    pace = Pace()
    moving(pace, lambda rung: 0.001, 60)
    assert pace.finest
    pace.turn_to("marched", dear=True)
    assert pace.now.scale == 0.5
    assert pace.pixels == Pace.FIRST
    moving(pace, lambda rung: 0.02 * LADDER[rung].cost, 60)
    learned = pace.rung
    pace.turn_to(None)
    assert pace.finest
    pace.turn_to("marched", dear=True)
    assert pace.rung == learned


def test_a_step_has_a_pixel_however_slow_the_machine() -> None:
    pace = Pace()
    pace.stepped(1, 9.0)
    assert pace.pixels == 1
    assert not pace.fits(9.0)


def test_the_ladder_becomes_finer_and_dearer() -> None:
    costs = [rung.cost for rung in LADDER]
    assert costs == sorted(set(costs))
