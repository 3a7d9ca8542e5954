"""Tileable noise textures with mip-maps, and how they are looked up.

Everything irregular in a world comes from these few textures, looked up at positions in the world (never at picture
coordinates), so that it has no seam. They are the same for every world; a world's seed moves and turns them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array
from ldm3d.worlds.once import Once

SIZE = 512


# Mip levels are kept in quarters of an octave, so that one lookup does where two would have to be blended.
QUARTERS = 4
# The bits of a float32 just above 1: its exponent and the first two of its mantissa count quarters of octaves (with
# straight steps within an octave).
BITS, ONE = 21, 127 << 2


class Texture:
    """A square, tileable image with its mip-map pyramid.

    Args:
        image: float32 [n, n] or [n, n, C] with C up to 4, n a power of two.
    """

    def __init__(self, image: NDArray[Any]) -> None:
        levels = [np.ascontiguousarray(image, np.float32)]
        self.size, self._channels = levels[0].shape[0], image.shape[2:]
        while (n := levels[-1].shape[0]) > 1:
            levels.append(levels[-1].reshape(n // 2, 2, n // 2, 2, *self._channels).mean(axis=(1, 3)))
        kept: list[Array] = []
        for fine, coarse in pairwise(levels):
            blurred = _twice(coarse)
            blurred -= fine
            kept += [_packed(fine + blurred * np.float32(k / QUARTERS)) for k in range(QUARTERS)]
        kept.append(_packed(levels[-1]))
        self._texels = np.concatenate(kept)
        sides = np.array([self.size >> (k // QUARTERS) for k in range(len(kept))], np.int32)
        self._starts = np.concatenate([[0], np.cumsum(sides**2)[:-1]]).astype(np.int32)
        self._sides, self._masks, self._scales = sides, sides - np.int32(1), sides.astype(np.float32)
        self._last = len(kept) - 1

    def _bilinear(self, x: Array, y: Array, level: NDArray[np.int32] | int) -> Array:
        n, mask, scale = self._sides.take(level), self._masks.take(level), self._scales.take(level)
        fx, fy = x * scale - np.float32(0.5), y * scale - np.float32(0.5)
        ix, iy = np.floor(fx), np.floor(fy)
        fx -= ix
        fy -= iy
        x0, y0 = ix.astype(np.int32) & mask, iy.astype(np.int32) & mask
        start = self._starts.take(level)
        low, high = y0 * n, ((y0 + 1) & mask) * n
        low += start
        high += start
        if not self._channels:
            # Each number holds a texel and the one to the right of it.
            a = self._texels.take(low + x0)
            b = self._texels.take(high + x0)
            b -= a
            b *= fy
            a += b
            value: Array = a.imag - a.real
            value *= fx
            value += a.real
            return value
        x1 = (x0 + 1) & mask
        fx, fy = fx[..., None], fy[..., None]
        take = self._texels.take
        c = take(low + x0, axis=0)
        c += (take(low + x1, axis=0) - c) * fx
        d = take(high + x0, axis=0)
        d += (take(high + x1, axis=0) - d) * fx
        c += (d - c) * fy
        several: Array = c[..., : self._channels[0]]
        return several

    def __call__(self, x: Array, y: Array, footprint: Array | float = 0.0) -> Array:
        """Look the texture up at x, y in tiles (1 is one repetition).

        Args:
            x: positions [n].
            y: positions [n].
            footprint: size of the area that the value stands for, in tiles: a number or [n].

        Returns:
            float32 [n] or [n, C]: bilinear in the level that is nearest to the footprint.
        """
        if np.ndim(footprint) == 0 or float(np.max(footprint, initial=0.0)) * self.size <= 1.0:
            lod = np.log2(max(float(np.max(footprint, initial=0.0)) * self.size, 1.0))
            return self._bilinear(x, y, min(int(lod) * QUARTERS, self._last))
        # An eighth of an octave more rounds to the nearest.
        wide = np.maximum(np.asarray(footprint, np.float32) * np.float32(self.size * 2**0.125), np.float32(1.0))
        level = np.minimum((wide.view(np.int32) >> np.int32(BITS)) - np.int32(ONE), np.int32(self._last))
        return self._bilinear(x, y, level)


def _twice(image: Array) -> Array:
    """A tileable image [n, n, ...] at twice the size, bilinear."""
    for axis in (0, 1):
        much, little = image * np.float32(0.75), image * np.float32(0.25)
        shape = list(image.shape)
        shape[axis] *= 2
        image = np.empty(shape, np.float32)
        even, odd = ((slice(k, None, 2),) if axis == 0 else (slice(None), slice(k, None, 2)) for k in (0, 1))
        np.add(much, np.roll(little, 1, axis=axis), out=image[even])
        np.add(much, np.roll(little, -1, axis=axis), out=image[odd])
    return image


def _packed(image: Array) -> Array:
    """Texels [n²]: with one channel each with the one to the right of it, with more of them as rows of four."""
    n = image.shape[0]
    if image.ndim == 2:
        pairs: Array = np.empty((n, n), np.complex64)
        pairs.real = image
        pairs.imag[:, :-1], pairs.imag[:, -1] = image[:, 1:], image[:, 0]
        return pairs.reshape(n * n)
    return np.pad(image.reshape(n * n, -1), ((0, 0), (0, 4 - image.shape[2])))


def spectral(size: int, slope: float, lowest: float, highest: float, seed: int) -> NDArray[np.float64]:
    """A tileable Gaussian field of mean 0 and deviation 1.

    Args:
        size: texels a side.
        slope: the amplitude falls with frequency to this power (1.8 is like hills, 1 like cloth).
        lowest: lowest frequency in cycles a tile.
        highest: highest frequency.
        seed: which field.
    """
    fx = np.fft.rfftfreq(size, 1 / size)[None, :]
    fy = np.fft.fftfreq(size, 1 / size)[:, None]
    f = np.hypot(fx, fy)
    band = (f >= lowest) & (f <= highest)
    amplitude = 1.0 / np.maximum(f[band], 1.0) ** slope
    phase = np.random.default_rng(seed).standard_normal((2, *f.shape))
    spectrum = np.zeros(f.shape, complex)
    spectrum[band] = amplitude * (phase[0][band] + 1j * phase[1][band])
    field = np.fft.irfft2(spectrum, s=(size, size))
    field -= field.mean()
    value: NDArray[np.float64] = field / field.std()
    return value


def _ridged(size: int, seed: int, gain: float) -> NDArray[np.float64]:
    """Sharp crests: octaves of 1 − |n|, each strong where the one before was high (Musgrave's ridged multifractal)."""
    total = np.zeros((size, size))
    weight = np.ones((size, size))
    amplitude = 1.0
    for octave in range(7):
        low = 2.0 ** (octave + 1)
        if low * 2 > size / 2:
            break
        signal = np.clip(1.0 - np.abs(spectral(size, 1.0, low * 0.7, low * 1.6, seed + octave)) * 0.8, 0.0, 1.0) ** 2
        total += signal * weight * amplitude
        weight = np.clip(signal * 1.6, 0.0, 1.0)
        amplitude *= gain
    total -= total.min()
    value: NDArray[np.float64] = total / total.max()
    return value


@Once
def hills() -> Texture:
    """Smooth fractal heights, mean 0, deviation 1: slopes like land."""
    return Texture(spectral(2 * SIZE, 2.0, 1.0, 120.0, 11))


@Once
def rough() -> Texture:
    """A fractal of all sizes, mean 0, deviation 1: mottling, clouds, edges."""
    return Texture(spectral(SIZE, 1.35, 1.5, 240.0, 23))


@Once
def grain() -> Texture:
    """Fine noise without large forms, mean 0, deviation 1: gravel, bark, grass seen from far."""
    return Texture(spectral(SIZE, 0.5, 12.0, 250.0, 37))


@Once
def ridges() -> Texture:
    """Mountain crests in [0, 1]."""
    return Texture(_ridged(1024, 41, 0.36))


@Once
def billows() -> Texture:
    """Heaped clouds in about [0, 1]: rounded heaps of many sizes."""
    base = spectral(SIZE, 1.9, 1.0, 14.0, 53)
    lumps = sum(
        (1.0 - np.abs(spectral(SIZE, 1.0, 2.0**k * 0.8, 2.0**k * 1.5, 60 + k))) * 0.55 ** (k - 2) for k in range(2, 8)
    )
    field = base * 0.75 + lumps * 0.55
    field -= field.mean()
    return Texture(0.5 + 0.22 * field / field.std())


@Once
def waves() -> Texture:
    """Wind waves running mostly along +y: heights of deviation 1 with their slopes, [h, dh/dx, dh/dy].

    Slopes are a texel's height difference times the size, so they scale with height over tile length.
    """
    fx = np.fft.rfftfreq(SIZE, 1 / SIZE)[None, :]
    fy = np.fft.fftfreq(SIZE, 1 / SIZE)[:, None]
    f = np.maximum(np.hypot(fx, fy), 1e-6)
    spread = 0.25 + 0.75 * (fy / f) ** 2
    amplitude = np.where((f >= 3) & (f <= 200), spread / f**1.9, 0.0) * np.exp(-((4.5 / f) ** 2))
    phase = np.random.default_rng(71).standard_normal((2, *f.shape))
    spectrum = amplitude * (phase[0] + 1j * phase[1])
    fields = [np.fft.irfft2(spectrum * factor, s=(SIZE, SIZE)) for factor in (1.0, 2j * np.pi * fx, 2j * np.pi * fy)]
    return Texture(np.stack(fields, axis=-1) / fields[0].std())
