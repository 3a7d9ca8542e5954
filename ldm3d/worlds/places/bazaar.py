"""A bazaar: a narrow street between stalls, cloth and lanterns overhead, a dome and towers at its end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.frame import Frame
from ldm3d.worlds.gothic import lancet, pierced
from ldm3d.worlds.light import Light
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden
from ldm3d.worlds.scene import Lamps, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason, pointed
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.stalls import DYES, Goods, carpet, hanging_lamp, sail, stall
from ldm3d.worlds.vectors import colour, dot, smoothstep

EYE = 1.7
WALLS: tuple[Colour, ...] = (
    (0.58, 0.44, 0.29), (0.62, 0.52, 0.38), (0.55, 0.37, 0.24), (0.64, 0.57, 0.46), (0.50, 0.40, 0.30),
    (0.60, 0.42, 0.32),
)  # fmt: skip
WOOD: Colour = (0.16, 0.095, 0.052)
DOORS: tuple[Colour, ...] = ((0.05, 0.16, 0.22), (0.14, 0.075, 0.04), (0.06, 0.17, 0.10), (0.22, 0.06, 0.04))
GLOW: tuple[Colour, ...] = ((1.0, 0.60, 0.20), (1.0, 0.42, 0.12), (0.95, 0.70, 0.35), (0.85, 0.25, 0.12))
DOMES: tuple[Colour, ...] = ((0.07, 0.27, 0.33), (0.10, 0.22, 0.42), (0.60, 0.53, 0.42), (0.12, 0.33, 0.27))


class _Street:
    """A street along z that swings a little; level everywhere."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 2).astype(np.float32)
        self.frame = Frame(float(rng.uniform(-0.5, 0.5)), float(rng.uniform(-0.35, 0.35)), 0.0, EYE)
        self.half = float(rng.uniform(3.3, 3.8))
        self.swing = float(rng.uniform(0.8, 2.2) * rng.choice([-1.0, 1.0]))
        self.end, self.back = -46.0, 40.0
        self.scale = wish.scale**0.8

    def middle(self, v: Array | float) -> Array | float:
        """X of the street's middle at z."""
        s = np.asarray(v) * np.float32(1.0 / 17.0)
        return np.float32(self.swing) * (1.0 - np.cos(s)) * 0.5

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        u, v = self.frame.to_plan(x, z)
        off = u - self.middle(v)
        value: Array = -np.float32(EYE) - 0.06 * np.exp(-((off * 1.6) ** 2)) + 0.0 * footprint
        return value

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        u, v = self.frame.to_plan(x, z)
        off = u - self.middle(v)
        blots = noise.rough()(x * np.float32(1 / 6), z * np.float32(1 / 6), f / 6)
        fine = noise.grain()(x * np.float32(1 / 1.3), z * np.float32(1 / 1.3), f / 1.3)
        tone = colour((0.235, 0.195, 0.155))
        cobbles = materials.pattern(materials.COBBLES, off, v, f, tone * 0.85)
        flags = materials.pattern(materials.ASHLAR, v * np.float32(0.9), off * np.float32(0.8), f, tone * 1.1)
        albedo = np.where(np.abs(off) < 0.95, flags, cobbles)
        gutter = np.exp(-(((np.abs(off) - 0.98) * np.float32(1 / 0.07)) ** 2))
        dust = smoothstep(-0.3, 1.6, blots + 0.3 * fine) * 0.55
        albedo = albedo * (1.0 - 0.5 * gutter)
        albedo = albedo + (colour((0.265, 0.215, 0.155)) * (1.0 + 0.1 * fine) - albedo) * dust
        normal = hit.normal.copy()
        bend = np.clip(0.2 - f, 0.0, 0.16)
        normal[0] += fine * bend
        normal[2] += blots * bend * 0.4
        normal /= np.sqrt(dot(normal, normal))
        free = 0.35 + 0.65 * shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=free)

    def at_wall(self, mason: Mason, side: float, v: float, out: float = 0.0) -> Mason:
        """The mason at a wall's foot, looking into the street."""
        u = float(self.middle(v)) + side * (self.half + out)
        slope = self.swing / 34.0 * float(np.sin(v / 17.0))
        return self.frame.at(mason, u, v, -side * np.pi / 2 + float(np.arctan(slope)))


