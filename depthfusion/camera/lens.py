"""How directions become places in the picture.

Places are normalised device coordinates: x right, y up, the picture is [−1, 1]².
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from depthfusion.camera.pose import Array


@dataclass(frozen=True)
class Perspective:
    """A pinhole: `fov` is horizontal, in degrees; `shift` moves the picture right by so much of its half width."""

    fov: float = 90.0
    shift: float = 0.0

    @property
    def half_width(self) -> float:
        """tan(fov/2): half the picture's width at distance 1."""
        return math.tan(math.radians(self.fov) / 2)

    def shifted(self, shift: float) -> Self:
        """Return the lens with its picture moved right by `shift` half widths."""
        return replace(self, shift=self.shift + shift)

    def rays(self, x: Array, y: Array, aspect: float) -> Array:
        """Return directions [..., 3] (not of unit length) in the camera's frame for places x, y [...].

        `aspect` is width through height of what one eye sees.
        """
        across = (x - self.shift) * self.half_width
        up = y * self.half_width / aspect
        return np.stack(np.broadcast_arrays(across, up, -1.0), axis=-1)

    def project(self, points: Array, aspect: float) -> Array:
        """Return places [..., 2] of `points` [..., 3] in the camera's frame; those behind the camera become NaN."""
        ahead = np.where(points[..., 2] < 0, -points[..., 2], np.nan)
        x = points[..., 0] / (ahead * self.half_width) + self.shift
        y = points[..., 1] * aspect / (ahead * self.half_width)
        return np.stack((x, y), axis=-1)


Lens = Perspective


def pixel_rays(lens: Lens, width: int, height: int, aspect: float, samples: int = 1) -> Array:
    """Return directions [height, width, samples², 3] in the camera's frame through a regular grid in each pixel."""
    inside = (np.arange(samples) + 0.5) / samples
    x = 2 * (np.arange(width)[:, None] + inside).reshape(-1) / width - 1
    y = 1 - 2 * (np.arange(height)[:, None] + inside).reshape(-1) / height
    rays = lens.rays(x[None, :], y[:, None], aspect)
    grid = rays.reshape(height, samples, width, samples, 3)
    return grid.transpose(0, 2, 1, 3, 4).reshape(height, width, samples * samples, 3)
