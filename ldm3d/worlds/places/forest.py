"""A forest: tall trees on a soft floor with ferns, fallen trunks, mossy stones, and a path that wanders through."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, asked, scatter, spread
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.sky import colour, smoothstep
from ldm3d.worlds.spec import Wish

EYE = 1.7


class _Floor:
    """The ground: gentle mounds, and the path that leads through the clearing where the eye stands."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.at = rng.uniform(0, 1, 2).astype(np.float32)
        self.bend = rng.uniform(0, 2 * np.pi, 2)
        self.turn = rng.uniform(-0.5, 0.5)

    def path(self, x: Array, z: Array) -> Array:
        """Metres from the middle of the path."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        across, along = x * c - z * s, x * s + z * c
        wind = 2.6 * np.sin(along * np.float32(0.085) + np.float32(self.bend[0]))
        wind += 0.9 * np.sin(along * np.float32(0.23) + np.float32(self.bend[1]))
        start = np.float32(2.6 * np.sin(self.bend[0]) + 0.9 * np.sin(self.bend[1]))
        value: Array = np.abs(across - wind + start - np.float32(0.5))
        return value

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        mounds = noise.hills()(x * np.float32(1 / 90) + self.at[0], z * np.float32(1 / 90) + self.at[1], footprint / 90)
        rise = 1.0 - np.exp(-(x * x + z * z) * np.float32(1 / 180.0))
        flat = smoothstep(0.4, 3.0, self.path(x, z))
        far = np.hypot(x, z)
        return (mounds * rise * (0.75 + 0.012 * np.minimum(far, 200)) + 0.16 * flat * rise - 0.1 - EYE).astype(
            np.float32
        )

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z = hit.p[0], hit.p[2]
        blots = noise.rough()(x * np.float32(1 / 7.3), z * np.float32(1 / 7.3), hit.footprint / 7.3)
        litter = noise.grain()(x * np.float32(1 / 2.9), z * np.float32(1 / 2.9), hit.footprint / 2.9)
        crumbs = noise.grain()(z * np.float32(1 / 0.83), x * np.float32(1 / 0.83), hit.footprint / 0.83)
        broad = noise.rough()(z * np.float32(1 / 31), x * np.float32(1 / 31), hit.footprint / 31)
        moss = smoothstep(-0.3, 0.9, blots + 0.5 * broad + 0.25 * litter)
        brown = colour((0.105, 0.062, 0.032)) + colour((0.055, 0.030, 0.010)) * np.clip(litter + 0.5 * crumbs, -1, 1.6)
        green = colour((0.050, 0.082, 0.018)) * (1.0 + 0.35 * litter + 0.2 * crumbs)
        albedo = brown + (green - brown) * moss
        path = 1.0 - smoothstep(0.55, 1.5, self.path(x, z) + 0.35 * blots)
        trodden = colour((0.150, 0.108, 0.066)) * (1.0 + 0.18 * litter + 0.16 * crumbs)
        albedo += (trodden - albedo) * (path * 0.85)
        normal = hit.normal.copy()
        fade = np.clip(0.35 - hit.footprint, 0.0, 0.3)
        normal[0] += litter * fade
        normal[2] += crumbs * fade
        normal /= np.sqrt((normal * normal).sum(axis=0))
        free = shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=0.42 + 0.58 * free)


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a forest."""
    floor = _Floor(rng)

    def ground(points: Array) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        return np.stack([x, floor.height(x, z, np.full_like(x, 0.3)), z], axis=1).astype(np.float64)

    def off_path(points: Array, least: float) -> Array:
        return points[floor.path(points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)) > least]

    garden = Garden(rng)
    leaf, needle = (0.062, 0.115, 0.022), (0.026, 0.062, 0.028)
    bark, pine_bark = (0.125, 0.092, 0.064), (0.115, 0.070, 0.046)
    near = off_path(scatter(rng, 3.4, 30.0, int(110 * wish.density), 0.95), 1.5)
    far = off_path(spread(rng, 30.0, 150.0, int(1500 * wish.density), 4.0), 2.5)
    trees = asked(np.concatenate([near, far]), wish, "trees")
    firs = rng.uniform(0.25, 0.6)
    for foot in ground(trees):
        away = float(np.hypot(foot[0], foot[2]))
        detail = float(np.clip(1.25 - np.log2(away / 4.0) * 0.27, 0.0, 1.0))
        if away > 9.0 and rng.uniform() < firs:
            garden.conifer(
                foot,
                rng.uniform(13, 24) * wish.scale,
                rng.uniform(2.2, 3.4) * wish.scale**0.6,
                needle,
                detail=detail,
                bark=pine_bark,
                bare=rng.uniform(0.10, 0.30),
                shade=0.7,
            )
        else:
            garden.broadleaf(
                foot,
                rng.uniform(11, 19) * wish.scale,
                rng.uniform(2.8, 4.6) * wish.scale**0.6,
                leaf,
                detail=detail,
                bark=bark,
                crown_from=rng.uniform(0.30, 0.5),
                trunk=rng.uniform(0.014, 0.024),
                shade=0.7,
            )
    for foot in ground(off_path(scatter(rng, 3.0, 60.0, int(130 * wish.density), 0.6), 1.2)):
        away = float(np.hypot(foot[0], foot[2]))
        garden.bush(
            foot,
            rng.uniform(0.35, 0.95),
            (0.058, 0.110, 0.024),
            detail=float(np.clip(1.2 - away / 25, 0.1, 1)),
            free=0.65,
        )
    ferns = ground(off_path(scatter(rng, 1.5, 45.0, int(900 * wish.density), 0.16), 0.95))
    size = rng.uniform(0.28, 0.60, len(ferns))
    garden.tufts(ferns, size * 1.15, size, garden.tints(len(ferns), (0.062, 0.135, 0.022), 0.18), sprites.FERN, 0.62)
    grass = ground(off_path(scatter(rng, 0.8, 40.0, int(2800 * wish.density), 0.06), 0.7))
    size = rng.uniform(0.10, 0.24, len(grass))
    garden.tufts(grass, size * 1.2, size, garden.tints(len(grass), (0.085, 0.140, 0.026), 0.2), sprites.GRASS, 0.62)
    logs = ground(off_path(scatter(rng, 4.0, 30.0, int(9 * wish.density), 1.5), 1.8))
    turn = rng.uniform(0, 2 * np.pi, len(logs))
    along = np.stack([np.cos(turn), rng.normal(0, 0.03, len(logs)), np.sin(turn)], axis=1) * rng.uniform(
        1.5, 3.2, (len(logs), 1)
    )
    thick = rng.uniform(0.16, 0.34, len(logs))
    raised = logs + np.array([[0, 1, 0]]) * thick[:, None] * 0.8
    garden.limb(
        raised - along,
        raised + along,
        np.stack([thick, thick * 0.75], 1),
        garden.tints(len(logs), (0.10, 0.08, 0.05), 0.2),
        np.full((len(logs), 2), 0.6),
    )
    rocks = ground(asked(off_path(scatter(rng, 2.8, 50.0, int(46 * wish.density), 0.8), 1.1), wish, "rocks", 3.0))
    n = len(rocks)
    width = rng.uniform(0.18, 0.75, n)
    stones = boulders(
        garden, rocks, width, (0.15, 0.145, 0.13), raised=0.18, flat=(0.55, 0.85), uneven=0.16, moss=(0.5, 1.0)
    )
    return Scene(
        smooth=0.25,
        height=floor.height,
        shade_ground=floor.shade,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        moss=(0.050, 0.085, 0.018),
        shadow_reach=60.0,
        fog=3.0,
        open_sky=1.3,
        exposure=1.5,
        shafts=0.55,
    )


