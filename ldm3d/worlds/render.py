"""From a scene to pixels: bands of rows, each drawn on its own, and the last step to 8 and 16 bits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.kinds import cards_of, kinds_of
from ldm3d.worlds.layers import COVERED, Target, draw
from ldm3d.worlds.light import Light
from ldm3d.worlds.mirror import Mirror
from ldm3d.worlds.once import Once
from ldm3d.worlds.raster import Grid
from ldm3d.worlds.scene import Scene
from ldm3d.worlds.shade import Shader
from ldm3d.worlds.shafts import Shafts
from ldm3d.worlds.solid import Solid
from ldm3d.worlds.vectors import colour, dot

NEAR, FAR = 1.0, 1000.0
BAND = 1 << 18


def encode_depth(r: Array) -> NDArray[np.uint16]:
    """Distances in metres, infinite for the sky, as 16-bit normalised inverse distance.

    d = (1/r − 1/far)/(1/near − 1/far); the sky is 0, whatever has a distance at least 1.
    """
    sky = ~np.isfinite(r)
    inverse = 1.0 / np.where(sky, FAR, r).astype(np.float64)
    d = np.clip((inverse - 1.0 / FAR) / (1.0 / NEAR - 1.0 / FAR), 0.0, 1.0)
    stored = np.maximum(np.rint(d * 65535.0), 1.0)
    return np.where(sky, 0.0, stored).astype(np.uint16)


def _dither(rows: tuple[int, int], width: int) -> Array:
    """Noise [rows, W] of triangular density in (−1, 1), fixed for each texel."""
    y, x = np.meshgrid(np.arange(*rows, dtype=np.uint32), np.arange(width, dtype=np.uint32), indexing="ij")
    h = x * np.uint32(0x9E3779B1) ^ y * np.uint32(0x85EBCA77)
    h = (h ^ (h >> 15)) * np.uint32(0x2C1B3C6D)
    h = (h ^ (h >> 12)) * np.uint32(0x297A2D39)
    h ^= h >> 15
    value: Array = ((h & 0xFFFF).astype(np.float32) - (h >> 16).astype(np.float32)) / np.float32(65536.0)
    return value


def encode_colour(rgb: Array, light: Light, rows: tuple[int, int], width: int) -> NDArray[np.uint8]:
    """Linear light [3, n] as sRGB [rows, W, 3]: exposure and mood, a filmic curve, dithering against bands.

    The curve has the form of Narkowicz's fit to the ACES reference (2016) with a softer toe.
    """
    x = np.maximum(rgb, 0.0) * np.float32(light.exposure * 0.80)
    if light.warmth != 0.0:
        x *= colour((1.0 + 0.18 * light.warmth, 1.0, 1.0 - 0.22 * light.warmth))
    if light.saturation != 1.0:
        grey = dot(x, np.array([0.2126, 0.7152, 0.0722], np.float32))
        x = np.maximum(grey + (x - grey) * np.float32(light.saturation), 0.0)
    # Very bright colours lean toward white, as film does.
    peak = x.max(axis=0)
    x += (peak - x) * np.clip((peak - 1.2) * 0.09, 0.0, 0.6)
    x = np.clip(x * (2.51 * x + 0.16) / (x * (2.43 * x + 0.72) + 0.16), 0.0, 1.0)
    srgb = np.where(x <= 0.0031308, x * 12.92, 1.055 * np.maximum(x, 0.0031308) ** np.float32(1 / 2.4) - 0.055)
    if light.contrast != 1.0:
        # An S around middle grey that leaves black and white where they are.
        srgb += np.float32(2.0 * (light.contrast - 1.0)) * (srgb - np.float32(0.45)) * srgb * (1.0 - srgb)
    noise = _dither(rows, width).ravel() * np.float32(0.5)
    stored = np.clip(np.rint(srgb * np.float32(255.0) + noise), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(stored.T).reshape(rows[1] - rows[0], width, 3)


class Renderer:
    """Draws a scene band by band; bands are independent of each other.

    Args:
        scene: the place.
        shader: its light.
        grid: the panorama.
        solid: the solid things of the scene on that grid, where they are there already.
    """

    def __init__(self, scene: Scene, shader: Shader, grid: Grid, solid: Solid | None = None) -> None:
        self.grid, self.shader = grid, shader
        shader.mirror = Once(lambda: Mirror(scene, shader, grid)) if scene.water is not None else None
        self._solid = solid or Solid(scene, grid)
        self._kinds = kinds_of(scene, grid, shader)
        self._falling = None if scene.falling is None else cards_of(scene.falling, grid, shader)
        self._shafts = Shafts(shader, scene.shafts, grid.width) if scene.shafts > 0.0 else None

    def mirror(self) -> None:
        """Make what water mirrors, where there is any; else the first band that shows water does, and others wait."""
        if self.shader.mirror is not None:
            self.shader.mirror()

    def bands(self) -> list[tuple[int, int]]:
        """Rows of the bands: first and past the last."""
        step = max(1, BAND // self.grid.width)
        return [(at, min(at + step, self.grid.height)) for at in range(0, self.grid.height, step)]

    def band(self, rows: tuple[int, int], check: Callable[[], None]) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
        """Draw some rows.

        Args:
            rows: first and past the last.
            check: called many times a second; may raise to stop.

        Returns:
            sRGB [rows, W, 3] and depth [rows, W].
        """
        grid, width = self.grid, self.grid.width
        # One more row on both sides shows the edges at the band's border.
        wide = (max(rows[0] - 1, 0), min(rows[1] + 1, grid.height))
        check()
        r, what = self._solid.depth(wide)
        shape = (wide[1] - wide[0], width)
        edge = self._solid.edges(r.reshape(shape), what.reshape(shape))
        own = slice(rows[0] - wide[0], rows[1] - wide[0])
        target = Target.before(rows, r.reshape(shape)[own].ravel())
        draw(self._kinds, grid, target, check)
        self._behind(target, edge[own].ravel(), what.reshape(shape), own.start, check)
        distance = np.where(target.seen < 0.5, target.r, target.limit)
        if self._shafts is not None:
            self._shafts.add(target.rgb, distance, grid, rows)
        if self._falling is not None:
            veil = Target.before(rows, distance)
            draw([self._falling], grid, veil, check)
            target.rgb *= veil.seen
            target.rgb += veil.rgb
        depth = encode_depth(distance).reshape(-1, width)
        return encode_colour(target.rgb, self.shader.light, rows, width), depth

    def _behind(
        self, target: Target, edge: NDArray[np.bool_], what: NDArray[np.int32], above: int, check: Callable[[], None]
    ) -> None:
        """Fill what the fine things leave open with the solid layer."""
        grid, width = self.grid, np.int32(self.grid.width)
        open_ = target.seen > COVERED
        flat = what.ravel()[above * width : above * width + target.seen.size]
        # Beside an edge one sees what its farther neighbour shows, leaves included.
        soft = np.flatnonzero(open_ & edge).astype(np.int32)
        beside = _farthest(soft, target.limit, int(width))
        fine, clear = target.rgb.take(beside, axis=1), target.seen.take(beside)
        hidden = target.r[beside] <= target.limit[soft]
        fine *= ~hidden
        clear[hidden] = 1.0
        hard = np.flatnonzero(open_ & ~edge).astype(np.int32)
        for start in range(0, hard.size, 32768):
            check()
            spot = hard[start : start + 32768]
            d = grid.direction(spot // width + np.int32(target.rows[0]), spot % width)
            colours = self._solid.shade(self.shader, d, target.limit[spot], flat[spot])
            colours *= target.seen.take(spot)
            for into, light in zip(target.rgb, colours, strict=True):
                into[spot] += light
        for start in range(0, soft.size, 32768):
            check()
            part = slice(start, start + 32768)
            spot = soft[part]
            row, column = spot // width, spot % width
            line = row + np.int32(above)
            up, down = np.maximum(line - 1, 0), np.minimum(line + 1, what.shape[0] - 1)
            left, right = (column - 1) % width, (column + 1) % width
            around = [what[line, column], what[line, left], what[line, right], what[up, column], what[down, column]]
            near, far, share = self._solid.smooth(
                self.shader, row + np.int32(target.rows[0]), column, np.stack(around), target.limit[spot]
            )
            colours = near + far * clear[part] + fine[:, part] * share
            colours *= target.seen.take(spot)
            for into, light in zip(target.rgb, colours, strict=True):
                into[spot] += light


def _farthest(texel: Ints, r: Array, width: int) -> Ints:
    """Of the neighbours of texels in a band [n], flat, the one with the greatest distance."""
    row, column = texel // np.int32(width), texel % np.int32(width)
    last = np.int32(r.size // width - 1)
    around = np.stack([
        row * np.int32(width) + (column - 1) % np.int32(width), row * np.int32(width) + (column + 1) % np.int32(width),
        np.maximum(row - 1, 0) * np.int32(width) + column, np.minimum(row + 1, last) * np.int32(width) + column,
    ]).astype(np.int32)  # fmt: skip
    found: Ints = np.take_along_axis(around, np.argmax(r[around], axis=0)[None], axis=0)[0]
    return found
