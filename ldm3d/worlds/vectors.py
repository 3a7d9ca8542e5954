"""Small helpers for colours [3, n] and vectors [3, n]: the channel comes first, so that inner loops are long."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array, Colour


def colour(value: Colour) -> Array:
    """A colour as [3, 1], ready to be multiplied with [n] or [3, n]."""
    return np.array(value, np.float32)[:, None]


def smoothstep(low: float, high: float, x: Array) -> Array:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    value: Array = t * t * (3.0 - 2.0 * t)
    return value


def dot(a: Array, b: Array) -> Array:
    """Dot product over the first axis: [3, n] with [3, n] or [3]."""
    value: Array = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return value


def put(into: Array, at: NDArray[np.integer[Any]], values: Array) -> None:
    """Set columns `at` [n] of an array [k, m] to values [k, n]; `into[:, at] = values` takes several times as long."""
    for row, value in zip(into, values, strict=True):
        row[at] = value
