"""The one place that draws: frames into framebuffers and into arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthfusion.camera.frame import Frame, View
from depthfusion.look import Displacement
from depthfusion.render.matrices import Tile
from depthfusion.render.quality import FILE, INTERACTIVE, Quality
from depthfusion.render.rasterise import Rasteriser
from depthfusion.render.selection import Selection
from depthfusion.render.shaders import source
from depthfusion.render.surface import Surface

if TYPE_CHECKING:
    import moderngl

__all__ = ["FILE", "INTERACTIVE", "Drawn", "Quality", "Renderer"]

_COVERAGE = 4
_RGB10_A2 = 0x8059
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
        self._rasteriser = Rasteriser(context)
        self._resolve = context.program(source("screen.vert"), source("resolve.frag"))
        self._screen = context.vertex_array(self._resolve, [])
        self._targets: dict[str, _Target] = {}

    def draw(
        self,
        surface: Surface,
        frame: Frame,
        displacement: Displacement,
        quality: Quality,
        framebuffer: moderngl.Framebuffer,
    ) -> Drawn:
        """Draw `frame` into a framebuffer of its size that stores sRGB as it comes and has a depth buffer."""
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
        plan = self._rasteriser.plan(surface, views, rule, quality)
        triangles = 0
        for group in [views] if frame.anaglyph else [[view] for view in views]:
            left, top, *_ = group[0].rectangle
            for tile in _tiles(group[0]):
                x, y, width, height = left + tile[0], top + tile[1], tile[2], tile[3]
                if framebuffer is not None:
                    target, viewport = framebuffer, (x, frame.size[1] - y - height, width, height)
                else:
                    target, viewport = self._target("output", (width, height), 0).framebuffer, (0, 0, width, height)
                triangles += self._tile(surface, plan, group, tile, rule, quality, target, viewport)
                if picture is not None:
                    rows = np.frombuffer(target.read(viewport, components=3, alignment=1), np.uint8)
                    picture[y : y + height, x : x + width] = rows.reshape(height, width, 3)[::-1]
        return Drawn(triangles, plan.tolerance)

    def _tile(
        self,
        surface: Surface,
        plan: Selection,
        group: list[View],
        tile: Tile,
        rule: Displacement,
        quality: Quality,
        target: moderngl.Framebuffer,
        viewport: Tile,
    ) -> int:
        if quality.samples == 1 and len(group) == 1:
            self._clear(target, viewport)
            return self._rasteriser.paint(surface, plan, group[0], tile, rule, quality, finished=True)
        triangles = 0
        for unit, (name, view) in enumerate(zip(("first", "second"), group, strict=False)):
            samples = self._target(name, tile[2:], _COVERAGE)
            self._clear(samples.framebuffer, (0, 0, *tile[2:]))
            triangles += self._rasteriser.paint(surface, plan, view, tile, rule, quality, finished=False)
            samples.texture.use(unit)
            self._resolve[name] = unit
        if len(group) == 1:
            self._resolve["second"] = 0
        for unit, (name, _) in enumerate(zip(("first", "second"), group, strict=False)):
            self._targets[name].texture.use(unit)
        self._resolve["anaglyph"] = len(group) == 2
        self._resolve["samples"] = _COVERAGE
        self._resolve["origin"] = viewport[:2]
        target.use()
        target.viewport = viewport
        self.context.enable_only(self.context.NOTHING)
        self._screen.render(self.context.TRIANGLES, vertices=3)
        return triangles

    def _clear(self, framebuffer: moderngl.Framebuffer, viewport: Tile) -> None:
        framebuffer.use()
        framebuffer.viewport = viewport
        framebuffer.clear(*self.background, 1.0, depth=1.0, viewport=viewport)

    def _target(self, name: str, size: tuple[int, int], samples: int) -> _Target:
        target = self._targets.get(name)
        if target is None or target.size != size:
            if target is not None:
                target.release()
            target = self._targets[name] = _Target(self.context, size, samples)
        return target

    def release(self) -> None:
        """Give everything back."""
        for target in self._targets.values():
            target.release()
        self._targets.clear()
        self._rasteriser.release()
        self._screen.release()
        self._resolve.release()


class _Target:
    """A framebuffer of our own: 8 bits of sRGB, or with samples ten bits of the square root of linear light."""

    def __init__(self, context: moderngl.Context, size: tuple[int, int], samples: int) -> None:
        self.size = size
        self.texture = (
            context.texture(size, 4, samples=samples, internal_format=_RGB10_A2)
            if samples
            else context.texture(size, 3)
        )
        self._depth = context.depth_renderbuffer(size, samples=samples)
        self.framebuffer = context.framebuffer([self.texture], self._depth)

    def release(self) -> None:
        for thing in (self.framebuffer, self.texture, self._depth):
            thing.release()


def _tiles(view: View) -> Iterator[Tile]:
    _, _, width, height = view.rectangle
    for y in range(0, height, LARGEST_TILE):
        for x in range(0, width, LARGEST_TILE):
            yield x, y, min(LARGEST_TILE, width - x), min(LARGEST_TILE, height - y)
