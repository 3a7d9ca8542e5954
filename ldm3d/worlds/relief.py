"""Shadows that hills throw on each other.

The ground's heights are kept on a polar grid around the eye, and from its points they are followed toward the light.
What is kept is the least slope by which the light passes over them: it changes smoothly, so that shadow edges stay
sharp between grid points.
"""

from __future__ import annotations

import numpy as np

from ldm3d.worlds.arrays import Array
from ldm3d.worlds.terrain import Height

# Points of the grid at most and at least, and steps toward the light: a small picture does not show finer shadows.
MOST, LEAST, STEPS = (512, 166), (128, 112), 32
NEAREST, FARTHEST = 0.25, 5000.0


class Relief:
    """The hills' shadows for one light.

    Args:
        height: the ground.
        toward: unit vector [3] toward the light.
        width: texels of the panorama's width.
    """

    def __init__(self, height: Height, toward: Array, width: int = MOST[0]) -> None:
        around = self._around = min(MOST[0], max(LEAST[0], width))
        along = self._along = MOST[1] if width >= 256 else LEAST[1]
        self._log = np.float32(np.log(NEAREST)), np.float32((along - 1) / np.log(FARTHEST / NEAREST))
        theta = np.arange(around, dtype=np.float32) * np.float32(2 * np.pi / around)
        rho = np.geomspace(NEAREST, FARTHEST, along).astype(np.float32)
        x = (np.sin(theta)[:, None] * rho).ravel()
        z = (-np.cos(theta)[:, None] * rho).ravel()
        here = height(x, z, np.tile(rho * np.float32(0.012), around)).astype(np.float32)
        slope = toward[1] / np.hypot(toward[0], toward[2])
        flat = toward[[0, 2]] / np.hypot(toward[0], toward[2])
        least = np.full(x.shape, 9.0, np.float32)
        for way in np.geomspace(0.8, 2600.0, STEPS).astype(np.float32):
            there = self._between(here, x + flat[0] * way, z + flat[1] * way)
            np.minimum(least, slope - (there - here) / way, out=least)
        self._least = least

    def _between(self, table: Array, x: Array, z: Array) -> Array:
        """Values [n] of a table on the polar grid at ground points."""
        rho = np.maximum(np.sqrt(x * x + z * z), np.float32(NEAREST))
        along = np.clip((np.log(rho) - self._log[0]) * self._log[1], 0.0, np.float32(self._along - 1.001))
        around = np.arctan2(x, -z) * np.float32(self._around / (2 * np.pi)) + np.float32(self._around)
        turns = np.floor(around)
        fi, k = around - turns, along.astype(np.int32)
        fk = along - k.astype(np.float32)
        i = turns.astype(np.int32)
        j = (i + np.int32(1)) % np.int32(self._around) * np.int32(self._along) + k
        i = i % np.int32(self._around) * np.int32(self._along) + k
        take = table.take
        a: Array = take(i)
        a += (take(i + 1) - a) * fk
        b = take(j)
        b += (take(j + 1) - b) * fk
        a += (b - a) * fi
        return a

    def lit(self, x: Array, z: Array) -> Array:
        """Share [n] of the light that passes over the hills to ground points."""
        t = np.clip(self._between(self._least, x, z) * np.float32(40.0) + np.float32(0.6), 0.0, 1.0)
        lit: Array = t * t * (3.0 - 2.0 * t)
        return lit
