"""The hand moves the camera as it feels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from depthfusion.camera.lens import Perspective
from depthfusion.camera.pose import Pose
from depthfusion.studio import navigation
from depthfusion.studio.navigation import Eye

EYE = Eye(800, 450, 800 / 450)


def place_of(direction: np.ndarray, yaw: float, pitch: float, fov: float) -> np.ndarray:
    """Where a direction of the world is seen, in pixels from the middle, y down."""
    x, y = Perspective(fov).project(Pose(yaw=yaw, pitch=pitch).to_camera(direction), EYE.aspect)
    return np.array([x * EYE.width / 2, -y * EYE.height / 2])


@pytest.mark.parametrize("fov", [20.0, 90.0, 140.0])
@pytest.mark.parametrize(("start", "end"), [((0, 0), (250, 0)), ((-300, 0), (100, 0)), ((0, -50), (0, 120))])
def test_what_is_under_the_pointer_stays_under_it(fov: float, start: tuple[int, int], end: tuple[int, int]) -> None:
    half = math.tan(math.radians(fov) / 2)
    seen = np.array([2 * start[0] / EYE.width * half, -2 * start[1] / EYE.height * half / EYE.aspect, -1.0])
    grabbed = Pose(yaw=17).to_world(seen)
    yaw, pitch = navigation.dragged(17, 0, 0, fov, EYE, start, end)
    assert place_of(grabbed, yaw, pitch, fov) == pytest.approx(end, abs=1e-6)


def test_each_half_of_a_stereo_picture_has_its_own_middle() -> None:
    assert navigation.eye_at("mono", 800, 400, 700, 10) == (Eye(800, 400, 2), (400, 200))
    assert navigation.eye_at("anaglyph", 800, 400, 0, 0)[1] == (400, 200)
    assert navigation.eye_at("sbs", 800, 400, 700, 10) == (Eye(400, 400, 1), (600, 200))
    assert navigation.eye_at("half-sbs", 800, 400, 100, 10) == (Eye(400, 400, 2), (200, 200))
    assert navigation.eye_at("tb", 800, 400, 100, 399) == (Eye(800, 200, 4), (400, 300))


def test_dragging_right_turns_left_and_dragging_down_looks_up() -> None:
    yaw, pitch = navigation.dragged(0, 0, 0, 90, EYE, (0, 0), (10, 10))
    assert yaw < 0 < pitch


def test_a_leaning_head_drags_along_its_own_axes() -> None:
    yaw, pitch = navigation.dragged(0, 0, 90, 90, EYE, (0, 0), (0, 40))
    assert abs(yaw) > 1
    assert pitch == pytest.approx(0)


def test_pitch_ends_at_the_poles_and_yaw_wraps() -> None:
    assert navigation.dragged(0, 89, 0, 90, EYE, (0, -200), (0, 200))[1] == 90
    assert navigation.wrapped(190) == -170
    assert navigation.wrapped(-541) == 179


def test_zoom_is_undone_by_the_same_way_back_and_stays_in_range() -> None:
    assert navigation.zoomed(navigation.zoomed(90, 3), -3) == pytest.approx(90)
    assert navigation.zoomed(90, 1) < 90
    assert navigation.zoomed(90, 1e3) == 1
    assert navigation.zoomed(90, -1e3) == pytest.approx(170)


def test_a_little_planet_zooms_by_its_own_scale() -> None:
    nearer = navigation.zoomed(250, 1, "little-planet")
    assert math.tan(math.radians(nearer) / 4) == pytest.approx(math.tan(math.radians(250) / 4) / 1.1)
    limits = [navigation.zoomed(250, notches, "little-planet") for notches in (1e3, -1e3)]
    assert limits == pytest.approx([60, 330])


@pytest.mark.parametrize(
    ("keys", "expected"),
    [("W", (0, 0, -2)), ("S", (0, 0, 2)), ("D", (2, 0, 0)), ("A", (-2, 0, 0)), ("E", (0, 2, 0)), ("Q", (0, -2, 0))],
)
def test_each_key_has_its_direction(keys: str, expected: tuple[float, float, float]) -> None:
    assert navigation.moved((0, 0, 0), 0, keys, 2) == pytest.approx(expected)


def test_movement_follows_the_heading_and_is_no_faster_diagonally() -> None:
    assert navigation.moved((1, 0, 0), 90, "W", 2) == pytest.approx((3, 0, 0))
    ahead = Pose(yaw=35).forward
    assert navigation.moved((0, 0, 0), 35, "W", 1) == pytest.approx(tuple(ahead))
    assert math.hypot(*navigation.moved((0, 0, 0), 10, "WDE", 1)) == pytest.approx(1)
    assert navigation.moved((0.5, 0, 0), 10, "WS", 1) == (0.5, 0, 0)


def test_nobody_leaves_the_world() -> None:
    assert math.hypot(*navigation.inside((30, 40, 0), 4.5)) < 4.5
    assert navigation.inside((1, 1, 1), 4.5) == (1, 1, 1)
