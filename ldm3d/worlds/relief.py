"""Shadows that hills throw on each other.

From points of a polar grid around the eye the ground is followed toward the light. What is kept is the least slope by
which the light passes over it: it changes smoothly, so that shadow edges stay sharp between grid points.
"""

from __future__ import annotations

import numpy as np

from ldm3d.worlds.arrays import Array
from ldm3d.worlds.terrain import Height

AROUND, ALONG, STEPS = 512, 166, 18
NEAREST, FARTHEST = 0.25, 5000.0


class Relief:
    """The hills' shadows for one light.

    Args:
        height: the ground.
        toward: unit vector [3] toward the light.
    """

    def __init__(self, height: Height, toward: Array) -> None:
        theta = np.arange(AROUND, dtype=np.float32) * np.float32(2 * np.pi / AROUND)
        rho = np.geomspace(NEAREST, FARTHEST, ALONG).astype(np.float32)
        x = (np.sin(theta)[:, None] * rho).ravel()
        z = (-np.cos(theta)[:, None] * rho).ravel()
        size = np.tile(rho * np.float32(0.012), AROUND)
        here = height(x, z, size)
        slope = toward[1] / np.hypot(toward[0], toward[2])
        flat = toward[[0, 2]] / np.hypot(toward[0], toward[2])
        least = np.full(x.shape, 9.0, np.float32)
        for way in np.geomspace(0.8, 2600.0, STEPS).astype(np.float32):
            there = height(x + flat[0] * way, z + flat[1] * way, np.maximum(size, way * np.float32(0.03)))
            np.minimum(least, slope - (there - here) / way, out=least)
        self._least = least
        self._log = np.float32(np.log(NEAREST)), np.float32((ALONG - 1) / np.log(FARTHEST / NEAREST))

    def lit(self, x: Array, z: Array) -> Array:
        """Share [n] of the light that passes over the hills to ground points."""
        rho = np.maximum(np.hypot(x, z), np.float32(NEAREST))
        along = np.clip((np.log(rho) - self._log[0]) * self._log[1], 0.0, ALONG - 1.001)
        around = np.arctan2(x, -z) * np.float32(AROUND / (2 * np.pi)) % np.float32(AROUND)
        i, k = around.astype(np.int32) % np.int32(AROUND), along.astype(np.int32)
        fi, fk = around - np.floor(around), along - k
        j = (i + np.int32(1)) % np.int32(AROUND)
        take = self._least.take
        i, j = i * np.int32(ALONG) + k, j * np.int32(ALONG) + k
        a = take(i) + (take(i + 1) - take(i)) * fk
        b = take(j) + (take(j + 1) - take(j)) * fk
        t = np.clip((a + (b - a) * fi) * np.float32(40.0) + np.float32(0.6), 0.0, 1.0)
        lit: Array = t * t * (3.0 - 2.0 * t)
        return lit
