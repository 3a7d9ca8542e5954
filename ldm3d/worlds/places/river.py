"""A river in a wooded valley: a gravel bar between its banks, rapids, a fall ahead, and a footbridge behind."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.boats import GREY_WOOD, WOOD, lantern
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.scene import Lamps, Scene, Stones
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
LEVEL = -EYE - 0.42
WATER = Water(level=LEVEL, swell=0.0, chop=0.075, deep=(0.010, 0.034, 0.033), shallow=(0.070, 0.088, 0.062), foam=0.45)
UP = np.array([0.0, 1.0, 0.0])


class _Valley:
    """The river's course, its banks, the valley's sides, and the step that it falls over."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 6).astype(np.float32)
        self.turn = rng.uniform(-0.35, 0.35)
        self.side = float(rng.choice([-1.0, 1.0]))
        self.phase = rng.uniform(0, 2 * np.pi)
        self.half = rng.uniform(6.2, 8.0)
        self.step = rng.uniform(30.0, 38.0)
        self.drop = rng.uniform(11.0, 14.5) * wish.scale
        self.scale = wish.scale

    def frame(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Metres to the right of the river's middle, and metres upstream."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        right, ahead = x * c + z * s, x * s - z * c
        return right - self.wind(ahead), ahead

    def wind(self, ahead: Array) -> Array:
        """Metres to the right by which the river's middle lies, straight ahead of the eye being 0."""
        bend = np.sin(ahead * np.float32(1 / 34) + np.float32(self.phase)) - np.float32(np.sin(self.phase))
        value: Array = bend * np.float32(6.5) + np.float32(1.9 * self.side)
        return value

    def place(self, across: float, ahead: float) -> tuple[float, float]:
        """X and z of a point of the river's frame."""
        right = across + float(self.wind(np.array([ahead], np.float32))[0])
        c, s = np.cos(self.turn), np.sin(self.turn)
        return float(right * c + ahead * s), float(right * s - ahead * c)

    def bank(self, x: Array, z: Array, footprint: Array) -> Array:
        """Metres from the water's edge, negative in the river."""
        across, ahead = self.frame(x, z)
        coves = noise.hills()(x * np.float32(1 / 55) + self.at[0], z * np.float32(1 / 55) + self.at[1], footprint / 55)
        pool = 4.5 * np.exp(-(((ahead - self.step + 6.0) / 7.0) ** 2))
        value: Array = np.abs(across) - np.float32(self.half) - pool + coves * 1.1
        return value

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        across, ahead = self.frame(x, z)
        off = self.bank(x, z, f)
        dry = np.maximum(off, 0.0)
        broad = noise.hills()(x * np.float32(1 / 900) + at[2], z * np.float32(1 / 900) + at[3], f / 900)
        ridge = noise.ridges()(x * np.float32(1 / 1300) + at[4], z * np.float32(1 / 1300) + at[5], f / 1300)
        rough = noise.rough()(x * np.float32(1 / 15) + at[1], z * np.float32(1 / 15) + at[2], f / 15)
        gravel = noise.rough()(x * np.float32(1 / 4.3), z * np.float32(1 / 4.3), f / 4.3)
        land = (
            0.85 * smoothstep(0.2, 3.6, dry) + 0.05 * np.minimum(dry, 40.0) + 0.14 * rough * smoothstep(1.0, 8.0, dry)
        )
        sides = smoothstep(5.0, 150.0, dry) * np.exp(0.35 * np.clip(broad, -1.6, 1.6)) * (66.0 + 50.0 * ridge)
        far = smoothstep(300.0, 1800.0, np.hypot(x, z)) * (90.0 + 110.0 * ridge) * (0.6 + 0.4 * broad)
        # Two stretches of rapids, where stones nearly reach the surface.
        rapids = np.exp(-(((ahead - 14.0) / 5.0) ** 2)) + np.exp(-(((ahead + 9.0) / 4.0) ** 2))
        bed = np.maximum(np.minimum(off, 0.0) * 0.30, -0.85 + 0.72 * rapids) + (0.09 + 0.06 * rapids) * gravel
        height = (
            bed * (1.0 - smoothstep(-0.6, 0.4, off)) + land + (sides + np.maximum(far, 0.0)) * np.float32(self.scale)
        )
        # The step, with a notch that the river has cut.
        calm = smoothstep(2.5, 7.0, np.abs(across))
        edge = ahead - np.float32(self.step) + (rough * 0.9 + 2.5 * broad) * calm
        notch = 1.0 - 0.10 * (1.0 - smoothstep(3.0, 5.0, np.abs(across)))
        height += smoothstep(0.0, 3.5, edge) * notch * np.float32(self.drop)
        right = x * np.float32(np.cos(self.turn)) + z * np.float32(np.sin(self.turn))
        q = np.hypot(right / 0.85, ahead / 1.5) + 0.35 * rough * np.minimum(np.abs(ahead), 1.0)
        bar = np.float32(-EYE - LEVEL) - 0.24 * np.maximum(q - 0.5, 0.0) ** 1.15 + 0.05 * gravel * np.minimum(q, 1.0)
        return np.asarray(np.maximum(height, bar) + np.float32(LEVEL), np.float32)

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        above = hit.p[1] - np.float32(LEVEL)
        blots = noise.rough()(x * np.float32(1 / 7), z * np.float32(1 / 7), f / 7)
        fine = noise.grain()(x * np.float32(1 / 1.1), z * np.float32(1 / 1.1), f / 1.1)
        broad = noise.rough()(z * np.float32(1 / 130), x * np.float32(1 / 130), f / 130)
        cracks = noise.ridges()((x + z) * np.float32(1 / 37), hit.p[1] * np.float32(1 / 90), f / 37)
        strata = noise.rough()((x - z) * np.float32(1 / 60), hit.p[1] * np.float32(1 / 9), f / 9)
        steep = 1.0 - hit.normal[1]
        green = colour((0.080, 0.132, 0.030))
        grass = green + (colour((0.135, 0.135, 0.050)) - green) * smoothstep(-0.5, 1.5, blots + 0.5 * broad)
        grass = grass * np.clip(1.0 + 0.26 * fine + 0.10 * blots, 0.35, 1.8)
        rho = np.hypot(x, z)
        crowns = noise.billows()(x * np.float32(1 / 80), z * np.float32(1 / 80), f / 80) - 0.5
        leaf, fir = colour((0.058, 0.098, 0.026)), colour((0.026, 0.055, 0.028))
        tree = (leaf + (fir - leaf) * smoothstep(-0.6, 0.5, broad)) * np.clip(1.0 + 2.4 * crowns, 0.3, 1.9)
        wood = smoothstep(45.0, 130.0, rho) * smoothstep(2.5, 5.0, above)
        albedo = grass + (tree - grass) * wood
        speck = noise.grain()(z * np.float32(1 / 0.45), x * np.float32(1 / 0.45), f / 0.45)
        pebbles = colour((0.125, 0.116, 0.103)) * np.clip(1.0 + 0.24 * fine + 0.30 * speck + 0.12 * blots, 0.3, 1.9)
        pebbles = pebbles * (1.0 - 0.42 * (1.0 - smoothstep(0.02, 0.20, above + 0.04 * blots)))
        share = 1.0 - smoothstep(0.55, 0.95, above + 0.12 * blots + 0.05 * fine)
        albedo = albedo + (pebbles - albedo) * share
        stone = colour((0.205, 0.195, 0.180)) * np.clip(0.62 + 0.6 * cracks + 0.20 * strata + 0.12 * blots, 0.25, 1.7)
        mossy = colour((0.055, 0.085, 0.025)) * (1.0 + 0.3 * fine)
        stone = stone + (mossy - stone) * smoothstep(0.2, 1.2, blots + broad) * 0.7
        bare = smoothstep(0.34, 0.55, steep + 0.06 * blots) * (1.0 - share) * (1.0 - smoothstep(150.0, 260.0, rho))
        albedo = albedo + (stone - albedo) * bare
        normal = hit.normal.copy()
        bend = np.clip(0.3 - f, 0.0, 0.25)
        normal[0] += fine * bend + crowns * wood * 1.3 + bare * (0.6 * (cracks - 0.4) + 0.25 * strata)
        normal[2] += blots * 0.05 + crowns * wood * 0.6
        normal /= np.sqrt(dot(normal, normal))
        free = 0.42 + 0.58 * shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=free, wrap=0.08)

    def feet(self, points: Array, least: float, most: float = 1e9) -> Array:
        """Points [n, 3] on the ground at [n, 2], from `least` to `most` metres from the water's edge, on no cliff."""
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        f = np.maximum(np.hypot(x, z) * np.float32(0.006), 0.05)
        off = self.bank(x, z, f)
        _, ahead = self.frame(x, z)
        feet = np.stack([x, self.height(x, z, f), z], axis=1).astype(np.float64)
        cliff = (ahead > self.step - 4.0) & (ahead < self.step + 6.0)
        return feet[(off > least) & (off < most) & ~(cliff & (off > -2.0))]


