"""World to clip space, the projection by pyrr: matrices take row vectors, point · view · projection.

GLSL reads columns where NumPy writes rows: they go there as they lie in memory and take column vectors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyrr import matrix44

from depthfusion.camera.lens import Perspective
from depthfusion.camera.pose import Pose

Array = NDArray[np.float64]
Tile = tuple[int, int, int, int]
"""x, y (from the top left), width, height: a part of a view's picture, in pixels."""


def view_matrix(pose: Pose) -> Array:
    """Return world to camera [4, 4]."""
    turned = np.eye(4)
    turned[:3, :3] = rotation = pose.rotation
    turned[3, :3] = -np.asarray(pose.position) @ rotation
    return turned


def edges(lens: Perspective, aspect: float, size: tuple[int, int], tile: Tile) -> tuple[float, float, float, float]:
    """Return the tangents left, right, bottom, top of a tile of a picture of `size` (width, height)."""
    x, y, width, height = tile
    columns = np.array([x, x + width]) / size[0]
    rows = np.array([y + height, y]) / size[1]
    across = (2 * columns - 1 - lens.shift) * lens.half_width
    up = (1 - 2 * rows) * lens.half_width / aspect
    return float(across[0]), float(across[1]), float(up[0]), float(up[1])


def projection_matrix(tangents: tuple[float, float, float, float], near: float, far: float) -> Array:
    """Return camera to clip space [4, 4] for what lies between the tangents and from `near` to `far` metres ahead."""
    left, right, bottom, top = (near * tangent for tangent in tangents)
    return np.asarray(matrix44.create_perspective_projection_from_bounds(left, right, bottom, top, near, far))
