"""Whether Qt can make an OpenGL context here.

It is asked before there is a canvas, since a window with one that fails stays blank.
"""

from __future__ import annotations

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QSurfaceFormat

NEEDED = (3, 3)


def surface_format() -> QSurfaceFormat:
    """Return what every context and window of the program is made with.

    No samples: the renderer smooths edges by itself where there is time for it, and Qt brings the canvas and all that
    lies around it together in the window's own framebuffer, once a paint. With four samples that alone took a software
    renderer longer than a frame of a video lasts (54 ms of CPU time at 1600×1000; 16 ms without).
    """
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setVersion(*NEEDED)
    wanted.setDepthBufferSize(24)
    return wanted


def why_not() -> str | None:
    """Return in a sentence why OpenGL 3.3 cannot be used, or None where it can."""
    context = QOpenGLContext()
    context.setFormat(surface_format())
    if not context.create():
        return _sentence("no context could be made")
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    if not context.makeCurrent(surface):
        return _sentence("the context could not be used")
    made = context.format()
    context.doneCurrent()
    if made.version() < NEEDED or made.renderableType() == QSurfaceFormat.RenderableType.OpenGLES:
        major, minor = made.version()
        kind = "OpenGL ES" if made.renderableType() == QSurfaceFormat.RenderableType.OpenGLES else "OpenGL"
        return _sentence(f"it offers {kind} {major}.{minor}")
    return None


def _sentence(reason: str) -> str:
    return (
        f"OpenGL 3.3 cannot be used ({reason}): update the graphics driver, or on Linux without a graphics card "
        "install Mesa's software renderer (Debian: apt install libgl1-mesa-dri libegl1). Generating and the command "
        "line's other commands that need no drawing still work."
    )
