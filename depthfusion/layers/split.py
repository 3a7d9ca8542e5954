"""A panorama into its two layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthfusion.layers import edges, grow
from depthfusion.layers.colour import continued
from depthfusion.layers.diffuse import push_pull
from depthfusion.layers.grid import widest

BAND = 2
"""Texels beside an edge, on its far side, where the front layer is not seen: its curtain hangs there."""


@dataclass(frozen=True, eq=False)
class Layers:
    """The two layers of a panorama.

    front: uint16 [h, w], depth of the front layer: the panorama's, with its edges sharpened beside the cuts.
    alpha: uint8 [a, 2a], the front's opacity as a field of its own size, 255 opaque; its colour is the panorama's.
    back: uint16 [h, w], depth of the closed layer behind: `front` away from what is hidden, nowhere nearer than it.
    back_rgb: uint8 [H, W, 3] in sRGB, colour of the layer behind: the panorama's own away from what is hidden.
    hidden: bool [h, w], what was filled in.

    A ray's picture: the opacity in a direction from the centre is clamp(4·(α − ½) + ½, 0, 1), α the field in [0, 1]
    sampled bilinearly. The first crossing of the front surface with an opacity o above 0 gives colour f. The first hit
    of the back surface gives colour b. Where the back is hit before (by more than 1e-4 of the distance) the picture is
    b, else o·f + (1 − o)·b in linear light.
    """

    front: NDArray[np.uint16]
    alpha: NDArray[np.uint8]
    back: NDArray[np.uint16]
    back_rgb: NDArray[np.uint8]
    hidden: NDArray[np.bool_]


def split(rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> Layers:
    """Cut `depth` uint16 [h, w] at its edges and continue the background under the foreground.

    `rgb` is uint8 [H, W, 3] in sRGB; both are 2:1 and may differ in size. The same inputs always give the same layers.
    """
    own = depth.astype(np.float32) / np.float32(65535)
    sharp = edges.sharpened(own, edges.ramps(own))
    near, far = edges.steps(sharp)
    far &= ~near
    alpha = np.where(widest(near, BAND) & ~near, np.uint8(0), np.uint8(255))
    opened = (alpha == 0) & _farther(sharp, near)
    alpha = np.where(opened, np.uint8(0), np.uint8(255))
    lifted = widest(np.where(near, sharp, 0))
    front = np.where(opened, np.where(widest(near), lifted, sharp), own)
    front = np.where(widest(near | far), np.where(opened, front, sharp), front)

    reach, seed = grow.nearest(sharp, far)
    hidden = (sharp > reach + edges.LEAST / 2) & ~opened & (seed >= 0)
    weights = (far | opened).astype(np.float32)
    grown = push_pull(sharp[..., None], weights)[..., 0]
    back = np.where(hidden, np.minimum(grown, front), np.where(opened, np.minimum(sharp, front), front))
    return Layers(
        _to_16(front), alpha, np.minimum(_to_16(back), _to_16(front)), continued(rgb, hidden, far | opened), hidden
    )


def _farther(sharp: NDArray[np.float32], near: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the texels that lie clearly behind the greatest near side around them."""
    around = widest(np.where(near, sharp, 0), BAND)
    return sharp < around - edges.LEAST / 2


def _to_16(depth: NDArray[np.float32]) -> NDArray[np.uint16]:
    return np.rint(depth * 65535).astype(np.uint16)
