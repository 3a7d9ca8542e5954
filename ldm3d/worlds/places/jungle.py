"""A jungle: buttressed giants under a closed canopy, lianas, palms, giant leaves, bamboo, and a stream between them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ldm3d.worlds import noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.light import Light
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, asked, scatter, spread
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
LEVEL = -EYE - 0.30
BARK = (0.150, 0.122, 0.092)
UP = np.array([0.0, 1.0, 0.0])
LEAF = (0.050, 0.120, 0.022)


class _Floor:
    """Leaf litter in mounds, cut by a stream that winds ahead."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.at = rng.uniform(0, 1, 4).astype(np.float32)
        self.turn = rng.uniform(-0.4, 0.4)
        self.side = float(rng.choice([-1.0, 1.0]))
        self.bend = rng.uniform(0, 2 * np.pi, 2)
        self.bamboo = self.turn - self.side * rng.uniform(1.3, 1.9)

    def stream(self, x: Array, z: Array) -> Array:
        """Metres from the middle of the stream."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        right, ahead = x * c + z * s, x * s - z * c
        wind = 1.7 * (np.sin(ahead * np.float32(0.13) + np.float32(self.bend[0])) - np.float32(np.sin(self.bend[0])))
        wind += 0.6 * np.sin(ahead * np.float32(0.37) + np.float32(self.bend[1]))
        value: Array = np.abs(right - wind - np.float32(2.3 * self.side))
        return value

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        f, at = footprint, self.at
        rho = np.hypot(x, z)
        hills = noise.hills()(x * np.float32(1 / 80) + at[0], z * np.float32(1 / 80) + at[1], f / 80)
        lumps = noise.rough()(x * np.float32(1 / 13) + at[2], z * np.float32(1 / 13) + at[3], f / 13)
        calm = 1.0 - np.exp(-rho * rho * np.float32(1 / 12))
        bank = smoothstep(0.7, 2.1, self.stream(x, z))
        rise = smoothstep(3.0, 14.0, self.stream(x, z))
        height: Array = bank * 0.55 - 0.55 + (lumps * 0.10 * bank + rise * (0.5 + 0.7 * hills)) * calm
        return (height - np.float32(EYE)).astype(np.float32)

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        blots = noise.rough()(x * np.float32(1 / 5.3), z * np.float32(1 / 5.3), f / 5.3)
        litter = noise.grain()(x * np.float32(1 / 2.6), z * np.float32(1 / 2.6), f / 2.6)
        crumbs = noise.grain()(z * np.float32(1 / 0.8), x * np.float32(1 / 0.8), f / 0.8)
        brown = colour((0.115, 0.068, 0.036)) + colour((0.060, 0.034, 0.012)) * np.clip(litter + 0.6 * crumbs, -1, 1.6)
        green = colour((0.042, 0.088, 0.018)) * (1.0 + 0.35 * litter + 0.25 * crumbs)
        albedo = brown + (green - brown) * smoothstep(-1.4, 1.6, blots + 0.4 * litter)
        wet = 1.0 - smoothstep(-0.05, 0.22, hit.p[1] - np.float32(LEVEL) + 0.05 * blots)
        albedo += (colour((0.105, 0.082, 0.058)) * (1.0 + 0.35 * crumbs) - albedo) * wet
        normal = hit.normal.copy()
        fade = np.clip(0.40 - f, 0.0, 0.35)
        normal[0] += litter * fade
        normal[2] += crumbs * fade
        normal /= np.sqrt((normal * normal).sum(axis=0))
        free = shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=0.45 + 0.55 * free)

    def feet(self, points: Array, dry: float) -> Array:
        """Points [n, 3] on the ground at [n, 2] that keep so many metres off the stream's middle."""
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        feet = np.stack([x, self.height(x, z, np.full_like(x, 0.2)), z], axis=1).astype(np.float64)
        return feet[self.stream(x, z) > dry]


def _away(foot: Array) -> float:
    return float(np.hypot(foot[0], foot[2]))


