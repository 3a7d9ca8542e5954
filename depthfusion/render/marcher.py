"""Views through lenses that no mesh is rasterised for: the depth map, marched along the ray of every pixel.

docs/lenses.md explains the way that the shaders go.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from depthfusion.camera.frame import View
from depthfusion.camera.lens import Cubemap, Equirect, LittlePlanet
from depthfusion.look import Displacement
from depthfusion.render.layered_relief import LayeredRelief
from depthfusion.render.matrices import Tile
from depthfusion.render.measuring import set_mapping
from depthfusion.render.quality import Quality
from depthfusion.render.shaders import source
from depthfusion.render.surface import FREE_UNIT, Surface
from depthfusion.render.vicinity import vicinity_of

if TYPE_CHECKING:
    import moderngl

MARCHED = (Equirect, LittlePlanet, Cubemap)
"""The lenses that are drawn so, in the order of the shader's numbers from 1."""

_PARTS = 2
"""Into how many parts a pixel's side is cut where its rays stray."""
_STEPS = 4
"""To a texel of depth, where a way is not calm."""
_APART = 1.5
"""Texels between samples that still average well, as in colour.glsl."""
_CENTRED = 0.05
"""Of the least radius: an eye no farther from the centre has ways so short that looking around them once is enough."""
_SLACK = 4e-6
"""Of a radius, for the shader's single precision."""
_STRAY = 0.25
"""Of a pixel or of a texel of the colour, whichever is more: how far a pixel's rays may stray together."""


@dataclass(frozen=True)
class Plan:
    """What one frame is drawn from."""

    surface: Surface
    rule: Displacement
    quality: Quality

    @property
    def tolerance_px(self) -> float:
        """How many pixels the picture may stray from the surface: what was asked for."""
        return self.quality.tolerance_px

    @property
    def parts(self) -> int:
        """Into how many parts a pixel's side is cut at depth edges."""
        return 1 if self.quality.samples == 1 else _PARTS


class Marcher:
    """Draws equirect, little planet and cubemap views, of one eye or two, in one pass and without a mesh."""

    def __init__(self, context: moderngl.Context) -> None:
        self.context = context
        self._screens: dict[tuple[str, _Kind], moderngl.VertexArray] = {}

    def plan(self, surface: Surface, views: list[View], rule: Displacement, quality: Quality) -> Plan:
        """Choose nothing: every pixel finds its own way."""
        return Plan(surface, rule, quality)

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
        march = _march(plan, views)
        screen = self._screen("march.frag", march.kind(views, plan.parts > 1))
        for part in parts:
            left, top, width, height = part
            march.write(screen.program, views, tile, corner, background)
            target.use()
            target.viewport = (*corner, *tile[2:])
            target.scissor = (corner[0] + left, corner[1] + tile[3] - top - height, width, height)
            self.context.enable_only(self.context.NOTHING)
            screen.render(self.context.TRIANGLES, vertices=3)
            target.scissor = None  # type: ignore[assignment]
            yield width * height, 1

    def distances(self, plan: Plan, view: View, tile: Tile, target: moderngl.Framebuffer) -> None:
        """Draw the metres along each pixel's ray into the one float of a target of the tile's size."""
        march = _march(plan, [view])
        screen = self._screen("march_distances.frag", march.kind([view], exact=True))
        march.write(screen.program, [view], tile, (0, 0), (0.0, 0.0, 0.0))
        target.use()
        self.context.enable_only(self.context.NOTHING)
        screen.render(self.context.TRIANGLES, vertices=3)

    def _screen(self, name: str, kind: _Kind) -> moderngl.VertexArray:
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


@dataclass(frozen=True)
class _Kind:
    """What the shader is compiled for."""

    lens: int
    eyes: int
    inside: bool
    narrowings: int
    turns: bool
    tapers: bool
    parts: int
    steps: int
    most: int
    halves: bool
    cut: bool
    defines: tuple[tuple[str, int], ...]

    def macros(self) -> dict[str, int]:
        return {
            "LENS": self.lens,
            "EYES": self.eyes,
            "INSIDE": int(self.inside),
            "NARROWINGS": self.narrowings,
            "TURNS": int(self.turns),
            "TAPERS": int(self.tapers),
            "PARTS": self.parts,
            "MOST": self.most,
            "STEPS": self.steps,
            "HALVES": int(self.halves),
            "LAYERED": int(self.cut),
            **dict(self.defines),
        }


