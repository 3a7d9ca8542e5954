"""The front layer: where it is cut, and how opaque it is beside the cuts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import depthfusion.layers.edges as edges
from depthfusion.layers.grid import box_mean, narrowest, padded, widest

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

BAND = 3
"""Texels beside an edge, on its far side, where the front layer is not seen: its curtain hangs there."""
_DISTINCT = 24.0
"""How far apart colours lie (sRGB, 0 to 255) that tell foreground and background from each other."""
_WIDEST = 16384
"""Texels of the widest field of opacity; a wider depth map's is of its own size, and its edges are not rounded."""
_SOFTER = 2.0
"""By how much the ramp of a blurred edge is steepened before it becomes opacity."""


@dataclass(frozen=True)
class Cut:
    """A depth map [h, w] with its edges cut; depth in [0, 1].

    sharp: without ramps. near, far: the texels on the two sides of every edge. opened: the band on the far side.
    fringe: the part of the band that touches the foreground and may be mixed with its colour.
    front: depth of the front layer. alpha: the opacity as a field, 255 opaque, of twice the depth's size
    or, for the largest, of its size.
    """

    sharp: Floats
    near: Mask
    far: Mask
    opened: Mask
    fringe: Mask
    front: Floats
    alpha: NDArray[np.uint8]


def cut(depth: Floats, colour: Floats) -> Cut:
    """Cut `depth` [h, w] in [0, 1]; `colour` [h, w, 3] (sRGB, 0 to 255) tells how far the foreground really goes."""
    zone = edges.ramps(depth)
    sharp = edges.sharpened(depth, zone)
    near, far = edges.steps(sharp, zone)
    behind = sharp < widest(np.where(far, sharp, -1), BAND - 1) + edges.LEAST
    opened = far | (widest(far, BAND - 1) & behind & ~near)
    beside = widest(near) & opened
    # The foreground goes on for two texels beyond its edge, as its colour may; the curtain hangs from there.
    lifted = widest(near, 2) & opened
    front = np.where(lifted, np.maximum(widest(np.where(near, sharp, 0), 2), sharp), depth)
    front = np.where((opened & ~lifted) | (near & ~opened) | (widest(opened) & zone & ~lifted), sharp, front)
    belonging = _belonging(depth, sharp, opened)
    share = mixed(colour, near, beside, opened & ~beside)
    inside = np.where(beside, np.maximum(belonging, share), belonging)
    if 2 * depth.shape[1] <= _WIDEST:
        inside = _softened(_twice(inside))
    return Cut(sharp, near, far, opened, beside, front, np.rint(inside * 255).astype(np.uint8))


def mixed(colour: Floats, near: Mask, beside: Mask, pure: Mask) -> Floats:
    """Return the foreground's share [h, w] in the colour of the texels `beside` it, between the colours around."""
    before, behind = box_mean(colour, near, 1), box_mean(colour, pure, 2)
    way = before - behind
    long = np.einsum("yxc,yxc->yx", way, way)
    share = np.einsum("yxc,yxc->yx", colour - behind, way) / np.maximum(long, 1e-6)
    return np.where(beside & (long > _DISTINCT**2), np.clip(share, 0, 1), 0).astype(np.float32)


def _belonging(depth: Floats, sharp: Floats, opened: Mask) -> Floats:
    """Return 0 in the open band and 1 elsewhere, with the ramps' own values between where they had some."""
    high, low = widest(sharp), narrowest(sharp)
    share = (depth - low) / np.maximum(high - low, 1e-6)
    soft = np.clip((share - 0.5) * _SOFTER + 0.5, 0, 1)
    edge = widest(opened) & (high - low > edges.LEAST)
    inner = np.where(edge, np.maximum(soft, 0.5), 1)
    outer = np.where(edge, np.minimum(soft, 0.5), 0)
    return np.asarray(np.where(opened, outer, inner), np.float32)


def _twice(field: Floats) -> Floats:
    return np.repeat(np.repeat(field, 2, axis=0), 2, axis=1)


def _softened(field: Floats) -> Floats:
    """Return `field` averaged by 1 2 1 along both axes."""
    wide = padded(field, 1)
    tall = (wide[:-2] + wide[2:] + 2 * wide[1:-1]) / 4
    return np.asarray((tall[:, :-2] + tall[:, 2:] + 2 * tall[:, 1:-1]) / 4, np.float32)
