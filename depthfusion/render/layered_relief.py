"""What selection knows of a front and a back depth map drawn with the same patches. NumPy only.

Both layers are cut into the same triangles. Between the corners of a triangle 1/r is linear whatever the layer, so that
the back, whose depth is nowhere greater, nowhere comes before the front: what hides what is never a matter of rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.render.relief import APART, CUT, PATCH, Depths, Kinds, Patches, Relief, relief_of

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class LayeredRelief(Relief):
    """Bounds that hold for `depth`, the front's, and for `back`, and what the two are in every patch.

    `cells` uint8 [h + 1, w] says so of the texels' own cells, `kinds` of the patches at steps 1, 2, 4 …
    """

    back: Depths
    cells: Kinds
    kinds: tuple[Kinds, ...]

    def look_up(self, level: int, x: NDArray[np.int64], y: NDArray[np.int64]) -> Patches:
        """Return what is known of patches x, y [n] at step 2^level, of both layers."""
        front = super().look_up(level, x, y)
        if level >= 0:
            return front
        return _both(front, Relief(self.back, ()).look_up(level, x, y))

    def kind(self, level: int, x: NDArray[np.int64], y: NDArray[np.int64]) -> Kinds:
        """Return what the layers of patches x, y [n] at step 2^level are: the same, apart or cut."""
        if level >= 0:
            return np.asarray(self.kinds[level][y, x])
        side = PATCH * 2.0**level
        rows, columns = (np.floor(place * side).astype(np.int64)[:, None] + _within(side) for place in (y, x))
        height, width = self.cells.shape
        found = self.cells[np.minimum(rows, height - 1)[:, :, None], np.minimum(columns, width - 1)[:, None, :]]
        return np.asarray(found.max(axis=(1, 2)))


def _within(side: float) -> NDArray[np.int64]:
    return np.arange(max(1, int(side)))


def layered_relief_of(front: Depths, back: Depths, alpha: NDArray[np.uint8]) -> LayeredRelief:
    """Measure two layers' depth [h, w] and where the front's opacity field `alpha` [a, 2a] is not 255."""
    one, other = relief_of(front), relief_of(back)
    levels = tuple(_both(a, b) for a, b in zip(one.levels, other.levels, strict=True))
    cells = _differing(one.depth, other.depth).astype(np.uint8) * APART
    cells[_translucent(alpha, front.shape)] = CUT
    return LayeredRelief(one.depth, levels, other.depth, cells, _patches(cells, len(levels)))


def _both(a: Patches, b: Patches) -> Patches:
    return Patches(
        np.maximum(a.bend, b.bend), np.maximum(a.span, b.span), np.minimum(a.low, b.low), np.maximum(a.high, b.high)
    )


def _differing(front: Depths, back: Depths) -> Bools:
    """Return the cells [h + 1, w] with a corner at which the layers differ."""
    height = len(front)
    rows = np.concatenate(([0], np.arange(height), [height - 1]))
    places = (front != back)[rows]
    places |= np.roll(places, -1, axis=1)
    return np.asarray(places[:-1] | places[1:])


def _translucent(alpha: NDArray[np.uint8], shape: tuple[int, ...]) -> Bools:
    """Return the cells [h + 1, w] that a texel of `alpha` below 255 reaches, with the texels beside it."""
    height, width = shape
    rows = _reach(alpha.shape[0], height, np.arange(height + 1) - 1)
    columns = _reach(alpha.shape[1], width, np.arange(width))
    clear = alpha < 255
    lines = _any(clear[np.clip(np.arange(rows.min(), rows.max() + 1), 0, len(clear) - 1)], rows - rows.min(), 0)
    across = np.arange(columns.min(), columns.max() + 1) % alpha.shape[1]
    return _any(lines[:, across], columns - columns.min(), 1)


def _reach(count: int, texels: int, cells: NDArray[Any]) -> NDArray[np.int64]:
    """Return [n, 2]: the first and one past the last of `count` samples that reach into cells between texel centres."""
    first = np.floor((cells + 0.5) / texels * count - 0.5)
    last = np.ceil((cells + 1.5) / texels * count - 0.5)
    return np.stack([first, last + 1], axis=-1).astype(np.int64)


def _any(values: Bools, ranges: NDArray[np.int64], axis: int) -> Bools:
    """Return whether any of `values` along an axis is true in each of `ranges` [n, 2]."""
    counts = np.cumsum(values, axis=axis, dtype=np.int32)
    counts = np.concatenate([np.zeros_like(counts.take([0], axis)), counts], axis)
    return np.asarray(counts.take(ranges[:, 1], axis) > counts.take(ranges[:, 0], axis))


def _patches(cells: Kinds, levels: int) -> tuple[Kinds, ...]:
    kinds: list[Kinds] = []
    for level in range(levels):
        finer, side = (kinds[-1], 2) if level else (cells, PATCH)
        height, width = finer.shape
        padded = np.pad(finer, [(0, -height % side), (0, -width % side)])
        tiles = padded.reshape(padded.shape[0] // side, side, padded.shape[1] // side, side)
        kinds.append(np.asarray(tiles.max(axis=(1, 3))))
    return tuple(kinds)
