"""Distances against formulas and ray casters of the tests' own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from ldm3d import sphere
from ldm3d.worlds import noise
from ldm3d.worlds.light import TIMES
from ldm3d.worlds.raster import Grid, ball_spans, card_spans, texels
from ldm3d.worlds.relief import Relief
from ldm3d.worlds.render import Renderer, encode_depth
from ldm3d.worlds.scene import Boxes, Cards, Limbs, Scene, Stones
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shadow import Shadows
from ldm3d.worlds.sky import Sky
from ldm3d.worlds.solid import surface
from ldm3d.worlds.spec import SceneSpec
from ldm3d.worlds.weather import light_of
from ldm3d.worlds.world import lay_out

FLOOR = -1.7
Real = NDArray[np.float64]


def flat(x: NDArray[np.float32], z: NDArray[np.float32], footprint: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.full_like(x, FLOOR)


def grey(hit: Hit, shader: Shader) -> NDArray[np.floating]:
    return np.full_like(hit.p, 0.2)


def render(scene: Scene, width: int) -> Real:
    """The scene's depth [H, W] in units of d."""
    grid = Grid.of(width, width // 2)
    light = TIMES["noon"]
    shader = Shader(Sky(light, (0.0, 0.0), grid.texel), Shadows(scene, light.direction), 1.0)
    renderer = Renderer(scene, shader, grid)
    return np.concatenate([renderer.band(rows, lambda: None)[1] for rows in renderer.bands()]) / 65535.0


def meaning(r: Real) -> Real:
    """The written meaning of depth at distances; infinite is the sky."""
    return np.where(np.isfinite(r), np.maximum((1 / r - 1e-3) / (1 - 1e-3), 1 / 65535), 0.0)


def plane(d: Real) -> Real:
    """Distances to the floor."""
    with np.errstate(divide="ignore"):
        return np.where(d[..., 1] < 0, FLOOR / d[..., 1], np.inf)


def things(count: int, **values: object) -> dict[str, NDArray]:
    return {name: np.broadcast_to(np.asarray(value), (count, *np.shape(value))) for name, value in values.items()}


def test_directions_are_the_spheres() -> None:
    grid = Grid.of(64, 32)
    row, column = (a.ravel().astype(np.int32) for a in np.mgrid[0:32, 0:64])
    assert np.allclose(grid.direction(row, column).T.reshape(32, 64, 3), sphere.directions(64, 32), atol=1e-6)


def test_depth_is_stored_as_it_is_written() -> None:
    r = np.array([1.0, 2.0, 10.0, 999.0, 1000.0, 5000.0, np.inf])
    expected = [65535, round(65535 * (0.5 - 0.001) / 0.999), round(65535 * (0.1 - 0.001) / 0.999), 1, 1, 1, 0]
    assert encode_depth(r).tolist() == expected


def test_a_flat_floor_is_exact() -> None:
    depth = render(Scene(height=flat, shade_ground=grey), 256)
    expected = meaning(plane(sphere.directions(256, 128)))
    # Beyond six kilometres the floor ends: the row at the horizon may be sky.
    assert np.abs(depth - expected).max() < 2 / 65535


def test_a_ball_is_exact_wherever_it_stands() -> None:
    d = sphere.directions(256, 128)
    for centre in ((0.0, 0.5, 6.0), (3.0, 0.2, -4.0), (0.3, 7.0, -0.2), (-5.0, -0.4, 0.01)):
        stones = Stones(
            **things(
                1, centre=centre, axes=(1.2, 1.2, 1.2), turn=0.7, colour=(0.3, 0.3, 0.3), uneven=0.0, moss=0.0, glow=0.0
            )
        )
        depth = render(Scene(height=flat, shade_ground=grey, stones=stones), 256)
        along = d @ np.array(centre)
        gap = np.dot(centre, centre) - along**2
        with np.errstate(invalid="ignore"):
            ball = np.where((gap < 1.2**2) & (along > 0), along - np.sqrt(1.2**2 - gap), np.inf)
        expected = meaning(np.minimum(plane(d), ball))
        edge = np.abs(np.sqrt(np.maximum(gap, 0)) - 1.2) < 0.03 * np.linalg.norm(centre)
        wrong = np.abs(depth - expected) > 4e-4
        assert not np.any(wrong & ~edge)
        assert np.mean(ball < np.inf) > 0.003


def test_boxes_are_exact() -> None:
    rng = np.random.default_rng(4)
    n = 14
    turn, rho = rng.uniform(0, 2 * np.pi, n), rng.uniform(6, 60, n)
    half = rng.uniform(0.5, 3.0, (n, 3))
    centre = np.stack([np.sin(turn) * rho, FLOOR + half[:, 1], -np.cos(turn) * rho], axis=1)
    boxes = Boxes(
        centre=centre, half=half, turn=rng.uniform(0, 3, n), style=np.zeros(n, np.int32), colour=np.full((n, 3), 0.3)
    )
    scene = Scene(height=flat, shade_ground=grey, boxes=boxes, shade_boxes=lambda hit, ids, shader: grey(hit, shader))
    depth = render(scene, 256)
    d = sphere.directions(256, 128).reshape(-1, 3)
    nearest = plane(d)
    for at in range(n):
        # Every side is a plane with its rectangle.
        c, s = np.cos(boxes.turn[at]), np.sin(boxes.turn[at])
        axes = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]], float)
        for k in range(3):
            for sign in (-1, 1):
                middle = centre[at] + sign * half[at, k] * axes[k]
                with np.errstate(divide="ignore"):
                    t = (middle @ axes[k]) / (d @ axes[k])
                inside = t > 0
                for other in {0, 1, 2} - {k}:
                    inside &= np.abs((d * t[:, None] - centre[at]) @ axes[other]) <= half[at, other]
                nearest = np.where(inside, np.minimum(nearest, t), nearest)
    wrong = np.abs(depth.ravel() - meaning(nearest)) > 1e-4
    assert wrong.mean() < 1e-3