@dataclass(frozen=True)
class _March:
    """What does not differ between the parts of a frame: the surface's nearest and farthest radius, and the eyes'."""

    plan: Plan
    known: _Vicinity
    shell: tuple[float, float]
    away: float

    def kind(self, views: list[View], exact: bool) -> _Kind:
        """Return what the shaders are compiled for; `exact` has them miss no wire of a texel."""
        plan = self.plan
        most = math.isqrt(plan.quality.samples)
        return _Kind(
            MARCHED.index(type(views[0].lens)) + 1,
            len(views),
            self.away < self.shell[0],
            1 if self.away < _CENTRED * self.shell[0] else 2,
            any(getattr(view.lens, "turn", 0.0) != 0 for view in views),
            any(getattr(view.lens, "taper", False) for view in views),
            plan.parts,
            _STEPS if exact else 1,
            most,
            self.coarsest(views) > _APART * most,
            plan.surface.cut(plan.rule),
            tuple(plan.surface.defines.items()),
        )

    def coarsest(self, views: list[View]) -> float:
        """Return how many texels of the colour a pixel may be wide, where it is widest."""
        angle = max(_pixel_angle(view) for view in views)
        return self.plan.surface.colour_height / math.pi * angle * (1 + self.away / self.plan.rule.nearest)

    def write(
        self,
        program: moderngl.Program,
        views: list[View],
        tile: Tile,
        corner: tuple[int, int],
        background: tuple[float, float, float],
    ) -> None:
        """Give `program` all that it uses: what a compiler found no use for, it has no name for."""
        plan, rule = self.plan, self.plan.rule
        plan.surface.use(program)
        set_mapping(program, rule)
        self.known.texture.use(FREE_UNIT)
        width, height = views[0].rectangle[2:]
        pixel = (2 / width, 2 / height)
        texel = math.pi / plan.surface.colour_height
        columns, rows = plan.surface.selector(rule).relief.size
        values = {
            "vicinity_map": FREE_UNIT,
            "vicinity_top": self.known.top,
            "shell": self.shell,
            "background": background,
            "texels": max(columns / 2, rows) / math.pi,
            "pixel_size": pixel,
            "texel": texel,
            "one": _STRAY * max(min(_pixel_angle(view) for view in views), texel),
            "origin": corner,
            "first": (tile[0] * pixel[0] - 1, (height - tile[1] - tile[3]) * pixel[1] - 1),
        }
        for name, value in values.items():
            if name in program:
                program[name] = value
        eyes = {
            "heads": [view.pose.position for view in views],
            # GLSL reads columns where NumPy writes rows.
            "turns": [view.pose.rotation.T for view in views],
            "lenses": [_numbers(view) for view in views],
        }
        for name, rows_of in eyes.items():
            if name in program:
                program[name].write(np.asarray(rows_of, "f4").tobytes())  # type: ignore[union-attr]


def _march(plan: Plan, views: list[View]) -> _March:
    known = _vicinity(plan.surface, plan.rule)
    near, far = plan.rule.radius_of(np.array([known.most, known.least]))
    away = max(math.hypot(*view.pose.position) + abs(getattr(view.lens, "offset", 0.0)) for view in views)
    return _March(plan, known, (float(near) * (1 - _SLACK), float(far) * (1 + _SLACK)), away)


def _numbers(view: View) -> tuple[float, float, float, float]:
    """Return what the shader needs to know of a lens."""
    lens = view.lens
    if isinstance(lens, Equirect):
        return lens.half_width, lens.offset, math.sin(lens.turn), 0.0
    if isinstance(lens, LittlePlanet):
        return lens.half_width, lens.half_width / view.aspect, 0.0, 0.0
    return 0.0, 0.0, 0.0, 0.0


def _pixel_angle(view: View) -> float:
    """Return the greatest angle in radians across or up a pixel."""
    width, height = view.rectangle[2:]
    lens = view.lens
    if isinstance(lens, Equirect):
        return max(2 * lens.half_width / width, math.pi / height)
    if isinstance(lens, LittlePlanet):
        # 2 atan: steepest in the middle, straight down
        return 4 * max(lens.half_width / width, lens.half_width / view.aspect / height)
    return max(6 / width, 4 / height)


@dataclass(frozen=True)
class _Vicinity:
    """The levels of vicinity.py on the card, and the greatest and least depth of all, in [0, 1]."""

    texture: moderngl.Texture
    most: float
    least: float

    @property
    def top(self) -> int:
        """The last level, of one cell."""
        return int(math.log2(self.texture.size[0]))

    def release(self) -> None:
        self.texture.release()


def _vicinity(surface: Surface, rule: Displacement) -> _Vicinity:
    """Return what is known of what `rule` draws of a surface, found out when it is first asked for."""
    cut = surface.cut(rule)
    if cut not in surface.kept:
        relief = surface.selector(rule).relief
        levels = vicinity_of(relief.depth, relief.back if isinstance(relief, LayeredRelief) else None)
        height, width = levels[0].shape[:2]
        texture = surface.context.texture((width, height), 2, dtype="nu2")
        texture.build_mipmaps(0, len(levels) - 1)
        texture.filter = (surface.context.NEAREST_MIPMAP_NEAREST, surface.context.NEAREST)
        for number, level in enumerate(levels):
            rows, columns = level.shape[:2]
            texture.write(level, viewport=(0, 0, columns, rows), level=number, alignment=1)
        most, least = (levels[-1].reshape(2) / 65535).tolist()
        surface.kept[cut] = _Vicinity(texture, most, least)
    return cast("_Vicinity", surface.kept[cut])
