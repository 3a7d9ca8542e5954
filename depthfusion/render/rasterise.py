"""Perspective views: the displaced mesh, rasterised."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthfusion.camera.frame import View
from depthfusion.look import Displacement
from depthfusion.render.bounds import Eye
from depthfusion.render.matrices import Tile, edges, projection_matrix, view_matrix
from depthfusion.render.quality import Quality
from depthfusion.render.relief import PATCH
from depthfusion.render.selection import TRIANGLES, Selection
from depthfusion.render.shaders import source
from depthfusion.render.surface import Surface

if TYPE_CHECKING:
    import moderngl

_DEPTH_CLAMP = 0x864F
_DEEPEST = 1e6
"""The most that the far plane's distance is of the near one's: what 24 bits of depth can still order."""


def patch_indices() -> NDArray[np.uint16]:
    """Return the triangles [2·PATCH², 3] of a patch over its (PATCH + 1)² places in rows.

    Diagonals meet in the places of odd row and odd column: where such a patch lets every other place of an edge fall
    onto its neighbour, what remains is exactly the coarser triangle.
    """
    row = PATCH + 1
    y, x = np.divmod(np.arange(PATCH * PATCH), PATCH)
    a, b, c, d = y * row + x, y * row + x + 1, (y + 1) * row + x, (y + 1) * row + x + 1
    same = ((x + y) % 2 == 0)[:, None]
    first = np.where(same, np.stack([a, c, d], 1), np.stack([a, c, b], 1))
    second = np.where(same, np.stack([a, d, b], 1), np.stack([b, c, d], 1))
    return np.concatenate([first, second], axis=1).reshape(-1, 3).astype(np.uint16)


def eye_of(view: View, tile: Tile | None = None) -> Eye:
    """Return what a perspective view, or a tile of it, asks of the mesh."""
    size = view.rectangle[2:]
    left, right, bottom, top = edges(view.lens, view.aspect, size, tile or (0, 0, *size))
    turn = view.pose.rotation.T
    inward = np.array([[1, 0, left], [-1, 0, -right], [0, 1, bottom], [0, -1, -top]], float)
    inward = np.concatenate([inward / np.linalg.norm(inward, axis=1, keepdims=True), [[0, 0, -1]]])
    reach = max(left**2, right**2) + max(bottom**2, top**2)
    half = view.lens.half_width
    scale = max(size[0] / (2 * half), size[1] * view.aspect / (2 * half))
    return Eye(np.asarray(view.pose.position), inward @ turn, view.pose.forward, scale, 1 / math.sqrt(1 + reach))


class Rasteriser:
    """Draws perspective views with one program, one small index buffer and a buffer of patches."""

    def __init__(self, context: moderngl.Context) -> None:
        self.context = context
        self.program = context.program(source("surface.vert"), source("surface.frag"))
        self._indices = context.buffer(patch_indices().tobytes())
        self._patches = context.buffer(reserve=1 << 16, dynamic=True)
        self._array = context.vertex_array(
            self.program, [(self._patches, "4f/i", "tile")], index_buffer=self._indices, index_element_size=2
        )

    def plan(self, surface: Surface, views: list[View], rule: Displacement, quality: Quality) -> Selection:
        """Choose the patches of one frame's perspective views."""
        return surface.selector.select(rule, [eye_of(view) for view in views], quality.tolerance_px)

    def paint(
        self,
        surface: Surface,
        plan: Selection,
        view: View,
        tile: Tile,
        rule: Displacement,
        quality: Quality,
        finished: bool,
    ) -> int:
        """Draw a tile of a view into the bound framebuffer's viewport and return how many triangles that took."""
        eye = eye_of(view, tile)
        seen = plan.seen_by([eye])
        data = seen.tiles.tobytes()
        if len(data) > self._patches.size:
            self._patches.orphan(1 << (len(data) - 1).bit_length())
        self._patches.write(data)
        far = 1.01 * (math.hypot(*view.pose.position) + rule.farthest)
        near = max(0.99 * seen.nearest(eye) * eye.corner, far / _DEEPEST)
        tangents = edges(view.lens, view.aspect, view.rectangle[2:], tile)
        program = self.program
        clip = view_matrix(view.pose) @ projection_matrix(tangents, min(near, far / 2), far)
        program["to_clip"].write(clip.astype("f4").tobytes())  # type: ignore[union-attr]
        set_mapping(program, rule)
        program["most"] = math.isqrt(quality.samples)
        program["finished"] = finished
        surface.use(program)
        # What is nearer than the near plane is drawn all the same, at its depth.
        self.context.enable_only(self.context.DEPTH_TEST)
        self.context.enable_direct(_DEPTH_CLAMP)
        self._array.render(self.context.TRIANGLES, instances=len(seen.tiles))
        self.context.disable_direct(_DEPTH_CLAMP)
        return TRIANGLES * len(seen.tiles)

    def release(self) -> None:
        """Give everything back."""
        for thing in (self._array, self._patches, self._indices, self.program):
            thing.release()


def set_mapping(program: moderngl.Program, rule: Displacement) -> None:
    """Give `program` the uniforms of mapping.glsl."""
    program["levels"] = (rule.low, 1 / (rule.high - rule.low))
    program["inverse"] = rule.mapping == "inverse"
    if rule.mapping == "inverse":
        program["rule"] = (1 / rule.far, 1 / rule.near - 1 / rule.far)
    else:
        program["rule"] = (rule.radius * (1 + rule.strength), -2 * rule.radius * rule.strength)