def test_a_card_is_a_plane_and_a_limb_is_round() -> None:
    d = sphere.directions(512, 256)
    limbs = Limbs(
        **things(
            1,
            start=(0.0, -1.7, -5.0),
            end=(0.0, 3.0, -5.0),
            radius=(0.4, 0.4),
            colour=(0.2, 0.2, 0.2),
            bark=0.0,
            open=(1.0, 1.0),
            glow=0.0,
        )
    )
    depth = render(Scene(height=flat, shade_ground=grey, limbs=limbs), 512)
    # An upright cylinder: a circle in the plan.
    level = np.hypot(d[..., 0], d[..., 2])
    x, z = d[..., 0] / level, d[..., 2] / level
    gap = np.abs(x * 5.0)
    with np.errstate(invalid="ignore"):
        rho = np.where((gap < 0.4) & (z < 0), -z * 5.0 - np.sqrt(0.16 - gap**2), np.inf)
    r = rho / level
    hit = np.isfinite(r) & (np.abs(gap - 0.4) > 0.06) & (d[..., 1] * r < 2.4) & (d[..., 1] * r > -1.4)
    assert hit.sum() > 300
    assert np.abs(depth - meaning(r))[hit].max() < 5e-5
    cards = Cards(
        **things(
            1,
            centre=(2.0, 0.3, -4.0),
            right=(0.8, 0.0, 0.4),
            up=(0.0, 0.9, 0.0),
            sprite=np.int32(12),
            colour=(0.1, 0.2, 0.1),
            normal=(0.0, 1.0, 0.0),
            leafy=0.5,
            open=1.0,
            glow=0.0,
        )
    )
    depth = render(Scene(height=flat, shade_ground=grey, cards=cards), 512)
    normal = np.cross([0.8, 0.0, 0.4], [0.0, 0.9, 0.0])
    r = (np.array([2.0, 0.3, -4.0]) @ normal) / (d @ normal)
    seen = depth != render(Scene(height=flat, shade_ground=grey), 512)
    assert seen.sum() > 200
    assert np.abs(depth - meaning(r))[seen].max() < 3e-5


@pytest.mark.parametrize("place", ["desert", "mountains", "meadow", "ocean"])
def test_ground_texels_lie_on_the_ground(place: str) -> None:
    scene, _ = lay_out(place, 9)
    bare = Scene(height=surface(scene), shade_ground=grey)
    depth = render(bare, 256)
    d = sphere.directions(256, 128)
    r = 1.0 / (depth * 0.999 + 0.001)
    ground = (depth > 0.003) & (d[..., 1] < -0.01)
    p = d[ground] * r[ground][:, None]
    x, z = p[:, 0].astype(np.float32), p[:, 2].astype(np.float32)
    height = surface(scene)(x, z, np.maximum(np.hypot(x, z) * np.float32(0.008), 0.02))
    # The rounding of depth to 16 bits moves a point along its ray by r²/65535; the rest is the sampling of the ground.
    slack = 0.01 * r[ground] + r[ground] ** 2 / 65535
    assert ground.mean() > 0.3
    assert np.mean(np.abs(p[:, 1] - height) < slack) > 0.985
    assert np.median(np.abs(p[:, 1] - height) / r[ground]) < 1e-3


def test_spans_hold_every_texel_of_a_ball() -> None:
    grid = Grid.of(128, 64)
    d = sphere.directions(128, 64)
    rng = np.random.default_rng(8)
    direction = rng.normal(size=(60, 3))
    direction[:4] = [[0, 1, 0.001], [0, -1, 0.01], [0.0, 0.1, 1.0], [0.001, 0.9, 0.1]]
    centre = (direction / np.linalg.norm(direction, axis=1, keepdims=True) * rng.uniform(2, 9, (60, 1))).astype(
        np.float32
    )
    radius = rng.uniform(0.05, 1.9, 60).astype(np.float32)
    held = np.zeros((60, 64, 128), bool)
    for thing, row, column in texels(grid, ball_spans(grid, centre, radius, (0, 64))):
        assert not held[thing, row, column].any()
        held[thing, row, column] = True
    for at in range(60):
        angle = np.arccos(np.clip(d @ centre[at] / np.linalg.norm(centre[at]), -1, 1))
        inside = angle < np.arcsin(radius[at] / np.linalg.norm(centre[at]))
        assert not np.any(inside & ~held[at])
        # Not many more than needed: a margin of two texels around it.
        assert not np.any(held[at] & (angle > np.arcsin(radius[at] / np.linalg.norm(centre[at])) + 4.5 * grid.texel))


