"""Sky and air: gradient, glow, disc, stars, clouds, and what distance does to colour.

Directions are float32 [3, n], colours linear float32 [3, n]: the channel comes first so that NumPy's inner loops are
long.
"""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.light import Light


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


class Sky:
    """The sky over a scene and the air in it.

    Args:
        light: the light of the hour.
        offset: where in the cloud texture the sky starts, two numbers in tiles.
        pixel: the angle of a texel in radians.
    """

    def __init__(self, light: Light, offset: tuple[float, float], pixel: float) -> None:
        self.light = light
        self.offset = offset
        self.pixel = pixel
        self.toward = light.direction
        flat = np.hypot(self.toward[0], self.toward[2])
        self._flat_sun = np.array([self.toward[0] / flat, 0.0, self.toward[2] / flat], np.float32)
        self._horizon, self._anti = colour(light.horizon), colour(light.anti)
        self._zenith, self._glow = colour(light.zenith), colour(light.glow)
        self._sun, self._cloud = colour(light.sun), colour(light.cloud)

    def _low(self, d: Array) -> Array:
        """Colour of the sky at the horizon below or above a direction, without the glow."""
        flat = np.sqrt(np.maximum(1.0 - d[1] * d[1], 1e-6))
        side = 0.5 + 0.5 * (d[0] * self._flat_sun[0] + d[2] * self._flat_sun[2]) / flat
        # Toward the poles there are no sides: both colours meet.
        side = 0.5 + (side * side * (3.0 - 2.0 * side) - 0.5) * np.minimum(flat * 1.5, 1.0)
        value: Array = self._anti + (self._horizon - self._anti) * side
        return value

    def haze(self, d: Array) -> Array:
        """What air far along a direction adds: the horizon's colour with some of the glow."""
        g = dot(d, self.toward)
        value: Array = self._low(d) * np.float32(0.92) + self._glow * (np.exp((g - 1.0) * 7.0) * np.float32(0.34))
        return value

    def gradient(self, d: Array) -> Array:
        """The clear sky without disc and stars."""
        up = np.maximum(d[1], 0.0)
        rise = 1.0 - np.exp(-up * np.float32(3.4))
        rise = rise + (1.0 - rise) * up * 0.3
        low = self._low(d)
        g = dot(d, self.toward) - 1.0
        glow = np.exp(g * 7.0) * (0.34 - 0.18 * rise) + np.exp(g * 42.0) * 0.42 + np.exp(g * 420.0) * 0.55
        value: Array = low + (self._zenith - low) * rise + self._glow * glow
        return value

    def _disc(self, d: Array) -> Array:
        radius = 0.016
        angle = np.sqrt(np.maximum(2.0 - 2.0 * dot(d, self.toward), 0.0))
        edge = max(self.pixel * 0.75, 0.0012)
        disc = 1.0 - smoothstep(radius - edge, radius + edge, angle)
        shown = colour(self.light.disc) * disc
        if self.light.night:
            # The moon's seas.
            spots = noise.rough()(d[0] * 6.0, d[1] * 6.0)
            shown = shown * (0.86 + 0.14 * np.clip(spots, -1.2, 0.6))
        return shown

    def _stars(self, d: Array) -> Array:
        """Stars: at most one in each cell of a grid through which the sphere passes."""
        total = np.zeros_like(d)
        for grid, strength in ((24.0, 1.6), (57.0, 0.45)):
            cell = np.floor(d * np.float32(grid))
            a, b, c = (cell + 512.0).astype(np.uint32)
            h = (a * np.uint32(73856093)) ^ (b * np.uint32(19349663)) ^ (c * np.uint32(83492791))
            h = (h ^ (h >> 15)) * np.uint32(2246822519)
            h = (h ^ (h >> 13)) * np.uint32(3266489917)
            h ^= h >> 16
            x, y, z = (((h >> s) & 255).astype(np.float32) / 256.0 for s in (0, 8, 16))
            centre = (cell + 0.25 + 0.5 * np.stack([x, y, z])) / np.float32(grid)
            length = np.sqrt(dot(centre, centre))
            centre /= length
            rank = np.maximum(((h >> 24) & 255).astype(np.float32) / 255.0 - 0.5, 0.0) * 2.0
            # The real size is below a texel: what is spread over a texel is dimmed with it.
            radius = max(self.pixel * 0.8, 0.0011)
            spread = np.exp(-np.maximum(2.0 - 2.0 * dot(d, centre), 0.0) / np.float32(radius**2))
            near_shell = np.abs(length - 1.0) < 0.35 / grid
            bright = (
                spread
                * (0.05 * np.minimum(rank * 4.0, 1.0) + rank**7 * strength)
                * near_shell
                * min(1.0, (0.0022 / radius) ** 1.7)
            )
            warm = x[None] * np.array([[0.25], [0.0], [-0.3]], np.float32)
            total += bright * (1.0 + warm)
        pole = np.array([0.55, 0.48, 0.68], np.float32)
        pole /= np.linalg.norm(pole)
        across = dot(d, pole)
        dust = noise.rough()(d[0] * 0.9 + d[1] * 0.4, d[2] * 0.9 - d[1] * 0.3)
        milky = np.exp(-((across * 4.2) ** 2)) * np.clip(0.55 + 0.4 * dust, 0.0, 1.6)
        total += colour((0.030, 0.034, 0.052)) * milky
        return total * np.float32(self.light.stars) * smoothstep(-0.01, 0.25, d[1])

    def _clouds(self, d: Array, sky: Array) -> Array:
        """Heaped clouds in slices of one layer, nearest slice first, lit from the light's side."""
        high = d[1] > 0.012
        if not high.any():
            return sky
        d = d[:, high]
        light = self.light
        clearing = noise.rough()
        reach = 1.0 / (d[1] + np.float32(0.10))
        tile = np.float32(0.16)
        footprint = np.float32(self.pixel * 0.16) * reach * reach
        low = 0.76 - 0.52 * light.cover
        ahead = self._flat_sun * np.float32(0.022)
        seen = np.ones(d.shape[1], np.float32)
        total = np.zeros_like(d)
        toward = dot(d, self.toward)
        silver = np.exp((toward - 1.0) * 5.0) * np.float32(0.9)
        slices = 5
        edge = 0.20 if light.cover < 0.7 else 0.34
        breakup = None
        for k in range(slices):
            height = np.float32(tile * (1.0 + 0.045 * k))
            x = d[0] * reach * height + np.float32(self.offset[0])
            y = d[2] * reach * height + np.float32(self.offset[1])
            if breakup is None:
                breakup = 0.10 * clearing(x * np.float32(0.37), y * np.float32(0.37)) + 0.020 * clearing(
                    x * 5.3, y * 5.3, footprint * 5.3
                )
            field = noise.billows()(x, y, footprint) + breakup
            floor = low + 0.045 * k
            alpha = np.clip((field - floor) / np.float32(edge), 0.0, 1.0)
            thick = noise.billows()(x + ahead[0], y + ahead[2], footprint) + breakup - floor + 0.05
            through = np.exp(-np.clip(thick, 0.0, 1.0) * np.float32(5.0 if light.cover < 0.7 else 2.4))
            alpha = 1.0 - (1.0 - alpha) ** 1.6
            amount = seen * alpha
            up = np.float32(0.78 + 0.09 * k)
            lit = through * (0.30 + silver * (1.0 - alpha * 0.55)) * np.float32(0.95 if light.cover < 0.7 else 0.6)
            total += amount * (self._cloud * up + self._sun * lit)
            seen *= 1.0 - alpha
        # Far clouds drown in the haze of the horizon.
        far = np.exp(-d[1] * np.float32(9.0))
        total += self.gradient(d) * ((1.0 - seen) * far) - total * far
        out = sky
        out[:, high] = sky[:, high] * seen + total
        return out

    def radiance(self, d: Array, *, clouds: bool = True) -> Array:
        """The sky as it is seen along directions: linear [3, n]."""
        sky = self.gradient(d)
        if self.light.stars > 0.0:
            sky += self._stars(d)
        sky += self._disc(d)
        if clouds and self.light.cover > 0.0:
            sky = self._clouds(d, sky)
        if self.light.fog > 0.01:
            veil = np.exp(-np.maximum(d[1], 0.0) * np.float32(3.0)) * np.float32(0.97)
            sky += (self.haze(d) - sky) * veil
        return sky

    def reflection(self, d: Array) -> Array:
        """The sky as water mirrors it: without disc and stars, which its waves scatter."""
        sky = self.gradient(d)
        return self._clouds(d, sky) if self.light.cover > 0.0 else sky

    def through_air(self, rgb: Array, r: Array, d: Array) -> Array:
        """A surface's colour `rgb` [3, n] as it arrives from the distance `r` [n] along `d`.

        The fog's density falls exponentially with height; its integral along the ray is exact.
        """
        light = self.light
        k = d[1] * np.float32(1.0 / light.fog_height)
        kr = np.clip(k * r, -6.0, 30.0)
        small = np.abs(kr) < 1e-3
        path = np.where(small, r, r * (1.0 - np.exp(-kr)) / np.where(small, 1.0, kr))
        base = np.float32(light.fog) * path
        # Blue is scattered first: near the light's extinction all three meet again in thick fog.
        tint = np.array([[0.78], [1.0], [1.32]], np.float32) if light.fog < 0.01 else np.ones((3, 1), np.float32)
        kept = np.exp(-base * tint)
        haze = self.haze(d)
        value: Array = haze + (rgb - haze) * kept
        return value
