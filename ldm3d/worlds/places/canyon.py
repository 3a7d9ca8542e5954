"""A canyon: a winding gorge between banded red walls that rise in steps, a shallow stream on its floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.light import Light, mix
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
RIM = 95.0
SAND = (0.345, 0.235, 0.150)
# Where a wall is steep and where it rests: the share of its height that is reached at shares of its width.
LEDGES = ((0.00, 0.06, 0.16), (0.13, 0.20, 0.30), (0.34, 0.40, 0.28), (0.60, 0.68, 0.26))
BANDS = np.array(
    [(0.40, 0.165, 0.080), (0.47, 0.225, 0.115), (0.33, 0.120, 0.062), (0.52, 0.31, 0.175), (0.42, 0.185, 0.095)],
    np.float32,
)


class _Gorge:
    """The walls: a function of the distance from a winding line, cut into steps, with buttresses and side gorges."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 6).astype(np.float32)
        self.turn = rng.uniform(-0.35, 0.35)
        self.phase = rng.uniform(0, 2 * np.pi, 2)
        self.half = rng.uniform(7.0, 9.0)
        self.rim = RIM * wish.scale
        asked, ground = wish.tint("rock"), wish.tint("ground")
        self.sand = mix(SAND, ground, 0.6) if ground else SAND
        # Bands of another rock keep their steps of brightness.
        tones = BANDS.mean(axis=1, keepdims=True) / BANDS.mean()
        self.bands = (
            BANDS if asked is None else 0.3 * BANDS + np.clip(tones * np.array([asked], np.float32), 0, 0.9) * 0.5
        )
        # The eye stands beside the stream, which runs on the other side of the middle.
        self.side = float(rng.choice([-1.0, 1.0])) * rng.uniform(2.2, 3.0)
        self.shift = 0.0
        self.shift = float(self._wind(np.zeros(1, np.float32))[0]) + 0.35 * self.side

    def _wind(self, along: Array) -> Array:
        """Metres to which the gorge has wandered sideways."""
        wide = np.sin(along * np.float32(1 / 62) + np.float32(self.phase[0])) * np.float32(26.0)
        value: Array = wide + np.sin(along * np.float32(1 / 21) + np.float32(self.phase[1])) * np.float32(4.0)
        return value

    def across(self, x: Array, z: Array) -> Array:
        """Metres from the gorge's middle, positive to the right."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        value: Array = x * c - z * s + np.float32(self.shift) - self._wind(x * s + z * c)
        return value

    def stream(self, x: Array, z: Array) -> Array:
        """Metres from the middle of the stream."""
        bend = noise.hills()(x * np.float32(1 / 130) + self.at[4], z * np.float32(1 / 130) + self.at[5])
        value: Array = np.abs(self.across(x, z) + np.float32(self.side) + bend * np.float32(1.1))
        return value

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        off = np.abs(self.across(x, z))
        broad = np.maximum(f, np.float32(1.6))
        bays = noise.hills()(x * np.float32(1 / 210) + at[0], z * np.float32(1 / 210) + at[1], f / 210)
        cracks = noise.rough()(x * np.float32(1 / 46) + at[2], z * np.float32(1 / 46) + at[3], broad / 46)
        crags = noise.ridges()(x * np.float32(1 / 70) + at[3], z * np.float32(1 / 70) + at[0], broad / 70)
        wall = (off - np.float32(self.half) + bays * 2.6 + cracks * 0.8 - crags * 1.6) * np.float32(1 / 46)
        share = np.zeros_like(off)
        for low, high, rise in LEDGES:
            # Every step has its own edge, so that ledges come and go.
            edge = np.float32(0.018) * noise.rough()(
                x * np.float32(1 / 31) + np.float32(low), z * np.float32(1 / 31) + at[1], f / 31
            )
            share += smoothstep(low, high, wall + edge) * np.float32(rise)
        talus = smoothstep(-0.10, 0.03, wall) * np.float32(2.6) + smoothstep(0.0, 0.9, wall) * np.float32(7.0)
        bed = smoothstep(0.3, 2.6, self.stream(x, z)) * np.float32(0.75) - np.float32(0.42)
        gravel = 0.07 * noise.rough()(x * np.float32(1 / 9), z * np.float32(1 / 9), f / 9)
        calm = 1.0 - np.exp(-(x * x + z * z) * np.float32(1 / 10))
        floor = bed * calm + (1.0 - calm) * 0.33 + gravel - np.float32(0.33)
        height: Array = floor + talus + share * np.float32(self.rim) * (1.0 + 0.10 * bays) - EYE
        return height

    def shade(self, hit: Hit, shader: Shader) -> Array:
        p, f = hit.p, hit.footprint
        x, y, z = p[0], p[1], p[2]
        warp = noise.hills()(x * np.float32(1 / 170), z * np.float32(1 / 170), f / 170)
        level = (y + warp * np.float32(2.2)) * np.float32(1 / 5.2)
        low = np.floor(level)
        fine = noise.rough()(y * np.float32(1 / 11), (x + z) * np.float32(1 / 260), f / 11)
        streak = noise.grain()((x - z) * np.float32(1 / 13), y * np.float32(1 / 120), f / 13)
        count = len(self.bands)
        here = self.bands[(low.astype(np.int32) * 7 + 3) % count].T
        above = self.bands[((low.astype(np.int32) + 1) * 7 + 3) % count].T
        rock = here + (above - here) * smoothstep(0.80, 1.0, level - low)
        rock = rock * (1.0 + 0.20 * fine + 0.07 * streak)
        grit = noise.grain()(x * np.float32(1 / 1.7), z * np.float32(1 / 1.7), f / 1.7)
        blots = noise.rough()(x * np.float32(1 / 7), z * np.float32(1 / 7), f / 7)
        sand = colour(self.sand) * np.clip(1.0 + 0.14 * grit + 0.16 * blots, 0.4, 1.7)
        # Gravel lies in tongues, and old mud has dried to plates.
        gravel = smoothstep(0.2, 1.1, blots) * smoothstep(0.5, 1.3, grit) * np.clip(1.4 - f * 9.0, 0.0, 1.0)
        sand += (colour((0.20, 0.125, 0.095)) - sand) * (0.8 * gravel)
        plates = noise.ridges()(x * np.float32(1 / 3.3), z * np.float32(1 / 3.3), f / 3.3)
        mud = smoothstep(0.5, 1.2, -blots)
        sand = sand * (1.0 - 0.45 * mud * smoothstep(0.55, 0.75, plates))
        steep = smoothstep(0.10, 0.34, 1.0 - hit.normal[1])
        albedo = sand + (rock - sand) * steep
        wet = 1.0 - smoothstep(1.0, 3.2, self.stream(x, z))
        albedo = albedo * (1.0 - 0.45 * wet * (1.0 - steep))
        # Joints and pits, finer than the height field.
        bump = noise.rough()((x + z) * np.float32(1 / 3.1), y * np.float32(1 / 1.7), f / 2.0)
        normal = hit.normal.copy()
        normal[1] += bump * 0.16 * steep
        flat = (1.0 - steep) * np.clip(1.3 - f * 2.0, 0.0, 1.0)
        normal[0] += (0.14 * blots + 0.12 * grit * np.clip(1.2 - f * 8.0, 0.0, 1.0)) * flat
        normal[2] += 0.10 * (plates - 0.4) * flat
        normal /= np.sqrt(dot(normal, normal))
        # Deep down only a strip of sky is left, and the walls throw their red on each other.
        deep = np.clip((y + EYE) * np.float32(1 / self.rim), 0.0, 1.0)
        free = (0.42 + 0.58 * deep) * (0.5 + 0.5 * shader.shadows.open_sky(x, z))
        rgb = shader.lit(np.clip(albedo, 0.01, 0.9), normal, p, free=free)
        # A low sun hardly reaches the walls that would throw it on.
        strength = np.float32(0.12 + min(float(shader.toward[1]), 0.88))
        bounce = shader.sun_colour * colour((0.040, 0.021, 0.012)) * ((1.0 - deep) * strength)
        value: Array = rgb + albedo * bounce * np.float32(3.0)
        return value


def _level_spot(gorge: _Gorge) -> Array:
    """A point [2] on the dry floor, a few metres down the gorge."""
    line = np.stack(np.meshgrid(np.linspace(-12, 12, 33), np.linspace(7.0, 13.0, 7)), axis=-1).reshape(-1, 2)
    c, s = np.cos(gorge.turn), np.sin(gorge.turn)
    points = np.stack([line[:, 0] * c - line[:, 1] * s, -line[:, 0] * s - line[:, 1] * c], axis=1)
    x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
    # As far as it can be from both the stream and the wall.
    room = np.minimum(gorge.stream(x, z) - 0.6, np.float32(gorge.half - 1.0) - np.abs(gorge.across(x, z)))
    value: Array = points[int(np.argmax(np.minimum(room, 2.2)))]
    return value


def _campfire(mason: Mason, rng: np.random.Generator, foot: Array) -> Array:
    """A fire of logs in a ring of stones; returns where its light is [2, 3]."""
    mason.at(float(foot[0]), float(foot[1]), float(foot[2]), float(rng.uniform(0, 6.28)))
    for k in range(6):
        turn = k * 1.05 + float(rng.normal(0, 0.15))
        out = np.array([np.sin(turn), 0.0, np.cos(turn)])
        log = np.stack([out * 0.55, out * -0.06]) + np.array([[0.0, -0.05, 0.0], [0.0, 0.42, 0.0]])
        mason.tube(
            log, [0.06, 0.045], materials.LOGS,
                   (0.10, 0.075, 0.06), sides=7)  # fmt: skip
        for side, tall in ((0.10, 0.62), (0.20, 0.38)):
            at = (float(out[0]) * side, 0.08, float(out[2]) * side)
            mason.lathe([(0.085, 0.0), (0.10, 0.12), (0.045, tall * 0.6), (0.0, tall)], materials.PLAIN,
                        (1.0, 0.34 + 0.5 * side, 0.06), glow=2.6, sides=7, middle=at)  # fmt: skip
    for k in range(11):
        turn, size = k * 0.571, float(rng.uniform(0.09, 0.15))
        mason.lathe([(size, -0.06), (size * 1.1, 0.05), (size * 0.6, 0.14), (0.0, 0.16)], materials.ROCK,
                    (0.24, 0.15, 0.11), sides=7, smooth=False,
                    middle=(0.72 * float(np.sin(turn)), 0.0, 0.72 * float(np.cos(turn))))  # fmt: skip
    mason.tube([(-1.5, 0.16, 0.7), (-1.1, 0.16, -0.9)], 0.19, materials.LOGS, (0.22, 0.16, 0.11), sides=10)
    value: Array = mason.to_world([(0.0, 0.7, 0.0), (0.0, 1.6, 0.0)])
    return value


def _adapted(light: Light) -> Light:
    """By night the eye is used to the dark between the walls."""
    return replace(light, exposure=light.exposure * (1.5 if light.night else 1.0))


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a canyon."""
    gorge = _Gorge(rng, wish)

    def ground(points: Array) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        y = gorge.height(x, z, np.maximum(np.hypot(x, z) * np.float32(0.006), 0.02))
        return np.stack([x, y, z], axis=1).astype(np.float64)

    mason, fire = Mason(), _level_spot(gorge)

    def on_floor(points: Array, within: float, dry: float) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        # Nothing stands on a wall, nor on a ledge too narrow for it.
        around = [gorge.height(x + dx, z + dz, np.full_like(x, 0.6)) for dx in (-1.4, 1.4) for dz in (-1.4, 1.4)]
        level = np.ptp(np.stack(around), axis=0) < 1.6
        level &= np.hypot(points[:, 0] - fire[0], points[:, 1] - fire[1]) > 1.7
        kept: Array = points[(np.abs(gorge.across(x, z)) < within) & (gorge.stream(x, z) > dry) & level]
        return kept

    garden = Garden(rng)
    trees = ground(on_floor(scatter(rng, 9.0, 150.0, round(90 * wish.density), 2.5), gorge.half + 2.0, 2.4))
    brush = ground(on_floor(scatter(rng, 3.0, 110.0, round(420 * wish.density), 0.7), gorge.half + 5.0, 1.9))
    reeds = ground(on_floor(scatter(rng, 1.8, 60.0, round(2600 * wish.density), 0.08), gorge.half + 2.0, 1.2))
    bare = {"trees"} & set(wish.without)
    for foot in trees if not bare else trees[:0]:
        away = float(np.hypot(foot[0], foot[2]))
        garden.broadleaf(
            foot, rng.uniform(4.5, 9.0), rng.uniform(1.6, 2.9), (0.085, 0.125, 0.030),
            detail=float(np.clip(1.15 - np.log2(away / 6.0) * 0.25, 0.1, 0.9)), bark=(0.20, 0.16, 0.12),
            crown_from=0.38, trunk=0.022,
        )  # fmt: skip
    for foot in brush if "grass" not in wish.without else brush[:0]:
        away = float(np.hypot(foot[0], foot[2]))
        garden.bush(foot, rng.uniform(0.3, 0.8), (0.12, 0.13, 0.055), detail=float(np.clip(1.1 - away / 30, 0.1, 0.8)))
    if "grass" not in wish.without and len(reeds):
        tall = rng.uniform(0.14, 0.42, len(reeds))
        garden.tufts(reeds, tall, tall, garden.tints(len(reeds), (0.15, 0.165, 0.055), 0.2), sprites.GRASS, 0.7)
    lamps = Lamps.at(_campfire(mason, rng, ground(fire[None])[0]), (17.0, 8.5, 3.0), 26.0)
    rocks = ground(
        np.concatenate(
            [
                on_floor(scatter(rng, 3.6, 160.0, 220, 1.0), gorge.half + 9.0, 0.0),
                on_floor(scatter(rng, 1.3, 26.0, 420, 0.05), gorge.half + 2.0, 0.0),
            ]
        )
    )
    n = len(rocks)
    big = rng.uniform(0, 1, n) < 0.13
    width = np.where(big, rng.uniform(0.5, 1.6, n), rng.uniform(0.03, 0.20, n))
    width = np.minimum(width, 0.13 * np.hypot(rocks[:, 0], rocks[:, 2]))
    stones = boulders(
        garden, rocks, width, (0.37, 0.185, 0.105), spread=0.18, raised=0.22, flat=(0.55, 0.95), uneven=0.22
    )
    return Scene(
        height=gorge.height,
        shade_ground=gorge.shade,
        water=Water(level=-EYE - 0.42, chop=0.022, deep=(0.030, 0.055, 0.040), shallow=(0.16, 0.13, 0.075)),
        meshes=mason.meshes(),
        lamps=lamps,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        moss=(0.42, 0.25, 0.14),
        shadow_reach=60.0,
        relief=True,
        smooth=0.25,
        open_sky=0.9,
        light=_adapted,
        exposure=1.12,
    )


PLACE = Place(
    name="canyon",
    words=(
        "canyons", "grand canyon", "gorge", "gorges", "ravine", "ravines", "slot canyon", "antelope canyon",
        "bryce canyon", "zion", "mesa", "mesas", "butte", "buttes", "monument valley", "badlands", "arizona",
        "utah", "chasm", "abyss", "hoodoos", "schlucht", "schluchten", "klamm", "felsschlucht", "abgrund", "cañón",
        "cañon", "cañones", "gran cañón", "gran cañon", "desfiladero", "barranco", "quebrada", "garganta",
    ),
    build=build,
    hints=(
        "red rocks", "cliff", "cliffs", "rock formations", "sandstone", "rock walls", "felsen", "klippen",
        "acantilado", "acantilados",
    ),
    nouns=(
        "a canyon", "a gorge", "the grand canyon", "a ravine",
    ),
    shows=(
        "cliff", "cliffs", "rock walls", "rock formations", "rocks", "sandstone", "boulders", "campfire",
    ),
    stuff="rock",
    roles=('ground', 'backdrop'),
)  # fmt: skip
