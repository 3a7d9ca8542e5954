"""An ocean: the deck of a schooner under sail, waves to the horizon, sea stacks, a lighthouse, other ships, islands."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials, noise
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.boats import WOOD, hull
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden
from ldm3d.worlds.scene import Lamps, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
RAIL = 0.9
DEEP, SHEER, LENGTH, BEAM = 5.6, 0.9, 25.0, 6.4
LEVEL = -EYE + RAIL - 0.45 * DEEP
SEA = Water(level=LEVEL, swell=0.34, chop=0.12, foam=1.0)
BED = -16.0
DECK: Colour = (0.270, 0.195, 0.125)
CANVAS: Colour = (0.640, 0.590, 0.490)
ROPE: Colour = (0.110, 0.090, 0.062)
HULLS: tuple[Colour, ...] = ((0.050, 0.055, 0.065), (0.060, 0.110, 0.090), (0.210, 0.060, 0.045), (0.075, 0.110, 0.190))


class _Isles:
    """What rises out of the sea: stacks near, islands far, and the lighthouse's rock."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 4).astype(np.float32)
        first, side = rng.uniform(-0.35, 0.35), float(rng.choice([-1.0, 1.0]))
        self.side, self.first = side, first
        tall = wish.scale
        isles = [(first + side * rng.uniform(0.85, 1.2), rng.uniform(130.0, 190.0), 21.0, 7.0)]
        centre = first - side * rng.uniform(0.7, 1.0)
        for _ in range(max(2, round(7 * wish.density))):
            away = rng.uniform(48.0, 170.0)
            isles.append((centre + rng.normal(0, 0.33), away, rng.uniform(4.0, 11.0), rng.uniform(7.0, 27.0) * tall))
        for turn in first + np.array([0.1, 2.2, 3.9]) + rng.uniform(-0.3, 0.3, 3):
            away = rng.uniform(650.0, 1500.0)
            isles.append((turn, away, away * rng.uniform(0.12, 0.24), rng.uniform(45.0, 120.0) * tall))
        self.isles = [
            (np.float32(np.sin(t) * r), np.float32(-np.cos(t) * r), np.float32(w), np.float32(h))
            for t, r, w, h in isles
        ]

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        """The sea's floor and the land."""
        at = self.at
        crags = noise.ridges()(x * np.float32(1 / 520) + at[1], z * np.float32(1 / 520) + at[2], footprint / 520)
        ragged = noise.rough()(x * np.float32(1 / 38) + at[0], z * np.float32(1 / 38) + at[3], footprint / 38)
        height = np.full_like(x, BED)
        for cx, cz, width, tall in self.isles:
            gap = np.hypot(x - cx, z - cz) / width
            # Stacks are columns, islands slope up behind their cliffs.
            near = width < 30.0
            shape = 1.0 - gap + (0.22 * ragged if near else 0.55 * (crags - 0.45))
            rise = tall * (
                (0.50 if near else 0.42) * smoothstep(0.02, 0.16 if near else 0.10, shape)
                + (0.60 if near else 0.58) * np.clip(shape, 0, 1) * (0.6 + 0.7 * crags)
            )
            height = np.maximum(height, np.where(shape > 0.0, rise * (1.0 + 0.10 * ragged) + LEVEL - 0.8, BED))
        return np.asarray(height, np.float32)

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        above = hit.p[1] - np.float32(LEVEL)
        big = noise.rough()(x * np.float32(1 / 90), z * np.float32(1 / 90) + hit.p[1] * np.float32(1 / 40), f / 60)
        steep = 1.0 - hit.normal[1]
        run = (x - z) * np.float32(1 / 75)
        cracks = noise.ridges()(run, hit.p[1] * np.float32(1 / 260), f / 75)
        strata = noise.rough()(run * np.float32(0.4), hit.p[1] * np.float32(1 / 24), f / 24)
        rock = colour((0.235, 0.205, 0.175)) * np.clip(0.60 + 0.70 * cracks + 0.24 * strata + 0.08 * big, 0.25, 1.7)
        green = colour((0.085, 0.120, 0.038)) * np.clip(1.0 + 0.3 * big, 0.4, 1.6)
        grassy = (1.0 - smoothstep(0.22, 0.45, steep + 0.08 * big)) * smoothstep(3.0, 8.0, above)
        albedo = rock + (green - rock) * grassy
        albedo = albedo * (1.0 - 0.60 * np.exp(-np.maximum(above, 0.0) * 0.7))
        normal = hit.normal.copy()
        normal[0] += 0.9 * (cracks - 0.45) + 0.2 * strata
        normal /= np.sqrt(dot(normal, normal))
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, wrap=0.08)


