"""A panorama into its two layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import depthfusion.layers.colour as colour
import depthfusion.layers.edges as edges
import depthfusion.layers.grow as grow
from depthfusion.layers.cut import Cut, cut
from depthfusion.layers.grid import box_mean, enlarged, widest
from depthfusion.layers.spread import Spread, nearer_seeds, spread
from ldm3d.sphere import directions

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


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
    little = colour.small(rgb, depth.shape)
    made = cut(depth.astype(np.float32) / np.float32(65535), little)
    front = _to_16(made.front)
    if not made.far.any():
        return Layers(depth.copy(), made.alpha, depth.copy(), rgb.copy(), np.zeros(depth.shape, bool))
    behind = _behind(little, made)
    opened = made.opened
    back = np.where(behind.hidden, behind.spread.depth, np.where(opened, made.sharp, made.front))
    filled = enlarged(behind.covered, rgb.shape[:2])
    back_rgb = colour.continued(rgb, little, made.sharp, behind.covered, behind.spread, filled)
    return Layers(front, made.alpha, np.minimum(_to_16(back), front), back_rgb, behind.hidden)


def with_back(
    rgb: NDArray[np.uint8], depth: NDArray[np.uint16], back: NDArray[np.uint16], back_rgb: NDArray[np.uint8]
) -> Layers:
    """Return the layers of a panorama whose layer behind is known: depth `back` [h, w] and `back_rgb` [H, W, 3].

    It counts only where `split` would fill, so that the panorama stays as it is wherever that is seen.
    """
    little = colour.small(rgb, depth.shape)
    made = cut(depth.astype(np.float32) / np.float32(65535), little)
    reach, seed = grow.nearest(made.sharp, made.far)
    hidden = _hidden(made, reach, seed)
    front = _to_16(made.front)
    seen = _to_16(np.where(made.opened, made.sharp, made.front))
    filled = enlarged(hidden | made.fringe, rgb.shape[:2])
    return Layers(
        front,
        made.alpha,
        np.minimum(np.where(hidden, back, seen), front),
        np.where(filled[..., None], back_rgb, rgb),
        hidden,
    )


def _hidden(made: Cut, reach: Floats, seed: NDArray[np.int64]) -> Mask:
    return (made.sharp > reach + edges.LEAST / 2) & ~made.opened & (seed >= 0)


@dataclass(frozen=True)
class _Behind:
    """What is hidden [h, w], what is no pure background [h, w], and what continues the background there."""

    hidden: Mask
    covered: Mask
    spread: Spread


def _behind(little: Floats, made: Cut) -> _Behind:
    reach, seed = grow.nearest(made.sharp, made.far)
    hidden = _hidden(made, reach, seed)
    covered = hidden | made.fringe
    pure = made.opened & ~made.fringe
    known = pure | (made.far & ~widest(pure))
    # One texel more on the inner side, from which what is hidden is interpolated, too.
    filled = widest(covered) & ~pure & ~known
    clean = box_mean(little, pure, 1)
    height, width = hidden.shape
    seeds = nearer_seeds(seed, made.sharp, filled, known)
    filled &= seeds >= 0
    at = np.maximum(seeds, 0)
    world = directions(width, height).astype(np.float32)
    edge = world.reshape(-1, 3)[at]
    away = np.linalg.norm(world - edge, axis=-1) * np.float32(width / (2 * np.pi))
    start = Spread(
        np.where(filled, made.sharp.reshape(-1)[at], made.sharp),
        np.where(filled[..., None], clean.reshape(-1, 3)[at], clean),
        edge,
    )
    return _Behind(hidden, covered, spread(start, filled, known, away))


def _to_16(depth: Floats) -> NDArray[np.uint16]:
    return np.rint(depth * 65535).astype(np.uint16)
