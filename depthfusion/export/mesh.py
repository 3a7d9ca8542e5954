"""A panorama's surface as triangles: as many as a budget allows, where they are needed, closed and without cracks.

NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from depthfusion.export.mesh_errors import diagonal_falls
from depthfusion.export.mesh_grid import Floats, Grid

Places = NDArray[np.int64]
Faces = NDArray[np.uint32]

_FULL = 0.97
_TRIES = 10


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles that show their front to the centre.

    positions: float32 [n, 3], metres. uv: float32 [n, 2] on the panorama, v from the top; u goes beyond 1 at the seam,
    where it wraps. faces: uint32 [m, 3], counterclockwise as seen from the centre. Corners that differ only in uv, at
    the seam and the poles, have bitwise equal positions.
    """

    positions: Floats
    uv: Floats
    faces: Faces


class Sheet(Protocol):
    """A surface that can be had with more or fewer triangles."""

    @property
    def errors(self) -> Floats:
        """The error of each of its places, as `mesh_errors.place_errors` gives it."""

    def triangles(self, threshold: float) -> Places:
        """Return the triangles [m, 3, 2] of the places whose error is above `threshold`."""

    def count(self, triangles: Places) -> int:
        """Return how many triangles the mesh of `triangles` has."""

    def mesh(self, triangles: Places) -> Mesh:
        """Return `triangles` in space."""


@dataclass(frozen=True, eq=False)
class Closed:
    """The whole surface: `radii` [last + 1, columns] in metres of a grid's places, and their `errors`."""

    grid: Grid
    radii: Floats
    errors: Floats

    def triangles(self, threshold: float) -> Places:
        """Return all triangles."""
        return triangulate(self.grid, self.errors, threshold)

    def count(self, triangles: Places) -> int:
        """Return how many there are."""
        return len(triangles)

    def mesh(self, triangles: Places) -> Mesh:
        """Return them in space."""
        corners, faces = corners_of(self.grid, triangles)
        return Mesh(positions(self.grid, self.radii, corners), uv(self.grid, corners), faces)


def triangulate(grid: Grid, errors: Floats, threshold: float) -> Places:
    """Return the triangles [m, 3, 2] (places x, y) of the mesh of all places whose error is above `threshold`.

    They are counterclockwise as seen from the centre. Those that a pole shrinks to a line or a point are left out.
    """
    done = []
    left = _squares(grid)
    side = grid.base
    while side > 1 and len(left):
        for _ in ("diagonals", "sides"):
            middle = (left[:, 0] + left[:, 1]) // 2
            cut = errors[middle[:, 1], middle[:, 0] % grid.columns] > threshold
            done.append(left[~cut])
            a, b, corner = left[cut].swapaxes(0, 1)
            middle = middle[cut]
            left = np.concatenate((np.stack((corner, a, middle), axis=1), np.stack((b, corner, middle), axis=1)))
        side //= 2
    triangles = np.concatenate((*done, left))
    rows = triangles[..., 1]
    return np.asarray(triangles[((rows <= 0).sum(axis=1) < 2) & ((rows >= grid.last).sum(axis=1) < 2)])


