"""Panoramas made larger: colour by Lanczos, depth guided by the colour, or both by LDM3D-SR on top of these.

The sphere has no border: rows beyond a pole are those on its other side, half a turn away. NumPy only; an
upscaler, which needs torch, is handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldm3d import sphere
from ldm3d.errors import InputError
from ldm3d.guided_depth import enlarge_depth

Floats = NDArray[np.floating[Any]]
Step = Callable[[str, float, float], None]
"""Is told of what goes on, how many units are done, and of how many; may raise to stop the work."""

_LOBES = 3
_ROWS = 64  # at once, which bounds the memory
_LIGHT = sphere.to_linear(np.arange(256, dtype=np.float32) / np.float32(255))
_CURVE = np.rint(sphere.to_srgb(np.arange(65536) / 65535) * 255).astype(np.uint8)


def check_size(source: tuple[int, int], size: tuple[int, int]) -> None:
    """See that a panorama of `source` (width, height) can be enlarged to `size`.

    Raises:
        InputError: `size` is not 2:1, or smaller than the source.
    """
    width, height = size
    if width != 2 * height:
        rows = max(round(width / 2), source[1])
        raise InputError(f"size {width}x{height} is not twice as wide as high: choose {2 * rows}x{rows}")
    if width < source[0]:
        raise InputError(
            f"size {width}x{height} is smaller than the panorama's {source[0]}x{source[1]}: choose a larger one, "
            f"such as {2 * source[0]}x{2 * source[1]}"
        )


def enlarge(
    rgb: NDArray[np.uint8],
    depth: NDArray[np.uint16],
    size: tuple[int, int],
    upscaler: Any = None,
    progress: Step | None = None,
    **options: Any,
) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return colour uint8 [h, w, 3] and depth uint16 [h, w] of a panorama at `size` (width, height).

    Args:
        rgb: uint8 [H, W, 3], sRGB, W = 2·H.
        depth: uint16, 2:1, of any size; one larger than `size` is made smaller.
        size: of the result, 2:1, not smaller than `rgb`.
        upscaler: an `LDM3DUpscalePipeline` that redraws what Lanczos gave, tile by tile; None: Lanczos alone.
        progress: called as it goes; what it raises stops the work there.
        options: of the upscaler's call, such as `num_inference_steps`; `seed` is that of its noise.

    Raises:
        InputError: `size` does not fit.
    """
    check_size((rgb.shape[1], rgb.shape[0]), size)
    step: Step = progress or (lambda text, done, total: None)
    colour = enlarge_colour(rgb, size, step)
    deep = enlarge_depth(depth, colour, step)
    if upscaler is None:
        return colour, deep
    from ldm3d.tiles import redraw

    return redraw(colour, deep, upscaler, step, **options)


def enlarge_colour(rgb: NDArray[np.uint8], size: tuple[int, int], progress: Step) -> NDArray[np.uint8]:
    """Return colour uint8 [h, w, 3] at `size` (width, height) by Lanczos' kernel of three lobes, in linear light.

    In each direction the result is kept between the two nearest texels, so that an edge has no bright or dark line
    beside it; on photographs that costs less than 0.03 dB.
    """
    width, height = size
    if rgb.shape[:2] == (height, width):
        return rgb.copy()
    columns, weights = _taps(rgb.shape[1], width)
    columns %= rgb.shape[1]
    rows, row_weights = _taps(rgb.shape[0], height)
    result = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _ROWS):
        progress("enlarging the colour", top, height)
        below = min(top + _ROWS, height)
        first, last = int(rows[top].min()), int(rows[below - 1].max())
        light = _LIGHT[beyond_poles(rgb, np.arange(first, last + 1))]
        wide = _interpolate(light.transpose(1, 0, 2), columns, weights).transpose(1, 0, 2)
        band = _interpolate(wide, rows[top:below] - first, row_weights[top:below])
        result[top:below] = _CURVE[np.rint(np.clip(band, 0, 1) * 65535).astype(np.uint16)]
    progress("enlarging the colour", height, height)
    return result


def beyond_poles(image: NDArray[Any], rows: NDArray[np.integer[Any]]) -> NDArray[Any]:
    """Return rows [n, W, …] of a panorama; those above and below it are rows of the other side, half a turn away."""
    height, width = image.shape[:2]
    mirrored = np.where(rows < 0, -1 - rows, np.where(rows >= height, 2 * height - 1 - rows, rows))
    found = image[mirrored]
    across = mirrored != rows
    if across.any():
        found[across] = np.roll(found[across], width // 2, axis=1)
    return found


def _taps(count: int, wanted: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return, for each of `wanted` places among `count` texels, the six texels around it and their weights [n, 6]."""
    place = (np.arange(wanted) + 0.5) / wanted * count - 0.5
    nearest = np.floor(place).astype(np.int64)
    taps = nearest[:, None] + np.arange(1 - _LOBES, _LOBES + 1)
    away = place[:, None] - taps
    kernel = np.sinc(away) * np.sinc(away / _LOBES)
    return taps, (kernel / kernel.sum(axis=1, keepdims=True)).astype(np.float32)


def _interpolate(texels: Floats, taps: NDArray[np.int64], weights: Floats) -> Floats:
    """Interpolate along the first axis of [n, …]: the weighted sum of six texels, kept between the two nearest."""
    shape = (-1,) + (1,) * (texels.ndim - 1)
    total = texels[taps[:, 0]] * weights[:, 0].reshape(shape)
    for tap in range(1, 2 * _LOBES):
        total += texels[taps[:, tap]] * weights[:, tap].reshape(shape)
    left, right = texels[taps[:, _LOBES - 1]], texels[taps[:, _LOBES]]
    return np.clip(total, np.minimum(left, right), np.maximum(left, right))