def _arch(half: float, low: float, spring: float, rise: float, z: float) -> list[tuple[float, float, float]]:
    right = lancet(half, low, spring, rise)[1:]
    outline = np.concatenate([right, (right * np.array([-1.0, 1.0]))[::-1][1:]])
    return [(float(x), float(y), z) for x, y in outline]


def _house(mason: Mason, rng: np.random.Generator, wide: float, tall: float, wish: Wish, *, fine: bool) -> None:
    """A house of the row whose front's foot is the mason's origin."""
    # Drawn even where a colour is asked for, so that the layout stays.
    own = WALLS[int(rng.integers(len(WALLS)))]
    tone = wish.tint("buildings") or own
    style = materials.PLASTER if rng.uniform() < 0.75 else materials.ASHLAR
    pale = (min(tone[0] * 1.15, 0.8), min(tone[1] * 1.15, 0.8), min(tone[2] * 1.15, 0.8))
    half, storey = wide / 2, 3.1
    mason.box((-half, -1.0, -8.5), (half, tall, 0.0), style, tone)
    mason.box((-half - 0.02, tall, -8.6), (half + 0.02, tall + 0.14, 0.14), materials.PLAIN, pale)
    mason.box((-half, tall + 0.14, -0.25), (half, tall + 0.75, 0.0), style, tone)
    if rng.uniform() < 0.5:
        for x in np.arange(-half, half - 0.3, 0.8):
            mason.box((float(x), tall + 0.75, -0.25), (float(x) + 0.42, tall + 1.15, 0.0), style, tone)
    kind = rng.uniform()
    if kind < 0.25:
        cap = [(1.5, tall), (1.5, tall + 0.5), (1.25, tall + 1.2), (0.7, tall + 1.7), (0.0, tall + 1.95)]
        mason.lathe(cap, style, pale, sides=16, middle=(0.0, 0.0, -4.0))
    elif kind < 0.6:
        mason.box((-half, tall, -8.5), (half * 0.3, tall + 2.6, -3.5), style, tone)
    # A door, and windows with arches above.
    at = float(rng.uniform(-0.5, 0.5)) * (wide - 2.6)
    door = DOORS[int(rng.integers(len(DOORS)))]
    mason.polygon([(x + at, y, z) for x, y, z in _arch(0.72, 0.0, 2.0, 0.95, 0.03)], materials.PLANKS, door)
    if fine:
        rim = pointed(0.80, 1.05, 7) + np.array([at, 2.0])
        path = [(at + 0.80, 0.0, 0.03), *((float(x), float(y), 0.03) for x, y in rim), (at - 0.80, 0.0, 0.03)]
        mason.tube(path, 0.09, materials.PLAIN, pale, sides=6)
    bay = int(rng.integers(0, 3))
    count = max(2, round(wide / 2.0))
    for floor in range(1, int(tall / storey)):
        y = floor * storey + 0.7
        mason.box((-half, floor * storey, 0.0), (half, floor * storey + 0.12, 0.08), materials.PLAIN, pale)
        for k, x in enumerate((np.arange(count) + 0.5) / count * wide - half):
            lit = rng.uniform() < 0.6
            glass = (materials.WINDOW, (1.0, 0.66, 0.30)) if lit else (materials.GLASS, (0.25, 0.27, 0.3))
            if k == bay and floor < 3:
                # A wooden bay on brackets.
                a, b = float(x) - 0.75, float(x) + 0.75
                mason.box((a, y - 0.45, 0.0), (b, y + 1.75, 0.75), materials.PLANKS, WOOD)
                mason.box((a - 0.1, y + 1.75, 0.0), (b + 0.1, y + 1.87, 0.88), materials.PLANKS, WOOD)
                mason.polygon([(a + 0.15, y + 0.1, 0.77), (b - 0.15, y + 0.1, 0.77), (b - 0.15, y + 1.4, 0.77),
                               (a + 0.15, y + 1.4, 0.77)], *glass)  # fmt: skip
                for end in (a + 0.1, b - 0.1):
                    mason.tube([(end, y - 1.1, 0.02), (end, y - 0.45, 0.65)], 0.05, materials.PLANKS, WOOD, sides=5)
                continue
            mason.polygon([(float(x) + u, y + w, z) for u, w, z in _arch(0.42, 0.0, 0.95, 0.45, 0.03)], *glass)
            if fine:
                mason.box((float(x) - 0.55, y - 0.12, 0.0), (float(x) + 0.55, y, 0.16), materials.PLAIN, pale)
                for edge in (-0.95, 0.5):
                    u = float(x) + edge
                    mason.polygon([(u, y, 0.04), (u + 0.45, y, 0.04), (u + 0.45, y + 1.0, 0.04), (u, y + 1.0, 0.04)],
                                  materials.PLANKS, door)  # fmt: skip


