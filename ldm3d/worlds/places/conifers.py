"""A northern conifer forest: pillars of old trunks over deep moss, young firs between them, a brook in the hollow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ldm3d.worlds import noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.light import by_night
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Scene, Stones
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
NEEDLE, BARK, MOSS = (0.024, 0.058, 0.028), (0.120, 0.072, 0.050), (0.050, 0.092, 0.018)


class _Floor:
    """A hillside in hummocks: up on one side, down to a brook on the other, a trail along it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.at = rng.uniform(0, 1, 4).astype(np.float32)
        self.turn = rng.uniform(-0.45, 0.45)
        self.side = float(rng.choice([-1.0, 1.0]))
        self.bend = rng.uniform(0, 2 * np.pi, 2)
        self.drop = rng.uniform(4.2, 5.4)

    def _frame(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Metres uphill and metres along the hillside."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        return (x * c - z * s) * np.float32(self.side), x * s + z * c

    def trail(self, x: Array, z: Array) -> Array:
        """Metres from the middle of the trail."""
        up, along = self._frame(x, z)
        wind = 1.5 * (np.sin(along * np.float32(0.10) + np.float32(self.bend[0])) - np.float32(np.sin(self.bend[0])))
        value: Array = np.abs(up - wind - np.float32(0.95))
        return value

    def brook(self, x: Array, z: Array) -> Array:
        """Metres from the middle of the brook, positive uphill."""
        up, along = self._frame(x, z)
        value: Array = up + np.float32(self.drop) - 1.1 * np.sin(along * np.float32(0.16) + np.float32(self.bend[1]))
        return value

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        brook = self.brook(x, z)
        rho2 = x * x + z * z
        calm = 1.0 - np.exp(-rho2 * np.float32(1 / 14))
        hills = noise.hills()(x * np.float32(1 / 110) + at[0], z * np.float32(1 / 110) + at[1], f / 110)
        lumps = noise.rough()(x * np.float32(1 / 17) + at[2], z * np.float32(1 / 17) + at[3], f / 17)
        hummocks = lumps * 0.15 * smoothstep(0.3, 2.0, self.trail(x, z))
        slope = np.where(brook > 0, np.minimum(brook - self.drop, 120.0) * 0.17, (-brook - self.drop) * 0.10)
        slope = np.maximum(slope, -0.17 * np.float32(self.drop)) * (1.0 - np.exp(-rho2 * np.float32(1 / 6)))
        bed = 0.95 * np.exp(-((brook / 1.5) ** 2))
        away = smoothstep(2.0, 9.0, np.abs(brook))
        height: Array = slope + hummocks * calm + hills * away * (0.5 + 0.010 * np.minimum(np.sqrt(rho2), 180.0)) - bed
        return (height - np.float32(EYE)).astype(np.float32)

    def feet(self, points: Array, trail: float = -1.0, brook: float = -1.0) -> Array:
        """Points [n, 3] on the ground at [n, 2], those that keep off the trail and the brook by so many metres."""
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        feet = np.stack([x, self.height(x, z, np.full_like(x, 0.2)), z], axis=1).astype(np.float64)
        return feet[(self.trail(x, z) > trail) & (np.abs(self.brook(x, z)) > brook)]

    @property
    def water(self) -> float:
        """Level of the brook: it is dammed into pools between its stones."""
        return -EYE - 0.17 * self.drop - 0.34

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        blots = noise.rough()(x * np.float32(1 / 6.1), z * np.float32(1 / 6.1), f / 6.1)
        litter = noise.grain()(x * np.float32(1 / 2.3), z * np.float32(1 / 2.3), f / 2.3)
        crumbs = noise.grain()(z * np.float32(1 / 0.7), x * np.float32(1 / 0.7), f / 0.7)
        moss = smoothstep(-1.1, 0.4, blots + 0.3 * litter)
        brown = colour((0.092, 0.056, 0.032)) * (1.0 + 0.35 * litter + 0.25 * crumbs)
        green = colour(MOSS) * (1.0 + 0.28 * litter + 0.22 * crumbs + 0.20 * blots)
        albedo = brown + (green - brown) * moss
        trod = 1.0 - smoothstep(0.20, 0.65, self.trail(x, z) + 0.14 * blots)
        albedo += (colour((0.125, 0.068, 0.038)) * (1.0 + 0.2 * litter + 0.2 * crumbs) - albedo) * trod * 0.9
        wet = 1.0 - smoothstep(0.0, 0.35, hit.p[1] - np.float32(self.water))
        albedo += (colour((0.070, 0.058, 0.045)) * (1.0 + 0.3 * crumbs) - albedo) * wet
        normal = hit.normal.copy()
        fade = np.clip(0.40 - f, 0.0, 0.35)
        normal[0] += litter * fade
        normal[2] += crumbs * fade
        normal /= np.sqrt((normal * normal).sum(axis=0))
        free = shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=0.40 + 0.60 * free)


