"""A reef: coral gardens on ridges under a rippling surface, sand lanes between them, kelp, and shoals of fish."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.boats import hull
from ldm3d.worlds.light import Light, under_water
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.scene import Lamps, Scene, Stones
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.8
SURFACE = 7.5
CORAL: tuple[Colour, ...] = (
    (0.62, 0.16, 0.22), (0.70, 0.33, 0.10), (0.48, 0.16, 0.50), (0.62, 0.50, 0.14), (0.30, 0.42, 0.20),
    (0.66, 0.42, 0.44), (0.20, 0.33, 0.52),
)  # fmt: skip
FISH: tuple[tuple[Colour, Colour], ...] = (
    ((0.80, 0.42, 0.03), (0.85, 0.82, 0.75)), ((0.75, 0.66, 0.08), (0.10, 0.10, 0.12)),
    ((0.10, 0.25, 0.65), (0.75, 0.65, 0.10)), ((0.55, 0.58, 0.60), (0.25, 0.30, 0.36)),
)  # fmt: skip


class _Bottom:
    """Sand with ridges of rock that lead outward, cut by lanes; the eye floats over a lane."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.at = rng.uniform(0, 1, 4).astype(np.float32)
        self.turn = rng.uniform(0, 2 * np.pi)

    def reef(self, x: Array, z: Array, footprint: Array) -> Array:
        """Share of rock, 0 on sand and 1 on a ridge."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        u, v = x * c - z * s, x * s + z * c
        wide = noise.hills()(u * np.float32(1 / 55) + self.at[0], v * np.float32(1 / 120) + self.at[1], footprint / 55)
        # A lane leads through, past the eye; ridges line it on both sides and thin out farther off.
        bend = np.sin(v * np.float32(0.11) + self.at[2] * 6) - np.sin(self.at[2] * 6)
        lane = np.abs(u + np.float32(1.9) * bend) - np.float32(1.9)
        wall = smoothstep(0.0, 2.6, lane) * (1.0 - smoothstep(9.0, 24.0, lane))
        beyond = smoothstep(-0.2, 0.8, wide) * smoothstep(6.0, 9.0, lane)
        value: Array = np.maximum(wall * smoothstep(-1.7, -0.4, wide), beyond) * np.clip(lane * 0.5, 0.0, 1.0)
        return value

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        f = footprint
        rock = self.reef(x, z, f)
        heads = noise.ridges()(x * np.float32(1 / 23) + self.at[2], z * np.float32(1 / 23) + self.at[3], f / 23)
        rough = noise.rough()(x * np.float32(1 / 6) + self.at[1], z * np.float32(1 / 6), f / 6)
        swell = noise.hills()(x * np.float32(1 / 70) + self.at[3], z * np.float32(1 / 70), f / 70)
        sand = 0.28 * swell - np.minimum(np.hypot(x, z), 160.0) * np.float32(0.010)
        height: Array = sand + rock * (0.45 + 3.5 * heads + 0.26 * rough) - np.float32(EYE)
        return np.minimum(height, np.float32(SURFACE - 1.5))

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        rock = self.reef(x, z, f)
        grain = noise.grain()(x / 1.1, z / 1.1, f / 1.1)
        blots = noise.rough()(x / 4.3, z / 4.3, f / 4.3)
        patch = noise.rough()(z / 11, x / 11, f / 11)
        sand = colour((0.30, 0.265, 0.195)) * (1.0 + 0.06 * grain + 0.05 * blots)
        crust = colour((0.20, 0.155, 0.15)) * (1.0 + 0.30 * blots + 0.15 * grain)
        crust = crust + colour((0.19, 0.02, 0.10)) * smoothstep(0.5, 1.4, patch)
        crust = crust + colour((0.02, 0.10, 0.03)) * smoothstep(0.4, 1.3, -patch)
        share = smoothstep(0.10, 0.30, rock + 0.05 * blots)
        normal = hit.normal.copy()
        wave = np.cos((x * c + z * s + 0.25 * blots) * np.float32(2 * np.pi / 0.34)) * np.clip(1.2 - f * 9.0, 0.0, 1.0)
        normal[0] -= 0.20 * wave * c * (1.0 - share) - 0.3 * blots * share
        normal[2] -= 0.20 * wave * s * (1.0 - share) - 0.3 * grain * share * np.clip(1.2 - f * 6.0, 0.0, 1.0)
        normal /= np.sqrt(dot(normal, normal))
        albedo = np.clip(sand + (crust - sand) * share, 0.01, 0.8)
        return shader.lit(albedo, normal, hit.p, free=0.6 + 0.4 * shader.shadows.open_sky(x, z))


def _branching(mason: Mason, rng: np.random.Generator, foot: Array, size: float, tone: Colour, detail: float) -> None:
    """A staghorn coral: branches that fork upward."""
    tips: list[tuple[Array, Array, float, float]] = [(foot, np.array([0.0, 1.0, 0.0]), size * 0.45, size * 0.075)]
    mason.at(0.0, 0.0, 0.0)
    for _ in range(3 if detail > 0.5 else 2):
        grown: list[tuple[Array, Array, float, float]] = []
        for start, way, long, thick in tips:
            for _ in range(4 if way[1] == 1.0 else 2):
                turned = way + rng.normal(0, 0.55, 3)
                turned[1] = abs(turned[1]) + 0.25
                turned /= np.linalg.norm(turned)
                end = start + turned * long
                mason.tube(
                    np.stack([start, (start + end) / 2 + rng.normal(0, 0.02 * size, 3), end]),
                    [thick, thick * 0.85, thick * 0.6],
                    materials.PLASTER,
                    tone,
                    sides=6,
                )
                grown.append((end, turned, long * 0.72, thick * 0.65))
        tips = grown


def _table(mason: Mason, foot: Array, size: float, tone: Colour, lean: float) -> None:
    """A table coral: a plate on a stalk."""
    mason.at(float(foot[0]), float(foot[1]), float(foot[2]), lean)
    mason.lathe([(0.10 * size, -0.2), (0.09 * size, 0.30 * size), (0.55 * size, 0.46 * size), (1.0 * size, 0.52 * size),
                 (0.98 * size, 0.56 * size), (0.4 * size, 0.53 * size), (0.0, 0.50 * size)],
                materials.PLASTER, tone, sides=22)  # fmt: skip


def _on_sand(mason: Mason, garden: Garden, spots: Array, tones: tuple[Colour, ...]) -> None:
    """Starfish, and sea fans with small corals that stand on the bare sand."""
    rng = garden.rng
    for foot in spots:
        tone, away = tones[int(rng.integers(len(tones)))], float(np.hypot(foot[0], foot[2]))
        kind, size = rng.uniform(), float(rng.uniform(0.10, 0.22))
        if kind < 0.25:
            mason.at(float(foot[0]), float(foot[1]), float(foot[2]), float(rng.uniform(0, 6.28)))
            for turn in np.arange(5) * 1.2566:
                arms = [(1.0, turn, 0.012), (0.36, turn + 0.63, 0.02), (0.0, 0.0, 0.05), (0.36, turn - 0.63, 0.02)]
                points = [(size * r * float(np.sin(a)), y, size * r * float(np.cos(a))) for r, a, y in arms]
                mason.polygon(points, materials.PLASTER, (0.62, 0.20, 0.06))
        elif kind < 0.55 and away > 2.6:
            _branching(mason, rng, foot, min(2.2 * size, 0.15 * away), tone, 0.3)
        elif away > 2.6:
            n, tall = 5, min(2.0 * size, 0.12 * away)
            feet = foot + rng.normal(0, 0.3 * tall, (n, 3)) * np.array([1.0, 0.0, 1.0])
            high = tall * rng.uniform(0.6, 1.2, n)
            garden.tufts(feet, high * 0.8, high, np.tile([tone], (n, 1)), sprites.FERN, 0.8)


def _fish(mason: Mason, at: Array, turn: float, size: float, tones: tuple[Colour, Colour]) -> None:
    """A fish: a flat spindle with a tail and fins."""
    mason.at(float(at[0]), float(at[1]), float(at[2]), turn)
    t = np.linspace(0.0, 2 * np.pi, 9, endpoint=False)
    spine = [
        (-0.42, 0.035, 0.02),
        (-0.25, 0.12, 0.06),
        (0.0, 0.19, 0.09),
        (0.25, 0.16, 0.085),
        (0.42, 0.06, 0.04),
        (0.5, 0.005, 0.005),
    ]
    grid = np.array([[(x, h * np.cos(a), w * np.sin(a)) for a in t] for x, h, w in spine]) * size
    mason.sheet(grid, materials.PLAIN, tones[0], closed=(False, True))
    for shape in (
        [(-0.40, 0.0), (-0.66, 0.17), (-0.58, 0.0), (-0.66, -0.17)],
        [(0.15, 0.17), (-0.05, 0.30), (-0.22, 0.13)],
    ):
        mason.polygon([(x * size, y * size, 0.0) for x, y in shape], materials.PLAIN, tones[1])


def _afloat(rng: np.random.Generator, bottom: _Bottom) -> list[Array]:
    """Points [3] in open water around the eye."""
    found = []
    for _ in range(16):
        far, turn = float(rng.uniform(4.0, 17.0)), float(rng.uniform(0, 2 * np.pi))
        at = np.array([np.sin(turn) * far, rng.uniform(0.6, 4.2), -np.cos(turn) * far])
        below = bottom.height(*np.array([[at[0]], [at[2]], [0.3]], np.float32))[0]
        if at[1] > below + 1.6:
            found.append(at)
    return found[:9]


def _jelly(mason: Mason, rng: np.random.Generator, at: Array) -> Array:
    """A jellyfish that shines at night; returns where its light is."""
    size = float(rng.uniform(0.16, 0.38))
    tone: Colour = (0.35, 0.62, 0.85) if rng.uniform() < 0.6 else (0.75, 0.40, 0.75)
    mason.at(float(at[0]), float(at[1]), float(at[2]))
    bell = [(0.80, -0.30), (1.02, -0.12), (0.96, 0.22), (0.70, 0.52), (0.36, 0.68), (0.0, 0.72)]
    mason.lathe([(r * size, h * size) for r, h in bell], materials.CRYSTAL, tone, glow=0.45, sides=16)
    for k in range(9):
        turn, long = k * 0.698, float(rng.uniform(1.6, 3.4)) * size
        t = np.linspace(0.0, 1.0, 7)
        sway = 0.16 * size * np.sin(t * 7.0 + rng.uniform(0, 6))
        r = (0.72 if k % 3 else 0.2) * size * (1.0 - 0.3 * t)
        path = np.stack([np.sin(turn) * r + sway, -0.25 * size - long * t, np.cos(turn) * r - sway], axis=1)
        mason.tube(path, np.linspace(0.05, 0.012, 7) * size, materials.CRYSTAL, tone, glow=0.30, sides=5)
    shine: Array = at + np.array([0.0, -0.2, 0.0])
    return shine


def _wreck(mason: Mason, rng: np.random.Generator, bottom: _Bottom) -> None:
    """The hull of a wooden ship that lies across the lane's end, heeled over, with ribs and a broken mast."""
    v = float(rng.uniform(13.0, 16.0))
    c, s = np.cos(bottom.turn), np.sin(bottom.turn)
    x, z = v * s, v * c
    skin = hull(15.0, 4.6, 3.4, 1.3, stern=0.6, ribs=19)
    heel = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.35, 0.6))
    lean = np.array([[np.cos(heel), np.sin(heel), 0.0], [-np.sin(heel), np.cos(heel), 0.0], [0.0, 0.0, 1.0]])
    floor = float(bottom.height(*np.array([[x], [z], [0.5]], np.float32))[0])
    mason.at(x, floor + 0.9, z, bottom.turn + float(rng.uniform(0.9, 1.5)))
    tone: Colour = (0.150, 0.125, 0.085)
    # Planks are missing along its side: the ribs show there.
    gaps = ((0, 7), (9, 12), (14, 19))
    for first, last in gaps:
        mason.sheet(skin[first:last] @ lean, materials.PLANKS, tone)
    mason.sheet((skin[:, 1:5] + [0.02, 0.02, 0.0]) @ lean, materials.PLANKS, tone)
    mason.polygon(skin[0] @ lean, materials.PLANKS, tone)
    for k in range(1, 18):
        mason.tube(skin[k] @ lean, 0.085, materials.PLANKS, (0.12, 0.10, 0.075), sides=6)
    for rim in (0, -1):
        mason.tube(skin[:, rim] @ lean, 0.11, materials.PLANKS, (0.13, 0.11, 0.08), sides=6)
    mason.sheet(np.stack([skin[:11, 0], skin[:11, -1]], axis=1) * [0.95, 0.8, 1.0] @ lean, materials.PLANKS, tone)
    mast = np.array([[0.0, -1.0, 0.4], [0.0, 2.6, 0.4], [0.1, 4.3, 0.5]])
    mason.tube(mast @ lean, [0.22, 0.19, 0.16], materials.PLANKS, tone, sides=9)
    spar = np.array([[-2.3, 2.9, 0.5], [2.1, 3.3, 0.4]])
    mason.tube(spar @ lean, 0.09, materials.PLANKS, tone, sides=7)


