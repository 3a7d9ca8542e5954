"""A beach: sand in a bay with the sea on one side, dunes and palms on the other, a boat, a thatched hut, a headland."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.boats import WOOD, rowing_boat
from ldm3d.worlds.light import mix
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.scene import Lamps, Scene, Stones
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
LEVEL = -EYE - 0.41
WATER = Water(level=LEVEL, swell=0.13, chop=0.085, deep=(0.006, 0.050, 0.080), shallow=(0.042, 0.225, 0.205), foam=1.0)
SAND = (0.395, 0.315, 0.212)
STRAW = (0.235, 0.180, 0.105)
PAINTS = ((0.40, 0.06, 0.04), (0.06, 0.22, 0.36), (0.70, 0.66, 0.58), (0.62, 0.36, 0.06))
UP = np.array([0.0, 1.0, 0.0])


class _Coast:
    """Metres from the water's edge decide: shallows and reef on one side, sand, dunes and a green hill on the other."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 6).astype(np.float32)
        self.turn = rng.uniform(-0.30, 0.30)
        self.side = float(rng.choice([-1.0, 1.0]))
        self.bay = rng.uniform(95.0, 130.0)
        self.scale = wish.scale
        asked = wish.tint("ground")
        self.tone = mix(SAND, asked, 0.85) if asked else SAND
        turns = self.turn + self.side * rng.uniform(0.7, 2.2, 3)
        away = rng.uniform(420.0, 950.0, 3)
        self.isles = [
            (np.sin(t) * r, -np.cos(t) * r, w)
            for t, r, w in zip(turns, away, away * rng.uniform(0.07, 0.17, 3), strict=True)
        ]

    def frame(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Metres toward the land, from the eye, and metres along the shore."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        return (x * c + z * s) * np.float32(-self.side), x * s - z * c

    def place(self, inland: float, along: float) -> tuple[float, float]:
        """X and z of a point of that frame."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        right = -self.side * inland
        return float(right * c + along * s), float(right * s - along * c)

    def dry(self, x: Array, z: Array, footprint: Array) -> Array:
        """Metres from the water's edge, positive on land."""
        inland, along = self.frame(x, z)
        at, f = self.at, footprint
        coves = noise.hills()(x * np.float32(1 / 85) + at[0], z * np.float32(1 / 85) + at[1], f / 85)
        rho = np.hypot(x, z)
        # The coast swings out to the sea at both ends of the bay.
        head = 62.0 * smoothstep(0.35 * self.bay, 1.7 * self.bay, along) + 46.0 * smoothstep(50.0, 260.0, -along)
        end = 70.0 * smoothstep(1.7 * self.bay, 2.5 * self.bay, along) + 60.0 * smoothstep(260.0, 420.0, -along)
        value: Array = inland + np.float32(3.6) + head - end + coves * (0.5 + 4.0 * smoothstep(6.0, 60.0, rho))
        return value

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        off = self.dry(x, z, f)
        rho = np.hypot(x, z)
        dry, wet = np.maximum(off, 0.0), np.maximum(-off, 0.0)
        dunes = noise.hills()(x * np.float32(1 / 62) + at[2], z * np.float32(1 / 62) + at[3], f / 62)
        rough = noise.rough()(x * np.float32(1 / 9) + at[4], z * np.float32(1 / 9) + at[5], f / 9)
        ridge = noise.ridges()(x * np.float32(1 / 700) + at[1], z * np.float32(1 / 700) + at[2], f / 700)
        broad = noise.hills()(x * np.float32(1 / 800) + at[3], z * np.float32(1 / 800) + at[0], f / 800)
        sand = (
            0.113 * np.minimum(dry, 5.0) + 0.045 * np.clip(dry - 5.0, 0.0, 30.0) + 0.025 * rough * np.minimum(rho, 1.0)
        )
        dune = smoothstep(9.0, 24.0, dry) * (1.5 + 0.75 * dunes)
        hill = smoothstep(34.0, 190.0, dry) * (34.0 + 52.0 * ridge + 12.0 * broad) * np.float32(self.scale)
        bed = (
            -0.075 * np.minimum(wet, 16.0)
            - 0.035 * np.clip(wet - 16.0, 0.0, 160.0)
            + 0.12 * rough * np.minimum(wet, 1.0)
        )
        height = np.float32(LEVEL) + sand + dune + hill + bed
        for ix, iz, width in self.isles:
            gap = 1.0 - np.hypot(x - np.float32(ix), z - np.float32(iz)) / np.float32(width) + 0.5 * (ridge - 0.4)
            rise = smoothstep(0.0, 0.12, gap) * 7.0 + np.clip(gap, 0.0, 1.0) * 0.42 * width * (0.5 + ridge)
            height = np.maximum(height, np.where(gap > 0.0, rise + np.float32(LEVEL - 1.0), -60.0))
        return np.asarray(height, np.float32)

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        above = hit.p[1] - np.float32(LEVEL)
        inland, along = self.frame(x, z)
        blots = noise.rough()(x * np.float32(1 / 6), z * np.float32(1 / 6), f / 6)
        fine = noise.grain()(x * np.float32(1 / 1.0), z * np.float32(1 / 1.0), f / 1.0)
        speck = noise.grain()(z * np.float32(1 / 0.31), x * np.float32(1 / 0.31), f / 0.31)
        broad = noise.rough()(z * np.float32(1 / 75), x * np.float32(1 / 75), f / 75)
        ripple = noise.rough()(inland * np.float32(1 / 2.2) + 0.1 * blots, along * np.float32(1 / 17), f / 2.2)
        sand = colour(self.tone) * (1.0 + 0.06 * fine + 0.07 * speck + 0.07 * blots + 0.05 * ripple + 0.05 * broad)
        rho = np.hypot(x, z)
        steep = 1.0 - hit.normal[1]
        green = colour((0.085, 0.135, 0.034)) * np.clip(1.0 + 0.25 * fine + 0.15 * blots, 0.4, 1.8)
        crowns = noise.billows()(x * np.float32(1 / 60), z * np.float32(1 / 60), f / 60) - 0.5
        jungle = colour((0.048, 0.095, 0.024)) * np.clip(1.0 + 2.3 * crowns, 0.3, 1.9)
        far = smoothstep(45.0, 110.0, rho)
        green = green + (jungle - green) * far
        wooded = smoothstep(1.9, 3.2, above + 0.35 * blots + 0.5 * broad)
        albedo = sand + (green - sand) * wooded * (0.55 + 0.45 * far)
        cracks = noise.ridges()((x - z) * np.float32(1 / 45), hit.p[1] * np.float32(1 / 60), f / 45)
        cliff = colour((0.225, 0.195, 0.165)) * np.clip(0.55 + 0.8 * cracks + 0.1 * broad, 0.25, 1.7)
        bare = smoothstep(0.34, 0.50, steep + 0.05 * broad) * smoothstep(25.0, 60.0, rho)
        albedo = albedo + (cliff - albedo) * bare
        weed = np.exp(-(((above - 0.29 - 0.05 * broad - 0.02 * blots) / 0.028) ** 2)) * smoothstep(
            -0.2, 0.9, fine + speck
        )
        albedo = albedo + (colour((0.085, 0.066, 0.038)) - albedo) * (0.75 * weed * (rho < 150.0))
        # The last waves have left the sand dark and shining.
        wet = 1.0 - smoothstep(0.06, 0.24, above + 0.035 * blots)
        albedo = albedo * (1.0 - 0.50 * wet * (1.0 - bare))
        normal = hit.normal.copy()
        bend = np.clip(0.25 - f, 0.0, 0.20)
        normal[0] += (fine * 0.5 + ripple * 0.5) * bend * (1.0 - wet) + crowns * wooded * far * 1.2
        normal[2] += (speck * 0.5 + blots * 0.3) * bend * (1.0 - wet) + crowns * wooded * far * 0.6
        normal /= np.sqrt(dot(normal, normal))
        free = 0.45 + 0.55 * shader.shadows.open_sky(x, z)
        rgb = shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=free, wrap=0.05)
        facing = np.maximum(-dot(hit.d, normal), 0.02)
        gloss = wet * (1.0 - bare) * (0.04 + 0.60 * (1.0 - facing) ** 4) * (rho < 120.0)
        value: Array = rgb + (shader.mirrored(hit, normal) - rgb) * gloss
        return value

    def feet(self, points: Array, least: float, most: float = 1e9) -> Array:
        """Points [n, 3] on the ground at [n, 2], from `least` to `most` metres from the water's edge."""
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        f = np.maximum(np.hypot(x, z) * np.float32(0.006), 0.05)
        off = self.dry(x, z, f)
        feet = np.stack([x, self.height(x, z, f), z], axis=1).astype(np.float64)
        return feet[(off > least) & (off < most)]

    def foot(self, inland: float, along: float) -> tuple[float, float, float]:
        """A point of the ground, in the coast's frame."""
        x, z = self.place(inland, along)
        at = np.array([x], np.float32), np.array([z], np.float32), np.array([0.2], np.float32)
        return x, float(self.height(*at)[0]), z


