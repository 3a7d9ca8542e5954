"""Ground as a height field, seen from the origin.

A ray of a panorama stays in one vertical plane, and all texels of one column share it. So the ground is sampled once
along each column's plane, at distances that grow by a constant factor; the running maximum of the samples' slopes as
seen from the eye is the skyline up to each distance, and where a ray meets the ground is found by bisecting it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array, Ints

# x, z and the size of the area that the height stands for, all in metres [n] -> height relative to the eye, metres [n].
Height = Callable[[Array, Array, Array], Array]

STEPS = 640
NEAREST, FARTHEST = 0.5, 6000.0


def distances() -> Array:
    """Horizontal distances [STEPS + 1] of the samples: 0, then `NEAREST` to `FARTHEST` by a constant factor."""
    return np.concatenate([[0.0], np.geomspace(NEAREST, FARTHEST, STEPS)]).astype(np.float32)


class Profiles:
    """The ground along planes of constant longitude.

    Args:
        height: the ground.
        theta: longitudes [A] in radians.

    Attributes:
        rho: distances of the samples [S].
        heights: [A, S].
    """

    def __init__(self, height: Height, theta: NDArray[np.float64]) -> None:
        rho = distances()
        east = np.sin(theta).astype(np.float32)[:, None]
        south = -np.cos(theta).astype(np.float32)[:, None]
        # What lies between two samples cannot be seen anyway: leave out smaller forms.
        footprint = np.broadcast_to(np.maximum(rho * np.float32(0.007), 0.02), (len(theta), len(rho)))
        heights = np.empty((len(theta), len(rho)), np.float32)
        block = max(1, 200_000 // len(rho))
        for at in range(0, len(theta), block):
            part = slice(at, at + block)
            x, z = rho * east[part], rho * south[part]
            heights[part] = height(x.ravel(), z.ravel(), footprint[part].ravel()).reshape(x.shape)
        self._keep(rho, heights)

    def _keep(self, rho: Array, heights: Array) -> None:
        self.rho, self.heights = rho, heights
        self._skyline = np.maximum.accumulate(heights[:, 1:] / rho[1:], axis=1)

    def slopes(self, least: float) -> None:
        """Prepare `normals`: slopes over at least `least` metres, away from the eye and across, at every sample."""
        rho, h = self.rho, self.heights
        columns, count = h.shape
        at = np.arange(count)
        spacing = np.maximum(np.gradient(rho), np.float32(1e-3))
        reach = np.clip(np.rint(least / 2.0 / spacing), 1, 40).astype(np.int64)
        low, high = np.maximum(at - reach, 0), np.minimum(at + reach, count - 1)
        along = (h[:, high] - h[:, low]) / (rho[high] - rho[low])
        turn = 2.0 * np.pi / columns
        side = np.clip(np.rint(least / 2.0 / np.maximum(rho * turn, 1e-6)), 1, columns // 8).astype(np.int64)
        around = np.arange(columns)[:, None]
        across = h[(around + side) % columns, at] - h[(around - side) % columns, at]
        across /= np.maximum(2.0 * side * turn * rho, 1e-6).astype(np.float32)
        across[:, 0] = across[:, 1]
        self._slopes = np.stack([along, across], axis=-1).reshape(-1, 2)

    def _spot(self, d: Array, r: Array) -> tuple[Ints, Array, Array, Array]:
        """Index of the sample before points on rays, the share of the way to the next one, and sine, cosine."""
        columns, count = self.heights.shape
        level = np.sqrt(d[0] * d[0] + d[2] * d[2])
        sin, cos = d[0] / level, -d[2] / level
        column = np.floor((np.arctan2(sin, cos) * np.float32(0.5 / np.pi) + np.float32(0.5)) * np.float32(columns))
        rho = np.maximum(r * level, np.float32(1e-3))
        far = np.log(rho * np.float32(1.0 / NEAREST)) * np.float32((STEPS - 1) / np.log(FARTHEST / NEAREST)) + 1.0
        # Between the eye's foot and the first sample distance itself is the measure.
        far = np.clip(np.where(rho < NEAREST, rho * np.float32(1.0 / NEAREST), far), 0.0, count - 1.001)
        k = far.astype(np.int32)
        return column.astype(np.int32) % np.int32(columns) * np.int32(count) + k, far - k.astype(np.float32), sin, cos

    def at(self, d: Array, r: Array) -> Array:
        """Heights [n] of the ground below points on rays `d` [3, n] at distances `r` [n]."""
        spot, share, _, _ = self._spot(d, r)
        here = self.heights.ravel().take(spot)
        value: Array = here + (self.heights.ravel().take(spot + 1) - here) * share
        return value

    def normals(self, d: Array, r: Array) -> Array:
        """Unit upward normals [3, n] where rays `d` [3, n] meet the ground at distances `r` [n]."""
        spot, share, sin, cos = self._spot(d, r)
        here = self._slopes.take(spot, axis=0)
        here += (self._slopes.take(spot + 1, axis=0) - here) * share[:, None]
        along, across = here[:, 0], here[:, 1]
        length = 1.0 / np.sqrt(1.0 + along * along + across * across)
        return np.stack([
            -(along * sin + across * cos) * length, length, (along * cos - across * sin) * length,
        ])  # fmt: skip

    def raised(self, height: Height, theta: NDArray[np.float64]) -> Profiles:
        """The higher one of this ground and another one, along the same planes."""
        other = Profiles(height, theta)
        other._keep(self.rho, np.maximum(self.heights, other.heights))
        return other

    def between(self) -> Profiles:
        """The planes a quarter of a step to the left and to the right of each of these, in that order [2A]."""
        here = self.heights
        pairs = [here * np.float32(0.75) + np.roll(here, side, axis=0) * np.float32(0.25) for side in (1, -1)]
        profiles = Profiles.__new__(Profiles)
        profiles._keep(self.rho, np.stack(pairs, axis=1).reshape(-1, here.shape[1]))
        return profiles

    def hit(self, column: NDArray[np.int32], tangent: Array) -> Array:
        """Where rays meet the ground.

        Args:
            column: index of each ray's longitude [n].
            tangent: tangent of each ray's latitude [n].

        Returns:
            The horizontal distance [n] to the ground, infinite for rays that pass above it.
        """
        count = self._skyline.shape[1]
        flat = self._skyline.ravel()
        start = column * np.int32(count)
        low = np.zeros(column.shape, np.int32)
        size = count
        # The first sample whose skyline reaches the ray: a branchless lower bound.
        while size > 1:
            half = size // 2
            low += np.where(flat.take(start + (low + np.int32(half - 1))) < tangent, np.int32(half), np.int32(0))
            size -= half
        last = flat.take(start + low)
        missed = last < tangent
        heights = self.heights.ravel()
        base = column * np.int32(count + 1) + low
        h0, h1 = heights.take(base), heights.take(base + 1)
        r0, r1 = self.rho.take(low), self.rho.take(low + 1)
        slope = (h1 - h0) / (r1 - r0)
        gap = tangent - slope
        rho = (h0 - slope * r0) / np.where(np.abs(gap) < 1e-9, np.float32(1e-9), gap)
        # A crest between two samples: rounding may put the crossing just outside.
        rho = np.clip(rho, r0, r1)
        return np.where(missed, np.float32(np.inf), rho)


def normals(height: Height, x: Array, z: Array, footprint: Array, least: float) -> Array:
    """Unit normals [3, n] of the ground at x, z, over the size `footprint` [n] but not less than `least` metres."""
    step = np.maximum(footprint, np.float32(least))
    here = height(x, z, step)
    slope_x = (height(x + step, z, step) - here) / step
    slope_z = (height(x, z + step, step) - here) / step
    length = 1.0 / np.sqrt(1.0 + slope_x * slope_x + slope_z * slope_z)
    return np.stack([-slope_x * length, length, -slope_z * length])
