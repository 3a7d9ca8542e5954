"""How far the layer behind reaches under the foreground, and which texel of the background each place continues."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.layers.grid import padded

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

REACH = 0.08
"""Of the panorama's width, under a step of a whole unit of depth.

From 0.3 m off-centre, near and far part by at most 0.3·Δ(1/r) radians; with the default look Δ(1/r) is at most
radius·2·strength/nearest² = 4/3 of Δd, with the inverse mapping Δd/near. 0.4/2π = 0.064, and a quarter more.
"""
_ID_BITS = 28
_SCALE = 1 << 24
_NONE = np.int64(1) << 61


def nearest(depth: Floats, seeds: Mask) -> tuple[Floats, Ints]:
    """Return for every texel the least of (seed's depth + way to it / reach) [h, w], and that seed's flat index.

    The way is counted along rows and columns, in texels of the equator; rows are shorter towards the poles.
    """
    height, width = depth.shape
    margin = min(int(REACH * width) + 2, height)
    slope = 1.0 / (REACH * width)
    at = np.flatnonzero(seeds)
    cost = np.full(depth.shape, _NONE, np.int64)
    cost.reshape(-1)[at] = (np.rint(depth.reshape(-1)[at] * _SCALE).astype(np.int64) << _ID_BITS) | at
    wide = padded(cost, margin)
    latitude = (np.abs(np.arange(-margin, height + margin) + 0.5 - height / 2) / height) * np.pi
    shorter = np.maximum(np.abs(np.cos(latitude)), 0.5 * np.pi / height)
    across = np.rint(slope * shorter * _SCALE).astype(np.int64)
    down = np.full(wide.shape[1], round(slope * _SCALE), np.int64)
    for _ in range(2):
        _sweep(wide, across)
        _sweep(wide.T, down)
    inner = wide[margin : margin + height, margin : margin + width]
    found = (inner >> _ID_BITS).astype(np.float32) / np.float32(_SCALE)
    return found, np.where(inner < _NONE // 2, inner & ((1 << _ID_BITS) - 1), -1)


def _sweep(cost: NDArray[Any], step: Ints) -> None:
    """Let every row's costs spread along it, `step` [rows] a texel."""
    slope = (np.arange(cost.shape[1]) * step[:, None]) << _ID_BITS
    forwards = np.minimum.accumulate(cost - slope, axis=1) + slope
    backwards = np.minimum.accumulate((cost + slope)[:, ::-1], axis=1)[:, ::-1] - slope
    np.minimum(forwards, backwards, out=cost)
