"""A calm lake: a jetty with a rowing boat and a lantern, reeds, a boathouse, an islet, and wooded shores all around."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.boats import jetty, lantern, rowing_boat
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.scene import Lamps, Scene, Stones
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
LEVEL = -EYE - 0.55
WATER = Water(level=LEVEL, swell=0.0, chop=0.022, deep=(0.006, 0.030, 0.036), shallow=(0.055, 0.090, 0.060))
PAINTS = ((0.36, 0.05, 0.035), (0.05, 0.13, 0.26), (0.05, 0.19, 0.11), (0.62, 0.58, 0.50))


class _Shores:
    """The basin: metres from the water's edge decide what the land does."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 8).astype(np.float32)
        self.turn = rng.uniform(-0.40, 0.40)
        self.far = rng.uniform(105.0, 150.0)
        self.wide = rng.uniform(1.0, 1.35)
        self.hills = wish.scale
        side = float(rng.choice([-1.0, 1.0]))
        self.side = side
        t, r = side * rng.uniform(0.45, 0.75), rng.uniform(46.0, 66.0)
        self.islet = (np.sin(t) * r, np.cos(t) * r, rng.uniform(7.0, 11.0))

    def frame(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Metres to the right and metres ahead, along the jetty."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        return x * c + z * s, x * s - z * c

    def inland(self, x: Array, z: Array, footprint: Array) -> Array:
        """Metres from the water's edge, negative on the lake."""
        at, f = self.at, footprint
        right, ahead = self.frame(x, z)
        out = np.hypot(right / np.float32(self.wide), ahead - np.float32(self.far)) - np.float32(self.far + 3.2)
        rho = np.hypot(x, z)
        bays = noise.hills()(x * np.float32(1 / 300) + at[0], z * np.float32(1 / 300) + at[1], f / 300)
        coves = noise.hills()(x * np.float32(1 / 60) + at[2], z * np.float32(1 / 60) + at[3], f / 60)
        away = smoothstep(6.0, 110.0, rho)
        value: Array = out + bays * 20.0 * away + coves * (0.5 + 2.4 * smoothstep(4.0, 30.0, rho))
        ix, iz, size = self.islet
        gap = np.hypot(right - np.float32(ix), ahead - np.float32(iz)) + coves * 1.4
        land: Array = np.maximum(value, (np.float32(size) - gap) * 0.9)
        return land

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        land = self.inland(x, z, f)
        rho = np.hypot(x, z)
        broad = noise.hills()(x * np.float32(1 / 1500) + at[4], z * np.float32(1 / 1500) + at[5], f / 1500)
        ridge = noise.ridges()(x * np.float32(1 / 3400) + at[6], z * np.float32(1 / 3400) + at[7], f / 3400)
        peaks = noise.hills()(z * np.float32(1 / 5200) + at[0], x * np.float32(1 / 5200) + at[3], f / 5200)
        rough = noise.rough()(x * np.float32(1 / 23) + at[1], z * np.float32(1 / 23) + at[2], f / 23)
        dry = np.maximum(land, 0.0)
        bank = 0.50 * smoothstep(0.0, 3.0, dry) + 0.035 * np.minimum(dry, 60.0) + 0.10 * rough * smoothstep(0.5, 6, dry)
        hills = smoothstep(12.0, 420.0, dry) * np.exp(0.6 * np.clip(broad, -1.8, 1.5)) * (48.0 + 45.0 * ridge)
        blue = smoothstep(700.0, 3200.0, rho) * (150.0 + 110.0 * peaks + 90.0 * ridge)
        bed = np.maximum(np.minimum(land, 0.0) * 0.16, -6.0)
        height: Array = np.float32(LEVEL) + bank + (hills + blue) * np.float32(self.hills) + bed
        return height

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        above = hit.p[1] - np.float32(LEVEL)
        blots = noise.rough()(x * np.float32(1 / 8), z * np.float32(1 / 8), f / 8)
        fine = noise.grain()(x * np.float32(1 / 1.1), z * np.float32(1 / 1.1), f / 1.1)
        broad = noise.rough()(z * np.float32(1 / 170), x * np.float32(1 / 170), f / 170)
        green = colour((0.088, 0.140, 0.034))
        grass = green + (colour((0.165, 0.160, 0.062)) - green) * smoothstep(-0.6, 1.4, blots + 0.5 * broad)
        grass = grass * np.clip(1.0 + 0.26 * fine + 0.10 * blots, 0.35, 1.8)
        rho = np.hypot(x, z)
        crowns = noise.billows()(x * np.float32(1 / 85), z * np.float32(1 / 85), f / 85) - 0.5
        fir = smoothstep(-0.5, 0.5, broad)
        tree = colour((0.060, 0.098, 0.028)) + (colour((0.026, 0.054, 0.030)) - colour((0.060, 0.098, 0.028))) * fir
        wood = smoothstep(40.0, 120.0, rho) * smoothstep(1.5, 3.0, above + 0.4 * blots)
        albedo = grass + (tree * np.clip(1.0 + 2.4 * crowns + 0.12 * blots, 0.3, 1.9) - grass) * wood
        shore = 1.0 - smoothstep(0.12, 0.42, above + 0.08 * blots)
        sand = colour((0.27, 0.225, 0.165)) * (1.0 + 0.22 * fine + 0.1 * blots)
        albedo += (sand * (1.0 - 0.45 * (1.0 - smoothstep(0.0, 0.16, above))) - albedo) * shore
        normal = hit.normal.copy()
        bend = np.clip(0.3 - f, 0.0, 0.25)
        normal[0] += fine * bend + crowns * wood * 1.3
        normal[2] += blots * 0.05 + crowns * wood * 0.6
        normal /= np.sqrt(dot(normal, normal))
        free = 0.42 + 0.58 * shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=free, wrap=0.1)

    def feet(self, points: Array, least: float, most: float = 1e9, path: float = 0.0) -> Array:
        """Points [n, 3] on the ground at [n, 2], from `least` to `most` metres inland, `path` beside the jetty."""
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        f = np.maximum(np.hypot(x, z) * np.float32(0.006), 0.05)
        land = self.inland(x, z, f)
        feet = np.stack([x, self.height(x, z, f), z], axis=1).astype(np.float64)
        right, _ = self.frame(x, z)
        return feet[(land > least) & (land < most) & (np.abs(right) > path)]


