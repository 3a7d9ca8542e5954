"""Stones that lie about."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.plants import Garden
from ldm3d.worlds.scene import Stones


def boulders(
    garden: Garden, feet: Array, size: Array, tone: Colour, *, spread: float = 0.15, raised: float = 0.2,
    flat: tuple[float, float] = (0.5, 0.85), broad: tuple[float, float] = (0.7, 1.2), uneven: float = 0.17,
    moss: float | tuple[float, float] = 0.3,
) -> Stones:  # fmt: skip
    """Uneven stones on the ground.

    Args:
        garden: whose generator and tints they take.
        feet: where they lie [n, 3]; none is fine.
        size: half their width [n], metres.
        tone: their colour.
        spread: how far their colours lie apart.
        raised: how far their middle is above the ground, in sizes.
        flat: from which to which share of the width they are high.
        broad: the same across.
        uneven: depth of the unevenness as a share of the radius.
        moss: share of them that is green, or from which to which share.
    """
    n, rng = len(feet), garden.rng
    return Stones(
        centre=feet + np.array([[0.0, 1.0, 0.0]]) * (size * raised)[:, None],
        axes=np.stack([size, size * rng.uniform(*flat, n), size * rng.uniform(*broad, n)], axis=1),
        turn=rng.uniform(0, 2 * np.pi, n),
        colour=garden.tints(n, tone, spread),
        uneven=np.full(n, uneven),
        moss=rng.uniform(*moss, n) if isinstance(moss, tuple) else np.full(n, moss),
        glow=np.zeros(n),
    )
