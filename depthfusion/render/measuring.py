"""The first pass of a perspective view: the mesh's depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthfusion.look import Displacement
from depthfusion.render.matrices import Tile
from depthfusion.render.relief import APART, CUT, PATCH, SAME
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
    """What of a surface is drawn, and how.

    `layered`: the front layer instead of the panorama's own surface. `cut`: the one behind as well, because some of
    the patches have one.
    """

    surface: Surface
    rule: Displacement
    layered: bool
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
        self._patches: dict[_Batch, moderngl.Buffer] = {}
        self._meshes: dict[_Mesh, moderngl.VertexArray] = {}
        self._told: dict[_Mesh, Displacement] = {}
        self._depths: list[list[_Depth]] = []
        self._held: Selection | None = None
        self._counts: dict[_Batch, int] = {}

    def depths(self, eye: int, cut: bool) -> list[moderngl.Texture]:
        """Return the textures of an eye: of its one surface, or what layers share, the front's own, the back's own."""
        return [depth.texture for depth in self._depths[eye][: 3 if cut else 1]]

    def measure(
        self, sheet: Sheet, seen: Selection, eye: int, size: tuple[int, int], area: Tile, to_clip: bytes
    ) -> int:
        """Draw the depth of `seen` within `area` (x, y from below) of an eye's textures of `size`; return triangles.

        `to_clip` is the matrix from the world to clip space, as a shader reads it.
        """
        targets = self._targets(eye, size, 3 if sheet.cut else 1)
        for each in targets:
            each.scissor = area
            each.clear(depth=1.0)
        # What is nearer than the near plane is drawn all the same, at its depth.
        self.context.enable_only(self.context.DEPTH_TEST)
        self.context.enable_direct(_DEPTH_CLAMP)
        count = 0
        defines = tuple(sheet.surface.defines.items())
        self._hold(seen)
        for batch, patches in self._counts.items():
            for layer, number in _drawn(batch.kind, sheet.layered):
                self._draw(_Mesh(layer, batch, defines), sheet, to_clip, patches, targets[number])
                count += patches
        self.context.disable_direct(_DEPTH_CLAMP)
        return TRIANGLES * count

    def _draw(self, mesh: _Mesh, sheet: Sheet, to_clip: bytes, count: int, target: moderngl.Framebuffer) -> None:
        if mesh not in self._meshes:
            fragment = source("cut.frag", dict(mesh.defines)) if mesh.cut else source("distance.frag")
            self._meshes[mesh] = self.context.vertex_array(
                self.context.program(source("surface.vert", mesh.macros()), fragment),
                [(self._patches[mesh.batch], "4f/i", "tile")],
                index_buffer=self._indices,
                index_element_size=2,
            )
        array = self._meshes[mesh]
        program = array.program
        program["to_clip"].write(to_clip)  # type: ignore[union-attr]
        if self._told.get(mesh) is not sheet.rule:
            set_mapping(program, sheet.rule)
            self._told[mesh] = sheet.rule
        sheet.surface.use(program)
        target.use()
        array.render(self.context.TRIANGLES, instances=count)

    def _hold(self, seen: Selection) -> None:
        """Have the patches of `seen` in the buffers: those of the other eye, mostly, which are there already."""
        if seen is self._held:
            return
        self._held = seen
        self._counts = {}
        for batch, tiles in _batches(seen):
            self._write(batch, tiles)
            self._counts[batch] = len(tiles)

    def _write(self, batch: _Batch, tiles: NDArray[np.float32]) -> None:
        data = tiles.tobytes()
        if batch not in self._patches:
            self._patches[batch] = self.context.buffer(reserve=1 << 16, dynamic=True)
        buffer = self._patches[batch]
        if len(data) > buffer.size:
            buffer.orphan(1 << (len(data) - 1).bit_length())
        buffer.write(data)

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
        self._told.clear()
        for buffer in (*self._patches.values(), self._indices):
            buffer.release()


@dataclass(frozen=True)
class _Batch:
    """Patches that are drawn alike: what becomes of their layers, and whether their places are texels' centres."""

    kind: int
    whole: bool


@dataclass(frozen=True)
class _Mesh:
    """What the pass is compiled for: a layer of a batch, and how the surface's textures lie."""

    layer: int
    batch: _Batch
    defines: tuple[tuple[str, int], ...]

    @property
    def cut(self) -> bool:
        return self.layer == _FRONT and self.batch.kind == CUT

    def macros(self) -> dict[str, int]:
        own = {"LAYER": self.layer, "PLACED": int(self.cut), "LAYERED": int(self.layer > 0)}
        return own | {"WHOLE": int(self.batch.whole)} | dict(self.defines)


def _batches(seen: Selection) -> Iterator[tuple[_Batch, NDArray[np.float32]]]:
    whole = seen.tiles[:, 2] >= 1
    for kind in (SAME, APART, CUT):
        for exact in (True, False):
            tiles = seen.tiles[(seen.kind == kind) & (whole == exact)]
            if len(tiles):
                yield _Batch(kind, exact), tiles


def _drawn(kind: int, layered: bool) -> list[tuple[int, int]]:
    """Return the layers of such patches that are drawn, and which of an eye's textures each is drawn into."""
    if not layered:
        return [(_OWN, 0)]
    return [(_FRONT, 0)] if kind == SAME else [(_FRONT, 1), (_BACK, 2)]


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