def _palms(garden: Garden, rng: np.random.Generator, coast: _Coast, wish: Wish) -> None:
    """Palms that lean to the sea, one of them close, and a grove behind."""
    first = np.array([coast.foot(rng.uniform(3.4, 4.4), rng.uniform(4.2, 5.8))])
    near = coast.feet(scatter(rng, 6.5, 110.0, round(330 * wish.density), 0.42), 9.5, 75.0)
    far = coast.feet(spread(rng, 90.0, 360.0, round(1900 * wish.density), 6.0), 9.0, 110.0)
    palms = np.concatenate([first, near, far])
    sea = np.array(coast.place(-1.0, 0.0))
    for k, foot in enumerate(palms if wish.lone != "trees" else palms[:1]):
        away = float(np.hypot(foot[0], foot[2]))
        tall = (rng.uniform(5.0, 10.0) if k else 7.0) * wish.scale
        lean = sea * rng.uniform(0.2, 2.6) + rng.normal(0, 0.9, 2) + (sea * 1.0 if k == 0 else 0.0)
        fronds = int(np.clip(19 - away / 12, 9, 18))
        garden.palm(
            foot,
            tall,
            rng.uniform(2.4, 3.3),
            (0.072, 0.138, 0.028),
            bark=(0.205, 0.170, 0.130),
            lean=lean,
            fronds=fronds,
        )


