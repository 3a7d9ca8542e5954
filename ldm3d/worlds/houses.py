"""Old houses, built of triangles: walls with windows and doors, gables, chimneys. A house looks toward +z."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.arrays import Colour
from ldm3d.worlds.shapes import Mason

LIT: Colour = (1.0, 0.70, 0.36)
DARK: Colour = (0.30, 0.34, 0.40)
FRAME: Colour = (0.60, 0.57, 0.50)
OAK: Colour = (0.13, 0.095, 0.065)


@dataclass(frozen=True)
class Look:
    """What a house is made of.

    Attributes:
        wall: style and tone of the walls.
        upper: the same for the upper floors and the gables.
        roof: style and tone of the roof.
        trim: colour of shutters and doors.
        jetty: how far each upper floor stands out over the one below, metres.
    """

    wall: tuple[int, Colour]
    upper: tuple[int, Colour]
    roof: tuple[int, Colour]
    trim: Colour
    jetty: float = 0.0


def window(
    mason: Mason, x: float, y: float, z: float, wide: float, high: float, *, lit: bool, trim: Colour | None, fine: bool
) -> None:
    """A window on a wall that looks toward +z, its lower edge's middle at (x, y, z)."""
    a, b, top, out = x - wide / 2, x + wide / 2, y + high, z + 0.03
    style, tone = (materials.WINDOW, LIT) if lit else (materials.GLASS, DARK)
    mason.polygon([(a, y, out), (b, y, out), (b, top, out), (a, top, out)], style, tone)
    if fine:
        mason.box((a - 0.10, y - 0.08, z), (b + 0.10, y, z + 0.14), materials.PLAIN, FRAME)
        mason.box((a - 0.07, top, z), (b + 0.07, top + 0.08, z + 0.08), materials.PLAIN, FRAME)
        for edge in (a - 0.07, b):
            mason.box((edge, y, z), (edge + 0.07, top, z + 0.06), materials.PLAIN, FRAME)
    if trim is not None:
        half = wide * 0.48
        for left in (a - 0.08 - half, b + 0.08):
            board = [(left, y, out), (left + half, y, out), (left + half, top, out), (left, top, out)]
            mason.polygon(board, materials.PLANKS, trim)


def door(mason: Mason, x: float, z: float, trim: Colour, *, wide: float = 1.0, high: float = 2.1) -> None:
    """A door on a wall that looks toward +z, with its frame and a step."""
    a, b, out = x - wide / 2, x + wide / 2, z + 0.03
    mason.polygon([(a, 0.12, out), (b, 0.12, out), (b, high, out), (a, high, out)], materials.PLANKS, trim)
    mason.box((a - 0.12, high, z), (b + 0.12, high + 0.14, z + 0.10), materials.PLANKS, OAK)
    for edge in (a - 0.12, b):
        mason.box((edge, 0.0, z), (edge + 0.12, high, z + 0.08), materials.PLANKS, OAK)
    mason.box((a - 0.2, -0.6, z), (b + 0.2, 0.12, z + 0.55), materials.RUBBLE, (0.30, 0.28, 0.25))


def _chimney(mason: Mason, x: float, z: float, low: float, top: float) -> None:
    mason.box((x - 0.34, low, z - 0.34), (x + 0.34, top, z + 0.34), materials.BRICK, (0.27, 0.13, 0.09))
    mason.box((x - 0.42, top, z - 0.42), (x + 0.42, top + 0.12, z + 0.42), materials.CONCRETE, (0.30, 0.28, 0.26))
    for dx in (-0.15, 0.15):
        pot = [(0.10, top + 0.1), (0.08, top + 0.42), (0.0, top + 0.42)]
        mason.lathe(pot, materials.PLAIN, (0.30, 0.14, 0.09), sides=6, middle=(x + dx, 0.0, z))


def _side(
    mason: Mason, sills: list[float], deep: float, jetty: float, gable: float | None, *, lit: bool
) -> None:  # fmt: skip
    """Windows on a house's side: two on each floor, and one in the gable where there is one."""
    for k, sill in enumerate(sills):
        for x in (-deep / 4, deep / 4):
            window(mason, x, sill, jetty * k, 0.8, 1.1, lit=lit, trim=None, fine=False)
    if gable is not None:
        window(mason, 0.0, gable, jetty * (len(sills) - 1), 0.7, 0.9, lit=lit, trim=None, fine=False)