def _sail(
    mason: Mason, corners: list[tuple[float, float, float]], belly: tuple[float, float], glow: float = 0.0
) -> None:
    """A sail between its corners (tack, clew, peak, throat), blown out to x and z by `belly`."""
    a, b, c, d = (np.array(p) for p in corners)
    u, v = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 9))
    u, v = u[..., None], v[..., None]
    grid = (a * (1 - u) + b * u) * (1 - v) + (d * (1 - u) + c * u) * v
    blown = 4.0 * np.sqrt(u) * (1.0 - u) * (0.45 + 0.55 * np.sin(np.pi * np.clip(v * 0.9 + 0.1, 0, 1)))
    mason.sheet(grid + blown * np.array([belly[0], 0.0, belly[1]]), materials.CLOTH, CANVAS, glow)


def _schooner(mason: Mason, size: float, paint: Colour, lee: float) -> None:
    """Hull, masts and sails in the mason's frame, whose origin is amidships on the water line; `lee` is −1 or 1."""
    skin = hull(LENGTH * size, BEAM * size, DEEP * size, SHEER * size, stern=0.62, ribs=25)
    mason.sheet(skin, materials.PLANKS, paint)
    mason.polygon(skin[0], materials.PLANKS, paint)
    deck = np.stack(
        [
            skin[:, 0] * [1.0, 0.0, 1.0] + [0, 1, 0] * (skin[:, :1, 1] - RAIL * size),
            skin[:, -1] * [1.0, 0.0, 1.0] + [0, 1, 0] * (skin[:, :1, 1] - RAIL * size),
        ]
    )
    mason.sheet(deck, materials.PLANKS, DECK, smooth=False)
    for rim in (0, -1):
        mason.tube(skin[:, rim], 0.075 * size, materials.PLANKS, (0.21, 0.135, 0.08), sides=6)
    # Masts with gaff sails swung to lee, the mainmast behind the foremast, and two jibs on the bowsprit.
    swing = lee * 0.42
    for rig in ((-4.6, 14.5, 6.0, 4.6), (4.9, 16.0, 7.6, 4.4)):
        z, tall, long, foot = (size * metres for metres in rig)
        mason.lathe(
            [(0.20 * size, 0.0), (0.18 * size, 0.7 * tall), (0.08 * size, tall + 2 * size), (0.0, tall + 2 * size)],
            materials.PLAIN,
            (0.27, 0.185, 0.11),
            sides=10,
            middle=(0.0, 0.0, z),
        )
        clew = (swing * long, foot + 0.15 * long, z + long * 0.92)
        peak = (swing * long * 0.62, tall * 0.97, z + long * 0.55)
        mason.tube([(0.0, foot, z), clew], 0.09 * size, materials.PLAIN, (0.27, 0.185, 0.11), sides=8)
        mason.tube([(0.0, tall * 0.76, z), peak], 0.08 * size, materials.PLAIN, (0.27, 0.185, 0.11), sides=8)
        _sail(mason, [(0.0, foot + 0.1, z), clew, peak, (0.0, tall * 0.76, z)], (lee * 0.9 * size, 0.0))
    prow = (0.0, (0.45 * DEEP + SHEER + 1.3) * size, -(LENGTH / 2 + 4.6) * size)
    mason.tube(
        [(0.0, (0.45 * DEEP + SHEER) * size, -(LENGTH / 2 - 1.5) * size), prow],
        [0.16 * size, 0.07 * size],
        materials.PLAIN,
        (0.27, 0.185, 0.11),
        sides=8,
    )
    top, mast = 13.6 * size, -4.6 * size
    for reach, high in ((1.0, 1.0), (0.62, 0.80)):
        tack = (0.0, prow[1] + 0.3 * size, mast + (prow[2] - mast) * reach)
        head = (0.0, top * high, mast + (prow[2] - mast) * 0.10)
        clew = (lee * 1.5 * size, prow[1] + 1.3 * size, mast + (prow[2] - mast) * (reach - 0.52))
        _sail(mason, [tack, clew, head, head], (lee * 0.8 * size, 0.0))