def _woods(garden: Garden, rng: np.random.Generator, shores: _Shores, wish: Wish) -> None:
    """Trees behind, on the islet, and along the far shores."""
    near = shores.feet(scatter(rng, 7.0, 60.0, round(300 * wish.density), 0.48), 5.0, path=3.0)
    far = shores.feet(spread(rng, 60.0, 430.0, round(6500 * wish.density), 4.6), 1.5, 70.0)
    isle = np.array([shores.islet[0], shores.islet[1]]) + rng.normal(0, 0.42 * shores.islet[2], (16, 2))
    c, s = np.cos(shores.turn), np.sin(shores.turn)
    isle = np.stack([isle[:, 0] * c + isle[:, 1] * s, isle[:, 0] * s - isle[:, 1] * c], axis=1)
    trees = np.concatenate([near, shores.feet(isle, 1.2), far])
    if wish.lone == "trees":
        trees = trees[np.abs(np.hypot(trees[:, 0], trees[:, 2]) - 14.0).argsort()[:1]]
    for foot in trees:
        away = float(np.hypot(foot[0], foot[2]))
        detail = float(np.clip(1.2 - np.log2(away / 5.0) * 0.27, 0.0, 1.0))
        kind, tall = rng.uniform(), rng.uniform(0.7, 1.2) * wish.scale
        if kind < 0.62:
            garden.conifer(foot, 16 * tall, rng.uniform(2.2, 3.4), (0.028, 0.062, 0.032), detail=detail,
                           bark=(0.12, 0.08, 0.055), bare=rng.uniform(0.04, 0.16))  # fmt: skip
        else:
            garden.broadleaf(foot, 12 * tall, rng.uniform(2.6, 4.0), (0.075, 0.130, 0.028), detail=detail,
                             bark=(0.14, 0.11, 0.085), crown_from=0.25, trunk=0.018)  # fmt: skip


