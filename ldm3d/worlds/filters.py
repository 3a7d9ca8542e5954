"""Exact averages of regular patterns over a texel, and numbers for their cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array, Ints


def stripes(x: Array, low: Array | float, high: Array | float, width: Array) -> Array:
    """Share of [x − width/2, x + width/2] in which frac(x) lies between `low` and `high`: a box-filtered stripe."""

    def area(t: Array) -> Array:
        whole = np.floor(t)
        return whole * (high - low) + np.clip(t - whole, low, high) - low

    w = np.maximum(width, np.float32(1e-4))
    share: Array = (area(x + w * 0.5) - area(x - w * 0.5)) / w
    return share


def hashed(a: NDArray[np.int64], b: NDArray[np.int64], c: Ints) -> Array:
    """A number in [0, 1) for whole numbers: the same for the same three."""
    h = a.astype(np.uint32) * np.uint32(0x9E3779B1) ^ b.astype(np.uint32) * np.uint32(0x85EBCA77)
    h ^= c.astype(np.uint32) * np.uint32(0xC2B2AE3D)
    h = (h ^ (h >> 15)) * np.uint32(0x2C1B3C6D)
    h = (h ^ (h >> 13)) * np.uint32(0x297A2D39)
    h ^= h >> 16
    value: Array = h.astype(np.float32) / np.float32(4294967296.0)
    return value
