"""The reference itself, held to closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from depthfusion.camera.frame import View
from depthfusion.camera.lens import Perspective
from depthfusion.camera.pose import Pose
from depthfusion.look import Look
from tests.reference import raycaster, scenes

GREY = np.full((2, 4, 3), 128, np.uint8)


def rays(count=400, seed=0):
    directions = np.random.default_rng(seed).normal(size=(count, 3))
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


@pytest.mark.parametrize("origin", [(0, 0, 0), (0.5, -0.3, 0.2), (2.6, 0, 0), (0, 3.2, 0)])
def test_constant_depth_is_a_sphere(origin):
    rule = Look().displacement()
    depth = scenes.constant(16, 8, 0.4)
    radius = float(rule.radius_of(np.array(depth[0, 0] / 65535)))
    origin, directions = np.array(origin, float), rays()
    along = directions @ origin
    exact = origin + (-along + np.sqrt(along**2 + radius**2 - origin @ origin))[:, None] * directions
    hits = raycaster.first_hits(raycaster.Scene(GREY, depth, rule), origin, directions)
    np.testing.assert_allclose(hits, exact, atol=1e-8)


def test_a_floor_is_met_where_a_plane_is():
    rule = Look(mapping="inverse").displacement(0.5, 40.0)
    depth = scenes.plane(1024, 512, 1.2, 0.5, 40.0)
    origin = np.array([0.2, 0.1, -0.1])
    directions = rays()
    directions = directions[directions[:, 1] < -0.4]
    exact = origin + ((-1.2 - origin[1]) / directions[:, 1])[:, None] * directions
    hits = raycaster.first_hits(raycaster.Scene(GREY, depth, rule), origin, directions)
    # Between texels the surface is bilinear in depth and not a plane: second order in a texel's 6 mrad.
    np.testing.assert_allclose(hits, exact, atol=1e-3)


def test_a_ball_is_met_on_its_near_side():
    rule = Look(mapping="inverse").displacement(0.8, 30.0)
    centre, radius = np.array([0.5, 0.3, -2.0]), 0.8
    depth = scenes.ball(1024, 512, tuple(centre), radius, 0.8, 30.0)
    origin = np.array([0.05, 0.0, 0.1])
    directions = centre - origin + rays() * 0.4
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    to_centre = centre - origin
    along = directions @ to_centre
    exact = origin + (along - np.sqrt(along**2 - to_centre @ to_centre + radius**2))[:, None] * directions
    hits = raycaster.first_hits(raycaster.Scene(GREY, depth, rule), origin, directions)
    np.testing.assert_allclose(hits, exact, atol=2e-3)


def test_a_step_hides_what_is_behind_it():
    rule = Look().displacement()
    depth = scenes.to_depth(np.where(np.arange(64) < 32, 0.9, 0.1) * np.ones((32, 1)))
    # Left of azimuth 0 the wall is near, at 1.8 m; from the left, a ray past its edge meets the far one at 4.2 m.
    scene = raycaster.Scene(GREY, depth, rule)
    near, far = raycaster.first_hits(scene, np.zeros(3), np.array([[-0.5, 0, -1], [0.5, 0, -1.0]]))
    assert np.linalg.norm(near) == pytest.approx(1.8, abs=1e-4)
    assert np.linalg.norm(far) == pytest.approx(4.2, abs=1e-4)
    origin = np.array([0.3, 0, 0])
    hidden = np.array([0, 0, -4.2]) - origin  # the edge's own shadow, seen past it from the right
    (hit,) = raycaster.first_hits(scene, origin, hidden[None])
    assert np.linalg.norm(hit) < 4.2
    np.testing.assert_allclose(np.cross(hit - origin, hidden), 0, atol=1e-9)


def test_every_hit_lies_on_its_ray_and_on_the_surface():
    rule = Look(strength=0.9).displacement()
    scene = raycaster.Scene(GREY, scenes.rolling(64, 32), rule)
    origin, directions = np.array([0.2, 0.1, -0.1]), rays()
    hits = raycaster.first_hits(scene, origin, directions)
    np.testing.assert_allclose(np.cross(hits - origin, directions), 0, atol=1e-8)
    assert ((hits - origin) * directions).sum(axis=1).min() > 0
    np.testing.assert_allclose(np.linalg.norm(hits, axis=1), scene.radius(hits), atol=1e-8)


def test_a_single_colour_stays_itself_and_light_is_averaged_linearly():
    rule = Look().displacement()
    depth = scenes.constant(16, 8, 0.5)
    view = View(Pose(), Perspective(90.0), 2.0, (0, 0, 8, 4))
    grey = raycaster.cast(raycaster.Scene(GREY, depth, rule), view)
    np.testing.assert_allclose(grey.srgb, 128 / 255, atol=1e-9)
    stripes = np.zeros((128, 4096, 3), np.uint8)
    stripes[:, ::2] = 255
    blended = raycaster.cast(raycaster.Scene(stripes, depth, rule), View(Pose(), Perspective(10.0), 2.0, (0, 0, 4, 2)))
    assert blended.srgb.mean() == pytest.approx(188 / 255, abs=0.04)  # half the light of white is 188, not 128


def test_edges_are_steps_of_more_than_five_per_cent_of_the_distance():
    rule = Look().displacement()
    row = np.full(16, 0.5)
    row[4:8] = 0.53  # r falls from 3 to 2.91: 3 %
    row[10:12] = 0.56  # to 2.82: 6 %
    edges = raycaster.depth_edges(raycaster.Scene(GREY, scenes.to_depth(row * np.ones((8, 1))), rule))
    assert np.flatnonzero(edges[3]).tolist() == [9, 10, 11, 12]
    assert raycaster.dilated(np.eye(9, dtype=bool)[None, 4], 2).sum() == 5
