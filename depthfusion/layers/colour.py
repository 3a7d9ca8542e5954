"""The colour of the layer behind: the background's, continued under the foreground.

Two parts make it. The smooth part continues the colours beside the cut inwards, ever more averaged (`spread`). The
detail is the background's own, mirrored at the edge: what lies as far outside of it as the place lies inside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from depthfusion.layers.grid import box_mean
from depthfusion.layers.spread import Spread
from ldm3d.sphere import from_uv, sample_wrapped, to_uv

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

_AVERAGED = 4
"""Texels to each side over which the background's own smooth part is averaged."""
_ALIKE = 0.06
"""Difference of depth up to which what is found outside counts as the same background."""
_CHUNK = 1 << 18


def small(rgb: Bytes, size: tuple[int, int]) -> Floats:
    """Return `rgb` [H, W, 3] as float32 [h, w, 3] (sRGB, 0 to 255) of `size` (h, w): areas averaged, never aliased."""
    height, width = size
    rows = _averaged(rgb, height, 0)
    return _averaged(rows, width, 1)


def _averaged(image: NDArray[np.generic], count: int, axis: int) -> Floats:
    """Return the means over `count` equal spans of an axis; where it is shorter, linear between its texels."""
    have = image.shape[axis]
    if have <= count:
        at = np.clip((np.arange(count) + 0.5) * have / count - 0.5, 0, have - 1)
        low = np.floor(at).astype(int)
        share = (at - low).astype(np.float32).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        one = np.take(image, low, axis).astype(np.float32)
        return np.asarray(one + share * (np.take(image, np.minimum(low + 1, have - 1), axis) - one))
    edges = (np.arange(count) * have) // count
    sums = np.add.reduceat(image, edges, axis=axis, dtype=np.float32)
    wide = np.diff(np.append(edges, have)).astype(np.float32)
    return np.asarray(sums / wide.reshape((-1, 1, 1) if axis == 0 else (1, -1, 1)))


def continued(rgb: Bytes, little: Floats, depth: Floats, covered: Mask, spread: Spread, filled: Mask) -> Bytes:
    """Return `rgb` uint8 [H, W, 3] with the texels `filled` [H, W] continued from the background.

    Args:
        rgb: the panorama's colour.
        little: the same at the depth's size (see `small`).
        depth: sharpened depth [h, w].
        covered: texels [h, w] that are no background: hidden behind the foreground, or mixed with its colour.
        spread: what the places [h, w] under the foreground continue.
        filled: which texels are to be replaced.
    """
    low = box_mean(little, ~covered, _AVERAGED)
    result = rgb.copy()
    height, width = rgb.shape[:2]
    places = np.flatnonzero(filled)
    for start in range(0, len(places), _CHUNK):
        y, x = np.divmod(places[start : start + _CHUNK], width)
        u, v = (x + 0.5) / width, (y + 0.5) / height
        smooth = sample_wrapped(spread.colour, u, v)
        mirror = _edges(spread.edge, u, v)
        here = from_uv(u, v)
        mirror /= np.maximum(np.linalg.norm(mirror, axis=1, keepdims=True), 1e-9)
        outside = 2 * np.sum(here * mirror, axis=1, keepdims=True) * mirror - here
        u, v = to_uv(outside)
        j = np.minimum((v * covered.shape[0]).astype(int), covered.shape[0] - 1)
        i = np.minimum((u * covered.shape[1]).astype(int), covered.shape[1] - 1)
        behind = sample_wrapped(spread.depth, (x + 0.5) / width, (y + 0.5) / height)
        good = ~covered[j, i] & (np.abs(depth[j, i] - behind) < _ALIKE)
        row = np.minimum((v * height).astype(int), height - 1)
        column = np.minimum((u * width).astype(int), width - 1)
        detail = rgb[row, column] - sample_wrapped(low, u, v)
        light = smooth + np.where(good[:, None], detail, 0)
        result[y, x] = np.rint(np.clip(light, 0, 255)).astype(np.uint8)
    return result


def _edges(edge: Floats, u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the directions [n, 3] of the edges that places continue; where two edges' realms meet, of the nearer."""
    height, width = edge.shape[:2]
    between = sample_wrapped(edge, u, v)
    own = edge[np.minimum((v * height).astype(int), height - 1), (u * width).astype(int)]
    apart = np.abs(between - own).sum(axis=1) > 2 * np.pi / width
    return np.where(apart[:, None], own, between).astype(np.float64)
