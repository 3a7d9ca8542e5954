"""A desert: dunes with sharp crests and wind ripples, an oasis under palms, table mountains at the horizon."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, asked, scatter
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Lamps, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.sky import colour, dot, smoothstep
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.water import Water

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
        self.tall = np.float32(1.0)
        self.tone = wish.tint("ground") or (0.47, 0.285, 0.130)
        self.wind = rng.uniform(0, 2 * np.pi)
        self.at = rng.uniform(0, 1, 4).astype(np.float32)
        self.move = np.zeros(2, np.float32)
        self.base = 0.0
        spots = rng.uniform(-300, 300, (256, 2)).astype(np.float32)
        high = self._sand(spots[:, 0], spots[:, 1], np.full(256, 1.0, np.float32))
        best = int(np.argsort(high)[int(rng.integers(242, 253))])
        self.move, self.base = spots[best], float(high[best])
        # The oasis lies in the lowest hollow, neither near nor far, that can be seen from here.
        turn, far = rng.uniform(-np.pi, np.pi, 240), rng.uniform(32.0, 52.0, 240)
        x, z = (np.sin(turn) * far).astype(np.float32), (-np.cos(turn) * far).astype(np.float32)
        low = self._sand(x + self.move[0], z + self.move[1], np.full(240, 12.0, np.float32))
        hidden = np.full(240, -9.0, np.float32)
        for t in np.linspace(0.12, 0.72, 9).astype(np.float32):
            between = self._sand(x * t + self.move[0], z * t + self.move[1], np.full(240, 1.0, np.float32))
            hidden = np.maximum(hidden, (between - self.base - EYE) / t - (low - self.base - EYE))
        # Palms rise six metres; straight ahead is where one looks first.
        least = int(np.argmin(low + 3.0 * np.maximum(hidden - 1.0, 0.0) + 1.5 * np.abs(turn)))
        self.oasis = np.array([x[least], z[least]])
        # Taller dunes are the same dunes: eye and oasis are where they are at any scale.
        self.tall = np.float32(wish.scale)
        x, z = np.stack([self.move, self.move + self.oasis.astype(np.float32)], axis=1)
        top, bottom = self._sand(x, z, np.array([1.0, 12.0], np.float32))
        self.base = float(top)
        self.floor = min(float(bottom) - self.base, -4.0)

    def _phase(self, x: Array, z: Array, footprint: Array) -> tuple[Array, Array, Array]:
        c, s = np.float32(np.cos(self.wind)), np.float32(np.sin(self.wind))
        at, hills = self.at, noise.hills()
        bend = hills(x * np.float32(1 / 560) + at[0], z * np.float32(1 / 560) + at[1], footprint / 560)
        small = hills(z * np.float32(1 / 140) + at[2], x * np.float32(1 / 140) + at[3], footprint / 140)
        along = x * c + z * s
        return along * np.float32(1 / 118) + 0.62 * bend + 0.04 * small, along * np.float32(1 / 24) + 0.75 * small, bend

    def _sand(self, x: Array, z: Array, footprint: Array) -> Array:
        big, little, bend = self._phase(x, z, footprint)
        tall = 0.45 + 0.55 * smoothstep(-1.4, 1.0, bend)
        height: Array = (
            _dune(big) * tall * np.float32(19.0) * self.tall
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
        # Sand has not buried the oasis; elsewhere no hollow lies deeper than its shore.
        out = np.hypot(x - np.float32(self.oasis[0]), z - np.float32(self.oasis[1]))
        shore = self.shore(x, z, out)
        bank = np.float32(self.floor) + 0.9 * smoothstep(-7.0, 5.0, shore) - 0.9 + 0.05 * np.clip(shore, 0.0, 14.0)
        hollow = 1.0 - smoothstep(9.0, 30.0, shore)
        sand = np.maximum(sand, np.float32(self.floor) + 0.4) * (1.0 - hollow) + bank * hollow
        table = noise.hills()(
            x * np.float32(1 / 5200) + self.at[1], z * np.float32(1 / 5200) + self.at[3], footprint / 5200
        )
        far = smoothstep(900.0, 1500.0, rho)
        mesa = smoothstep(0.55, 0.72, table) * 0.75 + smoothstep(0.85, 1.0, table) * 0.35
        height: Array = sand * (1.0 - 0.5 * far) + far * mesa * np.float32(210.0) * self.tall - EYE
        return height

    def shore(self, x: Array, z: Array, out: Array) -> Array:
        """About the metres to the pool's shore, negative in the water; `out` is the distance to its middle."""
        bays = noise.hills()(x * np.float32(1 / 34) + self.at[0], z * np.float32(1 / 34) + self.at[1])
        value: Array = out - np.float32(11.0) + np.clip(bays, -1.5, 1.5) * np.float32(2.2)
        return value

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
        moist = smoothstep(0.9, 0.1, hit.p[1] - np.float32(self.floor - EYE - 0.45)) * (np.hypot(x, z) < 110.0)
        sand = sand * (1.0 - 0.45 * moist)
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


