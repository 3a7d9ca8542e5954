"""Shapes made of triangles: what `Meshes` are built with.

A `Mason` works in a frame of its own: `at` says where it stands and how it is turned, and all shapes after it are given
in metres from there, x to the right, y upward, z toward the viewer of an unturned frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.scene import Meshes

Point = tuple[float, float, float]


def _unit(v: Array) -> Array:
    value: Array = v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)
    return value


def _cross(a: Array, b: Array) -> Array:
    """The cross product of two vectors [3]; np.cross takes ten times as long for as little as that."""
    (ax, ay, az), (bx, by, bz) = a.tolist(), b.tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


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
        self._rows: list[tuple[Array, Array, Array, int, Colour, float, int]] = []
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
        if not self._rows:
            return None
        sizes = [len(row[0]) for row in self._rows]
        return Meshes(
            corners=np.concatenate([row[0] for row in self._rows]),
            normals=np.concatenate([row[1] for row in self._rows]),
            uv=np.concatenate([row[2] for row in self._rows]),
            style=np.repeat(np.array([row[3] for row in self._rows], np.int32), sizes),
            colour=np.repeat(np.array([row[4] for row in self._rows]), sizes, axis=0),
            glow=np.repeat(np.array([row[5] for row in self._rows]), sizes),
            part=np.repeat(np.array([row[6] for row in self._rows], np.int32), sizes),
        )

    def _add(self, corners: Array, normals: Array, uv: Array, style: int, tone: Colour, glow: float) -> None:
        self._rows.append((self.to_world(corners), normals @ self._axes, uv, int(style), tone, float(glow), self._part))

    def _flat(self, points: Array, triangles: Array, style: int, tone: Colour, glow: float) -> None:
        """Triangles of one plane: u runs level, v upward along it."""
        corners = points[triangles]
        normal = _unit(_cross(corners[0, 1] - corners[0, 0], corners[0, 2] - corners[0, 0]))
        for row in corners[1:]:
            normal = normal if np.any(normal) else _unit(_cross(row[1] - row[0], row[2] - row[0]))
        level = np.array([normal[2], 0.0, -normal[0]])
        along = level / np.linalg.norm(level) if np.linalg.norm(level) > 1e-3 else np.array([1.0, 0.0, 0.0])
        up = _cross(normal, along)
        up = up if up[1] >= 0 else -up
        uv = np.stack([corners @ along, corners @ up], axis=-1)
        self._add(corners, np.broadcast_to(normal, corners.shape), uv, style, tone, glow)

    def polygon(self, points: Array | Sequence[Point], style: int, tone: Colour, glow: float = 0.0) -> None:
        """A flat convex polygon [n, 3]."""
        corners = np.asarray(points, float)
        fan = np.array([[0, k, k + 1] for k in range(1, len(corners) - 1)])
        self._part += 1
        self._flat(corners, fan, style, tone, glow)

    def box(self, low: Point, high: Point, style: int, tone: Colour, glow: float = 0.0) -> None:
        """A box between two corners, whose sides are parts of their own."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        for side in (
            [(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)],
            [(x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0)],
            [(x0, y0, z0), (x0, y0, z1), (x0, y1, z1), (x0, y1, z0)],
            [(x1, y0, z0), (x1, y0, z1), (x1, y1, z1), (x1, y1, z0)],
            [(x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x0, y1, z1)],
            [(x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)],
        ):
            self.polygon(side, style, tone, glow)

    def slab(self, outline: Array, z0: float, z1: float, style: int, tone: Colour, glow: float = 0.0) -> None:
        """A wall or board: a simple polygon [n, 2] in x and y, which may be hollow like an arch, from z0 to z1."""
        outline = np.asarray(outline, float)
        n = len(outline)
        ears = np.array(_ears(outline))
        for z in (z0, z1):
            self._part += 1
            self._flat(np.column_stack([outline, np.full(n, z)]), ears, style, tone, glow)
        self._part += 1
        for k in range(n):
            (xa, ya), (xb, yb) = outline[k], outline[(k + 1) % n]
            side = np.array([[xa, ya, z0], [xb, yb, z0], [xb, yb, z1], [xa, ya, z1]])
            if abs(xa - xb) + abs(ya - yb) > 1e-6:
                self._flat(side, np.array([[0, 1, 2], [0, 2, 3]]), style, tone, glow)

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
        u = np.pad(np.cumsum(np.linalg.norm(np.diff(points, axis=1), axis=2).mean(axis=0)), (1, 0))
        v = np.pad(np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=2).mean(axis=1)), (1, 0))
        uv = np.stack(np.meshgrid(u, v), axis=-1)
        rows, columns = points.shape[:2]
        i, k = (a.ravel() for a in np.mgrid[0 : rows - 1, 0 : columns - 1])
        at = i * columns + k
        triangles = np.concatenate(
            [np.stack([at, at + 1, at + columns + 1], 1), np.stack([at, at + columns + 1, at + columns], 1)]
        )
        corners = points.reshape(-1, 3)[triangles]
        face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        solid = np.linalg.norm(face, axis=1) > 1e-9
        triangles, corners, face = triangles[solid], corners[solid], face[solid]
        if smooth:
            total = np.zeros((rows * columns, 3))
            np.add.at(total, triangles.ravel(), np.repeat(face, 3, axis=0))
            grid = total.reshape(rows, columns, 3)
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
            normals = np.repeat(_unit(face)[:, None], 3, axis=1)
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
        along = _unit(np.gradient(points, axis=0))
        side = np.cross(along, np.array([0.0, 1.0, 0.0]))
        # Where it runs upward its sides follow those next to it.
        weak = np.linalg.norm(side, axis=1) < 0.2
        side[weak] = np.array([1.0, 0.0, 0.0]) if weak.all() else side[~weak].mean(axis=0)
        side = _unit(side - along * np.sum(side * along, axis=1, keepdims=True))
        other = np.cross(side, along)
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
