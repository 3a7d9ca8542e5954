"""A cave: a hall of flowstone with pillars and a lake, passages into the dark, crystals, and a hole to the sky."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.light import inside, mix
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter
from ldm3d.worlds.scene import Lamps, Scene, Stones, joined
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
POOL = -EYE - 0.5
OPEN = 2000.0
CRYSTALS = ((0.10, 0.55, 0.75), (0.45, 0.18, 0.80), (0.12, 0.65, 0.42), (0.75, 0.42, 0.10))

WARM, COOL = (0.40, 0.275, 0.175), (0.27, 0.255, 0.25)


def _dome(out: Array, high: float) -> Array:
    """Heights of a dome at shares of its radius, `high` in its middle; `out` is overwritten."""
    out *= out
    out *= out
    np.subtract(np.float32(1.0), out, out=out)
    out *= np.float32(high)
    return out


class _Hollow:
    """The hollow: halls and passages as discs and strips on the ground, whose edges are eaten by noise."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 8).astype(np.float32)
        size = wish.scale**0.5
        asked = wish.tint("rock")
        self.warm = mix(WARM, asked, 0.7) if asked else WARM
        self.cool = mix(COOL, asked, 0.5) if asked else COOL
        first = rng.uniform(0, 2 * np.pi)
        turns = first + np.array([0.0, 2.3, 4.1]) + rng.uniform(-0.4, 0.4, 3)
        self.halls: list[tuple[float, float, float, float]] = [(0.0, 0.0, rng.uniform(9.0, 11.5), 7.5 * size)]
        self.ways: list[tuple[Array, Array, float, float]] = []
        for k, turn in enumerate(turns):
            start, heading = np.zeros(2), float(turn)
            for _ in range(2 if k else 3):
                far = rng.uniform(17.0, 24.0)
                end = start + far * np.array([np.sin(heading), -np.cos(heading)])
                self.ways.append((start, end, rng.uniform(2.2, 3.6), rng.uniform(3.6, 5.2) * size))
                self.halls.append((end[0], end[1], rng.uniform(4.5, 8.0), rng.uniform(5.0, 9.5) * size))
                start, heading = end, heading + rng.uniform(-0.9, 0.9)
        lake = first + 1.15
        self.lake = np.array([np.sin(lake), -np.cos(lake)]) * 6.4
        sky = first + 0.15
        self.hole = np.array([np.sin(sky), -np.cos(sky)]) * rng.uniform(9.5, 11.0)
        self.halls.append((self.hole[0], self.hole[1], 5.5, 9.0 * size))

    def room(self, x: Array, z: Array, footprint: Array) -> Array:
        """Metres between floor and ceiling before they are roughened; below 0 there is rock."""
        bite = noise.rough()(x * np.float32(1 / 19) + self.at[0], z * np.float32(1 / 19) + self.at[1], footprint / 19)
        room = np.full(x.shape, -3.0, np.float32)
        wide, narrow = bite * np.float32(0.9), bite * np.float32(0.6)
        for cx, cz, radius, high in self.halls:
            dx, dz = x - np.float32(cx), z - np.float32(cz)
            out = np.sqrt(dx * dx + dz * dz)
            out += wide
            out *= np.float32(1 / radius)
            np.maximum(room, _dome(out, high), out=room)
        for a, b, half, high in self.ways:
            along = ((b - a) / np.linalg.norm(b - a)).astype(np.float32)
            dx, dz = x - np.float32(a[0]), z - np.float32(a[1])
            t = np.clip(dx * along[0] + dz * along[1], 0.0, np.float32(np.linalg.norm(b - a)))
            dx -= t * along[0]
            dz -= t * along[1]
            off = np.sqrt(dx * dx + dz * dz)
            off += narrow
            off *= np.float32(1 / half)
            np.maximum(room, _dome(off, high), out=room)
        return room

    def _basin(self, x: Array, z: Array) -> Array:
        out = np.hypot((x - np.float32(self.lake[0])) / 6.2, (z - np.float32(self.lake[1])) / 5.0)
        value: Array = 1.0 - smoothstep(0.55, 1.0, out)
        return value

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        room = self.room(x, z, f)
        lumps = noise.rough()(x * np.float32(1 / 7) + at[2], z * np.float32(1 / 7) + at[3], f / 7)
        rise = noise.hills()(x * np.float32(1 / 60) + at[4], z * np.float32(1 / 60) + at[5], f / 60)
        calm = 1.0 - np.exp(-(x * x + z * z) * np.float32(1 / 9))
        bank = np.clip(2.2 - room, 0.0, 6.0) * 0.42
        floor = (lumps * 0.13 + rise * 0.35 + 0.12) * calm + bank - 1.5 * self._basin(x, z)
        value: Array = floor - np.float32(EYE)
        return value

    def ceiling(self, x: Array, z: Array, footprint: Array) -> Array:
        """The underside of the rock; far above everything where the hole is."""
        at, f = self.at, footprint
        room = self.room(x, z, f)
        drip = noise.ridges()(x * np.float32(1 / 13) + at[6], z * np.float32(1 / 13) + at[7], f / 13)
        lumps = noise.rough()(x * np.float32(1 / 5) + at[5], z * np.float32(1 / 5) + at[2], f / 5)
        inner = smoothstep(0.0, 3.0, room)
        roof = room - (drip * 1.9 + lumps * 0.22) * inner - np.float32(EYE)
        ragged = noise.rough()(x * np.float32(1 / 9) + at[1], z * np.float32(1 / 9) + at[6], f / 9)
        hole = np.hypot(x - np.float32(self.hole[0]), z - np.float32(self.hole[1])) + ragged * 0.6 < 3.3
        return np.where(hole, np.float32(OPEN), roof).astype(np.float32)

    def _rock(self, hit: Hit, shader: Shader, *, floor: bool) -> Array:
        p, f = hit.p, hit.footprint
        x, y, z = p
        if floor:
            flow = noise.rough()(x * np.float32(1 / 9), z * np.float32(1 / 9), f / 9)
            bands = noise.rough()(z * np.float32(1 / 3.7), x * np.float32(1 / 3.7), f / 3.7)
        else:
            flow = noise.rough()((x + z) * np.float32(1 / 6), y * np.float32(1 / 21), f / 6)
            bands = noise.rough()(y * np.float32(1 / 5.5), (x - z) * np.float32(1 / 19), f / 5.5)
        fine = noise.grain()(x * np.float32(1 / 1.6) + y, z * np.float32(1 / 1.6), f / 1.6)
        warm, cool = colour(self.warm), colour(self.cool)
        share = smoothstep(-0.9, 0.9, flow + 0.5 * bands)
        albedo = (cool + (warm - cool) * share) * (1.0 + 0.14 * bands + 0.07 * fine)
        if floor:
            light = np.hypot(x - np.float32(self.hole[0]), z - np.float32(self.hole[1]))
            moss = smoothstep(0.70, 0.9, hit.normal[1]) * (1.0 - smoothstep(2.5, 5.5, light + flow))
            albedo = albedo + (colour((0.075, 0.13, 0.03)) - albedo) * moss
        normal = hit.normal.copy()
        normal[0] += flow * 0.16 + fine * np.clip(0.16 - f, 0.0, 0.16)
        normal[2] += bands * 0.16
        normal /= np.sqrt(dot(normal, normal))
        corner = smoothstep(-0.5, 3.0, self.room(x, z, f))
        free = (0.45 + 0.55 * corner) * (0.25 + 0.75 * shader.shadows.open_sky(x, z))
        rgb = shader.lit(np.clip(albedo, 0.01, 0.8), normal, p, free=free)
        gleam = smoothstep(0.2, 1.2, flow + 0.4 * fine) * 0.10
        value: Array = rgb + shader.mirrored(hit, normal) * gleam
        return value

    def shade_floor(self, hit: Hit, shader: Shader) -> Array:
        return self._rock(hit, shader, floor=True)

    def shade_ceiling(self, hit: Hit, shader: Shader) -> Array:
        return self._rock(hit, shader, floor=False)


