"""Ceilings, water, triangles, mirrors and several places at once, against formulas of the tests' own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ldm3d import sphere
from ldm3d.worlds import materials, world
from ldm3d.worlds.falling import falling
from ldm3d.worlds.heavens import rainbow
from ldm3d.worlds.light import TIMES, inside
from ldm3d.worlds.raster import Grid, texels, triangle_bounds
from ldm3d.worlds.render import Renderer
from ldm3d.worlds.scene import Boxes, Meshes, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shadow import Shadows, box_triangles
from ldm3d.worlds.shapes import Mason, pointed
from ldm3d.worlds.sky import Sky
from ldm3d.worlds.solid import surface
from ldm3d.worlds.spec import Mood, Other, SceneSpec, Understanding, Wish
from ldm3d.worlds.terrain import Profiles
from ldm3d.worlds.water import Water
from ldm3d.worlds.weather import dressed, light_of

FLOOR, ROOF = -1.7, 2.4
Real = NDArray[np.float64]
Heights = NDArray[np.float32]


def flat(x: Heights, z: Heights, footprint: Heights) -> Heights:
    return np.full_like(x, FLOOR)


def grey(hit: Hit, shader: Shader) -> NDArray[np.floating]:
    return np.full_like(hit.p, 0.2)


def drawn(scene: Scene, width: int) -> tuple[NDArray[np.uint8], Real]:
    """The scene's colours and its depth in units of d."""
    grid = Grid.of(width, width // 2)
    light = TIMES["noon"] if scene.light is None else scene.light(TIMES["noon"])
    shader = Shader(Sky(light, (0.0, 0.0), grid.texel, scene.heavens), Shadows(scene, light.direction), 1.0)
    renderer = Renderer(scene, shader, grid)
    bands = [renderer.band(rows, lambda: None) for rows in renderer.bands()]
    return np.concatenate([rgb for rgb, _ in bands]), np.concatenate([depth for _, depth in bands]) / 65535.0


def meaning(r: Real) -> Real:
    """The written meaning of depth at distances; infinite is the sky."""
    return np.where(np.isfinite(r), np.maximum((1 / r - 1e-3) / (1 - 1e-3), 1 / 65535), 0.0)


def level(d: Real, y: float) -> Real:
    """Distances to a level plane."""
    with np.errstate(divide="ignore"):
        r = y / d[..., 1]
    return np.where(r > 0, r, np.inf)


def cast(corners: Real, d: Real) -> Real:
    """Nearest distances [n] of rays to triangles by Möller and Trumbore's method."""
    nearest = np.full(len(d), np.inf)
    for a, b, c in corners.astype(np.float64):
        e, f = b - a, c - a
        p = np.cross(d, f)
        det = p @ e
        with np.errstate(divide="ignore", invalid="ignore"):
            u = (p @ -a) / det
            q = np.cross(-a, e)
            v = (d @ q) / det
            t = (f @ q) / det
        hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 1.0)
        nearest = np.where(hit & (t < nearest), t, nearest)
    return nearest


def test_a_level_ceiling_is_exact() -> None:
    scene = Scene(
        height=flat, shade_ground=grey, ceiling=lambda x, z, f: np.full_like(x, ROOF), shade_ceiling=grey,
        light=inside(0.1, (0.1, 0.1, 0.1)), rain=False,
    )  # fmt: skip
    _, depth = drawn(scene, 256)
    d = sphere.directions(256, 128)
    expected = meaning(np.minimum(level(d, FLOOR), level(d, ROOF)))
    assert np.abs(depth - expected).max() < 2 / 65535


