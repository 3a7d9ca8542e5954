"""Perspective views: the displaced mesh, rasterised."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthfusion.camera.frame import View
from depthfusion.look import Displacement
from depthfusion.render.matrices import Tile, edges, projection_matrix, view_matrix
from depthfusion.render.perspective import cap_box, depth_range, eye_of, grid_rays, pixel_scales
from depthfusion.render.quality import Quality
from depthfusion.render.relief import PATCH
from depthfusion.render.selection import TRIANGLES, Selection
from depthfusion.render.shaders import source
from depthfusion.render.surface import FREE_UNIT, Surface

if TYPE_CHECKING:
    import moderngl

_DEPTH_CLAMP = 0x864F
_APART = 1.5
"""Texels between samples that still average well, as in colour.glsl."""


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


@dataclass(frozen=True)
class Plan:
    """What one frame is drawn from: the patches that its views need, chosen once for all of them."""

    surface: Surface
    rule: Displacement
    quality: Quality
    selection: Selection

    @property
    def parts(self) -> int:
        """Into how many parts a pixel's side is cut for depth: edges are smoothed as soon as colour is."""
        return 1 if self.quality.samples == 1 else 2

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
    """Draws perspective views in two passes: the mesh's depth, finer than the pixels, then what is seen in each pixel.

    One program, one small index buffer and a buffer of patches make the mesh. The first pass writes but depth, so that
    small triangles cost little; the second colours every pixel once.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self.context = context
        self._mesh = context.program(source("surface.vert"), source("distance.frag"))
        self._indices = context.buffer(patch_indices().tobytes())
        self._patches = context.buffer(reserve=1 << 16, dynamic=True)
        self._array = context.vertex_array(
            self._mesh, [(self._patches, "4f/i", "tile")], index_buffer=self._indices, index_element_size=2
        )
        self._shades: dict[_Shading, moderngl.VertexArray] = {}
        self._depths: list[_Depth] = []

    def plan(self, surface: Surface, views: list[View], rule: Displacement, quality: Quality) -> Plan:
        """Choose the patches of one frame's perspective views."""
        eyes = [eye_of(view) for view in views]
        return Plan(surface, rule, quality, surface.selector(rule).select(rule, eyes, quality.tolerance_px))

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
        sights = [_sight(plan, view, tile) for view in views]
        taps = plan.taps(views)
        sharpness = [(taps, (0, 0, *tile[2:])), *((plan.most_taps, cap) for cap in plan.caps(views, tile))]
        for part in parts:
            triangles = sum(self._measure(plan, sight, number, part) for number, sight in enumerate(sights))
            for unit, depth in enumerate(self._depths, FREE_UNIT):
                depth.texture.use(unit)
            target.use()
            target.viewport = (*corner, *tile[2:])
            self.context.enable_only(self.context.NOTHING)
            for sharp, area in sharpness:
                left, top, width, height = _common(part, area)
                if width <= 0 or height <= 0:
                    continue
                target.scissor = (corner[0] + left, corner[1] + tile[3] - top - height, width, height)
                screen = self._shade(_Shading(len(views), plan.parts, sharp, plan.texels(views) > _APART * sharp))
                shade = screen.program
                plan.surface.use(shade)
                _write(shade, "eyes", np.array([view.pose.position for view in views]))
                _write(shade, "rays", np.array([sight.rays for sight in sights]))
                _write(shade, "ranges", np.array([sight.range for sight in sights]))
                shade["depths"] = list(range(FREE_UNIT, FREE_UNIT + len(sights))) if len(sights) > 1 else FREE_UNIT
                shade["origin"] = corner
                shade["background"] = background
                screen.render(self.context.TRIANGLES, vertices=3)
            target.scissor = None  # type: ignore[assignment]
            yield part[2] * part[3], triangles

    def _measure(self, plan: Plan, sight: _Sight, number: int, part: Tile) -> int:
        """Draw the depth of a part of a tile of a view; return the triangles drawn."""
        left, top, width, height = part
        x, y, _, down = sight.tile
        seen = sight.seen.seen_by([eye_of(sight.view, (x + left, y + top, width, height))])
        data = seen.tiles.tobytes()
        if len(data) > self._patches.size:
            self._patches.orphan(1 << (len(data) - 1).bit_length())
        self._patches.write(data)
        _write(self._mesh, "to_clip", sight.to_clip)
        set_mapping(self._mesh, plan.rule)
        plan.surface.use(self._mesh)
        target = self._depth(number, sight.size).framebuffer
        low = down - top - height
        target.scissor = (left * plan.parts, low * plan.parts, width * plan.parts, height * plan.parts)
        target.use()
        target.clear(depth=1.0)
        # What is nearer than the near plane is drawn all the same, at its depth.
        self.context.enable_only(self.context.DEPTH_TEST)
        self.context.enable_direct(_DEPTH_CLAMP)
        self._array.render(self.context.TRIANGLES, instances=len(seen.tiles))
        self.context.disable_direct(_DEPTH_CLAMP)
        return TRIANGLES * len(seen.tiles)

    def _shade(self, kind: _Shading) -> moderngl.VertexArray:
        if kind not in self._shades:
            defines = {"EYES": kind.eyes, "PARTS": kind.parts, "TAPS": kind.taps, "HALVES": int(kind.halves)}
            program = self.context.program(source("screen.vert"), source("shade.frag", defines))
            self._shades[kind] = self.context.vertex_array(program, [])
        return self._shades[kind]

    def _depth(self, number: int, size: tuple[int, int]) -> _Depth:
        if number == len(self._depths):
            self._depths.append(_Depth(self.context, size))
        elif self._depths[number].size != size:
            self._depths[number].release()
            self._depths[number] = _Depth(self.context, size)
        return self._depths[number]

    def release(self) -> None:
        """Give everything back."""
        for depth in self._depths:
            depth.release()
        for screen in self._shades.values():
            screen.program.release()
            screen.release()
        self._depths.clear()
        self._shades.clear()
        for thing in (self._array, self._patches, self._indices, self._mesh):
            thing.release()