def _fall(mason: Mason, garden: Garden, rng: np.random.Generator, valley: _Valley) -> None:
    """Sheets of falling water side by side, and the spray at their foot."""
    x, z = valley.place(0.0, valley.step)
    mason.at(x, LEVEL, z, -valley.turn)
    t = np.linspace(0.0, 1.0, 14)[:, None]
    high = valley.drop * 0.9
    for middle, half in zip(rng.uniform(-2.3, 2.3, 13), rng.uniform(0.4, 1.1, 13), strict=True):
        out, bright = rng.uniform(0.0, 0.5), rng.uniform(0.80, 1.0)
        across = middle + np.linspace(-half, half, 7)[None, :] * (0.75 + 0.35 * t)
        grid = np.stack(
            [
                across,
                np.broadcast_to(high + 0.22 - (high + 0.6) * t, across.shape),
                -(3.4 - (4.0 + out) * np.sqrt(t)) + 0.10 * rng.normal(0, 1, (1, 7)) * np.ones_like(t),
            ],
            axis=-1,
        )
        mason.sheet(grid, materials.CLOTH, (0.66 * bright, 0.72 * bright, 0.76 * bright))
    n = 30
    spray = mason.to_world(
        np.stack([rng.normal(0, 2.4, n), np.abs(rng.normal(0, 0.8, n)), rng.uniform(0.2, 3.6, n)], axis=1)
    )
    garden.clumps(
        spray,
        rng.uniform(0.5, 1.4, n),
        np.full((n, 3), 0.80),
        np.tile([[0.0, 1.0, 0.0]], (n, 1)),
        np.ones(n),
        sprites.FLAKE,
        0.9,
    )


