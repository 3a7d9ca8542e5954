"""Perspective views: the displaced mesh, rasterised."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from depthfusion.camera.frame import View
from depthfusion.look import Displacement
from depthfusion.render.bounds import Eye
from depthfusion.render.matrices import Tile, edges, projection_matrix, view_matrix
from depthfusion.render.measuring import Measurer, Sheet, set_mapping
from depthfusion.render.perspective import cap_box, depth_range, eye_of, grid_rays, lens_of, pixel_scales
from depthfusion.render.quality import Quality
from depthfusion.render.selection import Selection
from depthfusion.render.shaders import source
from depthfusion.render.surface import FREE_UNIT, Surface

if TYPE_CHECKING:
    import moderngl

_APART = 1.5
"""Texels between samples that still average well, as in colour.glsl."""


@dataclass(frozen=True)
class Plan:
    """What one frame is drawn from: the patches that its views need, chosen once for all of them.

    `whole` holds the sights of whole views: all at once, before the driver's work has taken the processor's caches.
    """

    surface: Surface
    rule: Displacement
    quality: Quality
    selection: Selection
    layered: bool
    whole: dict[View, _Sight]

    def sight(self, view: View, tile: Tile) -> _Sight:
        """Return a tile of a view as it is drawn and read."""
        if tile == (0, 0, *view.rectangle[2:]):
            return self.whole[view]
        eye = eye_of(view, tile)
        return _sight(self.selection.seen_by([eye]), view, tile, eye, self.rule, self.parts)

    @property
    def tolerance_px(self) -> float:
        """How many pixels the mesh may stray: above the quality's if the triangles were too many."""
        return self.selection.tolerance

    def sheet(self, sights: list[_Sight]) -> Sheet:
        """Return what of the surface a tile shows. It is a single one where no patch has a layer behind it."""
        cut = self.layered and any(sight.seen.kind.any() for sight in sights)
        return Sheet(self.surface, self.rule, self.layered, cut)

    @property
    def parts(self) -> int:
        """Into how many parts a pixel's side is cut for depth: edges are smoothed as soon as colour is."""
        return _parts(self.quality)

    @property
    def most_taps(self) -> int:
        """The most samples of the colour along one side of a part that the quality allows."""
        return math.isqrt(self.quality.samples) // self.parts

    def taps(self, views: list[View]) -> int:
        """Samples of the colour along one side of a part: no more than it may be texels wide by angle."""
        return min(max(math.ceil(self.texels(views) / _APART), 1), self.most_taps)

    def caps(self, views: list[View], tile: Tile) -> list[Tile]:
        """Return what of a tile shows a pole, where texels are so narrow that they ask for all samples."""
        if self.taps(views) == self.most_taps:
            return []
        wide = math.asin(min(self.texels(views) / (_APART * self.taps(views)), 0.5))
        areas = []
        for pole in (1.0, -1.0):
            boxes = [box for view in views if (box := cap_box(view, tile, self.rule, pole, wide)) is not None]
            if boxes:
                left, top = (min(box[i] for box in boxes) for i in (0, 1))
                right, bottom = (max(box[i] for box in boxes) for i in (2, 3))
                areas.append((left, top, right - left, bottom - top))
        return areas

    def texels(self, views: list[View]) -> float:
        """Return the most texels, by angle, that a part of a pixel may be wide."""
        coarsest = min(min(pixel_scales(view)) for view in views) * self.parts
        away = max(math.hypot(*view.pose.position) for view in views)
        return self.surface.colour_height / math.pi / coarsest * (1 + away / self.rule.nearest)