def test_where_floor_meets_ceiling_there_is_a_wall() -> None:
    # A round hall under a bell: floor and ceiling meet twelve metres away.
    def rising(x: Heights, z: Heights, footprint: Heights) -> Heights:
        return (FLOOR + 0.02 * (x * x + z * z)).astype(np.float32)

    def bell(x: Heights, z: Heights, footprint: Heights) -> Heights:
        return (6.0 - 0.03 * (x * x + z * z)).astype(np.float32)

    scene = Scene(height=rising, shade_ground=grey, ceiling=bell, shade_ceiling=grey, rain=False)
    _, depth = drawn(scene, 256)
    d = sphere.directions(256, 128)
    across = d[..., 0] ** 2 + d[..., 2] ** 2
    # Both are quadratics along the ray: k·r² − dy·r + c = 0.
    with np.errstate(invalid="ignore", divide="ignore"):
        floor = (d[..., 1] + np.sqrt(d[..., 1] ** 2 - 4 * 0.02 * across * FLOOR)) / (2 * 0.02 * across)
        roof = (-d[..., 1] + np.sqrt(d[..., 1] ** 2 + 4 * 0.03 * across * 6.0)) / (2 * 0.03 * across)
    expected = np.minimum(floor, roof)
    assert np.all(depth > 0)
    assert expected.max() < 1.01 * np.sqrt((6.0 - FLOOR) / 0.05) * np.hypot(1.0, 0.2)
    assert np.abs(1 / (depth * 0.999 + 0.001) / expected - 1.0).max() < 0.012


def test_the_sun_falls_through_an_opening_alone() -> None:
    def holed(x: Heights, z: Heights, footprint: Heights) -> Heights:
        return np.where(np.hypot(x, z) < 3.0, np.float32(2000.0), np.float32(ROOF))

    scene = Scene(height=flat, shade_ground=grey, ceiling=holed, shade_ceiling=grey, shadow_reach=30.0)
    toward = TIMES["noon"].direction
    shadows = Shadows(scene, toward)
    under = -toward * (ROOF - FLOOR) / toward[1]
    spots = np.array([[under[0], FLOOR, under[2]], [9.0, FLOOR, 0.0], [-9.0, FLOOR, 9.0]], np.float32).T
    assert shadows.lit(spots).tolist() == pytest.approx([1.0, 0.0, 0.0], abs=0.05)


def test_water_lies_where_the_ground_is_below_it() -> None:
    def bowl(x: Heights, z: Heights, footprint: Heights) -> Heights:
        return (FLOOR - 0.05 * np.maximum(-z - 4.0, 0.0)).astype(np.float32)

    scene = Scene(height=bowl, shade_ground=grey, water=Water(level=-2.0, swell=0.0, chop=0.02))
    _, depth = drawn(scene, 256)
    d = sphere.directions(256, 128)
    land = level(d, FLOOR)
    far = np.isfinite(land) & (-d[..., 2] * land > 4.0)
    with np.errstate(divide="ignore"):
        # The slope y = FLOOR + 0.05·(z + 4) for z < −4.
        slope = (FLOOR + 0.2) / (d[..., 1] - 0.05 * d[..., 2])
    slope = np.where(slope > 0, slope, np.inf)
    expected = np.where(far, np.minimum(slope, level(d, -2.0)), land)
    below = d[..., 1] < -0.02
    assert np.abs(depth - meaning(expected))[below].max() < 6e-4


def soup(seed: int, count: int) -> Meshes:
    """Triangles all around the eye, above and below it too."""
    rng = np.random.default_rng(seed)
    middle = rng.normal(0, 1, (count, 3))
    middle *= rng.uniform(3.0, 30.0, (count, 1)) / np.linalg.norm(middle, axis=1, keepdims=True)
    corners = middle[:, None] + rng.normal(0, 1, (count, 3, 3)) * rng.uniform(0.3, 2.5, (count, 1, 1))
    corners = corners[np.linalg.norm(corners, axis=2).min(axis=1) > 2.0]
    n = len(corners)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return Meshes(
        corners=corners, normals=np.repeat(normal[:, None], 3, axis=1), uv=np.zeros((n, 3, 2)),
        style=np.full(n, materials.BRICK, np.int32), colour=np.full((n, 3), 0.3), glow=np.zeros(n),
        part=np.arange(n, dtype=np.int32),
    )  # fmt: skip


def test_triangles_are_exact_wherever_they_stand() -> None:
    meshes = soup(3, 60)
    over = np.array([[[-3, 5, -3], [4, 5, -2], [0, 5.5, 4]], [[2, -1.2, -9], [9, -1.0, 2], [-4, 3, 30]]], np.float32)
    meshes = replace(meshes, corners=np.concatenate([meshes.corners[:-2], over]))
    _, depth = drawn(Scene(height=flat, shade_ground=grey, meshes=meshes), 256)
    d = sphere.directions(256, 128).reshape(-1, 3)
    expected = meaning(np.minimum(level(d, FLOOR), cast(meshes.corners, d)))
    wrong = np.abs(depth.ravel() - expected) > 1e-4
    assert wrong.mean() < 5e-4
    assert np.mean(cast(meshes.corners, d) < np.inf) > 0.1