def _bridge(mason: Mason, valley: _Valley, ahead: float) -> Array:
    """A wooden footbridge, a little arched; returns where its lantern shines."""
    x, z = valley.place(0.0, ahead)
    mason.at(x, LEVEL, z, -valley.turn)
    span = valley.half + 2.6
    rise = [1.55 + 0.85 * (1.0 - (a / span) ** 2) for a in np.arange(-span, span, 0.34)]
    for a, y in zip(np.arange(-span, span, 0.34), rise, strict=True):
        mason.box((a, y - 0.06, -0.75), (a + 0.34, y, 0.75), materials.PLANKS, GREY_WOOD)
    line = np.linspace(-span, span, 15)
    curve = 1.55 + 0.85 * (1.0 - (line / span) ** 2)
    for side in (-0.72, 0.72):
        for lift, thick in ((-0.14, 0.10), (0.55, 0.035), (1.0, 0.05)):
            mason.tube(
                np.stack([line, curve + lift, np.full(15, side)], axis=1), thick, materials.PLANKS, WOOD, sides=6
            )
        for a, y in zip(line[::2], curve[::2], strict=True):
            mason.box((a - 0.05, y - 0.2, side - 0.05), (a + 0.05, y + 1.0, side + 0.05), materials.PLANKS, WOOD)
    for a in (-span * 0.62, span * 0.62):
        for side in (-0.6, 0.6):
            mason.lathe([(0.14, -1.6), (0.12, 2.0)], materials.PLANKS, WOOD, sides=8, middle=(float(a), 0.0, side))
    return lantern(mason, -span + 0.4, 1.5, -0.8, 2.2)


