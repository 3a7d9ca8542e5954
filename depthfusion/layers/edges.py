"""Where a depth map has edges: exact steps as drawn worlds have them, and the blurred ramps of networks.

All in depth d in [0, 1], float32 [h, w]. A plane's inverse distance is a linear function of the direction, so that
slanted surfaces, the ground up to the horizon included, change evenly: an edge is a change that its surroundings on
both sides do not share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from depthfusion.layers.grid import narrowest, padded, widest

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

LEAST = 0.02
"""The least step of depth that is an edge: with the default look 0.3 m off-centre, it opens two texels of 1024."""
STEEPER = 2.0
"""How much more an edge changes than what lies beside it on both sides together, over as many texels."""
RAMPS = (1, 2, 3, 4, 6, 8)
"""Widths in texels of the ramps that are looked for."""


def ramps(depth: Floats) -> Mask:
    """Return the texels [h, w] of all ramps, both ends included."""
    found = np.zeros(depth.shape, bool)
    for width in RAMPS:
        for axis in (0, 1):
            found |= _ramp(depth, width, axis)
    return found


def _ramp(depth: Floats, width: int, axis: int) -> Mask:
    """Return the texels of the ramps of one width along one axis."""
    reach = min(2 * width, depth.shape[0])
    wide = padded(depth, reach)
    wide = wide[reach:-reach] if axis == 1 else wide[:, reach:-reach].T
    change = wide[:, width:] - wide[:, :-width]
    # change[:, k] spans texels k - reach to k - reach + width; beside it lie the spans before and after.
    count = depth.shape[axis] + width
    here = change[:, width : width + count]
    before, after = change[:, :count], change[:, 2 * width : 2 * width + count]
    sign = np.sign(here)
    beside = np.maximum(sign * before, 0) + np.maximum(sign * after, 0)
    cut = np.abs(here) > np.maximum(STEEPER * beside, 0) + LEAST
    # Span k begins at texel k - width: it covers texels k - width to k.
    size = depth.shape[axis]
    texels = np.zeros((cut.shape[0], size), bool)
    for offset in range(width + 1):
        texels |= cut[:, width - offset : width - offset + size]
    return texels if axis == 1 else texels.T


def sharpened(depth: Floats, zone: Mask) -> Floats:
    """Return `depth` with the ramps in `zone` made into steps: every texel goes to the nearer end of its ramp.

    The toggle mapping of mathematical morphology (Serra 1988; Kramer and Bruckner 1975), repeated along the ramp.
    """
    sharp = depth.copy()
    for _ in range(max(RAMPS) // 2):
        high, low = widest(sharp), narrowest(sharp)
        toggled = np.where(high - sharp < sharp - low, high, low)
        changed = np.where(zone, toggled, depth)
        if np.array_equal(changed, sharp):
            break
        sharp = changed
    return sharp


def steps(sharp: Floats) -> tuple[Mask, Mask]:
    """Return the texels [h, w] on the near and on the far side of every edge of a sharpened depth map."""
    near = np.zeros(sharp.shape, bool)
    far = np.zeros(sharp.shape, bool)
    for axis in (0, 1):
        wide = padded(sharp, 2)
        wide = wide[2:-2] if axis == 1 else wide[:, 2:-2].T
        change = np.diff(wide, axis=1)  # change[:, k] lies between texels k - 2 and k - 1
        count = sharp.shape[axis] + 1
        here, before, after = change[:, 1 : 1 + count], change[:, :count], change[:, 2 : 2 + count]
        sign = np.sign(here)
        beside = np.maximum(sign * before, 0) + np.maximum(sign * after, 0)
        cut = np.abs(here) > STEEPER * beside + LEAST
        rising, falling = cut & (here > 0), cut & (here < 0)
        # Pair k joins texels k - 1 and k.
        one = falling[:, 1:] | rising[:, :-1]
        other = rising[:, 1:] | falling[:, :-1]
        near |= one if axis == 1 else one.T
        far |= other if axis == 1 else other.T
    return near, far
