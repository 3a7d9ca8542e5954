"""A project: a panorama, how it is looked at, the camera path and the export settings, as one JSON file.

The file is described in docs/project.md.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar, get_args

from depthfusion.camera.options import ViewOptions
from depthfusion.camera.path import CameraPath
from depthfusion.camera.presets import PRESETS
from depthfusion.conversion import DepthUnit
from depthfusion.errors import InputError
from depthfusion.export import chosen
from depthfusion.export.mesh_settings import MeshSettings
from depthfusion.export.settings import ExportSettings
from depthfusion.json_file import check_keys, check_version, read_object, shown
from depthfusion.look import Look
from depthfusion.settings import State
from ldm3d.files import whole_file

SUFFIX = ".depthfusion"
VERSION = 1

_KIND = "a project"
_REQUIRED = ("version", "panorama")
_OPTIONAL = ("depth", "invert_depth", "depth_unit", "look", "view", "camera_path", "export", "mesh")
_POSE = ("yaw", "pitch", "roll", "position", "fov")

S = TypeVar("S", bound=State)


@dataclass
class Project:
    """What is kept of a session. Paths are those of this machine; the file has them relative to itself.

    Attributes:
        panorama: the colour.
        depth, invert_depth, depth_unit: as `panorama.load` takes them; without `depth` what stands beside the colour.
        camera_path: the artist's own path; without it `export.path` names a preset or a path file.
    """

    panorama: Path
    depth: Path | None = None
    invert_depth: bool = False
    depth_unit: DepthUnit | None = None
    look: Look = field(default_factory=Look)
    view: ViewOptions = field(default_factory=ViewOptions)
    camera_path: CameraPath | None = None
    export: ExportSettings = field(default_factory=ExportSettings)
    mesh: MeshSettings = field(default_factory=MeshSettings)

    def job(self) -> dict[str, Any]:
        """Return the fields of a still's job as JSON keeps them, all but `output`."""
        return {
            "scene": str(self.panorama),
            "depth": None if self.depth is None else str(self.depth),
            "invert_depth": self.invert_depth,
            "depth_unit": self.depth_unit,
            "look": self.look.as_dict(),
            "view": self.view.as_dict(),
            "export": self.export.as_dict(),
        }

    def video_job(self) -> dict[str, Any]:
        """Return the fields of a video's job: `job` and the camera path."""
        return {**self.job(), "camera_path": None if self.camera_path is None else self.camera_path.to_json()}


def is_project(path: Path) -> bool:
    """Return whether the name of `path` is a project's."""
    return path.suffix.lower() == SUFFIX


def load_scene(
    path: Path, depth: Path | None = None, *, invert_depth: bool = False, depth_unit: DepthUnit | None = None
) -> Project:
    """Return the project `path`, or one with the defaults for the panorama `path`.

    A `depth` replaces the project's, with `invert_depth` and `depth_unit` as its own. Raises `InputError`.
    """
    if not is_project(path):
        return Project(path, depth, invert_depth, depth_unit)
    project = load(path)
    if depth is not None:
        project.depth, project.invert_depth, project.depth_unit = depth, invert_depth, depth_unit
    elif invert_depth or depth_unit:
        project.invert_depth = invert_depth or project.invert_depth
        project.depth_unit = depth_unit or project.depth_unit
    return project


def override(
    project: Project, look: Mapping[str, Any], view: Mapping[str, Any], export: Mapping[str, Any], *, moving: bool
) -> None:
    """Set what the command line gave over what the project has.

    A preset of the export sets its values first, so that those given beside it hold. `moving`: a path will be followed.
    Then a path given replaces the project's own, and a pose given beside the project's own path or a path file, which
    have poses themselves, is an `InputError`.
    """
    if "path" in export:
        project.camera_path = None
    project.look.update(look)
    if "preset" in export:
        chosen.apply(export["preset"], project.view, project.export)
    project.view.update(view)
    project.export.update(export)
    posed = next((name for name in _POSE if name in view), None)
    if moving and posed and (project.camera_path is not None or project.export.path not in PRESETS):
        whose = "the project's camera path" if project.camera_path is not None else f"path {project.export.path}"
        raise InputError(
            f"{getattr(ViewOptions, posed).option} cannot be used with {whose}, which has its own poses: leave it out "
            f"or choose a preset, --path {next(iter(PRESETS))}"
        )


