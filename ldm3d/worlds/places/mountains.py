"""Mountains: a shoulder of meadow between a mountain's face and a deep valley with a lake, ranges of snow beyond."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, asked, scatter, spread
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.sky import colour, dot, smoothstep
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.water import Water

EYE = 1.7
LAKE = Water(level=-68.0, swell=0.0, chop=0.035, deep=(0.008, 0.050, 0.060), shallow=(0.04, 0.17, 0.16))


class _Range:
    """A shoulder of meadow, a valley with a lake, and the ranges around."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.tall = np.float32(wish.scale)
        self.stone = wish.tint("rock") or (0.205, 0.190, 0.178)
        self.green = wish.tint("ground") or (0.100, 0.150, 0.036)
        self.at = rng.uniform(0, 1, 6).astype(np.float32)
        # The valley opens ahead, a little to one side.
        self.open = rng.uniform(-0.5, 0.5)

    def land(self, x: Array, z: Array, footprint: Array) -> Array:
        """Height of the land, under water too."""
        at = self.at
        rho = np.hypot(x, z)
        meadow = noise.hills()(x * np.float32(1 / 160) + at[0], z * np.float32(1 / 160) + at[1], footprint / 160)
        near = np.minimum(rho * np.float32(1 / 45), 1.0)
        bumps = noise.rough()(x * np.float32(1 / 70), z * np.float32(1 / 70), footprint / 70)
        ahead = np.clip(
            (x * np.float32(np.sin(self.open)) - z * np.float32(np.cos(self.open))) / np.maximum(rho, 1.0), -1, 1
        )
        # The shoulder ends a few steps ahead, and the face begins a few steps behind.
        front, back = ahead * rho + 5.0 * meadow, -ahead * rho + 6.0 * meadow
        valley = smoothstep(5.0, 130.0, front)
        # Great forms from a coarse look at the ridges, and their edges from a finer one: otherwise they are all teeth.
        u, v = x * np.float32(1 / 8600) + at[2], z * np.float32(1 / 8600) + at[3]
        crags = 0.72 * noise.ridges()(u, v, np.maximum(footprint, 150.0) / 8600)
        crags += 0.28 * noise.ridges()(u, v, footprint / 8600)
        broad = noise.hills()(x * np.float32(1 / 7000) + at[4], z * np.float32(1 / 7000) + at[5], footprint / 7000)
        rise = smoothstep(300.0, 2100.0, rho + 130.0 * broad)
        face = noise.ridges()(x * np.float32(1 / 640) + at[5], z * np.float32(1 / 640) + at[0], footprint / 640)
        folds = 40.0 * (face - 0.4)
        behind = smoothstep(7.0, 95.0, back + 0.5 * folds) * 82.0 + smoothstep(60.0, 330.0, back + folds) * 270.0
        behind += smoothstep(200.0, 1300.0, back) * (170.0 + 380.0 * crags + 30.0 * face)
        massif = noise.hills()(z * np.float32(1 / 5200) + at[3], x * np.float32(1 / 5200) + at[4], footprint / 5200)
        tall = np.exp(0.40 * np.clip(massif, -2.0, 1.6)) * (230.0 + 1150.0 * crags) * (1.0 + 0.25 * broad) * self.tall
        slope = rise * tall * smoothstep(-900.0, 600.0, front) + behind * np.float32(self.tall) + rise * rho * 0.03
        height: Array = (
            meadow * near * (0.7 + 3.4 * near)
            + bumps * near * 0.35
            - 92.0 * valley * (1.0 - 0.75 * rise)
            + slope
            - EYE
            - 0.5 * near
        )
        return height

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        rho = np.hypot(x, z)
        steep = 1.0 - hit.normal[1]
        blots = noise.rough()(x * np.float32(1 / 13), z * np.float32(1 / 13), f / 13)
        fine = noise.grain()(x * np.float32(1 / 1.3), z * np.float32(1 / 1.3), f / 1.3)
        broad = noise.rough()(z * np.float32(1 / 210), x * np.float32(1 / 210), f / 210)
        cracks = noise.ridges()(
            x * np.float32(1 / 330), z * np.float32(1 / 330) + hit.p[1] * np.float32(1 / 270), f / 330
        )
        far = smoothstep(60.0, 400.0, rho)
        green = colour(self.green)
        grass = green + (colour((0.190, 0.165, 0.070)) - green) * smoothstep(-0.7, 1.4, blots + 0.6 * broad)
        grass = grass * np.clip(1.0 + 0.26 * fine + 0.10 * blots, 0.35, 1.8)
        high = hit.p[1] + 60.0 * broad
        # Woods cover the lower slopes far away.
        wood = far * (1.0 - smoothstep(110.0, 270.0, high))
        crowns = noise.billows()(x * np.float32(1 / 120), z * np.float32(1 / 120), f / 120) - 0.5
        wood = wood * smoothstep(-0.25, 0.15, broad + 0.3 * blots) * (1.0 - smoothstep(0.36, 0.5, steep))
        grass += (colour((0.026, 0.052, 0.026)) * (1.0 + 2.0 * crowns) - grass) * wood
        stone = colour(self.stone) * np.clip(0.72 + 0.75 * cracks + 0.18 * blots + 0.12 * broad, 0.3, 1.8)
        bare = np.clip(
            smoothstep(0.20, 0.34, steep + 0.05 * blots) * (0.35 + 0.65 * far) + smoothstep(300.0, 430.0, high),
            0.0,
            1.0,
        )
        albedo = grass + (stone - grass) * bare
        snow = smoothstep(190.0, 360.0, high + 160.0 * (hit.normal[1] - 0.6) + 70.0 * (cracks - 0.4)) * (
            1.0 - smoothstep(0.44, 0.66, steep + 0.16 * (cracks - 0.4))
        )
        albedo += (colour((0.80, 0.83, 0.88)) - albedo) * snow
        shore = (1.0 - smoothstep(0.5, 3.5, hit.p[1] - LAKE.level + 0.8 * blots)) * smoothstep(20.0, 60.0, rho)
        albedo += (colour((0.30, 0.27, 0.22)) - albedo) * shore * (1.0 - snow)
        normal = hit.normal.copy()
        bend = np.clip(0.3 - f, 0.0, 0.25)
        normal[0] += fine * bend + 0.55 * bare * (1.0 - snow * 0.7) * (cracks - 0.4) * far + crowns * wood
        normal[2] += blots * (0.06 + 0.16 * bare * far) * (1.0 - snow * 0.6)
        normal /= np.sqrt(dot(normal, normal))
        free = 0.42 + 0.58 * shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=free, wrap=0.08)


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out mountains."""
    land = _Range(rng, wish)

    def ground(points: Array) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        y = np.maximum(land.land(x, z, np.maximum(np.hypot(x, z) * np.float32(0.008), 0.02)), np.float32(LAKE.level))
        feet = np.stack([x, y, z], axis=1).astype(np.float64)
        return feet[y > LAKE.level + 1.0]

    garden = Garden(rng)
    fir, bark = (0.030, 0.064, 0.034), (0.115, 0.075, 0.052)
    feet = np.concatenate(
        [scatter(rng, 9.0, 60.0, int(34 * wish.density), 0.9), spread(rng, 40.0, 420.0, int(2600 * wish.density), 5.0)]
    )
    # Firs stand in groups and leave the view ahead open close by.
    group = noise.rough()(feet[:, 0].astype(np.float32) / 190, feet[:, 1].astype(np.float32) / 190)
    ahead = -feet[:, 1] * np.cos(land.open) + feet[:, 0] * np.sin(land.open)
    rho = np.hypot(feet[:, 0], feet[:, 1])
    feet = feet[(group > 0.25) | ((rho < 40) & (ahead < rho * 0.75))]
    for foot in ground(asked(feet, wish, "trees")):
        away = float(np.hypot(foot[0], foot[2]))
        garden.conifer(
            foot,
            rng.uniform(6, 16) * wish.scale**0.5,
            rng.uniform(1.5, 2.6),
            fir,
            bark=bark,
            bare=0.06,
            detail=float(np.clip(1.15 - np.log2(away / 8.0) * 0.27, 0.0, 1.0)),
        )
    grass = ground(
        np.concatenate(
            [
                scatter(rng, 0.2, 9.0, int(2200 * wish.density), 0.07),
                spread(rng, 5.0, 36.0, int(3800 * wish.density), 0.25),
            ]
        )
    )
    size = rng.uniform(0.07, 0.20, len(grass)) * np.clip(0.4 + 0.25 * np.hypot(grass[:, 0], grass[:, 2]), 0.4, 1.0)
    garden.tufts(grass, size * 1.1, size, garden.tints(len(grass), (0.135, 0.185, 0.045), 0.2), sprites.GRASS, 0.85)
    for at in scatter(rng, 1.7, 16.0, int(22 * wish.density), 0.6):
        n = int(rng.integers(6, 20))
        foot = ground(at + rng.normal(0, 0.35, (n, 2)))
        n = len(foot)
        head = rng.uniform(0.018, 0.034, n)
        tone = ((0.80, 0.80, 0.84), (0.34, 0.30, 0.78), (0.84, 0.66, 0.12))[rng.integers(3)]
        garden.clumps(
            foot + np.array([0.0, 0.13, 0.0]),
            head * 1.6,
            garden.tints(n, tone, 0.08),
            np.tile([[0.0, 1.0, 0.0]], (n, 1)),
            np.ones(n),
            sprites.FLOWER,
            0.7,
        )
    for foot in ground(scatter(rng, 4.0, 60.0, int(34 * wish.density), 0.9)):
        away = float(np.hypot(foot[0], foot[2]))
        garden.bush(foot, rng.uniform(0.25, 0.7), (0.060, 0.098, 0.030), detail=float(np.clip(1.0 - away / 40, 0.1, 1)))
    rocks = ground(
        asked(
            np.concatenate(
                [
                    scatter(rng, 2.6, 160.0, int(90 * wish.density), 0.8),
                    scatter(rng, 1.5, 10.0, int(60 * wish.density), 0.2),
                ]
            ),
            wish,
            "rocks",
            3.0,
        )
    )
    n = len(rocks)
    width = np.minimum(
        rng.uniform(0.08, 0.35, n) * (1.0 + (rng.uniform(0, 1, n) < 0.25) * rng.uniform(1.5, 4.5, n)),
        0.16 * np.hypot(rocks[:, 0], rocks[:, 2]),
    )
    stones = boulders(
        garden,
        rocks,
        width,
        (0.25, 0.24, 0.23),
        spread=0.1,
        raised=0.15,
        flat=(0.55, 0.95),
        broad=(0.7, 1.3),
        uneven=0.32,
        moss=(0.0, 0.5),
    )
    return Scene(
        smooth=0.45,
        height=land.land,
        water=LAKE,
        shade_ground=land.shade,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        moss=(0.13, 0.14, 0.05),
        shadow_reach=60.0,
        relief=True,
        fog=0.55,
    )


PLACE = Place(
    name="mountains",
    words=(
        "mountain", "mountainous", "mountainside", "mountaintop", "mountain top", "alps", "alpine", "peak", "peaks",
        "summit", "summits", "mountain range", "mountain ranges", "mountain pass", "mountain valley", "himalaya",
        "himalayas", "highlands", "highland", "sierra", "switzerland", "scotland", "scottish highlands",
        "sea of clouds", "rockies", "rocky mountains", "andes", "dolomites", "everest", "mount everest",
        "mount fuji", "fuji", "matterhorn", "patagonia", "volcano", "volcanoes", "ridge", "ridges", "valley",
        "valleys", "yosemite", "crags", "pyrenees", "mount doom", "misty mountains", "berg", "berge", "bergen",
        "gebirge", "alpen", "gipfel", "hochgebirge", "bergkette", "berglandschaft", "tal", "bergtal", "vulkan",
        "montaña", "montañas", "montana", "montanas", "cordillera", "los andes", "pirineos", "cima", "cumbre",
        "cumbres", "volcán", "valle", "sierra nevada",
    ),
    build=build,
    hints=(
        "hikers", "hiking", "mountaineer", "mountain goat", "eagle", "lava", "snow caps",
    ),
    nouns=(
        "mountains", "a mountain range", "the alps", "a mountain valley", "mountain peaks",
    ),
    shows=(
        "rocks", "cliffs", "grass", "boulders", "firs",
    ),
    stuff="rock",
    roles=("ground", "backdrop"),
)  # fmt: skip
