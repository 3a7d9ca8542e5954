"""The only finder of shaders and assets: packaged data in a wheel, the repository's folders in a clone."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def shaders() -> Path:
    """Return the folder of the GLSL files."""
    return _folder("shaders")


def assets() -> Path:
    """Return the folder of icons and the sample panorama."""
    return _folder("assets")
