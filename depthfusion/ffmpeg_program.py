"""imageio-ffmpeg's ffmpeg: a separate program, found and started here for all who encode or decode."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, Any

from depthfusion.errors import MachineError

_PIPE_BYTES = 1 << 20


def program() -> str:
    """Return the path of imageio-ffmpeg's ffmpeg, or raise `MachineError`."""
    import imageio_ffmpeg

    try:
        found: str = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        raise MachineError(
            "ffmpeg was not found: reinstall the package imageio-ffmpeg, or name a program in IMAGEIO_FFMPEG_EXE"
        ) from None
    return found


def start(arguments: Sequence[str], **pipes: Any) -> subprocess.Popen[bytes]:
    """Start ffmpeg with `arguments`, apart from the terminal's Ctrl-C, which this process answers itself.

    `pipes` are `subprocess.Popen`'s stdin, stdout and stderr. Raises `MachineError`.
    """
    apart: dict[str, Any] = {"process_group": 0}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    command = [program(), *arguments]
    try:
        # SVT-AV1 writes by itself and tells all it does: only its errors, then
        return subprocess.Popen(command, env={**os.environ, "SVT_LOG": "1"}, **pipes, **apart)
    except OSError as error:
        reason = error.strerror or error
        raise MachineError(
            f"ffmpeg ({command[0]}) could not be started ({reason}): reinstall the package imageio-ffmpeg"
        ) from None


def widen(pipe: IO[bytes] | None) -> None:
    """Let `pipe` take much at once, where the system lets it: then both of its ends wait less for each other."""
    if sys.platform == "linux" and pipe is not None:
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def last_words(text: str) -> str:
    """Return what ffmpeg said, in one line of at most 400 letters, without the addresses of its parts."""
    plain = (re.sub(r"\[([^]\s]+) @ 0x[0-9a-f]+\] ", r"\1: ", line).strip() for line in text.splitlines())
    said = "; ".join(dict.fromkeys(line for line in plain if line))
    return said if len(said) <= 400 else "… " + said[-398:]
