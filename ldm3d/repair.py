"""From a decoder's floating-point picture of packed depth back to depth. NumPy only.

A decoder paints the high and the low byte of the depth as two pictures, each a little wrong. The high byte counts 256,
so an error of two bytes in it is 0.8 % of the depth, while the low byte is fine but tells only where the depth stands
within its 256. The repair is that of an unwrapped phase: the neighbourhood says roughly where the depth is, the low
byte says where exactly.

1. v = high + low/256 is the depth in units of 256: smooth where the depth is, with the high byte's noise on it. Its
   standard deviation σ is estimated from v's second differences by their median, which edges do not move.
2. v is averaged over the neighbours that lie within a few σ of it, then of the plane through what that gave, so that
   nothing is averaged across an edge of the depth and a slope does no harm; what curves lose is averaged once more and
   put back. Where the decoder's limits at 0 and 255 cut
   the noise off, the mean of what was cut is made good.
3. The whole number k of 256s is the one that brings k + low/256 nearest to that average. The result has the low byte's
   noise alone, and single wrong k stand out by a whole unit: further rounds over it, in a smaller neighbourhood, mend
   them.
4. A pixel's own bytes count, merely rounded, where they continue their neighbours' line or curve on one side at least,
   across and down, and most pixels around do as well: there the channels are within half a byte. They also count where
   k is further from the own high byte than noise explains: there the neighbourhood was wrong (a wire, a corner).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

_WIDE, _NEAR = 4, 2  # pixels
_LIKE = 3.5  # neighbours within so many σ belong together
_TRUST = 6.5  # so many σ, and no more, may a pixel's own high byte be wrong
_DOUBT = 2.5  # so many σ, and neighbours are asked again
_HALF = 0.51  # a byte, and what rounding adds
_MOST = 0.9  # of the pixels around continue their neighbours; of a black sky's noise, cut at 0, some 0.6 do


def repair(high: Field, low: Field) -> NDArray[np.uint16]:
    """Return the depth uint16 [H, W] of the float pictures of its bytes, high and low [H, W] in [0, 255]."""
    own, fraction = np.rint(high), (np.rint(low) / 256).astype(np.float32)
    plain: Field = own + fraction
    exact = _continues(plain)
    exact &= _share(exact) >= _MOST
    turns = own
    if not exact.all():
        noisy: Field = (high + low / 256).astype(np.float32)
        sigma = _noise(noisy, high)
        like = max(_LIKE * sigma, 1.0)
        guide = _average(noisy, _median_of_cross(noisy), _NEAR, like)
        guide = _twice(noisy, guide, _WIDE, like, _slopes(guide, like))
        turns = np.rint(_uncut(guide - fraction, sigma))
        for _ in range(2):
            found = turns + fraction
            guide = _twice(found, _median_of_cross(found), _NEAR, 1.5, _slopes(guide, like))
            turns = np.rint(guide - fraction)
        turns = _nearest_around(turns, fraction, high, sigma, _slopes(guide, like))
        turns = np.where(exact | (np.abs(turns - high) > max(_TRUST * sigma, _HALF)), own, turns)
    depth: NDArray[np.uint16] = np.clip((turns + fraction) * 256, 0, 65535).astype(np.uint16)
    return depth


def _continues(field: Field) -> NDArray[np.bool_]:
    """Tell which values continue their neighbours' line or curve, on one side at least, in x and in y."""
    return _fits(field) & _fits(field.T).T


def _fits(field: Field) -> NDArray[np.bool_]:
    """Tell which values belong to 3 in a row whose second, or 5 whose fourth differences are below ½."""
    fits = np.zeros(field.shape, np.bool_)
    for order in (2, 4):
        if field.shape[1] <= order:
            return fits | (order == 2)  # too small to say anything
        fit = np.abs(np.diff(field, order, axis=1)) < 0.5
        for first in range(order + 1):
            fits[:, first : first + fit.shape[1]] |= fit
    return fits


def _share(flags: NDArray[np.bool_]) -> Field:
    """Return the share of set flags among the 5×5 around each, those outside the picture not counted."""
    share: Field = _box(flags.astype(np.float32)) / _box(np.ones(flags.shape, np.float32))
    return share


def _noise(field: Field, high: Field) -> float:
    """Return the standard deviation of the noise on `field` [H, W], smooth but for edges; `high` is its high byte.

    From second differences by their median (Gaussian noise has √6·σ there, and a median of 0.6745 of that), unless
    most of the picture lies at a limit, which cuts the noise: then from the pixels beside those at the limit, 84.1 %
    of which lie within one σ of it.
    """
    if field.shape[1] < 3:
        field, high = field.T, high.T
    if field.shape[1] < 3:
        return 0.0
    cut = (high <= 0) | (high >= 255)
    free = ~(cut[:, 2:] | cut[:, 1:-1] | cut[:, :-2])
    beside = np.where(high[:, :-1] <= 0, high[:, 1:], 255 - high[:, 1:])[cut[:, :-1]]
    if beside.size > np.count_nonzero(free):
        return float(np.quantile(beside, 0.8413))
    bend = np.abs(field[:, 2:] - 2 * field[:, 1:-1] + field[:, :-2])
    return float(np.median(bend[free])) / (0.6745 * 6**0.5)


