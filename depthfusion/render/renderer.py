"""The one place that draws: frames into framebuffers and into arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthfusion.camera.frame import Frame, View
from depthfusion.camera.lens import Perspective
from depthfusion.look import Displacement
from depthfusion.render.matrices import Tile
from depthfusion.render.quality import FILE, INTERACTIVE, Quality
from depthfusion.render.rasterise import Rasteriser
from depthfusion.render.surface import Surface

if TYPE_CHECKING:
    import moderngl

__all__ = ["FILE", "INTERACTIVE", "Drawn", "Quality", "Renderer"]

LARGEST_TILE = 2048


@dataclass(frozen=True)
class Drawn:
    """What a frame took: triangles, and the tolerance in pixels, above the quality's if those were too many."""

    triangles: int
    tolerance_px: float


class Renderer:
    """Draws frames in one context. `background` is seen where the surface has holes: nowhere, from within."""

    def __init__(self, context: moderngl.Context, background: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
        self.context = context
        self.background = background
        self._painters = {Perspective: Rasteriser(context)}
        self._output: moderngl.Framebuffer | None = None

    def draw(
        self,
        surface: Surface,
        frame: Frame,
        displacement: Displacement,
        quality: Quality,
        framebuffer: moderngl.Framebuffer,
    ) -> Drawn:
        """Draw `frame` into a framebuffer of its size that stores sRGB as it comes."""
        return self._draw(surface, frame, displacement, quality, framebuffer, None)

    def picture(
        self, surface: Surface, frame: Frame, displacement: Displacement, quality: Quality = FILE
    ) -> NDArray[np.uint8]:
        """Draw `frame` off-screen, tile by tile, and return it as sRGB [H, W, 3], its first row on top."""
        width, height = frame.size
        picture = np.zeros((height, width, 3), np.uint8)
        self._draw(surface, frame, displacement, quality, None, picture)
        return picture

    def _draw(
        self,
        surface: Surface,
        frame: Frame,
        rule: Displacement,
        quality: Quality,
        framebuffer: moderngl.Framebuffer | None,
        picture: NDArray[np.uint8] | None,
    ) -> Drawn:
        views = list(frame.views)
        painter = self._painters[type(views[0].lens)]
        plan = painter.plan(surface, views, rule, quality)
        triangles = 0
        for group in [views] if frame.anaglyph else [[view] for view in views]:
            left, top, *_ = group[0].rectangle
            for tile in _tiles(group[0]):
                x, y, width, height = left + tile[0], top + tile[1], tile[2], tile[3]
                if framebuffer is not None:
                    target, viewport = framebuffer, (x, frame.size[1] - y - height, width, height)
                else:
                    target, viewport = self._room((width, height)), (0, 0, width, height)
                triangles += painter.paint(plan, group, tile, target, viewport, self.background)
                if picture is not None:
                    rows = np.frombuffer(target.read(viewport, components=3, alignment=1), np.uint8)
                    picture[y : y + height, x : x + width] = rows.reshape(height, width, 3)[::-1]
        return Drawn(triangles, plan.selection.tolerance)

    def _room(self, size: tuple[int, int]) -> moderngl.Framebuffer:
        """Return a framebuffer of our own that is at least so large."""
        if self._output is None or any(have < need for have, need in zip(self._output.size, size, strict=True)):
            self._empty()
            self._output = self.context.framebuffer([self.context.renderbuffer(size, 4)])
        return self._output

    def _empty(self) -> None:
        if self._output is not None:
            for attachment in self._output.color_attachments:
                attachment.release()
            self._output.release()
            self._output = None

    def release(self) -> None:
        """Give everything back."""
        self._empty()
        for painter in self._painters.values():
            painter.release()


def _tiles(view: View) -> Iterator[Tile]:
    _, _, width, height = view.rectangle
    for y in range(0, height, LARGEST_TILE):
        for x in range(0, width, LARGEST_TILE):
            yield x, y, min(LARGEST_TILE, width - x), min(LARGEST_TILE, height - y)
