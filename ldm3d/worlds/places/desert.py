"""A desert: dunes with sharp crests and wind ripples, dry brush, stones, and table mountains at the horizon."""

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

EYE = 1.7


def _dune(phase: Array) -> Array:
    """A dune's section over one wave: a long rise, a sharp crest, a steep slip face, a rounded trough; 0 to 1."""
    t = phase - np.floor(phase)
    rise = np.clip(t * np.float32(1 / 0.70), 0.0, 1.0)
    fall = np.clip((1.0 - t) * np.float32(1 / 0.30), 0.0, 1.0)
    section: Array = np.where(t < 0.70, rise * rise * (1.5 - 0.5 * rise), fall * fall * (1.9 - 0.9 * fall))
    return section


class _Dunes:
    """Two families of dunes bent by noise; the eye stands on a high place."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.tall = np.float32(wish.scale)
        self.tone = wish.tint("ground") or (0.56, 0.345, 0.160)
        self.wind = rng.uniform(0, 2 * np.pi)
        self.at = rng.uniform(0, 1, 4).astype(np.float32)
        self.move = np.zeros(2, np.float32)
        self.base = 0.0
        spots = rng.uniform(-300, 300, (256, 2)).astype(np.float32)
        high = self._sand(spots[:, 0], spots[:, 1], np.full(256, 1.0, np.float32))
        best = int(np.argsort(high)[int(rng.integers(225, 245))])
        self.move, self.base = spots[best], float(high[best])

    def _phase(self, x: Array, z: Array, footprint: Array) -> tuple[Array, Array, Array]:
        c, s = np.float32(np.cos(self.wind)), np.float32(np.sin(self.wind))
        at, hills = self.at, noise.hills()
        bend = hills(x * np.float32(1 / 560) + at[0], z * np.float32(1 / 560) + at[1], footprint / 560)
        small = hills(z * np.float32(1 / 140) + at[2], x * np.float32(1 / 140) + at[3], footprint / 140)
        along = x * c + z * s
        return along * np.float32(1 / 105) + 0.62 * bend + 0.04 * small, along * np.float32(1 / 24) + 0.75 * small, bend

    def _sand(self, x: Array, z: Array, footprint: Array) -> Array:
        big, little, bend = self._phase(x, z, footprint)
        tall = 0.45 + 0.55 * smoothstep(-1.4, 1.0, bend)
        height: Array = (
            _dune(big) * tall * np.float32(13.0) * self.tall
            + _dune(little) * np.float32(0.75) * (1.15 - tall)
            + bend * 3.5
        )
        return height

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        rho = np.hypot(x, z)
        sand = self._sand(x + self.move[0], z + self.move[1], footprint) - np.float32(self.base)
        # The eye's own footing is level, and nothing rises above it close by.
        near = np.exp(-(rho * rho) * np.float32(1 / 30.0))
        sand = sand * (1.0 - near)
        table = noise.hills()(
            x * np.float32(1 / 5200) + self.at[1], z * np.float32(1 / 5200) + self.at[3], footprint / 5200
        )
        far = smoothstep(900.0, 1500.0, rho)
        mesa = smoothstep(0.55, 0.72, table) * 0.75 + smoothstep(0.85, 1.0, table) * 0.35
        height: Array = sand * (1.0 - 0.5 * far) + far * mesa * np.float32(210.0) * self.tall - EYE
        return height

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        mx, mz = x + self.move[0], z + self.move[1]
        c, s = np.float32(np.cos(self.wind)), np.float32(np.sin(self.wind))
        wander = noise.hills()(mx * np.float32(1 / 19), mz * np.float32(1 / 19), f / 19)
        tone = noise.rough()(mx * np.float32(1 / 60), mz * np.float32(1 / 60), f / 60)
        grains = noise.grain()(mx * np.float32(1 / 0.5), mz * np.float32(1 / 0.5), f / 0.5)
        sand = colour(self.tone) * (1.0 + 0.055 * tone + 0.05 * grains)
        normal = hit.normal.copy()
        # Wind ripples, about twelve centimetres apart: only on gentle slopes, and gone where a texel holds several.
        phase = ((mx * c + mz * s) * np.float32(1 / 0.135) + wander * 4.5) * np.float32(2 * np.pi)
        fade = np.clip(1.4 - f * np.float32(22.0), 0.0, 1.0) * smoothstep(0.80, 0.95, normal[1])
        slope = np.cos(phase) * 0.17 * fade * (0.75 + 0.25 * np.clip(tone, -1, 1))
        broad = ((mx * c + mz * s) * np.float32(1 / 1.9) + wander * 1.3) * np.float32(2 * np.pi)
        slope += np.cos(broad) * 0.045 * np.clip(1.3 - f * np.float32(2.0), 0.0, 1.0)
        normal[0] -= slope * c
        normal[2] -= slope * s
        rock = smoothstep(0.16, 0.42, 1.0 - hit.normal[1])
        rock = rock * smoothstep(880.0, 1100.0, np.hypot(x, z))
        strata = noise.rough()(hit.p[1] * np.float32(1 / 160), hit.p[1] * np.float32(0.0) + 0.3, f / 160)
        cliff = colour((0.34, 0.155, 0.085)) * (1.0 + 0.30 * strata + 0.1 * tone)
        albedo = sand + (cliff - sand) * rock
        normal /= np.sqrt(dot(normal, normal))
        free = 0.45 + 0.55 * shader.shadows.open_sky(x, z)
        rgb = shader.lit(albedo, normal, hit.p, free=free)
        # Sand glows against the light: grains throw it forward.
        rim = np.maximum(dot(hit.d, shader.toward), 0.0) ** 6 * np.clip(1.0 + dot(hit.d, normal), 0, 1) ** 3
        value: Array = rgb + shader.sun_colour * sand * (rim * 0.35 * shader.sunlight(hit.p))
        return value


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a desert."""
    dunes = _Dunes(rng, wish)

    def ground(points: Array) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        y = dunes.height(x, z, np.maximum(np.hypot(x, z) * np.float32(0.008), 0.02))
        return np.stack([x, y, z], axis=1).astype(np.float64)

    garden = Garden(rng)
    for foot in ground(scatter(rng, 2.6, 90.0, int(26 * wish.density), 1.6)):
        away = float(np.hypot(foot[0], foot[2]))
        size = rng.uniform(0.25, 0.6)
        n = int(rng.integers(5, 12))
        feet = foot + np.concatenate(
            [rng.normal(0, size * 0.4, (n, 1)), np.zeros((n, 1)), rng.normal(0, size * 0.4, (n, 1))], 1
        )
        tall = rng.uniform(0.7, 1.2, n) * size
        garden.tufts(feet, tall * 1.1, tall, garden.tints(n, (0.26, 0.215, 0.095), 0.15), sprites.GRASS, 0.8)
        if rng.uniform() < 0.6:
            garden.bush(foot, size * 0.9, (0.17, 0.165, 0.075), detail=float(np.clip(1.0 - away / 40, 0.15, 0.8)))
    for foot in ground(asked(scatter(rng, 9.0, 60.0, max(int(4 * wish.density), 1), 1.5), wish, "trees")):
        garden.broadleaf(
            foot,
            rng.uniform(3.2, 5.0) * wish.scale,
            rng.uniform(1.8, 2.8) * wish.scale**0.6,
            (0.105, 0.125, 0.045),
            detail=0.7,
            bark=(0.16, 0.12, 0.085),
            crown_from=0.62,
            trunk=0.028,
        )
    rocks = ground(
        asked(
            np.concatenate(
                [
                    scatter(rng, 2.2, 120.0, int(60 * wish.density), 0.9),
                    scatter(rng, 1.5, 14.0, int(70 * wish.density), 0.15),
                ]
            ),
            wish,
            "rocks",
            3.0,
        )
    )
    n = len(rocks)
    width = rng.uniform(0.04, 0.16, n) * (1.0 + (rng.uniform(0, 1, n) < 0.16) * rng.uniform(2.0, 6.0, n))
    width = np.minimum(width, 0.10 * np.hypot(rocks[:, 0], rocks[:, 2]))
    stones = Stones(
        centre=rocks + np.array([[0, 1, 0]]) * (width * 0.12)[:, None],
        axes=np.stack([width, width * rng.uniform(0.5, 0.8, n), width * rng.uniform(0.7, 1.3, n)], axis=1),
        turn=rng.uniform(0, 6.28, n),
        colour=garden.tints(n, (0.33, 0.20, 0.125), 0.15),
        uneven=np.full(n, 0.20),
        moss=np.full(n, 0.25),
        glow=np.zeros(n),
    )
    return Scene(
        smooth=0.7,
        height=dunes.height,
        shade_ground=dunes.shade,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        moss=(0.50, 0.31, 0.15),
        shadow_reach=40.0,
        relief=True,
    )


PLACE = Place(
    name="desert",
    words=(
        "deserts", "dune", "dunes", "sand dune", "sand dunes", "sahara", "arid", "wasteland", "wastelands",
        "badland", "oasis", "gobi", "namib", "kalahari", "atacama", "mojave", "arrakis", "tatooine", "sea of sand",
        "desert sands", "empty quarter", "sandscape", "wüste", "wüsten", "sandwüste", "düne", "dünen", "sanddünen",
        "oase", "desierto", "desiertos", "duna", "dunas", "dunas de arena", "desértico",
    ),
    build=build,
    hints=(
        "sand", "sands", "camel", "camels", "caravan", "cactus", "cacti", "nomads", "bedouin", "kamele", "arena",
        "camellos", "sandstorm",
    ),
    nouns=(
        "a desert", "sand dunes", "the sahara", "dunes", "a sand desert",
    ),
    shows=(
        "sand", "sands", "rocks", "dunes",
    ),
    roles=("ground", "backdrop"),
)  # fmt: skip
