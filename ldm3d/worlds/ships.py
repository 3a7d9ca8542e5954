"""Ships and what stands about a harbour, built of triangles. A ship's bow points to −z, the water line is y = 0."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.boats import WOOD, hull
from ldm3d.worlds.light import times
from ldm3d.worlds.shapes import Mason, Point

WHITE: Colour = (0.66, 0.65, 0.61)
SPAR: Colour = (0.30, 0.205, 0.115)
STEEL: Colour = (0.42, 0.44, 0.46)
ROPE: Colour = (0.075, 0.068, 0.060)
LIT: Colour = (1.0, 0.70, 0.36)
ORANGE: Colour = (0.62, 0.16, 0.03)


def _line(mason: Mason, a: Point, b: Point, radius: float, tone: Colour, sag: float = 0.0, sides: int = 4) -> None:
    """A rope or a spar from a to b that hangs through by `sag`."""
    t = np.linspace(0.0, 1.0, 7 if sag else 2)[:, None]
    path = np.array(a) + (np.array(b) - np.array(a)) * t
    path[:, 1] -= 4.0 * sag * (t * (1.0 - t))[:, 0]
    mason.tube(path, radius, materials.PLAIN, tone, sides=sides)


def rope(mason: Mason, a: Point, b: Point, sag: float = 0.25) -> None:
    """A mooring rope between two points."""
    _line(mason, a, b, 0.022, (0.34, 0.29, 0.20), sag, 5)


def _body(mason: Mason, skin: Array, upper: Colour, lower: Colour, deck: float, boards: Colour = WOOD) -> None:
    """A hull in two colours with its deck, `deck` metres below the gunwale, and a rubbing strake."""
    mason.sheet(skin[:, 1:8], materials.PAINT, lower)
    for side in (slice(0, 2), slice(7, 9)):
        mason.sheet(skin[:, side], materials.PAINT, upper)
    mason.polygon(skin[0], materials.PAINT, upper)
    left, right = skin[:-1, 0] - [0.0, deck, 0.0], skin[:-1, -1] - [0.0, deck, 0.0]
    mason.sheet(np.stack([left * [0.97, 1, 1], right * [0.97, 1, 1]], axis=1), materials.PLANKS, boards, smooth=False)
    for rim in (0, -1):
        mason.tube(skin[:, rim], 0.045, materials.PLAIN, times(upper, 0.6), sides=6)


def _stays(mason: Mason, top: Point, ends: list[Point], radius: float = 0.012) -> None:
    for end in ends:
        _line(mason, top, end, radius, ROPE)


def yacht(
    mason: Mason, at: Point, turn: float, length: float, tone: Colour, cover: Colour, mast: float, *, fine: bool = True
) -> None:  # fmt: skip
    """A sailing yacht at her mooring: sails furled under their covers.

    Args:
        mason: the builder.
        at: the water line's middle relative to the eye.
        turn: as in `Mason.at`.
        length: over all, metres.
        tone: of the hull.
        cover: of the sail's cover.
        mast: its height above the water.
        fine: whether it is near enough for windows and a rail.
    """
    mason.at(*at, turn)
    skin = hull(length, length * 0.31, 1.45, 0.38, stern=0.62, ribs=15 if fine else 10)
    _body(mason, skin, tone, (0.06, 0.07, 0.10), 0.10, (0.42, 0.34, 0.22))
    y = 0.55
    t = np.linspace(0.0, 1.0, 7)
    half = length * 0.085 * np.sin(np.pi * (0.12 + 0.76 * t)) ** 0.5
    z = length * (0.14 - 0.40 * t)
    high = y + 0.42 * np.sin(np.pi * np.clip(0.25 + 0.75 * t, 0, 1)) ** 0.6
    rows = [(-half, y + 0 * t), (-half * 0.86, high), (half * 0.86, high), (half, y + 0 * t)]
    mason.sheet(np.stack([np.stack([x, h, z], axis=1) for x, h in rows]), materials.PAINT, WHITE, smooth=False)
    for side in (-1.0, 1.0) if fine else ():
        x, pane = side * length * 0.083, (y + 0.14, y + 0.30)
        for k in range(3):
            a = length * (0.06 - 0.10 * k)
            glass = [(x, pane[0], a), (x, pane[0], a - 0.06 * length), (x * 0.93, pane[1], a - 0.06 * length),
                     (x * 0.93, pane[1], a)]  # fmt: skip
            mason.polygon(glass, materials.WINDOW, LIT)
    foot = -0.08 * length
    mason.tube([(0.0, 0.3, foot), (0.0, mast, foot)], [0.075, 0.05], materials.METAL, STEEL, sides=7)
    boom = (0.0, 1.75, foot + 0.40 * length)
    _line(mason, (0.0, 1.65, foot), boom, 0.05, STEEL, sides=6)
    sail = np.linspace((0.0, 1.84, foot + 0.1), (0.0, 1.84, foot + 0.37 * length), 6)
    mason.tube(sail, [0.20, 0.19, 0.17, 0.15, 0.12, 0.06], materials.CLOTH, cover, sides=8)
    bow, stern = (0.0, 0.95, -0.47 * length), (0.0, 0.85, 0.49 * length)
    mason.tube([(bow[0], bow[1] + 0.3, bow[2] + 0.1), (0.0, mast * 0.9, foot - 0.15)], [0.085, 0.03], materials.CLOTH,
               cover, sides=6)  # fmt: skip
    spread = length * 0.10
    for h in (0.45, 0.72):
        _line(mason, (-spread * (1.2 - h), mast * h, foot), (spread * (1.2 - h), mast * h, foot), 0.025, STEEL)
    _stays(mason, (0.0, mast * 0.98, foot), [stern, bow, (-length * 0.14, 0.7, foot), (length * 0.14, 0.7, foot)])
    for side in (-1.0, 1.0) if fine else ():
        rail = skin[2:13:2, 0 if side < 0 else -1] + [0.0, 0.55, 0.0]
        mason.tube(rail, 0.012, materials.METAL, STEEL, sides=4)
        for post in rail:
            _line(mason, (post[0], post[1] - 0.55, post[2]), (post[0], post[1], post[2]), 0.012, STEEL)


def trawler(mason: Mason, at: Point, turn: float, length: float, tone: Colour, trim: Colour) -> Array:
    """A fishing boat with a wheelhouse, a mast with its derrick, nets and buoys; returns where her lamp shines."""
    mason.at(*at, turn)
    skin = hull(length, length * 0.34, 2.3, 0.85, stern=0.66)
    _body(mason, skin, tone, (0.20, 0.045, 0.035), 0.35)
    mason.tube(skin[1:14, 1] + [-0.03, -0.08, 0.0], 0.05, materials.PLAIN, trim, sides=5)
    mason.tube(skin[1:14, 7] + [0.03, -0.08, 0.0], 0.05, materials.PLAIN, trim, sides=5)
    deck = 0.70
    w, z0, z1, top = length * 0.105, -0.02 * length, 0.24 * length, deck + 2.15
    mason.box((-w, deck - 0.2, z0), (w, top, z1), materials.PAINT, WHITE)
    mason.box((-w - 0.18, top, z0 - 0.25), (w + 0.18, top + 0.1, z1 + 0.15), materials.PAINT, trim)
    for x in (-0.5 * w, 0.5 * w):
        for z, out in ((z0, -0.02), (z1, 0.02)):
            pane = [(x - 0.38 * w, deck + 1.15, z + out), (x + 0.38 * w, deck + 1.15, z + out),
                    (x + 0.38 * w, deck + 1.8, z + out), (x - 0.38 * w, deck + 1.8, z + out)]  # fmt: skip
            mason.polygon(pane, materials.WINDOW, LIT)
    for side in (-1.0, 1.0):
        x = side * (w + 0.02)
        for z in (z0 + 0.25, z0 + 1.15):
            pane = [(x, deck + 1.15, z), (x, deck + 1.15, z + 0.7), (x, deck + 1.8, z + 0.7), (x, deck + 1.8, z)]
            mason.polygon(pane, materials.WINDOW, LIT)
        mason.lathe([(0.24, -0.06), (0.30, 0.0), (0.24, 0.06)], materials.PLAIN, ORANGE, sides=12,
                    middle=(side * (w + 0.05), deck + 0.7, z1 - 0.4))  # fmt: skip
    foot, tall = -0.16 * length, 0.72 * length
    mason.tube([(0.0, deck - 0.3, foot), (0.0, tall, foot)], [0.10, 0.06], materials.PLAIN, SPAR, sides=7)
    _line(mason, (0.0, deck + 0.7, foot), (0.0, tall * 0.72, foot - 0.26 * length), 0.055, SPAR, sides=6)
    aft = (0.0, tall * 0.66, z1 + 0.15 * length)
    _line(mason, (0.0, top + 0.4, z1), aft, 0.05, SPAR, sides=6)
    bow, stern = (0.0, 1.75, -0.47 * length), (0.0, 1.2, 0.48 * length)
    _stays(
        mason,
        (0.0, tall * 0.98, foot),
        [bow, stern, aft, (-w * 1.5, 1.1, foot + 0.5), (w * 1.5, 1.1, foot + 0.5)],
        0.016,
    )
    mason.tube([(0.0, top, z0 + 0.5), (0.0, top + 1.4, z0 + 0.5)], 0.03, materials.METAL, STEEL, sides=5)
    mason.box((-0.5, top + 0.75, z0 + 0.42), (0.5, top + 0.86, z0 + 0.58), materials.PAINT, WHITE)
    mason.lathe([(0.20, top + 0.1), (0.18, top + 0.75)], materials.PAINT, (0.05, 0.05, 0.055), sides=10,
                middle=(0.45 * w, 0.0, z1 - 0.4))  # fmt: skip
    heap = [(0.95, deck - 0.35), (0.8, deck + 0.12), (0.45, deck + 0.38), (0.0, deck + 0.46)]
    mason.lathe(heap, materials.THATCH, (0.08, 0.20, 0.16), sides=12, middle=(0.1, 0.0, 0.36 * length))
    for k in range(5):
        x, z = 0.75 * np.cos(k * 1.4), 0.36 * length + 0.75 * np.sin(k * 1.4)
        ball = [(0.0, 0.0), (0.13, 0.06), (0.16, 0.15), (0.12, 0.25), (0.0, 0.30)]
        mason.lathe(ball, materials.PLAIN, ORANGE if k % 2 else WHITE, sides=8, middle=(float(x), deck - 0.1, float(z)))
    mason.lathe([(0.0, 0.0), (0.09, 0.04), (0.09, 0.14), (0.0, 0.18)], materials.PLAIN, LIT, 5.0, sides=8,
                middle=(0.0, tall * 0.7, foot + 0.1))  # fmt: skip
    return mason.to_world([(0.0, tall * 0.7, foot + 0.6)])


def tall_ship(mason: Mason, at: Point, turn: float, length: float, tone: Colour) -> None:
    """A three-masted sailing ship with furled sails."""
    mason.at(*at, turn)
    k = length / 34.0
    skin = hull(length, 7.6 * k, 6.0 * k, 1.9 * k, stern=0.7, ribs=21)
    _body(mason, skin, tone, (0.055, 0.045, 0.04), 0.9 * k)
    mason.tube(skin[:, 1], 0.12 * k, materials.PLAIN, (0.62, 0.55, 0.38), sides=5)
    mason.tube(skin[:, 7], 0.12 * k, materials.PLAIN, (0.62, 0.55, 0.38), sides=5)
    bow = (0.0, 6.6 * k, -0.70 * length)
    _line(mason, (0.0, 3.8 * k, -0.42 * length), bow, 0.20 * k, SPAR, sides=7)
    tops = []
    for z, tall in ((-0.25 * length, 27.0 * k), (0.04 * length, 30.0 * k), (0.31 * length, 22.0 * k)):
        mason.tube([(0.0, 0.0, z), (0.0, tall, z)], [0.32 * k, 0.10 * k], materials.PLAIN, SPAR, sides=7)
        tops.append((0.0, tall * 0.97, z))
        for share, wide in ((0.34, 7.4), (0.55, 6.2), (0.72, 4.8), (0.86, 3.4)):
            y, w = share * tall, wide * k
            mason.tube([(-w, y, z - 0.3), (0.0, y, z - 0.35), (w, y, z - 0.3)], [0.06 * k, 0.13 * k, 0.06 * k],
                       materials.PLAIN, SPAR, sides=6)  # fmt: skip
            x = np.linspace(-0.88 * w, 0.88 * w, 7)
            bunt = 0.20 * k + 0.06 * k * np.abs(np.sin(np.arange(7) * 1.9))
            sail = np.stack(
                [x, y + 0.16 * k - 0.12 * k * np.abs(np.sin(np.arange(7) * 1.9)), np.full(7, z - 0.45)], axis=1
            )
            mason.tube(sail, bunt, materials.CLOTH, (0.58, 0.53, 0.43), sides=7)
        sides = [(side * 3.6 * k, 2.6 * k, z + dz * k) for side in (-1.0, 1.0) for dz in (-0.6, 0.8, 2.2)]
        _stays(mason, (0.0, tall * 0.64, z), sides, 0.03 * k)
        _stays(mason, tops[-1], sides[1::3], 0.025 * k)
    for a, b in ((bow, tops[0]), (tops[0], tops[1]), (tops[1], tops[2]), (tops[2], (0.0, 3.4 * k, 0.49 * length))):
        _line(mason, a, b, 0.03 * k, ROPE)
    mason.box((-2.4 * k, 1.4 * k, 0.34 * length), (2.4 * k, 3.6 * k, 0.45 * length), materials.PLANKS, WOOD)
    for mid in (-1.5, 0.0, 1.5):
        left, right, low, high, stern = (mid - 0.4) * k, (mid + 0.4) * k, 2.3 * k, 3.1 * k, 0.452 * length
        pane = [(left, low, stern), (right, low, stern), (right, high, stern), (left, high, stern)]
        mason.polygon(pane, materials.WINDOW, LIT)


def lighthouse(mason: Mason, at: Point, tall: float) -> Array:
    """A banded lighthouse on a round base; returns where it shines [1, 3]."""
    mason.at(*at)
    mason.lathe([(4.6, -6.0), (4.3, 1.0), (4.5, 1.1), (0.0, 1.1)], materials.ASHLAR, (0.34, 0.32, 0.29), sides=24)
    edges = np.linspace(1.0, tall, 6)
    width = 2.3 - 0.95 * (edges - 1.0) / (tall - 1.0)
    for k in range(5):
        tone = WHITE if k % 2 == 0 else (0.42, 0.045, 0.035)
        mason.lathe([(width[k], edges[k]), (width[k + 1], edges[k + 1])], materials.PLASTER, tone, sides=24)
    w = float(width[-1])
    mason.lathe([(w, tall - 0.3), (w + 0.75, tall), (w + 0.75, tall + 0.16), (0.0, tall + 0.16)], materials.CONCRETE,
                (0.30, 0.29, 0.28), sides=24)  # fmt: skip
    for h in (0.6, 1.1):
        ring = [((w + 0.68) * np.sin(t), tall + h, (w + 0.68) * np.cos(t)) for t in np.linspace(0, 2 * np.pi, 25)]
        mason.tube(ring, 0.03, materials.METAL, STEEL, sides=4)
    mason.lathe([(w * 0.82, tall + 0.1), (w * 0.82, tall + 0.7)], materials.PAINT, WHITE, sides=12)
    mason.lathe([(w * 0.78, tall + 0.7), (w * 0.78, tall + 2.2)], materials.WINDOW, LIT, 2.6, sides=12)
    mason.lathe(
        [(w, tall + 2.2), (w * 0.7, tall + 2.9), (0.0, tall + 3.4)], materials.METAL, (0.30, 0.05, 0.04), sides=16
    )
    mason.box((-0.5, 1.1, width[0] - 0.1), (0.5, 3.1, width[0] + 0.12), materials.PLANKS, (0.08, 0.10, 0.12))
    return mason.to_world([(0.0, tall + 1.5, 0.0)])


def gantry(mason: Mason, at: Point, turn: float, tall: float, tone: Colour) -> None:
    """A portal crane on four legs; its jib reaches out toward +z."""
    mason.at(*at, turn)
    w, portal = 0.17 * tall, 0.36 * tall
    for x in (-w, w):
        for z in (-w, w):
            mason.tube([(x, 0.0, z), (x * 0.62, portal, z * 0.62)], 0.022 * tall, materials.PAINT, tone, sides=6)
            mason.box((x - 0.5, 0.0, z - 0.9), (x + 0.5, 0.7, z + 0.9), materials.METAL, (0.10, 0.10, 0.10))
        mason.tube([(x * 0.85, portal * 0.45, -w * 0.85), (x * 0.85, portal * 0.45, w * 0.85)], 0.012 * tall,
                   materials.PAINT, tone, sides=5)  # fmt: skip
    for z in (-w, w):
        mason.tube([(-w * 0.85, portal * 0.45, z * 0.85), (w * 0.85, portal * 0.45, z * 0.85)], 0.012 * tall,
                   materials.PAINT, tone, sides=5)  # fmt: skip
    mason.box((-w * 0.8, portal, -w * 0.8), (w * 0.8, portal + 0.03 * tall, w * 0.8), materials.PAINT, tone)
    low, high = portal + 0.03 * tall, portal + 0.16 * tall
    mason.box((-w * 0.5, low, -w * 1.2), (w * 0.5, high, w * 0.5), materials.PAINT, WHITE)
    sill, lid, z = low + 0.04 * tall, high - 0.02, w * 0.51
    pane = [(-w * 0.4, sill, z), (w * 0.4, sill, z), (w * 0.4, lid, z), (-w * 0.4, lid, z)]
    mason.polygon(pane, materials.WINDOW, LIT)
    top, tip = (0.0, high + 0.22 * tall, -w * 0.5), (0.0, tall, 0.62 * tall)
    for x in (-w * 0.35, w * 0.35):
        mason.tube([(x, high, w * 0.3), tip], 0.011 * tall, materials.PAINT, tone, sides=5)
        mason.tube([(x, high, -w), top], 0.012 * tall, materials.PAINT, tone, sides=5)
        mason.tube([(x, high, w * 0.2), top], 0.012 * tall, materials.PAINT, tone, sides=5)
    root = np.array([0.0, high + 0.07 * tall, w * 0.2])
    mason.tube(np.stack([root, np.array(tip)]), 0.010 * tall, materials.PAINT, tone, sides=5)
    for k in range(11):
        t = (k + 0.3) / 11.5
        upper = root + (np.array(tip) - root) * (t + 0.04)
        for x in (-w * 0.35, w * 0.35):
            foot = np.array([x, high, w * 0.3])
            lower = foot + (np.array(tip) - foot) * t
            mason.tube(np.stack([lower, upper]), 0.005 * tall, materials.PAINT, tone, sides=4)
    _line(mason, top, tip, 0.004 * tall, ROPE)
    _line(mason, tip, (0.0, 0.30 * tall, tip[2]), 0.003 * tall, ROPE)
    mason.box((-0.3, 0.27 * tall, tip[2] - 0.3), (0.3, 0.30 * tall, tip[2] + 0.3), materials.PAINT, (0.55, 0.40, 0.05))
