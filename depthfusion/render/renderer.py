"""The one place that draws: frames into framebuffers and into arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.camera.frame import Frame, View
from depthfusion.camera.lens import Perspective
from depthfusion.look import Displacement
from depthfusion.render.marcher import MARCHED, Marcher
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
    """What a frame, or a step of one, took: pixels, triangles, and the tolerance in pixels.

    The tolerance is above the quality's if the triangles were too many.
    """

    pixels: int
    triangles: int
    tolerance_px: float


class Renderer:
    """Draws frames in one context. `background` is seen where the surface has holes: nowhere, from within."""

    def __init__(self, context: moderngl.Context, background: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
        self.context = context
        self.background = background
        rasteriser, marcher = Rasteriser(context), Marcher(context)
        self._painters: dict[type, Rasteriser | Marcher] = {Perspective: rasteriser, **dict.fromkeys(MARCHED, marcher)}
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
        steps = list(self.steps(surface, frame, displacement, quality, framebuffer))
        return Drawn(sum(step.pixels for step in steps), sum(step.triangles for step in steps), steps[0].tolerance_px)

    def steps(
        self,
        surface: Surface,
        frame: Frame,
        displacement: Displacement,
        quality: Quality,
        framebuffer: moderngl.Framebuffer,
        most: Callable[[], int] = lambda: LARGEST_TILE**2,
    ) -> Iterator[Drawn]:
        """Draw the same picture, pixel for pixel, in steps, and yield after each what it took.

        The first step chooses the mesh and draws nothing; each other one draws as many pixels as `most` then says, at
        the most. Between steps other frames may be drawn, into other framebuffers.
        """
        painter, plan = self._plan(surface, frame, displacement, quality)
        yield Drawn(0, 0, plan.tolerance_px)
        for views, tile, (x, y) in _tiles(frame):
            corner = (x, frame.size[1] - y - tile[3])
            parts = _parts(tile[2:], most)
            for pixels, triangles in painter.paint(plan, views, tile, framebuffer, corner, self.background, parts):
                yield Drawn(pixels, triangles, plan.tolerance_px)

    def picture(
        self, surface: Surface, frame: Frame, displacement: Displacement, quality: Quality = FILE
    ) -> NDArray[np.uint8]:
        """Draw `frame` off-screen, tile by tile, and return it as sRGB [H, W, 3], its first row on top."""
        width, height = frame.size
        picture = np.zeros((height, width, 3), np.uint8)
        painter, plan = self._plan(surface, frame, displacement, quality)
        for views, tile, (x, y) in _tiles(frame):
            across, down = tile[2:]
            target = self._room((across, down))
            for _ in painter.paint(plan, views, tile, target, (0, 0), self.background, [(0, 0, across, down)]):
                pass
            rows = np.frombuffer(target.read((0, 0, across, down), components=3, alignment=1), np.uint8)
            picture[y : y + down, x : x + across] = rows.reshape(down, across, 3)[::-1]
        return picture

    def distances(
        self, surface: Surface, frame: Frame, displacement: Displacement, quality: Quality = FILE
    ) -> NDArray[np.float32]:
        """Return float32 [H, W]: metres from the eye, along the ray of each pixel's centre, to what is seen there.

        Where a cut edge is soft, to the layer that is at least half of what is seen; infinite where nothing is: only
        from outside. Of two views in one place, an anaglyph's, it is the first one's.
        """
        width, height = frame.size
        metres = np.zeros((height, width), np.float32)
        painter, plan = self._plan(surface, frame, displacement, Quality(quality.tolerance_px, 1))
        for views, tile, (x, y) in _tiles(frame):
            across, down = tile[2:]
            numbers = self.context.renderbuffer((across, down), 1, dtype="f4")
            target = self.context.framebuffer([numbers])
            painter.distances(plan, views[0], tile, target)
            rows = np.frombuffer(target.read(components=1, dtype="f4", alignment=1), np.float32)
            metres[y : y + down, x : x + across] = rows.reshape(down, across)[::-1]
            target.release()
            numbers.release()
        return metres

    def _plan(self, surface: Surface, frame: Frame, rule: Displacement, quality: Quality) -> tuple[Any, Any]:
        views = list(frame.views)
        painter = self._painters[type(views[0].lens)]
        return painter, painter.plan(surface, views, rule, quality)

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
        for painter in dict.fromkeys(self._painters.values()):
            painter.release()


def _tiles(frame: Frame) -> Iterator[tuple[list[View], Tile, tuple[int, int]]]:
    """Yield the views that are drawn together, a tile of them, and where its top left lies in the frame's picture."""
    views = list(frame.views)
    for group in [views] if frame.anaglyph else [[view] for view in views]:
        left, top, width, height = group[0].rectangle
        for y in range(0, height, LARGEST_TILE):
            for x in range(0, width, LARGEST_TILE):
                size = min(LARGEST_TILE, width - x), min(LARGEST_TILE, height - y)
                yield group, (x, y, *size), (left + x, top + y)


def _parts(size: tuple[int, int], most: Callable[[], int]) -> Iterator[Tile]:
    """Cut a tile into rows of about square parts, each of at most as many pixels as `most` then says."""
    width, height = size
    y = 0
    while y < height:
        down = _share(height - y, math.isqrt(most()))
        x = 0
        while x < width:
            across = _share(width - x, most() // down)
            yield x, y, across, down
            x += across
        y += down


def _share(length: int, most: int) -> int:
    """Return the first of equal parts of a length: as few as can be if none is to be longer than `most`, or than 1."""
    return math.ceil(length / math.ceil(length / max(most, 1)))
