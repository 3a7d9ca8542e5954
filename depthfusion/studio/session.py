"""What the window shows, without Qt: the states, the scene, undo and the file that survives a crash."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from depthfusion import places
from depthfusion.camera.options import ViewOptions
from depthfusion.camera.path import CameraPath
from depthfusion.errors import InputError, MachineError
from depthfusion.export.mesh_settings import MeshSettings
from depthfusion.export.settings import ExportSettings
from depthfusion.generate.request import GenerationRequest
from depthfusion.look import Look
from depthfusion.project import Project
from depthfusion.settings import Choice, Flag, Integer, Signal, State, Text
from depthfusion.studio import lenses, video_words
from depthfusion.studio.history import History
from depthfusion.studio.results import Results
from ldm3d.files import whole_file

VERSION = 1


class Appearance(State):
    """How the window itself looks."""

    scheme = Choice("system", "light or dark colours of the window", ("system", "light", "dark"), label="Colours")


class Series(State):
    """How often a request is made."""

    count = Integer(1, "how many worlds are made, each from a seed of its own", minimum=1, maximum=99, label="Worlds")


class Tools(State):
    """What pictures are worked on with."""

    estimator = Text("dpt-large", "what makes the depth of a picture that has none")
    enlarger = Text("lanczos", "what makes a panorama larger")
    filler = Text("fast", "what fills that which is hidden behind edges")


class Fill(State):
    """How many fills of what is hidden there are: undo takes the last one back."""

    count = Integer(0, "how many fills of this session are in use", minimum=0, maximum=1_000_000)


class Journey(State):
    """Where the camera goes."""

    own = Flag(False, "whether it follows the open project's own path, if that has one")


class Formats(State):
    """In which formats pictures and geometry are written."""

    still = Choice("png", "the format of stills", ("png", "jpg", "webp", "tif"))
    mesh = Choice("glb", "the format of geometry", ("glb", "ply", "points", "obj", "exr"))


class Session:
    """The states that the window shows and changes. Every value is declared in its State and nowhere else.

    Attributes:
        request, look, view, export, mesh, series, tools, formats, appearance: the states.
        fill: how many fills of what is hidden are in use; no other session knows them.
        journey: whether the camera follows the project's own path.
        history: undo and redo over the first five, the journey and the fills.
        results: the worlds of late.
        files: what is open: a project, or a panorama and perhaps its depth; `scene_changed` tells of another world.
        size: width and height of the panorama that is open.
        source: the panorama and its depth, and a project's own camera path; the states count, not those in it.
        last_seed: the seed of the last generation, for keeping it.
        duration: the seconds of a world that moves; None for one that stands still.
    """

    def __init__(self) -> None:
        self.request = GenerationRequest()
        self.look = Look()
        self.view = ViewOptions()
        self.export = ExportSettings()
        self.series = Series()
        self.mesh = MeshSettings()
        self.tools = Tools()
        self.formats = Formats()
        self.appearance = Appearance()
        self.results = Results()
        self.fill = Fill()
        self.journey = Journey()
        self._own_path: CameraPath | None = None
        # Before the history hears of another path: then both changes are one step.
        self.export.changed.connect(self._export_changed)
        self.history = History({**self._artwork(), "journey": self.journey, "fill": self.fill})
        self.journey.changed.connect(self._journey_changed)
        self.files: tuple[Path, ...] = ()
        self.size: tuple[int, int] | None = None
        self.source: Project | None = None
        self.scene_changed = Signal()
        self.last_seed: int | None = None
        self.duration: float | None = None
        self._had: dict[str, tuple[str, float | None]] = {}

    def _artwork(self) -> dict[str, State]:
        return {
            "request": self.request,
            "look": self.look,
            "view": self.view,
            "export": self.export,
            "mesh": self.mesh,
        }

    def states(self) -> dict[str, State]:
        """All states by name, as the session's file keeps them."""
        others = {"journey": self.journey, "series": self.series, "tools": self.tools}
        return {**self._artwork(), **others, "formats": self.formats, "appearance": self.appearance}

    def open(self, files: tuple[Path, ...], source: Project, size: tuple[int, int] | None = None) -> None:
        """Remember what is shown, and its size where it is another.

        The states stay as they are; `adopt_project` takes over those of `source`.
        """
        self.files, self.source, self._own_path = files, source, source.camera_path
        source.camera_path = self._own_path if self.journey.own else None
        self.size = size or self.size
        self.results.show(files)
        self.scene_changed.emit("scene")

    def saved(self, path: Path, project: Project) -> None:
        """Remember that what is shown was saved as a project; undo still knows the path that it had before."""
        own = self._own_path
        self.open((path,), project)
        self._own_path = project.camera_path or own

    def put_on(self, projection: str) -> None:
        """Put another lens on the view, as one step. It has the layout and field of view that it had last."""
        view = self.view
        if projection != view.projection:
            self._had[view.projection] = view.layout, view.fov
            with self.history.together():
                view.update(lenses.choosing(view, projection, *self._had.get(projection, (None, None))))
                self._of_another_shape()

    def lay_out(self, layout: str) -> None:
        """Choose another layout of the view, as one step."""
        with self.history.together():
            if layout != self.view.layout:
                self.view.update(lenses.laying_out(layout))
                self._of_another_shape()

    def _of_another_shape(self) -> None:
        """Forget what a video was for and how large a picture was: another lens or layout has another shape."""
        _, export = video_words.using(self.view, self.export, video_words.NONE)
        self.export.update({**export, "size": None})

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """Return the states that undo covers, for `go_back`."""
        return {room: state.as_dict() for room, state in {**self._artwork(), "journey": self.journey}.items()}

    def go_back(self, snapshot: Mapping[str, Mapping[str, Any]]) -> None:
        """Return to a snapshot, as one step."""
        with self.history.together():
            for room, values in snapshot.items():
                self.states()[room].update(values)

    def use(self, preset: str) -> None:
        """Choose what a video is for, as one step: its lens and layout, size and codec."""
        view, export = video_words.using(self.view, self.export, preset)
        with self.history.together():
            self.view.update(view)
            self.export.update(export)

    def follow(self, path: str) -> None:
        """Have the camera follow a preset or a path file rather than a project's own path."""
        with self.history.together():
            self.export.path = path
            self.journey.own = False

    def adopt_project(self, project: Project) -> None:
        """Take over a project's look, view and export settings as one step."""
        with self.history.together():
            for room in ("look", "view", "export", "mesh"):
                self.states()[room].update(getattr(project, room).as_dict())
            self.journey.own = self._own_path is not None

    def project(self) -> Project | None:
        """Return what is shown as a project, or None while nothing is."""
        if self.source is None:
            return None
        states = {room: self.states()[room].copy() for room in ("look", "view", "export", "mesh")}
        return replace(self.source, **states)

    def _export_changed(self, name: str) -> None:
        # Who chooses another path does not mean the project's own any more. What undo brings back it says itself.
        if name == "path" and not self.history.restoring:
            self.journey.own = False

    def _journey_changed(self, _: str) -> None:
        if self.source is not None:
            self.source.camera_path = self._own_path if self.journey.own else None
        self.scene_changed.emit("path")

    def adopt(self, room: str, values: Mapping[str, Any], skip: tuple[str, ...] = ()) -> list[str]:
        """Take over what can be taken of `values` (JSON of unknown origin) as one step; return why the rest cannot."""
        state = self.states()[room]
        refused = []
        with self.history.together():
            for name, value in values.items():
                if name in skip:
                    continue
                try:
                    state.update({name: value})
                except InputError as error:
                    refused.append(str(error))
        return refused

    def as_dict(self) -> dict[str, Any]:
        """The session as JSON."""
        states = {room: state.as_dict() for room, state in self.states().items()}
        files = [str(path) for path in self.files]
        return {"version": VERSION, "files": files, "results": self.results.as_json(), **states}

    def restore(self, saved: Mapping[str, Any]) -> tuple[Path, ...]:
        """Take over a saved session, without what is unknown here, and return the files that were open."""
        for room in self.states():
            if isinstance(values := saved.get(room), dict):
                self.adopt(room, values)
        self.history.forget()
        self.results.restore(saved.get("results"))
        files = saved.get("files")
        return tuple(Path(name) for name in files if isinstance(name, str)) if isinstance(files, list) else ()


def save(path: Path, session: Mapping[str, Any]) -> None:
    """Write a session's JSON whole, making its folder.

    Raises:
        InputError: the folder may not be written.
        MachineError: the disk is full or failed.
    """
    places.make(path.parent)
    with whole_file(path) as partial:
        partial.write_text(json.dumps(session, indent=1), encoding="utf-8")


def load(path: Path) -> dict[str, Any]:
    """Read a session's JSON; there is nothing in a first start.

    Raises:
        InputError: the file is not a session's.
        MachineError: the file cannot be read.
    """
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise MachineError(f"{path} could not be read ({error.strerror}); the studio starts afresh") from None
    except ValueError:
        raise InputError(f"{path} is broken; the studio starts afresh") from None
    if not isinstance(saved, dict):
        raise InputError(f"{path} is not a session; the studio starts afresh")
    version = saved.get("version", VERSION)
    if not isinstance(version, int) or version > VERSION:
        raise InputError(f"{path} is of a newer DepthFusion (version {version}); the studio starts afresh")
    return saved


def set_aside(path: Path) -> None:
    """Keep a session that could not be read as NAME.unread, so that the next autosave does not take its place."""
    with contextlib.suppress(OSError):
        path.replace(path.with_name(f"{path.name}.unread"))
