"""From recorded shapes to triangles: what a `shapes.Mason` has collected is cut up in the end, many shapes at once.

A place is built of thousands of small shapes. NumPy takes a few microseconds for every call however little it is given,
so shapes with equally many points are handled together. Points are in a mason's frame, [..., 3], with its `axes` [3, 3]
and `origin` [3].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ldm3d.worlds.arrays import Array, Colour, Ints


class Triangles(NamedTuple):
    """Corners and normals [n, 3, 3] relative to the eye, and metres along and up the surface [n, 3, 2]."""

    corners: Array
    normals: Array
    uv: Array


@dataclass(frozen=True)
class Frame:
    """Where a mason stands.

    Attributes:
        axes: what its x, y and z are relative to the eye, as rows.
        origin: the point.
    """

    axes: Array
    origin: Array


@dataclass(frozen=True)
class Look:
    """A material, its linear albedo, and its own light at night."""

    style: int
    tone: Colour
    glow: float


@dataclass(frozen=True)
class Quads:
    """Flat quadrangles [n, 4, 3] with the numbers of their parts [n]."""

    points: Array
    frame: Frame
    look: Look
    part: Ints


@dataclass(frozen=True)
class Sheet:
    """A surface through a grid of points [n, m, 3]; `closed` says whether its last row and column meet the first."""

    points: Array
    frame: Frame
    smooth: bool
    closed: tuple[bool, bool]


@dataclass(frozen=True)
class Tube:
    """A round bar along points [n, 3] with radii [n] and a number of sides."""

    points: Array
    radius: Array
    sides: int
    frame: Frame


def unit(v: Array) -> Array:
    """Vectors [..., 3] of length 1."""
    value: Array = v / np.maximum(np.sqrt((v * v).sum(axis=-1, keepdims=True)), 1e-9)
    return value


def cross(a: Array, b: Array) -> Array:
    """Cross products of vectors [..., 3]; np.cross takes several times as long for few of them."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    value = np.empty(np.broadcast_shapes(a.shape, b.shape))
    value[..., 0], value[..., 1], value[..., 2] = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    return value


def level(normal: Array) -> tuple[Array, Array]:
    """Unit vectors [n, 3] in planes with unit normals [n, 3]: one that runs level, and one upward along the plane."""
    flat = np.stack([normal[:, 2], np.zeros(len(normal)), -normal[:, 0]], axis=1)
    length = np.sqrt((flat * flat).sum(axis=1, keepdims=True))
    along = np.where(length > 1e-3, flat / np.maximum(length, 1e-3), np.array([[1.0, 0.0, 0.0]]))
    up = cross(normal, along)
    return along, np.where(up[:, 1:2] >= 0.0, up, -up)


_FAN = np.array([[0, 1, 2], [0, 2, 3]])


def cut(quads: Sequence[Quads]) -> Triangles:
    """The triangles of quadrangles, two for each."""
    counts = [len(one.points) for one in quads]
    points = np.concatenate([one.points for one in quads])
    axes = np.repeat(np.stack([one.frame.axes for one in quads]), counts, axis=0)
    origin = np.repeat(np.stack([one.frame.origin for one in quads]), counts, axis=0)
    a, b, c, d = (points[:, k] for k in range(4))
    first, second = cross(b - a, c - a), cross(c - a, d - a)
    normal = unit(np.where((first * first).sum(axis=1, keepdims=True) > 0.0, first, second))
    along, up = level(normal)
    uv = np.stack([np.einsum("nkc,nc->nk", points, along), np.einsum("nkc,nc->nk", points, up)], axis=-1)
    world = points @ axes + origin[:, None]
    turned = np.broadcast_to((normal[:, None] @ axes)[:, :, None], (len(points), 2, 3, 3))
    return Triangles(world[:, _FAN].reshape(-1, 3, 3), turned.reshape(-1, 3, 3), uv[:, _FAN].reshape(-1, 3, 2))


