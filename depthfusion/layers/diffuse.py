"""Values known in places, continued smoothly to everywhere: push and pull through ever smaller maps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from depthfusion.layers.grid import padded

Floats = NDArray[np.float32]


def push_pull(values: Floats, weights: Floats) -> Floats:
    """Return `values` [h, w, n], known with `weights` [h, w] in [0, 1], filled in where the weight is less than 1.

    Gortler et al., "The Lumigraph" (1996), section 3.5: known values are averaged into halves until all is known, and
    the halves fill what is unknown, coarse to fine. Wraps across the seam and over the poles.
    """
    height, width = weights.shape
    if min(height, width // 2) < 2 or height % 2 or width % 4 or weights.min() >= 1:
        total = weights.sum()
        mean = (values * weights[..., None]).sum((0, 1)) / max(total, 1e-9)
        return np.asarray(values * weights[..., None] + mean * (1 - weights[..., None]), np.float32)
    premultiplied = np.concatenate((values * weights[..., None], weights[..., None]), axis=-1)
    half = _reduced(premultiplied)
    share = half[..., -1]
    known = half[..., :-1] / np.maximum(share, 1e-9)[..., None]
    coarse = push_pull(known, np.minimum(share, 1))
    fine = _enlarged(coarse)
    return np.asarray(values * weights[..., None] + fine * (1 - weights[..., None]), np.float32)


def _reduced(image: Floats) -> Floats:
    """Return half the size by the filter 1 3 3 1 along both axes; the weights are summed up to a full texel's."""
    wide = padded(image, 1)
    tall = (wide[0:-2:2] + wide[3::2] + 3 * (wide[1:-1:2] + wide[2::2][: (wide.shape[0] - 2) // 2])) / 8
    across = tall[:, 0:-2:2] + tall[:, 3::2] + 3 * (tall[:, 1:-1:2] + tall[:, 2::2][:, : (tall.shape[1] - 2) // 2])
    return np.asarray(across / 8, np.float32)


def _enlarged(image: Floats) -> Floats:
    """Return twice the size, bilinear."""
    wide = padded(image, 1)
    tall = np.empty((2 * image.shape[0], *wide.shape[1:]), np.float32)
    tall[0::2] = 0.25 * wide[:-2] + 0.75 * wide[1:-1]
    tall[1::2] = 0.75 * wide[1:-1] + 0.25 * wide[2:]
    large = np.empty((2 * image.shape[0], 2 * image.shape[1], *image.shape[2:]), np.float32)
    large[:, 0::2] = 0.25 * tall[:, :-2] + 0.75 * tall[:, 1:-1]
    large[:, 1::2] = 0.75 * tall[:, 1:-1] + 0.25 * tall[:, 2:]
    return large