def _dripstone(mason: Mason, rng: np.random.Generator, hollow: _Hollow, count: int) -> None:
    """Stalactites with the stalagmites under them, and where both met, pillars."""
    points = scatter(rng, 2.7, 45.0, count, 0.42)
    x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
    fine = np.full_like(x, 0.3)
    low, high = hollow.height(x, z, fine), hollow.ceiling(x, z, fine)
    for px, pz, y0, y1 in zip(x, z, low, high, strict=True):
        away, gap = float(np.hypot(px, pz)), float(y1 - y0)
        chance, tall, girth, tone = (
            rng.uniform(),
            rng.uniform(0.15, 0.55),
            rng.uniform(0.05, 0.14),
            rng.uniform(0.8, 1.2),
        )
        if not 1.0 < gap < 14.0:
            continue
        rock = (0.40 * tone, 0.29 * tone, 0.195 * tone)
        sides = 12 if away < 12 else 7
        mason.at(float(px), 0.0, float(pz))
        if chance < 0.16 and away > 3.6:
            r = (0.5 + 2.2 * girth) * min(1.0, away / 7.0)
            waist = [
                (r * w, y0 - 0.2 + (gap + 0.6) * t)
                for t, w in (
                    (0.0, 1.5),
                    (0.06, 1.0),
                    (0.2, 0.72),
                    (0.42, 0.55),
                    (0.6, 0.58),
                    (0.82, 0.8),
                    (0.95, 1.2),
                    (1.0, 1.7),
                )
            ]
            mason.lathe(waist, materials.ROCK, rock, sides=18)
            continue
        length = gap * tall
        mason.lathe(
            [
                (0.0, y1 - length),
                (girth * 0.25, y1 - length * 0.9),
                (girth * 0.7, y1 - length * 0.5),
                (girth * 1.7, y1 + 0.5),
            ],
            materials.ROCK,
            rock,
            sides=sides,
        )
        if chance < 0.7 and away > 3.0:
            rise = min(gap * tall * 0.7, 0.3 * away)
            mason.lathe(
                [
                    (girth * 2.6, y0 - 0.2),
                    (girth * 1.7, y0 + rise * 0.3),
                    (girth * 0.9, y0 + rise * 0.8),
                    (0.0, y0 + rise),
                ],
                materials.ROCK,
                rock,
                sides=sides,
            )


