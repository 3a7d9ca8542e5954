"""A world as geometry: a mesh or points for other programs, or its distances."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from depthfusion.errors import InputError
from depthfusion.export.mesh_settings import MeshSettings
from depthfusion.export.scene import SceneJob
from depthfusion.jobs.job import Json
from depthfusion.jobs.progress import Progress
from ldm3d.files import whole_file, whole_files

if TYPE_CHECKING:
    from depthfusion.export.geometry import Part
    from depthfusion.export.mesh_grid import Floats
    from depthfusion.export.texture import Bytes

_TEXTURES = {"jpeg": ".jpg", "png": ".png"}


@dataclass(frozen=True)
class MeshJob(SceneJob):
    """Write a world as geometry; the suffix chooses the format.

    Attributes:
        mesh: values of `MeshSettings`; those not given are the defaults.

    The result names the `output`, all `files` that were written, and how many `triangles` (with the `error` in
    radians that they leave) or `points` they have.
    """

    kind: ClassVar[str] = "mesh"
    suffixes: ClassVar[tuple[str, ...]] = (".glb", ".ply", ".obj", ".exr")
    what: ClassVar[str] = "geometry"

    mesh: Mapping[str, Any] = field(default_factory=dict)

    def run(self, progress: Progress) -> Json:
        """Return `output`, `files` and what they hold."""
        self.checked()
        settings = MeshSettings(**self.mesh)
        output = Path(self.output)
        kind = output.suffix.lower()
        if kind == ".exr":
            return self._distances(output, progress)
        scene, rule = self.read(progress)
        layers = self.layers(scene, rule, progress)
        from depthfusion.export import geometry

        if kind == ".ply" and settings.ply == "points":
            return self._points(output, geometry.cloud(scene, rule, layers, settings.points), progress)
        parts, error = geometry.meshes(scene, rule, layers, settings.triangles, progress)
        if kind == ".obj":
            files = self._obj(output, parts, settings, progress)
        else:
            files = [output]
            with whole_file(output) as partial:
                (_write_glb if kind == ".glb" else _write_ply)(partial, parts, settings, output.stem, progress)
        triangles = sum(len(part.mesh.faces) for part in parts)
        return {"output": self.output, "files": [str(file) for file in files], "triangles": triangles, "error": error}

    def _distances(self, output: Path, progress: Progress) -> Json:
        from depthfusion.export import distances

        scene, rule = self.read(progress)
        progress.step("writing the distances", 0)
        with whole_file(output) as partial:
            distances.write(partial, distances.of_depth(scene.depth, rule))
        return {"output": self.output, "files": [self.output]}

    def _points(self, output: Path, cloud: Iterator[tuple[Floats, Bytes]], progress: Progress) -> Json:
        from depthfusion.export import ply

        def told() -> Iterator[tuple[Floats, Bytes]]:
            for part in cloud:
                progress.step("writing points", 0)
                yield part

        with whole_file(output) as partial:
            count = ply.write_points(partial, told())
        return {"output": self.output, "files": [self.output], "points": count}

    def _obj(self, output: Path, parts: Sequence[Part], settings: MeshSettings, progress: Progress) -> list[Path]:
        """Write textures, materials and at last the mesh; return their paths, the mesh first."""
        from depthfusion.export import obj

        textures = [output.with_name(f"{output.stem}.{part.name}{_TEXTURES[settings.texture]}") for part in parts]
        files = [*textures, output.with_suffix(".mtl"), output]
        for file in files:
            if any(
                source and os.path.realpath(file) == os.path.realpath(source) for source in (self.scene, self.depth)
            ):
                raise InputError(f"{file} cannot be written because it is read as well: choose another name")
        with whole_files(files) as partials:
            for part, partial in zip(parts, partials, strict=False):
                partial.write_bytes(_texture(part, settings, progress))
            progress.step("writing the mesh", 0)
            named = [(part.name, file.name) for part, file in zip(parts, textures, strict=True)]
            obj.write_materials(partials[-2], named)
            obj.write(partials[-1], files[-2].name, [(part.name, part.mesh) for part in parts], progress.check)
        return files[::-1]


def _write_glb(path: Path, parts: Sequence[Part], settings: MeshSettings, title: str, progress: Progress) -> None:
    from depthfusion.export import glb

    packed = [glb.Part(part.name, part.mesh, _texture(part, settings, progress)) for part in parts]
    progress.step("writing the mesh", 0)
    glb.write(path, packed, title, progress.check)


def _write_ply(path: Path, parts: Sequence[Part], settings: MeshSettings, title: str, progress: Progress) -> None:
    """Write one mesh whose corners have colours and are shared across seam and poles."""
    from depthfusion.export import ply
    from depthfusion.export.mesh import welded
    from depthfusion.export.texture import colours, reduced

    progress.step("writing the mesh", 0)
    positions, faces, hues, before = [], [], [], 0
    for part in parts:
        corners, first, triangles = welded(part.mesh)
        positions.append(corners)
        faces.append(triangles + np.uint32(before))
        hues.append(colours(reduced(part.rgb, settings.texture_size), part.mesh.uv[first]))
        before += len(corners)
    ply.write_mesh(path, np.concatenate(positions), np.concatenate(hues), np.concatenate(faces), progress.check)


def _texture(part: Part, settings: MeshSettings, progress: Progress) -> bytes:
    from depthfusion.export.texture import encoded, reduced

    progress.step("encoding the texture", 0)
    return encoded(reduced(part.rgb, settings.texture_size), settings.texture)
