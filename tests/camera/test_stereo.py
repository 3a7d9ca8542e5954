"""Two eyes: parallel axes, with no parallax at the convergence distance, held to the design's vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.camera.lens import Cubemap, Equirect, LittlePlanet, Perspective
from depthfusion.camera.pose import Pose
from depthfusion.camera.stereo import Rig
from tests.camera.test_lens import POSE, pixel


@pytest.mark.parametrize(("convergence", "left", "right"), [(0.0, 202.5952, 192.1102), (2.0, 197.4752, 197.2302)])
def test_the_design_s_vectors(convergence, left, right):
    rig = Rig(0.064, convergence)
    lens = Perspective(90.0)
    assert pixel(*rig.eye(POSE, lens, "left"))[0] == pytest.approx(left, abs=1e-4)
    assert pixel(*rig.eye(POSE, lens, "right"))[0] == pytest.approx(right, abs=1e-4)


@given(st.floats(0, 1), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_the_eyes_sit_along_the_head_s_own_right_and_look_alike(separation, yaw, pitch, roll):
    pose, lens = Pose((1, 2, 3), yaw, pitch, roll), Perspective(80.0)
    (left, left_lens), (right, right_lens) = (Rig(separation).eye(pose, lens, side) for side in ("left", "right"))
    apart = np.subtract(right.position, left.position)
    np.testing.assert_allclose(apart, pose.right * separation, atol=1e-12)
    np.testing.assert_allclose(np.add(right.position, left.position) / 2, pose.position, atol=1e-12)
    assert (left.yaw, left.pitch, left.roll) == (right.yaw, right.pitch, right.roll) == (yaw, pitch, roll)
    assert left_lens == right_lens == lens


@given(st.floats(0.01, 0.2), st.floats(0.5, 50), st.floats(20, 120), st.floats(-0.5, 0.5))
def test_nothing_at_the_convergence_distance_has_parallax(separation, convergence, fov, aside):
    rig, pose, lens = Rig(separation, convergence), Pose(), Perspective(fov)
    places = {}
    for distance in (convergence / 2, convergence, convergence * 2):
        point = np.array([aside * distance, 0.1, -distance])
        (left, left_lens), (right, right_lens) = (rig.eye(pose, lens, side) for side in ("left", "right"))
        x_left = left_lens.project(left.to_camera(point), 1.5)[0]
        x_right = right_lens.project(right.to_camera(point), 1.5)[0]
        places[distance] = x_right - x_left
    near, same, far = places.values()
    assert same == pytest.approx(0, abs=1e-9)
    assert near < 0 < far


@given(st.floats(0.01, 0.2), st.floats(0.5, 50), st.floats(-3, 3), st.floats(-2, 2))
def test_around_nothing_at_the_convergence_distance_has_parallax(separation, convergence, azimuth, height):
    rig, pose = Rig(separation, convergence), Pose((1, 2, 3), 20, 30, 40)
    places = []
    for distance in (convergence / 2, convergence, convergence * 2):
        point = np.array([np.sin(azimuth) * distance, height, -np.cos(azimuth) * distance])
        (left_pose, left), (right_pose, right) = (rig.eye(pose, Equirect(), side) for side in ("left", "right"))
        assert left_pose == right_pose == pose, "an eye's way around the head is the lens's"
        apart = right.project(point, 2.0)[0] - left.project(point, 2.0)[0]
        places.append((apart + 1) % 2 - 1)
    near, same, far = places
    assert same == pytest.approx(0, abs=1e-9)
    assert near < 0 < far


def test_a_little_planet_s_eyes_lie_side_by_side_without_convergence():
    pose, lens = Pose((1, 2, 3), 30, 20, 10), LittlePlanet(200.0)
    (left, left_lens), (right, right_lens) = (Rig(0.1, 2.0).eye(pose, lens, side) for side in ("left", "right"))
    np.testing.assert_allclose(np.subtract(right.position, left.position), pose.right * 0.1, atol=1e-12)
    assert left_lens == right_lens == lens


def test_a_cubemap_has_no_eyes():
    with pytest.raises(ValueError, match="no eyes"):
        Rig().eye(Pose(), Cubemap(), "left")
