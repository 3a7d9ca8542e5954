"""Shapes made of triangles: what `Meshes` are built with.

A `Mason` works in a frame of its own: `at` says where it stands and how it is turned, and all shapes after it are given
in metres from there, x to the right, y upward, z toward the viewer of an unturned frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array, Colour, Ints
from ldm3d.worlds.scene import Meshes
from ldm3d.worlds.sheets import Frame, Look, Quads, Sheet, Triangles, Tube, cross, cut, level, made, unit

Point = tuple[float, float, float]


# The corners of a box's sides, as numbers of its corners with z, y and x in the bits 0, 1 and 2.
_SIDES = np.array([[1, 5, 7, 3], [0, 4, 6, 2], [0, 1, 3, 2], [4, 5, 7, 6], [2, 6, 7, 3], [0, 4, 5, 1]])


def arc(radius: float, start: float, end: float, count: int, rise: float | None = None) -> Array:
    """Points [count, 2] of an arc from `start` to `end` degrees, 0 is +x and 90 is up; `rise` makes it an ellipse."""
    t = np.radians(np.linspace(start, end, count))
    return np.stack([np.cos(t) * radius, np.sin(t) * (radius if rise is None else rise)], axis=1)


def pointed(half: float, rise: float, count: int = 9) -> Array:
    """Points [2·count − 1, 2] of a Gothic arch from (half, 0) over (0, rise) to (−half, 0)."""
    # Both sides are arcs around points on the springing line.
    r = (half * half + rise * rise) / (2.0 * half)
    t = np.linspace(0.0, np.arctan2(rise, r - half) if r > half else np.pi / 2, count)
    right = np.stack([np.cos(t) * r + half - r, np.sin(t) * r], axis=1)
    left = right[::-1][1:] * np.array([-1.0, 1.0])
    return np.concatenate([right, left])


def _ears(outline: Array) -> Ints:
    """Triangles [n − 2, 3] of a simple polygon [n, 2] by cutting ears (Meisters 1975)."""
    return _cut_ears(tuple(map(tuple, outline.tolist())))


@lru_cache(maxsize=512)
def _cut_ears(outline: tuple[tuple[float, float], ...]) -> Ints:
    turn = 1.0 if _area(np.array(outline)) > 0 else -1.0
    left = list(range(len(outline)))
    found = []

    def side(a: int, b: int, c: int) -> float:
        (px, py), (qx, qy), (rx, ry) = outline[a], outline[b], outline[c]
        return turn * ((qx - px) * (ry - py) - (qy - py) * (rx - px))

    while len(left) > 3:
        for k in range(len(left)):
            a, b, c = left[k - 1], left[k], left[(k + 1) % len(left)]
            others = (p for p in left if p not in {a, b, c})
            if side(a, b, c) > 1e-12 and not any(
                side(a, b, p) >= 0 and side(b, c, p) >= 0 and side(c, a, p) >= 0 for p in others
            ):
                break
        else:
            # Only flat corners are left: any of them may go.
            k = 0
            a, b, c = left[-1], left[0], left[1]
        found.append((a, b, c))
        left.pop(k)
    return np.array([*found, (left[0], left[1], left[2])])


def _area(outline: Array) -> float:
    x, y = outline.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2.0


class Mason:
    """Collects triangles of many shapes.

    Every shape takes `style` (a constant of `materials`), `tone` (linear albedo) and `glow` (light of its own at night,
    a factor on the tone). Each is a part of its own: edges are smoothed between parts and where distance jumps.
    """

    def __init__(self) -> None:
        self._shapes: list[tuple[Triangles | Sheet | Tube, Look, int]] = []
        self._quads: list[Quads] = []
        self._part = 0
        self.at(0.0, 0.0, 0.0)

    def at(self, x: float, y: float, z: float, turn: float = 0.0) -> Mason:
        """Stand at a point relative to the eye, turned about y as boxes are; returns the mason."""
        c, s = np.cos(turn), np.sin(turn)
        self._frame = Frame(np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]]), np.array([x, y, z], float))
        return self

    def to_world(self, points: Array | Sequence[Point]) -> Array:
        """Points [..., 3] of the frame relative to the eye."""
        value: Array = np.asarray(points, float) @ self._frame.axes + self._frame.origin
        return value

    def meshes(self) -> Meshes | None:
        """Everything built so far."""
        recorded = iter(made([shape for shape, _, _ in self._shapes if not isinstance(shape, Triangles)]))
        shapes = [shape if isinstance(shape, Triangles) else next(recorded) for shape, _, _ in self._shapes]
        own = np.array([part for _, _, part in self._shapes], np.int32)
        parts = [np.repeat(own, [len(shape.corners) for shape in shapes])]
        looks = [look for _, look, _ in self._shapes] + [one.look for one in self._quads]
        sizes = [len(shape.corners) for shape in shapes] + [2 * len(one.points) for one in self._quads]
        if self._quads:
            shapes.append(cut(self._quads))
            parts.append(np.repeat(np.concatenate([one.part for one in self._quads]), 2))
        if not shapes:
            return None
        corners, normals, uv = (np.concatenate(column) for column in zip(*shapes, strict=True))
        return Meshes(
            corners=corners, normals=normals, uv=uv, part=np.concatenate(parts),
            style=np.repeat(np.array([look.style for look in looks], np.int32), sizes),
            colour=np.repeat(np.array([look.tone for look in looks]), sizes, axis=0),
            glow=np.repeat(np.array([look.glow for look in looks]), sizes),
        )  # fmt: skip

    def _add(self, shape: Triangles | Sheet | Tube, style: int, tone: Colour, glow: float) -> None:
        self._shapes.append((shape, Look(int(style), tone, float(glow)), self._part))

    def _flat(self, points: Array, triangles: NDArray[np.integer[Any]], style: int, tone: Colour, glow: float) -> None:
        """Triangles of one plane: u runs level, v upward along it."""
        corners = points[triangles]
        faces = cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        # The first triangle that is none of a line gives the plane.
        normal = unit(faces[np.argmax((faces * faces).sum(axis=1) > 0.0)])
        along, up = level(normal[None])
        uv = (points @ np.stack([along[0], up[0]], axis=1))[triangles]
        normals = np.broadcast_to(normal @ self._frame.axes, corners.shape)
        self._add(Triangles(self.to_world(points)[triangles], normals, uv), style, tone, glow)

    def _put(self, points: Array, style: int, tone: Colour, glow: float, parts: Ints) -> None:
        self._quads.append(Quads(points, self._frame, Look(int(style), tone, float(glow)), parts))

    def polygon(self, points: Array | Sequence[Point], style: int, tone: Colour, glow: float = 0.0) -> None:
        """A flat convex polygon [n, 3]."""
        corners = np.asarray(points, float)
        self._part += 1
        if len(corners) == 4:
            self._put(corners[None], style, tone, glow, np.array([self._part], np.int32))
            return
        self._flat(corners, np.array([[0, k, k + 1] for k in range(1, len(corners) - 1)]), style, tone, glow)

    def box(self, low: Point, high: Point, style: int, tone: Colour, glow: float = 0.0) -> None:
        """A box between two corners, whose sides are parts of their own."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        corners = np.array([(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)], float)
        self._put(corners[_SIDES], style, tone, glow, np.arange(self._part + 1, self._part + 7, dtype=np.int32))
        self._part += 6

    def slab(self, outline: Array, z0: float, z1: float, style: int, tone: Colour, glow: float = 0.0) -> None:
        """A wall or board: a simple polygon [n, 2] in x and y, which may be hollow like an arch, from z0 to z1."""
        outline = np.asarray(outline, float)
        n = len(outline)
        ears = _ears(outline)
        for z in (z0, z1):
            self._part += 1
            self._flat(np.column_stack([outline, np.full(n, z)]), ears, style, tone, glow)
        self._part += 1
        following = np.roll(outline, -1, axis=0)
        sides = np.empty((n, 4, 3))
        sides[:, [0, 3], :2], sides[:, [1, 2], :2] = outline[:, None], following[:, None]
        sides[:, :2, 2], sides[:, 2:, 2] = z0, z1
        sides = sides[np.abs(outline - following).sum(axis=1) > 1e-6]
        self._put(sides, style, tone, glow, np.full(len(sides), self._part, np.int32))

    def sheet(
        self, points: Array, style: int, tone: Colour, glow: float = 0.0, *, smooth: bool = True,
        closed: tuple[bool, bool] = (False, False),
    ) -> None:  # fmt: skip
        """A surface through a grid of points [n, m, 3]: vaults, hulls, cloth, hulls of ships, rock arches.

        Args:
            points: the grid; u runs along its second axis, v along its first.
            style: the material.
            tone: its colour.
            glow: its own light at night.
            smooth: whether it looks round, not faceted.
            closed: whether the last row meets the first one, and the last column the first one.
        """
        self._part += 1
        self._add(Sheet(np.array(points, float), self._frame, smooth, closed), style, tone, glow)

    def lathe(
        self, profile: Sequence[tuple[float, float]], style: int, tone: Colour, glow: float = 0.0, *, sides: int = 20,
        middle: Point = (0.0, 0.0, 0.0), smooth: bool = True, turn: tuple[float, float] = (0.0, 360.0),
    ) -> None:  # fmt: skip
        """A round body around an upright axis: towers, domes, columns, cones, vases.

        Args:
            profile: (radius, height) from below upward; a radius of 0 closes it.
            style: the material.
            tone: its colour.
            glow: its own light at night.
            sides: how many sides it has; few and not `smooth` for a tower with corners.
            middle: where its axis stands.
            smooth: whether it looks round.
            turn: from which to which degree it goes, for halves such as an apse.
        """
        whole = abs(turn[1] - turn[0]) >= 360.0
        t = np.radians(np.linspace(*turn, sides + 1))[: sides if whole else None]
        r, y = np.array(profile, float).T
        grid = np.stack([r[:, None] * np.sin(t), np.broadcast_to(y[:, None], (len(r), len(t))), r[:, None] * np.cos(t)],
                        axis=-1)  # fmt: skip
        self.sheet(grid + np.array(middle), style, tone, glow, smooth=smooth, closed=(False, whole))

    def tube(
        self, path: Array | Sequence[Point], radius: Array | Sequence[float] | float, style: int, tone: Colour,
        glow: float = 0.0, *, sides: int = 10,
    ) -> None:  # fmt: skip
        """A round bar along points [n, 3] with radii [n]: pipes, arches of rock, ropes, horns."""
        points = np.array(path, float)
        self._part += 1
        r = np.array(np.broadcast_to(radius, (len(points),)), float)
        self._add(Tube(points, r, sides, self._frame), style, tone, glow)

    def gable(
        self, low: Point, high: tuple[float, float], rise: float, roof: tuple[int, Colour], wall: tuple[int, Colour],
        over: float = 0.35,
    ) -> None:  # fmt: skip
        """A saddle roof with its ridge along z.

        Args:
            low: corner with the least x, the eaves' height, and the least z.
            high: the largest x and z.
            rise: the ridge's height above the eaves.
            roof: style and tone of the slopes.
            wall: style and tone of the triangles at the ends.
            over: how far the roof reaches over the walls.
        """
        x0, y, z0 = low
        x1, z1 = high
        middle = (x0 + x1) / 2
        drop = over * rise / (middle - x0)
        for z in (z0, z1):
            self.polygon([(x0, y, z), (x1, y, z), (middle, y + rise, z)], *wall)
        for edge, out in ((x0, -over), (x1, over)):
            lower = np.array([[edge + out, y - drop, z0 - over], [edge + out, y - drop, z1 + over]])
            upper = np.array([[middle, y + rise, z1 + over], [middle, y + rise, z0 - over]])
            slope = np.concatenate([lower, upper])
            self.polygon(slope, *roof)
            # Seen from below and at its rim a roof is a hand thick.
            thick = slope - np.array([0.0, 0.14, 0.0])
            self.polygon(thick, *wall)
            for a, b in ((0, 1), (1, 2), (3, 0)):
                self.polygon([slope[a], slope[b], thick[b], thick[a]], *wall)

    def hip(
        self, low: Point, high: tuple[float, float], rise: float, roof: tuple[int, Colour], over: float = 0.35
    ) -> None:
        """A roof that slopes to all four sides, with `low` and `high` as in `gable`; a pyramid over a square."""
        x0, y, z0 = low[0] - over, low[1], low[2] - over
        x1, z1 = high[0] + over, high[1] + over
        inset = min(x1 - x0, z1 - z0) / 2
        ridge = [((x0 + x1) / 2, y + rise, z0 + inset), ((x0 + x1) / 2, y + rise, z1 - inset)]
        if x1 - x0 > z1 - z0:
            ridge = [(x0 + inset, y + rise, (z0 + z1) / 2), (x1 - inset, y + rise, (z0 + z1) / 2)]
            sides = [[(x0, y, z1), (x1, y, z1), ridge[1], ridge[0]], [(x0, y, z0), (x1, y, z0), ridge[1], ridge[0]],
                     [(x0, y, z0), (x0, y, z1), ridge[0]], [(x1, y, z0), (x1, y, z1), ridge[1]]]  # fmt: skip
        else:
            sides = [[(x0, y, z0), (x0, y, z1), ridge[1], ridge[0]], [(x1, y, z0), (x1, y, z1), ridge[1], ridge[0]],
                     [(x0, y, z0), (x1, y, z0), ridge[0]], [(x0, y, z1), (x1, y, z1), ridge[1]]]  # fmt: skip
        for side in sides:
            self.polygon(side, *roof)
        self.polygon([(x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1)], *roof)