def test_bounds_hold_every_texel_of_a_triangle() -> None:
    grid = Grid.of(128, 64)
    d = sphere.directions(128, 64).reshape(-1, 3)
    corners = soup(5, 80).corners
    bounds, nearest = triangle_bounds(grid, corners)
    held = np.zeros((len(corners), 64 * 128), bool)
    for thing, row, column in texels(grid, bounds.spans(grid, (0, 64), np.arange(len(corners), dtype=np.int32))):
        held[thing, row * 128 + column] = True
    for k in range(len(corners)):
        r = cast(corners[k : k + 1], d)
        assert not np.any(np.isfinite(r) & ~held[k])
        assert np.all(r >= nearest[k])


def test_a_masons_shapes_are_where_they_are_said_to_be() -> None:
    mason = Mason()
    mason.at(3.0, FLOOR, -8.0, 0.6)
    mason.box((-1.0, 0.0, -2.0), (1.0, 1.5, 2.0), materials.PLANKS, (0.3, 0.2, 0.1))
    mason.at(-6.0, FLOOR, 0.0).lathe([(1.5, 0.0), (1.5, 4.0), (0.0, 6.0)], materials.ASHLAR, (0.4, 0.4, 0.4), sides=48)
    door = np.flip(pointed(1.0, 1.2), axis=0)
    door[:, 1] += 1.8
    outline = np.array([(2.0, 0.0), (2.0, 4.0), (-2.0, 4.0), (-2.0, 0.0), (-1.0, 0.0), *door, (1.0, 0.0)])
    mason.at(0.0, FLOOR, 9.0).slab(outline, -0.2, 0.2, materials.RUBBLE, (0.4, 0.35, 0.3))
    meshes = mason.meshes()
    assert meshes is not None
    _, depth = drawn(Scene(height=flat, shade_ground=grey, meshes=meshes), 256)
    d = sphere.directions(256, 128)
    box = Boxes(
        centre=np.array([[3.0, FLOOR + 0.75, -8.0]]), half=np.array([[1.0, 0.75, 2.0]]), turn=np.array([0.6]),
        style=np.zeros(1, np.int32), colour=np.full((1, 3), 0.3),
    )  # fmt: skip
    # A tower is a circle in the plan; a box is twelve triangles; through the arch one sees the floor.
    across = np.hypot(d[..., 0], d[..., 2])
    gap = -d[..., 2] / across * -6.0
    with np.errstate(invalid="ignore"):
        tower = np.where(
            (np.abs(gap) < 1.45) & (d[..., 0] < 0),
            (6.0 * -d[..., 0] / across - np.sqrt(1.5**2 - gap**2)) / across,
            np.inf,
        )
        wall = np.isfinite(tower) & (np.abs(d[..., 1] * tower - 0.2) < 1.7)
    assert wall.sum() > 200
    assert np.abs(depth - meaning(tower))[wall].max() < 1.2e-3
    rays = d.reshape(-1, 3)
    boxed = cast(box_triangles(box), rays)
    only = (boxed < level(rays, FLOOR)) & (np.abs(rays[:, 0] - 0.35) < 0.3) & (rays[:, 2] < -0.7)
    assert only.sum() > 100
    assert np.mean(np.abs(depth.ravel() - meaning(boxed))[only] < 1e-4) > 0.99
    ahead = (np.abs(d[..., 0]) < 0.06) & (d[..., 2] > 0.9) & (d[..., 1] < -0.03) & (d[..., 1] > -0.15)
    assert np.abs(depth - meaning(level(d, FLOOR)))[ahead].max() < 1e-4


