"""Ruins: a paved way between broken columns up to a temple front, arcades and walls, fallen drums, overgrown."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.columns import STYLE, broken_wall, column, drum
from ldm3d.worlds.frame import Frame
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Lamps, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep

EYE = 1.7
STONES: tuple[Colour, ...] = ((0.47, 0.41, 0.32), (0.46, 0.36, 0.235), (0.43, 0.41, 0.37), (0.48, 0.38, 0.30))
BAY, GAPS = 5.2, (3, 8)


class _Site:
    """The plan: the way runs along z to the temple; level within the ruins, hills around."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 6).astype(np.float32)
        self.frame = Frame(float(rng.uniform(-0.5, 0.5)), float(rng.uniform(-0.9, 0.9)), 0.0, EYE)
        self.tall = float(rng.uniform(6.4, 7.8)) * wish.scale**0.8
        self.radius = self.tall * float(rng.uniform(0.072, 0.082))
        self.step = float(rng.uniform(4.0, 4.8))
        self.end = float(rng.uniform(-25.0, -21.0))
        self.side = float(rng.choice([-1.0, 1.0]))
        # Drawn even where a colour is asked for, so that the layout stays.
        own: Colour = STONES[int(rng.integers(len(STONES)))]
        self.tone: Colour = wish.tint("buildings", "rock") or own
        self.scale = wish.scale

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f, hills = self.at, footprint, noise.hills()
        rho = np.hypot(x, z)
        u, v = self.frame.to_plan(x, z)
        off = np.maximum(np.abs(u) - 5.0, 0.0)
        rough = noise.rough()(x * np.float32(1 / 17) + at[0], z * np.float32(1 / 17) + at[1], f / 17)
        swell = hills(x * np.float32(1 / 260) + at[2], z * np.float32(1 / 260) + at[3], f / 260)
        broad = hills(z * np.float32(1 / 2300) + at[4], x * np.float32(1 / 2300) + at[5], f / 2300)
        site = np.hypot(np.maximum(np.abs(u) - 16.0, 0.0), np.maximum(np.abs(v + 12.0) - 52.0, 0.0))
        out = smoothstep(0.0, 50.0, site)
        height: Array = (
            rough * (0.02 + 0.13 * smoothstep(0.0, 6.0, off)) + out * swell * 3.2 - EYE
            + smoothstep(140.0, 900.0, rho) * (24.0 + 22.0 * swell) * np.float32(self.scale)
            + smoothstep(700.0, 3200.0, rho) * (120.0 + 90.0 * broad)
        )  # fmt: skip
        return height

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        u, v = self.frame.to_plan(x, z)
        blots = noise.rough()(x * np.float32(1 / 7), z * np.float32(1 / 7), f / 7)
        fine = noise.grain()(x * np.float32(1 / 1.1), z * np.float32(1 / 1.1), f / 1.1)
        broad = noise.rough()(z * np.float32(1 / 120), x * np.float32(1 / 120), f / 120)
        green, dry = colour((0.092, 0.128, 0.042)), colour((0.22, 0.185, 0.10))
        grass = green + (dry - green) * smoothstep(-0.7, 1.3, 0.7 * blots + 0.8 * broad + 0.2 * fine)
        grass = grass * np.clip(1.0 + 0.24 * fine, 0.4, 1.8)
        rho = np.hypot(x, z)
        crowns = noise.billows()(x * np.float32(1 / 90), z * np.float32(1 / 90), f / 90) - 0.5
        wood = smoothstep(0.0, 0.5, noise.hills()(x * np.float32(1 / 600), z * np.float32(1 / 600), f / 600))
        wood = wood * smoothstep(90.0, 220.0, rho)
        grass = grass + (colour((0.050, 0.078, 0.030)) * np.clip(1.0 + 2.0 * crowns, 0.3, 2) - grass) * wood
        slabs = materials.pattern(
            materials.ASHLAR, u * np.float32(0.8), v * np.float32(0.42), f, colour(self.tone) * 0.66
        )
        kept = np.abs(u) + 0.9 * blots + 0.4 * fine
        way = 1.0 - smoothstep(2.7, 3.3, kept)
        way = way * smoothstep(-2.2, -1.2, blots + 0.4 * broad + 0.2 * fine) * (v < 55) * (v > self.end - 24)
        # Sand and chips of stone about the ruins.
        worn = (1.0 - smoothstep(3.0, 15.0, np.abs(u) + 2.5 * blots)) * 0.8 * (np.abs(v + 12) < 60)
        sand = colour((0.62 * self.tone[0], 0.60 * self.tone[1], 0.56 * self.tone[2])) * (
            1.0 + 0.18 * fine + 0.1 * blots
        )
        albedo = grass + (sand - grass) * worn * smoothstep(-1.6, 0.7, blots + 0.5 * fine)
        joint = smoothstep(-0.4, 1.9, fine * 0.4 + blots) * 0.5
        albedo = albedo + (slabs + (colour((0.105, 0.115, 0.055)) - slabs) * joint - albedo) * way
        normal = hit.normal.copy()
        bend = np.clip(0.25 - f, 0.0, 0.2) * (1.0 - 0.7 * way)
        normal[0] += fine * bend + crowns * wood * 0.8
        normal[2] += blots * bend * 0.5
        normal /= np.sqrt(dot(normal, normal))
        free = 0.4 + 0.6 * shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=free, wrap=0.1)

    def feet(self, points: Array, clear: float = 0.0) -> Array:
        """Points [n, 3] on the ground at [n, 2], `clear` metres beside the way's middle."""
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        u, _ = self.frame.to_plan(x, z)
        y = self.height(x, z, np.maximum(np.hypot(x, z) * np.float32(0.006), 0.05))
        return np.stack([x, y, z], axis=1).astype(np.float64)[np.abs(u) > clear]


