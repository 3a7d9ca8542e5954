"""The drawn mesh in NumPy: what the vertex shader makes of selected patches, and how far it strays."""

from __future__ import annotations

import numpy as np

from depthfusion.camera.frame import View
from depthfusion.look import Displacement
from ldm3d.sphere import from_uv, sample_wrapped, to_uv


def places(tiles: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the grid places [n, 17, 17, 2] (x, y) of patches, moved beside coarser neighbours as they are drawn."""
    width, height = size
    rows, columns = np.meshgrid(np.arange(17), np.arange(17), indexing="ij")
    x = np.broadcast_to(columns, (len(tiles), 17, 17)).copy()
    y = np.broadcast_to(rows, (len(tiles), 17, 17)).copy()
    coarser = tiles[:, 3].astype(int)
    even = np.arange(17) // 2 * 2
    y[(coarser & 1) > 0, :, 0] = even
    y[(coarser & 2) > 0, :, 16] = even
    x[(coarser & 4) > 0, 0, :] = even
    x[(coarser & 8) > 0, 16, :] = even
    step = tiles[:, 2, None, None].astype(float)
    return np.stack(
        [
            np.minimum(tiles[:, 0, None, None] + x * step, width),
            np.minimum(tiles[:, 1, None, None] + y * step, height + 1),
        ],
        axis=-1,
    )


def vertices(grid: np.ndarray, depth: np.ndarray, rule: Displacement) -> np.ndarray:
    """Return where grid places [..., 2] lie in the world [..., 3]."""
    height, width = depth.shape
    u = (grid[..., 0] + 0.5) / width
    knots = np.concatenate(([0.0], np.arange(height) + 0.5, [height]))
    v = np.interp(grid[..., 1], np.arange(height + 2), knots) / height
    r = rule.radius_of(sample_wrapped(depth / 65535.0, u % 1.0, v))
    return from_uv(u, v) * r[..., None]


def random_points(corners: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return `count` points [count, 3] on triangles `corners` [m, 3, 3], chosen evenly among them, and which ones."""
    which = rng.integers(0, len(corners), count)
    weights = rng.dirichlet((0.7, 0.7, 0.7), count)
    return np.einsum("nk,nkc->nc", weights, corners[which]), which


def surface_at(directions: np.ndarray, depth: np.ndarray, rule: Displacement) -> np.ndarray:
    """Return the points [..., 3] of the surface at full resolution in `directions` [..., 3]."""
    u, v = to_uv(directions)
    r = rule.radius_of(sample_wrapped(depth / 65535.0, u, v))
    return directions / np.linalg.norm(directions, axis=-1, keepdims=True) * r[..., None]


def pixels(points: np.ndarray, view: View) -> np.ndarray:
    """Return where world points [..., 3] appear in the view's picture [..., 2] in pixels, NaN behind the camera."""
    _, _, width, height = view.rectangle
    ndc = view.lens.project(view.pose.to_camera(points), view.aspect)
    return np.stack([(ndc[..., 0] + 1) * width / 2, (1 - ndc[..., 1]) * height / 2], axis=-1)


def strays(points: np.ndarray, depth: np.ndarray, rule: Displacement, view: View, wide: np.ndarray) -> np.ndarray:
    """Return how many pixels [n] mesh points lie from the surface, NaN for those out of the picture.

    The nearest place is looked for in their own direction first, and where that is far, in a shrinking neighbourhood
    that begins with the share `wide` [n] of u and twice that of v.
    """
    _, _, width, height = view.rectangle
    here = pixels(points, view)
    inside = (here >= 0).all(axis=1) & (here[:, 0] <= width) & (here[:, 1] <= height)
    away = np.full(len(points), np.nan)
    away[inside] = np.linalg.norm(pixels(surface_at(points[inside], depth, rule), view) - here[inside], axis=1)
    rng = np.random.default_rng(0)
    far = np.flatnonzero(away > 0.1)
    best = np.stack(to_uv(points[far]), axis=-1)
    for shrink in 0.5 ** np.arange(10):
        tries = best[:, None] + rng.normal(size=(len(far), 60, 2)) * (wide[far] * shrink)[:, None, None] * [1, 2]
        world = from_uv(tries[..., 0], np.clip(tries[..., 1], 0, 1))
        gaps = np.linalg.norm(pixels(surface_at(world, depth, rule), view) - here[far, None], axis=2)
        gaps = np.where(np.isnan(gaps), np.inf, gaps)
        nearest = gaps.argmin(axis=1)
        least = gaps[np.arange(len(far)), nearest]
        better = least < away[far]
        away[far[better]] = least[better]
        best[better] = tries[np.flatnonzero(better), nearest[better]]
    return away
