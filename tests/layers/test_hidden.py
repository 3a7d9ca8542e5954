"""What is truly behind, seen from 0.3 m off-centre: the layers against the plain displaced surface."""

from __future__ import annotations

import numpy as np
import pytest

from depthfusion.layers import split
from depthfusion.look import Displacement
from ldm3d.sphere import directions, to_srgb
from tests.reference import hidden, layered_caster, scenes

WIDTH = 640
PIXELS = 96


def errors(name: str, width: int = WIDTH, pixels: int = PIXELS, blur: float = 0) -> tuple[float, float]:
    """Return the errors (sRGB, root of the sum of squares) over what is hidden from the centre: of plain, of layered.

    `blur`: of the depth, in texels, as networks' depth is blurred.
    """
    scene, target, places = hidden.SCENES[name]
    rgb, depth = scene.panorama(width)
    if blur:
        depth = scenes.blurred(depth, blur)
    layers = split(rgb, depth)
    sums = np.zeros(2)
    for place in places:
        assert np.linalg.norm(place) <= 0.301
        rays = hidden.camera(target, place, 65, pixels)
        origins = np.broadcast_to(np.asarray(place, float), rays.shape)
        judged = scene.unseen(origins, rays)
        rays, origins = rays[judged], origins[judged]
        truth = to_srgb(scene.look(origins, rays))
        plain = layered_caster.plain(rgb, depth, hidden.RULE, origins, rays)
        layered = layered_caster.trace(layered_caster.LayeredScene(rgb, layers, hidden.RULE), origins, rays, 0.5)
        assert np.isfinite(layered.light).all()  # no hole
        assert np.isfinite(layered.distance).all()
        sums += [np.sum((to_srgb(one.light) - truth) ** 2) for one in (plain, layered)]
    return float(np.sqrt(sums[0])), float(np.sqrt(sums[1]))


@pytest.mark.parametrize("name", ["block on the ground", "across the seam", "overhead"])
def test_what_is_uncovered_is_half_as_wrong_as_on_the_plain_surface_at_most(name: str) -> None:
    plain, layered = errors(name)
    assert layered <= 0.5 * plain


def test_so_it_is_where_the_depth_is_as_blurred_as_a_network_paints_it() -> None:
    plain, layered = errors("ball before a wall", blur=1.5)
    assert layered <= 0.5 * plain


@pytest.mark.full
@pytest.mark.parametrize("name", hidden.SCENES)
def test_so_it_is_in_every_scene_at_the_size_of_ldm3d(name: str) -> None:
    plain, layered = errors(name, 1024, 140)
    assert layered <= 0.45 * plain


@pytest.mark.parametrize("name", ["overlapping", "overhead"])
def test_from_the_centre_nothing_changes_but_at_the_edges_themselves(name: str) -> None:
    scene, target, _ = hidden.SCENES[name]
    rgb, depth = scene.panorama(WIDTH)
    centre = (0.0, 0.0, 0.0)
    rays = hidden.camera(target, centre, 65, PIXELS)
    seen = layered_caster.trace(layered_caster.LayeredScene(rgb, split(rgb, depth), hidden.RULE), centre, rays, 0.5)
    plain = layered_caster.colour(rgb, rays)
    away = np.abs(to_srgb(np.clip(seen.light, 0, 1)) - to_srgb(plain)).max(axis=1)
    assert (away > 0.01).mean() < 0.06
    assert np.sqrt(np.mean(away**2)) < 0.02


@pytest.mark.parametrize("place", [(0.3, 0.0, 0.0), (0.0, -0.3, 0.0), (-0.2, 0.2, 0.1)])
def test_with_the_default_look_nobody_0_3_m_off_centre_sees_where_the_hidden_strip_ends(place: tuple) -> None:
    centre = (0.0, 0.0, -1.0)
    inside = directions(512, 256) @ centre > np.cos(np.radians(25))
    depth = np.where(inside, 65535, 0).astype(np.uint16)  # the nearest before the farthest: 1.5 m and 4.5 m
    scene = layered_caster.LayeredScene(
        np.zeros((256, 512, 3), np.uint8), split(np.zeros((256, 512, 3), np.uint8), depth), Displacement()
    )
    rays = hidden.camera(centre, place, 90, 80)
    seen = layered_caster.trace(scene, place, rays, 0.5)
    behind = seen.opacity == 0
    radii = np.linalg.norm(np.asarray(place) + seen.distance[:, None] * rays, axis=1)
    assert behind.mean() > 0.02
    np.testing.assert_allclose(radii[behind], 4.5, rtol=1e-3)
    # Everything seen is either the near disc or the far wall: nothing in between hangs as a sheet.
    assert ((np.abs(radii - 1.5) < 0.01) | (np.abs(radii - 4.5) < 0.01)).mean() > 0.999