def test_still_water_mirrors_what_stands_in_it() -> None:
    # A glowing red wall in the water, and its picture below it.
    mason = Mason().at(0.0, -3.0, -20.0)
    mason.box((-6.0, 0.0, -0.5), (6.0, 6.0, 0.5), materials.PLAIN, (0.8, 0.02, 0.02), 4.0)

    def bed(x: Heights, z: Heights, footprint: Heights) -> Heights:
        return np.full_like(x, -4.0)

    dusk = replace(TIMES["noon"], lamps=1.0)
    scene = Scene(
        height=bed, shade_ground=grey, water=Water(level=-1.7, swell=0.0, chop=0.0), meshes=mason.meshes(),
        light=lambda _: dusk,
    )  # fmt: skip
    rgb, depth = drawn(scene, 512)
    column = rgb[:, 256].astype(int)
    red = column[:, 0] > column[:, 1] + 6
    horizon = 128
    top = np.flatnonzero(red)[0]
    # The wall's top stands 3 m above the eye, its picture's end 3.4 m deeper than that below the horizon.
    lowest = np.flatnonzero(red)[-1]
    up, down = np.arctan2(3.0, 19.5), np.arctan2(3.0 + 3.4, 19.5)
    assert horizon - top == pytest.approx(up / np.pi * 256, abs=2)
    assert lowest - horizon == pytest.approx(down / np.pi * 256, abs=3)
    # What is mirrored has the water's distance.
    assert depth[lowest - 2, 256] == pytest.approx(
        meaning(level(sphere.directions(512, 256)[lowest - 2, 256], -1.7)), abs=1e-4
    )


def turned(scene: Scene, columns: int, width: int) -> Scene:
    """The scene turned to the right about the vertical by whole columns."""
    angle = columns / width * 2.0 * np.pi
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])

    def height(x: Heights, z: Heights, footprint: Heights) -> Heights:
        return scene.height((x * c + z * s).astype(np.float32), (-x * s + z * c).astype(np.float32), footprint)

    meshes = scene.meshes
    assert meshes is not None
    meshes = replace(meshes, corners=meshes.corners @ matrix, normals=meshes.normals @ matrix)
    return replace(scene, height=height, meshes=meshes)


def test_turning_the_world_turns_the_picture() -> None:
    def bumpy(x: Heights, z: Heights, footprint: Heights) -> Heights:
        return (FLOOR + 0.3 * np.sin(x * 0.4) * np.cos(z * 0.3)).astype(np.float32)

    scene = Scene(height=bumpy, shade_ground=grey, meshes=soup(9, 40))
    _, first = drawn(scene, 256)
    for columns in (64, 100):
        _, second = drawn(turned(scene, columns, 256), 256)
        back = np.roll(second, columns, axis=1)
        forth = np.roll(second, -columns, axis=1)
        best = min(np.mean(np.abs(back - first) > 1e-3), np.mean(np.abs(forth - first) > 1e-3))
        assert best < 2e-3


@pytest.mark.parametrize(
    "others",
    [
        (Other("mountains", "behind"),),
        (Other("ocean", "beside"),),
        (Other("mountains", "behind"), Other("ocean", "beside")),
        (Other("desert", "beside"),),
        (Other("city", "around"),),
    ],
)
def test_places_combine(others: tuple[Other, ...]) -> None:
    alone, _ = world.lay_out("meadow", 4)
    scene, _ = world.lay_out("meadow", 4, Wish(), others)
    t = np.linspace(0, 2 * np.pi, 64).astype(np.float32)
    near = [surface(part)(6 * np.sin(t), 6 * np.cos(t), np.full_like(t, 0.1)) for part in (alone, scene)]
    far = [surface(part)(1800 * np.sin(t), 1800 * np.cos(t), np.full_like(t, 9.0)) for part in (alone, scene)]
    # The first place keeps the ground at the eye, and the others change what lies farther off.
    assert np.allclose(near[0], near[1])
    spots = np.concatenate([1.0 + 60 * np.sin(t), 200 * np.sin(t)]), np.concatenate([60 * np.cos(t), 200 * np.cos(t)])
    changed = [surface(part)(*spots, np.full(128, 0.5, np.float32)) for part in (alone, scene)]
    assert np.abs(changed[0] - changed[1]).max() > 0.3 or np.abs(far[0] - far[1]).max() > 5.0
    drawn_world = world.draw(Understanding(SceneSpec("meadow", others=others)), 4, (128, 64))
    assert drawn_world.rgb.std() > 5
    if any(other.place == "ocean" for other in others):
        assert scene.water is not None
        assert np.any(scene.height(*spots, np.full(128, 0.5, np.float32)) < scene.water.level)
    if any(other.place == "mountains" for other in others):
        assert far[1].max() > far[0].max() + 30


