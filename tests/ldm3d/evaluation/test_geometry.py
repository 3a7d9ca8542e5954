"""A place's shape is learned from its worlds, and tells pictures of it from others."""

from __future__ import annotations

import numpy as np
import pytest

from ldm3d import sphere
from ldm3d.evaluation.geometry import HEIGHT, WIDTH, Roots, compare, distinct, learn, roots
from ldm3d.worlds import generate


def plain(height: float, seed: int = 0) -> np.ndarray:
    """Depth of a plain with nothing on it, seen from that many metres above, below a sky; a little uneven."""
    down = -sphere.directions(2 * WIDTH, 2 * HEIGHT)[..., 1]
    with np.errstate(divide="ignore"):
        distance = np.where(down > 0, height / down, np.inf)
    distance = distance * np.random.default_rng(seed).uniform(0.95, 1.05, distance.shape)
    d = np.where(np.isfinite(distance), np.maximum((1 / distance - 1e-3) / (1 - 1e-3), 1 / 65535), 0)
    return np.round(np.clip(d, 0, 1) * 65535).astype(np.uint16)


@pytest.fixture(scope="module")
def worlds() -> Roots:
    return np.stack([roots(plain(1.6 + 0.02 * seed, seed)) for seed in range(20)])


def test_roots_are_averages_of_fourth_roots() -> None:
    assert roots(np.full((64, 128), 65535, np.uint16)) == pytest.approx(1)
    mixed = np.zeros((64, 128), np.uint16)
    mixed[:, ::2] = round(65535 / 16)
    assert roots(mixed) == pytest.approx(np.full((HEIGHT, WIDTH), 0.25), abs=1e-5)


def test_another_world_of_the_place_fits(worlds: Roots) -> None:
    found = compare(roots(plain(1.75, 99)), learn(worlds))
    assert found.range > 0.97
    assert found.sky == found.ground == 1
    assert found.order > 0.99


def test_a_plain_has_a_sky_above_and_ground_below(worlds: Roots) -> None:
    shape = learn(worlds)
    assert shape.sky[: HEIGHT // 2].all()
    assert not shape.sky[HEIGHT // 2 + 1 :].any()
    assert shape.ground[HEIGHT // 2 + 2 :].all()
    assert shape.order[HEIGHT - 1, 0]
    assert not shape.order[0, HEIGHT - 1]
    assert not shape.order[0, 1], "no sky is nearer than another"


def test_a_picture_upside_down_does_not_fit(worlds: Roots) -> None:
    found = compare(roots(plain(1.75, 99))[::-1], learn(worlds))
    assert max(found) < 0.2


def test_a_fog_of_one_depth_has_no_order_and_no_sky(worlds: Roots) -> None:
    found = compare(np.full((HEIGHT, WIDTH), 0.6, np.float32), learn(worlds))
    assert (found.sky, found.order) == (0, 0)


def test_where_a_place_has_no_sky_there_is_no_score_of_it() -> None:
    room = np.full((3, HEIGHT, WIDTH), 0.8, np.float32)
    found = compare(room[0], learn(room))
    assert np.isnan(found.sky)
    assert np.isnan(found.order)
    assert (found.range, found.ground) == (1, 1)


def test_orders_that_all_places_have_tell_nothing_and_are_left_out(worlds: Roots) -> None:
    """Above a room's floor is a ceiling, above a plain the sky; in both the floor is nearer the farther down it is."""
    x = np.abs(np.linspace(1, -1, HEIGHT, dtype=np.float32))[:, None]
    room = np.broadcast_to(0.5 + 0.4 * x, (3, HEIGHT, WIDTH))
    shapes = distinct({"plain": learn(worlds), "room": learn(room)})
    assert not shapes["plain"].order[HEIGHT // 2 + 6, HEIGHT // 2 + 2]
    assert not shapes["room"].order[HEIGHT // 2 + 6, HEIGHT // 2 + 2]
    assert shapes["plain"].order[HEIGHT // 2 + 2, 0]
    assert shapes["room"].order[0, HEIGHT // 2 - 2]
    assert compare(worlds[0], shapes["room"]).order < 0.1
    assert compare(room[0], shapes["plain"]).order < 0.1
    assert not distinct({"plain": learn(worlds)})["plain"].order.any()


def test_turning_a_picture_changes_nothing(worlds: Roots) -> None:
    picture = roots(generate("a desert at noon", 1, (128, 64)).depth)
    assert compare(np.roll(picture, 17, axis=1), learn(worlds)) == pytest.approx(compare(picture, learn(worlds)))
