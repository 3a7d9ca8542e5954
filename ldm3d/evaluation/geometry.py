"""Whether the depth of a panorama is that of the place which its prompt names, pixel by pixel.

What a place looks like in depth is learned from real sketch worlds of it. Worlds differ and are turned, so what is
learned are statistics of rows: how far away things are in each, where sky is, and which of two rows is nearer in the
same column. Depth is looked at as the fourth root of d in [0, 1] (the near does not drown the far), averaged down to
64×32 texels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 64, 32
TAIL = 0.01  # of a row's depths, on both sides, that are taken for chance
SKY = 0.95  # a row that is sky in so many texels of the place's worlds is sky
SURE = 0.95  # an order that so many columns of the place's worlds have is the place's
_APART = 0.01  # roots closer than this have no order
_FAR = 0.019  # d of 50 m in sketch worlds: (1/50 − 1/1000)/(1 − 1/1000)

Roots = NDArray[np.float32]


class Scores(NamedTuple):
    """Shares of texels (of pairs of them: `order`) of one picture that are as they are in the named place.

    Attributes:
        range: depth between the first and the last percentile of the row.
        sky: far (beyond 50 m) where the place is sky; NaN where it has none, as indoors.
        ground: no farther than the row's farthest percentile, below the horizon; NaN where the place has holes there.
        order: nearer than the texel in another row of its column, for rows whose order the place has and not every
            place; NaN where it has none of its own.
    """

    range: float
    sky: float
    ground: float
    order: float


@dataclass(frozen=True)
class Shape:
    """What is learned of a place.

    Attributes:
        low: roots [HEIGHT] of each row's first percentile, far.
        high: of its last, near.
        sky: bool [HEIGHT], rows that are sky.
        ground: bool [HEIGHT], rows below the horizon that never are.
        order: bool [HEIGHT, HEIGHT]; of [i, j] row i is nearer than row j of the same column.
    """

    low: Roots
    high: Roots
    sky: NDArray[np.bool_]
    ground: NDArray[np.bool_]
    order: NDArray[np.bool_]


def roots(depth: NDArray[np.uint16]) -> Roots:
    """Return a panorama's depth uint16 [h, w] as roots [HEIGHT, WIDTH] in [0, 1]: fourth roots, averaged over texels.

    h and w are multiples of HEIGHT and WIDTH.
    """
    height, width = depth.shape
    quartic = (depth.astype(np.float32) / np.float32(65535)) ** np.float32(0.25)
    tiles = quartic.reshape(HEIGHT, height // HEIGHT, WIDTH, width // WIDTH)
    told: Roots = tiles.mean(axis=(1, 3))
    return told


def learn(worlds: Roots) -> Shape:
    """Return the shape of a place from roots [n, HEIGHT, WIDTH] of its worlds; n from 1 on, better from 20."""
    rows = np.moveaxis(worlds, 1, 0).reshape(HEIGHT, -1)
    low, high = np.quantile(rows, (TAIL, 1 - TAIL), axis=1)
    is_sky = (rows == 0).mean(axis=1)
    below = np.arange(HEIGHT) >= HEIGHT // 2 + 2
    nearer = np.stack([(row[None] > rows + _APART).mean(axis=1) for row in rows])
    return Shape(
        low.astype(np.float32),
        high.astype(np.float32),
        is_sky >= SKY,
        below & (is_sky == 0),
        nearer >= SURE,
    )


def distinct(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Return the shapes of places without the orders that all of them have, as near ground below far ground."""
    common = np.logical_and.reduce([shape.order for shape in shapes.values()])
    return {place: replace(shape, order=shape.order & ~common) for place, shape in shapes.items()}


def compare(picture: Roots, shape: Shape) -> Scores:
    """Score one picture, roots [HEIGHT, WIDTH], by the place's shape."""
    slack = np.float32(_APART)
    within = (picture >= shape.low[:, None] - slack) & (picture <= shape.high[:, None] + slack)
    far = picture < np.float32(_FAR**0.25)
    near = picture >= shape.low[:, None] - slack
    upper, lower = np.nonzero(shape.order)
    return Scores(
        float(within.mean()),
        _share(far[shape.sky]),
        _share(near[shape.ground]),
        _share(picture[upper] > picture[lower]),
    )


def _share(hits: NDArray[Any]) -> float:
    return float(hits.mean()) if hits.size else float("nan")
