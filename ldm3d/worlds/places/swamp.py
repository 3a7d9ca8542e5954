"""A swamp: flared trunks in black water, hanging moss, reeds, duckweed, a boardwalk to a hut on stilts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.boats import WOOD, jetty, lantern, rowing_boat
from ldm3d.worlds.light import Light
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.scene import Lamps, Scene, Stones, joined
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
LEVEL = -EYE - 0.38
WATER = Water(level=LEVEL, swell=0.0, chop=0.006, deep=(0.006, 0.009, 0.004), shallow=(0.034, 0.030, 0.013))
BARK = (0.135, 0.118, 0.100)
LEAF = (0.068, 0.098, 0.032)
UP = np.array([0.0, 1.0, 0.0])


class _Bog:
    """Shallow water with islets of mud, and the line of the boardwalk."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.at = rng.uniform(0, 1, 4).astype(np.float32)
        self.turn = rng.uniform(-0.35, 0.35)
        self.side = float(rng.choice([-1.0, 1.0]))
        # Corners of the boardwalk, from behind the eye into the mist.
        course = self.turn
        spot = np.array([np.sin(course), -np.cos(course)]) * -7.0
        self.corners = [spot]
        for length, bend in ((11.5, 0.60), (6.5, -1.05), (7.0, 0.55), (8.0, 0.0)):
            spot = spot + length * np.array([np.sin(course), -np.cos(course)])
            self.corners.append(spot)
            course += bend * self.side * rng.uniform(0.75, 1.2)

    def walk(self, x: Array, z: Array) -> Array:
        """Metres from the middle of the boardwalk."""
        nearest = np.full(np.shape(x), 1e9)
        for a, b in pairwise(self.corners):
            way = (b - a) / np.linalg.norm(b - a)
            t = np.clip((x - a[0]) * way[0] + (z - a[1]) * way[1], 0.0, np.linalg.norm(b - a))
            nearest = np.minimum(nearest, np.hypot(x - a[0] - t * way[0], z - a[1] - t * way[1]))
        return nearest

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        isles = noise.hills()(x * np.float32(1 / 75) + at[0], z * np.float32(1 / 75) + at[1], f / 75)
        small = noise.rough()(x * np.float32(1 / 24) + at[2], z * np.float32(1 / 24) + at[3], f / 24)
        mud = noise.rough()(x * np.float32(1 / 5), z * np.float32(1 / 5), f / 5)
        rho = np.hypot(x, z)
        shape = (
            isles + 0.45 * small - 1.05 + 0.9 * smoothstep(55.0, 130.0, rho) - 0.8 * np.exp(-rho * np.float32(1 / 5))
        )
        land = 0.50 * smoothstep(-0.15, 0.55, shape) + 0.07 * mud + 1.6 * smoothstep(0.3, 2.0, shape)
        height = np.float32(LEVEL - 0.34) + land - 0.35 * smoothstep(0.3, 1.2, -shape)
        return np.asarray(height, np.float32)

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        above = hit.p[1] - np.float32(LEVEL)
        blots = noise.rough()(x * np.float32(1 / 4.7), z * np.float32(1 / 4.7), f / 4.7)
        litter = noise.grain()(x * np.float32(1 / 2.1), z * np.float32(1 / 2.1), f / 2.1)
        crumbs = noise.grain()(z * np.float32(1 / 0.7), x * np.float32(1 / 0.7), f / 0.7)
        mud = colour((0.070, 0.054, 0.036)) * (1.0 + 0.25 * litter + 0.25 * crumbs)
        green = colour((0.060, 0.088, 0.024)) * (1.0 + 0.3 * litter + 0.25 * crumbs + 0.15 * blots)
        albedo = mud + (green - mud) * smoothstep(0.04, 0.24, above + 0.10 * blots)
        normal = hit.normal.copy()
        fade = np.clip(0.35 - f, 0.0, 0.3)
        normal[0] += litter * fade
        normal[2] += crumbs * fade
        normal /= np.sqrt((normal * normal).sum(axis=0))
        free = shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=0.45 + 0.55 * free)

    def feet(self, points: Array, off: float, low: float = -9.0, high: float = 9.0) -> Array:
        """Points [n, 3] on the ground at [n, 2], `off` metres from the boardwalk, so high above the water."""
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        y = self.height(x, z, np.full_like(x, 0.2))
        feet = np.stack([x, y, z], axis=1).astype(np.float64)
        return feet[(self.walk(x, z) > off) & (y - LEVEL > low) & (y - LEVEL < high)]


