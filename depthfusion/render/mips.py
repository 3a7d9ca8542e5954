"""The colour's halves, averaged in linear light. NumPy only."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ldm3d.sphere import to_linear, to_srgb

Bytes = NDArray[np.uint8]
_BAND = 256
_FULL = 65535


def halves(rgb: Bytes) -> tuple[Bytes, ...]:
    """Return `rgb` [H, W, 3] (sRGB) and all its halves down to 1×1, of the sizes that OpenGL gives them.

    Every texel of a half is the mean, in linear light, of the area that it covers: two texels a side, or parts of three
    where the size is odd. Areas tile the circle, so that nothing happens at the seam. The first level is `rgb` itself.
    """
    linear = np.rint(to_linear(np.arange(256) / 255) * _FULL).astype(np.uint16)
    levels = [rgb]
    light: NDArray[np.uint16] | None = None
    while max(levels[-1].shape[:2]) > 1:
        light = _half(rgb, linear) if light is None else _half(light, None)
        levels.append(_encode(light))
    return tuple(levels)


def _half(image: NDArray[np.uint8] | NDArray[np.uint16], table: NDArray[np.uint16] | None) -> NDArray[np.uint16]:
    """Return the half of linear light 0..65535, or of what `table` makes of `image`."""
    height, width = image.shape[:2]
    half = np.empty((max(1, height // 2), max(1, width // 2), 3), np.uint16)
    for start in range(0, len(half), _BAND):
        stop = min(start + _BAND, len(half))
        rows = image[2 * start : min(2 * stop + 1, height) if height % 2 else 2 * stop]
        light = table[rows] if table is not None else rows
        if _even(height, width):
            pairs = light[:, 0::2].astype(np.uint32) + light[:, 1::2]
            half[start:stop] = np.right_shift(pairs[0::2] + pairs[1::2] + 2, 2)
        else:
            down = _reduce(light.astype(np.float32), start, stop, height)
            across = _reduce(down.swapaxes(0, 1), 0, half.shape[1], width).swapaxes(0, 1)
            half[start:stop] = np.rint(across)
    return half


def _even(height: int, width: int) -> bool:
    return height % 2 == 0 and width % 2 == 0


def _reduce(light: NDArray[np.float32], start: int, stop: int, count: int) -> NDArray[np.float32]:
    """Return rows start..stop of the half of an axis 0 of `count` texels; `light` begins at row 2·start."""
    if count == 1:
        return light
    if count % 2 == 0:
        return np.asarray((light[0::2] + light[1::2]) / 2, np.float32)
    half = count // 2
    index = np.arange(start, stop, dtype=np.float32).reshape(-1, *[1] * (light.ndim - 1))
    parts = (half - index) * light[0:-1:2] + half * light[1::2] + (index + 1) * light[2::2]
    return np.asarray(parts / count, np.float32)


@cache
def _srgb() -> Bytes:
    return np.rint(to_srgb(np.arange(_FULL + 1) / _FULL) * 255).astype(np.uint8)


def _encode(light: NDArray[np.uint16]) -> Bytes:
    return np.asarray(_srgb()[light])