@dataclass(frozen=True)
class _Shading:
    """What the second pass is compiled for."""

    eyes: int
    parts: int
    taps: int
    halves: bool


@dataclass(frozen=True)
class _Sight:
    """A tile of one eye's view: its patches, how its depth is drawn and read, and the rays of the depth's grid."""

    view: View
    tile: Tile
    seen: Selection
    size: tuple[int, int]
    to_clip: NDArray[np.float64]
    range: tuple[float, float]
    rays: NDArray[np.float64]


def _sight(plan: Plan, view: View, tile: Tile) -> _Sight:
    eye = eye_of(view, tile)
    seen = plan.selection.seen_by([eye])
    near, far = depth_range(seen, eye, plan.rule)
    tangents = edges(view.lens, view.aspect, view.rectangle[2:], tile)
    size = (tile[2] * plan.parts, tile[3] * plan.parts)
    to_clip = view_matrix(view.pose) @ projection_matrix(tangents, near, far)
    rays = grid_rays(view.pose.rotation, tangents, size)
    return _Sight(view, tile, seen, size, to_clip, (near * far / (far - near), far / (far - near)), rays)


def _common(one: Tile, other: Tile) -> Tile:
    """Return what two rectangles share: its width or height is not above 0 where they share nothing."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = (min(one[i] + one[i + 2], other[i] + other[i + 2]) for i in (0, 1))
    return left, top, right - left, bottom - top


class _Depth:
    """A framebuffer of depth alone, to be read as numbers."""

    def __init__(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        self.size = size
        self.texture = context.depth_texture(size)
        self.texture.compare_func = ""
        self.texture.filter = (context.NEAREST, context.NEAREST)
        self.framebuffer = context.framebuffer([], self.texture)

    def release(self) -> None:
        self.framebuffer.release()
        self.texture.release()


def _write(program: moderngl.Program, name: str, values: NDArray[np.float64]) -> None:
    program[name].write(values.astype("f4").tobytes())  # type: ignore[union-attr]


def set_mapping(program: moderngl.Program, rule: Displacement) -> None:
    """Give `program` the uniforms of mapping.glsl."""
    program["levels"] = (rule.low, 1 / (rule.high - rule.low))
    program["inverse"] = rule.mapping == "inverse"
    if rule.mapping == "inverse":
        program["rule"] = (1 / rule.far, 1 / rule.near - 1 / rule.far)
    else:
        program["rule"] = (rule.radius * (1 + rule.strength), -2 * rule.radius * rule.strength)