def _dormers(
    mason: Mason,
    rng: np.random.Generator,
    wide: float,
    eaves: float,
    rise: float,
    span: float,
    look: Look,
    *,
    fine: bool,
) -> None:
    """Two small windows with roofs of their own in a roof whose ridge runs along the front."""
    for x in (-0.22 * wide, 0.22 * wide):
        y, z = eaves + rise * 0.16, -span * 0.10
        mason.box((x - 0.6, y - 0.5, z - 1.6), (x + 0.6, y + 0.95, z), *look.upper)
        mason.gable((x - 0.6, y + 0.95, z - 1.9), (x + 0.6, z), 0.6, look.roof, look.upper, 0.15)
        window(mason, x, y + 0.05, z, 0.7, 0.8, lit=bool(rng.uniform() < 0.5), trim=None, fine=fine)


def house(
    mason: Mason, rng: np.random.Generator, at: tuple[float, float, float], turn: float, wide: float, deep: float,
    floors: int, look: Look, *, steep: float = 0.95, along: bool = False, fine: bool = True, storey: float = 2.6,
) -> float:  # fmt: skip
    """One house, its front's middle at `at`; returns the height of its ridge above that.

    Args:
        mason: the builder.
        rng: which windows are lit, where door and chimney are.
        at: the middle of the front's foot, relative to the eye.
        turn: which way it looks.
        wide: width of the front.
        deep: depth of the ground plan.
        floors: how many there are below the roof.
        look: what it is made of.
        steep: rise of the roof over half its span.
        along: whether the ridge runs along the front instead of away from it.
        fine: whether it is near enough for frames and sills.
        storey: height of a floor.
    """
    mason.at(*at, turn)
    half = wide / 2
    mason.box((-half, -1.6, -deep), (half, storey, 0.0), *look.wall)
    mason.box((-half - 0.06, -1.6, -deep - 0.06), (half + 0.06, 0.35, 0.06), materials.RUBBLE, (0.29, 0.27, 0.24))
    out = 0.0
    for k in range(1, floors):
        low = k * storey
        out = look.jetty * k
        mason.box((-half - out, low, -deep - out), (half + out, low + storey, out), *look.upper)
        if look.jetty > 0.0:
            mason.box(
                (-half - out, low - 0.16, -deep - out), (half + out, low + 0.06, out + 0.03), materials.PLANKS, OAK
            )
    count = max(2, round(wide / 2.1))
    xs = (np.arange(count) + 0.5) / count * wide - half
    at_door = int(rng.integers(count))
    shutters = look.trim if rng.uniform() < 0.6 else None
    size = min(0.95, wide / count * 0.42)
    for k in range(floors):
        for j, x in enumerate(xs):
            lit = bool(rng.uniform() < 0.62)
            if k == 0 and j == at_door:
                door(mason, float(x), 0.0, look.trim)
            else:
                window(
                    mason, float(x), k * storey + 0.95, look.jetty * k, size, 1.15, lit=lit, trim=shutters, fine=fine
                )
    eaves, span = floors * storey, (deep if along else wide) / 2 + out
    rise = span * steep
    for side in (-1.0, 1.0):
        mason.at(*_moved(at, turn, side * half, -deep / 2), turn + side * np.pi / 2)
        gable = eaves + 0.25 * rise if along else None
        _side(mason, [k * storey + 0.95 for k in range(floors)], deep, look.jetty, gable, lit=bool(rng.uniform() < 0.5))
    if along:
        mason.at(*_moved(at, turn, 0.0, -deep / 2), turn + np.pi / 2)
        mason.gable((-span, eaves, -half - out), (span, half + out), rise, look.roof, look.upper)
    else:
        mason.at(*at, turn)
        mason.gable((-span, eaves, -deep - out), (span, out), rise, look.roof, look.upper)
        lit = bool(rng.uniform() < 0.5)
        for x in (-0.16 * wide, 0.16 * wide) if wide > 6.5 else (0.0,):
            window(mason, x, eaves + 0.22 * rise, out, 0.75, 0.95, lit=lit, trim=shutters, fine=fine)
    mason.at(*at, turn)
    if along and rng.uniform() < 0.7:
        _dormers(mason, rng, wide, eaves, rise, span, look, fine=fine)
    x, z = float(rng.choice([-0.27, 0.27])) * wide, -deep * float(rng.uniform(0.35, 0.65))
    if along:
        z = -deep / 2
    _chimney(mason, x, z, eaves + 0.1, eaves + rise * (1.0 if along else 0.62) + 0.9)
    return eaves + rise


def _moved(at: tuple[float, float, float], turn: float, x: float, z: float) -> tuple[float, float, float]:
    """A point of a house's frame on the ground, relative to the eye."""
    c, s = float(np.cos(turn)), float(np.sin(turn))
    return at[0] + x * c + z * s, at[1], at[2] + z * c - x * s