def _crystals(mason: Mason, rng: np.random.Generator, hollow: _Hollow, wish: Wish, tone: Array) -> Array:
    """Clusters of crystals along the walls; returns where they shine [n, 3]."""
    spots = scatter(rng, 4.2, 48.0, round(190 * wish.density), 0.5)
    x, z = spots[:, 0].astype(np.float32), spots[:, 1].astype(np.float32)
    room = hollow.room(x, z, np.full_like(x, 0.3))
    low = hollow.height(x, z, np.full_like(x, 0.3))
    near_wall = (room > 0.9) & ((room < 3.6) | (rng.uniform(0, 1, len(x)) < 0.16)) & (low > POOL + 0.1)
    kept = np.flatnonzero(near_wall)[:34]
    for k in kept:
        away = float(np.hypot(x[k], z[k]))
        for _ in range(int(rng.integers(4, 9))):
            tall, thick = rng.uniform(0.35, 2.2), rng.uniform(0.07, 0.19)
            tall = min(tall, 0.24 * away)
            lean = rng.normal(0, 0.45, 2)
            foot = np.array([x[k], low[k] - 0.1, z[k]]) + np.array([rng.normal(0, 0.3), 0, rng.normal(0, 0.3)])
            tip = foot + tall * np.array([lean[0], 1.0, lean[1]])
            mason.at(0.0, 0.0, 0.0)
            mason.tube([foot, foot + (tip - foot) * 0.78, tip], [thick, thick, 0.004], materials.CRYSTAL,
                       tuple(tone), glow=0.5, sides=6)  # fmt: skip
    return np.stack([x[kept], low[kept] + 0.7, z[kept]], axis=1)


