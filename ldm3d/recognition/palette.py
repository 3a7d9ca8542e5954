"""What a painter would note of a panorama's colours, band by band from the zenith to the nadir.

Light is the logarithm of linear light, tints are those of red and blue against green: the exposure is an offset of
light then, and leaves tints alone. Turning the panorama changes none of the notes.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

# Shares of the rows from the zenith to the nadir, closer at the horizon.
BANDS = tuple(row / 64 for row in (0, 6, 12, 18, 24, 28, 32, 38, 48, 64))
QUANTILES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
WAVES = 3  # along the horizon: is it brighter and redder on one side?
NOTES = (len(BANDS) - 1) * (3 * len(QUANTILES) + 2 * 2 + 2 * 2 + 3 * WAVES)
DARKEST = 0.002  # linear light below which nothing is told apart
# Measured on worlds: what brings each kind of note to about 0 ± 1.
LIGHT, TINT, CONTRAST, WAVE = (-1.5, 1.6), (0.0, 0.9), (-2.0, 1.0), (0.0, 0.1)


def noted(colour: Tensor) -> Tensor:
    """Return the notes [N, NOTES] of sRGB colours [N, 3, H, W] in [−1, 1], each about 0 ± 1.

    Of each band: quantiles of light and tints, the tints of its darkest and its brightest quarter, contrasts between
    neighbours in x and y, and the longest waves along x.
    """
    linear = ((colour.float() + 1) / 2).clamp(0, 1) ** 2.2 + DARKEST
    light = scaled(linear.mean(1, keepdim=True).log(), LIGHT)
    tints = scaled((linear[:, ::2] / linear[:, 1:2]).log(), TINT)
    steps = [(light - light.roll(1, axis)).abs() for axis in (3, 2)]
    seen = torch.cat([light, tints], 1)
    shares = torch.tensor(QUANTILES, device=colour.device)
    notes = []
    for first, last in pairwise(round(share * colour.shape[2]) for share in BANDS):
        band = seen[:, :, first:last]
        values = band.flatten(2)
        notes.append(values.quantile(shares, dim=2).movedim(0, -1).flatten(1))
        order, quarter = values[:, 0].argsort(1), values.shape[2] // 4
        parts = (order[:, :quarter], order[:, -quarter:])
        notes.extend(values[:, 1:].gather(2, part[:, None].expand(-1, 2, -1)).mean(2) for part in parts)
        for step in steps:
            here = step[:, 0, first:last].flatten(1)
            notes.append(scaled((here.mean(1, keepdim=True) + 1e-3).log(), CONTRAST))
            notes.append(here.quantile(QUANTILES[-1], dim=1, keepdim=True))
        waves = torch.fft.rfft(band.mean(2), dim=2).abs()[:, :, 1 : 1 + WAVES] / band.shape[3]
        notes.append(scaled(waves, WAVE).flatten(1))
    return torch.cat(notes, 1)


def scaled(values: Tensor, kind: tuple[float, float]) -> Tensor:
    """Return values less their middle, divided by their spread."""
    middle, spread = kind
    return (values - middle) / spread