def _squares(grid: Grid) -> Places:
    """Return the coarsest triangles: two corners of the diagonal, then the one across from it."""
    base = grid.base
    x, y = np.meshgrid(np.arange(0, grid.columns, base), np.arange(0, grid.rows, base))
    left_top = np.stack((x.reshape(-1), y.reshape(-1)), axis=-1)
    right_top, left_bottom, right_bottom = (left_top + np.array(move) * base for move in ((1, 0), (0, 1), (1, 1)))
    falls = diagonal_falls(left_top[:, 0] // base, left_top[:, 1] // base)[:, None, None]
    one = np.where(
        falls,
        np.stack((right_bottom, left_top, left_bottom), axis=1),
        np.stack((left_bottom, right_top, left_top), axis=1),
    )
    other = np.where(
        falls,
        np.stack((left_top, right_bottom, right_top), axis=1),
        np.stack((right_top, left_bottom, right_bottom), axis=1),
    )
    return np.concatenate((one, other))


def within_budget(most: int, sheets: Sequence[Sheet], check: Callable[[], None]) -> tuple[list[Places], float]:
    """Return each sheet's triangles, at most `most` together, and the least threshold that was found to allow them.

    Where even the coarsest are more than that, those are returned: the caller counts. `check` is called now and then.
    """
    every = np.concatenate([sheet.errors[(sheet.errors > 0) & np.isfinite(sheet.errors)] for sheet in sheets])
    every = np.sort(every)[::-1]

    def with_places(count: int) -> tuple[list[Places], float, int]:
        """Return what `count` places or fewer, the worst to be without, bring."""
        threshold = float(every[count]) if count < len(every) else 0.0
        triangles = [sheet.triangles(threshold) for sheet in sheets]
        return triangles, threshold, sum(sheet.count(own) for sheet, own in zip(sheets, triangles, strict=True))

    fits, too_many = 0, len(every) + 1
    best, threshold, total = with_places(0)
    guess = (most - total) // 2  # a place that comes in cuts two triangles, or fewer beside a pole or a cut
    for _ in range(_TRIES):
        guess = min(max(guess, fits + 1), too_many - 1)
        if guess <= fits or total >= _FULL * most:
            break
        check()
        triangles, tried, count = with_places(guess)
        if count > most:
            too_many = guess
            guess = fits + int((guess - fits) * (most - total) / (count - total))
        else:
            pace = (count - total) / (guess - fits)
            fits, best, threshold, total = guess, triangles, tried, count
            guess = fits + int((most - total) / max(pace, 0.5))
    return best, threshold


def corners_of(grid: Grid, triangles: Places) -> tuple[Floats, Faces]:
    """Return the distinct corners [n, 2] of triangles (places x, y as floats) and the triangles' indices [m, 3].

    A pole's corner lies between the other two of its triangle, so that its texture is not sheared.
    """
    corners = triangles.astype(np.float32)
    polar = (triangles[..., 1] <= 0) | (triangles[..., 1] >= grid.last)
    which, at = np.nonzero(polar)
    corners[which, at, 0] = (corners[which, (at + 1) % 3, 0] + corners[which, (at + 2) % 3, 0]) / 2
    corners[which, at, 1] = np.where(triangles[which, at, 1] <= 0, 0, grid.last)
    keys = (corners[..., 1].astype(np.int64) * (4 * grid.columns) + (corners[..., 0] * 2).astype(np.int64)).reshape(-1)
    _, first, faces = np.unique(keys, return_index=True, return_inverse=True)
    return corners.reshape(-1, 2)[first], faces.reshape(-1, 3).astype(np.uint32)


def positions(grid: Grid, radii: Floats, corners: Floats) -> Floats:
    """Return where `corners` [n, 2] lie in the world in metres, [n, 3]."""
    whole = corners.astype(np.int64)
    return grid.points(radii, whole[:, 0], whole[:, 1])


def uv(grid: Grid, corners: Floats) -> Floats:
    """Return u and v [n, 2] of `corners` [n, 2], of which a pole's may lie half way between two columns."""
    u = np.interp(corners[:, 0], np.arange(grid.columns + 1), grid.u)
    return np.stack((u, grid.v[corners[:, 1].astype(np.int64)]), axis=-1).astype(np.float32)


def welded(mesh: Mesh) -> tuple[Floats, NDArray[np.int64], Faces]:
    """Return the mesh's positions [n, 3], each once, a corner of each [n], and the triangles [m, 3] by them.

    So the mesh is closed at seam and poles.
    """
    bits = (mesh.positions + np.float32(0)).view(np.uint32)  # −0 becomes 0
    order = np.lexsort(bits.T)
    here = bits[order]
    new = np.concatenate(([True], (here[1:] != here[:-1]).any(axis=1)))
    index = np.empty(len(order), np.uint32)
    index[order] = np.cumsum(new) - 1
    first = order[new]
    return mesh.positions[first], first, index[mesh.faces]
