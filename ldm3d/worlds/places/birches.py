"""A birch wood: hundreds of slender white trunks with black marks, light leaves, tall grass, a path along a fence."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Scene, Stones, joined
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, smoothstep

EYE = 1.7
WHITE, BLACK = (0.600, 0.575, 0.530), (0.040, 0.036, 0.034)
LEAF = (0.094, 0.192, 0.036)
UP = np.array([0.0, 1.0, 0.0])


class _Floor:
    """Rolling ground, and a path that winds ahead with a fence on one side."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.at = rng.uniform(0, 1, 4).astype(np.float32)
        self.turn = rng.uniform(-0.40, 0.40)
        self.side = float(rng.choice([-1.0, 1.0]))
        self.bend = rng.uniform(0, 2 * np.pi)

    def frame(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Metres to the right of the path's middle, and metres along it."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        right, ahead = x * c + z * s, x * s - z * c
        wind = 3.4 * (np.sin(ahead * np.float32(0.075) + np.float32(self.bend)) - np.float32(np.sin(self.bend)))
        return right - wind - np.float32(0.7 * self.side), ahead

    def place(self, right: Array, ahead: Array) -> Array:
        """Ground points [n, 2] of that frame."""
        wind = 3.4 * (np.sin(ahead * 0.075 + self.bend) - np.sin(self.bend))
        across = right + wind + 0.7 * self.side
        c, s = np.cos(self.turn), np.sin(self.turn)
        return np.stack([across * c + ahead * s, across * s - ahead * c], axis=1)

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        rho = np.hypot(x, z)
        hills = noise.hills()(x * np.float32(1 / 120) + at[0], z * np.float32(1 / 120) + at[1], f / 120)
        lumps = noise.rough()(x * np.float32(1 / 19) + at[2], z * np.float32(1 / 19) + at[3], f / 19)
        calm = 1.0 - np.exp(-rho * rho * np.float32(1 / 60))
        right, _ = self.frame(x, z)
        banks = 1.6 * smoothstep(5.0, 34.0, np.abs(right)) + 0.10 * smoothstep(0.5, 1.4, np.abs(right))
        height = (hills * (0.55 + 0.014 * np.minimum(rho, 150.0)) + 0.10 * lumps + banks) * calm - EYE
        return np.asarray(height, np.float32)

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        blots = noise.rough()(x * np.float32(1 / 6.7), z * np.float32(1 / 6.7), f / 6.7)
        litter = noise.grain()(x * np.float32(1 / 2.3), z * np.float32(1 / 2.3), f / 2.3)
        crumbs = noise.grain()(z * np.float32(1 / 0.7), x * np.float32(1 / 0.7), f / 0.7)
        green = colour((0.082, 0.120, 0.030)) * (1.0 + 0.28 * litter + 0.22 * crumbs)
        straw = colour((0.185, 0.160, 0.070)) * (1.0 + 0.25 * litter + 0.22 * crumbs)
        albedo = green + (straw - green) * smoothstep(-0.4, 1.3, blots + 0.3 * litter)
        # Leaves of the year before.
        fallen = smoothstep(0.75, 1.15, crumbs + 0.35 * litter) * 0.8
        albedo += (colour((0.270, 0.180, 0.050)) - albedo) * fallen
        right, _ = self.frame(x, z)
        trod = 1.0 - smoothstep(0.30, 0.85, np.abs(right) + 0.16 * blots)
        albedo += (colour((0.190, 0.140, 0.090)) * (1.0 + 0.15 * litter + 0.16 * crumbs) - albedo) * trod * 0.9
        normal = hit.normal.copy()
        fade = np.clip(0.35 - f, 0.0, 0.3)
        normal[0] += litter * fade
        normal[2] += crumbs * fade
        normal /= np.sqrt((normal * normal).sum(axis=0))
        free = shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=0.42 + 0.58 * free)

    def feet(self, points: Array, off: float) -> Array:
        """Points [n, 3] on the ground at [n, 2] that keep so many metres off the path's middle."""
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        feet = np.stack([x, self.height(x, z, np.full_like(x, 0.2)), z], axis=1).astype(np.float64)
        return feet[np.abs(self.frame(x, z)[0]) > off]


