"""What works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from depthfusion.doctor import check, facts, places, verdicts
from depthfusion.doctor.check import Check, as_json

__all__ = ["Check", "as_json", "report", "text"]


def report() -> list[Check]:
    """Look at everything and return the findings; takes some seconds, as encoders and OpenGL are really tried."""
    from depthfusion.generate import parts
    from depthfusion.places import results
    from ldm3d import checkpoints
    from ldm3d.checkpoints import cache

    environ, home = os.environ, Path.home()
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    opengl, nvidia = facts.opengl(), facts.nvidia()
    folder = results().parent
    near = facts.existing(folder)
    ffmpeg, no_ffmpeg = facts.ffmpeg()
    version = facts.ffmpeg_version(ffmpeg) if ffmpeg else None
    found = {one.name: one.lacks for one in checkpoints.installed()}
    x11, wayland = environ.get("DISPLAY", ""), environ.get("WAYLAND_DISPLAY", "")
    return [
        verdicts.python(platform.python_version(), system, sys.executable, verdicts.bits()),
        verdicts.opengl(opengl),
        verdicts.graphics_card(opengl.get("renderer", ""), nvidia),
        verdicts.memory(*facts.memory()),
        verdicts.disk(folder, shutil.disk_usage(near).free, os.access(near, os.W_OK)),
        verdicts.ffmpeg(ffmpeg, version, no_ffmpeg),
        verdicts.encoders(facts.encoders(ffmpeg) if version else {}),
        verdicts.parts(parts.lacking(), parts.can_install()),
        verdicts.torch(facts.torch(), bool(nvidia)),
        verdicts.checkpoints(found, cache.place(environ, home)),
        verdicts.headset(*places.openxr(environ, home, sys.platform), *places.openvr(environ, home, sys.platform)),
        verdicts.display(sys.platform, x11, wayland, facts.display_answers(x11, wayland, environ)),
    ]


def text(checks: list[Check]) -> str:
    """Return the findings as aligned text that this process's stdout can write."""
    return check.text(checks, sys.stdout.encoding or "ascii")
