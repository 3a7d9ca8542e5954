"""What image-to-image goes by, shown: what noise of its strength leaves of the picture. No Qt."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_STEPS = 1000
_BETAS = 0.00085, 0.012
_LATENTS = 64  # rows of the latents of 512 rows of pixels

WORDS = (
    (0.0, "Nothing changes."),
    (0.001, "Textures and light become finer; everything stays where it is."),
    (0.3, "Surfaces and details are made anew; shapes and places stay."),
    (0.55, "Things turn into others; the layout of the world stays."),
    (0.8, "Little more than the large lights and darks stays."),
    (1.0, "Everything is made anew."),
)


def signal(strength: float) -> float:
    """Return how much of the picture is left in [0, 1] under noise of `strength` in [0, 1].

    √ᾱ of Stable Diffusion's schedule, whose betas grow linearly in their roots from 0.00085 to 0.012 over 1000 steps.
    """
    steps = round(min(max(strength, 0.0), 1.0) * _STEPS)
    betas = np.linspace(_BETAS[0] ** 0.5, _BETAS[1] ** 0.5, _STEPS) ** 2
    return float(np.sqrt(np.prod(1.0 - betas[:steps])))


class Start:
    """A picture that noise is put on.

    Args:
        rgb: uint8 [H, W, 3].
        mask: uint8 [H, W], 1 where it is made anew; None: everywhere.
    """

    def __init__(self, rgb: NDArray[np.uint8], mask: NDArray[np.uint8] | None = None) -> None:
        self._rgb, self.mask = rgb, mask
        self._mean = rgb.mean(axis=(0, 1))
        # Mirrored below, so that the upper and the lower edge do not run into each other; the sides do meet.
        mirrored = np.concatenate([rgb, rgb[::-1]]) - self._mean
        self._spectrum = np.fft.rfft2(mirrored.astype(np.float32), axes=(0, 1))

    def under(self, strength: float) -> NDArray[np.uint8]:
        """Return uint8 [H, W, 3]: what can be told of the picture under noise of `strength`.

        Wiener's filter of latents with unit variance and the spectrum of natural pictures, 1/f² (Field 1987), under
        white noise: a²S/(a²S + 1 − a²) with a the share of the picture that is left; at strength 1, nothing but the
        mean colour.
        """
        left = signal(strength)
        if left == 1.0:
            return self._rgb
        height, width = self._rgb.shape[:2]
        power = _spectrum_of_pictures(2 * height, width) * left**2
        kept = power / (power + 1.0 - left**2) if strength < 1.0 else np.zeros_like(power)
        seen = np.fft.irfft2(self._spectrum * kept[..., None], s=(2 * height, width), axes=(0, 1))[:height]
        result = (seen + self._mean).clip(0, 255).astype(np.uint8)
        return result if self.mask is None else np.where(self.mask[..., None] == 1, result, self._rgb)


def explained(strength: float) -> str:
    """Say what a strength does, in words."""
    return next(words for least, words in reversed(WORDS) if strength >= least)


@lru_cache(maxsize=2)
def _spectrum_of_pictures(height: int, width: int) -> NDArray[np.float64]:
    """Return S [height, width // 2 + 1]: c/f², whose mean over the frequencies that latents hold is 1."""
    down = np.fft.fftfreq(height, 1.0 / height)[:, None] / 2  # in cycles of the picture without its mirror
    across = np.fft.rfftfreq(width, 1.0 / width)[None, :] / 2  # a panorama is twice as wide as high
    frequency = np.hypot(down, across)
    frequency[0, 0] = math.inf
    power = frequency**-2.0
    power[0, 0] = power.max()  # the mean of the whole
    held = (np.abs(down) <= _LATENTS / 2) & (across <= _LATENTS / 2)
    return power / power[held].mean()