def _cypress(garden: Garden, rng: np.random.Generator, foot: Array, tall: float, dead: bool) -> None:
    """A trunk that flares into the water, with knees around it and moss in its crown."""
    away = float(np.hypot(foot[0], foot[2]))
    detail = float(np.clip(1.1 - np.log2(away / 5.0) * 0.27, 0.05, 0.9))
    thick = tall * rng.uniform(0.017, 0.023)
    base = np.array([foot[0], LEVEL, foot[2]])
    tint = garden.tints(1, BARK, 0.12)
    reach = rng.uniform(2.8, 4.6)
    if dead:
        tip = base + np.array([rng.normal(0, 0.5), tall * 0.75, rng.normal(0, 0.5)])
        garden.limb(
            base[None] - UP * 0.5, tip[None], np.array([[thick, thick * 0.35]]), tint * 1.3, np.full((1, 2), 0.7)
        )
        n = int(rng.integers(5, 10))
        start = base + (tip - base) * rng.uniform(0.4, 0.97, (n, 1))
        turn = rng.uniform(0, 2 * np.pi, n)
        way = np.stack([np.cos(turn), rng.uniform(0.1, 0.8, n), np.sin(turn)], axis=1)
        end = start + way * rng.uniform(0.8, 2.6, (n, 1))
        garden.limb(start, end, np.tile([[thick * 0.3, 0.012]], (n, 1)), tint.repeat(n, 0) * 1.3, np.full((n, 2), 0.7))
        hung = start + (end - start) * rng.uniform(0.4, 0.95, (n, 1))
    else:
        garden.broadleaf(
            base, tall, reach, LEAF, detail=detail, bark=BARK, crown_from=0.56, trunk=thick / tall, shade=0.7
        )
        n = int(12 + 34 * detail)
        turn, out = rng.uniform(0, 2 * np.pi, n), reach * np.sqrt(rng.uniform(0.02, 0.9, n))
        hung = base + np.stack([np.cos(turn) * out, tall * rng.uniform(0.44, 0.74, n), np.sin(turn) * out], axis=1)
    half = rng.uniform(0.6, 1.9, len(hung)) * min(1.0, 0.5 + away / 14.0)
    garden.tufts(
        hung - UP * (half * 1.94)[:, None], half * 0.45, half, garden.tints(len(hung), (0.175, 0.190, 0.140), 0.12),
        sprites.BEARD, 0.75, 0.6,
    )  # fmt: skip
    fins = 7
    turn = rng.uniform(0, 6.28) + 6.2832 * (np.arange(fins) + rng.uniform(-0.3, 0.3, fins)) / fins
    way = np.stack([np.cos(turn), np.zeros(fins), np.sin(turn)], axis=1)
    high, wide = rng.uniform(1.1, 2.1, fins) * tall / 15.0, rng.uniform(0.6, 1.25, fins) * tall / 15.0
    for share in (0.95, 0.6, 0.28):
        garden.limb(
            base + way * (thick * 0.5) + UP * (high * share)[:, None], base + way * (thick * 0.8 + wide * (1.05 -
            share))[:, None] - UP * 0.3, np.tile([[thick * 0.36, thick * 0.34]], (fins, 1)), tint.repeat(fins, 0),
            np.full((fins, 2), 0.6),
        )  # fmt: skip
    if away < 30.0:
        n = int(rng.integers(3, 9))
        turn, out = rng.uniform(0, 6.28, n), rng.uniform(1.0, 2.6, n)
        knee = base + np.stack([np.cos(turn) * out, np.full(n, -0.2), np.sin(turn) * out], axis=1)
        keep = np.hypot(knee[:, 0], knee[:, 2]) > 2.2
        knee, n = knee[keep], int(keep.sum())
        garden.limb(
            knee, knee + UP * rng.uniform(0.35, 0.95, (n, 1)), np.tile([[0.11, 0.035]], (n, 1)), tint.repeat(n, 0),
            np.full((n, 2), 0.7),
        )  # fmt: skip


