"""A panorama on the graphics card."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.look import Displacement
from depthfusion.render.prepare import Behind, Prepared
from depthfusion.render.selection import Selector
from depthfusion.render.tiles import Tiles, strips

if TYPE_CHECKING:
    import moderngl

_SRGB8 = {3: 0x8C41, 4: 0x8C43}  # by channels: SRGB8, SRGB8_ALPHA8 of OpenGL 3.3
FREE_UNIT = 8
"""The first texture unit that a surface does not use."""


class Surface:
    """The textures of one prepared panorama; drawable once `upload` has run to its end.

    Shaders know them by name: `colour_map` and `smaller_map` (sRGB: the whole, and its halves), `depth_map`; and, if
    `layered`, `front_map` (the front layer's depth), `alpha_map` (its opacity field), `back_depth_map`,
    `back_colour_map` and `back_smaller_map`. What is wider than this machine's textures lies in tiles: `defines` tells
    the shaders so, and they read it to the same effect, but more slowly.
    """

    def __init__(self, context: moderngl.Context, prepared: Prepared) -> None:
        self.context = context
        self.colour_height = len(prepared.colours[0])
        self.kept: dict[object, Any] = {}
        """What painters make of this surface for themselves; it has a `release`, which is called with the surface's."""
        self._selector = Selector(prepared.relief)
        self._layered: Selector | None = None
        self._limit = int(context.info["GL_MAX_TEXTURE_SIZE"])
        self._prepared: Prepared | None = prepared
        self._textures: dict[str, moderngl.Texture | moderngl.TextureArray] = {}
        self._tables: dict[str, NDArray[np.int32]] = {}
        self._defines = {
            "TILED": sum(not self._fits(level) for level in prepared.colours),
            "TILED_DEPTH": int(not self._fits(prepared.relief.depth)),
        }

    @property
    def defines(self) -> dict[str, int]:
        """Macros that every program which reads these textures is compiled with."""
        return dict(self._defines)

    @property
    def layered(self) -> bool:
        """Whether the second layer is there: without it the surface is drawn stretched, whatever the look says."""
        return self._layered is not None

    def cut(self, rule: Displacement) -> bool:
        """Return whether depth edges are cut by `rule`."""
        return rule.edges == "layered" and self.layered

    def selector(self, rule: Displacement) -> Selector:
        """Return what chooses the patches that are drawn by `rule`."""
        return self._layered if self._layered is not None and self.cut(rule) else self._selector

    def upload(self) -> Iterator[float]:
        """Bring everything onto the card in small steps, and yield the share that is done in (0, 1] after each.

        A step moves at most 4 MB (or a row of texels, if that is more): a window can spread them over its paints.
        """
        assert self._prepared is not None
        behind = self._prepared.behind
        whole = _bytes(self._prepared.colours) + self._prepared.relief.depth.nbytes
        more = _behind_bytes(behind) if behind is not None else 0
        done = 0
        for sent in self._steps(self._prepared):
            done += sent
            yield done / (whole + more)
        self._prepared = None
        if behind is not None:
            for share in self.add(behind):
                yield (whole + share * more) / (whole + more)

    def add(self, behind: Behind) -> Iterator[float]:
        """Bring the second layer onto the card beside what is there; yield as `upload` does."""
        total = _behind_bytes(behind)
        done = 0
        for sent in self._behind_steps(behind):
            done += sent
            yield done / total
        self._defines["TILED_ALPHA"] = int(not self._fits(behind.alpha))
        self._layered = Selector(behind.relief)

    def _fits(self, image: NDArray[Any]) -> bool:
        return bool(max(image.shape[:2]) <= self._limit)

    def _steps(self, prepared: Prepared) -> Iterator[int]:
        yield from self._colour("", prepared.colours)
        yield from self._exact("depth_map", "depth_tiles", prepared.relief.depth)

    def _behind_steps(self, behind: Behind) -> Iterator[int]:
        yield from self._colour("back_", behind.colours)
        if self._fits(behind.alpha):
            yield from _write(self._texture("alpha_map", behind.alpha, 1), behind.alpha, 0)
        else:
            yield from self._tiled("alpha_map", "alpha_tiles", [behind.alpha], 1)
        yield from self._exact("front_map", "depth_tiles", behind.relief.depth)
        yield from self._exact("back_depth_map", "depth_tiles", behind.relief.back)

    def _colour(self, layer: str, levels: tuple[NDArray[np.uint8], ...]) -> Iterator[int]:
        channels = levels[0].shape[2]
        kind = {"components": channels, "internal_format": _SRGB8[channels]}
        large = [level for level in levels if not self._fits(level)]
        if large:
            yield from self._tiled(f"{layer}colour_map", "colour_tiles", large, channels)
        else:
            colour = self._texture(f"{layer}colour_map", levels[0], **kind)
            yield from _write(colour, levels[0], 0)
        smaller = levels[len(large) or 1 :] or levels
        halves = self._texture(f"{layer}smaller_map", smaller[0], **kind)
        # Room for a half's halves is only to be had by having them made; they are written over with ours. It is this
        # slow step that the full size, four times as slow, has a texture of its own for.
        halves.build_mipmaps(0, len(smaller) - 1)
        halves.filter = (self.context.LINEAR_MIPMAP_LINEAR, self.context.LINEAR)
        yield 0
        for number, level in enumerate(smaller):
            yield from _write(halves, level, number)

    def _exact(self, name: str, table: str, image: NDArray[np.uint16]) -> Iterator[int]:
        if not self._fits(image):
            yield from self._tiled(name, table, [image], 1, "nu2")
            return
        # Marching takes the hardware's filter, meshes fetch texels, which no filter touches.
        yield from _write(self._texture(name, image, 1, dtype="nu2"), image, 0)

    def _tiled(
        self, name: str, table: str, images: list[NDArray[Any]], components: int, dtype: str = "f1"
    ) -> Iterator[int]:
        tiles = Tiles(self.context, images, self._limit, components, dtype)
        self._textures[name] = tiles.texture
        # One image begins at layer 0: there is no need to say so.
        self._tables[table] = tiles.table if table == "colour_tiles" else tiles.table[:, (0, 1, 3)]
        yield from tiles.write()

    def _texture(self, name: str, image: NDArray[Any], components: int, **kind: Any) -> moderngl.Texture:
        height, width = image.shape[:2]
        texture = self.context.texture((width, height), components, **kind)
        texture.filter = (self.context.LINEAR, self.context.LINEAR)
        texture.repeat_x, texture.repeat_y = True, False
        self._textures[name] = texture
        return texture

    def use(self, program: moderngl.Program) -> None:
        """Bind the textures for `program`, to the samplers of their names that it has."""
        for unit, (name, texture) in enumerate(self._textures.items()):
            if name in program:
                texture.use(unit)
                program[name] = unit
        for name, table in self._tables.items():
            if name in program:
                # Compilers leave out the end of a table that they see is never read.
                read = program[name].array_length  # type: ignore[union-attr]
                program[name].write(np.ascontiguousarray(table[:read]).tobytes())  # type: ignore[union-attr]

    def release(self) -> None:
        """Give the card's memory back."""
        for thing in (*self._textures.values(), *self.kept.values()):
            thing.release()
        self._textures.clear()
        self.kept.clear()


def _bytes(levels: tuple[NDArray[np.uint8], ...]) -> int:
    return sum(level.nbytes for level in levels)


def _behind_bytes(behind: Behind) -> int:
    return _bytes(behind.colours) + behind.alpha.nbytes + behind.relief.depth.nbytes + behind.relief.back.nbytes


def _write(texture: moderngl.Texture, image: NDArray[Any], level: int) -> Iterator[int]:
    for start, part in strips(image):
        texture.write(part, viewport=(0, start, part.shape[1], len(part)), level=level, alignment=1)
        yield part.nbytes
