"""The places of the sphere that a mesh chooses its corners from, and how far the surface is there. NumPy only.

A grid has a row for each pole and `columns` places around in every other; squares of `base` places a side, a power of
two, make up the coarsest mesh. The last rows of squares may reach beyond the lower pole: what lies there *is* the pole,
and triangles that shrink to a line or a point are left out.

Where it can be, and for all common sizes it can, places lie on the depth map's texel centres, so that no height and no
crease between texels is missed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from depthfusion.look import Displacement

Floats = NDArray[np.float32]

FEWEST_SQUARES = 16
"""Around the coarsest mesh; there are fewer than twice as many."""
_COARSEST, _FINEST = 1024, 8192
"""Places around: small depth maps are bilinear between texels and still curve in space; larger ones are sampled."""
_BAND = 256


@dataclass(frozen=True)
class Grid:
    """Where places lie.

    u [columns + 1] from the left, of which the last is the first, once around; v [rows] from the top, 0 and 1 the poles
    and all between strictly between; base: see above.
    """

    u: NDArray[np.float64]
    v: NDArray[np.float64]
    base: int

    @property
    def columns(self) -> int:
        """Places around."""
        return len(self.u) - 1

    @property
    def last(self) -> int:
        """The row of the lower pole."""
        return len(self.v) - 1

    @property
    def rows(self) -> int:
        """Rows of places that the squares have, but the first; at least `last`."""
        return math.ceil(self.last / self.base) * self.base

    @classmethod
    def of(cls, width: int) -> Self:
        """Return the grid for a depth map of `width` × `width`/2 texels."""
        base = 2 ** math.floor(math.log2(width / FEWEST_SQUARES)) if width >= FEWEST_SQUARES else 1
        texels = math.ceil(width / base) * base
        while texels > _FINEST:
            texels, base = texels // 2, base // 2
        finer = 1
        while texels * finer < _COARSEST:
            finer *= 2
        return cls._placed(texels, finer, base * finer)

    @classmethod
    def _placed(cls, texels: int, finer: int, base: int) -> Self:
        """Return places on the centres of `texels` around, and `finer` − 1 places between each two of them."""
        height = texels // 2
        steps = texels * finer
        while base > steps // FEWEST_SQUARES:
            base //= 2
        u = (0.5 + np.arange(steps + 1) / finer) / texels
        polar = max(finer // 2, 1)
        cap = np.arange(polar) / (2 * polar * height)
        middle = (0.5 + np.arange((height - 1) * finer + 1) / finer) / height
        return cls(u, np.concatenate((cap, middle, 1 - cap[::-1])), base)

    def sample(self, image: NDArray[Any]) -> Floats:
        """Return `image` [h, w] at every place, [last + 1, columns]: bilinear, wrapped in u, clamped in v, as it is."""
        height, width = image.shape
        x = self.u[:-1] * width - 0.5
        left = np.floor(x).astype(np.int64)
        across = (x - left).astype(np.float32)
        i0, i1 = left % width, (left + 1) % width
        y = np.clip(self.v * height - 0.5, 0, height - 1)
        top = np.minimum(y.astype(np.int64), height - 1)
        down = (y - top).astype(np.float32)[:, None]
        below = np.minimum(top + 1, height - 1)
        places = np.empty((len(self.v), self.columns), np.float32)
        for start in range(0, len(self.v), _BAND):
            rows = slice(start, start + _BAND)
            upper, lower = image[top[rows]].astype(np.float32), image[below[rows]].astype(np.float32)
            upper += (lower - upper) * down[rows]
            one = upper[:, i0]
            places[rows] = one + (upper[:, i1] - one) * across
        return places

    def radii(self, depth: NDArray[np.uint16], rule: Displacement) -> Floats:
        """Return the surface's distance from the centre in metres at every place, [last + 1, columns].

        A pole is one point: the mean depth of the texels around it.
        """
        radii = self.sample(depth)
        radii[0], radii[-1] = depth[0].mean(), depth[-1].mean()
        for start in range(0, len(radii), _BAND):
            rows = slice(start, start + _BAND)
            radii[rows] = rule.radius_of(radii[rows] / np.float32(65535))
        return radii

    def points(self, radii: Floats, x: NDArray[np.int64], y: NDArray[np.int64]) -> Floats:
        """Return where places x, y lie in the world in metres, [..., 3]; x and y are broadcast against each other.

        The places of the last column are exactly those of the first, and those of a pole's row exactly one point.
        """
        x, y = np.where((y <= 0) | (y >= self.last), 0, x % self.columns), np.minimum(y, self.last)
        theta, phi = (self.u * 2 - 1) * np.pi, (0.5 - self.v) * np.pi
        level = np.cos(phi)
        level[[0, -1]] = 0
        level, rise = level.astype(np.float32), np.sin(phi).astype(np.float32)
        r = radii[y, x]
        flat = r * level[y]
        return np.stack(
            [flat * np.sin(theta).astype(np.float32)[x], r * rise[y], -flat * np.cos(theta).astype(np.float32)[x]],
            axis=-1,
        )
