"""Sky and air: gradient, glow, disc, stars, clouds, and what distance does to colour.

Directions are float32 [3, n], colours linear float32 [3, n]: the channel comes first so that NumPy's inner loops are
long.
"""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import heavens as hung
from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.heavens import Heavens
from ldm3d.worlds.light import Depths, Light
from ldm3d.worlds.vectors import colour, dot, put, smoothstep

__all__ = ["Sky", "colour", "dot", "smoothstep"]


class Sky:
    """The sky over a scene and the air in it.

    Args:
        light: the light of the hour.
        offset: where in the cloud texture the sky starts, two numbers in tiles.
        pixel: the angle of a texel in radians.
        heavens: what hangs there besides sun or moon.
    """

    def __init__(self, light: Light, offset: tuple[float, float], pixel: float, heavens: Heavens | None = None) -> None:
        self.light, self.heavens = light, heavens
        self.offset = offset
        self.pixel = pixel
        self.toward = light.direction
        flat = np.hypot(self.toward[0], self.toward[2])
        self._flat_sun = np.array([self.toward[0] / flat, 0.0, self.toward[2] / flat], np.float32)
        self._horizon, self._anti = colour(light.horizon), colour(light.anti)
        self._zenith, self._glow = colour(light.zenith), colour(light.glow)
        self._sun, self._cloud = colour(light.sun), colour(light.cloud)
        # Drizzle hangs no curtains.
        self._pouring = float(np.clip(-light.falling - 0.35, 0.0, 1.0))

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
        if self._pouring > 0.0:
            value *= 1.0 - np.float32(0.45 * self._pouring) * hung.curtains(d, self.offset, self.pixel)
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

    def _hang(self, sky: Array, d: Array) -> Array:
        """What hangs in the sky, over the clear sky's colours."""
        light, heavens = self.light, self.heavens
        space = heavens is not None and heavens.space
        if light.stars > 0.0 or space:
            fade = np.float32(1.0) if space else smoothstep(-0.01, 0.25, d[1])
            sky = sky + hung.stars(d, self.pixel, dense=space) * (np.float32(light.stars) * fade)
        if heavens is not None and heavens.nebula is not None:
            sky = sky + hung.nebula(d, heavens.nebula)
        sky = sky + self._disc(d)
        if heavens is not None:
            lit, toward = self._sun, self.toward
            if light.night and not space:
                # The sun that lights them stands below the horizon, opposite the moon.
                lit, toward = colour((0.8, 0.8, 0.8)), np.array([0.0, -0.42, 0.0], np.float32) - self._flat_sun * 0.9
            for body in heavens.bodies:
                hung.draw_body(sky, d, body, toward, lit, min(1.0, light.stars), self.pixel)
        if light.aurora > 0.0:
            sky = sky + hung.aurora(d, self.offset) * np.float32(light.aurora)
        return sky

    def _clouds(self, d: Array, sky: Array) -> Array:
        """Heaped clouds in slices of one layer, nearest slice first, lit from the light's side."""
        high = np.flatnonzero(d[1] > 0.012)
        if not high.size:
            return sky
        d = d.take(high, axis=1)
        light = self.light
        clearing = noise.rough()
        reach = 1.0 / (d[1] + np.float32(0.10))
        tile = np.float32(0.16)
        footprint = np.float32(self.pixel * 0.16) * reach * reach
        # The last clouds of a clear sky go faster.
        low = 0.76 - 0.52 * light.cover + 0.8 * max(0.0, 0.2 - light.cover)
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
        put(sky, high, sky.take(high, axis=1) * seen + total)
        return sky

    def radiance(self, d: Array) -> Array:
        """The sky as it is seen along directions: linear [3, n]."""
        light = self.light
        if light.depths is not None:
            return self._water(d, light.depths)
        sky = self._hang(self.gradient(d), d)
        if light.veil > 0.0:
            sky = self._veiled(sky, d)
        if light.cover > 0.0:
            sky = self._clouds(d, sky)
        if light.bolts:
            sky = sky + colour((0.85, 0.88, 1.0)) * hung.lightning(d, light.bolts, self.offset[0], light.azimuth + 25.0)
        if light.bow > 0.0:
            sky = sky + hung.rainbow(d, self.toward, self.pixel) * (self._sun * np.float32(light.bow * 0.8)) * (
                smoothstep(-0.02, 0.10, d[1])
            )
        if self._pouring > 0.0:
            sky *= 1.0 - np.float32(0.45 * self._pouring) * hung.curtains(d, self.offset, self.pixel)
        if light.fog > 0.01:
            veil = np.exp(-np.maximum(d[1], 0.0) * np.float32(3.0)) * np.float32(0.97)
            sky += (self.haze(d) - sky) * veil
        return sky

    def _veiled(self, sky: Array, d: Array) -> Array:
        """An even layer of cloud with soft folds over the sky."""
        high = np.maximum(d[1], 0.0)
        reach = np.float32(0.16) / (high + np.float32(0.18))
        x, z = d[0] * reach + np.float32(self.offset[0]), d[2] * reach + np.float32(self.offset[1])
        footprint = reach * reach * np.float32(self.pixel * 6.0)
        folds = noise.billows()(x, z, footprint) - 0.5 + 0.10 * noise.rough()(x * 1.7, z * 1.7, footprint)
        tone = 1.0 + np.float32(0.55) * folds * np.minimum(high * 6.0, 1.0) + 0.16 * (1.0 - high)
        layer = colour(self.light.veil_colour) * tone + colour(self.light.veil_glow) * (self._patch(d) * tone)
        value: Array = sky + (layer - sky) * np.float32(self.light.veil)
        return value

    def _patch(self, d: Array) -> Array:
        """How much of the sun comes through an even layer of cloud [n]: a broad patch, or a strip when it is low."""
        high = np.float32(self.toward[1])
        patch = np.exp((dot(d, self.toward) - 1.0) * np.float32(9.0))
        low = np.exp(-((high / np.float32(0.16)) ** 2))
        flat = np.sqrt(np.maximum(d[0] * d[0] + d[2] * d[2], np.float32(1e-6)))
        ahead = np.maximum((d[0] * self._flat_sun[0] + d[2] * self._flat_sun[2]) / flat, 0.0)
        strip = np.exp(-(((d[1] - np.float32(0.05)) / np.float32(0.11)) ** 2)) * ahead * ahead
        value: Array = patch * (1.0 - np.float32(0.6) * low) + strip * (low * np.float32(0.8))
        return value

    def reflection(self, d: Array) -> Array:
        """The sky as water mirrors it: without disc and stars, which its waves scatter."""
        if self.light.depths is not None:
            return self._water(d, self.light.depths)
        sky = self.gradient(d)
        if self.light.veil > 0.0:
            sky = self._veiled(sky, d)
        if self.light.aurora > 0.0:
            sky = sky + hung.aurora(d, self.offset) * np.float32(self.light.aurora)
        return self._clouds(d, sky) if self.light.cover > 0.0 else sky

    def above_water(self, d: Array) -> Array:
        """The sky as it is seen through the water's surface."""
        toward = dot(d, self.toward)
        sun = self._sun * (np.exp((toward - 1.0) * 90.0) * 1.5 + np.exp((toward - 1.0) * 900.0) * 5.0)
        value: Array = self.gradient(d) + sun
        return value

    def _water(self, d: Array, depths: Depths) -> Array:
        """The colour of water far along a direction: lighter upward and toward the sun."""
        up = 0.5 + 0.5 * d[1]
        value: Array = colour(depths.colour) * (0.35 + 1.1 * up * up + 0.5 * np.maximum(dot(d, self.toward), 0.0) ** 8)
        return value

    def through_air(self, rgb: Array, r: Array, d: Array) -> Array:
        """A surface's colour `rgb` [3, n] as it arrives from the distance `r` [n] along `d`.

        The fog's density falls exponentially with height; its integral along the ray is exact.
        """
        light = self.light
        if light.depths is not None:
            kept = np.exp(-r * colour(light.depths.fade))
            return rgb * kept + self._water(d, light.depths) * (1.0 - kept)
        if self.heavens is not None and self.heavens.space:
            return rgb
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
        if light.bow > 0.0:
            # Drops between here and there bend the light as well: the bow stands before woods and walls too.
            # Its veil, which a sky swallows, would hang before dark things like a dome.
            rain = (1.0 - np.exp(-r * np.float32(1 / 40))) * smoothstep(-0.02, 0.10, d[1])
            bow = hung.rainbow(d, self.toward, self.pixel, veil=0.01)
            value += bow * (self._sun * np.float32(light.bow * 0.8)) * rain
        return value