def _plants(garden: Garden, rng: np.random.Generator, valley: _Valley, wish: Wish) -> None:
    """Woods on both sides, bushes, grass and reeds on the banks."""
    trees = np.concatenate(
        [
            valley.feet(scatter(rng, 7.0, 60.0, round(300 * wish.density), 0.48), 2.6),
            valley.feet(spread(rng, 60.0, 330.0, round(3400 * wish.density), 5.2), 3.0),
        ]
    )
    if "trees" in wish.without:
        trees = trees[:0]
    if wish.lone == "trees":
        trees = trees[np.abs(np.hypot(trees[:, 0], trees[:, 2]) - 13.0).argsort()[:1]]
    for foot in trees:
        away = float(np.hypot(foot[0], foot[2]))
        detail = float(np.clip(1.2 - np.log2(away / 5.0) * 0.27, 0.0, 1.0))
        tall = rng.uniform(0.7, 1.2) * wish.scale
        if rng.uniform() < 0.5:
            garden.conifer(
                foot,
                17 * tall,
                rng.uniform(2.2, 3.2),
                (0.028, 0.064, 0.032),
                detail=detail,
                bark=(0.12, 0.08, 0.055),
                bare=rng.uniform(0.04, 0.16),
            )
        else:
            garden.broadleaf(
                foot,
                11 * tall,
                rng.uniform(2.6, 4.2),
                (0.072, 0.128, 0.028),
                detail=detail,
                bark=(0.14, 0.11, 0.085),
                crown_from=0.22,
                trunk=0.019,
            )
    for foot in valley.feet(scatter(rng, 4.5, 80.0, round(170 * wish.density), 0.5), 1.0, 14.0):
        detail = float(np.clip(1.1 - np.hypot(foot[0], foot[2]) / 30, 0.1, 1))
        garden.bush(foot, rng.uniform(0.35, 1.1), (0.062, 0.112, 0.030), detail=detail)
    if "grass" not in wish.without:
        grass = valley.feet(scatter(rng, 2.6, 60.0, round(4200 * wish.density), 0.05), 1.2, 12.0)
        size = rng.uniform(0.12, 0.34, len(grass))
        garden.tufts(grass, size, size, garden.tints(len(grass), (0.095, 0.150, 0.036), 0.2), sprites.GRASS, 0.8)
    ferns = valley.feet(scatter(rng, 4.0, 45.0, round(420 * wish.density), 0.2), 1.6, 9.0)
    size = rng.uniform(0.25, 0.55, len(ferns))
    garden.tufts(ferns, size * 1.1, size, garden.tints(len(ferns), (0.062, 0.135, 0.024), 0.18), sprites.FERN, 0.75)