def _birches(garden: Garden, rng: np.random.Generator, feet: Array, tall: Array, detail: Array) -> Array:
    """Birches [m] of one detail; returns the near ones' bark's marks as rows of centre, half width, half height."""
    m, much = len(feet), float(detail[0])
    away = np.hypot(feet[:, 0], feet[:, 2])
    r = tall * rng.uniform(0.0062, 0.0092, m)
    t = np.linspace(0.0, 1.0, 5)[:, None]
    level = np.array([1.0, 0.0, 1.0])
    lean = rng.normal(0, 0.030, (m, 1, 3)) * level * tall[:, None, None]
    sway = rng.normal(0, 0.006, (m, 1, 3)) * level * tall[:, None, None]
    axis = feet[:, None] - UP * 0.2 + UP * t * tall[:, None, None] + lean * t**1.4 + sway * np.sin(t * 7.0)
    radius = r[:, None] * np.array([1.25, 0.95, 0.72, 0.45, 0.08])
    tint = np.array(WHITE) * np.exp(rng.normal(0, 0.07, (m, 1)))
    garden.limb(
        axis[:, :-1].reshape(-1, 3),
        axis[:, 1:].reshape(-1, 3),
        np.stack([radius[:, :-1], radius[:, 1:]], axis=2).reshape(-1, 2),
        np.repeat(tint, 4, axis=0),
        np.tile(np.array([[0.7, 0.8], [0.8, 0.75], [0.75, 0.6], [0.6, 0.5]]), (m, 1)),
        0.35,
    )
    # Boughs rise, their ends hang.
    n = int(5 + 9 * much)
    share = rng.uniform(0.46, 0.95, (m, n))
    root = _between(axis, share)
    turn = rng.uniform(0, 2 * np.pi, (m, 1)) + np.arange(n) * 2.39996
    out = np.stack([np.cos(turn), np.zeros((m, n)), np.sin(turn)], axis=2)
    reach = tall[:, None] * 0.150 * (1.25 - share) ** 0.7 * rng.uniform(0.7, 1.2, (m, n))
    tip = root + out * reach[..., None] + UP * (reach * rng.uniform(0.35, 0.9, (m, n)))[..., None]
    garden.limb(
        root.reshape(-1, 3),
        tip.reshape(-1, 3),
        np.stack([r[:, None] * 0.34 * (1.1 - share), np.full((m, n), 0.006)], axis=2).reshape(-1, 2),
        np.repeat(tint * 0.5, n, axis=0),
        np.full((m * n, 2), 0.6),
        0.3,
    )
    per = int(3 + 5 * much)
    k = n * per
    along = rng.uniform(0.35, 1.1, (m, k, 1))
    size = (tall * 0.030 * (1.0 + 0.9 * (1.0 - detail)))[:, None] * rng.uniform(0.7, 1.3, (m, k))
    hanging, far = np.repeat(root, per, axis=1), np.repeat(reach, per, axis=1)
    centre = hanging + np.repeat(tip - root, per, axis=1) * along + rng.normal(0, 0.30, (m, k, 3)) * far[..., None]
    centre[..., 1] -= rng.uniform(0.0, 0.55, (m, k)) * far
    normal = np.repeat(out, per, axis=1) * 0.5 + UP * 0.7 + rng.normal(0, 0.25, (m, k, 3))
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    leaf = garden.tints(m, LEAF, 0.14)[:, None] * np.exp(rng.normal(0, 0.12, (m, k, 1)))
    garden.clumps(
        centre.reshape(-1, 3), size.ravel(), leaf.reshape(-1, 3), normal.reshape(-1, 3),
        rng.uniform(0.45, 1.0, m * k), sprites.LEAVES, 0.95,
    )  # fmt: skip
    near = np.flatnonzero(away <= 30.0)
    knee = axis[near, 0] + (axis[near, 1] - axis[near, 0]) * rng.uniform(0.06, 0.12, (len(near), 1))
    garden.limb(
        axis[near, 0],
        knee,
        r[near, None] * np.array([1.36, 1.06]),
        np.tile([[0.105, 0.092, 0.080]], (len(near), 1)),
        np.full((len(near), 2), 0.7),
        1.0,
    )
    count = int(14 + 30 * much)
    high = rng.uniform(0.03, 0.75, (len(near), count))
    here = _between(radius[near][..., None], high)[..., 0]
    way = rng.uniform(0, 2 * np.pi, high.shape)
    aside = np.stack([np.cos(way), np.zeros_like(way), np.sin(way)], axis=2)
    middle = _between(axis[near], high) + aside * (here * 0.44)[..., None]
    flat = rng.uniform(0.10, 0.22, high.shape) * np.where(rng.uniform(0, 1, high.shape) < 0.3, 4.0, 1.0)
    return np.concatenate([middle, (here * 0.64)[..., None], (here * flat)[..., None]], axis=2).reshape(-1, 5)


