"""From things to the texels that they may cover, and exact ray intersections there.

Every kind of thing yields (thing, row, first column, past the last column) spans that surely hold it; spans are cut to
texels in long flat arrays, and the kind's intersection is computed for all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.scene import Boxes

CHUNK = 400_000


def ragged(counts: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Number pairs (i, k) with 0 <= k < counts[i], as flat arrays, in blocks of about `CHUNK`."""
    ends = np.cumsum(counts, dtype=np.int64)
    at = 0
    while at < len(counts):
        done = ends[at - 1] if at else 0
        past = max(int(np.searchsorted(ends, done + CHUNK, side="right")), at + 1)
        block = counts[at:past]
        which = np.repeat(np.arange(at, past, dtype=np.int32), block)
        starts = (ends[at:past] - block - done).astype(np.int32)
        yield which, np.arange(len(which), dtype=np.int32) - np.repeat(starts, block)
        at = past


@dataclass(frozen=True)
class Grid:
    """The texels of a panorama and their directions, kept as sines and cosines of rows and columns.

    Attributes:
        width: texels a row.
        height: rows.
        sin_theta: [W] of the columns' longitudes.
        cos_theta: [W].
        sin_phi: [H] of the rows' latitudes.
        cos_phi: [H].
    """

    width: int
    height: int
    sin_theta: Array
    cos_theta: Array
    sin_phi: Array
    cos_phi: Array

    @staticmethod
    def of(width: int, height: int) -> Grid:
        """The panorama's grid; directions are those of `ldm3d.sphere.directions`."""
        theta = ((np.arange(width) + 0.5) / width - 0.5) * 2.0 * np.pi
        phi = (0.5 - (np.arange(height) + 0.5) / height) * np.pi
        tables = (np.sin(theta), np.cos(theta), np.sin(phi), np.cos(phi))
        return Grid(width, height, *(table.astype(np.float32) for table in tables))

    @property
    def texel(self) -> float:
        """Angle of a texel in radians (on the equator both ways)."""
        return 2.0 * np.pi / self.width

    def direction(self, row: Ints, column: Ints) -> Array:
        """Unit directions [3, n] of texel centres."""
        level = self.cos_phi.take(row)
        return np.stack(
            [level * self.sin_theta.take(column), self.sin_phi.take(row), -level * self.cos_theta.take(column)]
        )


@dataclass
class Spans:
    """Rows of texels that may hold things: thing, row, first column (may be below 0 or beyond W), number of columns."""

    thing: Ints
    row: Ints
    first: Ints
    count: Ints


def _rows(grid: Grid, low: NDArray[np.float64], high: NDArray[np.float64], rows: tuple[int, int]) -> tuple[Ints, Ints]:
    """(thing, row) pairs of the rows within latitudes [low, high] [n] and within `rows`."""
    first = np.floor((0.5 - high / np.pi) * grid.height - 0.5).astype(np.int32)
    last = np.ceil((0.5 - low / np.pi) * grid.height - 0.5).astype(np.int32)
    first = np.maximum(first, rows[0])
    last = np.minimum(last, rows[1] - 1)
    count = np.maximum(last - first + 1, 0).astype(np.int32)
    pairs = list(ragged(count))
    if not pairs:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    thing = np.concatenate([which for which, _ in pairs])
    return thing, first[thing] + np.concatenate([k for _, k in pairs])


def _columns(grid: Grid, middle: NDArray[np.float64], half: NDArray[np.float64]) -> tuple[Ints, Ints]:
    """First column and number of columns whose centres lie within `half` of the longitude `middle`, and one more."""
    scale = grid.width / (2.0 * np.pi)
    first = np.floor((middle - half) * scale + grid.width / 2 - 0.5).astype(np.int32)
    last = np.ceil((middle + half) * scale + grid.width / 2 - 0.5).astype(np.int32)
    return first, np.minimum(last - first + 1, grid.width).astype(np.int32)


