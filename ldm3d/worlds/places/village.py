"""A village: gabled houses with gardens along a lane, a green with a well under a great tree, and the church."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.boats import lantern
from ldm3d.worlds.filters import hashed
from ldm3d.worlds.houses import Look, church, house, well
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Lamps, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep

EYE = 1.75
PLASTERS: tuple[Colour, ...] = (
    (0.66, 0.60, 0.48), (0.62, 0.50, 0.33), (0.58, 0.42, 0.33), (0.64, 0.62, 0.56), (0.50, 0.52, 0.46),
)  # fmt: skip
ROOFS: tuple[tuple[int, Colour], ...] = (
    (materials.TILES, (0.31, 0.115, 0.065)), (materials.TILES, (0.26, 0.105, 0.070)),
    (materials.TILES, (0.22, 0.10, 0.07)), (materials.THATCH, (0.30, 0.235, 0.13)),
    (materials.TILES, (0.13, 0.125, 0.13)),
)  # fmt: skip
TRIMS: tuple[Colour, ...] = ((0.05, 0.12, 0.07), (0.22, 0.05, 0.04), (0.06, 0.10, 0.19), (0.17, 0.11, 0.07))
BLOSSOMS: tuple[Colour, ...] = (
    (0.80, 0.12, 0.14),
    (0.85, 0.62, 0.10),
    (0.75, 0.32, 0.55),
    (0.80, 0.78, 0.74),
    (0.36, 0.24, 0.66),
)
CROPS = ((0.30, 0.26, 0.085), (0.10, 0.17, 0.035), (0.16, 0.125, 0.075), (0.14, 0.20, 0.045), (0.34, 0.30, 0.06),
         (0.075, 0.13, 0.035))  # fmt: skip


class _Land:
    """The lane's way and the ground: soft along the lane, hills with fields around."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 6).astype(np.float32)
        self.turn = float(rng.uniform(-0.45, 0.45))
        self.bend = float(rng.uniform(3.0, 6.5) * rng.choice([-1.0, 1.0]))
        self.long = float(rng.uniform(30.0, 42.0))
        self.aside = float(rng.uniform(-0.5, 0.5))
        self.green = float(rng.uniform(-31.0, -26.0))
        self.hills = wish.scale

    def middle(self, v: Array) -> Array:
        """How far to the right the lane's middle lies at v along it."""
        s = np.float32(1.0 / self.long)
        value: Array = np.float32(self.bend) * (1.0 - np.cos(v * s)) - np.float32(self.aside)
        return value

    def to_world(self, off: float, v: float) -> tuple[float, float, float]:
        """A point beside the lane: x, ground, z."""
        x, y, z = self.foot(off, np.array([v]))[0]
        return float(x), float(y), float(z)

    def foot(self, off: float, v: Array) -> Array:
        """Points [n, 3] on the ground beside the lane, at v [n] along it."""
        u = off + self.middle(v.astype(np.float32)).astype(np.float64)
        c, s = float(np.cos(self.turn)), float(np.sin(self.turn))
        x, z = u * c + v * s, v * c - u * s
        high = self.height(x.astype(np.float32), z.astype(np.float32), np.full(len(v), 0.3, np.float32))
        return np.stack([x, high.astype(np.float64), z], axis=1)

    def heading(self, v: float) -> float:
        """Turn of a frame whose z runs along the lane."""
        slope = self.bend / self.long * np.sin(v / self.long)
        return self.turn + float(np.arctan(slope))

    def along(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Metres to the right of the lane's middle, and along it."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        v = x * s + z * c
        return x * c - z * s - self.middle(v), v

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f, hills = self.at, footprint, noise.hills()
        rho = np.hypot(x, z)
        soft = hills(x * np.float32(1 / 90) + at[0], z * np.float32(1 / 90) + at[1], f / 90)
        swell = hills(x * np.float32(1 / 520) + at[2], z * np.float32(1 / 520) + at[3], f / 520)
        broad = hills(z * np.float32(1 / 2700) + at[4], x * np.float32(1 / 2700) + at[5], f / 2700)
        off, v = self.along(x, z)
        worn = 0.10 * np.exp(-((off * np.float32(1 / 1.9)) ** 4)) * (np.abs(v) < 150)
        near = smoothstep(3.0, 60.0, rho)
        far = smoothstep(110.0, 700.0, rho)
        height: Array = (
            soft * 0.55 * near - worn - EYE + 0.10
            + far * (26.0 + 15.0 * swell) * np.float32(self.hills)
            + smoothstep(600.0, 2800.0, rho) * (70.0 + 60.0 * broad) * np.float32(self.hills)
        )  # fmt: skip
        return height

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        blots = noise.rough()(x * np.float32(1 / 9), z * np.float32(1 / 9), f / 9)
        fine = noise.grain()(x * np.float32(1 / 1.2), z * np.float32(1 / 1.2), f / 1.2)
        broad = noise.rough()(z * np.float32(1 / 140), x * np.float32(1 / 140), f / 140)
        green = colour((0.088, 0.155, 0.032))
        grass = green + (colour((0.175, 0.180, 0.060)) - green) * smoothstep(-0.6, 1.5, blots * 0.8 + broad)
        # Fields: strips of crops, each of its own colour, hedges between them.
        a = x * np.float32(1 / 130) + 0.16 * broad + self.at[0] * 5
        b = z * np.float32(1 / 75) + np.float32(0.25) * np.sin(x * np.float32(1 / 240)) + self.at[1] * 5
        i, k = np.floor(a), np.floor(b)
        which = hashed(i.astype(np.int64), k.astype(np.int64), np.zeros(x.shape, np.int32))
        crops = np.array(CROPS, np.float32).T
        field = crops[:, np.minimum((which * 6).astype(np.int32), 5)] * (1.0 + 0.10 * blots)
        edge = np.minimum(np.minimum(a - i, 1 - a + i) * 130, np.minimum(b - k, 1 - b + k) * 75)
        hedge = 1.0 - smoothstep(2.0, 3.5, edge + 1.5 * blots)
        field = field + (colour((0.035, 0.062, 0.022)) - field) * hedge
        rho = np.hypot(x, z)
        wood = smoothstep(
            0.35, 0.55, noise.hills()(x * np.float32(1 / 800) + self.at[3], z * np.float32(1 / 800), f / 800)
        )
        crowns = noise.billows()(x * np.float32(1 / 90), z * np.float32(1 / 90), f / 90) - 0.5
        wood = np.maximum(wood * smoothstep(180.0, 300.0, rho), smoothstep(900.0, 2200.0, rho) * 0.85)
        field = field + (colour((0.040, 0.075, 0.026)) * np.clip(1.0 + 2.0 * crowns, 0.3, 2) - field) * wood
        albedo = grass + (field - grass) * smoothstep(95.0, 150.0, rho + 12 * blots)
        albedo = albedo * np.clip(1.0 + 0.24 * fine, 0.4, 1.7)
        off, v = self.along(x, z)
        lane = 1.0 - smoothstep(1.30, 1.70, np.abs(off) + 0.24 * blots)
        middle = np.exp(-((off + 0.1 * blots) ** 2) * 14.0) * smoothstep(-0.6, 0.4, blots + fine * 0.4)
        lane = lane * (1.0 - 0.8 * middle) * (1.0 - smoothstep(120.0, 170.0, np.abs(v)))
        earth = colour((0.255, 0.205, 0.145))
        ruts = np.exp(-(((np.abs(off) - 0.66) * np.float32(1 / 0.24)) ** 2))
        stones = materials.pattern(materials.COBBLES, off, v, f, earth)
        way = earth * (1.0 + 0.16 * blots + 0.18 * fine - 0.16 * ruts)
        way = way + (stones - way) * smoothstep(-0.2, 0.5, blots + 0.3 * broad) * 0.6
        albedo = albedo + (way - albedo) * lane
        normal = hit.normal.copy()
        bend = np.clip(0.25 - f, 0.0, 0.2)
        normal[0] += fine * bend + crowns * wood * 0.8
        normal[2] += blots * bend * 0.4
        normal /= np.sqrt(dot(normal, normal))
        free = 0.4 + 0.6 * shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=free, wrap=0.12)


