"""An alien planet: arches and needles of rock, craters with pools, mushrooms, crystals, a ringed planet above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.heavens import Body, Heavens
from ldm3d.worlds.light import Light, luma, mix, times
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Lamps, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
POOL = -EYE - 1.25


@dataclass(frozen=True)
class _World:
    """Colours of a planet: its sky above and low, ground, rock, caps, stems, leaves, what glows, and its pools."""

    zenith: Colour
    horizon: Colour
    ground: Colour
    rock: Colour
    cap: Colour
    leaf: Colour
    glow: Colour
    pool: Colour
    planet: tuple[Colour, Colour]


WORLDS = (
    _World((0.24, 0.07, 0.52), (1.00, 0.46, 0.34), (0.27, 0.125, 0.105), (0.25, 0.105, 0.115), (0.52, 0.07, 0.30),
           (0.02, 0.20, 0.19), (0.12, 0.85, 0.80), (0.02, 0.30, 0.32), ((0.90, 0.60, 0.40), (0.55, 0.22, 0.22))),
    _World((0.03, 0.25, 0.30), (0.72, 0.80, 0.38), (0.150, 0.115, 0.190), (0.120, 0.100, 0.185), (0.66, 0.24, 0.04),
           (0.34, 0.035, 0.050), (0.45, 0.92, 0.22), (0.24, 0.34, 0.04), ((0.62, 0.52, 0.90), (0.25, 0.20, 0.55))),
    _World((0.46, 0.11, 0.30), (1.00, 0.64, 0.58), (0.36, 0.255, 0.150), (0.30, 0.175, 0.125), (0.07, 0.18, 0.56),
           (0.17, 0.045, 0.20), (0.95, 0.24, 0.80), (0.30, 0.05, 0.22), ((0.50, 0.80, 0.90), (0.18, 0.34, 0.55))),
)  # fmt: skip


def _sky(world: _World) -> Callable[[Light], Light]:
    """The hour's light under another planet's air: each colour keeps its brightness, and what the hour gives it."""

    def hued(tone: Colour, hue: Colour, share: float) -> Colour:
        # Half of it is the planet's hue alone, half the hour's colour seen through it.
        through = (tone[0] * hue[0], tone[1] * hue[1], tone[2] * hue[2])
        own = mix(times(hue, luma(tone) / luma(hue)), times(through, luma(tone) / max(luma(through), 1e-6)), 0.5)
        return mix(tone, own, share)

    def changed(light: Light) -> Light:
        return replace(
            light,
            zenith=hued(light.zenith, world.zenith, 0.85),
            horizon=hued(light.horizon, world.horizon, 0.80),
            anti=hued(light.anti, world.horizon, 0.70),
            glow=hued(light.glow, world.horizon, 0.6),
            cloud=hued(light.cloud, world.horizon, 0.5),
            sun=hued(light.sun, world.horizon, 0.20),
            ground=hued(light.ground, world.ground, 0.7),
            veil_colour=hued(light.veil_colour, world.horizon, 0.5),
            veil_glow=hued(light.veil_glow, world.horizon, 0.5),
            cover=light.cover * 0.3 if light.cover < 0.7 else light.cover,
            fog=light.fog * 1.8,
            green=((1.0, 1.0, 1.0), 0.0),
        )

    return changed


class _Ground:
    """A plain of craters with far needles; the eye stands level."""

    def __init__(self, rng: np.random.Generator, world: _World, wish: Wish) -> None:
        self.world, self.tall = world, wish.scale
        self.at = rng.uniform(0, 1, 6).astype(np.float32)
        self.turn = rng.uniform(-0.5, 0.5)
        self.craters: list[tuple[float, float, float]] = []
        for k, size in enumerate((9.0, 6.0, 24.0, 14.0, 4.0, 3.0, 48.0, 5.0, 20.0, 34.0)):
            radius = size * rng.uniform(0.85, 1.2)
            turn = self.turn + 0.5 + k * 2.4 + rng.normal(0, 0.2)
            far = radius * 1.32 + rng.uniform(2.0, 6.0) + 5.0 * k if k else radius * 1.12 + rng.uniform(1.2, 2.0)
            self.craters.append((far * np.sin(turn), -far * np.cos(turn), radius))
        asked = wish.tint("ground", "rock")
        self.soil = world.ground if asked is None else asked

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        rho = np.hypot(x, z)
        swell = noise.hills()(x * np.float32(1 / 190) + at[0], z * np.float32(1 / 190) + at[1], f / 190)
        lumps = noise.rough()(x * np.float32(1 / 14) + at[2], z * np.float32(1 / 14) + at[3], f / 14)
        needles = noise.ridges()(x * np.float32(1 / 2100) + at[4], z * np.float32(1 / 2100) + at[5], f / 2100)
        land = swell * 0.8 * smoothstep(2.0, 30.0, rho) + 0.14 * lumps * smoothstep(0.8, 4.0, rho)
        land += smoothstep(60.0, 500.0, rho) * swell * 5.0
        far = smoothstep(420.0, 2300.0, rho)
        land += far * (20.0 + 820.0 * np.maximum(needles - 0.12, 0.0) ** 1.5) * np.float32(self.tall)
        for cx, cz, radius in self.craters:
            dx, dz = x - np.float32(cx), z - np.float32(cz)
            near = np.flatnonzero((np.abs(dx) < 1.9 * radius) & (np.abs(dz) < 1.9 * radius))
            if near.size:
                out = np.hypot(dx[near], dz[near]) * np.float32(1 / radius) + 0.05 * lumps[near]
                bowl = -0.32 * np.clip(1.0 - out * out, 0.0, 1.0) * smoothstep(1.05, 0.6, out)
                # The first one lies open before the eye.
                rim = np.float32(0.03 if (cx, cz, radius) == self.craters[0] else 0.12)
                land[near] += np.float32(radius) * (bowl + rim * np.exp(-(((out - 1.0) / 0.17) ** 2)))
        calm = np.exp(-rho * rho * np.float32(1 / 6))
        value: Array = land * (1.0 - calm) - np.float32(EYE)
        return value

    def shade(self, hit: Hit, shader: Shader) -> Array:
        p, f, world = hit.p, hit.footprint, self.world
        x, y, z = p
        steep = 1.0 - hit.normal[1]
        blots = noise.rough()(x * np.float32(1 / 11), z * np.float32(1 / 11), f / 11)
        fine = noise.grain()(x * np.float32(1 / 1.3), z * np.float32(1 / 1.3), f / 1.3)
        broad = noise.rough()(z * np.float32(1 / 170), x * np.float32(1 / 170), f / 170)
        cracks = noise.ridges()(x * np.float32(1 / 8), z * np.float32(1 / 8), f / 8)
        bands = noise.rough()(y * np.float32(1 / 70), (x + z) * np.float32(1 / 900), f / 70)
        soil = colour(self.soil) * np.clip(1.0 + 0.20 * blots + 0.16 * fine + 0.15 * broad, 0.4, 1.8)
        rock = colour(world.rock) * np.clip(0.8 + 0.5 * cracks + 0.35 * bands + 0.12 * fine, 0.3, 2.0)
        albedo = soil + (rock - soil) * smoothstep(0.16, 0.36, steep + 0.04 * blots)
        # Mats of something that grows, and veins that glow where it is damp.
        mat = smoothstep(0.55, 1.25, blots + 0.7 * broad) * (1.0 - smoothstep(0.10, 0.25, steep))
        albedo += (colour(world.leaf) * (1.0 + 0.3 * fine) - albedo) * (mat * 0.85)
        damp = np.exp(-np.maximum(y - np.float32(POOL), 0.0) * 2.2)
        albedo = albedo * (1.0 - 0.5 * damp)
        normal = hit.normal.copy()
        normal[0] += 0.14 * blots * np.clip(1.2 - f, 0, 1) + fine * np.clip(0.3 - f, 0.0, 0.3)
        normal[2] += 0.30 * (cracks - 0.35) * np.clip(1.4 - f, 0.2, 1.0)
        normal /= np.sqrt(dot(normal, normal))
        free = 0.40 + 0.60 * shader.shadows.open_sky(x, z)
        rgb = shader.lit(np.clip(albedo, 0.006, 0.9), normal, p, free=free)
        veins = smoothstep(0.66, 0.86, cracks) * damp * np.clip(1.5 - f * 2.0, 0.0, 1.0)
        value: Array = rgb + colour(world.glow) * (veins * np.float32(0.10 + 0.25 * shader.light.lamps))
        return value


def _lumpy(rng: np.random.Generator, rows: int, columns: int, strength: float) -> Array:
    """Factors [rows, columns] around 1 that change slowly along both axes, the second one closed."""
    field = rng.normal(0, 1, (rows, columns))
    for axis in (0, 1, 1):
        field = (field + np.roll(field, 1, axis) + np.roll(field, -1, axis)) / 1.75
    value: Array = np.exp(strength * field)
    return value


def _arch(mason: Mason, rng: np.random.Generator, span: float, tall: float, thick: float, tone: Colour) -> None:
    """An arch of rock across the mason's x axis, its feet sunk into the ground."""
    rows, sides = 34, 14
    t = np.linspace(-0.09, np.pi + 0.09, rows)
    lean, skew = rng.normal(0, 0.10) * tall, rng.uniform(-0.25, 0.25)
    middle = np.stack([-np.cos(t) * span / 2 * (1.0 + skew * np.sin(t)), np.sin(t) * tall, np.sin(t) ** 2 * lean], 1)
    girth = thick * (0.62 + 0.95 * np.abs(np.cos(t)) ** 2.2)
    outward = np.stack([-np.cos(t) * tall, np.sin(t) * span / 2, np.zeros(rows)], axis=1)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    a = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = outward[:, None] * np.cos(a)[:, None] + np.array([0.0, 0.0, 1.0]) * np.sin(a)[:, None]
    grid = middle[:, None] + ring * (girth[:, None] * _lumpy(rng, rows, sides, 0.17))[..., None]
    mason.sheet(grid, materials.ROCK, tone, closed=(False, True))


