"""Lenses: rays and places are each other's inverse, held to the design's vectors and to a picture on paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.camera.lens import Cubemap, Equirect, LittlePlanet, Perspective, pixel_origins, pixel_rays
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


LENSES = {
    "perspective": Perspective(100.0, 0.1),
    "equirect": Equirect(),
    "half": Equirect(180.0),
    "left eye": Equirect(offset=-0.032),
    "right eye, converging": Equirect(offset=0.2, turn=-0.1),
    "half, right eye": Equirect(180.0, offset=0.3, turn=-0.2),
    "tapered": Equirect(offset=-0.3, turn=0.1, taper=True),
    "planet": LittlePlanet(),
    "near planet": LittlePlanet(60.0),
    "far planet": LittlePlanet(330.0),
    "cubemap": Cubemap(),
}


@pytest.mark.parametrize("name", LENSES)
def test_what_lies_on_a_ray_appears_where_the_ray_was_sent(name):
    lens, rng = LENSES[name], np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, (2, 5000))
    points = lens.origins(x, y, 1.5) + lens.rays(x, y, 1.5) * rng.uniform(0.1, 20, (5000, 1))
    np.testing.assert_allclose(lens.project(points, 1.5), np.stack([x, y], axis=-1), atol=1e-9)


@pytest.mark.parametrize("name", sorted(set(LENSES) - {"perspective", "half", "half, right eye", "near planet"}))
def test_what_has_a_place_lies_on_its_ray(name):
    lens, points = LENSES[name], np.random.default_rng(1).normal(size=(5000, 3)) * 3
    x, y = lens.project(points, 1.0).T
    seen = ~np.isnan(x)
    assert seen.mean() > 0.99  # those within the eyes' circle are not
    rays, origins = (make(x[seen], y[seen], 1.0) for make in (lens.rays, lens.origins))
    away = points[seen] - origins
    np.testing.assert_allclose(np.cross(away, rays), 0, atol=1e-8)
    assert (np.sum(away * rays, axis=1) > 0).all()


def test_an_equirect_picture_lies_as_panoramas_do():
    lens = Equirect()
    # u = ¾, v = ¼ of the picture, the design's vector
    np.testing.assert_allclose(lens.rays(np.array(0.5), np.array(0.5), 2.0), [0.707107, 0.707107, 0], atol=1e-6)
    assert lens.project(np.array([0, 0, -1.0]), 2.0) == pytest.approx((0, 0))
    assert lens.project(np.array([1.0, 0, 0]), 2.0) == pytest.approx((0.5, 0))
    assert np.abs(lens.project(np.array([0, 0, 1.0]), 2.0)) == pytest.approx((1, 0))


@pytest.mark.parametrize(
    ("offset", "convergence", "expected"),
    [
        (-0.032, 0.0, (1287.3760, 401.2042)),
        (0.032, 0.0, (1272.6240, 401.2042)),
        (-0.032, 2.0, (1282.1606, 401.2042)),
        (0.032, 2.0, (1277.8394, 401.2042)),
    ],
)
def test_the_design_s_vectors_of_omni_directional_stereo(offset, convergence, expected):
    turn = -np.sign(offset) * np.arcsin(0.032 / convergence) if convergence else 0.0
    x, y = Equirect(offset=offset, turn=turn).project(np.array([1.0, 0.5, -1.0]), 2.0)
    assert ((x + 1) * 1024, (1 - y) * 512) == pytest.approx(expected, abs=1e-4)


@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(0, 0.3))
def test_an_eye_s_ray_begins_beside_the_head_level_and_across_its_direction(azimuth, latitude, radius):
    lens = Equirect(offset=radius)
    x, y = np.array(azimuth / 180), np.array(latitude / 90)
    ray, origin = lens.rays(x, y, 2.0), lens.origins(x, y, 2.0)
    across = [np.cos(np.radians(azimuth)), 0, np.sin(np.radians(azimuth))]
    np.testing.assert_allclose(origin, np.multiply(radius, across), atol=1e-12)
    assert ray @ origin == pytest.approx(0, abs=1e-12)


def test_both_eyes_see_a_point_at_the_same_height():
    points = np.random.default_rng(2).normal(size=(1000, 3)) * 2
    left, right = (Equirect(offset=offset).project(points, 2.0)[:, 1] for offset in (-0.1, 0.1))
    np.testing.assert_allclose(left, right, atol=1e-12)


def test_within_the_circle_of_the_eyes_nothing_has_a_place():
    points = np.array([[0.05, 1.0, 0.0], [0.0, -1.0, 0.0], [0.0, 1.0, 0.099]])
    assert np.isnan(Equirect(offset=0.1).project(points, 2.0)).all()
    assert not np.isnan(Equirect(offset=0.1, taper=True).project(points, 2.0)).any()
    assert not np.isnan(Equirect().project(points, 2.0)).any()


def test_tapered_eyes_are_one_from_75_degrees_and_untouched_to_60():
    lens, plain, mono = Equirect(offset=0.1, turn=-0.05, taper=True), Equirect(offset=0.1, turn=-0.05), Equirect()
    x = np.linspace(-1, 1, 9)
    for latitude, same in ((59.9, plain), (75.1, mono), (-75.1, mono), (90, mono)):
        y = np.full(9, latitude / 90)
        np.testing.assert_allclose(lens.rays(x, y, 2), same.rays(x, y, 2), atol=1e-12)
        np.testing.assert_allclose(lens.origins(x, y, 2), same.origins(x, y, 2), atol=1e-12)
    half = lens.origins(x, np.full(9, 67.5 / 90), 2)
    np.testing.assert_allclose(np.linalg.norm(half, axis=1), 0.1 * np.cos(np.pi / 4), atol=1e-12)


def test_half_of_the_world_is_the_middle_half_of_the_whole():
    half = pixel_rays(Equirect(180.0, 0.1, -0.02), 8, 8, 1.0)
    whole = pixel_rays(Equirect(360.0, 0.1, -0.02), 16, 8, 2.0)
    np.testing.assert_allclose(half, whole[:, 4:12], atol=1e-12)


@pytest.mark.parametrize(
    ("direction", "place"),
    [
        ((0, -1, 0), (0, 0)),  # straight down is in the middle
        ((0, 0, -1), (0, 1)),  # ahead is up, where 180° reach from edge to edge
        ((1, 0, 0), (1, 0)),
        ((0, 0, 1), (0, -1)),
    ],
)
def test_a_little_planet_has_the_ground_in_the_middle_and_what_is_ahead_above(direction, place):
    assert LittlePlanet(180.0).project(np.array(direction, float), 1.0) == pytest.approx(place)


def test_a_little_planet_s_fov_is_that_across_the_picture_and_it_keeps_angles():
    lens = LittlePlanet(250.0)
    left, right = lens.rays(np.array([-1.0, 1.0]), np.zeros(2), 1.5)
    assert np.degrees(np.arccos(left @ [0, -1, 0])) == pytest.approx(125)
    assert np.degrees(np.arccos(right @ [0, -1, 0])) == pytest.approx(125)
    assert np.isnan(lens.project(np.array([0.0, 1, 0]), 1.5)).all()
    h = 1e-6
    for x, y in np.random.default_rng(3).uniform(-1, 1, (20, 2)):
        here, aside, above = lens.rays(np.array([x, x + h, x]), np.array([y, y, y + 1.5 * h]), 1.5)
        across, up = aside - here, above - here
        assert np.linalg.norm(across) == pytest.approx(np.linalg.norm(up), rel=1e-4)
        assert across @ up == pytest.approx(0, abs=1e-3 * (across @ across))


FACES = ["right", "left", "up", "down", "front", "back"]
MIDDLES = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, -1), (0, 0, 1)]


def test_the_faces_of_a_cubemap_lie_in_their_places():
    middles = pixel_rays(Cubemap(), 3, 2, 1.5)[:, :, 0].reshape(6, 3)
    np.testing.assert_allclose(middles, MIDDLES, atol=1e-12)


def test_the_faces_of_a_cubemap_are_upright_and_touch_the_front():
    rays = pixel_rays(Cubemap(), 24, 16, 1.5).reshape(2, 8, 3, 8, 3).swapaxes(1, 2).reshape(6, 8, 8, 3)
    faces = dict(zip(FACES, rays, strict=True))
    front = faces["front"]
    for name in ("right", "left", "front", "back"):
        assert (np.diff(faces[name][..., 1], axis=0) < 0).all(), "up is up"
    # Beside an edge that two faces share, their rays are a pixel apart and run along it alike.
    for name, edge, other in (
        ("up", faces["up"][-1], front[0]),
        ("down", faces["down"][0], front[-1]),
        ("right", faces["right"][:, 0], front[:, -1]),
        ("left", faces["left"][:, -1], front[:, 0]),
    ):
        apart = np.linalg.norm(edge - other, axis=-1)
        assert (apart < 0.3).all(), name


def test_origins_are_in_the_order_of_the_rays():
    lens = Equirect(offset=0.1)
    rays, origins = pixel_rays(lens, 6, 4, 2.0, samples=2), pixel_origins(lens, 6, 4, 2.0, samples=2)
    assert rays.shape == origins.shape == (4, 6, 4, 3)
    np.testing.assert_allclose(np.sum(rays * origins, axis=-1), 0, atol=1e-12)
    assert np.abs(pixel_origins(Perspective(), 4, 2, 2.0)).max() == 0