def ball_spans(grid: Grid, centre: Array, radius: Array, rows: tuple[int, int]) -> Spans:
    """Spans of balls, exact to a texel, poles and seam included.

    Args:
        grid: the panorama.
        centre: [n, 3].
        radius: [n]; a ball that holds the eye covers everything.
        rows: the rows of interest, first and past the last.
    """
    c = centre.astype(np.float64)
    distance = np.linalg.norm(c, axis=1)
    alpha = np.where(radius < distance, np.arcsin(np.minimum(radius / distance, 1.0)), np.pi) + grid.texel
    lat = np.arcsin(np.clip(c[:, 1] / distance, -1.0, 1.0))
    lon = np.arctan2(c[:, 0], -c[:, 2])
    thing, row = _rows(grid, lat - alpha, lat + alpha, rows)
    a, at = np.minimum(alpha, np.pi)[thing], lat[thing]
    below = np.maximum(grid.cos_phi[row] * np.cos(at), 1e-9)
    half = np.arccos(np.clip((np.cos(a) - grid.sin_phi[row] * np.sin(at)) / below, -1.0, 1.0))
    first, count = _columns(grid, lon[thing], half)
    return Spans(thing, row, first, count)


def patch_spans(
    grid: Grid, low: NDArray[np.float64], high: NDArray[np.float64], middle: NDArray[np.float64],
    half: NDArray[np.float64], rows: tuple[int, int],
) -> Spans:  # fmt: skip
    """Spans of patches between latitudes `low` and `high`, `half` wide to both sides of the longitude `middle`."""
    thing, row = _rows(grid, low, high, rows)
    first, count = _columns(grid, middle[thing], half[thing])
    return Spans(thing, row, first, count)


def card_spans(grid: Grid, corners: Array, radius: Array, rows: tuple[int, int]) -> Spans:
    """Spans of flat quadrangles, given their corners [n, 4, 3] and the radius [n] of the balls around them.

    Small ones lie within the latitudes and longitudes of their corners: along a side the longitude only grows or only
    falls, and the latitude bulges by less than an eighth of the squared step in longitude. What is large, or near a
    pole, has the spans of its ball.
    """
    points = corners.astype(np.float64)
    centre = points.mean(axis=1)
    flat = np.hypot(points[..., 0], points[..., 2])
    lat = np.arctan2(points[..., 1], flat)
    ahead = np.arctan2(centre[:, 0], -centre[:, 2])
    lon = (np.arctan2(points[..., 0], -points[..., 2]) - ahead[:, None] + np.pi) % (2.0 * np.pi) - np.pi
    left, right = lon.min(axis=1), lon.max(axis=1)
    low, high = lat.min(axis=1), lat.max(axis=1)
    slack = (right - left) ** 2 / 8.0 + 0.1 * grid.texel
    small = (right - left < 0.5) & (high - low < 0.5) & (high < 1.2) & (low > -1.2)
    boxed, round_ = np.flatnonzero(small), np.flatnonzero(~small)
    thing, row = _rows(grid, (low - slack)[boxed], (high + slack)[boxed], rows)
    thing = boxed.astype(np.int32)[thing]
    near, far = _clipped(lon, lat, slack, thing, (0.5 - (row + 0.5) / grid.height) * np.pi)
    first, count = _columns(grid, ahead[thing] + (near + far) / 2, (far - near) / 2 + 0.1 * grid.texel)
    met = np.flatnonzero(far >= near)
    found = Spans(thing[met], row[met], first[met], count[met])
    if not round_.size:
        return found
    balls = ball_spans(grid, centre[round_], radius[round_], rows)
    return Spans(
        np.concatenate([found.thing, round_.astype(np.int32)[balls.thing]]),
        np.concatenate([found.row, balls.row]),
        np.concatenate([found.first, balls.first]),
        np.concatenate([found.count, balls.count]),
    )


