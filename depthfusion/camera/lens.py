"""How directions become places in the picture, and back.

Places are normalised device coordinates: x right, y up, the picture is [−1, 1]². Directions and points are in the
camera's own frame: right, up, behind. `aspect` is width through height of what one eye sees; a lens whose picture means
the same whatever its shape (equirect, cubemap) leaves it unused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from depthfusion.camera.pose import Array

TAPER_FROM, TAPER_TO = math.radians(60), math.radians(75)
"""Latitudes between which a tapered pair of eyes comes together."""


@dataclass(frozen=True)
class Perspective:
    """A pinhole: `fov` is horizontal, in degrees; `shift` moves the picture right by so much of its half width."""

    fov: float = 90.0
    shift: float = 0.0

    name: ClassVar[str] = "perspective"

    @property
    def half_width(self) -> float:
        """tan(fov/2): half the picture's width at distance 1."""
        return math.tan(math.radians(self.fov) / 2)

    def shifted(self, shift: float) -> Self:
        """Return the lens with its picture moved right by `shift` half widths."""
        return replace(self, shift=self.shift + shift)

    def rays(self, x: Array, y: Array, aspect: float) -> Array:
        """Return directions [..., 3] (not of unit length) for places x, y [...]."""
        across = (x - self.shift) * self.half_width
        up = y * self.half_width / aspect
        return np.stack(np.broadcast_arrays(across, up, -1.0), axis=-1)

    def origins(self, x: Array, y: Array, aspect: float) -> Array:
        """Return where the rays of places x, y [...] begin, in metres [..., 3]: all in one point."""
        return _one_point(x, y)

    def project(self, points: Array, aspect: float) -> Array:
        """Return places [..., 2] of `points` [..., 3]; those behind the camera become NaN."""
        ahead = np.where(points[..., 2] < 0, -points[..., 2], np.nan)
        x = points[..., 0] / (ahead * self.half_width) + self.shift
        y = points[..., 1] * aspect / (ahead * self.half_width)
        return np.stack((x, y), axis=-1)


