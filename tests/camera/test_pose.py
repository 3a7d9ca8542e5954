"""Where the camera is and looks, held to the design's vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.camera.pose import Pose, rotation

ANGLE = st.floats(-720, 720)
COORDINATE = st.floats(-100, 100)


def test_at_rest_it_looks_along_minus_z():
    np.testing.assert_allclose(Pose().forward, [0, 0, -1])
    np.testing.assert_allclose(Pose().right, [1, 0, 0])


def test_the_design_s_vectors():
    pose = Pose(yaw=30, pitch=20, roll=10)
    np.testing.assert_allclose(pose.forward, [0.469846, 0.342020, -0.813798], atol=1e-6)
    np.testing.assert_allclose(pose.right, [0.882564, -0.163176, 0.440970], atol=1e-6)


@pytest.mark.parametrize(
    ("turn", "forward", "up"),
    [({"yaw": 90}, (1, 0, 0), (0, 1, 0)), ({"pitch": 90}, (0, 1, 0), (0, 0, 1)), ({"roll": 90}, (0, 0, -1), (1, 0, 0))],
)
def test_yaw_turns_right_pitch_looks_up_and_roll_leans_the_head_right(turn, forward, up):
    pose = Pose(**turn)
    np.testing.assert_allclose(pose.forward, forward, atol=1e-12)
    np.testing.assert_allclose(pose.rotation[:, 1], up, atol=1e-12)


@given(ANGLE, ANGLE, ANGLE)
def test_a_rotation_keeps_lengths_angles_and_hands(yaw, pitch, roll):
    matrix = rotation(yaw, pitch, roll)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)


@given(st.tuples(COORDINATE, COORDINATE, COORDINATE), ANGLE, ANGLE, ANGLE)
def test_into_the_camera_s_frame_and_back(position, yaw, pitch, roll):
    pose = Pose(position, yaw, pitch, roll)
    points = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(pose.to_world(pose.to_camera(points)) + position, points, atol=1e-9)
    np.testing.assert_allclose(pose.to_camera(np.asarray(position) + pose.forward), [0, 0, -1], atol=1e-9)


@given(ANGLE, ANGLE, ANGLE)
def test_two_turns_of_yaw_are_none(yaw, pitch, roll):
    np.testing.assert_allclose(rotation(yaw + 720, pitch, roll), rotation(yaw, pitch, roll), atol=1e-9)


def test_position_is_not_turned_by_yaw():
    moved = Pose((1, 2, 3), yaw=90).moved(np.array([0.5, 0, 0]))
    assert moved.position == (1.5, 2, 3)
    assert (moved.yaw, moved.pitch, moved.roll) == (90, 0, 0)


def test_level_keeps_place_and_yaw_alone():
    assert Pose((1, 2, 3), 40, 50, 60).levelled() == Pose((1, 2, 3), 40)
