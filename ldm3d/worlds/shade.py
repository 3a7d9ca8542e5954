"""How surfaces answer light: what the places' materials are written with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.light import Light
from ldm3d.worlds.shadow import Shadows
from ldm3d.worlds.sky import Sky, colour, dot

Array = NDArray[np.float32]


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
    """

    def __init__(self, sky: Sky, shadows: Shadows, open_sky: float) -> None:
        self.sky, self.shadows = sky, shadows
        self.light: Light = sky.light
        self.toward = sky.toward
        light = self.light
        self._sun = colour(light.sun)
        mean = 0.5 * (np.array(light.horizon) + np.array(light.anti))
        above = (0.45 * np.array(light.zenith) + 0.55 * mean) * light.ambient * open_sky
        if light.cover > 0.7:
            above = (above + np.array(light.cloud) * 0.5 * open_sky) * 0.9
        self.above = above.astype(np.float32)[:, None]
        self.below = colour(light.ground)

    def ambient(self, ny: Array, free: Array | float = 1.0) -> Array:
        """Light [3, n] from sky and ground on surfaces with the normals' upward parts `ny` [n]."""
        up = 0.5 + 0.5 * ny
        return (self.above * up + self.below * (1.0 - up)) * free

    def sunlight(self, p: Array, bias: float = 0.25) -> Array:
        """Share [n] of the sun that reaches points, with the weather's strength of shadows."""
        return 1.0 - np.float32(self.light.shadow) * (1.0 - self.shadows.lit(p, bias))

    def lit(
        self, albedo: Array, normal: Array, p: Array, *, free: Array | float = 1.0, sun: Array | None = None,
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
        return albedo * (self._sun * (facing * sun) + self.ambient(normal[1], free))

    def leaves(self, albedo: Array, normal: Array, p: Array, d: Array, leafy: Array, free: Array) -> Array:
        """Leaves: light wraps around them and shines through those between the eye and the light."""
        facing = dot(normal, self.toward)
        front = np.maximum(facing * 0.75 + 0.25, 0.0)
        against = np.maximum(dot(d, self.toward), 0.0) ** 2
        through = leafy * (0.30 + 1.1 * against * against) * np.maximum(0.65 - 0.35 * facing, 0.0)
        sun = self.sunlight(p, 0.7)
        warm = albedo * np.array([[1.25], [1.15], [0.55]], np.float32)
        return self._sun * sun * (albedo * front + warm * through) + albedo * self.ambient(normal[1], free)

    def glint(self, normal: Array, d: Array, gloss: float) -> Array:
        """Blinn's highlight of the sun [n]."""
        half = self.toward[:, None] - d
        half /= np.sqrt(dot(half, half))
        return np.maximum(dot(normal, half), 0.0) ** np.float32(gloss)
