"""A panorama's surface as points that lie as dense at the poles as at the horizon. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from depthfusion.export.mesh_grid import Floats
from depthfusion.export.texture import Bytes, colours, reduced
from depthfusion.look import Displacement
from ldm3d.sphere import from_uv, sample_wrapped

Choose = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]

_BAND = 1 << 18


def rows_for(count: int) -> int:
    """Return how many rows have about `count` points: a row at latitude φ of h rows has 2·h·cos φ, all 4·h²/π."""
    return max(2, round(math.sqrt(count * math.pi / 4)))


def points(
    rgb: Bytes, depth: NDArray[np.uint16], rule: Displacement, rows: int, choose: Choose | None = None
) -> Iterator[tuple[Floats, Bytes]]:
    """Yield positions [n, 3] in metres and sRGB colours [n, 3] of the points of `rows` rows, some at a time.

    `choose` says for u, v [n] which points there are. A colour is the mean of the panorama's around its point.
    """
    picture = reduced(rgb, 2 * rows)
    v = (np.arange(rows) + 0.5) / rows
    many = np.maximum(np.rint(2 * rows * np.cos((0.5 - v) * np.pi)), 1).astype(np.int64)
    ends = np.cumsum(many)
    first = 0
    while first < rows:
        last = int(np.searchsorted(ends, ends[first] - many[first] + _BAND, side="right"))
        last = max(last, first + 1)
        here = many[first:last]
        place = np.arange(here.sum()) - np.repeat(np.cumsum(here) - here, here)
        u, down = (place + 0.5) / np.repeat(here, here), np.repeat(v[first:last], here)
        if choose is not None:
            kept = choose(u, down)
            u, down = u[kept], down[kept]
        radius = rule.radius_of(sample_wrapped(depth, u, down) / 65535)
        positions = (from_uv(u, down) * radius[:, None]).astype(np.float32)
        yield positions, colours(picture, np.stack((u, down), axis=-1))
        first = last
