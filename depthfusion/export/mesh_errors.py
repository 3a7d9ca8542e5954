"""How much a mesh of the sphere loses without each of its places. NumPy only.

The mesh is a right-triangulated irregular network (Evans, Kirkpatrick and Townsend 2001; Lindstrom et al. 1996 for the
errors): squares cut in two, every triangle cut in two again at the middle of its longest side where that is worth it.
A middle belongs to the two triangles that share the side. The error of a place is raised to that of every place which
cannot be without it: then those above any threshold make a mesh without cracks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthfusion.export.mesh_grid import Floats, Grid

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

_BAND = 1 << 20


@dataclass(frozen=True)
class Wanted:
    """Which places matter: the errors of those outside `area` count nothing, and no mesh is without those of `kept`.

    Both [last + 1, columns].
    """

    area: Mask
    kept: Mask


def place_errors(
    grid: Grid, radii: Floats, reach: float, check: Callable[[], None], wanted: Wanted | None = None
) -> Floats:
    """Return for every place [rows + 1, columns] the least threshold, in radians, at which the mesh does without it.

    A side's middle is wrong by the angle between where it is and where it should be, from the centre, and by the
    parallax of its wrong distance from `reach` metres beside it: reach·|1/r − 1/r'|. `check` is called now and then.
    """
    errors = np.zeros((grid.rows + 1, grid.columns), np.float32)
    step = 1
    while step < grid.base:
        for top in _bands(grid, step):
            check()
            _measure(errors, grid, radii, reach, step, top)
        for rows, columns in ((0, step), (step, 0), (step, step)):
            new = slice(rows, None, 2 * step), slice(columns, None, 2 * step)
            beyond = -(-(grid.last - rows) // (2 * step))
            errors[new][beyond:] = 0  # the pole is always there
            if wanted is not None:
                own = errors[: grid.last + 1][new]
                own[~wanted.area[new]] = 0
                own[wanted.kept[new]] = np.inf
        _raise_to_dependants(errors, step)
        step *= 2
    return errors


def _bands(grid: Grid, step: int) -> list[slice]:
    """Return rows of squares of 2·step places a side, so many at a time that the work stays small."""
    squares = grid.rows // (2 * step)
    many = max(1, _BAND // (2 * grid.columns // step))
    return [slice(start, min(start + many, squares)) for start in range(0, squares, many)]


def _measure(errors: Floats, grid: Grid, radii: Floats, reach: float, step: int, squares: slice) -> None:
    """Write the errors of the middles at `step` of some rows of squares."""
    rows = np.arange(2 * squares.start, 2 * squares.stop + 1) * step
    columns = np.arange(grid.columns // step + 1) * step
    points = np.moveaxis(grid.points(radii, columns[None, :], rows[:, None]), -1, 0)
    even, odd, next_ = slice(None, -1, 2), slice(1, None, 2), slice(2, None, 2)
    every = slice(None, None, 2)

    def gap(a: tuple[slice, slice], b: tuple[slice, slice], middle: tuple[slice, slice]) -> Floats:
        return _gap(points[:, *a], points[:, *b], points[:, *middle], reach)

    here = errors[rows[0] : rows[-1] + 1 : step, ::step]
    here[every, odd] = gap((every, even), (every, next_), (every, odd))
    here[odd, every] = gap((even, even), (next_, even), (odd, even))
    falling = gap((even, even), (next_, next_), (odd, odd))
    rising = gap((even, next_), (next_, even), (odd, odd))
    falls = diagonal_falls(columns[odd][None, :] // (2 * step), rows[odd][:, None] // (2 * step))
    here[odd, odd] = np.where(falls, falling, rising)


def diagonal_falls(column: Places, row: Places) -> Mask:
    """Say which squares, counted from the left and the top, are cut from their upper left corner.

    So the cuts of four neighbours meet in the middle of the square that they make up.
    """
    return np.asarray((column + row) % 2 == 0)


def _gap(a: Floats, b: Floats, middle: Floats, reach: float) -> Floats:
    """Return by how many radians the middle of a and b [3, …] misses `middle`."""
    chord = (a + b) / 2
    tall, right = np.sqrt((chord**2).sum(axis=0)), np.sqrt((middle**2).sum(axis=0))
    # |a/|a| − b/|b|| is the angle for the small ones that matter, and exact where cross products lose digits.
    aside = np.sqrt(((chord / np.maximum(tall, 1e-12) - middle / right) ** 2).sum(axis=0))
    return np.asarray(aside + np.float32(reach) * np.abs(1 / np.maximum(tall, 1e-12) - 1 / right), np.float32)


def _raise_to_dependants(errors: Floats, step: int) -> None:
    """Raise the errors at `step` to those of the finer places that need them."""
    here = errors[::step, ::step]
    if step > 1:
        # The middle of a side is a corner's partner of the four finer squares that touch it.
        finer = errors[step // 2 :: step, step // 2 :: step]
        beside = np.maximum(finer[:, ::2], finer[:, 1::2])
        sides = here[::2, 1::2]
        np.maximum(sides[:-1], beside[::2], out=sides[:-1])
        np.maximum(sides[1:], beside[1::2], out=sides[1:])
        around = np.maximum(finer[::2], finer[1::2])
        sides = here[1::2, ::2]
        np.maximum(sides, np.maximum(around[:, ::2], np.roll(around, 1, axis=1)[:, ::2]), out=sides)
    middles = here[1::2, 1::2]
    for side in (here[:-1:2, 1::2], here[2::2, 1::2], here[1::2, ::2], np.roll(here[1::2, ::2], -1, axis=1)):
        np.maximum(middles, side, out=middles)