def _firs(garden: Garden, rng: np.random.Generator, floor: _Floor, wish: Wish) -> None:
    """Old trees with dead boughs and roots, and young ones down to the ground."""
    near = floor.feet(scatter(rng, 3.6, 34.0, round(260 * wish.density), 0.62), 1.5, 2.4)
    far = floor.feet(spread(rng, 34.0, 150.0, round(2500 * wish.density), 3.5), 1.6, 2.0)
    grown = np.concatenate([near, far])
    young = floor.feet(scatter(rng, 4.4, 70.0, round(190 * wish.density), 0.7), 1.5, 2.2)
    if wish.lone == "trees":
        grown, young = grown[np.abs(np.hypot(grown[:, 0], grown[:, 2]) - 11.0).argsort()[:1]], young[:0]
    for foot in grown:
        away = float(np.hypot(foot[0], foot[2]))
        height = rng.uniform(23, 36) * wish.scale
        crown, wide = rng.uniform(0.13, 0.40), rng.uniform(3.0, 4.6)
        garden.conifer(
            foot, height, wide, NEEDLE, detail=float(np.clip(1.25 - np.log2(away / 4.0) * 0.27, 0.0, 1.0)), bark=BARK,
            bare=crown if away < 34 else crown * 0.4, shade=0.7,
        )  # fmt: skip
        if away > 26:
            continue
        n = int(rng.integers(7, 14))
        at = foot + np.array([0.0, 1.0, 0.0]) * rng.uniform(1.6, height * crown + 1.7, (n, 1))
        turn = rng.uniform(0, 2 * np.pi, n)
        out = np.stack([np.cos(turn), rng.uniform(-0.25, 0.35, n), np.sin(turn)], axis=1)
        garden.limb(
            at, at + out * rng.uniform(0.5, 1.7, (n, 1)), np.tile([[0.028, 0.006]], (n, 1)),
            garden.tints(n, (0.085, 0.062, 0.048), 0.1), np.full((n, 2), 0.5),
        )  # fmt: skip
        turn = rng.uniform(0, 2 * np.pi, 6)
        out = np.stack([np.cos(turn), np.full(6, -0.45), np.sin(turn)], axis=1)
        thick = height * 0.017
        garden.limb(
            np.repeat(foot[None] + [[0, thick * 0.9, 0]], 6, 0), foot + out * thick * rng.uniform(2.6, 4.2, (6, 1)),
            np.tile([[thick * 0.45, thick * 0.10]], (6, 1)), garden.tints(6, BARK, 0.1), np.full((6, 2), 0.6),
        )  # fmt: skip
    for foot in young:
        away = float(np.hypot(foot[0], foot[2]))
        tall = rng.uniform(1.2, 7.5) * min(1.0, 0.35 + away / 14)
        garden.conifer(
            foot, tall, tall * rng.uniform(0.26, 0.36), (0.030, 0.072, 0.030), bark=BARK, bare=0.03, shade=0.7,
            detail=float(np.clip(0.95 - np.log2(away / 4.0) * 0.25, 0.0, 1.0)),
        )  # fmt: skip


