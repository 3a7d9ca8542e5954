"""A panorama's colour for meshes: smaller where it must be, averaged in linear light, and as a file."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ldm3d.sphere import to_linear, to_srgb

Bytes = NDArray[np.uint8]

_BAND = 64


def reduced(rgb: Bytes, width: int) -> Bytes:
    """Return sRGB `rgb` [H, W, 3] at no more than `width` texels across, each the mean light of the area it covers."""
    height, wide = rgb.shape[:2]
    if wide <= width:
        return rgb
    tall = max(1, round(height * width / wide))
    light = to_linear(np.arange(256, dtype=np.float32) / 255).astype(np.float32)
    made = np.empty((tall, width, 3), np.uint8)
    for start in range(0, tall, _BAND):
        stop = min(start + _BAND, tall)
        top, bottom = start * height / tall, stop * height / tall
        first, end = int(top), min(int(np.ceil(bottom)), height)
        box = (0, top - first, wide, bottom - first)
        for channel in range(3):
            strip = Image.fromarray(light[rgb[first:end, :, channel]])
            mean = np.asarray(strip.resize((width, stop - start), Image.Resampling.BOX, box=box))
            made[start:stop, :, channel] = np.rint(np.clip(to_srgb(mean), 0, 1) * 255)
    return made


def encoded(rgb: Bytes, kind: str) -> bytes:
    """Return sRGB `rgb` as the bytes of a file: `png` without loss, `jpeg` hardly compressed."""
    stream = io.BytesIO()
    image = Image.fromarray(rgb)
    if kind == "png":
        image.save(stream, "PNG", compress_level=6)
    else:
        image.save(stream, "JPEG", quality=92, subsampling=0)
    return stream.getvalue()


def colours(rgb: Bytes, uv: NDArray[np.float32]) -> Bytes:
    """Return the sRGB colours [n, 3] of `rgb` nearest to u, v [n, 2], of which u wraps."""
    height, width = rgb.shape[:2]
    column = np.floor(uv[:, 0].astype(np.float64) * width).astype(np.int64) % width
    row = np.clip(np.floor(uv[:, 1].astype(np.float64) * height).astype(np.int64), 0, height - 1)
    return np.asarray(rgb[row, column])