def _giants(garden: Garden, rng: np.random.Generator, floor: _Floor, wish: Wish) -> Array:
    """Giants on fins of roots; returns their feet."""
    feet = floor.feet(scatter(rng, 5.2, 52.0, round(70 * wish.density), 1.0), 2.8)
    if wish.lone == "trees":
        feet = feet[:1]
    for foot in feet:
        away = _away(foot)
        tall = rng.uniform(20.0, 29.0) * wish.scale
        detail = float(np.clip(1.15 - np.log2(away / 5.0) * 0.26, 0.1, 0.9))
        garden.broadleaf(
            foot, tall, rng.uniform(6.5, 9.0), LEAF, detail=detail, bark=BARK, crown_from=0.46,
            trunk=rng.uniform(0.020, 0.027), shade=0.6,
        )  # fmt: skip
        thick, fins = tall * 0.026, int(rng.integers(5, 8))
        turn = rng.uniform(0, 2 * np.pi) + 2 * np.pi * (np.arange(fins) + rng.uniform(-0.25, 0.25, fins)) / fins
        reach, high = rng.uniform(0.9, 2.3, fins), rng.uniform(1.6, 3.8, fins)
        reach = np.minimum(reach, max(0.3, away - thick - 2.2))
        way = np.stack([np.cos(turn), np.zeros(fins), np.sin(turn)], axis=1)
        tone = garden.tints(1, BARK, 0.1)
        # The bars of a fin are tangents of its hollow edge.
        for share in (0.94, 0.78, 0.62, 0.46, 0.30, 0.14):
            start = foot + way * (thick * 0.55) + UP * (high * share)[:, None]
            end = foot + way * (thick + reach * (1.06 - share))[:, None] - np.array([0.0, 0.12, 0.0])
            garden.limb(start, end, np.tile([[0.13, 0.085]], (fins, 1)), tone.repeat(fins, 0), np.full((fins, 2), 0.5))
    return feet


def _canopy(garden: Garden, rng: np.random.Generator) -> None:
    """Leaves of crowns whose trunks are not seen: a roof with gaps, nearer the ground all around."""
    points = spread(rng, 1.0, 46.0, 900, 1.9)
    n = len(points)
    gap = noise.rough()(points[:, 0].astype(np.float32) / 37, points[:, 1].astype(np.float32) / 37)
    high = rng.uniform(10.5, 17.0, n)
    centre = np.stack([points[:, 0], high - EYE, points[:, 1]], axis=1)
    kept = gap < 0.75
    centre, n = centre[kept], int(kept.sum())
    free = np.clip(rng.uniform(0.25, 0.7, n), 0, 1)
    tint = garden.tints(n, LEAF, 0.12) * np.exp(rng.normal(0, 0.22, (n, 1)))
    normal = np.tile([[0.0, 0.85, 0.0]], (n, 1)) + rng.normal(0, 0.35, (n, 3))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    garden.clumps(centre, rng.uniform(1.1, 2.0, n), tint, normal, free, sprites.LEAVES, 0.85)


def _lianas(garden: Garden, rng: np.random.Generator, feet: Array, wish: Wish) -> None:
    """Ropes that hang from the roof, and ones slung from tree to tree."""
    spots = scatter(rng, 2.6, 26.0, round(80 * wish.density), 0.5)
    ways = []
    for x, z in spots:
        top = np.array([x, rng.uniform(8.0, 13.0) - EYE, z])
        low = top + np.array([rng.normal(0, 0.5), 0.0, rng.normal(0, 0.5)])
        low[1] = rng.uniform(0.3, 4.5) - EYE
        ways.append((top, low, rng.uniform(0.0, 0.35), rng.uniform(0.012, 0.035)))
    near = feet[np.argsort(np.hypot(feet[:, 0], feet[:, 2]))][:9]
    for a, b in pairwise(near):
        if np.linalg.norm(a - b) < 16.0:
            high = rng.uniform(4.0, 8.0, 2)
            ways.append((a + UP * high[0], b + UP * high[1], rng.uniform(1.2, 2.6), rng.uniform(0.03, 0.055)))
    t = np.linspace(0.0, 1.0, 9)[:, None]
    for top, low, sag, thick in ways:
        line = top + (low - top) * t
        line[:, 1] -= sag * 4.0 * (t * (1.0 - t))[:, 0]
        line += rng.normal(0, 0.05, line.shape)
        garden.limb(
            line[:-1], line[1:], thick * (1.0 - 0.75 * np.concatenate([t[:-1], t[1:]], 1)), garden.tints(1, (0.105,
            0.085, 0.055), 0.15).repeat(8, 0), np.full((8, 2), 0.5),
        )  # fmt: skip
        n = int(rng.integers(0, 7))
        at = top + (low - top) * rng.uniform(0, 1, (n, 1)) ** 1.5
        at[:, 1] -= sag * 0.8
        garden.clumps(
            at, rng.uniform(0.18, 0.4, n), garden.tints(n, (0.055, 0.135, 0.025), 0.15), np.tile([[0.0, 1.0, 0.0]],
            (n, 1)), np.full(n, 0.6), sprites.BUSH, 0.7,
        )  # fmt: skip


