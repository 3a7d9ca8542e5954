"""A panorama's colour for meshes: smaller where it must be, averaged in linear light, and as a file."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ldm3d.sphere import to_linear, to_srgb

Bytes = NDArray[np.uint8]

_BAND = 64
_LIGHT = to_linear(np.arange(256, dtype=np.float32) / np.float32(255)).astype(np.float32)


def reduced(rgb: Bytes, width: int) -> Bytes:
    """Return sRGB `rgb` [H, W, 3] at no more than `width` texels across, each the mean light of the area it covers."""
    height, wide = rgb.shape[:2]
    if wide <= width:
        return rgb
    tall = max(1, round(height * width / wide))
    made = np.empty((tall, width, 3), np.uint8)
    for start in range(0, tall, _BAND):
        stop = min(start + _BAND, tall)
        top, bottom = start * height / tall, stop * height / tall
        first, end = int(top), min(int(np.ceil(bottom)), height)
        box = (0, top - first, wide, bottom - first)
        for channel in range(3):
            strip = Image.fromarray(_LIGHT[rgb[first:end, :, channel]])
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


def colours(rgb: Bytes, uv: NDArray[np.floating[Any]]) -> Bytes:
    """Return the sRGB colours [n, 3] of `rgb` at u, v [n, 2]: bilinear in linear light, wrapped in u, clamped in v."""
    height, width = rgb.shape[:2]
    x = uv[:, 0].astype(np.float64) * width - 0.5
    y = np.clip(uv[:, 1].astype(np.float64) * height - 0.5, 0, height - 1)
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    across, down = (x - left)[:, None], (y - top)[:, None]
    light = np.zeros((len(uv), 3), np.float64)
    for j, row in ((1 - down, top), (down, np.minimum(top + 1, height - 1))):
        for i, column in ((1 - across, left % width), (across, (left + 1) % width)):
            light += i * j * _LIGHT[rgb[row, column]]
    return np.asarray(np.rint(np.clip(to_srgb(light), 0, 1) * 255), np.uint8)
