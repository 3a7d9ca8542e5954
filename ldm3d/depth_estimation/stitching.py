"""Views joined to one depth of the whole sphere: aligned, then faded into each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldm3d import sphere
from ldm3d.depth_estimation.alignment import Alignment
from ldm3d.depth_estimation.views import View, sample

Floats = NDArray[np.floating[Any]]

_ROWS = 64


def stitch(
    views: Sequence[View], depths: Sequence[Floats], alignment: Alignment, size: tuple[int, int]
) -> NDArray[np.float32]:
    """Return the inverse distance float32 [h, w], up to scale and at least 0, of a panorama of `size` (width, height).

    Every direction is the weighted mean of the views that show it. A view's weight falls smoothly from its middle to
    nothing at its border, so that no view begins or ends with a step.
    """
    width, height = size
    result = np.empty((height, width), np.float32)
    for top in range(0, height, _ROWS):
        below = min(top + _ROWS, height)
        directions = sphere.directions(width, height, slice(top, below)).astype(np.float32)
        total = np.zeros((below - top, width), np.float32)
        weights = np.zeros_like(total)
        for view, depth, scale, shift in zip(views, depths, alignment.scale, alignment.shift, strict=True):
            x, y, cosine = view.place(directions)
            at = np.nonzero((cosine > 0) & (np.abs(x) < 1) & (np.abs(y) < 1))
            if not len(at[0]):
                continue
            weight = fade(x[at]) * fade(y[at])
            told = sample(depth, x[at], y[at])
            total[at] += weight * cosine[at] * (np.float32(scale) * told + np.float32(shift))
            weights[at] += weight
        result[top:below] = total / weights
    return np.maximum(result, 0)


def fade(place: Floats) -> Floats:
    """Return the weight of a place in [−1, 1] across a view: 1 in the middle, 0 with no slope at the border."""
    weight: Floats = np.square(1 - np.square(place)) + np.float32(1e-6)
    return weight


def as_depth(inverse: Floats) -> NDArray[np.uint16]:
    """Return inverse distance [h, w] as depth uint16, scaled by its own range: the farthest 0, the nearest 65535.

    What is equally far everywhere, but for what resampling adds, is neutral, ½.
    """
    far, near = float(inverse.min()), float(inverse.max())
    if near - far <= 2e-3 * near:
        return np.full(inverse.shape, 32768, np.uint16)
    return np.rint((inverse.astype(np.float64) - far) / (near - far) * 65535).astype(np.uint16)
