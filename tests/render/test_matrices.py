"""Matrices take row vectors, and say what the lens says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.camera.frame import View
from depthfusion.camera.lens import Perspective
from depthfusion.camera.pose import Pose
from depthfusion.render.matrices import edges, projection_matrix, view_matrix
from depthfusion.render.perspective import grid_rays

ANGLES = st.tuples(st.floats(-360, 360), st.floats(-90, 90), st.floats(-180, 180))


def test_the_layout_is_point_times_matrix_with_the_translation_in_the_last_row():
    matrix = view_matrix(Pose((1.0, 2.0, 3.0)))
    np.testing.assert_allclose(matrix[3], [-1, -2, -3, 1])
    np.testing.assert_allclose(np.array([1, 2, 3, 1]) @ matrix, [0, 0, 0, 1])


@given(ANGLES, st.tuples(*[st.floats(-2, 2)] * 3), st.floats(5, 170), st.floats(-1, 1))
def test_the_matrices_project_as_the_lens_does(angles, position, fov, shift):
    pose, lens, aspect = Pose(position, *angles), Perspective(fov, shift), 1.6
    points = pose.to_world(np.random.default_rng(0).normal(size=(20, 3)) * [1, 1, 0] - [0, 0, 3]) + position
    tangents = edges(lens, aspect, (160, 100), (0, 0, 160, 100))
    clip = np.append(points, np.ones((20, 1)), 1) @ view_matrix(pose) @ projection_matrix(tangents, 0.1, 10)
    np.testing.assert_allclose(clip[:, 3], 3, atol=1e-9)
    np.testing.assert_allclose(clip[:, :2] / clip[:, 3:], lens.project(pose.to_camera(points), aspect), atol=1e-7)
    assert (np.abs(clip[:, 2]) < clip[:, 3]).all()


def test_tiles_share_their_edges():
    lens, size = Perspective(80.0, 0.1), (1000, 600)
    whole = edges(lens, 1.5, size, (0, 0, 1000, 600))
    left = edges(lens, 1.5, size, (0, 0, 300, 200))
    right = edges(lens, 1.5, size, (300, 200, 700, 400))
    assert (left[0], left[3], right[1], right[2]) == pytest.approx((whole[0], whole[3], whole[1], whole[2]))
    assert (left[1], left[2]) == pytest.approx((right[0], right[3]))


@given(ANGLES)
def test_a_grid_s_rays_are_the_lens_s(angles):
    view = View(Pose((0.1, 0.2, 0.3), *angles), Perspective(70.0, 0.2), 2.0, (0, 0, 200, 100))
    tile = (50, 20, 100, 40)
    grid = grid_rays(view.pose.rotation, edges(view.lens, view.aspect, (200, 100), tile), (200, 80))
    x, y = 30.5, 12.5  # half pixels from the tile's lower left corner
    ray = np.array([x, y, 1]) @ grid
    pixel = np.array([50 + x / 2, 20 + 40 - y / 2])
    expected = view.pose.to_world(view.lens.rays(pixel[0] / 100 - 1, 1 - pixel[1] / 50, view.aspect))
    np.testing.assert_allclose(ray, expected, atol=1e-9)
