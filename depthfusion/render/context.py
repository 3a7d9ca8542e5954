"""The one place that makes OpenGL contexts: a core profile of at least 3.3."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from depthfusion.errors import MachineError

if TYPE_CHECKING:
    import moderngl

NEEDED = 330


def backend_for(platform: str) -> dict[str, str]:
    """Return what moderngl is asked for on a `sys.platform`.

    Linux draws through EGL, which needs no display; Windows (a hidden window) and macOS (CGL) have one way each, which
    moderngl takes by itself.
    """
    return {"backend": "egl"} if platform.startswith("linux") else {}


def standalone() -> moderngl.Context:
    """Return a new context of our own that draws off-screen; the caller releases it.

    Raises `MachineError` where OpenGL 3.3 cannot be had.
    """
    import moderngl

    try:
        return moderngl.create_context(require=NEEDED, standalone=True, **backend_for(sys.platform))  # type: ignore[arg-type]
    except Exception as failure:  # moderngl and glcontext raise bare Exception when a driver or library is missing
        raise MachineError(_sentence(failure)) from failure


def adopt() -> moderngl.Context:
    """Return moderngl's view of the context that is current in this thread (the window's).

    Called again, it adopts the context that is current then: a window may lose one and make another. Raises
    `MachineError` where it is older than OpenGL 3.3.
    """
    import moderngl

    try:
        moderngl.init_context()
        context = moderngl.get_context()
    except Exception as failure:  # as above
        raise MachineError(_sentence(failure)) from failure
    if context.version_code < NEEDED:
        raise MachineError(_sentence(f"its version is {context.version_code / 100:g}"))
    return context


def _sentence(reason: object) -> str:
    words = " ".join(str(reason).split()) or type(reason).__name__
    return (
        f"OpenGL 3.3 cannot be used here ({words}): install a graphics driver, or on Linux without a graphics card "
        "Mesa's software renderer (Debian: apt install libegl1 libgl1-mesa-dri)"
    )
