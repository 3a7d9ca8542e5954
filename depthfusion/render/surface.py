"""A panorama on the graphics card."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.errors import MachineError
from depthfusion.render.prepare import Prepared
from depthfusion.render.selection import Selector

if TYPE_CHECKING:
    import moderngl

_SRGB8 = 0x8C41
_STEP = 4 << 20


class Surface:
    """The textures of one prepared panorama; drawable once `upload` has run to its end.

    A colour wider than this machine's textures is drawn from its first half that fits. Raises `MachineError` for a
    depth map that does not fit.
    """

    def __init__(self, context: moderngl.Context, prepared: Prepared) -> None:
        self.context = context
        self.selector = Selector(prepared.relief)
        limit = int(context.info["GL_MAX_TEXTURE_SIZE"])
        width, height = prepared.relief.size
        if max(width, height) > limit:
            raise MachineError(
                f"a depth map of {width}x{height} cannot be drawn: this machine's OpenGL holds textures of at most "
                f"{limit} pixels a side; reduce the depth map or use another graphics card"
            )
        self._colours = [level for level in prepared.colours if max(level.shape[:2]) <= limit]
        self._depth = prepared.relief.depth
        self._textures: dict[str, moderngl.Texture] = {}
        self.colour_height = len(self._colours[0])

    def upload(self) -> Iterator[float]:
        """Bring everything onto the card in small steps, and yield the share that is done in (0, 1] after each.

        A step moves at most 4 MB (or a row of texels, if that is more): a window can spread them over its paints.
        """
        smaller = self._colours[1:] or self._colours
        total = sum(level.nbytes for level in (self._colours[0], *smaller)) + self._depth.nbytes
        done = 0
        for sent in self._steps(smaller):
            done += sent
            yield done / total
        self._colours.clear()

    def _steps(self, smaller: list[NDArray[np.uint8]]) -> Iterator[int]:
        colour = self._texture("colour_map", self._colours[0], 3, internal_format=_SRGB8)
        yield from _write(colour, self._colours[0], 0)
        halves = self._texture("smaller_map", smaller[0], 3, internal_format=_SRGB8)
        # Room for a half's halves is only to be had by having them made; they are written over with ours. It is this
        # slow step that the full size, four times as slow, has a texture of its own for.
        halves.build_mipmaps(0, len(smaller) - 1)
        halves.filter = (self.context.LINEAR_MIPMAP_LINEAR, self.context.LINEAR)
        yield 0
        for number, level in enumerate(smaller):
            yield from _write(halves, level, number)
        depth = self._texture("depth_map", self._depth, 1, dtype="nu2")
        depth.filter = (self.context.NEAREST, self.context.NEAREST)
        yield from _write(depth, self._depth, 0)

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

    def release(self) -> None:
        """Give the card's memory back."""
        for texture in self._textures.values():
            texture.release()
        self._textures.clear()


def _write(texture: moderngl.Texture, image: NDArray[Any], level: int) -> Iterator[int]:
    height, width = image.shape[:2]
    rows = max(1, _STEP // (image.nbytes // height))
    for start in range(0, height, rows):
        part = np.ascontiguousarray(image[start : start + rows])
        texture.write(part, viewport=(0, start, width, len(part)), level=level, alignment=1)
        yield part.nbytes
