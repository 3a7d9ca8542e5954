"""Where a depth map has edges: exact steps as drawn worlds have them, and the blurred ramps of networks.

All in depth d in [0, 1], float32 [h, w]. A plane's inverse distance is a linear function of the direction, so that
slanted surfaces, the ground up to the horizon included, change evenly: an edge is a change that its surroundings on
both sides do not share.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.layers.grid import narrowest, padded, widest

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

LEAST = 0.012
"""The least exact step that is an edge: 0.3 m off-centre it opens half a texel of 1024, two with near at 1 m."""
LEAST_RAMP = 0.08
"""The least blurred step that is an edge: networks' depth is uneven, and what is cut for nothing is seen."""
STEEPER = 2.0
"""How much more an edge changes than what goes the same way on both sides of it together, over as many texels."""
RAMPS = (2, 3, 4, 6, 8)
"""Widths in texels of the ramps that are looked for beside exact steps."""
_SHORTEST = 7
"""Texels of an edge within `_WINDOW` to all sides: what is shorter is noise."""
_WINDOW = 4


def ramps(depth: Floats) -> Mask:
    """Return the texels [h, w] of all ramps, both ends included."""
    found = np.zeros(depth.shape, bool)
    for width in RAMPS:
        for axis in (0, 1):
            reach = 2 * width
            wide = _along(padded(depth, reach), reach, axis)
            change = wide[:, width:] - wide[:, :-width]
            # Spans that begin at texels -width to size, and those just before and behind them.
            size = depth.shape[axis]
            count = size + width
            here, before, after = (change[:, k * width : k * width + count] for k in (1, 0, 2))
            spans = _stands_out(here, before, after, 1, LEAST_RAMP)
            exact = _exact(wide)[:, width - 1 :]
            for offset in range(width):
                spans &= ~exact[:, offset : offset + count]
            found |= _turned(_covered(spans, width, size), axis)
    return found


def _exact(wide: Floats) -> Mask:
    """Return which pairs of texels 1 and 2, 2 and 3 … [h, w - 3] of a map [h, w] have an exact step between them."""
    change = np.diff(wide, axis=1)
    return _stands_out(change[:, 1:-1], change[:, :-2], change[:, 2:], 4, LEAST)


def _stands_out(here: Floats, before: Floats, after: Floats, uneven: float, least: float) -> Mask:
    """Say which changes are edges, by those before and after them: neither a slope nor part of what is uneven."""
    size = np.abs(here)
    slope = np.maximum(before * np.sign(here), 0) + np.maximum(after * np.sign(here), 0)
    rough = np.minimum(np.abs(before), np.abs(after))
    return np.asarray(size > STEEPER * slope + uneven * rough + least)


def _covered(spans: Mask, width: int, size: int) -> Mask:
    """Return which texels 0 to `size` lie in spans of `width` + 1 texels, the first of which begins at -width."""
    texels = np.zeros((spans.shape[0], size), bool)
    for offset in range(width + 1):
        texels |= spans[:, width - offset : width - offset + size]
    return texels


def _along(wide: NDArray[Any], margin: int, axis: int) -> NDArray[Any]:
    """Return a padded map without its margin across `axis`, turned so that `axis` is the second."""
    return wide[margin:-margin] if axis == 1 else wide[:, margin:-margin].T


def _turned(mask: Mask, axis: int) -> Mask:
    return mask if axis == 1 else mask.T


def sharpened(depth: Floats, zone: Mask) -> Floats:
    """Return `depth` with the ramps in `zone` made into steps: every texel goes to the nearer end of its ramp.

    The toggle mapping of mathematical morphology (Kramer and Bruckner 1975), as wide as the ramps.
    """
    reach = max(RAMPS) // 2 + 1
    high, low = widest(depth, reach), narrowest(depth, reach)
    return np.where(zone, np.where(high - depth < depth - low, high, low), depth)


def steps(sharp: Floats, zone: Mask) -> tuple[Mask, Mask]:
    """Return the texels [h, w] on the near and on the far side of every edge of a sharpened depth map.

    `zone`: where the ramps were, in which edges stand out less.
    """
    near = np.zeros(sharp.shape, bool)
    far = np.zeros(sharp.shape, bool)
    for axis in (0, 1):
        wide = _along(padded(sharp, 2), 2, axis)
        here = np.diff(wide, axis=1)[:, 1:-1]  # between texels -1 and 0, 0 and 1 …
        ramp = _along(padded(zone, 1), 1, axis)
        ramp = ramp[:, 1:] | ramp[:, :-1]
        edge = np.where(ramp, np.abs(here) > LEAST_RAMP, _exact(wide))
        rising, falling = edge & (here > 0), edge & (here < 0)
        # Pair k joins texels k - 1 and k.
        near |= _turned(falling[:, 1:] | rising[:, :-1], axis)
        far |= _turned(rising[:, 1:] | falling[:, :-1], axis)
    long = around(near, _WINDOW) >= _SHORTEST
    near &= long
    return near, far & widest(near)


def around(mask: Mask, reach: int) -> NDArray[np.int32]:
    """Return how many texels of `mask` [h, w] lie within `reach` to all sides and corners."""
    sums = np.cumsum(np.pad(padded(mask.astype(np.int32), reach), ((1, 0), (0, 0))), axis=0)
    span = 2 * reach + 1
    sums = np.cumsum(np.pad(sums[span:] - sums[:-span], ((0, 0), (1, 0))), axis=1)
    return np.asarray(sums[:, span:] - sums[:, :-span], np.int32)
