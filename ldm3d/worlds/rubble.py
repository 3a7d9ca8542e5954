"""Stones that lie about."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.scene import Stones


def boulders(rng: np.random.Generator, feet: Array, size: Array, tone: Colour, moss: float = 0.3) -> Stones | None:
    """Uneven stones on the ground.

    Args:
        rng: the layout's generator.
        feet: where they lie [n, 3].
        size: half their width [n], metres.
        tone: their colour.
        moss: share of them that is green.

    Returns:
        The stones; None without any.
    """
    n = len(feet)
    if not n:
        return None
    return Stones(
        centre=feet + np.array([[0.0, 1.0, 0.0]]) * (size * 0.2)[:, None],
        axes=size[:, None] * np.stack([np.ones(n), rng.uniform(0.5, 0.8, n), rng.uniform(0.7, 1.2, n)], axis=1),
        turn=rng.uniform(0, 2 * np.pi, n),
        colour=np.array(tone) * np.exp(rng.normal(0, 0.12, (n, 1))),
        uneven=np.full(n, 0.17),
        moss=np.full(n, moss),
        glow=np.zeros(n),
    )