def _leaves(garden: Garden, rng: np.random.Generator, floor: _Floor, wish: Wish) -> None:
    """Plants of giant leaves on stalks, palms, and bamboo on one side."""
    for foot in floor.feet(scatter(rng, 2.5, 34.0, round(380 * wish.density), 0.40), 1.5):
        away = _away(foot)
        n, size = int(rng.integers(5, 10)), rng.uniform(0.7, 1.9) * min(1.0, 0.40 + away / 9.0)
        turn, lift = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.35, 1.25, n)
        way = np.stack([np.cos(turn) * np.cos(lift), np.sin(lift), np.sin(turn) * np.cos(lift)], axis=1)
        stalk = foot + way * (size * rng.uniform(0.45, 0.75, n))[:, None]
        droop = way * np.array([1.0, 0.35, 1.0]) + np.array([0.0, 0.10, 0.0])
        length = size * rng.uniform(0.75, 1.1, n)
        kind = sprites.PADDLE[:1] if rng.uniform() < 0.55 else sprites.PADDLE[1:]
        tint = garden.tints(1, (0.055, 0.150, 0.026), 0.18) * np.exp(rng.normal(0, 0.12, (n, 1)))
        garden.limb(
            np.repeat(foot[None], n, 0),
            stalk,
            np.tile([[0.022, 0.014]], (n, 1)) * size,
            tint,
            np.full((n, 2), 0.6),
            0.1,
        )
        garden.along(
            stalk - droop * (0.12 * length)[:, None],
            stalk + droop * length[:, None],
            length * 0.5,
            tint,
            kind,
            0.8,
            0.7,
        )
    for foot in asked(floor.feet(scatter(rng, 4.6, 48.0, round(85 * wish.density), 0.8), 1.8), wish, "trees"):
        away = _away(foot)
        garden.palm(
            foot,
            rng.uniform(1.2, 7.5) * min(1.0, away / 7.0),
            rng.uniform(1.8, 3.0),
            (0.055, 0.135, 0.026),
            bark=(0.16, 0.13, 0.10),
            lean=rng.normal(0, 0.6, 2),
            fronds=int(rng.integers(11, 18)),
            shade=0.75,
        )
    turn = floor.bamboo + rng.normal(0, 0.24, round(150 * wish.density))
    rho = rng.uniform(4.5, 26.0, len(turn))
    culms = floor.feet(np.stack([np.sin(turn) * rho, -np.cos(turn) * rho], axis=1), 1.6)
    culms = culms[:0] if "trees" in wish.without else culms
    n = len(culms)
    thick, tall = rng.uniform(0.032, 0.060, n), rng.uniform(8.0, 13.0, n)
    top = culms + np.stack([rng.normal(0, 0.7, n), tall, rng.normal(0, 0.7, n)], axis=1)
    tint = garden.tints(n, (0.150, 0.190, 0.050), 0.16)
    garden.limb(culms - [0, 0.2, 0], top, np.stack([thick, thick * 0.4], 1), tint, np.full((n, 2), 0.65), 0.15)
    for k in range(1, 16):
        # The knots of each culm.
        at = culms + (top - culms) * (k * 0.42 / tall)[:, None]
        ring = thick * (1.12 - 0.6 * k * 0.42 / tall)
        garden.limb(at, at + UP * 0.022, np.stack([ring, ring], 1), tint * 1.5, np.full((n, 2), 0.65), 0.0)
    sprays = np.repeat(np.arange(n), 7)
    at = culms[sprays] + (top - culms)[sprays] * rng.uniform(0.35, 1.0, (len(sprays), 1))
    at += rng.normal(0, 0.5, at.shape)
    garden.clumps(
        at,
        rng.uniform(0.4, 0.8, len(at)),
        garden.tints(len(at), (0.085, 0.160, 0.030), 0.15),
        np.tile([[0.0, 1.0, 0.0]], (len(at), 1)),
        rng.uniform(0.4, 0.8, len(at)),
        sprites.LEAVES,
        0.8,
    )


