"""What lies behind the foreground, place for place: the background beside the cut, continued and ever more averaged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthfusion.layers.grid import padded
from ldm3d.sphere import directions

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

_STRIDES = (1, 2, 4, 8, 16, 32, 16, 8, 4, 2, 1)
_LEAPS = (32, 16, 8, 4, 2, 1, 1)
_ALIKE = 0.04
"""Difference of depth up to which two places continue the same thing: others are not averaged."""
_SIDES = ((0, 1), (0, -1), (1, 0), (-1, 0))


@dataclass(frozen=True)
class Spread:
    """Maps [h, w, …] that hold at the hidden places, and at the background beside them.

    depth: of the background. colour: its smooth part (sRGB, 0 to 255). edge: the direction (about unit length) of the
    edge that a place continues.
    """

    depth: Floats
    colour: Floats
    edge: Floats


def nearer_seeds(seed: Ints, depth: Floats, hidden: Mask, known: Mask) -> Ints:
    """Return for each hidden place [h, w] the flat index of the known texel whose background it should continue.

    `seed` is a first guess. Texels hand on their seeds in leaps that grow shorter (jump flooding, Rong and Tan 2006);
    a seed is the better the nearer it lies, straight across the sphere.
    """
    height, width = hidden.shape
    margin = _LEAPS[0]
    index = padded(np.arange(height * width).reshape(height, width), margin)
    world = directions(width, height).reshape(-1, 3).astype(np.float32)
    flat_depth = depth.reshape(-1)
    best = np.where(known, np.arange(height * width).reshape(height, width), np.where(hidden, seed, -1))
    texel = np.float32(2 * np.pi / width)
    flat = best.reshape(-1)
    at = np.flatnonzero(hidden)

    def cost(seeds: Ints, places: Ints) -> Floats:
        way = world[seeds] - world[places]
        behind = (flat_depth[seeds] < flat_depth[places]) & (seeds >= 0)
        price = np.sqrt(np.einsum("nk,nk->n", way, way))
        return np.where(behind, price, np.float32(np.inf))

    least = cost(flat[at], at)
    for leap in _LEAPS:
        far = np.flatnonzero(least > leap * texel / 2)
        places = at[far]
        y, x = np.divmod(places, width)
        mine, price = flat[places], least[far]
        for down in (-leap, 0, leap):
            for across in (-leap, 0, leap):
                theirs = flat[index[y + margin + down, x + margin + across]]
                offered = cost(theirs, places)
                better = offered < price
                mine, price = np.where(better, theirs, mine), np.where(better, offered, price)
        flat[places], least[far] = mine, price
    return best


def spread(start: Spread, hidden: Mask, known: Mask, away: Floats) -> Spread:
    """Average what is `hidden` [h, w] over the more of its surroundings, the farther away [h, w] its edge is (texels).

    `start` holds what each place's nearest known texel has. Known texels [h, w] stay as they are. Two places are
    averaged where they continue the same thing, by their depth and, for the edges, by how close these are.
    """
    height, width = hidden.shape
    margin = max(_STRIDES)
    index = padded(np.arange(height * width).reshape(height, width), margin)
    usable = (hidden | known).reshape(-1)
    depth, colour, edge = start.depth.copy(), start.colour.copy(), start.edge.copy()
    flat = (depth.reshape(-1), colour.reshape(-1, 3), edge.reshape(-1, 3))
    texel = 2 * np.pi / width
    for stride in _STRIDES:
        y, x = np.nonzero(hidden & (away >= stride / 3))
        at = y * width + x
        here = [values[at] for values in flat]
        # Edges on two sides of a place lie twice as far apart as each is away.
        near = np.minimum(1.5 * stride, away[y, x]) * texel + texel
        sums = [values.copy() for values in here]
        counts = [np.ones(len(at), np.float32), np.ones(len(at), np.float32)]
        for down, across in _SIDES:
            other = index[y + margin + down * stride, x + margin + across * stride]
            there = [values[other] for values in flat]
            alike = usable[other] & (np.abs(there[0] - here[0]) < _ALIKE)
            close = alike & (np.abs(there[2] - here[2]).sum(axis=1) < near)
            sums[0] += np.where(alike, there[0], 0)
            sums[1] += np.where(alike[:, None], there[1], 0)
            sums[2] += np.where(close[:, None], there[2], 0)
            counts[0] += alike
            counts[1] += close
        for values, total, count in zip(flat, sums, (counts[0], counts[0], counts[1]), strict=True):
            values[at] = total / (count if total.ndim == 1 else count[:, None])
    return Spread(depth, colour, edge)