def _look(rng: np.random.Generator, wish: Wish) -> Look:
    tone = PLASTERS[int(rng.integers(len(PLASTERS)))]
    kind, roof = rng.uniform(), ROOFS[int(rng.choice(5, p=[0.32, 0.24, 0.16, 0.16, 0.12]))]
    trim = TRIMS[int(rng.integers(len(TRIMS)))]
    tone = wish.tint("buildings") or tone
    grey = (0.34, 0.315, 0.27)
    if kind < 0.55:
        return Look((materials.PLASTER, tone), (materials.TIMBERED, tone), roof, trim, jetty=0.22)
    if kind < 0.75:
        return Look((materials.RUBBLE, grey), (materials.TIMBERED, tone), roof, trim, jetty=0.12)
    if kind < 0.88:
        return Look((materials.RUBBLE, grey), (materials.RUBBLE, grey), roof, trim)
    return Look((materials.PLASTER, tone), (materials.PLASTER, tone), roof, trim)


def _fence(
    garden: Garden, rng: np.random.Generator, land: _Land, off: float, v0: float, v1: float, white: bool
) -> None:
    """Pickets along the lane."""
    vs = np.arange(v0, v1, 0.15)
    feet = land.foot(off, vs)
    if len(feet) < 3:
        return
    tone = (0.55, 0.53, 0.48) if white else (0.16, 0.125, 0.09)
    n = len(feet)
    tall = 0.85 + rng.uniform(-0.03, 0.03, n)
    thick = np.tile([[0.026, 0.020]], (n, 1))
    top = feet + np.array([[0.0, 1.0, 0.0]]) * tall[:, None]
    garden.limb(feet - [0, 0.05, 0], top, thick, garden.tints(n, tone, 0.08), np.full((n, 2), 0.8), 0.2)
    for high in (0.28, 0.66):
        rail = feet[::6] + np.array([0.0, high, 0.0])
        m = len(rail) - 1
        garden.limb(rail[:-1], rail[1:], np.full((m, 2), 0.024), garden.tints(m, tone, 0.05), np.full((m, 2), 0.8), 0.2)


