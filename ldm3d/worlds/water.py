"""Water: waves, what they mirror, and the light's glitter on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.vectors import colour, dot, smoothstep


@dataclass(frozen=True)
class Water:
    """A water surface.

    Attributes:
        level: its height relative to the eye, metres.
        swell: deviation of the long waves, metres; 0 for a lake.
        chop: deviation of the small waves' slope.
        deep: colour of light that comes back out of deep water.
        shallow: the same over a near bottom.
        foam: how much of it there is along shores and on crests; 0 for a lake.
    """

    level: float
    swell: float = 0.22
    chop: float = 0.10
    deep: Colour = (0.006, 0.040, 0.062)
    shallow: Colour = (0.05, 0.22, 0.20)
    foam: float = 0.0

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        """The surface with its long waves, relative to the eye."""
        if self.swell == 0.0:
            return np.full_like(x, self.level)
        long = noise.waves()(x * np.float32(1 / 85), z * np.float32(1 / 85), footprint / 85)[..., 0]
        height: Array = self.level + self.swell * long
        return height

    def _slopes(self, hit: Hit) -> tuple[Array, Array, Array]:
        """Slopes of the surface in x and z, and the variance of those that a texel cannot show."""
        x, z = hit.p[0], hit.p[2]
        slope_x, slope_z = np.zeros_like(x), np.zeros_like(x)
        hidden = np.full_like(x, 0.0006)
        # Each family of waves runs another way; the texture's slopes have a deviation of about 60 a tile.
        turns = ((85.0, 0.0, self.swell / 85.0), (23.0, 0.5, self.chop / 110), (6.1, -0.7, self.chop / 75),
                 (1.7, 0.9, self.chop / 75))  # fmt: skip
        for tile, turn, strength in turns:
            if strength == 0.0:
                continue
            c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
            u, v = (x * c - z * s) / np.float32(tile), (x * s + z * c) / np.float32(tile)
            texel = hit.footprint * np.float32(0.6 / tile)
            wave = noise.waves()(u, v, texel)
            a, b = wave[..., 1] * np.float32(strength), wave[..., 2] * np.float32(strength)
            slope_x += a * c + b * s
            slope_z += b * c - a * s
            lost = np.clip(texel * 14.0, 0.0, 1.0)
            hidden += np.float32((strength * 34.0) ** 2) * lost
        return slope_x, slope_z, hidden

    def shade(self, hit: Hit, shader: Shader, depth: Array | None = None, sun: Array | float = 1.0) -> Array:
        """Colours [3, n] of the surface.

        Args:
            hit: where it is met.
            shader: the light.
            depth: metres of water below [n], for shallow shores; deep everywhere if not given.
            sun: share of the light that is not shadowed.
        """
        slope_x, slope_z, hidden = self._slopes(hit)
        if depth is not None:
            calm = np.clip(depth * 1.5, 0.15, 1.0)
            slope_x, slope_z = slope_x * calm, slope_z * calm
        length = 1.0 / np.sqrt(1.0 + slope_x**2 + slope_z**2)
        n = np.stack([-slope_x * length, length, -slope_z * length])
        d = hit.d
        facing = np.maximum(-dot(d, n), 0.02)
        mirrored = d + n * (2.0 * facing)
        # What would be mirrored from below the horizon has met another wave first.
        mirrored[1] = np.abs(mirrored[1]) + np.sqrt(hidden) * 0.6 + 0.01
        mirrored /= np.sqrt(dot(mirrored, mirrored))
        # Schlick, softened where unseen waves turn the surface toward the eye.
        fresnel = 0.02 + 0.98 * (1.0 - facing) ** 5 / (1.0 + 10.0 * np.sqrt(hidden))
        sky = shader.sky.reflection(mirrored)
        if shader.mirror is not None:
            seen = shader.mirror().seen(hit.p, mirrored, hidden)
            sky = sky * (1.0 - seen[3]) + seen[:3]
        light = shader.above + shader.sun_colour * (max(float(shader.toward[1]), 0.05) * 0.5 * np.asarray(sun))
        body = colour(self.deep) * light * 1.5
        crest = np.clip(slope_x * shader.toward[0] + slope_z * shader.toward[2], 0.0, 0.4)
        body = body + colour(self.shallow) * light * (crest * 0.55)
        if depth is not None:
            clear = np.exp(-np.maximum(depth, 0.0) * np.array([[1.5], [0.55], [0.6]], np.float32))
            body = body + (colour(self.shallow) * light - body) * clear * 0.8
        rgb = body * (1.0 - fresnel) + sky * fresnel
        # Sun glitter: Gaussian slopes (Cox and Munk 1954) around those that are seen.
        half = shader.toward[:, None] - d
        half /= np.sqrt(np.maximum(dot(half, half), 1e-6))
        hx, hz = -half[0] / np.maximum(half[1], 0.03), -half[2] / np.maximum(half[1], 0.03)
        spread = hidden + 0.0007
        gap = (hx - slope_x) ** 2 + (hz - slope_z) ** 2
        facets = np.exp(-gap / (2.0 * spread)) / (2.0 * np.pi * spread)
        flash = np.minimum(fresnel * facets / (4.0 * np.maximum(facing, 0.08)), 14.0)
        value: Array = rgb + shader.sun_colour * (flash * sun)
        return self._foamy(value, hit, shader, depth, sun) if self.foam > 0.0 and depth is not None else value

    def _foamy(self, rgb: Array, hit: Hit, shader: Shader, depth: Array, sun: Array | float) -> Array:
        """Foam: lace along the shore, streaks on the open sea."""
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        lace = noise.rough()(x * np.float32(1 / 2.3), z * np.float32(1 / 2.3), f / 2.3)
        fine = noise.grain()(x * np.float32(1 / 1.1), z * np.float32(1 / 1.1), f / 1.1)
        band = np.exp(-np.maximum(depth, 0) * 5.5) * 1.25 + 0.55 * np.exp(-(((depth - 0.62 - 0.1 * lace) / 0.10) ** 2))
        shore = smoothstep(0.30, 0.95, band * (0.75 + 0.30 * lace + 0.16 * fine)) * (
            1.0 - smoothstep(40.0, 160.0, hit.r)
        )
        crest = noise.waves()(x * np.float32(1 / 85), z * np.float32(1 / 85), f / 85)[..., 0]
        caps = smoothstep(1.9, 2.6, crest + 0.45 * lace + 0.2 * fine) * 0.55 * np.clip(depth - 1.0, 0, 1)
        foam = np.clip((shore + caps) * self.foam, 0.0, 0.92)
        up = np.zeros_like(hit.p)
        up[1] = 1.0
        white = shader.lit(colour((0.74, 0.78, 0.78)), up, hit.p, sun=np.broadcast_to(sun, foam.shape))
        value: Array = rgb + (white - rgb) * foam
        return value

    def from_below(self, hit: Hit, shader: Shader) -> Array:
        """Colours [3, n] of the surface seen from under it: the sky in Snell's window, around it the deep mirrored."""
        slope_x, slope_z, hidden = self._slopes(hit)
        length = 1.0 / np.sqrt(1.0 + slope_x**2 + slope_z**2)
        n = np.stack([slope_x * length, -length, slope_z * length])
        facing = np.maximum(-dot(hit.d, n), 0.02)
        # Snell's law from water to air, 1.33 to 1.
        sine = 1.33**2 * (1.0 - facing * facing)
        out = hit.d * np.float32(1.33) + n * (1.33 * facing - np.sqrt(np.maximum(1.0 - sine, 0.0)))
        out[1] = np.maximum(out[1], 0.02)
        out /= np.sqrt(dot(out, out))
        air = shader.sky.above_water(out)
        inside = hit.d + n * (2.0 * facing)
        deep = shader.sky.reflection(inside)
        window = 1.0 - smoothstep(0.86, 1.0 + 4.0 * float(np.sqrt(hidden.mean())), sine)
        value: Array = deep + (air - deep) * window
        return value