def _way(mason: Mason, rng: np.random.Generator, site: _Site, wish: Wish) -> None:
    """The columns along the way, some with beams across, and what has fallen."""
    frame, tall, r, tone = site.frame, site.tall, site.radius, site.tone
    for side in (-1.0, 1.0):
        whole_before = False
        for v in np.arange(34.0, site.end + 6.0, -site.step):
            chance, high = rng.uniform(), float(rng.uniform(0.12, 0.8)) * tall
            away = float(np.hypot(v, 4.6))
            whole = chance < 0.48
            if chance > 0.9:
                whole_before = False
                continue
            frame.at(mason, side * 4.6, float(v), float(rng.normal(0, 0.02)))
            column(mason, rng, tall if whole else high, tall, r, tone, fine=away < 24.0)
            if whole and whole_before:
                frame.at(mason, side * 4.6, float(v))
                mason.box((-r * 0.95, tall, -0.5), (r * 0.95, tall + 0.62, site.step + 0.5), STYLE, tone)
                mason.box((-r * 1.25, tall + 0.62, -0.5), (r * 1.25, tall + 0.85, site.step + 0.5), STYLE, tone)
            whole_before = whole
    for _ in range(round(26 * wish.density)):
        side, off, v = float(rng.choice([-1, 1])), float(rng.uniform(2.6, 13.0)), float(rng.uniform(site.end, 30))
        kind, turn, size = rng.uniform(), float(rng.uniform(0, 6.28)), float(rng.uniform(0.5, 1.3))
        if np.hypot(side * off - frame.x, v) < 2.8 or abs((v - 34.0) % site.step) < 1.0:
            continue
        x, _, z = frame.spot(side * off, v)
        y = float(site.feet(np.array([[x, z]]))[0, 1])
        mason.at(x, y - 0.06, z, turn)
        if kind < 0.5:
            drum(mason, 1.15 * size, r * 0.95, tone)
        else:
            mason.box((-0.7 * size, -0.3, -0.4), (0.7 * size, 0.62, 0.4), materials.ROCK if kind > 0.8 else STYLE, tone)


