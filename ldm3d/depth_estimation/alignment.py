"""One scale and one shift for every view, so that all views tell the same distances.

A network that looks at a perspective view tells inverse depth along the view's axis, up to scale and shift:
D = a/z + b. With c the cosine between a ray and the axis, z = c·r, so that the inverse of the distance r along the ray,
which is what a panorama holds, is

    1/r = c·(s·D + t),   s = 1/a, t = −b/a,

linear in s and t. Two views that see the same direction must agree on it: least squares over all shared directions,
made robust by weights (Huber), with one equation more, as the whole is known up to one scale. The common shift is no
freedom: c differs between the views, which a wrong t cannot make up for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldm3d.depth_estimation.views import View, sample

Floats = NDArray[np.floating[Any]]

_POINTS = 40_000
_INDEPENDENT = 400  # of these points; neighbours err alike, so that there are far fewer witnesses than points
_SCALE_SPREAD = 0.5  # how far a network's scale is expected to wander from view to view, relative
_SHIFT_SPREAD = 0.5  # the same of its shift, in units of what it tells (its spread over all views)
_ROUNDS = 30
_LEAST_NOISE = 1e-5  # relative to what the views tell


class Alignment(NamedTuple):
    """Scale and shift of every view, float64 [n] each: 1/r = cosine·(scale·D + shift), up to one common factor."""

    scale: Floats
    shift: Floats


def align(views: Sequence[View], depths: Sequence[Floats], *, shifts: bool = True) -> Alignment:
    """Return the alignment of what the network told of each view (inverse depth D [h, w]).

    Args:
        views: cover the sphere and overlap.
        depths: D of each view.
        shifts: whether D has an unknown shift; a metric network's has none.
    """
    count = len(views)
    seen, told, cosines = _witnesses(views, depths)
    spread = _spread(told[seen])
    told = told / spread
    apart, middle = _equations(seen, told, cosines, shifts=shifts)
    unlike = np.zeros((apart.shape[1],) * 2)
    unlike[:count, :count] = (np.eye(count) - 1 / count) / _SCALE_SPREAD**2
    unlike[count:, count:] = np.eye(apart.shape[1] - count) / _SHIFT_SPREAD**2
    weights: Floats = np.ones(len(apart))
    noise = _LEAST_NOISE
    found: Floats = np.zeros(apart.shape[1])
    for _ in range(_ROUNDS):
        doubt = noise**2 * len(apart) / _INDEPENDENT
        last, found = found, _most_agreed(apart, middle, weights, doubt * unlike, count)
        residual = apart @ found
        noise = max(1.4826 * float(np.median(np.abs(residual))), _LEAST_NOISE)
        weights = 1 / np.maximum(np.abs(residual) / (1.345 * noise), 1)
        if np.abs(found - last).max() < 1e-6 * np.abs(found).max():
            break
    scale = found[:count]
    scale = np.maximum(scale, 0.02 * float(scale.mean()))
    shift: Floats = found[count:] * spread if shifts else np.zeros(count)
    return Alignment(scale, shift)


def _most_agreed(apart: Floats, middle: Floats, weights: Floats, doubt: Floats, count: int) -> Floats:
    """Return the unknowns for which the views' disagreement is smallest against how much they tell.

    That is the ratio of two quadratic forms, the squares of `apart` (and `doubt`) over the variance of `middle`; an
    eigenvector has its least value. A condition on the unknowns' sum would let a noisy view agree by telling nothing.
    """
    weighted = apart * weights[:, None]
    centred = middle - np.average(middle, axis=0, weights=weights)
    variance = (centred * weights[:, None]).T @ centred
    disagreement = weighted.T @ apart + doubt
    disagreement += np.eye(len(disagreement)) * 1e-15 * np.trace(variance)
    root = np.linalg.inv(np.linalg.cholesky(disagreement))
    _, vectors = np.linalg.eigh(root @ variance @ root.T)
    found: Floats = root.T @ vectors[:, -1]
    found = found * np.sqrt(weights.sum() / (found @ variance @ found))
    return found if found[:count].sum() >= 0 else -found


def _spread(values: Floats) -> float:
    """Return a length to measure `values` by: their median distance from the median, or what there is, or 1."""
    typical = float(np.median(np.abs(values - np.median(values))))
    return typical or float(np.abs(values).max()) or 1.0


def _witnesses(views: Sequence[View], depths: Sequence[Floats]) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return, for evenly spread directions, which views show them, what each tells of them, and the cosines [p, n]."""
    index = np.arange(_POINTS) + 0.5
    y = 1 - 2 * index / _POINTS
    turn = np.pi * (1 + 5**0.5) * index  # the Fibonacci lattice: equal areas
    level = np.sqrt(1 - y * y)
    directions = np.stack([level * np.cos(turn), y, level * np.sin(turn)], axis=-1)
    seen = np.zeros((_POINTS, len(views)), bool)
    told, cosines = np.zeros(seen.shape), np.zeros(seen.shape)
    for number, (view, depth) in enumerate(zip(views, depths, strict=True)):
        across, up, cosine = view.place(directions)
        inside = 1 - 2 / min(depth.shape)  # the outermost pixels are the least certain
        seen[:, number] = (cosine > 0) & (np.abs(across) < inside) & (np.abs(up) < inside)
        told[:, number] = np.where(seen[:, number], sample(depth.astype(np.float64), across, up), 0)
        cosines[:, number] = cosine
    return seen, told, cosines


def _equations(seen: NDArray[np.bool_], told: Floats, cosines: Floats, *, shifts: bool) -> tuple[Floats, Floats]:
    """Return, for every direction and pair of views that see it, the rows of their difference and of their mean.

    A row times the unknowns (all scales, then all shifts) is c_v·(s_v·D_v + t_v) − c_w·(…), or half the sum.
    """
    count = seen.shape[1]
    apart, middle = [], []
    for first in range(count):
        for second in range(first + 1, count):
            both = seen[:, first] & seen[:, second]
            rows = np.zeros((2, int(both.sum()), 2 * count if shifts else count))
            for number, view in enumerate((first, second)):
                rows[number, :, view] = cosines[both, view] * told[both, view]
                if shifts:
                    rows[number, :, count + view] = cosines[both, view]
            apart.append(rows[0] - rows[1])
            middle.append((rows[0] + rows[1]) / 2)
    return np.concatenate(apart), np.concatenate(middle)