def _rows(mason: Mason, rng: np.random.Generator, street: _Street, goods: Goods, garden: Garden, wish: Wish) -> None:
    """Both rows of houses with their stalls, carpets and flowers."""
    for side in (-1.0, 1.0):
        v = street.back
        while v > street.end:
            wide = float(rng.uniform(4.6, 6.8))
            tall = float(rng.choice([6.6, 9.6, 9.8, 12.6])) * street.scale * float(rng.uniform(0.95, 1.05))
            middle = v - wide / 2
            fine = abs(middle) < 24.0
            street.at_wall(mason, side, middle, float(rng.uniform(0.0, 0.35)))
            _house(mason, rng, wide - 0.02, tall, wish, fine=fine)
            chance, place = rng.uniform(), float(rng.uniform(-0.3, 0.3))
            long, deep = float(rng.uniform(2.3, 3.2)), float(rng.uniform(0.95, 1.2))
            if chance < 0.86 * min(wish.density, 1.16):
                street.at_wall(mason, side, middle + place)
                stall(mason, rng, goods, long, deep)
            if rng.uniform() < 0.55:
                street.at_wall(mason, side, middle)
                carpet(mason, rng, float(rng.choice([-1.0, 1.0])) * wide * 0.3, float(rng.uniform(2.9, 5.6)), 0.05,
                       1.3, 2.0)  # fmt: skip
            if rng.uniform() < 0.4 and "flowers" not in wish.without:
                street.at_wall(mason, side, middle)
                n = 34
                spots = np.stack(
                    [rng.normal(-wide * 0.38, 0.5, n), rng.uniform(2.6, 6.2, n), rng.uniform(0.1, 0.35, n)], 1
                )
                points = mason.to_world(spots)
                normal = mason.to_world([(0.0, 0.3, 1.0)]) - mason.to_world([(0.0, 0.0, 0.0)])
                pink = rng.uniform(0, 1, (n, 1)) < 0.45
                tint = np.where(
                    pink, garden.tints(n, (0.62, 0.07, 0.26), 0.12), garden.tints(n, (0.06, 0.12, 0.03), 0.15)
                )
                size = rng.uniform(0.25, 0.42, n)
                garden.clumps(points, size, tint, np.repeat(normal, n, 0), np.full(n, 0.8), sprites.BUSH, 0.5)
            for x in (-wide * 0.44, wide * 0.44):
                if rng.uniform() < 0.5:
                    street.at_wall(mason, side, middle)
                    big = float(rng.uniform(0.7, 1.2))
                    pot = [(0.14, 0.0), (0.24, 0.25), (0.22, 0.42), (0.26, 0.46), (0.2, 0.46), (0.0, 0.42)]
                    mason.lathe([(r * big, h * big) for r, h in pot], materials.PLAIN, (0.40, 0.18, 0.09), sides=12,
                                middle=(float(x), 0.0, 0.42))  # fmt: skip
                    foot = mason.to_world([(float(x), 0.45 * big, 0.42)])[0]
                    if np.hypot(foot[0], foot[2]) > 1.6 and rng.uniform() < 0.7:
                        garden.bush(foot, 0.36 * big, (0.07, 0.13, 0.035), detail=0.5 if fine else 0.1)
            v -= wide