def _temple(mason: Mason, rng: np.random.Generator, site: _Site) -> Array:
    """A temple on steps with what is left of its front; returns where the braziers shine."""
    frame, tone = site.frame, site.tone
    tall, r = site.tall * 1.3, site.radius * 1.25
    wide, deep, front = 8.6, 20.0, site.end
    for k in range(4):
        out = 1.8 - 0.5 * k
        frame.at(mason, 0.0, front)
        mason.box((-wide - out, -1.0, -deep - out), (wide + out, 0.38 * (k + 1), out), materials.ASHLAR, tone)
    base = 4 * 0.38
    xs = np.linspace(-wide + 0.8, wide - 0.8, 6)
    gone = int(rng.integers(0, 2))  # how many of the front's columns at one end are broken
    cut = xs[5 - gone] if site.side > 0 else xs[gone]
    for k, x in enumerate(xs):
        rank = k if site.side > 0 else 5 - k
        frame.at(mason, float(x), front - 0.8, 0.0, base)
        column(mason, rng, tall if rank <= 5 - gone else tall * float(rng.uniform(0.25, 0.6)), tall, r, tone)
    for z in np.arange(front - 0.8 - 3.0, front - deep + 0.5, -3.0):
        for x in (xs[0], xs[5]):
            frame.at(mason, float(x), float(z), 0.0, base)
            column(mason, rng, tall * (1.0 if rng.uniform() < 0.4 else float(rng.uniform(0.15, 0.8))), tall, r, tone,
                   fine=False)  # fmt: skip
    left, right = (xs[0] - 0.9, cut + 0.5) if site.side > 0 else (cut - 0.5, xs[5] + 0.9)
    frame.at(mason, 0.0, front - 0.8, 0.0, base)
    mason.box((left, tall, -0.75), (right, tall + 0.75, 0.75), STYLE, tone)
    mason.box((left - 0.1, tall + 0.75, -0.7), (right + 0.1, tall + 1.35, 0.7), STYLE, tone)
    mason.box((left - 0.3, tall + 1.35, -1.05), (right + 0.3, tall + 1.62, 1.05), STYLE, tone)
    for x in np.arange(left + 0.3, right - 0.2, 0.9):
        mason.box((float(x), tall + 0.8, 0.7), (float(x) + 0.42, tall + 1.33, 0.78), STYLE, tone)
    # The gable stands as far as its columns do.
    rise, foot = 2.9, tall + 1.62
    top = [(wide + 0.3, foot), (0.0, foot + rise), (-wide - 0.3, foot)]
    if gone:
        x = float(right if site.side > 0 else left) - 1.6 * site.side
        y = foot + rise * (1.0 - abs(x) / (wide + 0.3))
        ruin = [(x + 1.3 * site.side, foot), (x + 0.5 * site.side, foot + 0.3 * rise), (x, max(y, foot + 0.2))]
        top = [*ruin, (0.0, foot + rise), (-(wide + 0.3) * site.side, foot)]
    mason.slab(np.array(top), -0.5, 0.5, STYLE, tone)
    frame.at(mason, 0.0, front - 6.5, 0.0, base)
    broken_wall(mason, rng, 2 * wide - 5.5, tall * 0.95, tall * 0.7, 0.9, tone, arch=(1.5, 3.4))
    for side in (-1.0, 1.0):
        frame.at(mason, side * (wide - 2.7), front - 12.5, np.pi / 2, base)
        broken_wall(mason, rng, 12.0, tall * 0.8, tall * 0.35, 0.9, tone)
    shine = []
    for x in (-3.2, 3.2):
        frame.at(mason, x, front + 3.4)
        bowl = [(0.42, -0.5), (0.42, 0.2), (0.22, 0.3), (0.2, 1.0), (0.5, 1.25), (0.56, 1.4), (0.4, 1.4), (0.3, 1.28)]
        mason.lathe(bowl, STYLE, tone, sides=14)
        mason.lathe([(0.36, 1.3), (0.40, 1.4), (0.0, 1.5)], materials.PLAIN, (0.06, 0.045, 0.04), glow=0.0, sides=12)
        flame = [(0.26, 1.36), (0.30, 1.5), (0.12, 1.78), (0.0, 2.05)]
        mason.lathe(flame, materials.PLAIN, (0.50, 0.20, 0.045), glow=4.5, sides=8)
        shine.append(mason.to_world([(0.0, 1.9, 0.0)]))
    return np.concatenate(shine)


