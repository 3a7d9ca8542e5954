"""What stills and videos have in common: the scene, what was chosen, the checks before any work, and the drawing."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from depthfusion import panorama
from depthfusion.camera.frame import Frame, compose, default_size, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.errors import InputError
from depthfusion.export import chosen
from depthfusion.export.settings import ExportSettings
from depthfusion.jobs.job import Job
from depthfusion.jobs.progress import Progress
from depthfusion.look import Displacement, Look
from ldm3d.files import check_writable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from depthfusion.conversion import DepthUnit
    from depthfusion.layers import Layers
    from depthfusion.panorama import Panorama
    from depthfusion.render.renderer import Renderer
    from depthfusion.render.surface import Surface

    Draw = Callable[[Frame, Displacement], NDArray[np.uint8]]


@dataclass(frozen=True)
class SceneJob(Job):
    """A panorama drawn into one file.

    Attributes:
        scene: the panorama's path.
        output: the path to write.
        depth, invert_depth, depth_unit: as `panorama.load` takes them.
        look, view, export: values of `Look`, `ViewOptions` and `ExportSettings`; those not given are the defaults.
    """

    suffixes: ClassVar[tuple[str, ...]]
    what: ClassVar[str]

    scene: str
    output: str
    depth: str | None = None
    invert_depth: bool = False
    depth_unit: str | None = None
    look: Mapping[str, Any] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)
    export: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder of `output`."""
        return Path(self.output).parent

    def checked(self) -> tuple[ViewOptions, ExportSettings, tuple[int, int]]:
        """Return view, export settings and the size in pixels, having checked all that can be without the panorama.

        Raises `InputError` or `MachineError`.
        """
        output = Path(self.output)
        if output.suffix.lower() not in self.suffixes:
            raise InputError(f"{output} cannot be {self.what}: end its name in {' or '.join(self.suffixes)}")
        Look(**self.look)
        view, export = chosen.settings(self.view, self.export)
        size = export.size or default_size(view)
        compose(view, pose_of(view), view.field_of_view, size, Displacement())
        for source in (self.scene, self.depth, panorama.depth_beside(Path(self.scene))):
            if source is not None and os.path.realpath(output) == os.path.realpath(source):
                raise InputError(f"{output} cannot be written because it is read as well: choose another name")
        check_writable(output)
        return view, export, size

    def read(self, progress: Progress) -> tuple[Panorama, Displacement]:
        """Return the panorama and the rule by which its depth becomes distance."""
        progress.step("reading the panorama", 0)
        unit = cast("DepthUnit | None", self.depth_unit)
        read = panorama.load(self.scene, self.depth, invert_depth=self.invert_depth, depth_unit=unit)
        return read, Look(**self.look).displacement(read.near, read.far)

    def layers(self, scene: Panorama, rule: Displacement, progress: Progress) -> Layers | None:
        """Return the layers that `rule` asks for: those of the files beside the panorama, else cut here."""
        if rule.edges != "layered":
            return None
        from depthfusion.layers import split

        progress.step("cutting the depth edges", 0)
        return split(scene.rgb, scene.depth)


@contextlib.contextmanager
def opened(scene: Panorama, progress: Progress, layers: Layers | None = None) -> Iterator[tuple[Renderer, Surface]]:
    """Yield a renderer and the world to draw with it, in an OpenGL context of their own.

    Raises `MachineError` where there is no OpenGL.
    """
    from depthfusion.render.context import standalone
    from depthfusion.render.prepare import prepare
    from depthfusion.render.renderer import Renderer
    from depthfusion.render.surface import Surface

    with contextlib.ExitStack() as things:
        context = standalone()
        things.callback(context.release)
        progress.step("preparing the world", 0)
        surface = Surface(context, prepare(scene.rgb, scene.depth, layers))
        things.callback(surface.release)
        for share in surface.upload():
            progress.step("preparing the world", share)
        renderer = Renderer(context)
        things.callback(renderer.release)
        yield renderer, surface


@contextlib.contextmanager
def drawing(scene: Panorama, progress: Progress, layers: Layers | None = None) -> Iterator[Draw]:
    """Yield what draws a frame by a rule into sRGB uint8 [height, width, 3]; as `opened`."""
    with opened(scene, progress, layers) as (renderer, surface):
        yield functools.partial(renderer.picture, surface)
