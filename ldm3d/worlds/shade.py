"""How surfaces answer light: what the places' materials are written with."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.light import Light
from ldm3d.worlds.relief import Relief
from ldm3d.worlds.scene import Lamps
from ldm3d.worlds.shadow import Shadows
from ldm3d.worlds.sky import Sky
from ldm3d.worlds.vectors import colour, dot, smoothstep

if TYPE_CHECKING:
    from ldm3d.worlds.mirror import Mirror
    from ldm3d.worlds.once import Once

# The tables hold colours as they are seen; this makes them the light that a whole sky sheds on a surface.
AMBIENT = 1.75
SNOW_EDGE, WET_DARK = 0.86, 0.50


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
        uv: metres along and up the surface [2, n], where it is that of a box or of triangles.
    """

    d: Array
    r: Array
    p: Array
    normal: Array
    texel: Array
    footprint: Array
    uv: Array | None = None

    def part(self, at: NDArray[np.integer[Any]]) -> Hit:
        """The points `at` alone."""
        return Hit(
            self.d.take(at, axis=1),
            self.r.take(at),
            self.p.take(at, axis=1),
            self.normal.take(at, axis=1),
            self.texel.take(at),
            self.footprint.take(at),
            None if self.uv is None else self.uv.take(at, axis=1),
        )