def _walls(mason: Mason, rng: np.random.Generator, site: _Site) -> Array:
    """An arcade along one side, low walls of houses on the other, a lone arch over the way behind the eye.

    Returns the heights of the arcade at the ends of its bays.
    """
    frame, tone, side = site.frame, site.tone, site.side
    darker = (tone[0] * 0.88, tone[1] * 0.86, tone[2] * 0.82)
    high, bay = 7.2 * site.scale**0.7, BAY
    level = np.clip(high + np.cumsum(rng.normal(-0.1, 0.9, 15)), 3.2, high + 2.2)
    for k in range(13):
        frame.at(mason, side * 17.5, 30.0 - bay * (k + 0.5), side * np.pi / 2)
        first, last = float(level[k]), float(level[k + 1])
        if k in GAPS:
            broken_wall(mason, rng, 1.5, first * 0.5, last * 0.4, 1.3, darker)
            continue
        broken_wall(mason, rng, bay, first, last, 1.3, darker, arch=(1.75, high * 0.42))
    for _ in range(7):
        u, v = -side * float(rng.uniform(10.0, 21.0)), float(rng.uniform(-34, 30))
        long, first, last = float(rng.uniform(4, 9)), float(rng.uniform(1.2, 4.2)), float(rng.uniform(0.6, 2.4))
        frame.at(mason, u, v, 0.0 if rng.uniform() < 0.5 else np.pi / 2)
        broken_wall(mason, rng, long, first, last, 0.9, darker, style=materials.RUBBLE)
    frame.at(mason, 0.0, 24.0)
    broken_wall(mason, rng, 13.5, high * 1.22, high * 1.0, 1.8, tone, arch=(2.9, high * 0.5))
    heights: Array = level
    return heights


