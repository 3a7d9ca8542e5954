"""Furniture, built of triangles; a piece stands on the floor of the mason's frame and looks toward +z."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.light import times
from ldm3d.worlds.shapes import Mason, Point

WARM: Colour = (1.0, 0.66, 0.32)
BLACK: Colour = (0.022, 0.020, 0.019)
BRASS: Colour = (0.45, 0.31, 0.12)
SPINES: tuple[Colour, ...] = (
    (0.26, 0.050, 0.042), (0.050, 0.095, 0.165), (0.060, 0.130, 0.085), (0.42, 0.34, 0.21), (0.14, 0.085, 0.050),
    (0.50, 0.46, 0.38), (0.36, 0.20, 0.06), (0.055, 0.050, 0.055),
)  # fmt: skip


def cushion(mason: Mason, low: Point, high: Point, tone: Colour, round_: float = 0.34) -> None:
    """A soft block between two corners (a superellipsoid); `round_` 1 is a ball, 0 a box."""
    a, b = np.array(low), np.array(high)
    v = np.linspace(-np.pi / 2, np.pi / 2, 9)[:, None]
    u = np.linspace(0, 2 * np.pi, 16, endpoint=False)[None, :]

    def bent(value: Array) -> Array:
        return np.asarray(np.sign(value) * np.abs(value) ** round_)

    grid = np.stack([bent(np.cos(v)) * bent(np.cos(u)), bent(np.sin(v)) + 0 * u, bent(np.cos(v)) * bent(np.sin(u))], -1)
    mason.sheet((a + b) / 2 + grid * (b - a) / 2, materials.CLOTH, tone, closed=(False, True))


def sofa(mason: Mason, rng: np.random.Generator, wide: float, tone: Colour) -> None:
    """A sofa for three, with cushions; its seat's middle is the frame's."""
    h = wide / 2
    cushion(mason, (-h, 0.10, -0.45), (h, 0.36, 0.47), times(tone, 0.8), 0.14)
    cushion(mason, (-h, 0.12, -0.55), (h, 0.84, -0.26), tone, 0.22)
    for side in (-1.0, 1.0):
        cushion(mason, (side * h - 0.13, 0.10, -0.50), (side * h + 0.13, 0.60, 0.48), tone, 0.25)
        for z in (-0.42, 0.40):
            mason.lathe([(0.025, 0.0), (0.035, 0.13)], materials.PLANKS, (0.12, 0.07, 0.04), sides=6,
                        middle=(side * (h - 0.05), 0.0, z))  # fmt: skip
    seats = np.linspace(-h + 0.13, h - 0.13, 4)
    for a, b in pairwise(seats):
        cushion(mason, (a, 0.33, -0.28), (b, 0.49, 0.47), times(tone, 1.1), 0.2)
    for x, shade in ((-h + 0.42, (0.56, 0.40, 0.14)), (h - 0.42, (0.56, 0.52, 0.44)), (h - 0.78, (0.32, 0.10, 0.06))):
        lean = float(rng.uniform(-0.03, 0.03))
        cushion(mason, (x - 0.22, 0.48 + lean, -0.28), (x + 0.22, 0.86 + lean, -0.08), shade, 0.5)


def armchair(mason: Mason, rng: np.random.Generator, tone: Colour) -> None:
    """A wing chair with a throw over its arm."""
    cushion(mason, (-0.38, 0.16, -0.36), (0.38, 0.48, 0.40), tone, 0.2)
    cushion(mason, (-0.40, 0.20, -0.50), (0.40, 1.06, -0.28), tone, 0.3)
    for side in (-1.0, 1.0):
        cushion(mason, (side * 0.40 - 0.09, 0.16, -0.45), (side * 0.40 + 0.09, 0.66, 0.40), tone, 0.3)
        for z in (-0.34, 0.32):
            mason.lathe([(0.02, 0.0), (0.032, 0.18)], materials.PLANKS, (0.12, 0.07, 0.04), sides=6,
                        middle=(side * 0.34, 0.0, z))  # fmt: skip
    cushion(mason, (0.28, 0.40, -0.12), (0.52, 0.70, 0.22), (0.58, 0.53, 0.44), 0.3)
    if rng.uniform() < 0.6:
        cushion(mason, (-0.2, 0.46, -0.30), (0.2, 0.82, -0.14), (0.55, 0.38, 0.15), 0.5)


def _book(mason: Mason, x: float, y: float, z: float, wide: float, high: float, deep: float, tone: Colour) -> None:
    """An upright book with its spine toward +z."""
    a, b, top, back = x, x + wide, y + high, z - deep
    mason.polygon([(a, y, z), (b, y, z), (b, top, z), (a, top, z)], materials.PLAIN, tone)
    mason.polygon([(a, top, z), (b, top, z), (b, top, back), (a, top, back)], materials.PLAIN, tone)
    for end in (a, b):
        mason.polygon([(end, y, z), (end, top, z), (end, top, back), (end, y, back)], materials.PLAIN, tone)


def shelf(mason: Mason, rng: np.random.Generator, wide: float, tall: float, wood: Colour, full: float) -> None:
    """A shelf of books against a wall behind it; `full` is how many there are, 1 leaves room for vases."""
    h, deep, board = wide / 2, 0.32, 0.028
    for x in (-h, h):
        mason.box((x - board / 2, 0.0, 0.0), (x + board / 2, tall, deep), materials.PLANKS, wood)
    mason.polygon([(-h, 0, 0.01), (h, 0, 0.01), (h, tall, 0.01), (-h, tall, 0.01)], materials.PLANKS, times(wood, 0.6))
    mason.box((-h - 0.03, tall, 0.0), (h + 0.03, tall + 0.06, deep + 0.03), materials.PLANKS, wood)
    rows = np.linspace(0.10, tall, max(3, round(tall / 0.38)) + 1)
    for y, above in pairwise(rows):
        mason.box((-h, y - board, 0.0), (h, y, deep), materials.PLANKS, wood)
        x = -h + 0.03
        while x < h - 0.10:
            kind = rng.uniform()
            if kind > 0.94 * min(full, 1.05):
                r = float(rng.uniform(0.05, 0.08))
                pot = [(0.6 * r, y), (r, y + 0.09), (0.45 * r, y + 0.17), (0.55 * r, y + 0.20)]
                mason.lathe(pot, materials.PLASTER, SPINES[int(rng.integers(len(SPINES)))], sides=10,
                            middle=(min(x + 0.1, h - 0.1), 0.0, 0.17))  # fmt: skip
                x += 0.24
                continue
            for _ in range(int(rng.integers(3, 9))):
                thick = float(rng.uniform(0.022, 0.055))
                if x + thick > h - 0.03:
                    break
                tone = times(SPINES[int(rng.integers(len(SPINES)))], float(rng.uniform(0.7, 1.3)))
                high = (above - y - board) * float(rng.uniform(0.62, 0.92))
                _book(mason, x, float(y), deep - 0.04 - float(rng.uniform(0, 0.05)), thick, high, 0.2, tone)
                x += thick + 0.002
            x += float(rng.choice([0.0, 0.0, 0.06, 0.16]))


def casement(mason: Mason, half: float, low: float, high: float, tone: Colour) -> None:
    """The frame of a window as wide as 2·`half`: two wings with bars, the glass left clear."""
    d = 0.035
    for x in (-half, -0.035, 0.035, half):
        mason.box((x - d, low, -d), (x + d, high, d), materials.PLAIN, tone)
    for y in (low + d, low + (high - low) * 0.70, high - d):
        mason.box((-half, y - d, -d), (half, y + d, d), materials.PLAIN, tone)
    for x in (-half / 2, half / 2):
        mason.box((x - 0.013, low, -0.02), (x + 0.013, high, 0.02), materials.PLAIN, tone)
    mason.box((-0.075, low + 0.95, 0.03), (-0.055, low + 1.08, 0.09), materials.METAL, BRASS)


def curtain(mason: Mason, half: float, tall: float, tone: Colour) -> None:
    """A curtain in folds, down to the floor."""
    u = np.linspace(-1.0, 1.0, 41)
    rows = []
    for y, close, deep in ((tall, 1.0, 0.045), (tall * 0.55, 0.86, 0.06), (0.02, 0.98, 0.075)):
        rows.append(np.stack([u * half * close, np.full(41, y), deep * np.sin(u * 5.5 * np.pi)], axis=1))
    mason.sheet(np.stack(rows), materials.CLOTH, tone)


def fireplace(mason: Mason, rng: np.random.Generator, tall: float, wall: Colour | None) -> Array:
    """A chimney breast with a fire in it, against a wall behind; returns where the fire shines [1, 3]."""
    style, tone = (materials.PLASTER, wall) if wall is not None else (materials.BRICK, (0.30, 0.155, 0.11))
    stone: Colour = (0.46, 0.43, 0.38)
    h, deep, open_, top = 0.95, 0.48, 0.50, 0.82
    for a, b in ((-h, -open_), (open_, h)):
        mason.box((a, 0.0, 0.0), (b, top + 0.02, deep), style, tone)
    mason.box((-h, top, 0.0), (h, tall, deep), style, tone)
    for a, b, y0, y1 in ((-open_ - 0.15, -open_, 0.0, top + 0.15), (open_, open_ + 0.15, 0.0, top + 0.15),
                         (-open_, open_, top, top + 0.15)):  # fmt: skip
        mason.box((a, y0, deep - 0.1), (b, y1, deep + 0.05), materials.MARBLE, stone)
    mason.box((-h - 0.08, top + 0.33, 0.0), (h + 0.08, top + 0.41, deep + 0.18), materials.PLANKS, (0.15, 0.085, 0.05))
    mason.box((-h, 0.0, 0.0), (h, 0.05, deep + 0.42), materials.MARBLE, times(stone, 0.6))
    mason.box((-open_, 0.0, 0.0), (open_, top, 0.03), materials.BRICK, (0.05, 0.035, 0.03))
    for x, z, lean in ((-0.02, 0.30, 0.0), (0.03, 0.18, 0.05), (0.0, 0.24, -0.06)):
        y = 0.13 if abs(lean) < 0.055 else 0.23
        ends = [(x - 0.32, y - lean, z), (x + 0.32, y + lean, z + lean)]
        mason.tube(ends, 0.06, materials.LOGS, (0.06, 0.038, 0.026), 0.35, sides=7)
    for k in range(9):
        x, z = float(rng.uniform(-0.28, 0.28)), 0.16 + 0.025 * k
        high, wide = float(rng.uniform(0.22, 0.46)) * (1.0 - abs(x)), float(rng.uniform(0.05, 0.09))
        lean = float(rng.normal(0, 0.04))
        flame = np.array([(x, 0.12), (x + wide, 0.12 + 0.30 * high), (x + 0.4 * wide + lean, 0.12 + 0.65 * high),
                          (x + lean * 1.6, 0.12 + high), (x - 0.5 * wide + lean, 0.12 + 0.55 * high),
                          (x - wide, 0.12 + 0.28 * high)])  # fmt: skip
        hot: Colour = (1.0, 0.42, 0.07) if k % 3 else (1.0, 0.70, 0.24)
        mason.polygon(np.column_stack([flame, np.full(6, z)]), materials.PLAIN, hot, 4.2)
    shelf_ = top + 0.41
    for x in (-0.75, -0.62, 0.70):
        stick = [(0.045, shelf_), (0.015, shelf_ + 0.02), (0.015, shelf_ + 0.1), (0.03, shelf_ + 0.12)]
        mason.lathe(stick, materials.METAL, BRASS, sides=8, middle=(x, 0.0, 0.3))
        mason.lathe([(0.017, shelf_ + 0.12), (0.017, shelf_ + 0.30), (0.0, shelf_ + 0.30)], materials.PLAIN,
                    (0.66, 0.62, 0.52), sides=6, middle=(x, 0.0, 0.3))  # fmt: skip
        mason.lathe([(0.0, shelf_ + 0.30), (0.012, shelf_ + 0.325), (0.0, shelf_ + 0.37)], materials.PLAIN, WARM, 9.0,
                    sides=5, middle=(x, 0.0, 0.3))  # fmt: skip
    mason.lathe([(0.06, shelf_), (0.10, shelf_ + 0.12), (0.05, shelf_ + 0.24), (0.07, shelf_ + 0.28)], materials.MARBLE,
                (0.10, 0.20, 0.26), sides=12, middle=(0.42, 0.0, 0.32))  # fmt: skip
    mason.at(*_origin(mason, deep), _turn(mason))
    picture(mason, rng, shelf_ + 0.62, 0.95, 0.8)
    return mason.to_world([(0.0, 0.42, 0.35)])


def _origin(mason: Mason, z: float) -> Point:
    """A point on the floor in front of the mason, relative to the eye."""
    x, y, w = mason.to_world([(0.0, 0.0, z)])[0]
    return float(x), float(y), float(w)


def _turn(mason: Mason) -> float:
    x = mason.to_world([(1.0, 0.0, 0.0)])[0] - mason.to_world([(0.0, 0.0, 0.0)])[0]
    return float(np.arctan2(-x[2], x[0]))


def picture(mason: Mason, rng: np.random.Generator, y: float, wide: float, high: float) -> None:
    """A landscape in a frame on a wall behind it, its middle at height `y`."""
    w, h = wide / 2, high / 2
    mason.box((-w - 0.06, y - h - 0.06, 0.0), (w + 0.06, y + h + 0.06, 0.03), materials.PLANKS, (0.16, 0.10, 0.055))
    mason.polygon([(-w, y - h, 0.035), (w, y - h, 0.035), (w, y + h, 0.035), (-w, y + h, 0.035)], materials.PLASTER,
                  (0.52, 0.44, 0.34))  # fmt: skip
    tones: tuple[Colour, ...] = ((0.22, 0.30, 0.36), (0.13, 0.21, 0.20), (0.20, 0.19, 0.08), (0.10, 0.12, 0.06))
    for k, tone in enumerate(tones):
        x = np.linspace(-w, w, 9)
        edge = y + h * (0.35 - 0.38 * k) + 0.16 * h * np.sin(x / w * rng.uniform(1.5, 4.0) + rng.uniform(0, 6))
        rows = np.stack([np.column_stack([x, np.full(9, y - h), np.full(9, 0.038 + 0.003 * k)]),
                         np.column_stack([x, edge, np.full(9, 0.038 + 0.003 * k)])])  # fmt: skip
        mason.sheet(rows, materials.PLASTER, tone, smooth=False)


def coffee_table(mason: Mason, rng: np.random.Generator, wood: Colour) -> None:
    """A low table with books, a bowl of fruit and a cup."""
    mason.box((-0.62, 0.38, -0.38), (0.62, 0.43, 0.38), materials.PLANKS, wood)
    mason.box((-0.52, 0.13, -0.30), (0.52, 0.16, 0.30), materials.PLANKS, wood)
    for x in (-0.56, 0.56):
        for z in (-0.32, 0.32):
            mason.box((x - 0.03, 0.0, z - 0.03), (x + 0.03, 0.38, z + 0.03), materials.PLANKS, wood)
    y = 0.43
    for _ in range(3):
        dx, dz = rng.uniform(-0.03, 0.03, 2)
        tone = SPINES[int(rng.integers(len(SPINES)))]
        mason.box((-0.48 + dx, y, -0.22 + dz), (-0.20 + dx, y + 0.035, 0.0 + dz), materials.PLAIN, tone)
        y += 0.037
    bowl = [(0.05, 0.43), (0.12, 0.46), (0.17, 0.53), (0.155, 0.53), (0.10, 0.47), (0.0, 0.46)]
    mason.lathe(bowl, materials.MARBLE, (0.50, 0.47, 0.42), sides=16, middle=(0.24, 0.0, -0.08))
    for k in range(5):
        x, z = 0.24 + 0.07 * np.cos(k * 1.26), -0.08 + 0.07 * np.sin(k * 1.26)
        fruit: Colour = ((0.55, 0.10, 0.04), (0.60, 0.36, 0.04), (0.30, 0.38, 0.06))[k % 3]
        ball = [(0.0, 0.47), (0.04, 0.49), (0.045, 0.52), (0.03, 0.55), (0.0, 0.56)]
        mason.lathe(ball, materials.PLAIN, fruit, sides=8, middle=(float(x), 0.0, float(z)))
    cup = [(0.03, 0.43), (0.04, 0.51), (0.035, 0.51), (0.0, 0.49)]
    mason.lathe(cup, materials.PLASTER, (0.62, 0.60, 0.56), sides=10, middle=(-0.05, 0.0, 0.24))


def side_table(mason: Mason, rng: np.random.Generator, wood: Colour) -> None:
    """A small round table with a stack of books."""
    mason.lathe([(0.02, 0.0), (0.018, 0.52), (0.26, 0.53), (0.26, 0.56), (0.0, 0.56)], materials.PLANKS, wood, sides=18)
    for k in range(3):
        turn = (-0.5, 0.5, 1.5)[k]
        mason.tube([(0.0, 0.25, 0.0), (0.22 * np.sin(turn * 2.1), 0.0, 0.22 * np.cos(turn * 2.1))], 0.015,
                   materials.PLANKS, wood, sides=5)  # fmt: skip
    for k in range(4):
        dx, dz = rng.uniform(-0.02, 0.02, 2)
        tone = SPINES[int(rng.integers(len(SPINES)))]
        y = 0.56 + 0.04 * k
        mason.box((-0.12 + dx, y, -0.09 + dz), (0.11 + dx, y + 0.037, 0.09 + dz), materials.PLAIN, tone)


def basket(mason: Mason) -> None:
    """A basket of firewood."""
    mason.lathe([(0.20, 0.0), (0.25, 0.30), (0.22, 0.30), (0.18, 0.05)], materials.THATCH, (0.24, 0.17, 0.10), sides=16)
    for k, (x, z) in enumerate(((-0.08, -0.05), (0.07, -0.07), (0.0, 0.06), (0.10, 0.07), (-0.10, 0.08))):
        top = (1.5 * x, 0.46 + 0.03 * (k % 3), 1.5 * z)
        mason.tube([(x, 0.08, z), top], 0.055, materials.LOGS, (0.17, 0.12, 0.08), sides=7)
        mason.lathe([(0.055, top[1]), (0.0, top[1] + 0.004)], materials.PLAIN, (0.34, 0.25, 0.15), sides=7,
                    middle=(top[0], 0.0, top[2]))  # fmt: skip


def floor_lamp(mason: Mason) -> Array:
    """A lamp with a shade on a stand; returns where it shines [1, 3]."""
    mason.lathe([(0.16, 0.0), (0.15, 0.025), (0.02, 0.04), (0.014, 1.45)], materials.METAL, BRASS, sides=10)
    mason.lathe([(0.24, 1.40), (0.15, 1.72)], materials.CLOTH, (0.80, 0.58, 0.34), 1.9, sides=18)
    return mason.to_world([(0.0, 1.50, 0.0)])


def pendant(mason: Mason, tall: float) -> Array:
    """A lamp that hangs from the ceiling; returns where it shines [1, 3]."""
    mason.tube([(0.0, 2.28, 0.0), (0.0, tall, 0.0)], 0.007, materials.PLAIN, BLACK, sides=5)
    mason.lathe([(0.27, 2.02), (0.22, 2.14), (0.07, 2.26), (0.03, 2.30)], materials.METAL, (0.08, 0.10, 0.10), sides=18)
    mason.lathe([(0.0, 1.99), (0.055, 2.02), (0.06, 2.07), (0.0, 2.13)], materials.PLAIN, WARM, 5.0, sides=10)
    return mason.to_world([(0.0, 1.88, 0.0)])


def desk_lamp(mason: Mason) -> Array:
    """A lamp with a green shade on a desk; returns where it shines [1, 3]."""
    foot = [(0.09, 0.75), (0.085, 0.77), (0.012, 0.79), (0.010, 1.08)]
    mason.lathe(foot, materials.METAL, BRASS, sides=10, middle=(-0.45, 0.0, -0.12))
    shade = [(0.14, 1.04), (0.09, 1.20), (0.0, 1.22)]
    mason.lathe(shade, materials.CLOTH, (0.16, 0.42, 0.22), 1.3, sides=14, middle=(-0.45, 0.0, -0.12))
    return mason.to_world([(-0.45, 1.05, -0.05)])


def desk(mason: Mason, rng: np.random.Generator, wood: Colour) -> None:
    """A desk with papers and a chair."""
    mason.box((-0.65, 0.71, -0.34), (0.65, 0.75, 0.34), materials.PLANKS, wood)
    for x in (-0.63, 0.37):
        mason.box((x, 0.0, -0.32), (x + 0.26, 0.71, 0.30), materials.PLANKS, times(wood, 0.85))
        for y in (0.18, 0.40, 0.62):
            mason.box((x + 0.09, y, 0.30), (x + 0.17, y + 0.02, 0.33), materials.METAL, BRASS)
    for x, tone in ((-0.1, (0.66, 0.64, 0.58)), (0.16, (0.60, 0.55, 0.44))):
        z = float(rng.uniform(-0.1, 0.05))
        mason.box((x, 0.75, z), (x + 0.21, 0.757, z + 0.29), materials.PLAIN, tone)
    mason.box((-0.18, 0.44, 0.42), (0.24, 0.48, 0.82), materials.PLANKS, wood)
    mason.box((-0.18, 0.55, 0.80), (0.24, 0.95, 0.83), materials.PLANKS, wood)
    for x in (-0.16, 0.20):
        for z in (0.44, 0.80):
            high = 0.56 if z > 0.6 else 0.44
            mason.box((x - 0.018, 0.0, z - 0.018), (x + 0.018, high, z + 0.018), materials.PLANKS, wood)


def door(mason: Mason, wood: Colour) -> None:
    """A door with panels on a wall behind it."""
    pale: Colour = (0.66, 0.63, 0.57)
    mason.box((-0.45, 0.0, 0.0), (0.45, 2.08, 0.03), materials.PLAIN, pale)
    for x in (-0.52, 0.52):
        mason.box((x - 0.07, 0.0, 0.0), (x + 0.07, 2.22, 0.06), materials.PLAIN, times(pale, 1.08))
    mason.box((-0.59, 2.08, 0.0), (0.59, 2.22, 0.06), materials.PLAIN, times(pale, 1.08))
    for x in (-0.34, 0.06):
        for y, high in ((0.2, 0.75), (1.1, 0.8)):
            mason.box((x, y, 0.03), (x + 0.28, y + high, 0.045), materials.PLAIN, times(pale, 0.9))
    mason.lathe([(0.0, 1.0), (0.03, 1.01), (0.03, 1.05), (0.0, 1.06)], materials.METAL, BRASS, sides=8,
                middle=(0.38, 0.0, 0.07))  # fmt: skip


def plant(mason: Mason, rng: np.random.Generator, tall: float) -> None:
    """A plant of broad leaves in a pot."""
    pot = [(0.13, 0.0), (0.19, 0.30), (0.205, 0.30), (0.205, 0.34), (0.17, 0.34), (0.17, 0.29), (0.0, 0.29)]
    mason.lathe(pot, materials.PLASTER, (0.40, 0.19, 0.11), sides=16)
    t = np.linspace(0.0, 1.0, 6)
    for k in range(13):
        turn, rise = k * 2.39996 + float(rng.normal(0, 0.2)), float(rng.uniform(0.55, 1.25))
        long, start = tall * float(rng.uniform(0.45, 0.7)), 0.29 + 0.35 * tall * k / 13
        out = np.array([np.cos(turn), 0.0, np.sin(turn)])
        across = np.array([-np.sin(turn), 0.0, np.cos(turn)])
        spine = out * (np.cos(rise) * long * t)[:, None]
        spine[:, 1] = start + np.sin(rise) * long * t - 0.45 * long * t**2.5
        half = 0.16 * long * np.maximum(np.sin(np.pi * t**1.3), 0.02)
        fold = np.array([0.0, -0.4, 0.0])
        grid = np.stack([spine + (across * s + fold * abs(s)) * half[:, None] for s in (-1.0, 0.0, 1.0)])
        tone = times((0.055, 0.135, 0.035), float(rng.uniform(0.75, 1.3)))
        mason.sheet(grid, materials.PLAIN, tone)
        mason.tube([(0.0, 0.25, 0.0), (0.0, start, 0.0), tuple(spine[1])], 0.007, materials.PLAIN, tone, sides=4)