def _garden(
    garden: Garden, rng: np.random.Generator, land: _Land, side: float, v: float, wide: float, front: float, wish: Wish
) -> None:
    """What grows between a fence and a house's front."""
    inner = 2.9
    for _ in range(round(7 * wish.density)):
        off = side * float(rng.uniform(inner, front - 0.4))
        at = np.array(land.to_world(off, v + float(rng.uniform(-0.5, 0.5)) * wide))
        away = float(np.hypot(at[0], at[2]))
        garden.bush(
            at, float(rng.uniform(0.28, 0.7)), (0.062, 0.115, 0.030), detail=float(np.clip(1.1 - away / 45, 0.1, 1))
        )
    if "flowers" in wish.without:
        return
    for _ in range(5):
        tone = BLOSSOMS[int(rng.integers(len(BLOSSOMS)))]
        off, w = side * float(rng.uniform(inner - 0.3, front - 0.5)), v + float(rng.uniform(-0.5, 0.5)) * wide
        n = 26
        feet = np.array(land.to_world(off, w)) + rng.normal(0, 0.33, (n, 3)) * [1, 0, 1]
        feet = feet[np.hypot(feet[:, 0], feet[:, 2]) > 1.3]
        n = len(feet)
        heads = feet + np.stack([np.zeros(n), rng.uniform(0.25, 0.6, n), np.zeros(n)], 1)
        garden.tufts(
            feet, np.full(n, 0.22), np.full(n, 0.24), garden.tints(n, (0.09, 0.15, 0.035), 0.15), sprites.FERN, 0.8
        )
        garden.clumps(heads, rng.uniform(0.04, 0.07, n), garden.tints(n, tone, 0.1), np.tile([[0.0, 1.0, 0.0]], (n, 1)),
                      np.ones(n), sprites.FLOWER, 0.8)  # fmt: skip


