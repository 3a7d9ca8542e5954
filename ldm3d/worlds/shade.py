"""How surfaces answer light: what the places' materials are written with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ldm3d.worlds.arrays import Array
from ldm3d.worlds.light import Light
from ldm3d.worlds.relief import Relief
from ldm3d.worlds.shadow import Shadows
from ldm3d.worlds.sky import Sky, colour, dot

# The tables hold colours as they are seen; this makes them the light that a whole sky sheds on a surface.
AMBIENT = 1.75
LAMP_REACH = 26.0
LAMP = colour((13.0, 8.6, 4.4))


@dataclass
class Hit:
    """Points that rays meet.

    Attributes:
        d: unit directions [3, n].
        r: distances along them [n], metres.
        p: points [3, n].
        normal: unit normals [3, n].
        texel: size [n] of a panorama texel at that distance, metres, square to the ray.
        footprint: size [n] of the area on the surface that a texel stands for, metres.
    """

    d: Array
    r: Array
    p: Array
    normal: Array
    texel: Array
    footprint: Array


class Shader:
    """Light, sky and shadows of a scene, ready to colour surfaces.

    Args:
        sky: sky and air.
        shadows: the maps.
        open_sky: share of the sky that lights the ground where nothing stands.
        relief: the hills' shadows, where there are any.
        lamps: points [L, 3] that give light at night.
    """

    def __init__(
        self, sky: Sky, shadows: Shadows, open_sky: float, relief: Relief | None = None, lamps: Array | None = None
    ) -> None:
        self.sky, self.shadows, self.relief = sky, shadows, relief
        self.light: Light = sky.light
        self.toward = sky.toward
        self._lamps = lamps if lamps is not None and sky.light.lamps > 0.0 else np.zeros((0, 3))
        light = self.light
        self.sun_colour = colour(light.sun)
        mean = 0.5 * (np.array(light.horizon) + np.array(light.anti))
        above = (0.85 * np.array(light.zenith) + 0.40 * mean) * light.ambient * open_sky * AMBIENT
        if light.cover > 0.7:
            above = (above + np.array(light.cloud) * 0.5 * open_sky) * 0.9
        self.above = above.astype(np.float32)[:, None]
        self.below = colour(light.ground) * np.float32(1.9)

    def ambient(self, ny: Array, free: Array | float = 1.0) -> Array:
        """Light [3, n] from sky and ground on surfaces with the normals' upward parts `ny` [n]."""
        up = 0.5 + 0.5 * ny
        value: Array = (self.above * up + self.below * (1.0 - up)) * free
        return value

    def sunlight(self, p: Array, bias: float = 0.06) -> Array:
        """Share [n] of the sun that reaches points, with the weather's strength of shadows."""
        lit = self.shadows.lit(p, bias)
        if self.relief is not None:
            lit = lit * self.relief.lit(p[0], p[2])
        return 1.0 - np.float32(self.light.shadow) * (1.0 - lit)

    def lamplight(self, p: Array, normal: Array) -> Array | float:
        """Light [3, n] of the lamps at points with their normals; it falls off with the square of the distance."""
        if not len(self._lamps):
            return 0.0
        total = np.zeros_like(normal[0])
        for lamp in self._lamps.astype(np.float32):
            near = np.flatnonzero((np.abs(p[0] - lamp[0]) < LAMP_REACH) & (np.abs(p[2] - lamp[2]) < LAMP_REACH))
            if not near.size:
                continue
            way = lamp[:, None] - p[:, near]
            square = dot(way, way) + np.float32(0.6)
            facing = np.maximum(dot(way, normal[:, near]) / np.sqrt(square) + 0.15, 0.0)
            fade = np.maximum(1.0 - square / np.float32(LAMP_REACH**2), 0.0)
            total[near] += facing / square * (fade * fade)
        value: Array | float = LAMP * (total * np.float32(self.light.lamps))
        return value

    def lit(
        self,
        albedo: Array,
        normal: Array,
        p: Array,
        *,
        free: Array | float = 1.0,
        sun: Array | None = None,
        wrap: float = 0.0,
    ) -> Array:
        """A dull surface under sun and sky.

        Args:
            albedo: [3, n] or [3, 1].
            normal: unit normals [3, n].
            p: points [3, n].
            free: share of the sky that is not hidden.
            sun: share of the sun that arrives; looked up in the shadow map if not given.
            wrap: how far light reaches around the terminator, 0 to 1.
        """  # fmt: skip
        facing = np.maximum((dot(normal, self.toward) + np.float32(wrap)) / np.float32(1.0 + wrap), 0.0)
        if sun is None:
            sun = self.sunlight(p)
        value: Array = albedo * (
            self.sun_colour * (facing * sun) + self.ambient(normal[1], free) + self.lamplight(p, normal)
        )
        return value

    def leaves(self, albedo: Array, normal: Array, p: Array, d: Array, leafy: Array, free: Array) -> Array:
        """Leaves: light wraps around them and shines through those between the eye and the light."""
        facing = dot(normal, self.toward)
        front = np.maximum(facing * 0.75 + 0.25, 0.0)
        against = np.maximum(dot(d, self.toward), 0.0) ** 2
        through = leafy * (0.30 + 1.1 * against * against) * np.maximum(0.65 - 0.35 * facing, 0.0)
        sun = self.sunlight(p, 0.7)
        warm = albedo * np.array([[1.25], [1.15], [0.55]], np.float32)
        value: Array = self.sun_colour * sun * (albedo * front + warm * through) + albedo * (
            self.ambient(normal[1], free) + self.lamplight(p, normal)
        )
        return value

    def glint(self, normal: Array, d: Array, gloss: float) -> Array:
        """Blinn's highlight of the sun [n]."""
        half = self.toward[:, None] - d
        half /= np.sqrt(np.maximum(dot(half, half), 1e-6))
        return np.maximum(dot(normal, half), 0.0) ** np.float32(gloss)