def _greenery(garden: Garden, rng: np.random.Generator, shores: _Shores, wish: Wish) -> None:
    """Bushes and grass on land, reeds in the shallows."""
    for foot in shores.feet(scatter(rng, 4.0, 70.0, round(110 * wish.density), 0.6), 1.6, path=2.0):
        detail = float(np.clip(1.1 - np.hypot(foot[0], foot[2]) / 30, 0.1, 1))
        garden.bush(foot, rng.uniform(0.35, 1.0), (0.066, 0.115, 0.030), detail=detail)
    reeds = shores.feet(scatter(rng, 2.3, 150.0, round(5200 * wish.density), 0.055), -4.6, 0.35, path=1.5)
    patch = noise.hills()(reeds[:, 0].astype(np.float32) / 46, reeds[:, 2].astype(np.float32) / 46)
    clump = noise.rough()(reeds[:, 0].astype(np.float32) / 21, reeds[:, 2].astype(np.float32) / 21)
    reeds = reeds[(patch > -0.3) & (clump > -0.15)]
    size = rng.uniform(0.65, 1.05, len(reeds))
    garden.tufts(reeds, size * 0.55, size, garden.tints(len(reeds), (0.150, 0.165, 0.055), 0.16), sprites.REED, 0.85)
    if "grass" not in wish.without:
        grass = shores.feet(scatter(rng, 1.3, 40.0, round(2600 * wish.density), 0.06), 0.5, path=1.1)
        size = rng.uniform(0.10, 0.26, len(grass))
        tint = garden.tints(len(grass), (0.100, 0.155, 0.038), 0.2)
        garden.tufts(grass, size * 1.1, size, tint, sprites.GRASS, 0.8)


def _lilies(garden: Garden, rng: np.random.Generator, shores: _Shores, wish: Wish) -> Stones:
    """Leaves of water lilies in groups with a few flowers, and stones along the shore."""
    groups = shores.feet(scatter(rng, 4.0, 45.0, 60, 0.5), -13.0, -1.5, path=2.6)[:16]
    leaf = np.concatenate([g + rng.normal(0, 0.85, (14, 3)) for g in groups] or [np.zeros((0, 3))])
    leaf[:, 1] = LEVEL + 0.012
    if "flowers" not in wish.without:
        heads = leaf[rng.uniform(0, 1, len(leaf)) < 0.16] + np.array([0.0, 0.05, 0.0])
        white = wish.tint("flowers") or (0.80, 0.66, 0.70)
        garden.clumps(
            heads,
            np.full(len(heads), 0.085),
            garden.tints(len(heads), white, 0.06),
            np.tile([[0.0, 1.0, 0.0]], (len(heads), 1)),
            np.ones(len(heads)),
            sprites.FLOWER,
            0.7,
        )
    rocks = shores.feet(scatter(rng, 2.4, 90.0, 190, 0.35), -1.6, 2.2, path=1.4)
    m, n = len(leaf), len(leaf) + len(rocks)
    width = np.minimum(rng.uniform(0.10, 0.75, len(rocks)), 0.14 * np.hypot(rocks[:, 0], rocks[:, 2]))
    pad = rng.uniform(0.11, 0.21, m)
    axes = np.concatenate([
        np.stack([pad, np.full(m, 0.012), pad * 0.92], axis=1),
        np.stack([width, width * 0.62, width * rng.uniform(0.7, 1.2, len(rocks))], axis=1),
    ])  # fmt: skip
    tint = np.concatenate([
        garden.tints(m, (0.055, 0.125, 0.034), 0.14), garden.tints(len(rocks), (0.20, 0.192, 0.18), 0.12)
    ])  # fmt: skip
    return Stones(
        centre=np.concatenate([leaf, rocks + np.array([[0, 1, 0]]) * (width * 0.15)[:, None]]),
        axes=axes, turn=rng.uniform(0, 2 * np.pi, n), colour=tint,
        uneven=np.where(np.arange(n) < m, 0.02, 0.2), moss=np.where(np.arange(n) < m, 0.0, 0.5), glow=np.zeros(n),
    )  # fmt: skip