def test_weather_and_season_change_what_they_should() -> None:
    meadow = {
        weather: light_of(SceneSpec("meadow", "noon", weather))
        for weather in ("clear", "rain", "snow", "storm", "aurora")
    }
    assert meadow["snow"].snow > 0.5 > meadow["rain"].snow
    assert meadow["rain"].wet == 1.0
    assert meadow["storm"].bolts > 0
    # By day nobody sees northern lights; at night they are there.
    assert meadow["aurora"] == meadow["clear"]
    assert light_of(SceneSpec("meadow", "night", "aurora")).aurora > 0.5
    assert light_of(SceneSpec("meadow", "noon", "rainbow")).elevation < 42.0
    scene, _ = world.lay_out("forest", 2)
    assert scene.cards is not None
    bare = dressed(scene, SceneSpec("forest", wish=Wish(season="winter")), light_of(SceneSpec("forest"))).cards
    autumn = dressed(scene, SceneSpec("forest", wish=Wish(season="autumn")), light_of(SceneSpec("forest"))).cards
    assert bare is not None
    assert autumn is not None
    assert len(bare) < len(scene.cards) == len(autumn)
    assert np.array_equal(autumn.centre, scene.cards.centre)
    red = autumn.colour[:, 0] > 1.2 * autumn.colour[:, 1]
    assert red.mean() > 0.2


def test_a_shape_is_the_same_alone_and_among_others() -> None:
    """Shapes with equally many points are cut into triangles together."""
    rng = np.random.default_rng(4)

    def one(mason: Mason, at: float) -> None:
        mason.at(at, -at, 3.0 * at, at)
        mason.tube([(0.0, 0.0, 0.0), (at, 3.0, 0.5), (1.0, 7.0, at)], [0.3, 0.2, 0.1], materials.METAL, (0.1, 0.2, 0.3))
        mason.tube([(0.0, 0.0, 0.0), (0.0, at, 0.0)], 0.2, materials.METAL, (0.1, 0.2, 0.3))
        mason.lathe([(0.0, 0.0), (at, 1.0), (0.0, 2.0)], materials.TILES, (0.4, 0.1, 0.1))
        mason.sheet(points * at, materials.PAINT, (0.5, 0.5, 0.5), smooth=at > 2.0)

    points = rng.normal(0, 1, (4, 5, 3))
    together = Mason()
    for at in (1.0, 2.0, 3.0):
        one(together, at)
    crowd, start = together.meshes(), 0
    assert crowd is not None
    for at in (1.0, 2.0, 3.0):
        alone = Mason()
        one(alone, at)
        meshes = alone.meshes()
        assert meshes is not None
        part = slice(start, start + len(meshes))
        for name in ("corners", "normals", "uv", "style", "colour"):
            np.testing.assert_allclose(getattr(crowd, name)[part], getattr(meshes, name), atol=1e-6)
        start = part.stop
    assert start == len(crowd)
    lengths = np.linalg.norm(crowd.normals, axis=-1)
    np.testing.assert_allclose(lengths, 1.0, atol=1e-5)


def test_what_falls_is_never_thinner_than_half_a_texel() -> None:
    texel = 2 * np.pi / 256
    for weather in ("rain", "snow"):
        fine, coarse = (falling(light_of(SceneSpec("meadow", "noon", weather)), size) for size in (1e-6, texel))
        assert fine is not None
        assert coarse is not None
        away = np.linalg.norm(coarse.centre, axis=1)
        wide = 2 * np.linalg.norm(coarse.right, axis=1) / away
        assert wide.min() >= 0.48 * texel
        # Where it is thick enough it is as thick as ever.
        thick = 2 * np.linalg.norm(fine.right, axis=1) / away
        assert np.all(wide >= thick * 0.999)


