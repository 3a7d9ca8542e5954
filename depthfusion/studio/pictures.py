"""What the canvas shows: pictures in framebuffers of their own, of which the last complete one is seen."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtOpenGL import QOpenGLFramebufferObject

from depthfusion.camera.frame import Frame
from depthfusion.look import Displacement
from depthfusion.render.quality import FILE
from depthfusion.studio.pace import Pace
from depthfusion.studio.stage import Stage

_COLOUR_BIT = 0x4000
_LINEAR = 0x2601


class Pictures:
    """A moving picture, drawn at once, and a still one, drawn as files are and over as many paints as that takes.

    Made and used in one OpenGL context. `complete` tells whether what is shown is as files hold it.
    """

    def __init__(self, stage: Stage, pace: Pace) -> None:
        self.complete = False
        self._stage = stage
        self._pace = pace
        self._moving: QOpenGLFramebufferObject | None = None
        self._still: QOpenGLFramebufferObject | None = None
        self._shown: QOpenGLFramebufferObject | None = None
        self._steps: Iterator[int] | None = None

    @property
    def unfinished(self) -> bool:
        """Whether a still picture was begun."""
        return self._steps is not None

    def clear(self) -> None:
        """Show nothing, and give up what was begun."""
        self.complete = False
        self._shown = self._steps = None

    def draw(self, frame: Frame, rule: Displacement) -> None:
        """Draw a moving picture as the pace has it, and give up what was begun."""
        self._moving = self._shown = _room(self._moving, frame.size)
        self._stage.draw(frame, rule, self._pace.now.quality, self._moving.handle())
        self.complete = self._pace.finest
        self._steps = None

    def begin(self, frame: Frame, rule: Displacement) -> None:
        """Begin a still picture: `go_on` draws it."""
        self._steps = self._draw_still(frame, rule)

    def _draw_still(self, frame: Frame, rule: Displacement) -> Iterator[int]:
        self._still = _room(self._still, frame.size)
        yield from self._stage.steps(frame, rule, FILE, self._still.handle(), lambda: self._pace.pixels)

    def go_on(self, began: float) -> None:
        """Go on with what was begun as long as that fits in a paint that began then; show it once it is complete."""
        assert self._steps is not None
        last = time.perf_counter()
        for pixels in self._steps:
            now = time.perf_counter()
            if pixels:
                self._pace.stepped(pixels, now - last)
            if not self._pace.fits(now - began):
                return
            last = now
        self._steps = None
        self._shown = self._still
        self.complete = True

    def show(self, left: int, bottom: int, width: int, height: int) -> None:
        """Copy the picture to this place of the canvas, whose framebuffer is the one in use."""
        if self._shown is not None:
            there, here = QRect(left, bottom, width, height), QRect(QPoint(0, 0), self._shown.size())
            # None is the canvas' own framebuffer.
            QOpenGLFramebufferObject.blitFramebuffer(None, there, self._shown, here, _COLOUR_BIT, _LINEAR)


def _room(have: QOpenGLFramebufferObject | None, size: tuple[int, int]) -> QOpenGLFramebufferObject:
    """Return a framebuffer of this size: the one there is, or a new one."""
    if have is not None and have.size() == QSize(*size):
        return have
    return QOpenGLFramebufferObject(QSize(*size))
