"""Perspective: rays and places are each other's inverse, held to the design's vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.camera.lens import Perspective, pixel_rays
from depthfusion.camera.pose import Pose

POINT = np.array([0.5, 0.2, -2.0])
POSE = Pose((0.1, 0.0, 0.1), yaw=30, pitch=-10, roll=5)


def pixel(pose, lens, width=640, height=360):
    x, y = lens.project(pose.to_camera(POINT), width / height)
    return (x + 1) * width / 2, (1 - y) * height / 2


def test_the_design_s_vector():
    assert pixel(POSE, Perspective(90.0)) == pytest.approx((197.3527, 100.6917), abs=1e-4)


def test_fov_is_horizontal():
    lens = Perspective(90.0)
    np.testing.assert_allclose(lens.rays(np.array(1.0), np.array(0.0), 2.0), [1, 0, -1], atol=1e-12)
    np.testing.assert_allclose(lens.rays(np.array(0.0), np.array(1.0), 2.0), [0, 0.5, -1], atol=1e-12)


@given(st.floats(1, 170), st.floats(-2, 2), st.floats(0.2, 5), st.floats(-1, 1), st.floats(-1, 1))
def test_a_ray_s_points_appear_where_it_was_sent(fov, shift, aspect, x, y):
    lens = Perspective(fov, shift)
    ray = lens.rays(np.array(x), np.array(y), aspect)
    for distance in (0.1, 7.0):
        np.testing.assert_allclose(lens.project(ray * distance, aspect), [x, y], atol=1e-9)


def test_what_is_behind_has_no_place():
    assert np.isnan(Perspective().project(np.array([[0, 0, 1.0], [1, 0, 0.0]]), 1.5)).all()


def test_a_shift_moves_the_picture_right():
    plain, moved = Perspective(70.0), Perspective(70.0).shifted(0.1).shifted(0.15)
    point = np.array([0.2, 0.1, -1.0])
    np.testing.assert_allclose(moved.project(point, 1.5) - plain.project(point, 1.5), [0.25, 0], atol=1e-12)


def test_rays_go_through_pixel_centres_and_regular_grids_within():
    lens = Perspective(90.0)
    rays = pixel_rays(lens, 4, 2, 2.0)
    assert rays.shape == (2, 4, 1, 3)
    np.testing.assert_allclose(rays[0, 0, 0], [-0.75, 0.25, -1])
    finer = pixel_rays(lens, 4, 2, 2.0, samples=4)
    assert finer.shape == (2, 4, 16, 3)
    np.testing.assert_allclose(finer.mean(axis=2), rays[:, :, 0], atol=1e-12)
    assert len(np.unique(np.round(finer[0, 0, :, :2], 9), axis=0)) == 16
