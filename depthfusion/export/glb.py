"""Binary glTF 2.0: meshes with their textures in one file, shown in their own colours without any light.

https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html, and the extension KHR_materials_unlit.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import depthfusion
from depthfusion.errors import InputError
from depthfusion.export.mesh import Mesh

_MAGIC, _VERSION = b"glTF", 2
_FLOAT, _UINT, _USHORT = 5126, 5125, 5123
_ARRAY, _ELEMENT = 34962, 34963
_LINEAR, _LINEAR_MIPMAP_LINEAR, _REPEAT, _CLAMP = 9729, 9987, 10497, 33071
_UNLIT = "KHR_materials_unlit"
_MOST = 2**32 - 1


@dataclass(frozen=True, eq=False)
class Part:
    """One mesh of a file: its name and the bytes of its texture, a JPEG or PNG file."""

    name: str
    mesh: Mesh
    texture: bytes


def write(path: Path, parts: Sequence[Part], title: str, check: Callable[[], None] = lambda: None) -> None:
    """Write `parts` into the GLB file `path`, in order; `title` names the scene. `check` is called between parts.

    Raises `InputError` where the file would be larger than the format's four gigabytes.
    """
    chunks: list[Any] = []
    views: list[dict[str, int]] = []
    accessors: list[dict[str, Any]] = []

    def view(data: Any, **more: int) -> int:
        length = memoryview(data).nbytes
        start = sum(memoryview(chunk).nbytes for chunk in chunks)
        chunks.extend((data, bytes(-length % 4)))
        views.append({"buffer": 0, "byteOffset": start, "byteLength": length, **more})
        return len(views) - 1

    def accessor(array: np.ndarray[Any, Any], kind: str, component: int, target: int, **more: Any) -> int:
        at = view(np.ascontiguousarray(array), target=target)
        accessors.append({"bufferView": at, "componentType": component, "count": len(array), "type": kind, **more})
        return len(accessors) - 1

    meshes, images = [], []
    for number, part in enumerate(parts):
        check()
        places, flat = part.mesh.positions, part.mesh.faces.reshape(-1)
        short = len(places) < 65535
        attributes = {
            "POSITION": accessor(
                places.astype("<f4"),
                "VEC3",
                _FLOAT,
                _ARRAY,
                min=places.min(axis=0).tolist(),
                max=places.max(axis=0).tolist(),
            ),
            "TEXCOORD_0": accessor(part.mesh.uv.astype("<f4"), "VEC2", _FLOAT, _ARRAY),
        }
        indices = accessor(flat.astype("<u2" if short else "<u4"), "SCALAR", _USHORT if short else _UINT, _ELEMENT)
        meshes.append(
            {"name": part.name, "primitives": [{"attributes": attributes, "indices": indices, "material": number}]}
        )
        images.append({"name": part.name, "bufferView": view(part.texture), "mimeType": _mime(part.texture)})
    length = sum(memoryview(chunk).nbytes for chunk in chunks)
    head = {
        "asset": {"version": "2.0", "generator": f"DepthFusion {depthfusion.__version__}"},
        "extensionsUsed": [_UNLIT],
        "scene": 0,
        "scenes": [{"name": title, "nodes": list(range(len(parts)))}],
        "nodes": [{"name": part.name, "mesh": number} for number, part in enumerate(parts)],
        "meshes": meshes,
        "materials": [_material(part.name, number) for number, part in enumerate(parts)],
        "textures": [{"source": number, "sampler": 0} for number in range(len(parts))],
        "samplers": [{"magFilter": _LINEAR, "minFilter": _LINEAR_MIPMAP_LINEAR, "wrapS": _REPEAT, "wrapT": _CLAMP}],
        "images": images,
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": length}],
    }
    words = json.dumps(head, separators=(",", ":")).encode()
    words += b" " * (-len(words) % 4)
    total = 12 + 8 + len(words) + 8 + length
    if total > _MOST:
        raise InputError(
            f"{path} would have {total} bytes, more than the {_MOST} of a GLB file: choose fewer triangles or a "
            "smaller texture (--triangles, --texture-size)"
        )
    with path.open("wb") as stream:
        stream.write(struct.pack("<4sII", _MAGIC, _VERSION, total))
        stream.write(struct.pack("<I4s", len(words), b"JSON") + words)
        stream.write(struct.pack("<I4s", length, b"BIN\0"))
        for chunk in chunks:
            check()
            stream.write(memoryview(chunk).cast("B") if len(chunk) else b"")


def _material(name: str, texture: int) -> dict[str, Any]:
    """Return what shows the texture as it is, where the extension is known, and as matt where it is not."""
    return {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorTexture": {"index": texture},
            "metallicFactor": 0.0,
            "roughnessFactor": 1.0,
        },
        "doubleSided": True,
        "extensions": {_UNLIT: {}},
    }


def _mime(texture: bytes) -> str:
    return "image/png" if texture.startswith(b"\x89PNG") else "image/jpeg"
