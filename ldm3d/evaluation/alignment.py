"""The paper's way to compare relative depth with metres (4.3, table 2), and Abs.Rel. of an autoencoder (table 3).

An estimate is a disparity (near is large) of unknown scale and shift; the reference tells metres. Scale and shift are
fitted by least squares, in disparity space, at random points where both are valid; the aligned estimate is inverted
and compared in metres.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torchmetrics.functional.image import peak_signal_noise_ratio
from torchmetrics.functional.regression import mean_absolute_percentage_error, mean_squared_error

from ldm3d.evaluation.options import POINTS, RANGE

FLOOR = 0.01  # of a depth in [0, 1], below which relative errors tell nothing

Real = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]


class Fit(NamedTuple):
    """scale·estimate + shift is the reference's disparity, in 1/m."""

    scale: float
    shift: float


class Errors(NamedTuple):
    """What table 2 reports of a picture: mean |z − z*|/z*, and the root of the mean (z − z*)² in metres."""

    absolute_relative: float
    root_mean_square: float


def valid(*maps: Real) -> Mask:
    """Return where all maps [h, w] are valid: finite and not negative, as the paper defines it."""
    told: Mask = np.logical_and.reduce([np.isfinite(one) & (one >= 0) for one in maps])
    return told


def random_points(mask: Mask, count: int, seed: int) -> Mask:
    """Return a mask [h, w] of at most `count` of the texels in `mask`, drawn without repetition and always alike."""
    there = np.flatnonzero(mask)
    chosen = np.random.default_rng(seed).choice(there, min(count, len(there)), replace=False)
    points = np.zeros(mask.size, bool)
    points[chosen] = True
    return points.reshape(mask.shape)


def fit(estimate: Real, disparity: Real, points: Mask) -> Fit:
    """Return the scale and shift that bring `estimate` to `disparity` at `points` with the least squares.

    A flat estimate, or one seen at fewer than two points, has no scale: 0, and the mean disparity as its shift.
    """
    x, y = estimate[points].astype(np.float64), disparity[points].astype(np.float64)
    if len(x) < 2 or np.ptp(x) == 0:
        return Fit(0.0, float(y.mean()) if len(y) else 0.0)
    middle = x.mean()
    scale = float(np.dot(x - middle, y - y.mean()) / np.dot(x - middle, x - middle))
    return Fit(scale, float(y.mean() - scale * middle))


def metres(estimate: Real, fitted: Fit, within: tuple[float, float] = RANGE) -> NDArray[np.float64]:
    """Return the aligned estimate [h, w] inverted to metres, clipped to what the reference can tell.

    Where the aligned disparity is 0 or negative (the far end of a steep fit) the depth is the farthest there is.
    """
    near, far = within
    aligned = np.clip(fitted.scale * estimate.astype(np.float64) + fitted.shift, 1 / far, 1 / near)
    told: NDArray[np.float64] = 1 / aligned
    return told


def errors(depth: Real, reference: Real, mask: Mask) -> Errors:
    """Compare depth in metres with the reference's where `mask` is set; both [h, w], the reference's above 0 there."""
    told, true = (torch.from_numpy(np.asarray(one[mask], np.float64)) for one in (depth, reference))
    return Errors(
        float(mean_absolute_percentage_error(told, true)), float(mean_squared_error(told, true, squared=False))
    )


def compare(
    estimate: Real, disparity: Real, seed: int, points: int = POINTS, within: tuple[float, float] = RANGE
) -> Errors:
    """The whole procedure for one picture: valid texels, random points, fit, inversion, errors.

    Args:
        estimate: relative disparity [h, w] of any scale and shift; near is large.
        disparity: the reference's, in 1/m, [h, w].
        seed: of the random points.
        points: how many of them.
        within: metres that the reference can tell, nearest and farthest.
    """
    mask = valid(estimate, disparity)
    fitted = fit(estimate, disparity, random_points(mask, points, seed))
    return errors(metres(estimate, fitted, within), metres(disparity, Fit(1.0, 0.0), within), mask)


def depth_error(told: Real, true: Real) -> float:
    """Return Abs.Rel. of a reconstructed depth in [0, 1] (table 3): mean |d − d*|/d* where the original d* > FLOOR.

    The paper names no space; LDM3D's own, normalised disparity, is what its autoencoder sees. Relative errors of what
    is next to 0 have no bound: a horizon at 1/65535 would outweigh the picture. Of an original all below it there is
    no error: NaN.
    """
    there = true > FLOOR
    if not there.any():
        return float("nan")
    first, second = (torch.from_numpy(np.asarray(one[there], np.float64)) for one in (told, true))
    return float(mean_absolute_percentage_error(first, second))


def decibels(told: Real, true: Real) -> float:
    """Return the peak signal-to-noise ratio of pictures in [0, 1], in dB; infinite where they are equal."""
    first, second = (torch.from_numpy(np.asarray(one, np.float64)) for one in (told, true))
    return float(peak_signal_noise_ratio(first, second, data_range=1.0))
