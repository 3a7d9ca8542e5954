"""Shapes made of triangles: what `Meshes` are built with.

A `Mason` works in a frame of its own: `at` says where it stands and how it is turned, and all shapes after it are given
in metres from there, x to the right, y upward, z toward the viewer of an unturned frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ldm3d.worlds.arrays import Array, Colour, Ints
from ldm3d.worlds.scene import Meshes

Point = tuple[float, float, float]


def _unit(v: Array) -> Array:
    value: Array = v / np.maximum(np.sqrt((v * v).sum(axis=-1, keepdims=True)), 1e-9)
    return value


def _cross(a: Array, b: Array) -> Array:
    """Cross products of vectors [..., 3]; np.cross takes several times as long for few of them."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


@lru_cache(maxsize=256)
def _mesh(rows: int, columns: int) -> Ints:
    """Triangles [2·(rows − 1)·(columns − 1), 3] of a grid's points: first the upper halves, then the lower."""
    i, k = (a.ravel() for a in np.mgrid[0 : rows - 1, 0 : columns - 1])
    at = i * columns + k
    upper, lower = np.stack([at, at + 1, at + columns + 1], 1), np.stack([at, at + columns + 1, at + columns], 1)
    return np.concatenate([upper, lower]).astype(np.int32)


# The corners of a box's sides, as numbers of its corners with z, y and x in the bits 0, 1 and 2.
_SIDES = np.array([[1, 5, 7, 3], [0, 4, 6, 2], [0, 1, 3, 2], [4, 5, 7, 6], [2, 6, 7, 3], [0, 4, 5, 1]])
_FAN = np.array([[0, 1, 2], [0, 2, 3]])


@dataclass(frozen=True)
class _Quads:
    """Flat quadrangles [n, 4, 3] in a mason's frame that are cut into triangles in the end, all at once."""

    points: Array
    axes: Array
    origin: Array
    style: int
    tone: Colour
    glow: float
    part: Ints


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


def _ears(outline: Array) -> list[tuple[int, int, int]]:
    """Triangles of a simple polygon [n, 2] by cutting ears (Meisters 1975)."""
    turn = 1.0 if _area(outline) > 0 else -1.0
    left = list(range(len(outline)))
    found = []

    def side(a: int, b: int, c: int) -> float:
        p, q, r = outline[a], outline[b], outline[c]
        return turn * float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

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
    return [*found, (left[0], left[1], left[2])]


def _area(outline: Array) -> float:
    x, y = outline.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2.0


