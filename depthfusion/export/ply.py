"""PLY files: coloured points, or a coloured mesh, in binary, little-endian."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import depthfusion
from depthfusion.export.mesh import Faces
from depthfusion.export.mesh_grid import Floats

Bytes = NDArray[np.uint8]

_CORNER = np.dtype([("position", "<f4", 3), ("colour", "u1", 3)])
_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])
_BAND = 1 << 18


def write_mesh(
    path: Path, positions: Floats, colours: Bytes, faces: Faces, check: Callable[[], None] = lambda: None
) -> None:
    """Write corners [n, 3] in metres with their sRGB colours [n, 3] and triangles [m, 3]."""
    with path.open("wb") as stream:
        stream.write(_head(len(positions), len(faces)))
        for start in range(0, len(positions), _BAND):
            check()
            stream.write(_corners(positions[start : start + _BAND], colours[start : start + _BAND]))
        for start in range(0, len(faces), _BAND):
            check()
            part = faces[start : start + _BAND]
            packed = np.empty(len(part), _FACE)
            packed["count"], packed["corners"] = 3, part
            stream.write(packed.data)


def write_points(path: Path, parts: Iterable[tuple[Floats, Bytes]]) -> int:
    """Write points, which come in parts: positions [n, 3] in metres and sRGB colours [n, 3]; return how many."""
    count = 0
    with path.open("wb") as stream:
        stream.write(_head(count, None))
        for positions, colours in parts:
            stream.write(_corners(positions, colours))
            count += len(positions)
        stream.seek(0)
        stream.write(_head(count, None))
    return count


def _head(corners: int, faces: int | None) -> bytes:
    """Return the words before the numbers: for points always as long, whatever their count."""
    about = f"DepthFusion {depthfusion.__version__}: metres, +Y up, the panorama's centre column at -Z"
    counted = f"element vertex {corners}"
    lines = [
        "ply",
        "format binary_little_endian 1.0",
        f"comment {about:{len(about) + 40 - len(counted)}}",
        counted,
        *(f"property float {axis}" for axis in "xyz"),
        *(f"property uchar {channel}" for channel in ("red", "green", "blue")),
    ]
    if faces is not None:
        lines += [f"element face {faces}", "property list uchar int vertex_indices"]
    return "\n".join([*lines, "end_header", ""]).encode("ascii")


def _corners(positions: Floats, colours: Bytes) -> memoryview:
    packed = np.empty(len(positions), _CORNER)
    packed["position"], packed["colour"] = positions, colours
    return packed.data