def _lit(light: Light) -> Light:
    """The hour's light under the surface; white sand by day is as bright as snow."""
    below = under_water(SURFACE)(light)
    return replace(below, exposure=below.exposure * (0.64 if light.sun[1] > 1.5 else 1.0))


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a reef."""
    bottom = _Bottom(rng)
    garden, mason = Garden(rng), Mason()

    def ground(points: Array) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        y = bottom.height(x, z, np.maximum(np.hypot(x, z) * np.float32(0.008), 0.05))
        return np.stack([x, y, z], axis=1).astype(np.float64)

    def rocky(points: Array) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        return points[bottom.reef(x, z, np.full_like(x, 0.3)) > 0.30]

    asked = wish.tint("flowers", "rock")
    tones = CORAL if asked is None else tuple(asked if k % 2 == 0 else tone for k, tone in enumerate(CORAL))
    spots = ground(rocky(scatter(rng, 2.4, 42.0, round(400 * wish.density), 0.20)))
    for foot in spots:
        away = float(np.hypot(foot[0], foot[2]))
        tone = tones[int(rng.integers(len(tones)))]
        size = min(float(rng.uniform(0.35, 1.1)), 0.25 * away)
        kind = rng.uniform()
        if kind < 0.38:
            if away < 24:
                _branching(mason, rng, foot, size, tone, 1.0 - away / 24)
        elif kind < 0.58:
            _table(mason, foot, size * 0.9, tone, float(rng.uniform(0, 6)))
    heads = ground(rocky(scatter(rng, 2.6, 90.0, round(700 * wish.density), 0.20)))
    n = len(heads)
    wide = np.minimum(rng.uniform(0.10, 0.50, n), 0.13 * np.hypot(heads[:, 0], heads[:, 2]))
    picked = np.array(tones)[rng.integers(len(tones), size=n)]
    stones = Stones(
        centre=heads + np.array([[0, 1, 0]]) * (wide * 0.25)[:, None],
        axes=np.stack([wide, wide * rng.uniform(0.55, 1.0, n), wide], axis=1),
        turn=rng.uniform(0, 2 * np.pi, n),
        colour=picked * rng.uniform(0.6, 1.1, (n, 1)),
        uneven=np.full(n, 0.20),
        moss=np.zeros(n),
        glow=np.zeros(n),
    )
    fans = ground(rocky(scatter(rng, 2.2, 60.0, round(900 * wish.density), 0.12)))
    tall = np.minimum(rng.uniform(0.18, 0.6, len(fans)), 0.2 * np.hypot(fans[:, 0], fans[:, 2]))
    tints = np.array(tones)[rng.integers(len(tones), size=len(fans))] * rng.uniform(0.5, 1.0, (len(fans), 1))
    garden.tufts(fans, tall * 0.9, tall, tints, sprites.FERN, 0.8)
    _on_sand(mason, garden, ground(scatter(rng, 1.8, 24.0, round(110 * wish.density), 0.22)), tones)
    if "grass" not in wish.without:
        grass = ground(scatter(rng, 2.0, 40.0, round(2400 * wish.density), 0.07))
        x, z = grass[:, 0].astype(np.float32), grass[:, 2].astype(np.float32)
        grass = grass[noise.rough()(x / 11 + bottom.at[0], z / 11) > 0.55]
        high = rng.uniform(0.10, 0.34, len(grass))
        garden.tufts(grass, high * 0.8, high, garden.tints(len(grass), (0.09, 0.15, 0.03), 0.25), sprites.GRASS, 0.8)
        weed = ground(spread(rng, 5.0, 90.0, round(700 * wish.density), 1.2))
        x, z = weed[:, 0].astype(np.float32), weed[:, 2].astype(np.float32)
        weed = weed[bottom.reef(x, z, np.full_like(x, 0.3)) > 0.1]
        high = np.minimum(rng.uniform(0.8, 2.6, len(weed)), 0.3 * np.hypot(weed[:, 0], weed[:, 2]))
        garden.tufts(weed, high * 0.30, high, garden.tints(len(weed), (0.10, 0.12, 0.03), 0.25), sprites.GRASS, 0.8)
    if "animals" not in wish.without:
        for tone_pair in FISH:
            for _ in range(2):
                turn, far = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(4.0, 16.0))
                middle = np.array([np.sin(turn) * far, rng.uniform(-0.2, 3.2), -np.cos(turn) * far])
                heading, swim = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.22, 0.62))
                for _ in range(int(rng.integers(7, 26))):
                    place = middle + rng.normal(0, 1.0, 3) * np.array([1.0, 0.45, 1.0]) * (0.5 + far * 0.10)
                    below = bottom.height(*np.array([[place[0]], [place[2]], [0.3]], np.float32))[0]
                    if np.linalg.norm(place) > 2.2 and below < place[1] - 0.3:
                        _fish(
                            mason,
                            place,
                            heading + float(rng.normal(0, 0.2)),
                            swim * float(rng.uniform(0.8, 1.2)),
                            tone_pair,
                        )
    lamps = None
    if "animals" not in wish.without:
        shine = [_jelly(mason, rng, at) for at in _afloat(rng, bottom)]
        lamps = Lamps.at(np.array(shine), (0.30, 0.75, 1.1), 9.0) if shine else None
    if "ships" not in wish.without:
        _wreck(mason, rng, bottom)
    sea = Water(level=SURFACE, swell=0.16, chop=0.14)
    return Scene(
        height=bottom.height,
        shade_ground=bottom.shade,
        ceiling=sea.height,
        shade_ceiling=sea.from_below,
        clear_ceiling=True,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        meshes=mason.meshes(),
        lamps=lamps,
        light=_lit,
        shadow_reach=40.0,
        smooth=0.2,
        open_sky=1.2,
        shafts=0.5,
        rain=False,
        snow=0.0,
    )


PLACE = Place(
    name="reef",
    words=(
        "reefs", "coral reef", "coral reefs", "underwater", "under water", "undersea", "seabed", "sea bed",
        "sea floor", "seafloor", "ocean floor", "bottom of the sea", "bottom of the ocean", "under the sea",
        "beneath the sea", "beneath the waves", "beneath the ocean", "under the ocean", "deep sea", "kelp forest",
        "great barrier reef", "barrier reef", "sunken city", "sunken temple", "sunken ship", "coral garden",
        "coral gardens", "submerged", "aquarium", "submarine", "scuba diving", "snorkeling", "riff", "riffe",
        "korallenriff", "korallenriffe", "unterwasser", "unterwasserwelt", "meeresgrund", "meeresboden",
        "unter wasser", "tiefsee", "arrecife", "arrecifes", "arrecife de coral", "bajo el agua", "bajo el mar",
        "submarino", "fondo del mar", "fondo marino", "mundo submarino",
    ),
    build=build,
    sky=False,
    hints=(
        "coral", "corals", "fish", "fishes", "tropical fish", "jellyfish", "sharks", "shark", "mermaid", "mermaids",
        "sea turtle", "sea turtles", "divers", "diver", "korallen", "fische", "coral colorido", "peces", "octopus",
    ),
    nouns=(
        "a coral reef", "a reef", "the sea floor", "coral gardens",
    ),
    shows=(
        "coral", "corals", "fish", "fishes", "tropical fish", "seaweed", "shipwreck", "starfish", "jellyfish",
        "seagrass",
    ),
    whole=True,
    roles=(),
)  # fmt: skip