def _fittings(mason: Mason, garden: Garden, rng: np.random.Generator) -> Array:
    """What stands on the near deck: hatch, barrels, wheel, stanchions, rigging; returns where the lanterns shine."""
    y = 0.45 * DEEP - RAIL
    mason.box((-0.85, y - 0.1, -2.4), (0.85, y + 0.38, -0.5), materials.PLANKS, (0.19, 0.125, 0.075))
    mason.box((-0.70, y + 0.38, -2.25), (0.70, y + 0.44, -0.65), materials.PLANKS, (0.25, 0.175, 0.11))
    for side, z in ((-1.0, -1.1), (-1.0, -0.4), (1.0, 0.8), (1.0, -3.4), (-1.0, 7.6)):
        x = side * (2.45 - 0.03 * abs(z)) + rng.normal(0, 0.05)
        profile = [(0.24, y), (0.30, y + 0.2), (0.32, y + 0.4), (0.30, y + 0.6), (0.24, y + 0.8), (0.0, y + 0.8)]
        mason.lathe(profile, materials.PLANKS, (0.20, 0.13, 0.075), sides=14, middle=(x, 0.0, z))
        for ring in (0.18, 0.62):
            mason.lathe(
                [(0.312, y + ring - 0.03), (0.318, y + ring + 0.03)],
                materials.METAL,
                (0.10, 0.10, 0.11),
                sides=14,
                middle=(x, 0.0, z),
            )
    skin = hull(LENGTH, BEAM, DEEP, SHEER, stern=0.62, ribs=25)
    for k in range(1, 23):
        for rim in (0, -1):
            px, py, pz = skin[k, rim]
            mason.box(
                (px * 0.975 - 0.05, py - RAIL, pz - 0.06), (px * 0.975 + 0.05, py, pz + 0.06), materials.PLANKS, WOOD
            )
    t = np.linspace(0, 2 * np.pi, 25)
    mason.tube(
        np.stack([0.46 * np.cos(t), y + 1.05 + 0.46 * np.sin(t), np.full(25, 8.4)], 1),
        0.035,
        materials.PLAIN,
        (0.22, 0.14, 0.08),
        sides=6,
    )
    for a in np.arange(4) * np.pi / 4:
        mason.tube(
            [(0.6 * np.cos(a), y + 1.05 + 0.6 * np.sin(a), 8.4), (-0.6 * np.cos(a), y + 1.05 - 0.6 * np.sin(a), 8.4)],
            0.022,
            materials.PLAIN,
            (0.22, 0.14, 0.08),
            sides=5,
        )
    mason.box((-0.12, y, 8.45), (0.12, y + 1.1, 8.8), materials.PLANKS, (0.19, 0.125, 0.075))
    lamps = [(0.42, y + 2.3, -4.6), (-0.42, y + 2.3, 4.9), (0.0, y + 2.0, 11.2)]
    for x, high, z in lamps:
        mason.lathe(
            [(0.07, high - 0.12), (0.10, high), (0.07, high + 0.12), (0.0, high + 0.14)],
            materials.PLAIN,
            (1.0, 0.64, 0.28),
            glow=4.0,
            sides=8,
            middle=(x, 0.0, z),
        )
        mason.tube([(0.0, high + 0.2, z), (x, high + 0.15, z)], 0.02, materials.PLAIN, (0.05, 0.05, 0.05), sides=5)
    ropes = []
    for mast, tall in ((-4.6, 13.5), (4.9, 15.0)):
        for side in (-1.0, 1.0):
            feet = [np.array([side * 2.95, y + RAIL, mast + dz]) for dz in (0.35, 1.0, 1.65)]
            top = np.array([0.0, tall * 0.78, mast])
            ropes += [(foot, top, 0.016) for foot in feet]
            for share in np.arange(0.06, 0.86, 0.045):
                ropes.append((feet[0] + (top - feet[0]) * share, feet[2] + (top - feet[2]) * share, 0.009))
    prow = np.array([0.0, 0.45 * DEEP + SHEER + 1.3, -(LENGTH / 2 + 4.6)])
    for share, high in ((1.0, 14.2), (0.62, 11.0)):
        ropes.append((np.array([0.0, high, -4.6]), np.array([0.0, 0.0, -4.6]) + (prow - [0, 0, -4.6]) * share, 0.015))
    ropes.append((np.array([0.0, 15.5, -4.6]), np.array([0.0, 16.8, 4.9]), 0.014))
    start, end = (mason.to_world(np.array([rope[k] for rope in ropes])) for k in (0, 1))
    thick = np.array([rope[2] for rope in ropes])
    n = len(ropes)
    garden.limb(start, end, np.stack([thick, thick], 1), np.tile([ROPE], (n, 1)), np.full((n, 2), 0.9), 0.1)
    return mason.to_world(lamps)


