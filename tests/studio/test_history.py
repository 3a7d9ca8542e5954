"""Undo takes back what a person would call one change."""

from __future__ import annotations

from depthfusion.camera.options import ViewOptions
from depthfusion.look import Look
from depthfusion.studio.history import History


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def made() -> tuple[Look, ViewOptions, History, Clock]:
    look, view, clock = Look(), ViewOptions(), Clock()
    return look, view, History({"look": look, "view": view}, clock), clock


def test_undo_and_redo_walk_over_single_changes() -> None:
    look, view, history, clock = made()
    look.strength = 0.7
    clock.now = 5
    view.fov = 60
    history.undo()
    assert (look.strength, view.fov) == (0.7, None)
    history.undo()
    assert (look.strength, view.fov) == (0.5, None)
    assert not history.can_undo
    history.redo()
    history.redo()
    assert (look.strength, view.fov) == (0.7, 60)
    assert not history.can_redo


def test_a_drag_is_one_step_however_long_it_takes() -> None:
    _, view, history, clock = made()
    history.begin()
    for step in range(50):
        clock.now += 10
        view.yaw, view.pitch = step + 1.0, step / 10
    history.end()
    history.undo()
    assert (view.yaw, view.pitch) == (0, 0)
    assert not history.can_undo


def test_quick_changes_of_one_value_are_one_step_and_of_two_values_are_two() -> None:
    look, _, history, clock = made()
    for strength in (0.51, 0.52, 0.53):
        clock.now += 0.1
        look.strength = strength
    look.radius = 4
    history.undo()
    assert (look.strength, look.radius) == (0.53, 3)
    history.undo()
    assert look.strength == 0.5


def test_after_a_pause_the_same_value_is_another_step() -> None:
    look, _, history, clock = made()
    look.strength = 0.6
    clock.now += History.PAUSE + 0.1
    look.strength = 0.7
    history.undo()
    assert look.strength == 0.6


def test_a_change_after_undo_forgets_what_was_undone() -> None:
    look, _, history, clock = made()
    look.strength = 0.6
    history.undo()
    clock.now += 5
    look.strength = 0.8
    assert not history.can_redo
    history.undo()
    assert look.strength == 0.5


def test_two_drags_are_two_steps() -> None:
    _, view, history, _ = made()
    for end in (10.0, 20.0):
        with history.together():
            view.yaw = end
    history.undo()
    assert view.yaw == 10


def test_a_gesture_that_changes_nothing_is_no_step() -> None:
    _, _, history, _ = made()
    with history.together():
        pass
    assert not history.can_undo
