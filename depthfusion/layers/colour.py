"""The colour of the layer behind: the background's, continued under the foreground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from depthfusion.layers.diffuse import push_pull
from ldm3d.sphere import sample_wrapped, texel_centres, to_linear, to_srgb

Mask = NDArray[np.bool_]
_LINEAR = to_linear(np.arange(256, dtype=np.float32) / np.float32(255))


def continued(rgb: NDArray[np.uint8], hidden: Mask, known: Mask) -> NDArray[np.uint8]:
    """Return `rgb` [H, W, 3] with the texels under `hidden` [h, w] filled from those under `known` [h, w]."""
    height, width = hidden.shape
    u, v = texel_centres(width, height)
    small = sample_wrapped(_LINEAR[rgb], u[None, :], v[:, None]).astype(np.float32)
    smooth = push_pull(small, known.astype(np.float32))
    filled = rgb.copy()
    j = (np.arange(rgb.shape[0]) * height) // rgb.shape[0]
    i = (np.arange(rgb.shape[1]) * width) // rgb.shape[1]
    y, x = np.nonzero(hidden[np.ix_(j, i)])
    light = sample_wrapped(smooth, (x + 0.5) / rgb.shape[1], (y + 0.5) / rgb.shape[0])
    filled[y, x] = np.rint(to_srgb(light) * 255).astype(np.uint8)
    return filled
