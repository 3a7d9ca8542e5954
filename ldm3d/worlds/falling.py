"""Rain and snow in the air."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import sprites
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.light import Light, luma
from ldm3d.worlds.plants import facing
from ldm3d.worlds.scene import Cards

# The thinnest flakes and streaks are this many texels wide.
LEAST = 0.5


def falling(light: Light, texel: float = 0.0) -> Cards | None:
    """Rain or snow in the air around the eye.

    Flakes and streaks are blurred by their motion: what one sees is what lies behind them, a little paler. So they have
    no distance of their own, but they are hidden by what is nearer than they are.

    Args:
        light: the weather.
        texel: angle of a texel in radians: nothing is drawn thinner than `LEAST` of it, or a small picture would not
            show what falls.
    """
    if light.falling == 0.0:
        return None
    rng = np.random.default_rng(1)
    rain = light.falling < 0.0
    n = int((1500 if rain else 2600) * abs(light.falling))
    v = rng.normal(0, 1, (n, 3))
    v[:, 1] *= 0.8
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    centre = v * (2.2 * (18.0 / 2.2) ** rng.uniform(0, 1, (n, 1)))
    size = rng.uniform(0.7, 1.3, n)
    least = 0.5 * LEAST * texel * np.linalg.norm(centre, axis=1)
    if rain:
        right, _ = facing(centre, np.maximum(size * 0.0065, least), size, np.zeros(n))
        slant = np.array([[0.10, 1.0, 0.04]]) + rng.normal(0, 0.02, (n, 3))
        up: Array = slant * (size * 0.34)[:, None]
        along = up / np.linalg.norm(up, axis=1, keepdims=True)
        right -= along * np.sum(right * along, axis=1, keepdims=True)
        sprite, tone = sprites.STREAK, (1.00, 1.06, 1.15)
    else:
        half = np.maximum(size * 0.024, 1.6 * least)
        right, up = facing(centre, half, half, rng.uniform(0, 3, n))
        sprite, tone = sprites.FLAKE, (1.8, 1.8, 1.85)
    return Cards(
        centre=centre, right=right, up=up, sprite=np.full(n, sprite[0], np.int32), colour=np.tile([tone], (n, 1)),
        normal=np.tile([[0.0, 1.0, 0.0]], (n, 1)), leafy=np.full(n, 0.5), open=np.ones(n),
        # In the dark they catch what light there is.
        glow=np.full(n, 0.6 * luma(light.veil_colour)),
    )  # fmt: skip