def _boathouse(mason: Mason, shores: _Shores, rng: np.random.Generator, paint: tuple[float, float, float]) -> Array:
    """A hut of boards by the water on one side; returns where its lamp shines."""
    right, ahead = -shores.side * rng.uniform(11.0, 14.0), rng.uniform(-2.5, 0.5)
    c, s = np.cos(shores.turn), np.sin(shores.turn)
    x, z = right * c + ahead * s, right * s - ahead * c
    at = np.array([x], np.float32), np.array([z], np.float32), np.array([0.5], np.float32)
    y = max(float(shores.height(*at)[0]), LEVEL + 0.5)
    mason.at(x, y, z, -shores.turn - shores.side * 0.25)
    for px in (-1.9, 1.9):
        for pz in (-2.4, 2.4):
            mason.box((px - 0.1, -2.0, pz - 0.1), (px + 0.1, 0.3, pz + 0.1), materials.PLANKS, (0.13, 0.10, 0.08))
    mason.box((-2.1, 0.15, -2.7), (2.1, 2.55, 2.7), materials.PLANKS, paint)
    mason.gable(
        (-2.1, 2.55, -2.7), (2.1, 2.7), 1.5, (materials.TILES, (0.085, 0.070, 0.065)), (materials.PLANKS, paint)
    )
    door = shores.side * 2.11
    for z0 in (-1.9, 0.9):
        mason.box((min(0, door), 1.05, z0), (max(0, door), 1.95, z0 + 0.95), materials.WINDOW, (1.0, 0.72, 0.38))
    mason.box((min(0, door), 0.2, -0.55), (max(0, door), 2.1, 0.45), materials.PLANKS, (0.60, 0.56, 0.48))
    mason.box((-0.6, 0.7, -2.72), (0.6, 1.9, 2.72), materials.WINDOW, (1.0, 0.72, 0.38))
    return mason.to_world([(door + shores.side * 0.9, 2.0, 0.0)])


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a lake."""
    shores = _Shores(rng, wish)
    garden, mason = Garden(rng), Mason()
    end = -rng.uniform(9.5, 12.0)
    mason.at(0.0, 0.0, 0.0, -shores.turn)
    jetty(mason, rng, end, 5.6, 0.85, -EYE, 2.6)
    mason.at(0.0, 0.0, 0.0, -shores.turn)
    shine = [lantern(mason, -0.86 * shores.side, -EYE, -5.6)]
    paint = PAINTS[int(rng.integers(len(PAINTS)))]
    c, s = np.cos(shores.turn), np.sin(shores.turn)
    boats = [(shores.side * 1.85, rng.uniform(4.3, 5.6), rng.uniform(-0.15, 0.15)),
             (-shores.side * rng.uniform(20, 32), rng.uniform(30, 44), rng.uniform(0, 6.0))]  # fmt: skip
    if "boats" not in wish.without:
        for right, ahead, turn in boats:
            rowing_boat(mason, (right * c + ahead * s, LEVEL, right * s - ahead * c), -shores.turn + turn, paint)
    if "buildings" not in wish.without:
        shine.append(_boathouse(mason, shores, rng, wish.tint("buildings") or (0.30, 0.062, 0.042)))
    if "trees" not in wish.without:
        _woods(garden, rng, shores, wish)
    _greenery(garden, rng, shores, wish)
    stones = _lilies(garden, rng, shores, wish)
    return Scene(
        height=shores.height,
        shade_ground=shores.shade,
        water=WATER,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        meshes=mason.meshes(),
        lamps=Lamps.at(np.concatenate(shine), reach=18.0),
        moss=(0.10, 0.12, 0.045),
        shadow_reach=60.0,
        relief=True,
        smooth=0.3,
        fog=1.2,
    )


PLACE = Place(
    name="lake",
    words=(
        "lakes", "lakeside", "lakeshore", "lake shore", "lakefront", "pond", "ponds", "loch", "loch ness", "tarn",
        "lake como", "lake tahoe", "lake district", "reservoir", "see", "seen", "seeufer", "teich", "weiher",
        "bodensee", "königssee", "lago", "lagos", "estanque", "lago de montaña", "embalse",
    ),
    build=build,
    hints=(
        "swans", "water lilies", "lily pads", "ducks", "canoe", "kayak", "rowboat", "rowing boat",
    ),
    nouns=(
        "a lake", "a pond", "a lakeside",
    ),
    shows=(
        "water", "reeds", "reflections", "shore", "shores", "jetty", "pier", "dock", "steg", "muelle",
        "boat", "boats", "boot", "boote", "barco", "barcos", "rowing boat", "rowboat",
        "boathouse", "water lilies", "lily pads", "trees", "hills",
    ),
    stuff="water",
    roles=('ground', 'water'),
)  # fmt: skip