def _between(points: Array, share: Array) -> Array:
    """Values [m, n, c] at shares [m, n] of the way along five evenly spaced ones [m, 5, c]."""
    at = np.minimum((share * 4.0).astype(int), 3)
    row = np.arange(len(points))[:, None]
    value: Array = points[row, at] + (points[row, at + 1] - points[row, at]) * (share * 4.0 - at)[..., None]
    return value


def _wood(garden: Garden, rng: np.random.Generator, floor: _Floor, wish: Wish) -> Stones | None:
    """All birches and the black marks of the near ones."""
    near = floor.feet(scatter(rng, 3.2, 30.0, round(260 * wish.density), 0.42), 1.5)
    far = floor.feet(spread(rng, 30.0, 140.0, round(2600 * wish.density), 3.3), 1.8)
    trees = np.concatenate([near, far])
    if wish.lone == "trees":
        trees = trees[np.abs(np.hypot(trees[:, 0], trees[:, 2]) - 8.0).argsort()[:1]]
    tall = rng.uniform(12.0, 19.0, len(trees)) * wish.scale
    detail = np.clip(1.2 - np.log2(np.hypot(trees[:, 0], trees[:, 2]) / 4.0) * 0.26, 0.0, 1.0)
    # Trees of about equal detail are grown together; none has more than its distance allows.
    detail = np.floor(detail * 15.0) / 15.0
    marks = [_birches(garden, rng, trees[same], tall[same], detail[same]) for same in (
        np.flatnonzero(detail == much) for much in np.unique(detail))]  # fmt: skip
    rows = np.concatenate(marks) if marks else np.zeros((0, 5))
    n = len(rows)
    if not n:
        return None
    return Stones(
        centre=rows[:, :3],
        axes=rows[:, [3, 4, 3]],
        turn=np.zeros(n),
        colour=np.tile([BLACK], (n, 1)),
        uneven=np.full(n, 0.05),
        moss=np.zeros(n),
        glow=np.zeros(n),
    )


def _fence(garden: Garden, rng: np.random.Generator, floor: _Floor) -> None:
    """Posts and two rails along the path."""
    ahead = np.arange(-22.0, 46.0, 2.6)
    spots = floor.place(np.full(len(ahead), 1.9 * floor.side), ahead)
    feet = floor.feet(spots, 0.0)
    feet = feet[np.hypot(feet[:, 0], feet[:, 2]) > 1.6]
    n = len(feet)
    grey = garden.tints(n, (0.235, 0.215, 0.185), 0.12)
    garden.limb(
        feet - UP * 0.2,
        feet + UP * rng.uniform(1.0, 1.15, (n, 1)),
        np.tile([[0.065, 0.055]], (n, 1)),
        grey,
        np.full((n, 2), 0.8),
    )
    for high in (0.48, 0.90):
        gap = np.linalg.norm(np.diff(feet, axis=0), axis=1) < 3.6
        a, b = feet[:-1][gap] + UP * high, feet[1:][gap] + UP * high
        m = len(a)
        droop = rng.normal(0, 0.03, (m, 1))
        garden.limb(a + UP * droop, b - UP * droop, np.tile([[0.042, 0.034]], (m, 1)), grey[:m], np.full((m, 2), 0.8))