def _lighthouse(mason: Mason, isles: _Isles) -> Array:
    """A white tower with red bands and the keeper's house."""
    cx, cz, _, _ = isles.isles[0]
    top = float(isles.height(*(np.array([v], np.float32) for v in (cx, cz, 1.0)))[0])
    mason.at(float(cx), top - 0.6, float(cz), 0.4)
    for k in range(6):
        low, high = 3.4 * k, 3.4 * (k + 1)
        tone = (0.72, 0.70, 0.66) if k % 2 == 0 else (0.50, 0.07, 0.05)
        mason.lathe([(2.7 - 0.055 * low, low), (2.7 - 0.055 * high, high)], materials.PLASTER, tone, sides=20)
    mason.lathe([(2.1, 20.4), (2.1, 20.8), (0.0, 20.8)], materials.METAL, (0.12, 0.12, 0.13), sides=20)
    mason.lathe([(1.1, 20.8), (1.1, 22.8)], materials.PLAIN, (1.0, 0.86, 0.60), glow=6.0, sides=14)
    mason.lathe([(1.5, 22.8), (0.9, 23.7), (0.0, 24.4)], materials.PAINT, (0.42, 0.06, 0.045), sides=14)
    mason.box((-8.5, -3.0, -2.2), (-3.2, 3.0, 2.2), materials.PLASTER, (0.66, 0.64, 0.60))
    mason.gable(
        (-8.5, 3.0, -2.2),
        (-3.2, 2.2),
        2.2,
        (materials.TILES, (0.26, 0.085, 0.06)),
        (materials.PLASTER, (0.6, 0.58, 0.54)),
    )
    mason.box((-7.4, 0.9, -2.25), (-4.4, 2.1, 2.25), materials.WINDOW, (1.0, 0.74, 0.40))
    return mason.to_world([(0.0, 21.8, 0.0)])


