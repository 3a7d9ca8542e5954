"""Opening: from files to what the canvas needs. Runs in a thread of its own; no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from depthfusion import project
from depthfusion.errors import InputError
from depthfusion.panorama import MissingDepthError
from depthfusion.project import Project
from depthfusion.studio.drops import moves, ordinary, understand

if TYPE_CHECKING:
    from depthfusion.moving import MovingPanorama
    from depthfusion.panorama import Panorama
    from depthfusion.render.prepare import Behind, Prepared


class NoDepthError(InputError):
    """A panorama has no depth; `picture` is its path."""

    def __init__(self, picture: Path) -> None:
        super().__init__(
            f"{picture.name} has no depth: let it be estimated, drop the picture together with its depth map, or put "
            f"the depth beside it as {picture.stem}.depth.png"
        )
        self.picture = picture


@dataclass(frozen=True)
class Motion:
    """How a world moves: its length in seconds, frames a second, and the time that is shown."""

    duration: float
    rate: float
    at: float


@dataclass(frozen=True)
class Scene:
    """An open world.

    Attributes:
        files: what was opened.
        project: the panorama's files, and the project's settings where one was opened.
        settled: whether its settings are not to be taken over, because the session has later ones.
        motion: how it moves; then panorama and prepared are what is shown at that moment.
        panorama: colour and depth.
        prepared: the same as the renderer takes it.
    """

    files: tuple[Path, ...]
    project: Project
    panorama: Panorama
    prepared: Prepared
    settled: bool = False
    motion: Motion | None = None

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.files[0].stem


def opener(paths: tuple[Path, ...], settled: bool = False, at: float = 0.0) -> Callable[[], Scene]:
    """Return what opens dropped or chosen files, for a thread of its own."""
    return lambda: open_files(paths, settled, at)


def open_files(paths: tuple[Path, ...], settled: bool = False, at: float = 0.0) -> Scene:
    """Open a picture or video, one with its depth, or a project. `at` is the time to show of one that moves.

    Raises:
        InputError: they cannot be read, or mean nothing together.
        MachineError: the disk or the memory did not do.
    """
    from depthfusion import panorama
    from depthfusion.render.prepare import prepare

    opening = understand(paths)
    opened = project.load_scene(opening.scene, opening.depth)
    files = (opening.scene, opening.depth) if opening.depth else (opening.scene,)
    if moves(opened.panorama):
        shown = opened.export.at if project.is_project(opening.scene) and not settled else at
        with moving_of(opened) as video:
            return moment(files, opened, video, shown, settled)
    if opened.depth is None:
        _check_has_depth(opened.panorama)
    read = panorama.load(opened.panorama, opened.depth, invert_depth=opened.invert_depth, depth_unit=opened.depth_unit)
    return Scene(files, opened, read, prepare(read.rgb, read.depth), settled)


def moving_of(opened: Project, quick: bool = False) -> MovingPanorama:
    """Return a project's video. Raises `InputError` in the window's words where it has no depth."""
    from depthfusion.moving import MovingPanorama

    try:
        return MovingPanorama(opened.panorama, opened.depth, invert_depth=opened.invert_depth, quick=quick)
    except MissingDepthError:
        name = opened.panorama
        raise InputError(
            f"{name.name} has no depth, as it is not square (colour above, depth below): drop it together with the "
            f"video of its depth, or put that beside it as {name.stem}.depth{name.suffix}"
        ) from None


def moment(files: tuple[Path, ...], opened: Project, video: MovingPanorama, at: float, settled: bool = True) -> Scene:
    """Return a world that moves as it is at a time in seconds, or at its beginning if it is shorter."""
    from depthfusion.render.prepare import prepare

    at = at if at < video.duration else 0.0
    read = video.at(at)
    motion = Motion(video.duration, video.rate, at)
    return Scene(files, opened, read, prepare(read.rgb, read.depth), settled, motion)


def behind(scene: Scene) -> tuple[Scene, Behind]:
    """Return a scene and the layer behind its depth edges: seconds of work, for a thread of its own.

    It is the one that is kept beside the panorama, else one that is made here.
    """
    from depthfusion.layers.files import layers_of
    from depthfusion.layers.split import split
    from depthfusion.render.prepare import prepare_layers

    rgb, depth = scene.panorama.rgb, scene.panorama.depth
    layers = split(rgb, depth) if scene.motion else layers_of(scene.project.panorama, rgb, depth)
    return scene, prepare_layers(layers)


def _check_has_depth(picture: Path) -> None:
    """Say in the window's words what to do about a panorama without depth."""
    from PIL import Image

    from depthfusion.panorama import depth_beside

    if depth_beside(picture) is not None or not ordinary(picture):
        return
    try:
        with Image.open(picture) as image:
            width, height = image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return  # reading it says what it is
    if width == 2 * height:
        raise NoDepthError(picture)