class Shader:
    """Light, sky and shadows of a scene, ready to colour surfaces.

    Args:
        sky: sky and air.
        shadows: the maps.
        open_sky: share of the sky that lights the ground where nothing stands.
        relief: the hills' shadows, where there are any.
        lamps: points that give light when lamps are lit.

    Attributes:
        mirror: what water mirrors besides the sky, or None.
    """

    def __init__(
        self, sky: Sky, shadows: Shadows, open_sky: float, relief: Relief | None = None, lamps: Lamps | None = None
    ) -> None:
        self.sky, self.shadows, self.relief = sky, shadows, relief
        self.light: Light = sky.light
        self.toward = sky.toward
        self.mirror: Once[Mirror] | None = None
        self._lamps = lamps if sky.light.lamps > 0.0 else None
        light = self.light
        self.sun_colour = colour(light.sun)
        mean = 0.5 * (np.array(light.horizon) + np.array(light.anti))
        above = (0.85 * np.array(light.zenith) + 0.40 * mean) * light.ambient * AMBIENT
        if light.cover > 0.7:
            above = (above + np.array(light.cloud) * 0.5) * 0.9
        share = open_sky * light.sky_share
        fill = colour(light.fill)
        self.above = above.astype(np.float32)[:, None] * np.float32(share) + fill
        self.below = colour(light.ground) * np.float32(1.9 * light.sky_share) + fill * np.float32(0.7)

    def under(self, light: Light) -> Shader:
        """The same sky and shadows for surfaces of another season: only what lies on them is taken from `light`."""
        other = copy(self)
        other.light = light
        return other

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
        share: Array = 1.0 - np.float32(self.light.shadow) * (1.0 - lit)
        depths = self.light.depths
        if depths is not None:
            # The net of light that waves throw on what lies below them, along the sun's way through the water.
            deep = np.maximum(np.float32(depths.surface) - p[1], 0.0)
            slant = self.toward[[0, 2]] / np.float32(1.33 * max(float(self.toward[1]), 0.3))
            x, z = p[0] - slant[0] * deep, p[2] - slant[1] * deep
            net = noise.ridges()(x * np.float32(1 / 7), z * np.float32(1 / 7)) + noise.ridges()(
                z * np.float32(1 / 5), x * np.float32(1 / 5)
            )
            bright = 1.0 + np.float32(depths.caustics) * (2.6 * smoothstep(0.75, 1.25, net) - 0.6) * np.exp(
                -deep * 0.04
            )
            share = share * bright * np.exp(-deep * np.float32(sum(depths.fade) / 4.0))
        return share

    def lamplight(self, p: Array, normal: Array) -> Array | float:
        """Light [3, n] of the lamps at points with their normals; it falls off with the square of the distance."""
        lamps = self._lamps
        if lamps is None:
            return 0.0
        total = np.zeros_like(normal)
        for centre, tone, reach in zip(lamps.centre, lamps.colour, lamps.reach, strict=True):
            near = np.flatnonzero((np.abs(p[0] - centre[0]) < reach) & (np.abs(p[2] - centre[2]) < reach))
            if not near.size:
                continue
            way = centre[:, None] - p.take(near, axis=1)
            square = dot(way, way) + np.float32(0.6)
            # What is out of reach after all, and what faces away, gets nothing.
            facing = dot(way, normal.take(near, axis=1)) + 0.15 * np.sqrt(square)
            met = np.flatnonzero((square < np.float32(reach * reach)) & (facing > 0.0))
            near, square, facing = near.take(met), square.take(met), facing.take(met)
            fade = 1.0 - square / np.float32(reach * reach)
            light = facing / (square * np.sqrt(square)) * (fade * fade)
            for channel, part in zip(total, tone, strict=True):
                channel[near] += part * light
        value: Array = total * (colour(self.light.lamp) * np.float32(self.light.lamps))
        return value

    def _weathered(self, albedo: Array, normal: Array, p: Array) -> Array:
        """Albedo under the season's colours, wetness and snow."""
        light = self.light
        factor, share = light.green
        if share > 0.0:
            green = albedo[1] - np.maximum(albedo[0], albedo[2])
            much = np.clip(green / (0.30 * albedo[1] + np.float32(1e-4)), 0.0, 1.0) * np.float32(share)
            albedo = albedo * (1.0 + (colour(factor) - 1.0) * much)
        if light.wet > 0.0:
            open_ = self.shadows.open_sky(p[0], p[2])
            albedo = albedo * (1.0 - np.float32(WET_DARK * light.wet) * open_)
        if light.snow > 0.0:
            x, z = p[0], p[2]
            far = np.sqrt(dot(p, p)) * np.float32(self.sky.pixel * 2.0)
            patch = noise.rough()(x * np.float32(1 / 5), z * np.float32(1 / 5), far / 5)
            free = 0.35 + 0.65 * self.shadows.open_sky(x, z)
            level = normal[1] + 0.10 * patch - np.float32(SNOW_EDGE - 0.42 * light.snow)
            cover = smoothstep(0.0, 0.18, level * free) * np.float32(min(1.0, 0.2 + light.snow))
            albedo = albedo + (colour(light.snow_colour) * (1.0 + np.float32(0.05) * patch) - albedo) * cover
        return albedo

    def _wet(self, rgb: Array, normal: Array, p: Array) -> Array:
        """Colours with what wet ground mirrors: everywhere a little, in puddles most of it."""
        r = np.sqrt(np.maximum(dot(p, p), np.float32(1e-6)))
        d = p / r
        facing = np.clip(-dot(d, normal), 0.02, 1.0)
        flat = smoothstep(0.93, 0.995, normal[1])
        pool = noise.rough()(p[0] * np.float32(1 / 6), p[2] * np.float32(1 / 6), r * np.float32(self.sky.pixel / 3))
        share = (0.03 + 0.80 * (1.0 - facing) ** 4) * (0.18 + 0.82 * flat * smoothstep(-0.2, 0.7, pool))
        share = share * (np.float32(self.light.wet) * self.shadows.open_sky(p[0], p[2]))
        out = d + normal * (2.0 * facing)
        out[1] = np.abs(out[1])
        seen = self.sky.gradient(out) * np.float32(self.light.sky_share)
        lamps = self._lamps
        if lamps is not None:
            # Lamps draw long streaks on wet ground.
            at = np.flatnonzero(share > 0.012)
            spot, ray = p.take(at, axis=1), out.take(at, axis=1)
            gleam = np.zeros((3, at.size), np.float32)
            for centre, tone in zip(lamps.centre, lamps.colour, strict=True):
                way = centre[:, None] - spot
                far = np.sqrt(dot(way, way))
                # (cos)^64 by squaring.
                facing_lamp = np.maximum(dot(way, ray) / far, 0.0)
                for _ in range(6):
                    facing_lamp = facing_lamp * facing_lamp
                gleam += tone[:, None] * (facing_lamp / (1.0 + 0.15 * far))
            seen[:, at] += gleam * (colour(self.light.lamp) * np.float32(0.3 * self.light.lamps))
        value: Array = rgb + (seen - rgb) * share
        return value

    def mirrored(self, hit: Hit, normal: Array) -> Array:
        """What a smooth surface mirrors [3, n]: the sky above, the ground's light below."""
        out = hit.d + normal * (2.0 * np.maximum(-dot(hit.d, normal), 0.02))
        up = smoothstep(-0.08, 0.12, out[1])
        out[1] = np.abs(out[1])
        sky = self.sky.gradient(out) * np.float32(self.light.sky_share) + colour(self.light.fill)
        value: Array = self.below * 0.35 + (sky - self.below * 0.35) * up
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
        """A dull surface under sun, sky and lamps, with the snow and the wetness of the hour.

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
        albedo = self._weathered(albedo, normal, p)
        value: Array = albedo * (
            self.sun_colour * (facing * sun) + self.ambient(normal[1], free) + self.lamplight(p, normal)
        )
        return self._wet(value, normal, p) if self.light.wet > 0.0 else value

    def leaves(self, albedo: Array, normal: Array, p: Array, d: Array, leafy: Array, free: Array) -> Array:
        """Leaves: light wraps around them and shines through those between the eye and the light."""
        facing = dot(normal, self.toward)
        front = np.maximum(facing * 0.75 + 0.25, 0.0)
        against = np.maximum(dot(d, self.toward), 0.0) ** 2
        through = leafy * (0.30 + 1.1 * against * against) * np.maximum(0.65 - 0.35 * facing, 0.0)
        sun = self.sunlight(p, 0.7)
        warm = albedo * np.array([[1.25], [1.15], [0.55]], np.float32)
        if self.light.snow > 0.0:
            cover = smoothstep(0.35, 0.95, normal[1] + 0.25 * free) * np.float32(self.light.snow * 0.85)
            albedo = albedo + (colour(self.light.snow_colour) - albedo) * cover
            warm = warm * (1.0 - cover)
        value: Array = self.sun_colour * sun * (albedo * front + warm * through) + albedo * (
            self.ambient(normal[1], free) + self.lamplight(p, normal)
        )
        return value

    def glint(self, normal: Array, d: Array, gloss: float) -> Array:
        """Blinn's highlight of the sun [n]."""
        half = self.toward[:, None] - d
        half /= np.sqrt(np.maximum(dot(half, half), 1e-6))
        return np.maximum(dot(normal, half), 0.0) ** np.float32(gloss)
