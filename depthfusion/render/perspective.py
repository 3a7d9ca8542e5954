"""What a perspective view asks of the mesh and of the picture: pure mathematics."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
from numpy.typing import NDArray

from depthfusion.camera.frame import View
from depthfusion.camera.lens import Perspective
from depthfusion.look import Displacement
from depthfusion.render.bounds import Eye, Shells
from depthfusion.render.matrices import Tile, edges
from depthfusion.render.selection import Selection

_SHARP = 0.05
"""Pixels that rounded depth may move a colour."""


def lens_of(view: View) -> Perspective:
    """Return the lens of a view that is rasterised: only perspective ones are."""
    return cast("Perspective", view.lens)


def eye_of(view: View, tile: Tile | None = None) -> Eye:
    """Return what a perspective view, or a tile of it, asks of the mesh."""
    size = view.rectangle[2:]
    left, right, bottom, top = edges(lens_of(view), view.aspect, size, tile or (0, 0, *size))
    turn = view.pose.rotation.T
    inward = np.array([(1, 0, left), (-1, 0, -right), (0, 1, bottom), (0, -1, -top), (0, 0, -1)], float)
    inward /= np.sqrt(np.einsum("ij,ij->i", inward, inward))[:, None]
    reach = max(left**2, right**2) + max(bottom**2, top**2)
    position = np.asarray(view.pose.position)
    return Eye(position, inward @ turn, -turn[2], max(pixel_scales(view)), 1 / math.sqrt(1 + reach))


def pixel_scales(view: View) -> tuple[float, float]:
    """Return the pixels along a tangent of 1 from the lens's axis, across and up; they differ in a squeezed picture."""
    half = 2 * lens_of(view).half_width
    return view.rectangle[2] / half, view.rectangle[3] * view.aspect / half


def cap_box(view: View, tile: Tile, rule: Displacement, pole: float, wide: float) -> Tile | None:
    """Return left, top, right, bottom of what of a tile may show the surface within `wide` radians of a pole, if any.

    `pole` is 1 for the upper, −1 for the lower one.
    """
    turns = np.arange(16) * (np.pi / 8)
    level = math.tan(wide) / math.cos(np.pi / 16)
    rim = np.stack([level * np.sin(turns), np.full(16, pole), level * np.cos(turns)], axis=-1)
    corners = np.concatenate([rim * (rule.nearest * math.cos(wide)), rim * rule.farthest])
    bounds = (math.cos(wide), math.sin(wide), rule.nearest, rule.farthest)
    cap = Shells(np.array([[0, pole, 0]]), *(np.array([bound]) for bound in bounds))
    if not cap.seen_by([eye_of(view, tile)])[0][0]:
        return None
    places = view.lens.project(view.pose.to_camera(corners), view.aspect)
    if np.isnan(places).any():
        return 0, 0, tile[2], tile[3]
    x = (places[:, 0] + 1) / 2 * view.rectangle[2] - tile[0]
    y = (1 - places[:, 1]) / 2 * view.rectangle[3] - tile[1]
    left, right = np.clip((np.floor(x.min()), np.ceil(x.max())), 0, tile[2])
    top, bottom = np.clip((np.floor(y.min()), np.ceil(y.max())), 0, tile[3])
    return (int(left), int(top), int(right), int(bottom)) if left < right and top < bottom else None


def depth_range(seen: Selection, eye: Eye, rule: Displacement) -> tuple[float, float]:
    """Return the distances ahead, in metres, of the near and the far plane.

    24 bits of depth turn the direction from the world's centre by up to |position|/(near·2²⁴) radians: near is never so
    small that this is seen, and as large as what is drawn allows.
    """
    away = float(np.linalg.norm(eye.position))
    far = 1.01 * (away + rule.farthest)
    finest = max(away * eye.scale / (_SHARP * 2**24), 1e-7 * far)
    return min(max(0.99 * seen.nearest(eye) * eye.corner, finest), far / 2), far


def grid_rays(
    rotation: NDArray[np.float64], tangents: tuple[float, float, float, float], size: tuple[int, int]
) -> NDArray[np.float64]:
    """Return [3, 3]: in rows, the steps of the ray of length 1 ahead along a grid of `size`, and its corner's ray.

    Written to GLSL, rows become columns: ray(x, y) = rays · (x, y, 1), x to the right and y up, in the world.
    """
    left, right, bottom, top = tangents
    across, up, behind = rotation.T
    return np.stack(
        [across * (right - left) / size[0], up * (top - bottom) / size[1], across * left + up * bottom - behind]
    )