def made(shapes: Sequence[Sheet | Tube]) -> list[Triangles]:
    """The triangles of each shape; those of a grid come upper halves first, and what is a line is left out."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for k, one in enumerate(shapes):
        like = (one.sides,) if isinstance(one, Tube) else (one.smooth, one.closed)
        groups.setdefault((type(one), one.points.shape, *like), []).append(k)
    found: dict[int, Triangles] = {}
    for members in groups.values():
        some = [shapes[k] for k in members]
        points = np.stack([one.points for one in some])
        axes, origin = (np.stack([getattr(one.frame, name) for one in some]) for name in ("axes", "origin"))
        first = some[0]
        if isinstance(first, Tube):
            points = _rings(points, np.stack([one.radius for one in some if isinstance(one, Tube)]), first.sides)
            smooth, closed = True, (False, True)
        else:
            smooth, closed = first.smooth, first.closed
        found.update(zip(members, _surfaces(points, axes, origin, smooth, closed), strict=True))
    return [found[k] for k in range(len(shapes))]


def _rings(points: Array, radius: Array, sides: int) -> Array:
    """Grids [k, n, sides, 3] around paths [k, n, 3] with radii [k, n]."""
    along = np.empty_like(points)
    along[:, 1:-1] = points[:, 2:] - points[:, :-2]
    along[:, 0], along[:, -1] = points[:, 1] - points[:, 0], points[:, -1] - points[:, -2]
    along = unit(along)
    side = np.stack([-along[..., 2], np.zeros(along.shape[:-1]), along[..., 0]], axis=-1)
    # Where it runs upward its sides follow those next to it.
    weak = ((side * side).sum(axis=-1) < 0.04)[..., None]
    count = (~weak).sum(axis=1, keepdims=True)
    mean = np.where(weak, 0.0, side).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    side = np.where(weak, np.where(count > 0, mean, np.array([1.0, 0.0, 0.0])), side)
    side = unit(side - along * np.sum(side * along, axis=-1, keepdims=True))
    other = cross(side, along)
    t = np.linspace(0.0, 2.0 * np.pi, sides, endpoint=False)[:, None]
    ring = side[:, :, None] * np.cos(t) + other[:, :, None] * np.sin(t)
    value: Array = points[:, :, None] + ring * radius[..., None, None]
    return value


@lru_cache(maxsize=256)
def _mesh(rows: int, columns: int) -> Ints:
    """Triangles [2·(rows − 1)·(columns − 1), 3] of a grid's points: first the upper halves, then the lower."""
    i, k = (a.ravel() for a in np.mgrid[0 : rows - 1, 0 : columns - 1])
    at = i * columns + k
    upper, lower = np.stack([at, at + 1, at + columns + 1], 1), np.stack([at, at + columns + 1, at + columns], 1)
    return np.concatenate([upper, lower]).astype(np.int32)


def _surfaces(points: Array, axes: Array, origin: Array, smooth: bool, closed: tuple[bool, bool]) -> list[Triangles]:
    """The triangles of grids [k, n, m, 3] in frames [k, 3, 3] and [k, 3]."""
    if closed[0]:
        points = np.concatenate([points, points[:, :1]], axis=1)
    if closed[1]:
        points = np.concatenate([points, points[:, :, :1]], axis=2)
    count, rows, columns = points.shape[:3]
    across, down = points[:, :, 1:] - points[:, :, :-1], points[:, 1:] - points[:, :-1]
    uv = np.zeros((count, rows, columns, 2))
    uv[:, :, 1:, 0] = np.cumsum(np.sqrt((across * across).sum(axis=3)).sum(axis=1) / rows, axis=1)[:, None]
    uv[:, 1:, :, 1] = np.cumsum(np.sqrt((down * down).sum(axis=3)).sum(axis=2) / columns, axis=1)[..., None]
    diagonal = points[:, 1:, 1:] - points[:, :-1, :-1]
    upper, lower = cross(across[:, :-1], diagonal), cross(diagonal, down[:, :, :-1])
    face = np.concatenate([upper.reshape(count, -1, 3), lower.reshape(count, -1, 3)], axis=1)
    solid = (face * face).sum(axis=2) > 1e-18
    mesh = _mesh(rows, columns)
    corners = (points.reshape(count, -1, 3) @ axes + origin[:, None])[:, mesh]
    if smooth:
        normals = (_blended(upper, lower, points, closed).reshape(count, -1, 3) @ axes)[:, mesh]
    else:
        normals = np.repeat((unit(face) @ axes)[:, :, None], 3, axis=2)
    uv = uv.reshape(count, -1, 2)[:, mesh]
    if solid.all():
        return [Triangles(*one) for one in zip(corners, normals, uv, strict=True)]
    return [
        Triangles(corners[k][kept], normals[k][kept], uv[k][kept]) for k, kept in enumerate(solid)
    ]  # fmt: skip


def _blended(upper: Array, lower: Array, points: Array, closed: tuple[bool, bool]) -> Array:
    """Unit normals [k, n, m, 3] at the points of grids from their triangles' normals [k, n − 1, m − 1, 3]."""
    grid = np.zeros(points.shape)
    both = upper + lower
    grid[:, :-1, :-1] += both
    grid[:, 1:, 1:] += both
    grid[:, :-1, 1:] += upper
    grid[:, 1:, :-1] += lower
    if closed[0]:
        grid[:, 0] = grid[:, -1] = grid[:, 0] + grid[:, -1]
    if closed[1]:
        grid[:, :, 0] = grid[:, :, -1] = grid[:, :, 0] + grid[:, :, -1]
    # Rows that shrink to a point share their normal.
    for row in (0, -1):
        point = np.flatnonzero(np.ptp(points[:, row], axis=1).max(axis=1) < 1e-6)
        grid[point, row] = grid[point, row].sum(axis=1, keepdims=True)
    return unit(grid)