def _below(garden: Garden, rng: np.random.Generator, floor: _Floor, wish: Wish) -> None:
    """Tall grass, ferns, flowers, bushes, and fallen birches."""
    if "grass" not in wish.without:
        grass = floor.feet(scatter(rng, 0.3, 48.0, round(8200 * wish.density), 0.036), 0.62)
        size = rng.uniform(0.14, 0.40, len(grass)) * np.clip(0.30 + np.hypot(grass[:, 0], grass[:, 2]) / 6.0, 0.35, 1.0)
        tint = garden.tints(len(grass), (0.140, 0.168, 0.045), 0.2)
        garden.tufts(grass, size * 0.9, size, tint, sprites.GRASS, 0.85)
    ferns = floor.feet(scatter(rng, 2.2, 40.0, round(420 * wish.density), 0.22), 0.95)
    size = rng.uniform(0.22, 0.50, len(ferns))
    garden.tufts(ferns, size * 1.1, size, garden.tints(len(ferns), (0.090, 0.150, 0.030), 0.18), sprites.FERN, 0.8)
    for foot in floor.feet(scatter(rng, 4.0, 60.0, round(80 * wish.density), 0.7), 1.5):
        detail = float(np.clip(1.0 - np.hypot(foot[0], foot[2]) / 30, 0.1, 1))
        garden.bush(foot, rng.uniform(0.3, 0.9), (0.095, 0.145, 0.034), detail=detail)
    for at in scatter(rng, 1.8, 20.0, 40, 0.5) if "flowers" not in wish.without else ():
        foot, pick = floor.feet(at + rng.normal(0, 0.35, (9, 2)), 0.8), int(rng.integers(3))
        tone = wish.tint("flowers") or ((0.80, 0.80, 0.84), (0.36, 0.28, 0.72), (0.84, 0.70, 0.16))[pick]
        n = len(foot)
        garden.clumps(
            foot + UP * rng.uniform(0.12, 0.30, (n, 1)),
            rng.uniform(0.030, 0.052, n),
            garden.tints(n, tone, 0.08),
            np.tile([[0.0, 1.0, 0.0]], (n, 1)),
            np.ones(n),
            sprites.FLOWER,
            0.7,
        )
    logs = floor.feet(scatter(rng, 4.0, 34.0, 30, 1.0), 3.0)[:8]
    turn, n = rng.uniform(0, 2 * np.pi, len(logs)), len(logs)
    way = np.stack([np.cos(turn), np.zeros(n), np.sin(turn)], axis=1) * rng.uniform(1.2, 2.6, (n, 1))
    start, end = (floor.feet((logs + k * way)[:, [0, 2]], -1.0) + UP * 0.10 for k in (-1.0, 1.0))
    garden.limb(
        start, end, np.tile([[0.13, 0.09]], (n, 1)), garden.tints(n, (0.43, 0.41, 0.37), 0.12), np.full((n, 2), 0.7)
    )


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a birch wood."""
    floor = _Floor(rng)
    garden = Garden(rng)
    marks = _wood(garden, rng, floor, wish) if "trees" not in wish.without else None
    _fence(garden, rng, floor)
    _below(garden, rng, floor, wish)
    rocks = floor.feet(scatter(rng, 2.8, 50.0, 50, 0.8), 1.1)
    n = len(rocks)
    width = np.minimum(rng.uniform(0.15, 0.6, n), 0.13 * np.hypot(rocks[:, 0], rocks[:, 2]))
    stones = boulders(
        garden, rocks, width, (0.185, 0.180, 0.170), spread=0.1, raised=0.18, flat=(0.55, 0.85), moss=(0.3, 0.9)
    )
    return Scene(
        height=floor.height,
        shade_ground=floor.shade,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones if marks is None else joined([stones, marks]),
        moss=(0.080, 0.105, 0.030),
        shadow_reach=60.0,
        smooth=0.25,
        fog=2.2,
        open_sky=1.25,
        exposure=1.2,
        shafts=0.45,
    )


PLACE = Place(
    name="birches",
    words=(
        "birch", "birch forest", "birch forests", "birch grove", "birch trees", "birch tree", "birch wood",
        "birch woods", "silver birches", "aspen", "aspens", "aspen grove", "aspen forest", "aspen trees",
        "birkenwald", "birke", "birken", "birkenhain", "espenwald", "abedul", "abedules", "bosque de abedules",
        "álamos",
    ),
    build=build,
    hints=(
        "white trunks",
    ),
    nouns=(
        "a birch forest", "a birch grove", "birch woods", "an aspen grove",
    ),
    shows=(
        "tree", "trees", "white trunks", "trunks", "leaves",
        "fence", "path", "grass", "flowers",
    ),
    stuff="foliage",
    roles=("ground", "backdrop"),
)  # fmt: skip