def _green(garden: Garden, rng: np.random.Generator, site: _Site, level: Array, wish: Wish) -> None:
    """Grass in the joints, bushes, ivy on the arcade, cypresses and pines around."""
    if "grass" not in wish.without:
        grass = site.feet(np.concatenate([scatter(rng, 1.25, 9.0, 1500, 0.08), spread(rng, 6.0, 46.0, 6500, 0.28)]))
        patch = noise.rough()(grass[:, 0].astype(np.float32) / 7, grass[:, 2].astype(np.float32) / 7)
        u, _ = site.frame.to_plan(grass[:, 0], grass[:, 2])
        grass = grass[patch + np.minimum(np.abs(u) * 0.22, 1.2) + rng.uniform(-0.5, 0.5, len(grass)) > 0.75]
        size = rng.uniform(0.08, 0.30, len(grass))
        tint = garden.tints(len(grass), (0.125, 0.170, 0.048), 0.22)
        garden.tufts(grass, size * 1.1, size, tint, sprites.GRASS, 0.85)
    for foot in site.feet(scatter(rng, 3.0, 70.0, round(110 * wish.density), 0.7), 3.0):
        away = float(np.hypot(foot[0], foot[2]))
        garden.bush(
            foot, float(rng.uniform(0.3, 1.1)), (0.070, 0.110, 0.034), detail=float(np.clip(1.1 - away / 45, 0.1, 1))
        )
    n = round(2600 * wish.density)
    v, y = rng.uniform(-36, 30, n), rng.uniform(0, 1, n) ** 0.6 * 7.5
    hung = noise.hills()(v.astype(np.float32) / 23, (y * 0.6).astype(np.float32) / 23) > 0.35
    bay = (30.0 - v) / BAY
    k = np.clip(bay.astype(int), 0, 12)
    open_ = (np.abs(bay - k - 0.5) * BAY < 2.0) & (y < 0.42 * 7.2 * site.scale**0.7 + 1.9)
    kept = hung & ~np.isin(k, GAPS) & ~open_ & (y < np.minimum(level[k], level[k + 1]) - 0.3)
    v, y = v[kept], y[kept]
    wx, wz = site.frame.to_world(np.full(len(v), site.side * (17.5 - 0.72)), v)
    leaves = np.stack([wx, y - EYE, wz], axis=1)
    normal: Array = np.tile(
        [[-site.side * np.cos(site.frame.turn), 0.3, site.side * np.sin(site.frame.turn)]], (len(v), 1)
    )
    m = len(leaves)
    garden.clumps(leaves, rng.uniform(0.22, 0.42, m), garden.tints(m, (0.055, 0.105, 0.030), 0.2),
                  normal / np.linalg.norm(normal[0]), np.full(m, 0.7), sprites.BUSH, 0.4)  # fmt: skip
    if "trees" in wish.without:
        return
    trees = site.feet(np.concatenate([scatter(rng, 24.0, 160.0, round(80 * wish.density), 0.8),
                                      spread(rng, 60.0, 300.0, round(260 * wish.density), 8.0)]), 7.0)  # fmt: skip
    off, along = site.frame.to_plan(trees[:, 0], trees[:, 2])
    trees = trees[(np.abs(off) > 21.0) | (along < site.end - 26.0) | (along > 36.0)]
    if wish.lone == "trees":
        trees = trees[:1]
    for foot in trees:
        away = float(np.hypot(foot[0], foot[2]))
        detail = float(np.clip(1.1 - np.log2(away / 10) * 0.25, 0.0, 0.8))
        if rng.uniform() < 0.45:
            garden.conifer(foot, rng.uniform(7, 12), rng.uniform(0.75, 1.1), (0.035, 0.070, 0.032), detail=detail,
                           bark=(0.13, 0.10, 0.08), bare=0.03)  # fmt: skip
        else:
            garden.broadleaf(foot, rng.uniform(5, 9), rng.uniform(2.6, 4.4), (0.075, 0.115, 0.036), detail=detail,
                             bark=(0.15, 0.11, 0.08), crown_from=0.42)  # fmt: skip


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out ruins."""
    site = _Site(rng, wish)
    mason, garden = Mason(), Garden(rng)
    _way(mason, rng, site, wish)
    shine = _temple(mason, rng, site)
    level = _walls(mason, rng, site)
    _green(garden, rng, site, level, wish)
    rocks = site.feet(scatter(rng, 2.2, 40.0, round(150 * wish.density), 0.4))
    size = np.minimum(np.exp(rng.normal(-1.9, 0.6, len(rocks))), 0.10 * np.hypot(rocks[:, 0], rocks[:, 2]))
    return Scene(
        height=site.height,
        shade_ground=site.shade,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=None
        if "rocks" in wish.without
        else boulders(garden, rocks, size, (site.tone[0] * 0.8, site.tone[1] * 0.8, site.tone[2] * 0.8)),
        meshes=mason.meshes(),
        lamps=Lamps.at(shine, (26.0, 13.0, 4.4), 26.0) if "lamps" not in wish.without else None,
        moss=(0.10, 0.12, 0.045),
        shadow_reach=60.0,
        relief=True,
        smooth=0.15,
        fog=1.2,
    )


PLACE = Place(
    name="ruins",
    words=(
        "ruin", "ruined", "ruined city", "ruined castle", "ruined temple", "ancient ruins", "castle ruins",
        "temple ruins", "ancient temple", "temple", "temples", "ancient temples", "stonehenge", "colosseum",
        "acropolis", "parthenon", "pompeii", "petra", "machu picchu", "angkor wat", "angkor", "forum romanum",
        "atlantis", "roman ruins", "greek ruins", "mayan ruins", "greek temple", "mayan temple", "aztec temple",
        "castle", "castles", "fortress", "citadel", "pyramids", "stone circle", "archaeological site", "lost city",
        "lost temple", "pillars", "ruine", "ruinen", "burgruine", "tempelruine", "burg", "schloss", "tempel",
        "ruinenstadt", "ruina", "ruinas", "castillo", "castillos", "templo", "templos", "fortaleza", "ruinas mayas",
        "ruinas romanas", "castillo en ruinas",
    ),
    build=build,
    hints=(
        "columns", "statues", "statue", "arches", "overgrown stones", "obelisk", "pyramid", "pharaoh", "gladiators",
        "aztec", "mayan", "säulen", "columnas", "post apocalyptic", "apocalyptic", "apocalypse",
    ),
    nouns=(
        "ruins", "ancient ruins", "a ruined temple", "castle ruins",
    ),
    shows=(
        "columns", "arches", "pillars", "stones", "walls",
    ),
    stuff="buildings",
)  # fmt: skip
