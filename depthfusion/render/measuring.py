"""The first pass of a perspective view: the mesh's depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthfusion.look import Displacement
from depthfusion.render.matrices import Tile
from depthfusion.render.relief import PATCH
from depthfusion.render.selection import TRIANGLES, Selection
from depthfusion.render.shaders import source
from depthfusion.render.surface import Surface

if TYPE_CHECKING:
    import moderngl

_DEPTH_CLAMP = 0x864F
_OWN, _FRONT, _BACK = 0, 1, 2


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
class Sheet:
    """What of a surface is drawn, and how: the patches, the rule, and whether depth edges are cut."""

    surface: Surface
    rule: Displacement
    cut: bool


class Measurer:
    """Draws the depth of patches into textures of its own, `depths(…)` of each eye.

    One small index buffer and buffers of patches make the mesh. Nothing but depth is written, so that small triangles
    cost little. Where edges are cut, patches that both layers share are drawn once, into the first of three textures;
    the front's own into the second, without what is not seen of them; the back's own into the third.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self.context = context
        self._indices = context.buffer(patch_indices().tobytes())
        self._patches = [context.buffer(reserve=1 << 16, dynamic=True) for _ in range(2)]
        self._meshes: dict[_Mesh, moderngl.VertexArray] = {}
        self._depths: list[list[_Depth]] = []

    def depths(self, eye: int, cut: bool) -> list[moderngl.Texture]:
        """Return the textures of an eye: of its one surface, or what layers share, the front's own, the back's own."""
        return [depth.texture for depth in self._depths[eye][: 3 if cut else 1]]

    def measure(
        self, sheet: Sheet, seen: Selection, eye: int, size: tuple[int, int], area: Tile, to_clip: NDArray[np.float64]
    ) -> int:
        """Draw the depth of `seen` within `area` (x, y from below) of an eye's textures of `size`; return triangles."""
        targets = self._targets(eye, size, 3 if sheet.cut else 1)
        for target in targets:
            target.scissor = area
            target.clear(depth=1.0)
        # What is nearer than the near plane is drawn all the same, at its depth.
        self.context.enable_only(self.context.DEPTH_TEST)
        self.context.enable_direct(_DEPTH_CLAMP)
        if sheet.cut:
            count = self._draw(sheet, _FRONT, False, seen.tiles[~seen.split], targets[0], to_clip)
            split = seen.tiles[seen.split]
            count += self._draw(sheet, _FRONT, True, split, targets[1], to_clip)
            count += self._draw(sheet, _BACK, True, split, targets[2], to_clip)
        else:
            count = self._draw(sheet, _OWN, False, seen.tiles, targets[0], to_clip)
        self.context.disable_direct(_DEPTH_CLAMP)
        return TRIANGLES * count

    def _draw(
        self,
        sheet: Sheet,
        layer: int,
        split: bool,
        tiles: NDArray[np.float32],
        target: moderngl.Framebuffer,
        to_clip: NDArray[np.float64],
    ) -> int:
        if not len(tiles):
            return 0
        mesh = self._mesh(_Mesh(layer, split and layer == _FRONT, tuple(sheet.surface.defines.items())), split)
        if layer != _BACK:  # which has the front's patches
            self._write(self._patches[split], tiles)
        program = mesh.program
        program["to_clip"].write(to_clip.astype("f4").tobytes())  # type: ignore[union-attr]
        set_mapping(program, sheet.rule)
        sheet.surface.use(program)
        target.use()
        mesh.render(self.context.TRIANGLES, instances=len(tiles))
        return len(tiles)

    def _write(self, buffer: moderngl.Buffer, tiles: NDArray[np.float32]) -> None:
        data = tiles.tobytes()
        if len(data) > buffer.size:
            buffer.orphan(1 << (len(data) - 1).bit_length())
        buffer.write(data)

    def _mesh(self, kind: _Mesh, split: bool) -> moderngl.VertexArray:
        if kind not in self._meshes:
            defines = {
                "LAYER": kind.layer,
                "PLACED": int(kind.cut),
                "LAYERED": int(kind.layer > 0),
                **dict(kind.defines),
            }
            fragment = source("cut.frag") if kind.cut else source("distance.frag")
            self._meshes[kind] = self.context.vertex_array(
                self.context.program(source("surface.vert", defines), fragment),
                [(self._patches[split], "4f/i", "tile")],
                index_buffer=self._indices,
                index_element_size=2,
            )
        return self._meshes[kind]

    def _targets(self, eye: int, size: tuple[int, int], count: int) -> list[moderngl.Framebuffer]:
        while len(self._depths) <= eye:
            self._depths.append([])
        have = self._depths[eye]
        if have and have[0].size != size:
            for depth in have:
                depth.release()
            have.clear()
        have.extend(_Depth(self.context, size) for _ in range(count - len(have)))
        return [depth.framebuffer for depth in have[:count]]

    def release(self) -> None:
        """Give everything back."""
        for have in self._depths:
            for depth in have:
                depth.release()
        for mesh in self._meshes.values():
            mesh.program.release()
            mesh.release()
        self._depths.clear()
        self._meshes.clear()
        for buffer in (*self._patches, self._indices):
            buffer.release()


@dataclass(frozen=True)
class _Mesh:
    """What the pass is compiled for: a layer, whether it is cut, and how the surface's textures lie."""

    layer: int
    cut: bool
    defines: tuple[tuple[str, int], ...]


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


def set_mapping(program: moderngl.Program, rule: Displacement) -> None:
    """Give `program` the uniforms of mapping.glsl."""
    program["levels"] = (rule.low, 1 / (rule.high - rule.low))
    program["inverse"] = rule.mapping == "inverse"
    if rule.mapping == "inverse":
        program["rule"] = (1 / rule.far, 1 / rule.near - 1 / rule.far)
    else:
        program["rule"] = (rule.radius * (1 + rule.strength), -2 * rule.radius * rule.strength)