def _behind(mason: Mason, rng: np.random.Generator, street: _Street, wish: Wish) -> None:
    """The town behind the rows, the gate at the street's end, and the mosque with its towers."""
    frame = street.frame
    for _ in range(70):
        side, off, v = float(rng.choice([-1, 1])), float(rng.uniform(15, 70)), float(rng.uniform(-120, 90))
        wide, tall = float(rng.uniform(6, 12)), float(rng.uniform(6.0, 14.5)) * street.scale
        tone = WALLS[int(rng.integers(len(WALLS)))]
        frame.at(mason, side * off, v, float(rng.choice([0.0, 0.1, -0.1])))
        mason.box((-wide / 2, -1.0, -wide / 2), (wide / 2, tall, wide / 2), materials.PLASTER, tone)
        if rng.uniform() < 0.3:
            r = wide * 0.3
            cap = [(1.0, 0.0), (1.0, 0.2), (0.85, 0.7), (0.4, 1.1), (0.0, 1.3)]
            mason.lathe([(a * r, tall + b * r) for a, b in cap], materials.PLASTER, tone, sides=16)
    stone: Colour = (0.60, 0.50, 0.36)
    roof = DOMES[int(rng.integers(len(DOMES)))]
    for z, wide, deep in ((street.end - 1.5, 13.0, 1.6), (street.back + 1.5, 13.0, 1.6)):
        x = float(street.middle(z))
        frame.at(mason, x, z)
        top = np.array([[0.0, 11.0 * street.scale], [wide / 2, 11.0 * street.scale]])
        pierced(mason, wide, 0.0, top, [lancet(2.1, 0.0, 4.0, 3.0)], deep, stone)
        for k in np.arange(-wide / 2, wide / 2 - 0.5, 1.4):
            mason.box(
                (float(k), float(top[0, 1]), -0.5),
                (float(k) + 0.8, float(top[0, 1]) + 0.9, 0.5),
                materials.ASHLAR,
                stone,
            )
    x = float(street.middle(street.end))
    s = street.scale
    frame.at(mason, x, street.end - 23.0)
    mason.box((-13.0, -1.0, -13.0), (13.0, 12.0 * s, 13.0), materials.ASHLAR, stone)
    drum = [(9.2, 12.0 * s), (9.2, 15.0 * s), (9.6, 15.2 * s)]
    mason.lathe(drum, materials.ASHLAR, stone, sides=24)
    t = np.linspace(0, np.pi / 2, 9)
    dome = [(float(9.5 * np.cos(a) ** 0.9), float(15.2 * s + 10.5 * np.sin(a))) for a in t[:-1]] + [
        (0.0, 15.2 * s + 11.0)
    ]
    mason.lathe(dome, materials.TILES, roof, sides=28)
    tip = [(0.25, 0.0), (0.4, 1.0), (0.1, 1.4), (0.0, 3.5)]
    mason.lathe(tip, materials.METAL, (0.6, 0.42, 0.12), sides=8, middle=(0.0, 15.2 * s + 10.8, 0.0))
    spots = [(x - 8.5, street.end - 6.0), (x + 8.5, street.end - 6.0), (float(rng.choice([-1, 1])) * 21.0, 48.0),
             (float(rng.choice([-1, 1])) * 24.0, -14.0)]  # fmt: skip
    for k, (u, v) in enumerate(spots if "towers" not in wish.without else []):
        frame.at(mason, u, v)
        high = float(rng.uniform(30.0, 36.0) if k < 2 else rng.uniform(19, 25)) * s
        shaft = [
            (1.9, -1.0),
            (1.8, high * 0.3),
            (2.1, high * 0.31),
            (1.5, high * 0.33),
            (1.4, high * 0.68),
            (2.3, high * 0.71),
            (2.3, high * 0.735),
            (1.15, high * 0.735),
            (1.1, high * 0.86),
            (1.4, high * 0.87),
            (1.25, high * 0.88),
            (0.0, high),
        ]
        mason.lathe(shaft, materials.PLASTER, stone, sides=14)