def _plants(garden: Garden, rng: np.random.Generator, bog: _Bog, wish: Wish) -> None:
    """The trees, the far green wall, reeds and grass."""
    trees = np.concatenate(
        [
            bog.feet(scatter(rng, 4.4, 52.0, round(150 * wish.density), 0.72), 2.0, high=0.5),
            bog.feet(spread(rng, 48.0, 120.0, round(330 * wish.density), 5.0), 2.5),
        ]
    )
    if wish.lone == "trees":
        trees = trees[:1]
    for foot in trees if "trees" not in wish.without else trees[:0]:
        _cypress(garden, rng, foot, rng.uniform(11.0, 18.0) * wish.scale, bool(rng.uniform() < 0.2))
    for foot in bog.feet(spread(rng, 60.0, 150.0, round(420 * wish.density), 4.5), 2.0):
        garden.broadleaf(foot, rng.uniform(7, 13), rng.uniform(2.6, 4.2), LEAF, detail=0.02, bark=BARK, crown_from=0.1)
    for foot in bog.feet(scatter(rng, 4.0, 60.0, round(160 * wish.density), 0.5), 1.4, low=0.05):
        detail = float(np.clip(1.1 - np.hypot(foot[0], foot[2]) / 28, 0.1, 1))
        garden.bush(foot, rng.uniform(0.3, 1.1), (0.062, 0.092, 0.030), detail=detail)
    reeds = bog.feet(scatter(rng, 2.2, 70.0, round(5200 * wish.density), 0.05), 1.05, -0.55, 0.12)
    clump = noise.rough()(reeds[:, 0].astype(np.float32) / 15, reeds[:, 2].astype(np.float32) / 15)
    reeds = reeds[clump > 0.45]
    size = rng.uniform(0.6, 1.0, len(reeds))
    garden.tufts(reeds, size * 0.55, size, garden.tints(len(reeds), (0.135, 0.140, 0.055), 0.18), sprites.REED, 0.8)
    if "grass" not in wish.without:
        grass = bog.feet(scatter(rng, 1.9, 45.0, round(3600 * wish.density), 0.05), 1.0, 0.02)
        size = rng.uniform(0.12, 0.38, len(grass))
        tint = garden.tints(len(grass), (0.090, 0.120, 0.036), 0.2)
        garden.tufts(grass, size, size, tint, sprites.GRASS, 0.75)
    logs = bog.feet(scatter(rng, 4.5, 40.0, 24, 0.9), 1.8, high=0.0)[:9]
    turn = rng.uniform(0, np.pi, len(logs))
    way = np.stack([np.cos(turn), rng.uniform(-0.06, 0.06, len(logs)), np.sin(turn)], axis=1)
    way *= rng.uniform(1.2, 2.6, (len(logs), 1))
    logs[:, 1] = LEVEL + 0.02
    garden.limb(
        logs - way, logs + way, np.tile([[0.22, 0.13]], (len(logs), 1)), garden.tints(len(logs), (0.085, 0.075,
        0.055), 0.15), np.full((len(logs), 2), 0.7),
    )  # fmt: skip