def _houses(mason: Mason, garden: Garden, rng: np.random.Generator, land: _Land, wish: Wish) -> None:
    """Both rows along the lane; around the green they stand back."""
    for side in (-1.0, 1.0):
        v = 62.0 + float(rng.uniform(-4, 4))
        while v > -118.0:
            wide, deep = float(rng.uniform(6.2, 9.6)), float(rng.uniform(6.5, 9.0))
            back = float(9.0 * np.exp(-(((v - land.green) / 13.0) ** 2)))
            front = float(rng.uniform(5.4, 7.4)) + back
            look, along = _look(rng, wish), bool(rng.uniform() < 0.45)
            floors, steep = (2 if rng.uniform() < 0.62 else 1), float(rng.uniform(0.85, 1.25))
            white, fenced = bool(rng.uniform() < 0.5), bool(rng.uniform() < 0.8)
            x, y, z = land.to_world(side * front, v)
            away = float(np.hypot(x, z))
            turn = land.heading(v) - side * np.pi / 2 + float(rng.normal(0, 0.05))
            # The churchyard is on the outer side of the bend.
            yard = side * land.bend < 0 and abs(v - land.green + 15.0) < 15.0
            if (not yard and wish.lone != "buildings") or (wish.lone == "buildings" and side > 0 and -18.0 < v < -6.0):
                house(mason, rng, (x, y, z), turn, wide, deep, floors, look, steep=steep, along=along, fine=away < 40.0,
                      storey=2.6 * min(wish.scale, 1.6) ** 0.6)  # fmt: skip
                _garden(garden, rng, land, side, v, wide, front, wish)
                if fenced and back < 3.0 and away < 70.0:
                    _fence(garden, rng, land, side * 2.6, v - wide * 0.62, v - 0.6, white)
                    _fence(garden, rng, land, side * 2.6, v + 0.6, v + wide * 0.62, white)
            gap, tree = float(rng.uniform(2.5, 8.0)) / min(max(wish.density, 0.35), 2.0), rng.uniform(0, 1, 3)
            if "trees" not in wish.without and wish.lone is None and tree[0] < 0.7 and not yard:
                foot = np.array(land.to_world(side * (front + 1.0 + 3 * float(tree[1])), v - wide / 2 - gap / 2))
                garden.broadleaf(foot, 3.6 + 2.6 * float(tree[2]), 1.6 + 0.7 * float(tree[1]), (0.085, 0.150, 0.032),
                                 detail=float(np.clip(1.0 - away / 60, 0.05, 0.8)), bark=(0.13, 0.10, 0.075),
                                 crown_from=0.3)  # fmt: skip
            v -= wide + gap