@pytest.mark.parametrize("width", [64, 256, 2048])
def test_a_rainbow_leaves_no_texel_of_its_ring_out(width: int) -> None:
    d = np.moveaxis(sphere.directions(width, width // 2), -1, 0).reshape(3, -1).astype(np.float32)
    toward = np.array([0.0, 0.2, 0.98], np.float32)
    light = rainbow(d, toward / np.linalg.norm(toward), 2 * np.pi / width).max(axis=0)
    angle = np.degrees(np.arccos(np.clip(-(toward / np.linalg.norm(toward)) @ d, -1, 1)))
    on = np.abs(angle - 41.45) < min(180.0 / width, 0.5)
    assert on.sum() > 10
    assert light[on].min() > 0.15
    # Between the two bows it is dark.
    between = np.abs(angle - 46.5) < 0.3
    assert width < 2048 or light[between].max() < 0.02


def test_few_clouds_stand_in_a_clear_sky() -> None:
    rays = sphere.directions(128, 64)[:30].reshape(-1, 3).T.astype(np.float32)
    changed = []
    for k in range(12):
        light = light_of(SceneSpec("meadow", "noon"))
        offset = (k * 0.37 % 1.0, k * 0.61 % 1.0)
        bare = Sky(replace(light, cover=0.0), offset, 0.05).radiance(rays)
        seen = Sky(light, offset, 0.05).radiance(rays)
        changed.append(np.mean(np.abs(seen - bare).max(axis=0) > 0.1))
    assert 0.0 < np.mean(changed) < 0.25
    assert np.max(changed) < 0.6


@pytest.mark.parametrize("weather", ["rain", "snow", "storm"])
def test_what_falls_has_no_depth_of_its_own(weather: str) -> None:
    clear, wet = (world.draw(Understanding(SceneSpec("desert", "noon", w)), 3, (256, 128)) for w in ("clear", weather))
    assert np.array_equal(clear.depth, wet.depth)
    assert np.abs(clear.rgb.astype(int) - wet.rgb).mean() > 5


def test_one_thread_draws_what_two_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = Understanding(SceneSpec("ocean", "sunset", "cloudy"))
    two = world.draw(spec, 8, (512, 256))
    monkeypatch.setattr(world, "THREADS", 1)
    one = world.draw(spec, 8, (512, 256))
    assert np.array_equal(one.rgb, two.rgb)
    assert np.array_equal(one.depth, two.depth)


def test_the_ground_faces_where_its_slope_says() -> None:
    def bumpy(x: Heights, z: Heights, footprint: Heights) -> Heights:
        return (FLOOR + 0.4 * np.sin(x * 0.3) * np.cos(z * 0.2)).astype(np.float32)

    width = 512
    profiles = Profiles(bumpy, ((np.arange(width) + 0.5) / width - 0.5) * 2.0 * np.pi)
    profiles.slopes(0.05)
    rng = np.random.default_rng(1)
    turn, rho = rng.uniform(-np.pi, np.pi, 3000), np.exp(rng.uniform(np.log(0.7), np.log(60.0), 3000))
    x, z = np.sin(turn) * rho, -np.cos(turn) * rho
    p = np.stack([x, bumpy(x, z, x), z])
    r = np.linalg.norm(p, axis=0)
    normal = np.stack(
        [-0.12 * np.cos(x * 0.3) * np.cos(z * 0.2), np.ones(3000), 0.08 * np.sin(x * 0.3) * np.sin(z * 0.2)]
    )
    normal /= np.linalg.norm(normal, axis=0)
    d = (p / r).astype(np.float32)
    found = profiles.normals(d, r.astype(np.float32))
    assert np.percentile(np.degrees(np.arccos(np.clip((normal * found).sum(axis=0), -1, 1))), 99) < 1.0
    assert np.abs(profiles.at(d, r.astype(np.float32)) - p[1]).max() < 0.04


def test_moods_bend_colours_and_nothing_else() -> None:
    def mood(**values: float) -> tuple[NDArray[np.floating], NDArray[np.uint16]]:
        made = world.draw(Understanding(SceneSpec("meadow", mood=Mood(**values))), 5, (128, 64))  # type: ignore[arg-type]
        return made.rgb.astype(float), made.depth

    plain, depth = mood()
    grey, grey_depth = mood(saturation=0.0)
    warm, _ = mood(warmth=1.0)
    hard, _ = mood(contrast=1.6)
    assert np.array_equal(depth, grey_depth)
    # Dither alone tells the channels apart.
    assert np.ptp(grey, axis=2).max() <= 2
    assert np.mean(warm[..., 0] - warm[..., 2]) > np.mean(plain[..., 0] - plain[..., 2]) + 15
    assert hard.std() > plain.std() * 1.05
    dark, bright = (plain[(plain > low) & (plain < high)].size for low, high in ((0, 40), (215, 255)))
    assert (hard < 40).sum() + (hard > 215).sum() > dark + bright
