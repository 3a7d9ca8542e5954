"""Rooms are imported when they are needed, by whichever thread needs them: threads must not trip over each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import depthfusion
import ldm3d

ROOTS = [Path(package.__file__ or "").parent for package in (depthfusion, ldm3d)]
MODULES = sorted(path for root in ROOTS for path in root.rglob("*.py") if path.name != "__init__.py")


def imports(path: Path) -> list[ast.ImportFrom]:
    return [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)]


@pytest.mark.parametrize("room", sorted({path.parent for path in MODULES}), ids=lambda room: room.name)
def test_no_module_waits_for_its_room(room: Path) -> None:
    """Its `__init__` waits for its modules: out of that circle of two threads Python lets one go with half a module."""
    name = ".".join(room.relative_to(next(root for root in ROOTS if room.is_relative_to(root)).parent).parts)
    if any((node.module or "").startswith(f"{name}.") for node in imports(room / "__init__.py")):
        waiting = [path.name for path in room.glob("[!_]*.py") if any(node.module == name for node in imports(path))]
        assert waiting == []
