"""Textured triangles drawn in plain NumPy, as any viewer of a mesh does: nothing here is shared with the renderer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from depthfusion.camera.frame import View
from ldm3d.sphere import sample_wrapped, to_linear, to_srgb

from .raycaster import SAMPLES

_AT_A_TIME = 1 << 21


@dataclass(frozen=True)
class Textured:
    """World positions [n, 3], uv [n, 2] (v from the top), faces [m, 3] and the sRGB texture uint8 [H, W, 3]."""

    positions: np.ndarray
    uv: np.ndarray
    faces: np.ndarray
    texture: np.ndarray


def draw(parts: list[Textured], view: View) -> np.ndarray:
    """Return the sRGB picture [height, width, 3] in [0, 1] of a perspective view, 16 samples a pixel.

    The nearest triangle of all parts is seen from both sides; its texture is bilinear, averaged in linear light.
    """
    _, _, width, height = view.rectangle
    wide, high = width * SAMPLES, height * SAMPLES
    tangent = np.tan(np.radians(view.lens.fov) / 2)
    nearest = np.full(wide * high, np.inf)
    light = np.zeros((wide * high, 3))
    for part in parts:
        texture = to_linear(part.texture / 255.0)
        points = view.pose.to_camera(part.positions.astype(float))
        faces = part.faces[_maybe_seen(points, part.faces, tangent, tangent / view.aspect)]
        counts, boxes = _boxes(points[faces], tangent, view.aspect, wide, high)
        for some in np.array_split(np.arange(len(faces)), max(1, int(counts.sum() // _AT_A_TIME))):
            at, which, weights, away = _hits(points[faces[some]], boxes[some], counts[some], view, tangent, wide, high)
            order = np.lexsort((away, at))
            order = order[np.unique(at[order], return_index=True)[1]]
            order = order[away[order] < nearest[at[order]]]
            at, which, weights = at[order], which[order], weights[order]
            nearest[at] = away[order]
            place = np.einsum("nk,nkc->nc", weights, part.uv[faces[some][which]])
            light[at] = sample_wrapped(texture, place[:, 0], place[:, 1])
    mean = light.reshape(height, SAMPLES, width, SAMPLES, 3).mean(axis=(1, 3))
    return to_srgb(mean)


def _maybe_seen(points, faces, across, up) -> np.ndarray:
    """Return which triangles are not wholly outside one side of the picture or behind the camera."""
    x, y, z = np.moveaxis(points[faces], -1, 0)
    outside = [z > 0, x > -z * across, x < z * across, y > -z * up, y < z * up]
    return ~np.logical_or.reduce([side.all(axis=1) for side in outside])


def _boxes(corners, tangent, aspect, wide, high) -> tuple[np.ndarray, np.ndarray]:
    """Return how many samples lie in each triangle's rectangle, and its left, top, width and height."""
    x, y, z = np.moveaxis(corners, -1, 0)
    before = (z < -1e-6).all(axis=1)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        column = np.where(before, (x / -z / tangent + 1) / 2 * wide, [0, wide, wide])
        row = np.where(before, (1 - y / -z / tangent * aspect) / 2 * high, [0, high, high])
    left, right = (np.clip(np.rint(column.min(1)), 0, wide), np.clip(np.rint(column.max(1)), 0, wide))
    top, bottom = (np.clip(np.rint(row.min(1)), 0, high), np.clip(np.rint(row.max(1)), 0, high))
    boxes = np.stack([left, top, right - left, bottom - top], axis=-1).astype(np.int64)
    return boxes[:, 2] * boxes[:, 3], boxes


def _hits(corners, boxes, counts, view, tangent, wide, high):
    """Return the samples that triangles cover: sample, triangle, weights of its corners [n, 3], distance along -Z."""
    which = np.repeat(np.arange(len(corners)), counts)
    inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    box = boxes[which]
    column, row = box[:, 0] + inside % np.maximum(box[:, 2], 1), box[:, 1] + inside // np.maximum(box[:, 2], 1)
    x = ((column + 0.5) / wide * 2 - 1) * tangent
    y = (1 - (row + 0.5) / high * 2) * tangent / view.aspect
    a, b, c = np.moveaxis(corners, 1, 0)
    weights = np.stack(
        [n[which, 0] * x + n[which, 1] * y - n[which, 2] for n in (np.cross(b, c), np.cross(c, a), np.cross(a, b))], -1
    )
    total = weights.sum(axis=1)
    met = ((weights >= 0).all(axis=1) | (weights <= 0).all(axis=1)) & (total != 0)
    which, total, at = which[met], total[met], (row * wide + column)[met]
    weights = weights[met] / total[:, None]
    away = -np.einsum("nk,nk->n", weights, corners[which, :, 2])
    ahead = away > 0
    return at[ahead], which[ahead], weights[ahead], away[ahead]
