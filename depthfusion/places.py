"""Where the program keeps things: results, settings, log and autosave. `DEPTHFUSION_HOME` overrides all."""

from __future__ import annotations

import datetime
import os
import re
import sys
import time
import unicodedata
from pathlib import Path

from depthfusion.errors import InputError
from ldm3d.files import cannot_write

_APP = "DepthFusion"


def _home() -> Path | None:
    home = os.environ.get("DEPTHFUSION_HOME")
    return Path(home) if home else None


def results() -> Path:
    """Return today's folder for results from the window: Pictures/DepthFusion/DATE (not made here)."""
    import platformdirs

    home = _home()
    pictures = home / "results" if home else Path(platformdirs.user_pictures_dir()) / _APP
    return pictures / datetime.date.today().isoformat()


def state() -> Path:
    """Return the folder of settings and autosave (not made here)."""
    import platformdirs

    home = _home()
    return home / "state" if home else Path(platformdirs.user_state_dir(_APP, appauthor=False))


def log() -> Path:
    """Return the log file (its folder is not made here)."""
    import platformdirs

    home = _home()
    return (home / "log" if home else Path(platformdirs.user_log_dir(_APP, appauthor=False))) / "depthfusion.log"


def stem(prompt: str) -> str:
    """Return a file name's stem that tells the prompt: a-tranquil-forest-at-dawn."""
    plain = unicodedata.normalize("NFKD", prompt.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    name = ""
    for word in words:
        if len(name) + len(word) >= 60:
            break
        name = f"{name}-{word}" if name else word
    return name or "panorama"


def unused(folder: Path, name: str, suffixes: tuple[str, ...]) -> Path:
    """Return folder/name or folder/name-2, -3, …: the first for which none of `suffixes` exists as a file."""
    count = 1
    while True:
        candidate = folder / (name if count == 1 else f"{name}-{count}")
        if not any(os.path.lexists(candidate.with_name(candidate.name + suffix)) for suffix in suffixes):
            return candidate
        count += 1


def make(folder: Path) -> None:
    """Make `folder` and those above it, or raise the sentence that says why not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(
            f"{folder} cannot be a folder for results because a file has that name; move it away"
        ) from None
    except OSError as error:
        raise cannot_write(folder, error) from None


def write_log(trace: str) -> str:
    """Append a defect's traceback to the log and say where it is; where it cannot be written, say the whole of it."""
    path = log()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {' '.join(sys.argv)}\n{trace}\n")
    except OSError:
        return f"the log {path} could not be written:\n{trace}"
    return f"its traceback is in {path}"
