"""Opening: from files to what the canvas needs. Runs in a thread of its own; no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from depthfusion import project
from depthfusion.errors import InputError
from depthfusion.project import Project
from depthfusion.studio.drops import ordinary, understand

if TYPE_CHECKING:
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
class Scene:
    """An open world.

    Attributes:
        files: what was opened.
        project: the panorama's files, and the project's settings where one was opened.
        settled: whether its settings are not to be taken over, because the session has later ones.
        panorama: colour and depth.
        prepared: the same as the renderer takes it.
    """

    files: tuple[Path, ...]
    project: Project
    panorama: Panorama
    prepared: Prepared
    settled: bool = False

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.files[0].stem


def opener(paths: tuple[Path, ...], settled: bool = False) -> Callable[[], Scene]:
    """Return what opens dropped or chosen files, for a thread of its own."""
    return lambda: open_files(paths, settled)


def open_files(paths: tuple[Path, ...], settled: bool = False) -> Scene:
    """Open a picture, a picture and its depth, or a project.

    Raises:
        InputError: they cannot be read, or mean nothing together.
        MachineError: the disk or the memory did not do.
    """
    from depthfusion import panorama
    from depthfusion.render.prepare import prepare

    opening = understand(paths)
    opened = project.load_scene(opening.scene, opening.depth)
    if opened.depth is None:
        _check_has_depth(opened.panorama)
    read = panorama.load(opened.panorama, opened.depth, invert_depth=opened.invert_depth, depth_unit=opened.depth_unit)
    files = (opening.scene, opening.depth) if opening.depth else (opening.scene,)
    return Scene(files, opened, read, prepare(read.rgb, read.depth), settled)


def behind(scene: Scene) -> tuple[Scene, Behind]:
    """Return a scene and the layer behind its depth edges: seconds of work, for a thread of its own."""
    from depthfusion.layers import split
    from depthfusion.render.prepare import prepare_layers

    return scene, prepare_layers(split(scene.panorama.rgb, scene.panorama.depth))


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
