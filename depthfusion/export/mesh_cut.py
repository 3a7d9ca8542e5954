"""The front layer as triangles: what lies before the closed layer behind, cut where its opacity is one half.

Away from what is hidden both layers are one surface, and the closed one is enough. NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from depthfusion.export.mesh import Faces, Mesh, Places, corners_of, positions, triangulate, uv
from depthfusion.export.mesh_errors import Mask, Wanted, place_errors
from depthfusion.export.mesh_grid import Floats, Grid

_OVERLAP = 4
"""Places by which the front goes on where it is one with the layer behind."""
_LEAST_AWAY, _MOST_AWAY = 1e-4, 0.02
"""Of a radius, how far the layer behind is kept away there."""


@dataclass(frozen=True, eq=False)
class Front:
    """The front layer on a grid.

    `radii` in metres, `opacity` − ½ and `area`, the places that lie before the layer behind and some around them (all
    [last + 1, columns]), and the `errors` of its places.
    """

    grid: Grid
    radii: Floats
    opacity: Floats
    area: Mask
    errors: Floats

    @classmethod
    def of(
        cls,
        grid: Grid,
        radii: Floats,
        alpha: NDArray[np.uint8],
        hidden: Mask,
        reach: float,
        check: Callable[[], None],
    ) -> Self:
        """Measure the front layer.

        `alpha` [a, 2a] is its opacity field and `hidden` [h, w] says where there is something behind it.
        """
        opacity = grid.sample(alpha) / np.float32(255) - np.float32(0.5)
        before = grid.sample(hidden.astype(np.uint8)) > 0
        # A cut is followed as closely as the grid can, or it would miss bands of two texels.
        solid = opacity >= 0
        cut = _any_corner(solid) & _any_corner(~solid) & _any_corner(before)
        area = before
        for _ in range(_OVERLAP):
            area = before | (_widened(area) & solid)  # not over the cut, beyond which the layers are one
        wanted = Wanted(_widened(area), cut | _left_above(cut))
        return cls(grid, radii, opacity, area, place_errors(grid, radii, reach, check, wanted))

    def behind(self, radii: Floats, error: float, reach: float) -> Floats:
        """Return `radii` of the layer behind, kept so far behind the front that meshes of such an `error` do not mix.

        Where the front ends away from any cut both layers are one surface, but their triangles are not the same.
        """
        away = np.minimum(self.radii * np.float32(2 * error / reach), np.float32(_MOST_AWAY)) + np.float32(_LEAST_AWAY)
        return np.where(self.area, np.maximum(radii, self.radii * (1 + away)), radii)

    def triangles(self, threshold: float) -> Places:
        """Return the triangles around places that lie before the layer behind."""
        triangles = triangulate(self.grid, self.errors, threshold)
        (left, top), (right, bottom) = triangles.min(axis=1).T, triangles.max(axis=1).T
        top, bottom = np.minimum(top, self.grid.last), np.minimum(bottom, self.grid.last)
        sums = self._sums
        inside = sums[bottom + 1, right + 1] - sums[top, right + 1] - sums[bottom + 1, left] + sums[top, left]
        return np.asarray(triangles[inside > 0])

    @cached_property
    def _sums(self) -> Places:
        """How many places of the area lie above and left of each [last + 2, columns + 2]."""
        sums = np.zeros((self.grid.last + 2, self.grid.columns + 2), np.int64)
        area = np.concatenate((self.area, self.area[:, :1]), axis=1)
        np.cumsum(np.cumsum(area, axis=0), axis=1, out=sums[1:, 1:])
        return sums

    def count(self, triangles: Places) -> int:
        """Return how many triangles are left when those that the cut crosses are cut."""
        solid = self._opacity(triangles[..., 0], triangles[..., 1]) >= 0
        return int(np.array((0, 1, 2, 1))[solid.sum(axis=1)].sum())

    def mesh(self, triangles: Places) -> Mesh:
        """Return the triangles in space, cut."""
        corners, faces = corners_of(self.grid, triangles)
        whole = corners.astype(np.int64)
        mesh = Mesh(positions(self.grid, self.radii, corners), uv(self.grid, corners), faces)
        return cut(mesh, self._opacity(whole[:, 0], whole[:, 1]))

    def _opacity(self, x: Places, y: Places) -> Floats:
        return self.opacity[np.minimum(y, self.grid.last), x % self.grid.columns]


def _any_corner(places: Mask) -> Mask:
    """Return for each place whether any corner of the square right and below it is so."""
    right = places | np.roll(places, -1, axis=1)
    right[:-1] |= right[1:]
    return right


def _widened(places: Mask) -> Mask:
    """Return the places that are so or have a neighbour, beside or at a corner, that is."""
    return _left_above(_any_corner(places))


def _left_above(squares: Mask) -> Mask:
    """Return for each place whether a square that it is a corner of is so."""
    around = squares | np.roll(squares, 1, axis=1)
    around[1:] |= around[:-1].copy()
    return around


def cut(mesh: Mesh, height: Floats) -> Mesh:
    """Return the part of a mesh where `height` [n], linear between corners, is at least 0."""
    solid = height[mesh.faces] >= 0
    many = solid.sum(axis=1)
    one, two = _turned(mesh.faces, solid, many == 1), _turned(mesh.faces, ~solid, many == 2)
    sides = np.concatenate((one[:, [0, 1]], one[:, [0, 2]], two[:, [1, 0]], two[:, [2, 0]])).astype(np.int64)
    _, first, new = np.unique(sides[:, 0] * len(height) + sides[:, 1], return_index=True, return_inverse=True)
    inner, outer = sides[first].T
    share = (height[inner] / (height[inner] - height[outer]))[:, None]
    met = new.astype(np.uint32).reshape(-1) + np.uint32(len(height))
    n, m = len(one), len(two)
    a, b, c, d = met[:n], met[n : 2 * n], met[2 * n : 2 * n + m], met[2 * n + m :]
    # A corner that lies on the line itself is met by its own sides: what has no area is left out.
    inside = height > 0
    faces = np.concatenate(
        (
            mesh.faces[many == 3],
            np.stack((one[:, 0], a, b), axis=1)[inside[one[:, 0]]],
            np.stack((c, two[:, 1], two[:, 2]), axis=1)[inside[two[:, 1]]],
            np.stack((c, two[:, 2], d), axis=1)[inside[two[:, 2]]],
        )
    )
    positions_, uv_ = (
        np.concatenate((old, old[inner] + (old[outer] - old[inner]) * share)) for old in (mesh.positions, mesh.uv)
    )
    used, faces = np.unique(faces, return_inverse=True)
    return Mesh(positions_[used], uv_[used], faces.reshape(-1, 3).astype(np.uint32))


def _turned(faces: Faces, odd: Mask, chosen: Mask) -> Faces:
    """Return the chosen triangles turned so that their one odd corner comes first."""
    faces, odd = faces[chosen], odd[chosen]
    turn = (odd.argmax(axis=1)[:, None] + np.arange(3)) % 3
    return np.take_along_axis(faces, turn, axis=1)
