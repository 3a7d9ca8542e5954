"""Wavefront OBJ: a mesh as text, the material beside it, and the texture beside that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

import depthfusion
from depthfusion.export.mesh import Mesh

_BAND = 1 << 16


def write(
    path: Path, materials: str, parts: Sequence[tuple[str, Mesh]], check: Callable[[], None] = lambda: None
) -> None:
    """Write named meshes; `materials` is the name of the MTL file, in which each has a material of its own name."""
    before = 1
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(f"# DepthFusion {depthfusion.__version__}: metres, +Y up, the panorama's centre column at -Z\n")
        stream.write(f"mtllib {materials}\n")
        for name, mesh in parts:
            stream.write(f"o {name}\nusemtl {name}\n")
            _lines(stream, "v %.7g %.7g %.7g\n", mesh.positions, check)
            # v is counted from the bottom here
            _lines(stream, "vt %.7g %.7g\n", np.stack((mesh.uv[:, 0], 1 - mesh.uv[:, 1]), axis=-1), check)
            _lines(stream, "f %d/%d %d/%d %d/%d\n", np.repeat(mesh.faces.astype(np.int64) + before, 2, axis=1), check)
            before += len(mesh.positions)


def write_materials(path: Path, textures: Sequence[tuple[str, str]]) -> None:
    """Write a material for each name with the file name of its texture, shown as it is (`illum 0`)."""
    path.write_text(
        "\n".join(f"newmtl {name}\nKa 1 1 1\nKd 1 1 1\nKs 0 0 0\nillum 0\nmap_Kd {file}\n" for name, file in textures),
        encoding="utf-8",
        newline="\n",
    )


def _lines(stream: IO[str], line: str, rows: NDArray[Any], check: Callable[[], None]) -> None:
    for start in range(0, len(rows), _BAND):
        check()
        part = rows[start : start + _BAND]
        stream.write((line * len(part)) % tuple(part.reshape(-1).tolist()))
