"""An ocean: long waves around a low rocky islet, sea stacks, and an island with cliffs far off."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, asked, scatter
from ldm3d.worlds.scene import Scene, Stones
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.sky import colour, dot, smoothstep
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.water import Water

EYE = 1.7
SEA = Water(level=-2.45, swell=0.20, chop=0.11, foam=1.0)


class _Sea:
    """The islet where the eye stands, the sea floor around it, and islands."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.tone = wish.tint("ground") or (0.40, 0.325, 0.22)
        self.at = rng.uniform(0, 1, 4).astype(np.float32)
        first = rng.uniform(-0.8, 0.8)
        turns = first + np.array([0.0, rng.uniform(1.6, 2.6), rng.uniform(3.4, 4.6)])
        away = np.array([rng.uniform(240, 420), rng.uniform(700, 1300), rng.uniform(500, 900)])
        self.islands = [
            (np.float32(np.sin(t) * r), np.float32(-np.cos(t) * r), np.float32(w), np.float32(h))
            for t, r, w, h in zip(
                turns, away, rng.uniform(90, 260, 3), rng.uniform(38, 110, 3) * wish.scale, strict=True
            )
        ]

    def land(self, x: Array, z: Array, footprint: Array) -> Array:
        """Height of the land, under water too."""
        at = self.at
        rho = np.hypot(x, z)
        uneven = noise.hills()(x * np.float32(1 / 26) + at[0], z * np.float32(1 / 26) + at[1], footprint / 26)
        rough = noise.rough()(x * np.float32(1 / 9) + at[2], z * np.float32(1 / 9) + at[3], footprint / 9)
        islet = -EYE + 0.10 + 0.16 * uneven * np.minimum(rho * 0.5, 1.0) + 0.05 * rough * np.minimum(rho * 0.5, 1.0)
        islet = islet - 0.40 * np.maximum(rho - 1.9 - 0.8 * uneven, 0.0) ** 1.1
        height = np.maximum(islet, -14.0)
        crags = noise.ridges()(x * np.float32(1 / 520) + at[1], z * np.float32(1 / 520) + at[2], footprint / 520)
        for cx, cz, width, tall in self.islands:
            gap = np.hypot(x - cx, z - cz) / width
            shape = 1.0 - gap + 0.55 * (crags - 0.45)
            # Cliffs: the land starts steeply out of the water.
            rise = np.float32(tall) * (
                0.42 * smoothstep(0.02, 0.10, shape) + 0.58 * np.clip(shape, 0, 1) * (0.6 + 0.7 * crags)
            )
            height = np.maximum(height, np.where(shape > 0.0, rise + SEA.level - 0.5, -14.0))
        value: Array = height
        return value

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        above = hit.p[1] - np.float32(SEA.level)
        blots = noise.rough()(x * np.float32(1 / 5), z * np.float32(1 / 5), f / 5)
        fine = noise.grain()(x * np.float32(1 / 0.9), z * np.float32(1 / 0.9), f / 0.9)
        speck = noise.grain()(z * np.float32(1 / 0.33), x * np.float32(1 / 0.33), f / 0.33)
        big = noise.rough()(x * np.float32(1 / 90), z * np.float32(1 / 90) + hit.p[1] * np.float32(1 / 40), f / 60)
        far = smoothstep(60.0, 120.0, np.hypot(x, z))
        sand = colour(self.tone) * (1.0 + 0.10 * fine + 0.10 * speck + 0.06 * blots)
        pebbles = colour((0.21, 0.19, 0.17)) * (1.0 + 0.30 * fine + 0.30 * speck)
        near = sand + (pebbles - sand) * smoothstep(0.35, 1.1, blots + 0.35 * fine)
        steep = 1.0 - hit.normal[1]
        # Cliffs are cracked downward and layered across.
        run = (x - z) * np.float32(1 / 75)
        cracks = noise.ridges()(run, hit.p[1] * np.float32(1 / 260), f / 75)
        strata = noise.rough()(run * np.float32(0.2), hit.p[1] * np.float32(1 / 60), f / 60)
        cliff = colour((0.29, 0.255, 0.215)) * np.clip(0.62 + 0.75 * cracks + 0.20 * strata + 0.08 * big, 0.25, 1.7)
        green = colour((0.090, 0.125, 0.038)) * np.clip(1.0 + 0.3 * big, 0.4, 1.6)
        rock = cliff + (green - cliff) * (1.0 - smoothstep(0.20, 0.42, steep + 0.08 * big)) * smoothstep(
            3.0, 9.0, above
        )
        albedo = near + (rock - near) * far
        wet = np.exp(-np.maximum(above, 0.0) * np.where(far > 0.5, 0.8, 9.0))
        albedo = albedo * (1.0 - 0.55 * wet)
        normal = hit.normal.copy()
        bend = np.clip(0.25 - f, 0.0, 0.22)
        normal[0] += fine * bend + far * (0.9 * (cracks - 0.45) + 0.12 * big)
        normal[2] += speck * bend
        normal /= np.sqrt(dot(normal, normal))
        free = 0.45 + 0.55 * shader.shadows.open_sky(x, z)
        sun = shader.sunlight(hit.p)
        rgb = shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=free, sun=sun)
        value: Array = rgb + shader.sun_colour * (shader.glint(normal, hit.d, 60.0) * wet * sun * 0.5)
        return value


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out an ocean."""
    sea = _Sea(rng, wish)

    def ground(points: Array) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        y = sea.land(x, z, np.maximum(np.hypot(x, z) * np.float32(0.008), 0.02))
        return np.stack([x, y, z], axis=1).astype(np.float64)

    garden = Garden(rng)
    # Boulders on the shore and in the shallows, then stacks in the open sea.
    near = ground(asked(scatter(rng, 2.0, 11.0, int(60 * wish.density), 0.35), wish, "rocks", 3.0))
    small = np.minimum(rng.uniform(0.10, 0.55, len(near)), 0.12 * np.hypot(near[:, 0], near[:, 2]))
    out = asked(scatter(rng, 12.0, 150.0, int(13 * wish.density), 1.2), wish, "rocks", 20.0)
    turn, rho = np.arctan2(out[:, 0], -out[:, 1]), np.hypot(out[:, 0], out[:, 1])
    groups = [np.zeros((0, 4))]
    for t, r in zip(turn, rho, strict=True):
        n = int(rng.integers(2, 6))
        size = r * rng.uniform(0.035, 0.085) + 0.3
        groups.append(
            np.stack(
                [
                    np.sin(t) * r + rng.normal(0, size, n),
                    -np.cos(t) * r + rng.normal(0, size, n),
                    size * rng.uniform(0.4, 1.0, n),
                    rng.uniform(0.7, 2.4, n),
                ],
                axis=1,
            )
        )
    stacks = np.concatenate(groups)
    m, n = len(near), len(stacks)
    axes = np.concatenate(
        [
            np.stack([small, small * rng.uniform(0.5, 0.9, m), small * rng.uniform(0.7, 1.3, m)], axis=1),
            np.stack(
                [stacks[:, 2], stacks[:, 2] * stacks[:, 3] * wish.scale, stacks[:, 2] * rng.uniform(0.7, 1.2, n)],
                axis=1,
            ),
        ]
    )
    centre = np.concatenate(
        [
            near + np.array([[0, 1, 0]]) * (small * 0.15)[:, None],
            np.stack([stacks[:, 0], np.full(n, SEA.level) + 0.15 * axes[m:, 1], stacks[:, 1]], axis=1),
        ]
    )
    stones = Stones(
        centre=centre,
        axes=axes,
        turn=rng.uniform(0, 6.28, m + n),
        colour=garden.tints(m + n, (0.16, 0.145, 0.13), 0.12),
        uneven=np.full(m + n, 0.24),
        moss=np.concatenate([np.full(m, 0.1), rng.uniform(0.2, 0.8, n)]),
        glow=np.zeros(m + n),
    )
    dry = ground(scatter(rng, 1.3, 4.0, int(90 * wish.density), 0.2))
    dry = dry[dry[:, 1] > SEA.level + 0.45]
    size = rng.uniform(0.10, 0.30, len(dry))
    if len(dry):
        garden.tufts(dry, size, size, garden.tints(len(dry), (0.21, 0.215, 0.085), 0.15), sprites.GRASS, 0.8)
    return Scene(
        smooth=0.12,
        height=sea.land,
        water=SEA,
        shade_ground=sea.shade,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        moss=(0.095, 0.115, 0.045),
        shadow_reach=50.0,
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
        "waves", "wave", "water", "rocks", "cliffs", "sea stacks",
    ),
    stuff="water",
    roles=("ground", "water"),
)  # fmt: skip
