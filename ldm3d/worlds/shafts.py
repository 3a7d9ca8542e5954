"""Light shafts: sunlight that air scatters toward the eye where no shadow falls into it.

The light gathered along a ray is kept for a coarse grid of directions at several distances. A texel reads it at its own
direction and distance, so a trunk in front of a shaft stays dark.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.raster import Grid
from ldm3d.worlds.shade import Shader
from ldm3d.worlds.sky import dot

# Directions across the grid at most.
WIDTH = 512
DISTANCES = np.concatenate([[0.0], np.geomspace(1.5, 60.0, 15)]).astype(np.float32)


class Shafts:
    """The light in the air of a scene.

    Args:
        shader: light and shadows.
        strength: the place's factor.
        width: texels of the panorama's width: the grid is no finer.
    """

    def __init__(self, shader: Shader, strength: float, width: int = WIDTH) -> None:
        wide = min(WIDTH, width)
        high = wide // 2
        self._size = wide, high
        grid = Grid.of(wide, high)
        row = np.repeat(np.arange(high, dtype=np.int32), wide)
        column = np.tile(np.arange(wide, dtype=np.int32), high)
        d = grid.direction(row, column)
        # Mist scatters forward (Henyey and Greenstein 1941).
        g = np.float32(0.55)
        phase = (1.0 - g * g) / (1.0 + g * g - 2.0 * g * dot(d, shader.toward)) ** np.float32(1.5)
        density = np.float32(min(shader.light.fog, 0.012) * strength)
        total = np.zeros(wide * high, np.float32)
        kept = [total]
        # Each direction samples its steps elsewhere, or the steps would show as rings.
        shift = ((row * np.int32(7) + column * np.int32(13)) % np.int32(16)).astype(np.float32) / 16.0
        for near, far in pairwise(DISTANCES):
            p = d * (near + (far - near) * shift)
            total = total + shader.shadows.lit(p, 0.5) * (phase * density * (far - near))
            kept.append(total)
        light: Array = np.stack(kept, axis=-1).reshape(high, wide, len(DISTANCES))
        # The shifted steps leave a fine pattern of four texels: average it away.
        for axis, size in ((1, 4), (0, 4)):
            light = np.mean([np.roll(light, k - size // 2, axis=axis) for k in range(size)], axis=0, dtype=np.float32)
        self._light = np.ascontiguousarray(light.reshape(-1))
        self._sun = shader.sun_colour

    def add(self, rgb: Array, r: Array, grid: Grid, rows: tuple[int, int]) -> None:
        """Add the light in front of the texels of some rows to their colours [3, n]; r [n] may be infinite."""
        n = rows[1] - rows[0]
        wide, high = self._size
        y = np.clip((np.arange(*rows) + 0.5) / grid.height * high - 0.5, 0, high - 1.001)
        x = (np.arange(grid.width) + 0.5) / grid.width * wide - 0.5
        ix = np.floor(x)
        x0, x1 = ix.astype(np.int32) % wide, (ix.astype(np.int32) + 1) % wide
        fx = np.tile((x - ix).astype(np.float32), n)
        y0 = y.astype(np.int32)
        fy = np.repeat((y - y0).astype(np.float32), grid.width)
        step = np.log(DISTANCES[-1] / DISTANCES[1]) / (len(DISTANCES) - 2)
        far = np.clip(np.log(np.maximum(r, DISTANCES[1]) / DISTANCES[1]) / np.float32(step) + 1.0, 1.0, 14.999)
        k = far.astype(np.int32)
        fk = far - k.astype(np.float32)

        def at(line: Ints, column: Ints) -> Array:
            index = (np.add.outer(line * np.int32(wide), column).ravel() * np.int32(len(DISTANCES))) + k
            before = self._light.take(index)
            value: Array = before + (self._light.take(index + 1) - before) * fk
            return value

        above = at(y0, x0)
        above += (at(y0, x1) - above) * fx
        below = at(y0 + 1, x0)
        below += (at(y0 + 1, x1) - below) * fx
        rgb += self._sun * (above + (below - above) * fy)