def _needle(mason: Mason, rng: np.random.Generator, tall: float, girth: float, tone: Colour) -> None:
    """A needle of rock with waists and a head, leaning a little."""
    rows, sides = 15, 11
    t = np.linspace(0.0, 1.0, rows)
    waist = 1.0 + 0.24 * np.sin(t * rng.uniform(9, 15) + rng.uniform(0, 6))
    radius = girth * (1.0 - 0.78 * t**0.8) * waist + girth * 0.30 * np.exp(-(((t - 0.9) / 0.06) ** 2))
    radius[-1] = 0.0
    radius[0] *= 1.5
    bend = rng.normal(0, 0.10, 2) * tall
    a = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    lumpy = _lumpy(rng, rows, sides, 0.14) * radius[:, None]
    grid = np.stack([np.sin(a) * lumpy + bend[0] * t[:, None] ** 1.7,
                     np.repeat(t[:, None] * tall - 0.04 * tall, sides, 1),
                     np.cos(a) * lumpy + bend[1] * t[:, None] ** 1.7], axis=-1)  # fmt: skip
    mason.sheet(grid, materials.ROCK, tone, closed=(False, True))


def _mushroom(mason: Mason, rng: np.random.Generator, tall: float, world: _World, cap: Colour) -> None:
    """A giant mushroom: a bent stem, a cap whose underside and rim glow."""
    wide, bend = tall * rng.uniform(0.32, 0.52), rng.normal(0, 0.10, 2) * tall
    t = np.linspace(0.0, 1.0, 7)
    path = np.stack([bend[0] * t**2, t * tall - 0.15, bend[1] * t**2], axis=1)
    stem = tall * 0.045 * (1.0 + 0.9 * (1.0 - t) ** 3 + 0.35 * t**4)
    mason.tube(path, stem, materials.PLASTER, (0.40, 0.34, 0.33), sides=9)
    top = (float(path[-1, 0]), float(path[-1, 1]), float(path[-1, 2]))
    under = [(0.05 * tall, -0.02 * wide), (0.5 * wide, -0.05 * wide), (0.96 * wide, -0.20 * wide)]
    mason.lathe(under, materials.PLASTER, world.glow, glow=0.40, sides=22, middle=top)
    dome = [(0.96 * wide, -0.20 * wide), (1.02 * wide, -0.13 * wide), (0.93 * wide, 0.10 * wide),
            (0.70 * wide, 0.32 * wide), (0.38 * wide, 0.46 * wide), (0.0, 0.50 * wide)]  # fmt: skip
    mason.lathe(dome, materials.RUST, cap, sides=22, middle=top)
    mason.lathe([(0.95 * wide, -0.215 * wide), (1.03 * wide, -0.15 * wide)], materials.PLAIN, world.glow, glow=0.8,
                sides=22, middle=top)  # fmt: skip