class Rasteriser:
    """Draws perspective views in two passes: the mesh's depth, finer than the pixels, then what each pixel sees."""

    def __init__(self, context: moderngl.Context) -> None:
        self.context = context
        self._measurer = Measurer(context)
        self._screens: dict[tuple[str, _Shading], moderngl.VertexArray] = {}

    def plan(self, surface: Surface, views: list[View], rule: Displacement, quality: Quality) -> Plan:
        """Choose the patches of one frame's perspective views."""
        eyes = [eye_of(view) for view in views]
        selection = surface.selector(rule).select(rule, eyes, quality.tolerance_px)
        # Of a whole view all is drawn that one of the eyes sees: both then share their patches.
        whole = {
            view: _sight(selection, view, (0, 0, *view.rectangle[2:]), eye, rule, _parts(quality))
            for view, eye in zip(views, eyes, strict=True)
        }
        return Plan(surface, rule, quality, selection, surface.cut(rule), whole)

    def paint(
        self,
        plan: Plan,
        views: list[View],
        tile: Tile,
        target: moderngl.Framebuffer,
        corner: tuple[int, int],
        background: tuple[float, float, float],
        parts: Iterable[Tile],
    ) -> Iterator[tuple[int, int]]:
        """Draw a tile of a view, or of two as an anaglyph, part by part; yield the pixels and triangles of each.

        The tile's lower left pixel falls on `corner` of `target`. Each part, given from the tile's top left, gets the
        pixels that it has when the tile is drawn at once.
        """
        sights = [plan.sight(view, tile) for view in views]
        sheet = plan.sheet(sights)
        taps = plan.taps(views)
        sharpness = [(taps, (0, 0, *tile[2:])), *((plan.most_taps, cap) for cap in plan.caps(views, tile))]
        for part in parts:
            triangles = sum(self._measure(plan, sheet, sight, number, part) for number, sight in enumerate(sights))
            target.use()
            target.viewport = (*corner, *tile[2:])
            self.context.enable_only(self.context.NOTHING)
            for sharp, area in sharpness:
                left, top, width, height = _common(part, area)
                if width <= 0 or height <= 0:
                    continue
                target.scissor = (corner[0] + left, corner[1] + tile[3] - top - height, width, height)
                halves = plan.texels(views) > _APART * sharp
                kind = _Shading(len(views), plan.parts, sharp, halves, sheet.cut, tuple(plan.surface.defines.items()))
                screen = self._screen("shade.frag", kind)
                shade = screen.program
                self._look(sheet, sights, shade)
                shade["origin"] = corner
                shade["background"] = background
                screen.render(self.context.TRIANGLES, vertices=3)
            target.scissor = None  # type: ignore[assignment]
            yield part[2] * part[3], triangles

    def distances(self, plan: Plan, view: View, tile: Tile, target: moderngl.Framebuffer) -> None:
        """Draw the metres along each pixel's ray into the one float of a target of the tile's size.

        The plan must be one of a sample a pixel.
        """
        sight = plan.sight(view, tile)
        sheet = plan.sheet([sight])
        self._measure(plan, sheet, sight, 0, (0, 0, *tile[2:]))
        kind = _Shading(1, 1, 1, False, sheet.cut, tuple(plan.surface.defines.items()))
        screen = self._screen("distances.frag", kind)
        target.use()
        self.context.enable_only(self.context.NOTHING)
        self._look(sheet, [sight], screen.program)
        screen.program["origin"] = (0, 0)
        set_mapping(screen.program, plan.rule)
        screen.render(self.context.TRIANGLES, vertices=3)

    def _measure(self, plan: Plan, sheet: Sheet, sight: _Sight, number: int, part: Tile) -> int:
        """Draw the depth of a part of a tile of a view; return the triangles drawn."""
        left, top, width, height = part
        x, y, across, down = sight.tile
        seen = sight.seen
        if (width, height) != (across, down):
            seen = seen.seen_by([eye_of(sight.view, (x + left, y + top, width, height))])
        low = down - top - height
        area = (left * plan.parts, low * plan.parts, width * plan.parts, height * plan.parts)
        return self._measurer.measure(sheet, seen, number, sight.size, area, sight.to_clip)

    def _look(self, sheet: Sheet, sights: list[_Sight], program: moderngl.Program) -> None:
        """Give `program` what it finds what is seen by: the surface, the depth of the first pass and how to read it."""
        sheet.surface.use(program)
        names = ("depths", "fronts", "backs") if sheet.cut else ("depths",)
        units = [list(range(FREE_UNIT + i * len(sights), FREE_UNIT + (i + 1) * len(sights))) for i in range(len(names))]
        for name, numbers in zip(names, units, strict=True):
            program[name] = numbers if len(numbers) > 1 else numbers[0]
        for eye in range(len(sights)):
            for texture, numbers in zip(self._measurer.depths(eye, sheet.cut), units, strict=True):
                texture.use(numbers[eye])
        for name in ("eyes", "rays", "ranges"):
            if name in program:
                program[name].write(b"".join(getattr(sight, name) for sight in sights))  # type: ignore[union-attr]

    def _screen(self, name: str, kind: _Shading) -> moderngl.VertexArray:
        if (name, kind) not in self._screens:
            program = self.context.program(source("screen.vert"), source(name, kind.macros()))
            self._screens[name, kind] = self.context.vertex_array(program, [])
        return self._screens[name, kind]

    def release(self) -> None:
        """Give everything back."""
        for screen in self._screens.values():
            screen.program.release()
            screen.release()
        self._screens.clear()
        self._measurer.release()


@dataclass(frozen=True)
class _Shading:
    """What the second pass is compiled for."""

    eyes: int
    parts: int
    taps: int
    halves: bool
    cut: bool
    defines: tuple[tuple[str, int], ...]

    def macros(self) -> dict[str, int]:
        return {
            "EYES": self.eyes,
            "PARTS": self.parts,
            "TAPS": self.taps,
            "HALVES": int(self.halves),
            "LAYERED": int(self.cut),
            **dict(self.defines),
        }


@dataclass(frozen=True)
class _Sight:
    """A tile of one eye's view: its patches, and as shaders read it, how its depth is drawn and read.

    `eyes` is its place, `rays` are those of the depth's grid, `ranges` turn depth into distances ahead.
    """

    view: View
    tile: Tile
    seen: Selection
    size: tuple[int, int]
    to_clip: bytes
    eyes: bytes
    rays: bytes
    ranges: bytes


def _parts(quality: Quality) -> int:
    return 1 if quality.samples == 1 else 2


def _sight(seen: Selection, view: View, tile: Tile, eye: Eye, rule: Displacement, parts: int) -> _Sight:
    near, far = depth_range(seen, eye, rule)
    tangents = edges(lens_of(view), view.aspect, view.rectangle[2:], tile)
    size = (tile[2] * parts, tile[3] * parts)
    to_clip = view_matrix(view.pose) @ projection_matrix(tangents, near, far)
    rays = grid_rays(view.pose.rotation, tangents, size)
    ranges = np.array((near * far / (far - near), far / (far - near)))
    written = (values.astype("f4").tobytes() for values in (to_clip, eye.position, rays, ranges))
    return _Sight(view, tile, seen, size, *written)


def _common(one: Tile, other: Tile) -> Tile:
    """Return what two rectangles share: its width or height is not above 0 where they share nothing."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = (min(one[i] + one[i + 2], other[i] + other[i + 2]) for i in (0, 1))
    return left, top, right - left, bottom - top