@dataclass(frozen=True)
class Equirect:
    """`width` degrees of azimuth, 360 or 180, and all latitudes; for one eye, omni-directional stereo (ODS).

    The ray along the azimuth θ begins at `offset`·(cos θ, 0, sin θ) metres, −½ or +½ the eyes' separation (0 for mono);
    the picture shows it at θ − `turn` radians (Ishiguro, Yamamoto and Tsuji 1992; Google's "Rendering omni-directional
    stereo content" 2015). With `taper` both fade to nothing from 60° to 75° of latitude, as in Cycles, so that the
    eyes' pictures are one at the poles.
    """

    width: float = 360.0
    offset: float = 0.0
    turn: float = 0.0
    taper: bool = False

    name: ClassVar[str] = "equirect"

    @property
    def half_width(self) -> float:
        """Radians of azimuth from the middle of the picture to its edge."""
        return math.radians(self.width) / 2

    def rays(self, x: Array, y: Array, aspect: float) -> Array:
        """Return unit directions [..., 3] for places x, y [...]."""
        azimuth, latitude = self._angles(x, y)
        level = np.cos(latitude)
        parts = (level * np.sin(azimuth), np.sin(latitude), -level * np.cos(azimuth))
        return np.stack(np.broadcast_arrays(*parts), axis=-1)

    def origins(self, x: Array, y: Array, aspect: float) -> Array:
        """Return where the rays of places x, y [...] begin, in metres [..., 3]: on the circle that the eye goes."""
        azimuth, latitude = self._angles(x, y)
        offset = self.offset * self._share(latitude)
        return np.stack(np.broadcast_arrays(offset * np.cos(azimuth), 0.0, offset * np.sin(azimuth)), axis=-1)

    def project(self, points: Array, aspect: float) -> Array:
        """Return places [..., 2] of `points` [..., 3].

        NaN for those that no ray meets: within the circle of the eyes, and outside of the picture's azimuths.
        """
        level = np.hypot(points[..., 0], points[..., 2])
        tapers = self.taper and self.offset != 0
        share = self._share_of(points[..., 1], level) if tapers else np.ones(level.shape)
        beside = self.offset * share
        with np.errstate(invalid="ignore", divide="ignore"):
            aside = np.where(beside == 0, 0.0, np.arcsin(beside / level))
            azimuth = np.arctan2(points[..., 0], -points[..., 2]) - aside - self._turned(share)
            latitude = np.arctan2(points[..., 1], np.sqrt(level**2 - beside**2))
        azimuth = (azimuth + np.pi) % (2 * np.pi) - np.pi
        met = np.abs(azimuth) <= self.half_width * (1 + 1e-12)
        if tapers:
            met &= np.abs(self._share(latitude) - share) < 1e-9
        place = np.stack((azimuth / self.half_width, latitude / (np.pi / 2)), axis=-1)
        return np.where(met[..., None], place, np.nan)

    def _angles(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return azimuth and latitude of the rays of places x, y [...]."""
        latitude = np.asarray(y) * (np.pi / 2)
        return np.asarray(x) * self.half_width + self._turned(self._share(latitude)), latitude

    def _share(self, latitude: Array) -> Array:
        """Return how much of offset and turn is left at a latitude."""
        if not self.taper:
            return np.ones(np.shape(latitude))
        past = np.clip((np.abs(latitude) - TAPER_FROM) / (TAPER_TO - TAPER_FROM), 0, 1)
        return np.where(past < 1, np.cos(np.pi / 2 * past), 0.0)

    def _turned(self, share: Array) -> Array:
        # Of the offset's share: what lies at the convergence distance has no parallax at any latitude.
        return np.asarray(np.arcsin(np.sin(self.turn) * share))

    def _share_of(self, up: Array, level: Array) -> Array:
        """Return the share at the latitude in which a point [...] is seen.

        The higher a ray, the nearer to the axis it begins and the lower it would see the point: one latitude fits.
        """
        low, high = np.zeros(level.shape), np.full(level.shape, np.pi / 2)
        for _ in range(60):
            middle = (low + high) / 2
            ahead = np.sqrt(np.maximum(level**2 - (self.offset * self._share(middle)) ** 2, 0))
            seen = np.arctan2(np.abs(up), ahead)
            low, high = np.where(seen > middle, middle, low), np.where(seen > middle, high, middle)
        return self._share((low + high) / 2)


@dataclass(frozen=True)
class LittlePlanet:
    """The world from above, stereographic: straight down in the middle, what lies ahead of the camera upwards.

    `fov` is the angle across the picture, in degrees, below 360: the direction straight up is infinitely far out.
    """

    fov: float = 250.0

    name: ClassVar[str] = "little-planet"

    @property
    def half_width(self) -> float:
        """tan(fov/4): half the picture's width where the tangent of half the angle from straight down is 1."""
        return math.tan(math.radians(self.fov) / 4)

    def rays(self, x: Array, y: Array, aspect: float) -> Array:
        """Return unit directions [..., 3] for places x, y [...]."""
        across, ahead = np.broadcast_arrays(np.asarray(x) * self.half_width, np.asarray(y) * self.half_width / aspect)
        square = across**2 + ahead**2
        return np.asarray(np.stack((2 * across, square - 1, -2 * ahead), axis=-1) / (1 + square)[..., None])

    def origins(self, x: Array, y: Array, aspect: float) -> Array:
        """Return where the rays of places x, y [...] begin, in metres [..., 3]: all in one point."""
        return _one_point(x, y)

    def project(self, points: Array, aspect: float) -> Array:
        """Return places [..., 2] of `points` [..., 3]; what is straight above becomes NaN."""
        scale = (np.linalg.norm(points, axis=-1) - points[..., 1]) * self.half_width
        scale = np.where(scale > 0, scale, np.nan)
        return np.stack((points[..., 0] / scale, -points[..., 2] * aspect / scale), axis=-1)


# The rows of the picture from above; each face as its middle, its right and its up.
_FACES = np.array(
    [
        [[1, 0, 0], [0, 0, 1], [0, 1, 0]],  # right
        [[-1, 0, 0], [0, 0, -1], [0, 1, 0]],  # left
        [[0, 1, 0], [1, 0, 0], [0, 0, 1]],  # up
        [[0, -1, 0], [1, 0, 0], [0, 0, -1]],  # down
        [[0, 0, -1], [1, 0, 0], [0, 1, 0]],  # front
        [[0, 0, 1], [-1, 0, 0], [0, 1, 0]],  # back
    ],
    float,
)


@dataclass(frozen=True)
class Cubemap:
    """Six square faces of 90° in one picture, 3×2: right, left, up above down, front, back. No face is rotated.

    The up face's lower edge and the down face's upper edge touch the front face.
    """

    name: ClassVar[str] = "cubemap"

    def rays(self, x: Array, y: Array, aspect: float) -> Array:
        """Return directions [..., 3] (not of unit length) for places x, y [...]."""
        across, down = np.broadcast_arrays((np.asarray(x) + 1) * 1.5, 1 - np.asarray(y))
        column, row = np.clip(np.floor(across), 0, 2), np.clip(np.floor(down), 0, 1)
        face = _FACES[(3 * row + column).astype(int)]
        right, up = 2 * (across - column) - 1, 1 - 2 * (down - row)
        return np.asarray(face[..., 0, :] + right[..., None] * face[..., 1, :] + up[..., None] * face[..., 2, :])

    def origins(self, x: Array, y: Array, aspect: float) -> Array:
        """Return where the rays of places x, y [...] begin, in metres [..., 3]: all in one point."""
        return _one_point(x, y)

    def project(self, points: Array, aspect: float) -> Array:
        """Return places [..., 2] of `points` [..., 3]; the camera's own becomes NaN."""
        ahead = points @ _FACES[:, 0].T
        number = ahead.argmax(axis=-1)
        face = _FACES[number]
        depth = np.take_along_axis(ahead, number[..., None], axis=-1)[..., 0]
        depth = np.where(depth > 0, depth, np.nan)
        right = np.einsum("...i,...i->...", points, face[..., 1, :]) / depth
        up = np.einsum("...i,...i->...", points, face[..., 2, :]) / depth
        row, column = np.divmod(number, 3)
        return np.stack(((column + (right + 1) / 2) / 1.5 - 1, 1 - row - (1 - up) / 2), axis=-1)


Lens = Perspective | Equirect | LittlePlanet | Cubemap


def _one_point(x: Array, y: Array) -> Array:
    return np.zeros((*np.broadcast_shapes(np.shape(x), np.shape(y)), 3))


def _grid(width: int, height: int, samples: int) -> tuple[Array, Array]:
    inside = (np.arange(samples) + 0.5) / samples
    x = 2 * (np.arange(width)[:, None] + inside).reshape(-1) / width - 1
    y = 1 - 2 * (np.arange(height)[:, None] + inside).reshape(-1) / height
    return x[None, :], y[:, None]


def _by_pixel(values: Array, width: int, height: int, samples: int) -> Array:
    grid = values.reshape(height, samples, width, samples, 3)
    return grid.transpose(0, 2, 1, 3, 4).reshape(height, width, samples * samples, 3)


def pixel_rays(lens: Lens, width: int, height: int, aspect: float, samples: int = 1) -> Array:
    """Return directions [height, width, samples², 3] in the camera's frame through a regular grid in each pixel."""
    return _by_pixel(lens.rays(*_grid(width, height, samples), aspect), width, height, samples)


def pixel_origins(lens: Lens, width: int, height: int, aspect: float, samples: int = 1) -> Array:
    """Return where the rays of `pixel_rays` begin, in metres in the camera's frame, in the same order."""
    return _by_pixel(lens.origins(*_grid(width, height, samples), aspect), width, height, samples)
