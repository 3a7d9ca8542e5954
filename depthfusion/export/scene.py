"""What stills and videos have in common: the scene, what was chosen, the checks before any work, and the drawing."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from depthfusion import moving, panorama
from depthfusion.camera.frame import Frame, compose, default_size, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.errors import InputError
from depthfusion.export import chosen
from depthfusion.export.settings import ExportSettings
from depthfusion.jobs.job import Job
from depthfusion.jobs.progress import Progress
from depthfusion.look import Displacement, Look
from depthfusion.moving import MovingPanorama
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
        scene: the panorama's path; a video's is one that moves.
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
        scene = Path(self.scene)
        beside = moving.depth_beside(scene) if self.moves else panorama.depth_beside(scene)
        if not self.moves and export.at:
            raise InputError(f"at {export.at:g} s cannot be used with {scene}, which stands still: leave it out")
        if self.moves and self.depth_unit is not None:
            raise InputError(
                f"depth unit {self.depth_unit} cannot be used with {scene}, as a video has no such numbers"
            )
        for source in (self.scene, self.depth, beside):
            if source is not None and os.path.realpath(output) == os.path.realpath(source):
                raise InputError(f"{output} cannot be written because it is read as well: choose another name")
        check_writable(output)
        return view, export, size

    @property
    def moves(self) -> bool:
        """Whether the scene is a video."""
        return moving.is_moving(Path(self.scene))

    def read(self, progress: Progress) -> tuple[Panorama, Displacement]:
        """Return the panorama and the rule by which its depth becomes distance; one that moves at its time `at`."""
        scene, rule = self.source(progress, self.moving(progress))
        if isinstance(scene, MovingPanorama):
            with scene:
                scene = scene.at(ExportSettings(**self.export).at)
        return scene, rule

    def moving(self, progress: Progress) -> MovingPanorama | None:
        """Return the scene if it is one that moves; nothing is decoded yet."""
        if not self.moves:
            return None
        progress.step("reading the video", 0)
        scene = MovingPanorama(self.scene, self.depth, invert_depth=self.invert_depth)
        scene.check_time(ExportSettings(**self.export).at)
        return scene

    def source(
        self, progress: Progress, moving: MovingPanorama | None
    ) -> tuple[Panorama | MovingPanorama, Displacement]:
        """Return what is drawn, `moving` or a panorama that stands still, and the rule of its distances."""
        look = Look(**self.look)
        if moving is not None:
            return moving, look.displacement(None, None)
        progress.step("reading the panorama", 0)
        unit = cast("DepthUnit | None", self.depth_unit)
        read = panorama.load(self.scene, self.depth, invert_depth=self.invert_depth, depth_unit=unit)
        return read, look.displacement(read.near, read.far)

    def layers(self, scene: Panorama, rule: Displacement, progress: Progress) -> Layers | None:
        """Return the layers that `rule` asks for: those of the files beside the panorama, else cut here."""
        if rule.edges != "layered":
            return None
        from depthfusion.layers import split
        from depthfusion.layers.files import layers_of

        progress.step("cutting the depth edges", 0)
        if self.moves:
            return split(scene.rgb, scene.depth)
        return layers_of(self.scene, scene.rgb, scene.depth)

    @contextlib.contextmanager
    def stage(
        self, scene: Panorama | MovingPanorama, rule: Displacement, progress: Progress
    ) -> Iterator[tuple[Renderer, Callable[[float], Surface]]]:
        """Yield a renderer, and what returns the world's surface at a time in seconds of a clip; as `opened`.

        A clip of a world that moves begins at its time `at` and goes round and round.
        """
        if not isinstance(scene, MovingPanorama):
            with opened(scene, progress, self.layers(scene, rule, progress)) as (renderer, surface):
                yield renderer, lambda seconds: surface
            return
        from depthfusion.export.showing import Showing
        from depthfusion.render.context import standalone
        from depthfusion.render.renderer import Renderer

        begin = ExportSettings(**self.export).at
        with contextlib.ExitStack() as things:
            context = standalone()
            things.callback(context.release)
            progress.step("preparing the world", 0)
            showing = things.enter_context(Showing(context, scene))
            renderer = Renderer(context)
            things.callback(renderer.release)
            yield renderer, lambda seconds: showing.at(begin + seconds)


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