def _uncut(high: Field, sigma: float) -> Field:
    """Return what `high`, a mean of bytes with noise σ that was cut off below 0 and above 255, would be without that.

    The mean of a Gaussian about μ cut off at 0 is μΦ(μ/σ) + σφ(μ/σ); turned around by interpolation.
    """
    if sigma == 0:
        return high
    true = np.linspace(0, 4, 81)
    cut = [t * 0.5 * (1 + math.erf(t / 2**0.5)) + math.exp(-t * t / 2) / (2 * math.pi) ** 0.5 for t in true]
    near_floor, near_top = high < 4 * sigma, high > 255 - 4 * sigma
    mended = np.where(near_floor, sigma * np.interp(high / sigma, cut, true), high)
    mended = np.where(near_top, 255 - sigma * np.interp((255 - high) / sigma, cut, true), mended)
    return mended.astype(np.float32)


def _nearest_around(turns: Field, fraction: Field, high: Field, sigma: float, slopes: tuple[Field, Field]) -> Field:
    """Where `turns` is far from the pixel's own high byte, take a neighbour's that is much nearer, if there is one.

    Between the two sides of an edge an average can be far from both. "Far" and "much" are `_DOUBT` σ: anything less
    would follow the noise. `slopes` are the depth's own, by which neighbours differ without an edge.
    """
    rows, columns = np.nonzero(np.abs(turns - high) > _DOUBT * sigma)
    own, phase = high[rows, columns], fraction[rows, columns]
    best: Field = turns[rows, columns]
    near = np.abs(best - own) - _DOUBT * sigma
    around: Field = turns + fraction
    last_row, last_column = around.shape[0] - 1, around.shape[1] - 1
    for dy in range(3):
        for dx in range(3):
            there = (np.clip(rows + dy - 1, 0, last_row), np.clip(columns + dx - 1, 0, last_column))
            lean = slopes[0][there] * (dx - 1) + slopes[1][there] * (dy - 1)
            candidate = np.rint(around[there] - lean - phase)
            distance: Field = np.abs(candidate - own)
            best[distance < near] = candidate[distance < near]
            near[distance < near] = distance[distance < near]
    mended: Field = turns.copy()
    mended[rows, columns] = best
    return mended


def _median_of_cross(field: Field) -> Field:
    """Return the median of each value and its four neighbours: calmer, and edges stay where they are."""
    padded = np.pad(field, 1, mode="edge")
    cross = np.stack([field, padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]])
    median: Field = np.partition(cross, 2, axis=0)[2]
    return median


def _average(field: Field, guide: Field, radius: int, like: float, slopes: tuple[Field, Field] | None = None) -> Field:
    """Return the mean of `field` over the neighbours that lie within `like` of the plane through `guide`.

    `slopes` are the plane's, a pixel along x and y; without them it is level. Neighbours outside the picture do not
    count; where no neighbour is like the guide, the guide stays.
    """
    height, width = field.shape
    padded = np.pad(field, radius, constant_values=np.float32(np.inf))
    count, total = np.zeros_like(field), np.zeros_like(field)
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            neighbour = padded[radius + dy : radius + dy + height, radius + dx : radius + dx + width]
            difference = neighbour - guide
            if slopes is not None:
                np.subtract(difference, slopes[0] * dx, out=difference)
                np.subtract(difference, slopes[1] * dy, out=difference)
            is_like = np.abs(difference) <= like
            difference[~is_like] = 0
            total += difference
            count += is_like
    mean: Field = (guide + total / np.maximum(count, 1)).astype(np.float32)
    return mean


def _twice(field: Field, guide: Field, radius: int, like: float, slopes: tuple[Field, Field]) -> Field:
    """Return `_average` with what it took from curves put back: the average of what is left (Tukey's twicing)."""
    mean = _average(field, guide, radius, like, slopes)
    rest: Field = np.clip(field - mean, -like, like)
    return mean + _average(rest, np.zeros_like(rest), radius, like)


def _slopes(field: Field, like: float) -> tuple[Field, Field]:
    """Return the field's slopes a pixel along x and y, each averaged over the 5×5 around, edges not counted."""
    return _slope(field, like), np.ascontiguousarray(_slope(field.T, like).T)


def _slope(field: Field, like: float) -> Field:
    rise = np.diff(field, axis=1)
    near = np.abs(rise) <= like
    rise[~near] = 0
    rises, counts = (_box(np.pad(values.astype(np.float32), ((0, 0), (0, 1)))) for values in (rise, near))
    shifted = (np.pad(values, ((0, 0), (1, 0)))[:, :-1] for values in (rises, counts))
    slope: Field = (rises + next(shifted)) / np.maximum(counts + next(shifted), 1)
    return slope


def _box(field: Field) -> Field:
    """Return the sum over the 5×5 around each value, nothing outside the picture."""
    sums = np.pad(field, ((3, 2), (3, 2))).astype(np.float64).cumsum(0).cumsum(1)
    box: Field = (sums[5:, 5:] - sums[5:, :-5] - sums[:-5, 5:] + sums[:-5, :-5]).astype(np.float32)
    return box