def _dunes(garden: Garden, rng: np.random.Generator, coast: _Coast, wish: Wish) -> None:
    """Beach grass and bushes, and giant leaves below the palms."""
    for foot in coast.feet(scatter(rng, 6.0, 90.0, round(330 * wish.density), 0.36), 13.0, 70.0):
        detail = float(np.clip(1.1 - np.hypot(foot[0], foot[2]) / 32, 0.08, 1))
        garden.bush(foot, rng.uniform(0.5, 1.6), (0.060, 0.112, 0.030), detail=detail)
    if "grass" not in wish.without:
        grass = coast.feet(scatter(rng, 2.0, 60.0, round(6500 * wish.density), 0.04), 4.6, 60.0)
        patch = noise.rough()(grass[:, 0].astype(np.float32) / 17, grass[:, 2].astype(np.float32) / 17)
        grass = grass[patch + np.clip((grass[:, 1] - LEVEL - 1.0) * 0.9, -0.6, 0.8) > 0.15]
        tall = rng.uniform(0.18, 0.45, len(grass))
        tint = garden.tints(len(grass), (0.175, 0.195, 0.075), 0.16)
        garden.tufts(grass, tall * 0.9, tall, tint, sprites.GRASS, 0.85)
    for foot in coast.feet(scatter(rng, 9.0, 45.0, round(90 * wish.density), 0.6), 13.0, 40.0):
        n, size = int(rng.integers(5, 9)), rng.uniform(0.6, 1.5)
        turn, lift = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.3, 1.2, n)
        way = np.stack([np.cos(turn) * np.cos(lift), np.sin(lift), np.sin(turn) * np.cos(lift)], axis=1) * size
        garden.along(
            np.repeat(foot[None], n, 0),
            foot + way,
            np.full(n, 0.28 * size),
            garden.tints(n, (0.062, 0.145, 0.030), 0.14),
            sprites.PADDLE,
            0.8,
        )


