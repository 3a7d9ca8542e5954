"""Square perspective views that cover the sphere: the pictures that depth networks were trained on.

A view looks along `axes[2]`; its pixel (i, j) of `side` is the ray x·right + y·up + forward with x and y from −reach to
reach, reach = tan(half its field of view). x runs right, y up; pixel centres at (i + ½)/side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldm3d import sphere

Floats = NDArray[np.floating[Any]]

DEGREES = 110.0
"""The field of view. The poles lie 52° from the axes of the views nearest to them."""

PITCH = 38.0
"""How far the views look up and down, in degrees."""


@dataclass(frozen=True, eq=False)
class View:
    """A square perspective view.

    axes: float64 [3, 3]; rows are right, up and forward in world coordinates, orthonormal.
    reach: the tangent of half the field of view.
    """

    axes: NDArray[np.float64]
    reach: float

    def rays(self, side: int) -> NDArray[np.float64]:
        """Return the unit directions [side, side, 3] of the pixel centres."""
        across = ((np.arange(side) + 0.5) / side * 2 - 1) * self.reach
        x, y = np.broadcast_arrays(across[None, :], -across[:, None])
        rays = x[..., None] * self.axes[0] + y[..., None] * self.axes[1] + self.axes[2]
        unit: NDArray[np.float64] = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
        return unit

    def place(self, directions: Floats) -> tuple[Floats, Floats, Floats]:
        """Return x and y in [−1, 1] where directions [..., 3] meet the view, and the cosine to its forward axis.

        Where the cosine is not positive, or x or y lies beyond ±1, the view does not show the direction.
        """
        local = directions @ self.axes.T.astype(directions.dtype)
        cosine = local[..., 2]
        scale = 1 / np.maximum(cosine * self.reach, 1e-6)
        return local[..., 0] * scale, local[..., 1] * scale, cosine


def cover() -> list[View]:
    """Return eight views that cover the sphere: four look up by `PITCH` and, turned by 45°, four look down.

    Not the faces of a cube: one that looks straight at a floor or a ceiling is told the same inverse depth everywhere,
    so that its scale cannot be known from what it shares with its neighbours, and a network has seldom seen such a
    picture. Here every view is upright and has the horizon in it. Every pole is shown by four views alike.
    """
    looking_up = [look(yaw, PITCH) for yaw in (0.0, 90.0, 180.0, 270.0)]
    return looking_up + [look(yaw, -PITCH) for yaw in (45.0, 135.0, 225.0, 315.0)]


def look(yaw: float, pitch: float, degrees: float = DEGREES) -> View:
    """Return the view of `degrees` that is turned right by `yaw` and looks up by `pitch` (degrees; 0, 0 is −Z)."""
    turn, rise = np.radians(yaw), np.radians(pitch)
    forward = np.array((np.cos(rise) * np.sin(turn), np.sin(rise), -np.cos(rise) * np.cos(turn)))
    up = np.array((-np.sin(rise) * np.sin(turn), np.cos(rise), np.sin(rise) * np.cos(turn)))
    return View(np.stack([np.cross(forward, up), up, forward]), float(np.tan(np.radians(degrees) / 2)))


def render(panorama: NDArray[np.uint8], view: View, side: int) -> NDArray[np.uint8]:
    """Return the view [side, side, 3] of a panorama uint8 [H, W, 3] (sRGB), antialiased in linear light.

    Every pixel is the mean of k×k bilinear samples, k such that they lie no farther apart than a texel at the view's
    centre, where its pixels are widest.
    """
    texel = 2 * np.pi / panorama.shape[1]
    samples = max(int(np.ceil(2 * view.reach / side / texel)), 1)
    light = sphere.to_linear(np.arange(256, dtype=np.float32) / np.float32(255))
    picture = np.empty((side, side, 3), np.uint8)
    rows = max(1, 2**20 // (side * samples**2))
    for top in range(0, side, rows):
        below = min(top + rows, side)
        u, v = sphere.to_uv(_band(view, side, samples, top, below))
        linear = _sample(panorama, light, u, v)
        mean = linear.reshape(below - top, samples, side, samples, 3).mean(axis=(1, 3))
        picture[top:below] = np.rint(sphere.to_srgb(mean) * 255)
    return picture


def shrunk(panorama: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return a panorama uint8 [H, W, 3] made smaller by a whole factor, in linear light, or as it is.

    It keeps two texels or more for every pixel at the centre of a view of `side`, so that `render` has less to do and
    nothing to lose.
    """
    height, width = panorama.shape[:2]
    spare = int(np.tan(np.radians(DEGREES) / 2) * width / (2 * np.pi * side))
    factor = next((factor for factor in range(spare, 1, -1) if height % factor == 0), 1)
    if factor == 1:
        return panorama
    light = sphere.to_linear(np.arange(256, dtype=np.float32) / np.float32(255))
    small = np.empty((height // factor, width // factor, 3), np.uint8)
    for row in range(len(small)):
        texels = light[panorama[row * factor : (row + 1) * factor]]
        mean = texels.reshape(factor, -1, factor, 3).mean(axis=(0, 2))
        small[row] = np.rint(sphere.to_srgb(mean) * 255)
    return small


def sample(image: Floats, x: Floats, y: Floats) -> Floats:
    """Sample `image` [h, w], a view's own, at x and y in [−1, 1] (right and up); bilinear, clamped at the border."""
    height, width = image.shape
    column = np.clip((x + 1) / 2 * width - 0.5, 0, width - 1)
    row = np.clip((1 - y) / 2 * height - 0.5, 0, height - 1)
    left = np.minimum(column.astype(np.int32), width - 2)
    top = np.minimum(row.astype(np.int32), height - 2)
    across, down = (column - left).astype(image.dtype), (row - top).astype(image.dtype)
    flat, at = image.ravel(), top * width + left
    upper = flat[at] * (1 - across) + flat[at + 1] * across
    lower = flat[at + width] * (1 - across) + flat[at + width + 1] * across
    sampled: Floats = upper * (1 - down) + lower * down
    return sampled


def _band(view: View, side: int, samples: int, top: int, below: int) -> NDArray[np.float64]:
    """Return the directions of the rows `top` to `below`, each pixel cut into samples×samples."""
    fine = side * samples
    across = ((np.arange(fine) + 0.5) / fine * 2 - 1) * view.reach
    down = -across[top * samples : below * samples]
    rays = across[None, :, None] * view.axes[0] + down[:, None, None] * view.axes[1] + view.axes[2]
    return np.asarray(rays, np.float64)


def _sample(panorama: NDArray[np.uint8], light: Floats, u: Floats, v: Floats) -> Floats:
    """`sphere.sample_wrapped` of bytes that are turned into linear light as they are read."""
    height, width = panorama.shape[:2]
    x, y = u * width - 0.5, np.clip(v * height - 0.5, 0, height - 1)
    left, top = np.floor(x), np.floor(y)
    across = (x - left).astype(np.float32)[..., None]
    down = (y - top).astype(np.float32)[..., None]
    i0, j0 = left.astype(np.int64) % width, top.astype(np.int64)
    i1, j1 = (i0 + 1) % width, np.minimum(j0 + 1, height - 1)
    upper = light[panorama[j0, i0]] * (1 - across) + light[panorama[j0, i1]] * across
    lower = light[panorama[j1, i0]] * (1 - across) + light[panorama[j1, i1]] * across
    mixed: Floats = upper * (1 - down) + lower * down
    return mixed