def _below(garden: Garden, rng: np.random.Generator, floor: _Floor, wish: Wish) -> None:
    """Bilberries, ferns, grass and fallen trunks."""
    for foot in floor.feet(scatter(rng, 1.7, 40.0, round(420 * wish.density), 0.28), 0.75, 0.9):
        detail = float(np.clip(0.5 - np.hypot(foot[0], foot[2]) / 40, 0.0, 1))
        garden.bush(foot, rng.uniform(0.10, 0.24), (0.055, 0.105, 0.026), detail=detail, free=0.7)
    ferns = floor.feet(scatter(rng, 1.7, 45.0, round(900 * wish.density), 0.16), 0.8, 1.5)
    size = rng.uniform(0.22, 0.55, len(ferns))
    garden.tufts(ferns, size * 1.15, size, garden.tints(len(ferns), (0.058, 0.125, 0.022), 0.18), sprites.FERN, 0.62)
    if "grass" not in wish.without:
        grass = floor.feet(scatter(rng, 0.9, 36.0, round(1700 * wish.density), 0.07), 0.45, 1.3)
        size = rng.uniform(0.07, 0.17, len(grass))
        tint = garden.tints(len(grass), (0.070, 0.115, 0.024), 0.2)
        garden.tufts(grass, size * 1.3, size, tint, sprites.GRASS, 0.6)
    logs = floor.feet(scatter(rng, 4.5, 34.0, 12, 1.6), 3.2, 2.6)
    n = len(logs)
    turn, thick = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.18, 0.40, n)
    way = np.stack([np.cos(turn), rng.normal(0, 0.02, n), np.sin(turn)], axis=1) * rng.uniform(2.0, 5.0, (n, 1))
    ends = [floor.feet((logs + end * way)[:, [0, 2]]) for end in (-1.0, 1.0)]
    for end in ends:
        end[:, 1] += thick * 0.7
    # What would lie up a bank lies elsewhere.
    level = np.flatnonzero(np.abs(ends[0][:, 1] - ends[1][:, 1]) < 0.9)
    garden.limb(
        ends[0][level], ends[1][level], np.stack([thick, thick * 0.7], 1)[level],
        garden.tints(n, (0.075, 0.072, 0.040), 0.2)[level], np.full((len(level), 2), 0.6),
    )  # fmt: skip


def _stones(garden: Garden, rng: np.random.Generator, floor: _Floor) -> Stones:
    """Mossy boulders anywhere, wet stones in the brook."""
    big = floor.feet(scatter(rng, 3.0, 60.0, 70, 0.8), 1.0)
    small = floor.feet(scatter(rng, 2.4, 40.0, 420, 0.22), 0.8)
    in_brook = np.abs(floor.brook(*small[:, [0, 2]].T.astype(np.float32))) < 2.0
    rocks = np.concatenate([big, small[in_brook]])
    n = len(rocks)
    wet = np.abs(floor.brook(*rocks[:, [0, 2]].T.astype(np.float32))) < 2.0
    width = np.where(wet, rng.uniform(0.10, 0.42, n), rng.uniform(0.25, 1.15, n))
    width = np.minimum(width, 0.15 * np.hypot(rocks[:, 0], rocks[:, 2]))
    stones = boulders(garden, rocks, width, (0.140, 0.138, 0.130), raised=0.22, flat=(0.55, 0.9), moss=0.0)
    return replace(stones, moss=np.where(wet, 0.35, rng.uniform(0.7, 1.0, n)))


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a conifer forest."""
    floor = _Floor(rng)
    garden = Garden(rng)
    if "trees" not in wish.without:
        _firs(garden, rng, floor, wish)
    _below(garden, rng, floor, wish)
    return Scene(
        light=by_night(1.5),
        height=floor.height,
        shade_ground=floor.shade,
        water=Water(level=floor.water, swell=0.0, chop=0.02, deep=(0.010, 0.016, 0.010), shallow=(0.055, 0.045, 0.026)),
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=_stones(garden, rng, floor),
        moss=MOSS,
        shadow_reach=60.0,
        smooth=0.25,
        fog=4.0,
        open_sky=1.2,
        exposure=2.15,
        shafts=0.7,
    )


PLACE = Place(
    name="conifers",
    words=(
        "conifer", "conifer forest", "coniferous forest", "coniferous", "pine forest", "pine forests", "pine woods",
        "pine trees", "pines", "fir forest", "fir trees", "firs", "spruce", "spruces", "spruce forest",
        "spruce trees", "evergreen forest", "evergreens", "taiga", "boreal forest", "redwood", "redwoods",
        "redwood forest", "sequoia", "sequoias", "sequoia forest", "cedar forest", "cedars", "larches", "nadelwald",
        "nadelwälder", "tannenwald", "fichtenwald", "kiefernwald", "tannen", "fichten", "kiefern", "pinar", "pinos",
        "bosque de pinos", "abetos", "bosque de coníferas", "coníferas",
    ),
    build=build,
    hints=(
        "pine", "fir", "cedar", "wolves", "bears", "moose", "tanne", "fichte", "kiefer", "pino", "abeto",
    ),
    nouns=(
        "a pine forest", "a conifer forest", "a spruce forest", "an evergreen forest", "pine woods", "the taiga",
    ),
    shows=(
        "pine", "fir", "tree", "trees", "pine trees", "needles", "trunks", "moss", "ferns", "brook", "stream",
        "boulders",
    ),
    stuff="foliage",
    roles=("ground", "backdrop"),
)  # fmt: skip
