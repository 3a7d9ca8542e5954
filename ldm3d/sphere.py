"""The equirectangular sphere: directions, wrapped sampling, and the sRGB curve that filtering goes through.

A panorama of W×H texels has its texel centres at u = (i + ½)/W from the left and v = (j + ½)/H from the top. Longitude
is θ = (u − ½)·2π, latitude φ = (½ − v)·π, and a direction is (cos φ sin θ, sin φ, −cos φ cos θ): right-handed, +X
right, +Y up, the centre column at −Z. A panorama wraps in u and is clamped in v.

NumPy only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]


def texel_centres(width: int, height: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return u [W] and v [H] of the texel centres of a panorama, both strictly inside (0, 1)."""
    return (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height


def from_uv(u: ArrayLike, v: ArrayLike) -> NDArray[np.float64]:
    """Return the unit directions [..., 3] at u and v (broadcast against each other; u may lie outside [0, 1))."""
    theta = (np.asarray(u, np.float64) - 0.5) * (2.0 * np.pi)
    phi = (0.5 - np.asarray(v, np.float64)) * np.pi
    theta, phi = np.broadcast_arrays(theta, phi)
    level = np.cos(phi)
    return np.stack([level * np.sin(theta), np.sin(phi), -level * np.cos(theta)], axis=-1)


def to_uv(direction: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return u in [0, 1) and v in [0, 1] of directions [..., 3] of any length but zero; `from_uv`'s inverse."""
    x, y, z = np.moveaxis(np.asarray(direction, np.float64), -1, 0)
    u = (np.arctan2(x, -z) / (2.0 * np.pi) + 0.5) % 1.0
    v = 0.5 - np.arctan2(y, np.hypot(x, z)) / np.pi
    return np.where(u < 1.0, u, 0.0), v


def directions(width: int, height: int, rows: slice | None = None) -> NDArray[np.float64]:
    """Return the unit direction [H, W, 3] of every texel centre of a panorama, or [rows, W, 3] of some rows only."""
    u, v = texel_centres(width, height)
    return from_uv(u[None, :], v[rows if rows is not None else slice(None), None])


def sample_wrapped(image: NDArray[Any], u: ArrayLike, v: ArrayLike) -> Floats:
    """Sample `image` [H, W] or [H, W, C] at u, v [...] and return [...] or [..., C].

    Bilinear between texel centres, wrapped in u, clamped in v. Float images keep their type, others give float64;
    values are averaged as they are, so colour should come in linear light (`to_linear`).
    """
    height, width = image.shape[:2]
    kind = image.dtype if np.issubdtype(image.dtype, np.floating) else np.dtype(np.float64)
    u, v = np.broadcast_arrays(np.asarray(u, np.float64), np.asarray(v, np.float64))
    x = u * width - 0.5
    y = np.clip(v * height - 0.5, 0.0, height - 1.0)
    left, top = np.floor(x), np.floor(y)
    across, down = (x - left).astype(kind), (y - top).astype(kind)
    if image.ndim == 3:
        across, down = across[..., None], down[..., None]
    i0 = left.astype(np.int64) % width
    i1 = (i0 + 1) % width
    j0 = top.astype(np.int64)
    j1 = np.minimum(j0 + 1, height - 1)
    upper = image[j0, i0] * (1 - across) + image[j0, i1] * across
    lower = image[j1, i0] * (1 - across) + image[j1, i1] * across
    sampled: Floats = upper * (1 - down) + lower * down
    return sampled


def to_linear(srgb: ArrayLike) -> Floats:
    """Turn sRGB values in [0, 1] into linear light in [0, 1] (IEC 61966-2-1, piecewise). float32 stays float32."""
    value = _as_float(srgb)
    linear: Floats = np.where(value <= 0.04045, value / 12.92, ((np.maximum(value, 0) + 0.055) / 1.055) ** 2.4)
    return linear


def to_srgb(linear: ArrayLike) -> Floats:
    """Turn linear light in [0, 1] into sRGB values in [0, 1]; `to_linear`'s inverse. float32 stays float32."""
    value = _as_float(linear)
    srgb: Floats = np.where(value <= 0.0031308, value * 12.92, 1.055 * np.maximum(value, 0) ** (1 / 2.4) - 0.055)
    return srgb


def _as_float(values: ArrayLike) -> Floats:
    array = np.asarray(values)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)
