"""What the canvas keeps on the GPU. No Qt: it draws into whatever framebuffer it is given."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from depthfusion.camera.frame import Frame
from depthfusion.look import Displacement
from depthfusion.render.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from depthfusion.render.prepare import Behind, Prepared
    from depthfusion.render.surface import Surface


class Stage:
    """The renderer and the world that it shows, in the OpenGL context that is current when this is made.

    Raises `MachineError` where the context will not do.
    """

    def __init__(self) -> None:
        from depthfusion.render import context
        from depthfusion.render.renderer import Renderer

        self.context = context.adopt()
        self._renderer = Renderer(self.context)
        self._shown: Surface | None = None
        self._coming: Surface | None = None
        self._uploading: Iterator[float] = iter(())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw yet."""
        return self._shown is None

    def put(self, prepared: Prepared) -> None:
        """Begin to bring a world to the GPU; until it is there the last one stays. Raises `MachineError`."""
        from depthfusion.render.surface import Surface

        if self._coming is not None:
            self._coming.release()
        self._coming = Surface(self.context, prepared)
        self._uploading = self._coming.upload()

    def put_behind(self, behind: Behind) -> None:
        """Begin to bring the layer behind the world's depth edges, which has been brought; its own textures stay."""
        assert self._shown is not None
        self._uploading = self._shown.add(behind)

    def upload(self, seconds: float) -> bool:
        """Go on bringing it for about `seconds`; return whether another step is needed."""
        until = time.perf_counter() + seconds
        for _ in self._uploading:
            if time.perf_counter() > until:
                return True
        if self._coming is None:
            return False
        if self._shown is not None:
            self._shown.release()
        self._shown, self._coming = self._coming, None
        return False

    def clear(self, framebuffer: int, colour: tuple[float, float, float]) -> None:
        """Paint a framebuffer (by its OpenGL name) in one sRGB colour, components 0 to 1."""
        self.context.detect_framebuffer(framebuffer).clear(*colour, 1.0)

    def draw(self, frame: Frame, rule: Displacement, quality: Quality, framebuffer: int) -> None:
        """Draw the world and wait until it is drawn."""
        assert self._shown is not None
        self._renderer.draw(self._shown, frame, rule, quality, self.context.detect_framebuffer(framebuffer))
        self.context.finish()

    def steps(
        self, frame: Frame, rule: Displacement, quality: Quality, framebuffer: int, most: Callable[[], int]
    ) -> Iterator[int]:
        """Draw the same in steps of at most `most()` pixels; wait after each and yield how many it drew."""
        assert self._shown is not None
        target = self.context.detect_framebuffer(framebuffer)
        for step in self._renderer.steps(self._shown, frame, rule, quality, target, most):
            self.context.finish()
            yield step.pixels

    def release(self) -> None:
        """Give back everything; the context must be current."""
        for surface in (self._shown, self._coming):
            if surface is not None:
                surface.release()
        self._shown = self._coming = None
        self._renderer.release()