def well(mason: Mason, at: tuple[float, float, float], turn: float) -> None:
    """A draw well: a ring of stones, a winch, a bucket, a small roof."""
    mason.at(*at, turn)
    ring = [(1.0, -0.5), (1.0, 0.85), (1.06, 0.86), (1.06, 0.98), (0.72, 0.98), (0.70, 0.2), (0.0, 0.2)]
    mason.lathe(ring, materials.RUBBLE, (0.34, 0.32, 0.29), sides=18)
    for x in (-0.98, 0.98):
        mason.box((x - 0.08, 0.6, -0.08), (x + 0.08, 2.3, 0.08), materials.PLANKS, OAK)
    mason.tube([(-1.15, 1.5, 0.0), (1.15, 1.5, 0.0)], 0.09, materials.LOGS, OAK, sides=8)
    mason.tube(
        [(1.15, 1.5, 0.0), (1.3, 1.5, 0.0), (1.3, 1.2, 0.0), (1.5, 1.2, 0.0)], 0.02, materials.PLAIN, DARK, sides=5
    )
    mason.tube([(0.0, 1.45, 0.0), (0.0, 1.15, 0.0)], 0.015, materials.PLAIN, OAK, sides=4)
    mason.lathe([(0.12, 0.85), (0.17, 1.15), (0.15, 1.15), (0.11, 0.9)], materials.PLANKS, OAK, sides=8)
    mason.gable(
        (-1.35, 2.3, -1.1), (1.35, 1.1), 0.9, (materials.TILES, (0.25, 0.12, 0.08)), (materials.PLANKS, OAK), 0.2
    )


def church(
    mason: Mason, at: tuple[float, float, float], turn: float, wall: tuple[int, Colour], roof: tuple[int, Colour],
    tall: float,
) -> None:  # fmt: skip
    """A village church: a tower with a spire in front, `tall` metres to its top, and a nave behind it."""
    mason.at(*at, turn)
    up = tall * 0.5
    mason.box((-2.6, -2.0, -5.2), (2.6, up, 0.0), *wall)
    mason.box((-2.85, up, -5.45), (2.85, up + 0.35, 0.25), materials.ASHLAR, (0.42, 0.39, 0.33))
    mason.hip((-2.4, up + 0.35, -5.0), (2.4, -0.2), tall - up - 0.35, roof, 0.3)
    mason.tube([(0.0, tall - 0.3, -2.6), (0.0, tall + 1.5, -2.6)], 0.05, materials.METAL, (0.5, 0.38, 0.12), sides=6)
    mason.tube([(-0.4, tall + 1.0, -2.6), (0.4, tall + 1.0, -2.6)], 0.05, materials.METAL, (0.5, 0.38, 0.12), sides=6)
    mason.box((-4.6, -2.0, -22.0), (4.6, 6.2, -5.0), *wall)
    mason.gable((-4.6, 6.2, -22.0), (4.6, -4.9), 5.0, roof, wall, 0.4)
    door(mason, 0.0, 0.0, (0.16, 0.07, 0.04), wide=1.7, high=3.0)
    for side, x, z in ((0.0, 0.0, 0.0), (1.0, 2.6, -2.6), (-1.0, -2.6, -2.6)):
        mason.at(*_moved(at, turn, x, z), turn + side * np.pi / 2)
        for dx in (-0.7, 0.7):
            opening = [
                (dx - 0.4, up - 3.0),
                (dx + 0.4, up - 3.0),
                (dx + 0.4, up - 1.2),
                (dx, up - 0.7),
                (dx - 0.4, up - 1.2),
            ]
            mason.polygon([(x, y, 0.04) for x, y in opening], materials.PLANKS, (0.07, 0.06, 0.05))
        clock = [(1.0 * np.sin(t), up - 4.6 + 1.0 * np.cos(t), 0.05) for t in np.arange(16) * np.pi / 8]
        mason.polygon(clock, materials.PLAIN, (0.62, 0.58, 0.48), glow=0.25)
        mason.box((-0.04, up - 4.6, 0.05), (0.04, up - 3.8, 0.09), materials.PLAIN, (0.04, 0.04, 0.04))
        mason.box((0.0, up - 4.64, 0.05), (0.55, up - 4.56, 0.09), materials.PLAIN, (0.04, 0.04, 0.04))
    for side in (-1.0, 1.0):
        mason.at(*_moved(at, turn, side * 4.6, -13.5), turn + side * np.pi / 2)
        for x in (-6.0, -2.0, 2.0, 6.0):
            mason.polygon([(x - 0.6, 1.8, 0.05), (x + 0.6, 1.8, 0.05), (x + 0.6, 4.2, 0.05), (x, 5.2, 0.05),
                           (x - 0.6, 4.2, 0.05)], materials.STAINED, (0.80, 0.50, 0.20))  # fmt: skip
            mason.box((x + 1.6, -1.5, 0.0), (x + 2.3, 5.0, 0.6), *wall)