def _pods(mason: Mason, rng: np.random.Generator, size: float, world: _World) -> None:
    """A few stalks that carry glowing bulbs."""
    for _ in range(int(rng.integers(2, 6))):
        foot, tip = rng.normal(0, 0.16, 2) * size, rng.normal(0, 0.42, 2) * size
        tall, r = size * rng.uniform(0.6, 1.2), size * rng.uniform(0.09, 0.17)
        t = np.linspace(0.0, 1.0, 5)[:, None]
        way = foot + (tip - foot) * t**1.8
        path = np.column_stack([way[:, 0], t[:, 0] * tall - 0.05, way[:, 1]])
        mason.tube(path, np.linspace(0.035, 0.02, 5) * size, materials.PLASTER, world.leaf, sides=6)
        bulb = [(0.0, -0.3), (0.55, 0.1), (0.95, 0.75), (1.0, 1.3), (0.8, 1.9), (0.42, 2.35), (0.0, 2.6)]
        mason.lathe([(r * a, r * b) for a, b in bulb], materials.CRYSTAL, world.glow, glow=0.55, sides=12,
                    middle=(float(path[-1, 0]), float(path[-1, 1]), float(path[-1, 2])))  # fmt: skip


def _crystals(mason: Mason, rng: np.random.Generator, size: float, world: _World) -> None:
    """A cluster of crystals that lean away from each other."""
    for k in range(int(rng.integers(4, 9))):
        turn, lean = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.75) * (k > 0)
        tall, thick = size * rng.uniform(0.35, 1.0) * (1.0 if k else 1.15), size * rng.uniform(0.06, 0.13)
        out = np.array([np.sin(turn), 0.0, np.cos(turn)])
        foot = out * size * 0.16 - np.array([0.0, 0.12 * size, 0.0])
        tip = foot + np.array([0.0, 1.0, 0.0]) * tall + out * lean * tall
        path = [foot, foot + (tip - foot) * 0.80, tip]
        mason.tube(path, [thick * 0.8, thick, 0.003], materials.CRYSTAL, world.glow, glow=0.30, sides=6)


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out an alien planet."""
    world = WORLDS[int(rng.integers(len(WORLDS)))]
    land, mason, garden = _Ground(rng, world, wish), Mason(), Garden(rng)

    def ground(points: Array, dry: float = 0.15) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        y = land.height(x, z, np.maximum(np.hypot(x, z) * np.float32(0.006), 0.05))
        return np.stack([x, y, z], axis=1).astype(np.float64)[y > POOL + dry]

    def stand(foot: Array, turn: float = 0.0) -> None:
        mason.at(float(foot[0]), float(foot[1]), float(foot[2]), turn)

    for k, (far, spin) in enumerate(((4.0, 0.0), (46.0, 1.0), (95.0, -0.75), (75.0, 2.8), (190.0, 0.25))):
        turn = land.turn + spin + float(rng.normal(0, 0.12))
        span = (34.0, 20.0, 42.0, 30.0, 80.0)[k] * float(rng.uniform(0.9, 1.15))
        tall = span * float(rng.uniform(0.5, 0.8)) * wish.scale
        stand(np.array([np.sin(turn) * far, -EYE - 1.0, -np.cos(turn) * far]), -turn + float(rng.normal(0, 0.3)))
        _arch(mason, rng, span, tall, span * float(rng.uniform(0.055, 0.085)), world.rock)
    if "rocks" not in wish.without:
        for foot in ground(scatter(rng, 17.0, 520.0, round(58 * wish.density), 1.1), -9.0):
            away = float(np.hypot(foot[0], foot[2]))
            tall = float(rng.uniform(0.16, 0.55)) * away**0.93 * wish.scale
            stand(foot)
            _needle(mason, rng, tall, tall * float(rng.uniform(0.09, 0.17)), world.rock)
    cap = wish.tint("foliage", "flowers") or world.cap
    shine = []
    if "trees" not in wish.without:
        for foot in ground(scatter(rng, 5.0, 150.0, round(95 * wish.density), 0.75)):
            away = float(np.hypot(foot[0], foot[2]))
            tall = min(float(rng.uniform(1.2, 7.5)), 0.42 * away) * wish.scale
            stand(foot)
            _mushroom(mason, rng, tall, world, cap)
            shine.append((*foot + np.array([0.0, 0.7 * tall, 0.0]), away))
    for foot in ground(scatter(rng, 2.5, 60.0, round(90 * wish.density), 0.5)):
        away = float(np.hypot(foot[0], foot[2]))
        stand(foot)
        _pods(mason, rng, min(float(rng.uniform(0.4, 1.3)), 0.28 * away), world)
        shine.append((*foot + np.array([0.0, 0.6, 0.0]), away))
    for foot in ground(scatter(rng, 4.5, 220.0, round(52 * wish.density), 0.9)):
        away = float(np.hypot(foot[0], foot[2]))
        stand(foot)
        _crystals(mason, rng, min(float(rng.uniform(0.6, 2.6)) * (1.0 + away / 70), 0.28 * away), world)
        shine.append((*foot + np.array([0.0, 0.8, 0.0]), away))
    shine = sorted(shine, key=lambda row: row[3])[:26]
    lamps = Lamps.at(np.array([row[:3] for row in shine]), tuple(1.0 * c for c in world.glow), 8.0) if shine else None  # type: ignore[arg-type]
    if "grass" not in wish.without:
        tufts = ground(scatter(rng, 1.6, 70.0, round(3000 * wish.density), 0.07))
        patch = noise.rough()(tufts[:, 0].astype(np.float32) / 13, tufts[:, 2].astype(np.float32) / 13)
        tufts = tufts[patch > 0.1]
        size = rng.uniform(0.10, 0.42, len(tufts))
        tints = garden.tints(len(tufts), world.leaf, 0.3)
        garden.tufts(tufts, size * 0.9, size, tints, (*sprites.FERN, *sprites.GRASS), 0.8)
    rocks = ground(np.concatenate([scatter(rng, 2.4, 160.0, 120, 0.6), scatter(rng, 1.5, 16.0, 90, 0.12)]))
    n = len(rocks)
    width = np.where(rng.uniform(0, 1, n) < 0.2, rng.uniform(0.4, 1.5, n), rng.uniform(0.04, 0.25, n))
    width = np.minimum(width, 0.13 * np.hypot(rocks[:, 0], rocks[:, 2]))
    stones = boulders(
        garden, rocks, width, world.rock, spread=0.16, flat=(0.5, 0.9), broad=(0.7, 1.25), uneven=0.30, moss=(0.0, 0.6)
    )
    ahead, side = float(np.degrees(land.turn)), float(rng.choice([-1.0, 1.0]))
    bodies = (
        Body(ahead + side * float(rng.uniform(12, 20)), 26.0, 15.5, world.planet[0], kind="gas",
             second=world.planet[1], ring=(1.35, 2.25), tilt=float(rng.uniform(14, 30))),
        Body(ahead - side * 38.0, 34.0, 3.4, (0.46, 0.40, 0.36), kind="rock"),
        Body(ahead - side * 118.0, 27.0, 2.2, (0.40, 0.47, 0.52), kind="ice", second=(0.22, 0.20, 0.26)),
    )  # fmt: skip
    return Scene(
        height=land.height,
        shade_ground=land.shade,
        water=Water(level=POOL, swell=0.0, chop=0.012, deep=tuple(0.16 * c for c in world.pool), shallow=world.pool),  # type: ignore[arg-type]
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        meshes=mason.meshes(),
        lamps=lamps,
        light=_sky(world),
        heavens=None if "planets" in wish.without else Heavens(bodies=bodies),
        moss=world.leaf,
        shadow_reach=80.0,
        relief=True,
        smooth=0.15,
        snow=0.5,
    )


PLACE = Place(
    name="alien",
    words=(
        "alien planet", "alien planets", "alien world", "alien worlds", "alien landscape", "exoplanet",
        "exoplanets", "extraterrestrial", "another planet", "distant planet", "strange planet", "mars", "martian",
        "red planet", "pandora", "other world", "otherworldly", "otherworld", "foreign planet", "moon surface",
        "lunar surface", "lunar landscape", "lunar", "surface of mars", "surface of the moon", "on the moon",
        "martian landscape", "unearthly", "alien jungle", "alien desert", "fremder planet", "fremden planeten",
        "ausserirdisch", "außerirdisch", "außerirdische", "außerirdischer", "exoplaneten", "mondlandschaft",
        "marslandschaft", "fremde welt", "auf dem mars", "auf dem mond", "planeta alienígena", "planeta extraño",
        "alienígena", "extraterrestre", "planeta desconocido", "marte", "en la luna", "paisaje lunar",
        "otro planeta", "planeta rojo",
    ),
    build=build,
    hints=(
        "aliens", "two moons", "two suns", "crashed spaceship", "three suns", "three moons", "ufo", "rover",
    ),
    nouns=(
        "an alien planet", "an alien world", "an alien landscape", "a strange planet",
    ),
    shows=(
        "moons", "rocks", "planets", "planet", "mushrooms", "giant mushrooms", "crystals", "craters", "arches",
    ),
    whole=True,
)  # fmt: skip