def _below(garden: Garden, rng: np.random.Generator, floor: _Floor, wish: Wish) -> None:
    """The green wall around, ferns, and flowers."""
    for foot in floor.feet(spread(rng, 22.0, 75.0, round(900 * wish.density), 2.7), 2.6):
        garden.broadleaf(
            foot,
            rng.uniform(7, 17),
            rng.uniform(2.6, 4.6),
            (0.046, 0.108, 0.022),
            detail=0.08,
            bark=BARK,
            crown_from=0.06,
            trunk=0.014,
            shade=0.6,
        )
    for foot in floor.feet(scatter(rng, 3.2, 30.0, round(130 * wish.density), 0.5), 1.7):
        detail = float(np.clip(1.1 - _away(foot) / 24, 0.1, 1))
        garden.bush(foot, rng.uniform(0.4, 1.3), (0.048, 0.118, 0.022), detail=detail, free=0.65)
    ferns = floor.feet(scatter(rng, 1.5, 36.0, round(2200 * wish.density), 0.085), 1.25)
    size = rng.uniform(0.25, 0.75, len(ferns)) * np.clip(0.2 + np.hypot(ferns[:, 0], ferns[:, 2]) / 7, 0.3, 1.0)
    garden.tufts(ferns, size * 1.15, size, garden.tints(len(ferns), (0.055, 0.140, 0.022), 0.2), sprites.FERN, 0.65)
    if "flowers" in wish.without:
        return
    tones = [wish.tint("flowers") or tone for tone in ((0.75, 0.10, 0.22), (0.80, 0.35, 0.05), (0.62, 0.22, 0.62))]
    for at in scatter(rng, 2.6, 18.0, 34, 0.5):
        foot, tone = floor.feet(at + rng.normal(0, 0.3, (7, 2)), 1.4), tones[int(rng.integers(3))]
        n = len(foot)
        garden.clumps(
            foot + UP * rng.uniform(0.25, 1.1, (n, 1)),
            rng.uniform(0.05, 0.09, n),
            garden.tints(n, tone, 0.1),
            np.tile([[0.0, 1.0, 0.0]], (n, 1)),
            np.full(n, 0.8),
            sprites.FLOWER,
            0.7,
        )


def _under_leaves(light: Light) -> Light:
    """Light that has come through leaves is green; little of the sky's blue arrives."""
    day = float(np.dot(light.sun, (0.2126, 0.7152, 0.0722))) + float(np.mean(light.zenith)) * 2.0
    return replace(light, sky_share=0.62 * light.sky_share, fill=(0.060 * day, 0.074 * day, 0.026 * day))


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a jungle."""
    floor = _Floor(rng)
    garden = Garden(rng)
    if "trees" not in wish.without:
        feet = _giants(garden, rng, floor, wish)
        _canopy(garden, rng)
        _lianas(garden, rng, feet, wish)
    _leaves(garden, rng, floor, wish)
    _below(garden, rng, floor, wish)
    rocks = np.concatenate(
        [floor.feet(scatter(rng, 2.2, 40.0, 120, 0.4), 0.0), floor.feet(scatter(rng, 3.5, 40, 30, 0.9), 2.0)]
    )
    n = len(rocks)
    width = np.minimum(rng.uniform(0.10, 0.65, n), 0.13 * np.hypot(rocks[:, 0], rocks[:, 2]))
    stones = boulders(garden, rocks, width, (0.125, 0.120, 0.105), moss=(0.4, 1.0))
    return Scene(
        height=floor.height,
        shade_ground=floor.shade,
        water=Water(level=LEVEL, swell=0.0, chop=0.012, deep=(0.010, 0.020, 0.008), shallow=(0.070, 0.062, 0.030)),
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        moss=(0.046, 0.090, 0.018),
        shadow_reach=50.0,
        smooth=0.25,
        fog=2.6,
        open_sky=1.3,
        exposure=1.75,
        shafts=1.0,
        light=_under_leaves,
        snow=0.0,
    )


PLACE = Place(
    name="jungle",
    words=(
        "jungles", "rainforest", "rainforests", "rain forest", "tropical forest", "tropical rainforest",
        "tropical jungle", "amazon", "amazon rainforest", "borneo", "congo", "bamboo forest", "bamboo grove",
        "cloud forest", "tropics", "dschungel", "urwald", "regenwald", "regenwälder", "tropenwald", "bambuswald",
        "selva", "selvas", "jungla", "selva tropical", "selva amazónica",
    ),
    build=build,
    hints=(
        "vines", "lianas", "parrots", "parrot", "tropical", "monkeys", "toucans", "bamboo", "gorilla", "orchids",
        "lianen", "tropisch",
    ),
    nouns=(
        "a jungle", "a rainforest", "a tropical forest", "a bamboo forest",
    ),
    shows=(
        "vines", "lianas", "tropical", "palms", "palm trees", "ferns", "trees", "bamboo", "flowers", "orchids",
        "undergrowth",
    ),
    stuff="foliage",
    roles=("ground", "backdrop"),
)  # fmt: skip