def _lanterns(mason: Mason, rng: np.random.Generator, hollow: _Hollow) -> Array:
    """Lanterns left on the floor by those who were here before; returns their lights [n, 3]."""
    spots = scatter(rng, 3.4, 40.0, 70, 0.9)
    x, z = spots[:, 0].astype(np.float32), spots[:, 1].astype(np.float32)
    fine = np.full_like(x, 0.1)
    low = hollow.height(x, z, fine)
    dry = np.flatnonzero((low > POOL + 0.15) & (hollow.room(x, z, fine) > 2.6))[:8]
    for k in dry:
        mason.at(float(x[k]), float(low[k]), float(z[k]), float(rng.uniform(0, 6.28)))
        mason.box((-0.10, -0.05, -0.10), (0.10, 0.05, 0.10), materials.METAL, (0.10, 0.08, 0.06))
        mason.box((-0.07, 0.05, -0.07), (0.07, 0.27, 0.07), materials.PLAIN, (1.0, 0.74, 0.38), glow=2.4)
        mason.hip((-0.09, 0.27, -0.09), (0.09, 0.09), 0.09, (materials.METAL, (0.10, 0.08, 0.06)), over=0.02)
    return np.stack([x[dry], low[dry] + 0.45, z[dry]], axis=1)


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a cave."""
    hollow = _Hollow(rng, wish)
    mason = Mason()
    _dripstone(mason, rng, hollow, round(330 * wish.density))
    tone = np.array(CRYSTALS[int(rng.integers(len(CRYSTALS)))])
    asked = wish.tint("lamps", "rock")
    shine = _crystals(mason, rng, hollow, wish, tone if asked is None else np.array(asked))
    away = np.hypot(shine[:, 0], shine[:, 2])
    shine = shine[np.argsort(away)][:14]
    lamps = Lamps.at(shine, tuple(np.array(tone) * 11.0), 13.0)
    rocks = scatter(rng, 2.2, 46.0, 190, 0.45)
    x, z = rocks[:, 0].astype(np.float32), rocks[:, 1].astype(np.float32)
    fine = np.full_like(x, 0.3)
    dry = (hollow.room(x, z, fine) > 1.2) & (hollow.height(x, z, fine) > POOL - 0.3)
    x, z = x[dry], z[dry]
    n = len(x)
    width = rng.uniform(0.08, 0.45, n)
    width = np.minimum(width, 0.12 * np.hypot(x, z))
    y = hollow.height(x, z, np.full_like(x, 0.1))
    garden = Garden(rng)
    stones = Stones(
        centre=np.stack([x, y + width * 0.2, z], axis=1),
        axes=np.stack([width, width * rng.uniform(0.5, 0.9, n), width * rng.uniform(0.7, 1.2, n)], axis=1),
        turn=rng.uniform(0, 2 * np.pi, n),
        colour=garden.tints(n, (0.31, 0.255, 0.20), 0.18),
        uneven=np.full(n, 0.2),
        moss=np.zeros(n),
        glow=np.zeros(n),
    )
    ferns = hollow.hole + rng.normal(0, 1.3, (70, 2))
    fx, fz = ferns[:, 0].astype(np.float32), ferns[:, 1].astype(np.float32)
    feet = np.stack([fx, hollow.height(fx, fz, np.full_like(fx, 0.1)), fz], axis=1).astype(np.float64)
    if "grass" not in wish.without:
        size = rng.uniform(0.2, 0.5, len(feet))
        garden.tufts(feet, size * 1.1, size, garden.tints(len(feet), (0.06, 0.14, 0.025), 0.2), sprites.FERN, 0.7)
    lanterns = _lanterns(mason, rng, hollow)
    lamps = joined([lamps, Lamps.at(lanterns, (3.9, 2.3, 1.0), 13.0)])
    return Scene(
        height=hollow.height,
        shade_ground=hollow.shade_floor,
        ceiling=hollow.ceiling,
        shade_ceiling=hollow.shade_ceiling,
        water=Water(level=POOL, swell=0.0, chop=0.006, deep=(0.004, 0.022, 0.026), shallow=(0.05, 0.10, 0.09)),
        cards=garden.all_cards(),
        stones=stones,
        meshes=mason.meshes(),
        lamps=lamps,
        light=inside(daylight=0.075, fill=(0.026, 0.026, 0.031), exposure=1.75, follow=0.9),
        shadow_reach=45.0,
        smooth=0.12,
        rain=False,
        snow=0.0,
        shafts=0.9,
    )


PLACE = Place(
    name="cave",
    words=(
        "caves", "cavern", "caverns", "cavernous", "grotto", "grottoes", "underground cave", "underground",
        "underground lake", "stalactite cave", "crystal cave", "ice cave", "sea cave", "lava tube", "lava cave",
        "mine", "mineshaft", "catacombs", "crypt", "dungeon", "moria", "subterranean", "höhle", "höhlen", "grotte",
        "tropfsteinhöhle", "eishöhle", "bergwerk", "unterirdisch", "kristallhöhle", "cueva", "cuevas", "caverna",
        "cavernas", "gruta", "cueva de hielo", "mina", "subterráneo",
    ),
    build=build,
    sky=False,
    hints=(
        "stalactite", "stalactites", "stalagmites", "bats", "dwarves", "crystals", "gems", "goblins", "stalaktiten",
        "estalactitas",
    ),
    nouns=(
        "a cave", "a cavern", "a grotto",
    ),
    shows=(
        "interior", "stalactite", "stalactites", "stalagmites", "rock", "rocks", "lanterns",
    ),
    stuff="rock",
    roles=(),
)  # fmt: skip