PLACE = Place(
    name="forest",
    words=(
        "forests", "woods", "woodland", "woodlands", "forested", "wooded", "grove", "groves", "thicket", "copse",
        "trees", "broadleaf forest", "deciduous forest", "beech forest", "oak forest", "maple forest",
        "forest clearing", "forest path", "woodland path", "sherwood", "sherwood forest", "black forest", "glade",
        "forest floor", "oak trees", "maple trees", "wald", "wälder", "laubwald", "buchenwald", "eichenwald",
        "wäldchen", "hain", "waldweg", "waldlichtung", "lichtung", "bäume", "bosque", "bosques", "arboleda",
        "robledal", "hayedo", "árboles",
    ),
    build=build,
    hints=(
        "wood", "tree", "oak", "oaks", "maple", "mushrooms", "mushroom", "ferns", "moss", "deer", "fox", "fairies",
        "undergrowth", "baum", "árbol",
    ),
    nouns=(
        "a forest", "a broadleaf forest", "an oak forest", "woods", "a woodland", "a beech forest", "a forest path",
        "a grove",
    ),
    shows=(
        "tree", "trees", "undergrowth", "ferns", "leaves", "path", "trunks",
    ),
    stuff="foliage",
    roles=("ground", "backdrop"),
)  # fmt: skip