def _parasol(mason: Mason, at: tuple[float, float, float], turn: float) -> None:
    """A sunshade of straw with two loungers."""
    mason.at(*at, turn)
    mason.lathe([(0.045, -0.3), (0.04, 2.35)], materials.PLAIN, WOOD, sides=8)
    mason.lathe([(1.55, 1.98), (0.8, 2.34), (0.0, 2.72)], materials.THATCH, STRAW, sides=14)
    mason.lathe([(1.50, 1.98), (0.0, 2.36)], materials.THATCH, (0.13, 0.10, 0.06), sides=14)
    for x in (-0.85, 0.85):
        for z in (-0.55, 0.75):
            mason.box((x - 0.28, -0.1, z - 0.03), (x + 0.28, 0.30, z + 0.03), materials.PLANKS, WOOD)
        mason.box((x - 0.31, 0.30, -0.75), (x + 0.31, 0.37, 0.85), materials.CLOTH, (0.72, 0.70, 0.64))
        back = [(x - 0.31, 0.34, -0.75), (x + 0.31, 0.34, -0.75), (x + 0.31, 0.86, -1.22), (x - 0.31, 0.86, -1.22)]
        mason.polygon(back, materials.CLOTH, (0.72, 0.70, 0.64))


def _hut(mason: Mason, at: tuple[float, float, float], turn: float) -> Array:
    """An open hut with a thatched roof and a bar; returns where its lamps shine."""
    mason.at(*at, turn)
    mason.box((-2.4, -1.2, -2.0), (2.4, 0.18, 2.0), materials.PLANKS, WOOD)
    for x in (-2.2, 2.2):
        for z in (-1.8, 1.8):
            mason.lathe([(0.09, 0.1), (0.08, 2.6)], materials.PLANKS, WOOD, sides=8, middle=(x, 0.0, z))
    mason.hip((-2.2, 2.35, -1.8), (2.2, 1.8), 1.9, (materials.THATCH, STRAW), 0.75)
    mason.box((-2.2, 0.15, -1.85), (2.2, 2.3, -1.75), materials.PLANKS, (0.21, 0.15, 0.10))
    mason.box((-1.9, 0.18, 1.2), (1.9, 1.15, 1.55), materials.PLANKS, (0.27, 0.195, 0.125))
    mason.box((-2.1, 1.15, 1.05), (2.1, 1.21, 1.75), materials.PLANKS, (0.33, 0.245, 0.16))
    lamps = [(x, 2.05, 1.75) for x in (-1.3, 0.0, 1.3)]
    for lamp in lamps:
        mason.lathe(
            [(0.0, -0.11), (0.10, -0.06), (0.10, 0.06), (0.0, 0.11)],
            materials.PLAIN,
            (1.0, 0.62, 0.26),
            glow=4.0,
            sides=8,
            middle=(lamp[0], lamp[1], lamp[2]),
        )
    return mason.to_world(lamps)