def _clipped(
    lon: NDArray[np.float64], lat: NDArray[np.float64], slack: NDArray[np.float64], thing: Ints,
    phi: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Least and greatest longitude [m] of the quadrangles `thing` within `slack` of the latitudes `phi` [m].

    Where there is none the least is greater than the greatest.
    """
    near, far = np.full(len(thing), 9.0), np.full(len(thing), -9.0)
    for p in range(4):
        q = (p + 1) % 4
        rise = lat[:, q] - lat[:, p]
        inverse = 1.0 / np.where(np.abs(rise) < 1e-9, 1e-9, rise)
        start, run = lon[:, p][thing], (lon[:, q] - lon[:, p])[thing]
        middle, half = (phi - lat[:, p][thing]) * inverse[thing], (slack * np.abs(inverse))[thing]
        enter, leave = np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
        met = enter <= leave
        a, b = start + run * enter, start + run * leave
        near = np.where(met, np.minimum(near, np.minimum(a, b)), near)
        far = np.where(met, np.maximum(far, np.maximum(a, b)), far)
    return near, far


def limb_spans(grid: Grid, start: Array, end: Array, radius: Array, rows: tuple[int, int]) -> Spans:
    """Spans of tapered bars from points along them; the piece between two points is covered by their balls' hull."""
    share = np.linspace(0.0, 1.0, 9)[None, :, None]
    points = start[:, None].astype(np.float64) + (end - start)[:, None] * share
    flat = np.maximum(np.hypot(points[..., 0], points[..., 2]), 1e-6)
    distance = np.hypot(flat, points[..., 1])
    size = np.max(radius, axis=1)[:, None]
    alpha = np.arcsin(np.minimum(size / distance, 1.0)) + grid.texel
    lat = np.arctan2(points[..., 1], flat)
    lon = np.unwrap(np.arctan2(points[..., 0], -points[..., 2]), axis=1)
    wide = np.arcsin(np.minimum((size + grid.texel * distance) / flat, 1.0))
    # Great circles bulge between the points by less than this share of the step.
    slack = np.abs(np.diff(lat, axis=1)).max(axis=1) * 0.15
    left, right = (lon - wide).min(axis=1), (lon + wide).max(axis=1)
    low, high = (lat - alpha).min(axis=1) - slack, (lat + alpha).max(axis=1) + slack
    return patch_spans(grid, low, high, (left + right) / 2, np.minimum((right - left) / 2, np.pi), rows)


@dataclass(frozen=True)
class Bounds:
    """Patches of the sphere that hold things.

    They lie at latitudes from `low` to `high`, `half` wide to both sides of the longitude `middle`: radians [N].
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    middle: NDArray[np.float64]
    half: NDArray[np.float64]

    def spans(self, grid: Grid, rows: tuple[int, int], order: Ints) -> Spans:
        """The spans of the things `order`, in that order."""
        low, high, middle, half = (table[order] for table in (self.low, self.high, self.middle, self.half))
        found = patch_spans(grid, low, high, middle, half, rows)
        return Spans(order[found.thing], found.row, found.first, found.count)


def box_bounds(grid: Grid, boxes: Boxes) -> tuple[Bounds, Array]:
    """Bounds of upright boxes and their nearest distances [N]; the eye stands outside their ground plans."""
    c, s = np.cos(boxes.turn.astype(np.float64)), np.sin(boxes.turn.astype(np.float64))
    hx, hy, hz = boxes.half.astype(np.float64).T
    cx, cy, cz = boxes.centre.astype(np.float64).T
    # The eye in the box's own frame gives the nearest point of its plan.
    ex, ez = -(cx * c - cz * s), -(cx * s + cz * c)
    gap_x, gap_z = np.maximum(np.abs(ex) - hx, 0.0), np.maximum(np.abs(ez) - hz, 0.0)
    near = np.maximum(np.hypot(gap_x, gap_z), 1e-3)
    far = np.hypot(np.abs(ex) + hx, np.abs(ez) + hz)
    lon0 = np.arctan2(cx, -cz)
    corners = []
    for i in (-1, 1):
        for k in (-1, 1):
            x, z = cx + i * hx * c + k * hz * s, cz - i * hx * s + k * hz * c
            corners.append((np.arctan2(x, -z) - lon0 + np.pi) % (2 * np.pi) - np.pi)
    left, right = np.min(corners, axis=0), np.max(corners, axis=0)
    # Above or below a box all around is covered.
    over = (gap_x == 0.0) & (gap_z == 0.0)
    half = np.where(over, np.pi, (right - left) / 2 + grid.texel)
    top, bottom = cy + hy, cy - hy
    high = np.arctan2(top, np.where(top > 0, near, far)) + grid.texel
    low = np.arctan2(bottom, np.where(bottom > 0, far, near)) - grid.texel
    nearest = np.hypot(near, np.maximum(np.abs(cy) - hy, 0.0)).astype(np.float32)
    return Bounds(low, high, lon0 + (left + right) / 2, half), nearest


def triangle_bounds(grid: Grid, corners: Array) -> tuple[Bounds, Array]:
    """Bounds of triangles [N, 3, 3], exact but for a texel of margin, and distances [N] that they surely exceed."""
    # Coordinates come first, [3, N] for each corner: NumPy's inner loops are long then.
    points = [np.ascontiguousarray(corners[:, k].T, np.float64) for k in range(3)]
    unit = [point / np.maximum(_length(point), 1e-9) for point in points]
    lat = np.arcsin(np.clip([one[1] for one in unit], -1.0, 1.0))
    low, high = lat.min(axis=0), lat.max(axis=0)
    sides = []
    for p, q in ((0, 1), (1, 2), (2, 0)):
        # An edge is part of a great circle; its summit and its lowest point count where they lie between the corners.
        normal = _cross(unit[p], unit[q])
        sides.append(normal[1].copy())
        normal /= np.maximum(_length(normal), 1e-12)
        summit = -normal * normal[1]
        summit[1] += 1.0
        summit /= np.maximum(_length(summit), 1e-12)
        after = np.sum(_cross(unit[p], summit) * normal, axis=0)
        before = np.sum(_cross(summit, unit[q]) * normal, axis=0)
        angle = np.arcsin(np.clip(summit[1], -1.0, 1.0))
        high = np.where((after > 0) & (before > 0), np.maximum(high, angle), high)
        low = np.where((after < 0) & (before < 0), np.minimum(low, -angle), low)
    lon = [np.arctan2(point[0], -point[2]) for point in points]
    first = (lon[1] - lon[0] + np.pi) % (2 * np.pi) - np.pi
    second = first + (lon[2] - lon[1] + np.pi) % (2 * np.pi) - np.pi
    left, right = np.minimum(np.minimum(first, second), 0.0), np.maximum(np.maximum(first, second), 0.0)
    # The vertical lies on one side of all three planes: a pole is inside.
    pole = (np.min(sides, axis=0) >= 0) | (np.max(sides, axis=0) <= 0)
    volume = np.sum(_cross(unit[0], unit[1]) * unit[2], axis=0)
    above = np.where(volume > 0, 1.0, -1.0) * sides[0] > 0
    high = np.where(pole & above, np.pi / 2, high)
    low = np.where(pole & ~above, -np.pi / 2, low)
    middle = (points[0] + points[1] + points[2]) / 3.0
    size = np.max([_length(point - middle) for point in points], axis=0)
    nearest = np.maximum(_length(middle) - size, 0.0).astype(np.float32)
    half = np.where(pole, np.pi, (right - left) / 2 + grid.texel / np.maximum(np.cos(lat).min(axis=0), 1e-3))
    return Bounds(low - grid.texel, high + grid.texel, lon[0] + (left + right) / 2, np.minimum(half, np.pi)), nearest


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cross products of vectors [3, N]."""
    return np.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def _length(a: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lengths [N] of vectors [3, N]."""
    value: NDArray[np.float64] = np.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])
    return value


def texels(grid: Grid, spans: Spans) -> Iterator[tuple[Ints, Ints, Ints]]:
    """The texels of spans in blocks: (thing, row, column)."""
    for which, k in ragged(spans.count):
        column = spans.first.take(which) + k
        column += np.where(column < 0, np.int32(grid.width), np.int32(0))
        column -= np.where(column >= grid.width, np.int32(grid.width), np.int32(0))
        yield spans.thing.take(which), spans.row.take(which), column


def box_span(boxes: Boxes, ids: Ints, d: Array, origin: Array | None = None) -> tuple[Array, Array, Ints]:
    """Where rays enter and leave boxes: the slab method in each box's own frame.

    Args:
        boxes: the boxes.
        ids: which box each ray is tried against [n].
        d: directions [3, n].
        origin: where rays start [3, n], the eye if not given.

    Returns:
        The distances of entry and exit [n] (entry beyond exit: missed), and the axis 0, 1 or 2 that is entered.
    """
    c, s = np.cos(boxes.turn).take(ids), np.sin(boxes.turn).take(ids)
    ox, oy, oz = (-boxes.centre[:, axis].take(ids) for axis in range(3))
    if origin is not None:
        ox, oy, oz = ox + origin[0], oy + origin[1], oz + origin[2]
    ox, oz = ox * c - oz * s, ox * s + oz * c
    dx, dz = d[0] * c - d[2] * s, d[0] * s + d[2] * c
    enter = np.full(ids.shape, -np.inf, np.float32)
    leave = np.full(ids.shape, np.inf, np.float32)
    axis_in = np.zeros(ids.shape, np.int32)
    for axis, (o, along) in enumerate(((ox, dx), (oy, d[1]), (oz, dz))):
        half = boxes.half[:, axis].take(ids)
        inverse = 1.0 / np.where(np.abs(along) < 1e-9, np.float32(1e-9), along)
        middle, reach = -o * inverse, half * np.abs(inverse)
        first = middle - reach
        axis_in = np.where(first > enter, np.int32(axis), axis_in)
        enter = np.maximum(enter, first)
        leave = np.minimum(leave, middle + reach)
    return enter, leave, axis_in