def _overhead(mason: Mason, rng: np.random.Generator, street: _Street, wish: Wish) -> Array:
    """Cloth and lanterns over the street, and arches between the rows; returns where lamps shine."""
    shine = []
    for v in np.arange(street.back - 5.0, street.end + 4.0, -4.2):
        u = float(street.middle(float(v)))
        chance, y = rng.uniform(), float(rng.uniform(4.6, 6.2))
        tone = DYES[int(rng.integers(len(DYES)))]
        street.frame.at(mason, u, float(v))
        h = street.half
        if chance < 0.74 and abs(v) > 2.4:
            sail(mason, (-h, y + float(rng.normal(0, 0.4)), 0.0), (h, y + float(rng.normal(0, 0.4)), 0.0),
                 float(rng.uniform(2.6, 3.9)), float(rng.uniform(0.5, 1.0)), tone)  # fmt: skip
        elif chance < 0.86 and abs(v) > 7.0:
            top = np.array([[0.0, 6.6], [h + 0.3, 6.6]])
            pierced(mason, 2 * h + 0.6, 3.0, top, [lancet(h - 0.35, 3.0, 3.0, 2.6)], 1.2, WALLS[1])
        if "lamps" in wish.without or abs(float(v) + 2.1) < 3.2:
            continue
        x, low = float(rng.uniform(-1.4, 1.4)), float(rng.uniform(2.75, 3.4))
        rope = np.linspace(-h, h, 9)
        sag = 4.55 - 0.35 * (1.0 - (rope / h) ** 2)
        w = 2.1
        mason.tube(np.column_stack([rope, sag, np.full(9, w)]), 0.012, materials.PLAIN, (0.05, 0.04, 0.03), sides=4)
        for k, at in enumerate((x, x - 1.6 if x > 0 else x + 1.6)):
            glow = GLOW[int(rng.integers(len(GLOW)))]
            spot = hanging_lamp(mason, at, 4.3, low + 0.4 * k, w, 0.34 - 0.06 * k, glow)
            if k == 0 and abs(v) < 34.0:
                shine.append(spot)
    return np.concatenate(shine) if shine else np.zeros((0, 3))


def _between_walls(light: Light) -> Light:
    """Less of the sky, and the sun's light that warm walls throw on each other."""
    up = 0.3 + 0.7 * float(np.sin(np.radians(light.elevation)))
    r, g, b = light.sun
    return replace(light, sky_share=0.72, fill=(0.042 * up * r, 0.034 * up * g, 0.024 * up * b))


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a bazaar."""
    street = _Street(rng, wish)
    mason, garden, goods = Mason(), Garden(rng), Goods()
    _rows(mason, rng, street, goods, garden, wish)
    _behind(mason, rng, street, wish)
    shine = _overhead(mason, rng, street, wish)
    if "trees" not in wish.without:
        for _ in range(7):
            u, v = float(rng.choice([-1, 1])) * float(rng.uniform(14, 26)), float(rng.uniform(-55, 40))
            foot = np.array(street.frame.spot(u, v))
            garden.palm(foot, float(rng.uniform(9, 14)), 3.2, (0.075, 0.125, 0.035), bark=(0.22, 0.16, 0.10),
                        lean=rng.normal(0, 0.8, 2))  # fmt: skip
    return Scene(
        height=street.height,
        shade_ground=street.shade,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=goods.stones(),
        meshes=mason.meshes(),
        lamps=Lamps.at(shine, (7.5, 4.6, 2.1), 13.0) if len(shine) else None,
        light=_between_walls,
        shadow_reach=60.0,
        fog=1.4,
        exposure=1.15,
        stars=0.7,
        snow=0.7,
    )


PLACE = Place(
    name="bazaar",
    words=(
        "bazaars", "bazar", "old town", "old city", "old quarter", "medina", "souk", "souks", "market", "markets",
        "marketplace", "market square", "street market", "night market", "medieval town", "medieval city",
        "medieval street", "narrow street", "narrow streets", "alley", "alleys", "alleyway", "alleyways",
        "cobblestone street", "cobblestone streets", "cobbled street", "cobbled streets", "marrakech", "marrakesh",
        "istanbul", "fez", "cairo", "jerusalem", "agrabah", "grand bazaar", "market street", "market streets",
        "bazaar street",
        "old town street", "old town streets", "old town alley", "old town square", "medieval town street",
        "medieval city street", "medieval market street", "kasbah", "town square", "plaza",
        "piazza", "christmas market", "altstadt", "basar", "markt", "marktplatz", "gasse", "gassen",
        "weihnachtsmarkt", "casco antiguo", "ciudad vieja", "zoco", "mercado", "mercados", "callejón", "callejones",
        "plaza mayor", "casco viejo", "ciudad antigua",
    ),
    build=build,
    hints=(
        "stalls", "market stalls", "merchants", "spices", "carpets", "medieval", "lanterns", "knights",
    ),
    nouns=(
        "a bazaar", "an old town", "a market square", "a narrow street", "a street market",
    ),
    shows=(
        "stalls", "market stalls", "awnings", "lanterns", "arches", "houses",
    ),
    stuff="buildings",
)  # fmt: skip