def _stones(garden: Garden, rng: np.random.Generator, valley: _Valley) -> Stones:
    """Boulders in the stream, most of them in the rapids, and stones along the banks."""
    rocks = np.concatenate(
        [
            valley.feet(scatter(rng, 2.6, 75.0, 420, 0.34), -9.0, 2.5),
            valley.feet(scatter(rng, 1.5, 12.0, 420, 0.08), -9.0, 1.5),
        ]
    )
    x, z = rocks[:, 0].astype(np.float32), rocks[:, 2].astype(np.float32)
    _, ahead = valley.frame(x, z)
    rapid = np.exp(-(((ahead - 14.0) / 7.0) ** 2)) + np.exp(-(((ahead + 9.0) / 6.0) ** 2))
    rapid = np.maximum(rapid, np.exp(-(((ahead - valley.step) / 9.0) ** 2)))
    kept = (valley.bank(x, z, np.full_like(x, 0.3)) > -0.8) | (rng.uniform(0, 1, len(x)) < 0.12 + 0.8 * rapid)
    pebbles = valley.feet(scatter(rng, 1.25, 6.5, 700, 0.045), -9.0, 2.0)
    pebbles = pebbles[pebbles[:, 1] > LEVEL - 0.05]
    rocks, many = np.concatenate([rocks[kept], pebbles]), int(kept.sum())
    n = len(rocks)
    away = np.hypot(rocks[:, 0], rocks[:, 2])
    width = np.minimum(
        rng.uniform(0.10, 0.45, n) * (1.0 + (rng.uniform(0, 1, n) < 0.3) * rng.uniform(0.5, 2.4, n)), 0.11 * away
    )
    width = np.where(np.arange(n) < many, width, rng.uniform(0.025, 0.075, n))
    high = width * rng.uniform(0.5, 0.85, n)
    centre = rocks + UP * (width * 0.18)[:, None]
    centre[:, 1] = np.maximum(centre[:, 1], LEVEL - 0.25 * high)
    return Stones(
        centre=centre,
        axes=np.stack([width, high, width * rng.uniform(0.7, 1.2, n)], axis=1),
        turn=rng.uniform(0, 2 * np.pi, n),
        colour=garden.tints(n, (0.142, 0.136, 0.126), 0.09),
        uneven=np.full(n, 0.17),
        moss=rng.uniform(0.1, 0.7, n),
        glow=np.zeros(n),
    )


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a river."""
    valley = _Valley(rng, wish)
    garden, mason = Garden(rng), Mason()
    _fall(mason, garden, rng, valley)
    ahead, lamps = -rng.uniform(14.0, 18.0), None
    if "bridges" not in wish.without:
        lamps = Lamps.at(_bridge(mason, valley, ahead), reach=20.0)
    _plants(garden, rng, valley, wish)
    return Scene(
        height=valley.height,
        shade_ground=valley.shade,
        water=WATER,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=_stones(garden, rng, valley),
        meshes=mason.meshes(),
        lamps=lamps,
        moss=(0.075, 0.105, 0.035),
        shadow_reach=60.0,
        relief=True,
        smooth=0.2,
        fog=1.5,
        exposure=1.1,
    )


PLACE = Place(
    name="river",
    words=(
        "rivers", "stream", "streams", "creek", "brook", "riverbank", "river bank", "riverside", "river bend",
        "riverbed", "rapids", "amazon river", "nile", "mississippi", "danube", "rhine", "waterfall", "waterfalls",
        "cascade", "river valley", "canal bank", "rivulet", "fluss", "flüsse", "bach", "flussufer", "strom",
        "wasserfall", "wasserfälle", "rhein", "donau", "flusstal", "río", "ríos", "rio", "rios", "arroyo",
        "riachuelo", "ribera", "cascada", "cascadas", "catarata", "cataratas",
    ),
    build=build,
    hints=(
        "stepping stones", "beavers", "rafting", "salmon", "bridge",
    ),
    nouns=(
        "a river", "a stream", "a riverbank", "a creek",
    ),
    shows=(
        "water", "banks", "stones", "pebbles", "bridge", "footbridge", "trees", "rocks", "boulders", "rapids",
        "waterfall",
    ),
    stuff="water",
    roles=('ground', 'water'),
)  # fmt: skip