def _floating(garden: Garden, rng: np.random.Generator, bog: _Bog, wish: Wish) -> Stones:
    """Rafts of duckweed and the leaves of water lilies."""
    rafts = bog.feet(scatter(rng, 2.6, 60.0, round(130 * wish.density), 0.40), 2.4, high=-0.12)
    pads = bog.feet(scatter(rng, 2.2, 34.0, round(520 * wish.density), 0.09), 1.15, high=-0.10)
    clump = noise.rough()(pads[:, 0].astype(np.float32) / 11, pads[:, 2].astype(np.float32) / 11)
    pads = pads[clump > 0.2]
    rafts = np.repeat(rafts, 12, axis=0) + rng.normal(0, 1.0, (12 * len(rafts), 3)) * np.array([0.75, 0.0, 0.75])
    wide = np.concatenate(
        [
            np.minimum(rng.uniform(0.10, 0.50, len(rafts)), 0.09 * np.hypot(rafts[:, 0], rafts[:, 2])),
            rng.uniform(0.08, 0.17, len(pads)),
        ]
    )
    n, m = len(wide), len(rafts)
    centre = np.concatenate([rafts, pads])
    centre[:, 1] = LEVEL + np.where(np.arange(n) < m, 0.002, 0.008)
    tint = np.concatenate(
        [garden.tints(m, (0.105, 0.155, 0.030), 0.12), garden.tints(n - m, (0.060, 0.115, 0.034), 0.14)]
    )
    if "flowers" not in wish.without:
        heads = centre[m:][rng.uniform(0, 1, n - m) < 0.10] + UP * 0.05
        white = wish.tint("flowers") or (0.78, 0.74, 0.66)
        garden.clumps(
            heads, np.full(len(heads), 0.075), garden.tints(len(heads), white, 0.06), np.tile([[0.0, 1.0, 0.0]],
            (len(heads), 1)), np.ones(len(heads)), sprites.FLOWER, 0.7,
        )  # fmt: skip
    return Stones(
        centre=centre,
        axes=np.stack([wide, np.full(n, 0.012), wide * rng.uniform(0.6, 1.0, n)], axis=1),
        turn=rng.uniform(0, 2 * np.pi, n),
        colour=tint,
        uneven=np.where(np.arange(n) < m, 0.30, 0.03),
        moss=np.zeros(n),
        glow=np.zeros(n),
    )


def _wisps(rng: np.random.Generator) -> tuple[Stones, Lamps]:
    """Pale lights over the water, at night."""
    n = 6
    turn, away = rng.uniform(0, 2 * np.pi, n), rng.uniform(8.0, 26.0, n)
    spots = np.stack([np.sin(turn) * away, LEVEL + rng.uniform(0.5, 1.6, n), -np.cos(turn) * away], axis=1)
    tone = np.tile([[0.30, 0.85, 0.50]], (n, 1))
    balls = Stones(
        centre=spots,
        axes=np.full((n, 3), 0.05),
        turn=np.zeros(n),
        colour=tone,
        uneven=np.full(n, 0.01),
        moss=np.zeros(n),
        glow=np.full(n, 4.0),
    )
    return balls, Lamps.at(spots, (0.8, 2.4, 1.4), 7.0)


def _hut(mason: Mason, bog: _Bog, rng: np.random.Generator) -> Array:
    """A crooked hut on stilts at the boardwalk's end; returns where its lamp shines."""
    end = bog.corners[-1] + (bog.corners[-1] - bog.corners[-2]) * 0.22
    way = bog.corners[-1] - bog.corners[-2]
    mason.at(float(end[0]), LEVEL, float(end[1]), float(-np.arctan2(way[0], -way[1])))
    for x in (-2.2, 2.2):
        for z in (-2.2, 0.0, 2.2):
            mason.lathe([(0.12, -1.2), (0.10, 0.9)], materials.PLANKS, WOOD, sides=8, middle=(x, 0.0, z))
    mason.box((-2.7, 0.7, -2.6), (2.7, 0.85, 3.6), materials.PLANKS, (0.13, 0.105, 0.08))
    mason.box((-2.3, 0.85, -2.3), (2.3, 3.1, 2.1), materials.PLANKS, (0.150, 0.118, 0.088))
    mason.gable(
        (-2.3, 3.1, -2.3),
        (2.3, 2.1),
        2.3,
        (materials.THATCH, (0.125, 0.110, 0.075)),
        (materials.PLANKS, (0.130, 0.102, 0.076)),
        0.7,
    )
    for x in (-1.75, 0.55):
        mason.box((x, 1.6, 2.05), (x + 0.95, 2.5, 2.14), materials.WINDOW, (1.0, 0.66, 0.28))
    mason.box((-0.55, 0.85, 2.05), (0.35, 2.7, 2.13), materials.PLANKS, (0.085, 0.066, 0.05))
    for x in (-2.33, 2.33):
        mason.box((x - 0.03, 1.6, -0.7), (x + 0.03, 2.5, 0.5), materials.WINDOW, (1.0, 0.66, 0.28))
    mason.box((1.2, 3.6, -1.2), (1.75, 6.2, -0.65), materials.RUBBLE, (0.14, 0.13, 0.12))
    return mason.to_world([(-0.1, 2.7, 3.0)])