def load(path: Path) -> Project:
    """Read a project file; raise `InputError` with the one sentence that says what is wrong with it."""
    read = read_object(path, _KIND)
    if "version" in read:
        check_version(read["version"], VERSION, str(path))
    check_keys(read, _REQUIRED, _OPTIONAL, str(path))
    panorama, depth = _file(read["panorama"], "panorama", path), None
    if read.get("depth") is not None:
        depth = _file(read["depth"], "depth", path)
    inverted, unit = read.get("invert_depth", False), read.get("depth_unit")
    if not isinstance(inverted, bool):
        raise InputError(f"'invert_depth' of {path} is {shown(inverted)}: write true or false")
    if unit is not None and unit not in get_args(DepthUnit):
        raise InputError(f"'depth_unit' of {path} is {shown(unit)}: write {', '.join(get_args(DepthUnit))} or null")
    keyed = read.get("camera_path")
    if keyed is not None and not isinstance(keyed, dict):
        raise InputError(f"'camera_path' of {path} is {shown(keyed)}: write an object or null")
    export = _state(ExportSettings(), "export", read, path)
    if export.path not in PRESETS:
        export.path = str(path.parent / export.path)
    if export.audio:
        export.audio = str(path.parent / export.audio)
    return Project(
        panorama,
        depth,
        inverted,
        unit,
        _state(Look(), "look", read, path),
        _state(ViewOptions(), "view", read, path),
        None if keyed is None else CameraPath.from_json(keyed, f"the camera path of {path}"),
        export,
        _state(MeshSettings(), "mesh", read, path),
    )


def save(project: Project, path: Path) -> None:
    """Write a project file whole; raise `InputError` or `MachineError` where it cannot be written."""
    if not is_project(path):
        raise InputError(f"{path} cannot be a project: end its name in {SUFFIX}")
    export = project.export.as_dict()
    if project.export.path not in PRESETS:
        export["path"] = _relative(Path(project.export.path), path)
    if project.export.audio:
        export["audio"] = _relative(Path(project.export.audio), path)
    content = {
        "version": VERSION,
        "panorama": _relative(project.panorama, path),
        "depth": None if project.depth is None else _relative(project.depth, path),
        "invert_depth": project.invert_depth,
        "depth_unit": project.depth_unit,
        "look": project.look.as_dict(),
        "view": project.view.as_dict(),
        "camera_path": None if project.camera_path is None else project.camera_path.to_json(),
        "export": export,
        "mesh": project.mesh.as_dict(),
    }
    with whole_file(path) as partial:
        partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _relative(file: Path, project: Path) -> str:
    """Return `file` as seen from the project's folder, with slashes; from another drive as it is."""
    try:
        return Path(os.path.relpath(file, project.parent)).as_posix()
    except ValueError:
        return file.as_posix()


def _file(value: Any, name: str, path: Path) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise InputError(f"{name!r} of {path} is {shown(value)}: write a file's path, relative to the project")
    found = path.parent / PurePosixPath(value)
    # os.path takes a name that cannot be looked up, such as one too long, for one that is not there
    if not os.path.isfile(found):  # noqa: PTH113
        raise InputError(f"the {name} {found} of {path} is not there: bring it back or correct {name!r} in the project")
    return found


def _state(state: S, name: str, read: Mapping[str, Any], path: Path) -> S:
    """Set `state` from the object `name` of a project, with sentences that name both."""
    values = read.get(name, {})
    if not isinstance(values, dict):
        raise InputError(f"{name!r} of {path} is {shown(values)}: write an object")
    try:
        state.update(values)
    except InputError as error:
        raise InputError(f"{name!r} of {path}: {error}") from None
    return state
