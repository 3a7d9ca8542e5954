"""GLSL by name: the files of the shaders folder, with `#include "NAME"` resolved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from depthfusion import resources

_INCLUDE = re.compile(r"^\s*#\s*include\b\s*(.*)$")
_NAME = re.compile(r'^"([A-Za-z0-9_]+\.glsl)"\s*$')


def source(name: str, defines: Mapping[str, int] | None = None, folder: Path | None = None) -> str:
    """Return the text of the shader file `name`, each included file's text once, where it is first named.

    `defines` become macros after its first line, which is its version.

    Raises ValueError for an include that is not `#include "NAME.glsl"` of a file in the folder: a defect.
    """
    version, *lines = _lines(folder or resources.shaders(), name, set())
    macros = [f"#define {macro} {value}" for macro, value in (defines or {}).items()]
    return "\n".join([version, *macros, *lines]) + "\n"


def _lines(folder: Path, name: str, seen: set[str]) -> list[str]:
    seen.add(name)
    lines: list[str] = []
    for number, line in enumerate((folder / name).read_text(encoding="utf-8").splitlines(), 1):
        include = _INCLUDE.match(line)
        if include is None:
            lines.append(line)
            continue
        wanted = _NAME.match(include[1])
        if wanted is None or not (folder / wanted[1]).is_file():
            raise ValueError(f"{name}, line {number}: cannot include {include[1]}")
        if wanted[1] not in seen:
            lines.extend(_lines(folder, wanted[1], seen))
    return lines