def _stones(garden: Garden, rng: np.random.Generator, coast: _Coast, wish: Wish) -> Stones:
    """Rocks at the water's edge, mostly at the headland, and shells on the sand."""
    rocks = coast.feet(scatter(rng, 6.0, 260.0, 420, 0.34), -16.0, 4.0)
    cluster = noise.hills()(rocks[:, 0].astype(np.float32) / 140, rocks[:, 2].astype(np.float32) / 140)
    rocks = rocks[(cluster > 0.9) | (np.hypot(rocks[:, 0], rocks[:, 2]) > 75.0)]
    rocks = rocks[:0] if "rocks" in wish.without else rocks
    shells = coast.feet(scatter(rng, 1.4, 9.0, 150, 0.1), 0.4, 6.0)
    m, n = len(rocks), len(rocks) + len(shells)
    width = np.hypot(rocks[:, 0], rocks[:, 2]) * rng.uniform(0.008, 0.045, m) + 0.15
    small = rng.uniform(0.012, 0.034, len(shells))
    axes = np.concatenate(
        [
            np.stack([width, width * rng.uniform(0.5, 1.1, m), width * rng.uniform(0.7, 1.2, m)], axis=1),
            np.stack([small, small * 0.5, small * 0.8], axis=1),
        ]
    )
    centre = np.concatenate([rocks, shells]) + UP * (axes[:, 1] * 0.2)[:, None]
    centre[:m, 1] = np.maximum(centre[:m, 1], LEVEL - 0.2 * axes[:m, 1])
    tint = np.concatenate([garden.tints(m, (0.150, 0.135, 0.118), 0.12), garden.tints(n - m, (0.62, 0.52, 0.44), 0.14)])
    return Stones(
        centre=centre,
        axes=axes,
        turn=rng.uniform(0, 2 * np.pi, n),
        colour=tint,
        uneven=np.where(np.arange(n) < m, 0.22, 0.05),
        moss=np.where(np.arange(n) < m, 0.25, 0.0),
        glow=np.zeros(n),
    )


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a beach."""
    coast = _Coast(rng, wish)
    garden, mason = Garden(rng), Mason()
    toward = -coast.turn
    boat = coast.foot(rng.uniform(-3.1, -2.2), rng.uniform(6.5, 9.0))
    bar = coast.foot(rng.uniform(8.5, 10.5), rng.uniform(12.0, 16.0))
    seat = coast.foot(rng.uniform(2.6, 4.0), -rng.uniform(5.5, 7.5))
    shades = [coast.foot(rng.uniform(1.8, 4.5), along) for along in (27.0, 38.0, -17.0)]
    paint = PAINTS[int(rng.integers(len(PAINTS)))]
    if "boats" not in wish.without:
        rowing_boat(
            mason, (boat[0], boat[1] + 0.26, boat[2]), toward + coast.side * rng.uniform(0.5, 0.9), paint, length=4.4
        )
    shine = []
    if "buildings" not in wish.without:
        shine.append(_hut(mason, (bar[0], bar[1] + 0.2, bar[2]), toward + coast.side * 1.1))
        for at in (seat, *shades):
            _parasol(mason, at, toward + coast.side * np.pi / 2 + rng.uniform(-0.2, 0.2))
    if "trees" not in wish.without:
        _palms(garden, rng, coast, wish)
    _dunes(garden, rng, coast, wish)
    logs = coast.feet(scatter(rng, 3.0, 40.0, 26, 0.9), 0.8, 5.0)[:5]
    turn = rng.uniform(0, np.pi, len(logs))
    way = np.stack([np.cos(turn), np.full(len(logs), 0.02), np.sin(turn)], axis=1) * rng.uniform(
        0.5, 1.3, (len(logs), 1)
    )
    garden.limb(
        logs - way + UP * 0.05,
        logs + way + UP * 0.09,
        np.tile([[0.10, 0.05]], (len(logs), 1)),
        garden.tints(len(logs), (0.31, 0.275, 0.235), 0.08),
        np.full((len(logs), 2), 0.8),
    )
    return Scene(
        height=coast.height,
        shade_ground=coast.shade,
        water=WATER,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=_stones(garden, rng, coast, wish),
        meshes=mason.meshes(),
        lamps=Lamps.at(np.concatenate(shine), reach=16.0) if shine else None,
        moss=(0.12, 0.13, 0.06),
        shadow_reach=60.0,
        relief=True,
        smooth=0.12,
        snow=0.5,
    )


PLACE = Place(
    name="beach",
    words=(
        "beaches", "coast", "coasts", "coastal", "coastline", "shore", "shores", "seashore", "seaside", "beachside",
        "sandy beach", "sandy shore", "cove", "lagoon", "tropical beach", "island", "islands", "desert island",
        "tropical island", "caribbean", "maldives", "hawaii", "bora bora", "bali", "bay", "atoll",
        "white sands beach", "strand", "strände", "küste", "küsten", "sandstrand", "insel", "inseln", "südsee",
        "bucht", "karibik", "meeresküste", "playa", "playas", "costa", "costas", "orilla", "isla", "islas", "bahía",
        "caribe", "laguna", "cala",
    ),
    build=build,
    hints=(
        "palm", "palms", "palm tree", "palm trees", "surfers", "surfing", "seagulls", "sandcastle", "palmen",
        "palmeras", "surf",
    ),
    nouns=(
        "a beach", "a sandy beach", "a coast", "a tropical beach", "a seashore",
    ),
    shows=(
        "sand", "sands", "waves", "palm", "palms", "palm tree", "palm trees", "sea", "ocean", "water", "surf",
        "boat", "boats", "boot", "boote", "barco", "barcos", "driftwood", "shells", "hut", "parasol", "dunes",
    ),
    roles=('ground', 'water'),
)  # fmt: skip