def _trees(garden: Garden, rng: np.random.Generator, land: _Land, wish: Wish) -> None:
    spots = np.concatenate(
        [
            scatter(rng, 9.0, 110.0, round(240 * wish.density), 0.7),
            spread(rng, 100.0, 330.0, round(420 * wish.density), 7.0),
        ]
    )
    x, z = spots[:, 0].astype(np.float32), spots[:, 1].astype(np.float32)
    off, v = land.along(x, z)
    # Behind the houses, not among them.
    back = 9.0 * np.exp(-(((v - land.green) / 13.0) ** 2))
    row = (np.abs(v) < 125) & (np.abs(off) < 19.0 + back)
    feet = np.stack([x, land.height(x, z, np.full_like(x, 0.5)), z], 1).astype(np.float64)[~row & (np.abs(off) > 5)]
    if wish.lone == "trees":
        feet = feet[:0]
    for foot in feet:
        away = float(np.hypot(foot[0], foot[2]))
        garden.broadleaf(foot, rng.uniform(5.5, 11.0) * wish.scale**0.5, rng.uniform(2.3, 4.2), (0.080, 0.140, 0.030),
                         detail=float(np.clip(1.05 - np.log2(away / 9) * 0.26, 0, 0.8)), bark=(0.13, 0.10, 0.075),
                         crown_from=0.25, trunk=0.024)  # fmt: skip
    foot = np.array(land.to_world(7.0 * np.sign(land.bend), land.green - 3.0))
    garden.broadleaf(foot, 10.5 * wish.scale**0.5, 4.9, (0.090, 0.150, 0.030), detail=0.85, bark=(0.14, 0.11, 0.08),
                     crown_from=0.30, trunk=0.036)  # fmt: skip


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a village."""
    land = _Land(rng, wish)
    mason, garden = Mason(), Garden(rng)
    if "buildings" not in wish.without:
        _houses(mason, garden, rng, land, wish)
        if wish.lone is None and "towers" not in wish.without:
            roof = (
                (materials.TILES, (0.14, 0.13, 0.135)) if rng.uniform() < 0.5 else (materials.TILES, (0.27, 0.11, 0.07))
            )
            wall = (
                (materials.PLASTER, (0.66, 0.63, 0.55))
                if rng.uniform() < 0.5
                else (materials.RUBBLE, (0.38, 0.35, 0.30))
            )
            side = np.sign(land.bend)
            x, y, z = land.to_world(-float(side) * 8.0, land.green - 8.0)
            church(mason, (x, y, z), land.heading(land.green) + float(side) * 0.5, wall, roof,
                   float(rng.uniform(25, 31)) * wish.scale**0.6)  # fmt: skip
    x, y, z = land.to_world(4.2 * float(np.sign(land.bend)), land.green + 6.0)
    well(mason, (x, y, z), float(rng.uniform(0, 3)))
    shine: list[Array] = []
    if "lamps" not in wish.without:
        for k, v in enumerate((16.0, -5.0, -17.0, -34.0, -50.0, 36.0)):
            x, y, z = land.to_world(2.15 * (-1) ** k, v)
            mason.at(x, y, z, land.heading(v) + (np.pi if k % 2 == 0 else 0.0))
            shine.append(lantern(mason, 0.0, 0.0, 0.0, 2.6))
    if "trees" not in wish.without:
        _trees(garden, rng, land, wish)
    grass = np.concatenate([scatter(rng, 1.3, 9.0, 1500, 0.07), spread(rng, 6.0, 40.0, 5200, 0.3)])
    gx, gz = grass[:, 0].astype(np.float32), grass[:, 1].astype(np.float32)
    off, _ = land.along(gx, gz)
    edge = (np.abs(off) > 1.45) | (np.abs(off) < 0.22)
    gx, gz = gx[edge], gz[edge]
    if "grass" not in wish.without:
        feet = np.stack([gx, land.height(gx, gz, np.full_like(gx, 0.1)), gz], 1).astype(np.float64)
        size = rng.uniform(0.07, 0.20, len(feet))
        garden.tufts(feet, size * 1.1, size, garden.tints(len(feet), (0.105, 0.175, 0.036), 0.18), sprites.GRASS, 0.8)
    rocks = scatter(rng, 2.4, 30.0, 40, 0.6)
    off, _ = land.along(rocks[:, 0].astype(np.float32), rocks[:, 1].astype(np.float32))
    rocks = rocks[(np.abs(off) > 1.5) & (np.abs(off) < 2.5)]
    rx, rz = rocks[:, 0].astype(np.float32), rocks[:, 1].astype(np.float32)
    feet = np.stack([rx, land.height(rx, rz, np.full_like(rx, 0.1)), rz], 1).astype(np.float64)
    stones = boulders(garden, feet, rng.uniform(0.08, 0.24, len(feet)), (0.26, 0.25, 0.23))
    return Scene(
        height=land.height,
        shade_ground=land.shade,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        meshes=mason.meshes(),
        lamps=Lamps.at(np.concatenate(shine), reach=20.0) if shine else None,
        shadow_reach=75.0,
        relief=True,
        smooth=0.2,
        fog=1.2,
        stars=0.8,
    )


PLACE = Place(
    name="village",
    words=(
        "villages", "hamlet", "hamlets", "small town", "settlement", "village street", "farm", "farms", "farmhouse",
        "farmhouses", "cottage", "cottages", "homestead", "hobbiton", "hogsmeade", "hallstatt", "thatched cottages",
        "chalet", "chalets", "cabin", "cabins", "huts", "ranch", "village square", "village church", "fishing huts",
        "houses", "dorf", "dörfer", "bauernhof", "bauernhöfe", "weiler", "siedlung", "dörfchen", "ortschaft",
        "hütte", "hütten", "häuser", "pueblo", "pueblos", "aldea", "aldeas", "pueblito", "granja", "granjas",
        "caserío", "pueblecito", "cabaña", "cabañas", "casas",
    ),
    build=build,
    hints=(
        "house", "thatched roofs", "barn", "chimneys", "hobbits", "haus", "casa", "shepherd",
    ),
    nouns=(
        "a village", "a hamlet", "a settlement", "a village street",
    ),
    shows=(
        "house", "houses", "church", "chimneys", "roofs", "barn", "fences",
    ),
    stuff="buildings",
)  # fmt: skip