def _gulls(mason: Mason, rng: np.random.Generator, count: int) -> None:
    """Gulls on spread wings."""
    turn, away = rng.uniform(0, 2 * np.pi, count), rng.uniform(9.0, 60.0, count)
    high = rng.uniform(2.0, 12.0, count) + 0.1 * away
    for t, r, y, course, bank in zip(
        turn, away, high, rng.uniform(0, 6.28, count), rng.normal(0, 0.25, count), strict=True
    ):
        mason.at(float(np.sin(t) * r), float(y), float(-np.cos(t) * r), float(course))
        for side in (-1.0, 1.0):
            lift = side * bank
            wing = [
                (0.0, 0.0, -0.10),
                (side * 0.30, 0.12 + 0.3 * lift, -0.14),
                (side * 0.66, 0.04 + 0.66 * lift, 0.06),
                (side * 0.30, 0.10 + 0.3 * lift, 0.04),
                (0.0, 0.0, 0.10),
            ]
            mason.polygon(wing, materials.PLAIN, (0.70, 0.71, 0.72))
        mason.tube(
            [(0.0, 0.0, -0.30), (0.0, 0.02, -0.05), (0.0, -0.01, 0.28)],
            [0.02, 0.06, 0.015],
            materials.PLAIN,
            (0.78, 0.78, 0.77),
            sides=6,
        )


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out an ocean."""
    isles = _Isles(rng, wish)
    garden, mason = Garden(rng), Mason()
    course, lee = rng.uniform(-0.30, 0.30), float(rng.choice([-1.0, 1.0]))
    paint = HULLS[int(rng.integers(len(HULLS)))]
    others = [
        (rng.uniform(70.0, 110.0), isles.first + 0.38 * isles.side),
        (rng.uniform(220.0, 420.0), isles.first - 0.3 * isles.side),
        (rng.uniform(160.0, 300.0), isles.first + rng.uniform(2.4, 4.0)),
    ]
    tones, turns = rng.integers(0, len(HULLS), 3), rng.uniform(0, 6.28, 3)
    # The eye stands between the masts, a little to windward.
    shift = np.array([lee * 0.9, 0.0, -2.2])
    c, s = np.cos(course), np.sin(course)
    origin = (float(shift[0] * c + shift[2] * s), float(-shift[0] * s + shift[2] * c))
    mason.at(origin[0], LEVEL, origin[1], course)
    _schooner(mason, 1.0, paint, lee)
    shine = [_fittings(mason, garden, rng)]
    if not {"ships", "boats"} & set(wish.without):
        for (away, turn), tone, way in zip(others, tones, turns, strict=True):
            mason.at(float(np.sin(turn) * away), LEVEL, float(-np.cos(turn) * away), float(way))
            _schooner(mason, 0.9, HULLS[int(tone)], 1.0)
    if not {"buildings", "towers"} & set(wish.without):
        shine.append(_lighthouse(mason, isles))
    if "animals" not in wish.without:
        _gulls(mason, rng, round(16 * wish.density))
    return Scene(
        smooth=0.12,
        height=isles.height,
        water=SEA,
        shade_ground=isles.shade,
        limbs=garden.all_limbs(),
        meshes=mason.meshes(),
        lamps=Lamps.at(np.concatenate(shine), (6.5, 4.2, 2.1), 12.0),
        shadow_reach=45.0,
    )


PLACE = Place(
    name="ocean",
    words=(
        "oceans", "sea", "seas", "seascape", "open sea", "open ocean", "high seas", "pacific", "atlantic",
        "pacific ocean", "atlantic ocean", "indian ocean", "mediterranean sea", "north sea", "baltic sea",
        "caribbean sea", "seven seas", "at sea", "middle of the ocean", "archipelago", "on the sea", "meer",
        "ozean", "ozeane", "nordsee", "ostsee", "mittelmeer", "hohe see", "pazifik", "atlantik", "auf see", "mar",
        "mares", "océano", "océanos", "alta mar", "mar abierto", "el mar", "pacífico", "atlántico",
    ),
    build=build,
    hints=(
        "waves", "wave", "ship", "ships", "whale", "whales", "dolphins", "pirate ship", "pirates", "sailing",
        "sailboat", "wellen", "schiff", "olas", "barco", "kraken", "tsunami",
    ),
    nouns=(
        "the ocean", "the open sea", "the high seas", "the atlantic ocean",
    ),
    shows=(
        "waves", "wave", "water", "rocks", "cliffs", "sea stacks", "ship", "ships", "boat", "boats", "deck",
        "sails", "sail", "mast", "rigging", "seagulls", "lighthouse", "sailboat",
    ),
    stuff="water",
    roles=("ground", "water"),
)  # fmt: skip