def test_spans_hold_every_texel_of_a_card() -> None:
    grid = Grid.of(512, 256)
    d = sphere.directions(512, 256).reshape(-1, 3).astype(np.float64)
    rng = np.random.default_rng(9)
    count = 80
    centre = rng.normal(size=(count, 3))
    centre[:3] = [[0, 1, 0.01], [0.0, 0.1, 1.0], [0.01, -1, 0]]
    centre *= rng.uniform(2, 4, (count, 1)) / np.linalg.norm(centre, axis=1, keepdims=True)
    right, up = rng.normal(size=(2, count, 3))
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    up -= right * np.sum(right * up, axis=1, keepdims=True)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    wide, tall = rng.uniform(0.05, 0.5, (2, count, 1))
    right, up = right * wide, up * tall
    corners = np.stack([centre - right - up, centre + right - up, centre + right + up, centre - right + up], axis=1)
    held = np.zeros((count, 256, 512), bool)
    for thing, row, column in texels(grid, card_spans(grid, corners, np.hypot(wide, tall)[:, 0], (0, 256))):
        assert not held[thing, row, column].any()
        held[thing, row, column] = True
    met = 0
    for at in range(count):
        plane = np.cross(right[at], up[at])
        p = d * (plane @ centre[at] / (d @ plane))[:, None]
        u, v = (p - centre[at]) @ right[at] / wide[at] ** 2, (p - centre[at]) @ up[at] / tall[at] ** 2
        inside = (np.abs(u) < 1) & (np.abs(v) < 1) & (np.sum(p * d, axis=1) > 0)
        met += np.count_nonzero(inside)
        assert not np.any(inside & ~held[at].ravel()), at
    balls = sum(
        len(thing) for thing, _, _ in texels(grid, ball_spans(grid, centre, np.hypot(wide, tall)[:, 0], (0, 256)))
    )
    assert met < np.count_nonzero(held) < 0.8 * balls


def test_the_sun_throws_shadows_away_from_itself() -> None:
    light = light_of(SceneSpec("meadow", "afternoon", "clear"))
    stones = Stones(
        **things(
            1,
            centre=(0.0, 1.0, -8.0),
            axes=(1.0, 1.0, 1.0),
            turn=0.0,
            colour=(0.3, 0.3, 0.3),
            uneven=0.0,
            moss=0.0,
            glow=0.0,
        )
    )
    shadows = Shadows(Scene(height=flat, shade_ground=grey, stones=stones), light.direction)
    toward = light.direction
    foot = np.array([0.0, 1.0, -8.0]) - toward * ((1.0 - FLOOR) / toward[1])
    aside = np.array([0.0, 1.0, -8.0]) * 2 - foot
    points = np.stack([foot, [aside[0], FLOOR, aside[2]]], axis=1).astype(np.float32)
    assert shadows.lit(points).tolist() == pytest.approx([0.0, 1.0], abs=0.05)


def test_hills_throw_shadows() -> None:
    def wall(x: NDArray[np.float32], z: NDArray[np.float32], footprint: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.where(np.abs(x - 20.0) < 2.0, np.float32(8.3), np.float32(FLOOR))

    # The sun stands 20° high over +x; the wall of ten metres shades the ground behind it for 27 metres.
    toward = np.array([np.cos(np.radians(20)), np.sin(np.radians(20)), 0.0], np.float32)
    relief = Relief(wall, toward)
    x = np.array([14.0, 5.0, -15.0, -40.0, 40.0], np.float32)
    assert relief.lit(x, np.zeros_like(x)).tolist() == pytest.approx([0.0, 0.0, 1.0, 1.0, 1.0], abs=0.05)


@pytest.mark.parametrize("texture", [noise.hills, noise.rough, noise.grain, noise.ridges, noise.billows])
def test_textures_repeat_and_average(texture: Callable[[], noise.Texture]) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 1, (2, 4000)).astype(np.float32)
    look = texture()
    assert np.allclose(look(x, y), look(x + 1.0, y - 2.0), atol=2e-3)
    # A lookup for a whole tile is the tile's mean, and blurring keeps the mean.
    whole = look(x, y, np.full_like(x, 1.0))
    assert whole.std() < 0.05 * look(x, y).std()
    assert look(x, y).mean() == pytest.approx(float(whole.mean()), abs=0.1)