def _misty(light: Light) -> Light:
    """Mist lies low over the water at every hour; the light has come through leaves."""
    day = float(np.dot(light.sun, (0.2126, 0.7152, 0.0722))) + float(np.mean(light.zenith)) * 2.0
    fill = (0.030 * day, 0.032 * day, 0.014 * day)
    return replace(
        light,
        fill=fill,
        sky_share=0.75 * light.sky_share,
        fog=light.fog * 2.0 + 0.0075,
        fog_height=min(light.fog_height, 13.0),
    )


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a swamp."""
    bog = _Bog(rng)
    garden, mason = Garden(rng), Mason()
    shine = []
    for k, (a, b) in enumerate(pairwise(bog.corners)):
        way = b - a
        turn = float(-np.arctan2(way[0], -way[1]))
        long = float(np.linalg.norm(way))
        mason.at(float(a[0]), 0.0, float(a[1]), turn)
        jetty(mason, rng, -long - 0.35, 0.35, 0.72, -EYE, 1.6)
        if k < 3:
            mason.at(float(a[0]), 0.0, float(a[1]), turn)
            shine.append(lantern(mason, -0.74, -EYE, -long + 0.3, 1.9))
    if "buildings" not in wish.without:
        shine.append(_hut(mason, bog, rng))
    if "boats" not in wish.without:
        at = bog.corners[1] + np.array([np.cos(bog.turn), np.sin(bog.turn)]) * bog.side * -1.9
        rowing_boat(
            mason, (float(at[0]), LEVEL, float(at[1])), -bog.turn + 0.3 * bog.side, (0.13, 0.115, 0.09), length=3.4
        )
    _plants(garden, rng, bog, wish)
    wisps, lights = _wisps(rng)
    return Scene(
        height=bog.height,
        shade_ground=bog.shade,
        water=WATER,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=joined([_floating(garden, rng, bog, wish), wisps]),
        meshes=mason.meshes(),
        lamps=joined([Lamps.at(np.concatenate(shine), (9.0, 5.6, 2.6), 15.0), lights]),
        light=_misty,
        moss=(0.050, 0.080, 0.020),
        shadow_reach=55.0,
        smooth=0.2,
        open_sky=1.1,
        exposure=1.42,
        shafts=0.7,
    )


PLACE = Place(
    name="swamp",
    words=(
        "swamps", "swampland", "swampy", "marsh", "marshes", "marshland", "bog", "bogs", "mire", "bayou", "wetland",
        "wetlands", "everglades", "mangrove", "mangroves", "mangrove swamp", "fen", "quagmire", "dagobah",
        "louisiana bayou", "peat bog", "sumpf", "sümpfe", "hochmoor", "moorlandschaft", "mangroven",
        "mangrovensumpf", "pantano", "pantanos", "ciénaga", "marisma", "manglar", "humedal",
    ),
    build=build,
    hints=(
        "crocodile", "crocodiles", "alligators", "frogs", "cypress", "will o wisps", "witch",
    ),
    nouns=(
        "a swamp", "a marsh", "a bog", "wetlands",
    ),
    shows=(
        "water", "reeds", "dead trees",
        "boardwalk", "jetty", "steg", "moss", "hanging moss", "spanish moss", "water lilies", "lily pads", "hut",
        "boat", "trees", "mist",
    ),
    stuff="water",
    roles=('ground', 'water'),
)  # fmt: skip
