"""Frames as encoders take them: drawn, made NV12 or P010 on the GPU, and read while the next ones are drawn."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthfusion.camera.frame import Frame
from depthfusion.errors import MachineError
from depthfusion.look import Displacement
from depthfusion.render.quality import FILE, Quality
from depthfusion.render.shaders import source

if TYPE_CHECKING:
    import moderngl

    from depthfusion.render.renderer import Renderer
    from depthfusion.render.surface import Surface

IN_FLIGHT = 3
"""Frames that are being read at a time: the oldest is waited for while two others are drawn and converted."""


class Readback:
    """A picture to draw into, handed over as planes that a video encoder takes, a few frames later.

    The planes are those of NV12 (`bits` 8) or P010 (`bits` 10, in the upper bits of 16): Y' row by row from the top,
    then Cb and Cr in turn for every 2×2 pixels, BT.709 in limited range, chroma sited left. With 10 bits the picture
    itself has 16. There is no fence in moderngl: a pixel-pack buffer is waited for where it is mapped, and a ring of
    them leaves the driver two frames' time until then.

    Args:
        context: current, and the picture's.
        size: width and height in pixels, both even.
        bits: 8 or 10.

    Raises:
        MachineError: the driver has no pictures of this size.
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int], bits: int = 8) -> None:
        _check(context, size)
        self._context = context
        self._kind = "f1" if bits == 8 else "nu2"
        width, height = size
        pairs = 2 if width % 4 == 0 else 1
        self._components = 2 * pairs
        self._picture = context.texture(size, 4, dtype=self._kind)
        self._picture.filter = (context.NEAREST, context.NEAREST)
        self.target = context.framebuffer([self._picture])
        """Where a frame of `size` is drawn; it stores sRGB as it comes."""
        across = width // self._components
        self._planes = [
            self._plane("nv12_luma.frag", (across, height), pairs, bits),
            self._plane("nv12_chroma.frag", (across, height // 2), pairs, bits),
        ]
        self._bytes = width * height * 3 // 2 * (1 if bits == 8 else 2)
        self._free = deque(context.buffer(reserve=self._bytes) for _ in range(IN_FLIGHT))
        self._reading: deque[moderngl.Buffer] = deque()

    def _plane(
        self, shader: str, size: tuple[int, int], pairs: int, bits: int
    ) -> tuple[moderngl.Framebuffer, moderngl.VertexArray]:
        target = self._context.framebuffer([self._context.texture(size, self._components, dtype=self._kind)])
        program = self._context.program(source("screen.vert"), source(shader, {"PAIRS": pairs}))
        program["finer"] = 1.0 if bits == 8 else 4.0
        program["unit"] = 1 / 255 if bits == 8 else 64 / 65535
        program["picture"] = 0
        return target, self._context.vertex_array(program, [])

    def submit(self) -> NDArray[np.uint8] | None:
        """Convert what `target` holds and begin to read it; it may be drawn into again at once.

        Returns the planes' bytes of the frame that was submitted two times before, or None while there is none.
        """
        buffer = self._free.popleft()
        at = 0
        self._context.enable_only(self._context.NOTHING)
        self._picture.use(0)
        for target, screen in self._planes:
            target.use()
            screen.render(self._context.TRIANGLES, vertices=3)
            target.read_into(buffer, components=self._components, alignment=1, dtype=self._kind, write_offset=at)
            at += target.width * target.height * self._components * (1 if self._kind == "f1" else 2)
        self._reading.append(buffer)
        return self._oldest() if len(self._reading) == IN_FLIGHT else None

    def rest(self) -> Iterator[NDArray[np.uint8]]:
        """Yield the planes of the frames that are still being read, the oldest first."""
        while self._reading:
            yield self._oldest()

    def _oldest(self) -> NDArray[np.uint8]:
        buffer = self._reading.popleft()
        planes = np.empty(self._bytes, np.uint8)
        buffer.read_into(planes)
        self._free.append(buffer)
        return planes

    def release(self) -> None:
        """Give everything back."""
        for target, screen in self._planes:
            target.color_attachments[0].release()
            target.release()
            screen.program.release()
            screen.release()
        for buffer in (*self._free, *self._reading):
            buffer.release()
        self.target.release()
        self._picture.release()


def deep_picture(
    renderer: Renderer, surface: Surface, frame: Frame, rule: Displacement, quality: Quality = FILE
) -> NDArray[np.uint16]:
    """Draw `frame` and return it as sRGB of 16 bits [H, W, 3], its first row on top; raises as `Readback` does."""
    width, height = frame.size
    _check(renderer.context, frame.size)
    picture = renderer.context.texture(frame.size, 4, dtype="nu2")
    target = renderer.context.framebuffer([picture])
    try:
        renderer.draw(surface, frame, rule, quality, target)
        rows = np.frombuffer(target.read(components=3, alignment=1, dtype="nu2"), np.uint16)
    finally:
        target.release()
        picture.release()
    return rows.reshape(height, width, 3)[::-1]


def _check(context: moderngl.Context, size: tuple[int, int]) -> None:
    largest = context.info["GL_MAX_TEXTURE_SIZE"]
    if max(size) > largest:
        raise MachineError(
            f"size {size[0]}x{size[1]} cannot be drawn here, where the graphics driver ends at {largest} pixels a "
            "side: choose a smaller one"
        )
