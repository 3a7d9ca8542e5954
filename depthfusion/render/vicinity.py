"""The greatest and the least depth near every direction, at every scale: where a ray need not be looked for.

Level l is a grid of 2^(n+1−l)×2^(n−l) cells over the panorama, whatever the depth map's size. A cell holds the greatest
and the least depth [0, 65535] that the surface takes within `REACH`·π/rows radians of any direction in it, a whole half
turn of columns away beside the poles. The last level is one cell, which holds the greatest and least of all. NumPy
only.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from depthfusion.render.relief import Depths

REACH = 0.9
"""Of a cell's height: below 1, so that a cell of the equator needs to know of no more than one beside it."""
_TEXELS = 3
"""A cell of the finest level is at least so many texels high."""

Levels = tuple[Depths, ...]


def vicinity_of(front: Depths, back: Depths | None = None) -> Levels:
    """Return the levels [rows, columns, 2]: greatest depth of `front` and least of `back` (of `front` without one).

    Both are uint16 [h, w] and their surface is bilinear between texel centres, wrapped in x and clamped in y.
    """
    height, width = front.shape
    rows = 1 << max(int(math.log2(max(min(height, width / 2) / _TEXELS, 1))), 0)
    most = _cells(front, rows, np.maximum)
    least = _cells(front if back is None else back, rows, np.minimum)
    levels = []
    while True:
        levels.append(np.stack([_around(most, np.maximum), _around(least, np.minimum)], axis=-1))
        if len(most) == 1:
            break
        most, least = _halved(most, np.maximum), _halved(least, np.minimum)
    whole = np.array([[[most.max(), least.min()]]], np.uint16)
    return (*levels, whole)


def _cells(depth: Depths, rows: int, take: np.ufunc) -> Depths:
    """Return the extreme [rows, 2·rows] of the bilinear surface in each cell."""
    down = _extremes(depth, rows, take, wraps=False)
    return np.ascontiguousarray(_extremes(down.T, 2 * rows, take, wraps=True).T)


def _extremes(lines: Depths, cells: int, take: np.ufunc, wraps: bool) -> Depths:
    """Return the extreme of `lines` [n, …] over each of `cells` equal parts of their length, its ends interpolated."""
    count = len(lines)
    places = np.arange(cells)
    first = np.floor(places * count / cells - 0.5).astype(int)
    last = np.ceil((places + 1) * count / cells - 0.5).astype(int)
    at = first
    extreme = lines[at % count if wraps else np.clip(at, 0, count - 1)]
    for _ in range(int((last - first).max())):
        at = np.minimum(at + 1, last)
        extreme = take(extreme, lines[at % count if wraps else np.clip(at, 0, count - 1)])
    return np.asarray(extreme)


def _halved(cells: Depths, take: np.ufunc) -> Depths:
    down = take(cells[0::2], cells[1::2])
    return np.asarray(take(down[:, 0::2], down[:, 1::2]))


def _around(cells: Depths, take: np.ufunc) -> Depths:
    """Return the extreme within the reach of each cell [rows, 2·rows]."""
    rows, columns = cells.shape
    tall = np.concatenate((cells[:1], cells, cells[-1:]))
    down = take(take(tall[:-2], tall[1:-1]), tall[2:])
    around = np.empty_like(down)
    beside = _columns_beside(rows)
    for count in np.unique(beside):
        here = beside == count
        if 2 * count + 1 >= columns:
            around[here] = take.reduce(down[here], axis=1, keepdims=True)
        else:
            around[here] = _window(down[here], int(count), take)
    return np.asarray(around)


def _columns_beside(rows: int) -> NDArray[np.int64]:
    """Return how many columns to each side [rows] the reach of a row's cells takes in."""
    step = np.pi / rows
    edges = np.minimum(np.arange(rows) * step, np.pi - (np.arange(rows) + 1) * step)  # the angle to the nearer pole
    reach = REACH * step
    wide = np.where(edges > reach, np.arcsin(np.minimum(np.sin(reach) / np.sin(np.maximum(edges, reach)), 1)), np.pi)
    return np.ceil(wide / step - 1e-9).astype(np.int64)


def _window(rows: Depths, count: int, take: np.ufunc) -> Depths:
    """Return the extreme of each value [n, columns] and `count` on either side, around the circle: by doubling."""
    wide = np.concatenate((rows[:, rows.shape[1] - count :], rows, rows[:, :count]), axis=1)
    length, covered = 2 * count + 1, 1
    while covered < length:
        shift = min(covered, length - covered)
        wide = take(wide[:, :-shift], wide[:, shift:])
        covered += shift
    return np.asarray(wide)
