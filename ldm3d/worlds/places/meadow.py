"""A meadow: deep grass and flowers around the eye, lone trees, hedges and woods on rolling hills."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.light import mix, times
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, asked, scatter, spread
from ldm3d.worlds.scene import Scene, Stones
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.sky import colour, smoothstep
from ldm3d.worlds.spec import Wish

EYE = 1.6
GREEN, DRY = (0.105, 0.190, 0.030), (0.250, 0.225, 0.070)
BLOSSOMS = ((0.80, 0.72, 0.10), (0.85, 0.84, 0.80), (0.72, 0.10, 0.07), (0.36, 0.22, 0.70), (0.78, 0.30, 0.48))


class _Hills:
    """Soft near the eye, rolling farther out, blue ridges at the end."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 4).astype(np.float32)
        asked = wish.tint("ground")
        # Grass of any colour is as dark as what grows.
        self.green = times(mix(asked, GREEN, 0.25), 0.55) if asked else GREEN
        self.dry = mix(self.green, DRY, 0.3) if asked else DRY

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, hills = self.at, noise.hills()
        rho = np.hypot(x, z)
        swell = hills(x * np.float32(1 / 380) + at[0], z * np.float32(1 / 380) + at[1], footprint / 380)
        broad = hills(z * np.float32(1 / 2600) + at[2], x * np.float32(1 / 2600) + at[3], footprint / 2600)
        near = np.minimum(rho * np.float32(1 / 130), 1.0)
        far = smoothstep(300.0, 2200.0, rho)
        height: Array = swell * (0.25 + 6.5 * near) * near + far * (65.0 + 70.0 * broad) - 2.0 * near - EYE
        return height

    def woods(self, x: Array, z: Array, footprint: Array) -> Array:
        """Where woods stand: above 0.6."""
        return noise.rough()(
            x * np.float32(1 / 520) + self.at[3], z * np.float32(1 / 520) + self.at[0], footprint / 520
        )

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        blots = noise.rough()(x * np.float32(1 / 11), z * np.float32(1 / 11), f / 11)
        blades = noise.grain()(x * np.float32(1 / 1.7), z * np.float32(1 / 1.7), f / 1.7)
        fine = noise.grain()(z * np.float32(1 / 0.6), x * np.float32(1 / 0.6), f / 0.6)
        broad = noise.rough()(z * np.float32(1 / 150), x * np.float32(1 / 150), f / 150)
        dry = smoothstep(-0.6, 1.6, blots * 0.6 + broad)
        green = colour(self.green)
        albedo = green + (colour(self.dry) - green) * dry
        albedo = albedo * np.clip(1.0 + 0.28 * blades + 0.26 * fine + 0.10 * blots, 0.35, 1.9)
        # Fields of other crops far away, and woods on the hills.
        far = smoothstep(70.0, 260.0, hit.r)
        albedo = albedo * (1.0 + far * 0.25 * np.clip(broad, -1.2, 1.2))
        wood = smoothstep(0.60, 0.78, self.woods(x, z, f)) * far
        crowns = noise.billows()(x * np.float32(1 / 95), z * np.float32(1 / 95), f / 95) - 0.5
        albedo += (colour((0.030, 0.062, 0.020)) * (1.0 + 2.2 * crowns) - albedo) * wood
        normal = hit.normal.copy()
        bend = np.clip(0.25 - f, 0.0, 0.22)
        normal[0] += blades * bend + crowns * wood
        normal[2] += fine * bend
        normal /= np.sqrt((normal * normal).sum(axis=0))
        free = shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=0.4 + 0.6 * free, wrap=0.2)


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a meadow."""
    hills = _Hills(rng, wish)

    def ground(points: Array) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        y = hills.height(x, z, np.maximum(np.hypot(x, z) * np.float32(0.008), 0.02))
        return np.stack([x, y, z], axis=1).astype(np.float64)

    garden = Garden(rng)
    bark, leaf = (0.12, 0.092, 0.066), (0.085, 0.145, 0.026)
    # One great tree not far away, others scattered, and small ones where the woods begin.
    turn = rng.uniform(-0.9, 0.9)
    first = asked(np.array([[np.sin(turn), -np.cos(turn)]]) * rng.uniform(9, 13), wish, "trees")
    tall, wide = rng.uniform(9, 12) * wish.scale, rng.uniform(4.2, 5.4) * wish.scale**0.7
    for foot in ground(first):
        garden.broadleaf(foot, tall, wide, leaf, detail=1.0, bark=bark, crown_from=0.26, trunk=0.036)
    others = scatter(rng, 22.0, 260.0, int(46 * wish.density), 1.0)
    # A lone tree is the great one.
    for foot in ground(others[:0] if wish.lone == "trees" or "trees" in wish.without else others):
        away = float(np.hypot(foot[0], foot[2]))
        garden.broadleaf(
            foot,
            rng.uniform(6, 13) * wish.scale,
            rng.uniform(2.6, 5.2) * wish.scale**0.7,
            leaf,
            bark=bark,
            crown_from=0.22,
            detail=float(np.clip(1.1 - np.log2(away / 10) * 0.25, 0.0, 0.8)),
            trunk=0.030,
        )
    edge = spread(rng, 90.0, 420.0, int(2600 * wish.density), 6.0).astype(np.float32)
    edge = edge[:0] if wish.lone == "trees" or "trees" in wish.without else edge
    edge = edge[hills.woods(edge[:, 0], edge[:, 1], np.full(len(edge), 4.0, np.float32)) > 0.62]
    for foot in ground(edge):
        garden.bush(
            foot + np.array([0.0, 1.5, 0.0]), rng.uniform(3.2, 5.5), (0.055, 0.098, 0.024), detail=0.12, free=0.9
        )
    for foot in ground(scatter(rng, 6.0, 120.0, int(60 * wish.density), 0.8)):
        away = float(np.hypot(foot[0], foot[2]))
        garden.bush(foot, rng.uniform(0.4, 1.5), (0.075, 0.125, 0.028), detail=float(np.clip(1.1 - away / 40, 0.1, 1)))
    grass = ground(
        np.concatenate(
            [
                scatter(rng, 0.16, 9.0, int(2900 * wish.density), 0.07),
                spread(rng, 5.0, 46.0, int(9000 * wish.density), 0.25),
            ]
        )
    )
    size = rng.uniform(0.14, 0.36, len(grass)) * np.clip(0.22 + 0.30 * np.hypot(grass[:, 0], grass[:, 2]), 0.28, 1.0)
    tint = garden.tints(len(grass), times(hills.green, 1.1), 0.2)
    dry = rng.uniform(0, 1, (len(grass), 1)) < 0.22
    garden.tufts(
        grass,
        size * 0.9,
        size,
        np.where(dry, garden.tints(len(grass), times(hills.dry, 1.2), 0.15), tint),
        sprites.GRASS,
        0.85,
    )
    # Flowers grow in drifts of one colour.
    drifts = scatter(rng, 1.6, 26.0, int(60 * wish.density), 0.5)
    for at in drifts:
        n = int(rng.integers(10, 44))
        blossom = BLOSSOMS[rng.integers(len(BLOSSOMS))]
        around = at + rng.normal(0, 0.28 + 0.05 * np.hypot(*at), (n, 2))
        around = around[np.hypot(around[:, 0], around[:, 1]) > 1.15]
        foot = ground(around)
        n = len(foot)
        stem = rng.uniform(0.20, 0.52, n)
        head = rng.uniform(0.022, 0.045, n)
        top = foot + np.stack([rng.normal(0, 0.03, n), stem, rng.normal(0, 0.03, n)], axis=1)
        garden.limb(
            foot, top, np.full((n, 2), 0.0035), garden.tints(n, (0.08, 0.15, 0.03), 0.1), np.full((n, 2), 0.7), 0.0
        )
        garden.clumps(
            top,
            head * 1.6,
            garden.tints(n, blossom, 0.10),
            np.tile([[0.0, 1.0, 0.0]], (n, 1)),
            np.ones(n),
            sprites.FLOWER,
            0.8,
        )
    rocks = ground(scatter(rng, 3.0, 60.0, int(14 * wish.density), 1.2))
    n = len(rocks)
    width = rng.uniform(0.15, 0.6, n)
    stones = Stones(
        centre=rocks + np.array([[0, 1, 0]]) * (width * 0.1)[:, None],
        axes=np.stack([width, width * 0.6, width * rng.uniform(0.7, 1.2, n)], axis=1),
        turn=rng.uniform(0, 6.28, n),
        colour=garden.tints(n, (0.24, 0.23, 0.21), 0.1),
        uneven=np.full(n, 0.16),
        moss=rng.uniform(0.1, 0.5, n),
        glow=np.zeros(n),
    )
    return Scene(
        smooth=0.45,
        height=hills.height,
        shade_ground=hills.shade,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        shadow_reach=60.0,
        relief=True,
    )


PLACE = Place(
    name="meadow",
    words=(
        "meadows", "field", "fields", "grassland", "grasslands", "prairie", "prairies", "pasture", "pastures",
        "lea", "steppe", "savanna", "savannah", "hills", "rolling hills", "hill", "hillside", "countryside",
        "flower field", "flower fields", "wheat field", "wheat fields", "wheatfield", "corn field", "cornfield",
        "field of flowers", "farmland", "farm land", "moor", "moorland", "heath", "garden", "gardens", "park",
        "tuscany", "shire", "plains", "glen", "vineyard", "vineyards", "orchard", "cottage garden", "flower meadow",
        "alpine meadow", "wiese", "wiesen", "blumenwiese", "feld", "felder", "weide", "grasland", "hügel",
        "hügellandschaft", "heide", "garten", "almwiese", "alm", "kornfeld", "pradera", "praderas", "prado",
        "prados", "campo", "campos", "campo de flores", "colina", "colinas", "llanura", "jardín", "sabana",
        "campiña",
    ),
    build=build,
    hints=(
        "flowers", "wildflowers", "wildflower", "grass", "grassy", "blossoms", "tulips", "poppies", "sunflowers",
        "daisies", "butterflies", "sheep", "cows", "horses", "barley", "wheat", "gras", "blumen", "flores",
        "hierba", "windmill", "windmills", "lavender",
    ),
    nouns=(
        "a meadow", "a grassland", "a pasture", "the countryside", "a prairie", "rolling hills", "a field",
    ),
    shows=(
        "flowers", "wildflowers", "grass", "grassy", "tree", "trees", "bushes", "blossoms", "hills",
    ),
    roles=("ground", "backdrop"),
)  # fmt: skip