class Mason:
    """Collects triangles of many shapes.

    Every shape takes `style` (a constant of `materials`), `tone` (linear albedo) and `glow` (light of its own at night,
    a factor on the tone). Each is a part of its own: edges are smoothed between parts and where distance jumps.
    """

    def __init__(self) -> None:
        self._rows: list[tuple[Array, Array, Array, Ints, int, Colour, float]] = []
        self._quads: list[_Quads] = []
        self._part = 0
        self.at(0.0, 0.0, 0.0)

    def at(self, x: float, y: float, z: float, turn: float = 0.0) -> Mason:
        """Stand at a point relative to the eye, turned about y as boxes are; returns the mason."""
        c, s = np.cos(turn), np.sin(turn)
        self._origin = np.array([x, y, z], float)
        self._axes = np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
        return self

    def to_world(self, points: Array | Sequence[Point]) -> Array:
        """Points [..., 3] of the frame relative to the eye."""
        value: Array = np.asarray(points, float) @ self._axes + self._origin
        return value

    def meshes(self) -> Meshes | None:
        """Everything built so far."""
        shapes = [row[:4] for row in self._rows] + ([_cut(self._quads)] if self._quads else [])
        if not shapes:
            return None
        corners, normals, uv, part = (np.concatenate(column) for column in zip(*shapes, strict=True))
        looks = [row[4:] for row in self._rows] + [(one.style, one.tone, one.glow) for one in self._quads]
        sizes = [len(row[0]) for row in self._rows] + [2 * len(one.points) for one in self._quads]
        return Meshes(
            corners=corners, normals=normals, uv=uv, part=part,
            style=np.repeat(np.array([look[0] for look in looks], np.int32), sizes),
            colour=np.repeat(np.array([look[1] for look in looks]), sizes, axis=0),
            glow=np.repeat(np.array([look[2] for look in looks]), sizes),
        )  # fmt: skip

    def _add(self, corners: Array, normals: Array, uv: Array, style: int, tone: Colour, glow: float) -> None:
        part = np.full(len(corners), self._part, np.int32)
        self._rows.append((self.to_world(corners), normals @ self._axes, uv, part, int(style), tone, float(glow)))

    def _flat(self, points: Array, triangles: Array, style: int, tone: Colour, glow: float) -> None:
        """Triangles of one plane: u runs level, v upward along it."""
        corners = points[triangles]
        faces = _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        # The first triangle that is none of a line gives the plane.
        normal = _unit(faces[np.argmax((faces * faces).sum(axis=1) > 0.0)])
        along, up = _level(normal[None])
        uv = np.stack([corners @ along[0], corners @ up[0]], axis=-1)
        self._add(corners, np.broadcast_to(normal, corners.shape), uv, style, tone, glow)

    def _put(self, points: Array, style: int, tone: Colour, glow: float, parts: Ints) -> None:
        self._quads.append(_Quads(points, self._axes, self._origin, int(style), tone, float(glow), parts))

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
        ears = np.array(_ears(outline))
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
        points = np.asarray(points, float)
        if closed[0]:
            points = np.concatenate([points, points[:1]], axis=0)
        if closed[1]:
            points = np.concatenate([points, points[:, :1]], axis=1)
        rows, columns = points.shape[:2]
        across, down = points[:, 1:] - points[:, :-1], points[1:] - points[:-1]
        uv = np.zeros((rows, columns, 2))
        uv[:, 1:, 0] = np.cumsum(np.sqrt((across * across).sum(axis=2)).sum(axis=0) / rows)
        uv[1:, :, 1] = np.cumsum(np.sqrt((down * down).sum(axis=2)).sum(axis=1) / columns)[:, None]
        diagonal = points[1:, 1:] - points[:-1, :-1]
        upper, lower = _cross(across[:-1], diagonal), _cross(diagonal, down[:, :-1])
        face = np.concatenate([upper.reshape(-1, 3), lower.reshape(-1, 3)])
        solid = (face * face).sum(axis=1) > 1e-18
        triangles = _mesh(rows, columns)[solid]
        corners = points.reshape(-1, 3)[triangles]
        if smooth:
            grid = np.zeros((rows, columns, 3))
            grid[:-1, :-1] += upper + lower
            grid[1:, 1:] += upper + lower
            grid[:-1, 1:] += upper
            grid[1:, :-1] += lower
            if closed[0]:
                grid[0] = grid[-1] = grid[0] + grid[-1]
            if closed[1]:
                grid[:, 0] = grid[:, -1] = grid[:, 0] + grid[:, -1]
            # Rows that shrink to a point share their normal.
            for row in (0, -1):
                if np.ptp(points[row], axis=0).max() < 1e-6:
                    grid[row] = grid[row].sum(axis=0)
            normals = _unit(grid).reshape(-1, 3)[triangles]
        else:
            normals = np.repeat(_unit(face[solid])[:, None], 3, axis=1)
        self._part += 1
        self._add(corners, normals, uv.reshape(-1, 2)[triangles], style, tone, glow)

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
        points = np.asarray(path, float)
        r = np.broadcast_to(np.asarray(radius, float), (len(points),))
        along = np.empty_like(points)
        along[1:-1] = points[2:] - points[:-2]
        along[0], along[-1] = points[1] - points[0], points[-1] - points[-2]
        along = _unit(along)
        side = np.stack([-along[:, 2], np.zeros(len(points)), along[:, 0]], axis=1)
        # Where it runs upward its sides follow those next to it.
        weak = (side * side).sum(axis=1) < 0.04
        side[weak] = np.array([1.0, 0.0, 0.0]) if weak.all() else side[~weak].mean(axis=0)
        side = _unit(side - along * np.sum(side * along, axis=1, keepdims=True))
        other = _cross(side, along)
        t = np.linspace(0.0, 2.0 * np.pi, sides, endpoint=False)
        ring = side[:, None] * np.cos(t)[:, None] + other[:, None] * np.sin(t)[:, None]
        self.sheet(points[:, None] + ring * r[:, None, None], style, tone, glow, closed=(False, True))

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


def _level(normal: Array) -> tuple[Array, Array]:
    """Unit vectors [n, 3] in planes with unit normals [n, 3]: one that runs level, and one upward along the plane."""
    level = np.stack([normal[:, 2], np.zeros(len(normal)), -normal[:, 0]], axis=1)
    length = np.sqrt((level * level).sum(axis=1, keepdims=True))
    along = np.where(length > 1e-3, level / np.maximum(length, 1e-3), np.array([[1.0, 0.0, 0.0]]))
    up = _cross(normal, along)
    return along, np.where(up[:, 1:2] >= 0.0, up, -up)


def _cut(quads: Sequence[_Quads]) -> tuple[Array, Array, Array, Ints]:
    """The triangles of quadrangles: corners, normals, coordinates and parts."""
    counts = [len(one.points) for one in quads]
    points = np.concatenate([one.points for one in quads])
    axes = np.repeat(np.stack([one.axes for one in quads]), counts, axis=0)
    origin = np.repeat(np.stack([one.origin for one in quads]), counts, axis=0)
    a, b, c, d = (points[:, k] for k in range(4))
    first, second = _cross(b - a, c - a), _cross(c - a, d - a)
    normal = _unit(np.where((first * first).sum(axis=1, keepdims=True) > 0.0, first, second))
    along, up = _level(normal)
    uv = np.stack([np.einsum("nkc,nc->nk", points, along), np.einsum("nkc,nc->nk", points, up)], axis=-1)
    world = points @ axes + origin[:, None]
    turned = np.broadcast_to((normal[:, None] @ axes)[:, :, None], (len(points), 2, 3, 3))
    part = np.repeat(np.concatenate([one.part for one in quads]), 2)
    return world[:, _FAN].reshape(-1, 3, 3), turned.reshape(-1, 3, 3), uv[:, _FAN].reshape(-1, 3, 2), part