def _oasis(dunes: _Dunes, garden: Garden, mason: Mason, ground: Callable[[Array], Array], wish: Wish) -> Lamps | None:
    """Palms, reeds and bushes around the pool, and a tent of those who rest there, with a lantern."""
    rng = garden.rng
    turn, out = rng.uniform(0, 2 * np.pi, 420), rng.uniform(9.0, 21.0, 420)
    spots = dunes.oasis + np.stack([np.sin(turn) * out, np.cos(turn) * out], axis=1)
    x, z = spots[:, 0].astype(np.float32), spots[:, 1].astype(np.float32)
    shore = dunes.shore(x, z, out.astype(np.float32))
    palms = spots[(shore > 1.0) & (shore < 9.0)][: round(19 * wish.density)]
    if wish.lone == "trees":
        palms = palms[:1]
    for foot in ground(palms) if "trees" not in wish.without else ():
        tall = float(rng.uniform(4.5, 10.0)) * wish.scale
        lean = rng.normal(0, 0.14, 2) * tall
        garden.palm(foot, tall, 2.6 + 0.12 * tall, (0.085, 0.130, 0.035), bark=(0.22, 0.165, 0.115), lean=lean)
    if "grass" not in wish.without:
        reeds = ground(spots[(shore > -0.6) & (shore < 5.0)])
        tall_reed = rng.uniform(0.3, 1.0, len(reeds))
        tints = garden.tints(len(reeds), (0.13, 0.17, 0.05), 0.2)
        garden.tufts(reeds, tall_reed * 0.8, tall_reed, tints, sprites.GRASS, 0.8)
        for foot in ground(spots[(shore > 1.5) & (shore < 10.0)][-26:]):
            garden.bush(foot, float(rng.uniform(0.4, 1.1)), (0.085, 0.115, 0.04), detail=0.3)
    if "buildings" in wish.without:
        return None
    # The tent stands on the shore that is nearer to the eye, where it is seen.
    way = dunes.oasis / np.linalg.norm(dunes.oasis)
    foot = ground((dunes.oasis - way * 15.5 + np.array([way[1], -way[0]]) * float(rng.choice([-6.0, 6.0])))[None])[0]
    mason.at(float(foot[0]), float(foot[1]), float(foot[2]), float(np.arctan2(-foot[0], -foot[2])))
    for side in (-1.0, 1.0):
        ridge = np.array([[(side * (0.0 if k == 0 else w), h, z0) for z0 in (-2.2, 0.0, 2.2)]
                          for k, (w, h) in enumerate(((0.0, 2.5), (1.0, 1.75), (2.3, 0.9), (3.2, -0.15)))])  # fmt: skip
        ridge[:3, 1, 1] -= 0.12
        mason.sheet(ridge, materials.CLOTH, (0.34, 0.255, 0.17))
        mason.tube([(side * 2.3, -0.2, 2.25), (side * 2.3, 1.0, 2.25)], 0.04, materials.LOGS, (0.2, 0.15, 0.1), sides=6)
    mason.polygon([(-2.3, 0.0, -2.2), (2.3, 0.0, -2.2), (2.3, 0.9, -2.2), (0.0, 2.5, -2.2), (-2.3, 0.9, -2.2)],
                  materials.CLOTH, (0.30, 0.22, 0.15))  # fmt: skip
    mason.tube([(0.0, -0.2, 2.25), (0.0, 2.6, 2.25)], 0.05, materials.LOGS, (0.2, 0.15, 0.1), sides=6)
    mason.box((-0.12, 1.4, 1.2), (0.12, 1.75, 1.44), materials.PLAIN, (1.0, 0.72, 0.36), glow=2.4)
    return Lamps.at(mason.to_world([(0.0, 1.4, 1.3), (0.0, 1.6, 4.0)]), (9.0, 5.4, 2.3), 20.0)


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
    # One tree stands near: dunes hide most of what lies some ten metres off.
    way, far = rng.uniform(0, 2 * np.pi), rng.uniform(9.0, 11.5)
    near = np.array([[np.sin(way) * far, -np.cos(way) * far]])
    trees = np.concatenate([near, scatter(rng, 14.0, 60.0, max(int(3 * wish.density), 1), 1.5)])
    for foot in ground(asked(trees, wish, "trees")):
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
    mason = Mason()
    lamps = _oasis(dunes, garden, mason, ground, wish)
    rocks = ground(
        asked(
            np.concatenate(
                [
                    scatter(rng, 2.6, 120.0, int(28 * wish.density), 0.9),
                    scatter(rng, 1.5, 14.0, int(50 * wish.density), 0.15),
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
    stones = boulders(
        garden,
        rocks,
        width,
        (0.33, 0.20, 0.125),
        raised=0.12,
        flat=(0.35, 0.6),
        broad=(0.7, 1.3),
        uneven=0.32,
        moss=0.25,
    )
    return Scene(
        smooth=0.7,
        height=dunes.height,
        shade_ground=dunes.shade,
        water=Water(
            level=dunes.floor - EYE - 0.45, swell=0.0, chop=0.015, deep=(0.01, 0.06, 0.06), shallow=(0.07, 0.22, 0.17)
        ),
        meshes=mason.meshes(),
        lamps=lamps,
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
    shows=("sand", "sands", "rocks", "dunes", "palms", "palm trees", "tent"),
    roles=("ground", "backdrop"),
)  # fmt: skip
