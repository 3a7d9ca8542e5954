"""Panoramas of pictures as jobs: imported with a depth or one estimated of them, and enlarged."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from depthfusion import panorama
from depthfusion.conversion import DepthUnit
from depthfusion.errors import InputError, MachineError
from depthfusion.generate import devices, models, parts, shortage
from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.progress import Progress
from depthfusion.panorama import Panorama
from ldm3d import checkpoints
from ldm3d.checkpoints import Checkpoint

Method = Literal["auto", "ldm3d-sr", "lanczos"]
METHODS: tuple[Method, ...] = ("auto", "ldm3d-sr", "lanczos")
UPSCALER = "ldm3d-sr"


@dataclass(frozen=True)
class ImportJob(Job):
    """Make a panorama of a picture and its depth, given or estimated, and write it to `output` (NAME.png).

    Attributes:
        image: the picture, 2:1; without an estimator also a square one with colour above and depth below.
        output: the colour's path.
        depth: the depth's file; None: the one beside the picture.
        invert_depth: in that file the far is white.
        depth_unit: what floating-point numbers in it mean.
        estimator: estimates the depth instead: an alias, ORGANISATION/NAME or a folder.
        device: what the estimator computes on: auto or torch's word.
    """

    kind: ClassVar[str] = "import"
    image: str
    output: str
    depth: str | None = None
    invert_depth: bool = False
    depth_unit: DepthUnit | None = None
    estimator: str | None = None
    device: str = "auto"

    @property
    def folder(self) -> Path:
        """The folder of `output`."""
        return Path(self.output).parent

    def run(self, progress: Progress) -> Json:
        """Return `panorama`, `depth` (paths) and `source`, what the depth came from in words.

        Raises:
            MissingDepthError: the picture has no depth and no estimator is named.
        """
        image, output = Path(self.image), Path(self.output)
        beside = panorama.depth_beside(image) if self.estimator is None else None
        check_apart(output, (self.image, self.depth, beside))
        if self.estimator is not None:
            check_estimator(self.estimator, self.depth, inverted=self.invert_depth, unit=self.depth_unit)
        panorama.check_destination(output)
        made = self._loaded(image) if self.estimator is None else self._estimated(image, self.estimator, progress)
        return _written(made, output, progress)

    def _loaded(self, image: Path) -> Panorama:
        depth = Path(self.depth) if self.depth else None
        try:
            return panorama.load(image, depth, invert_depth=self.invert_depth, depth_unit=self.depth_unit)
        except panorama.MissingDepthError as error:
            raise panorama.MissingDepthError(
                f"{error}, or let one be estimated with --estimator dpt-large (or another that 'model list' shows)"
            ) from None

    def _estimated(self, image: Path, name: str, progress: Progress) -> Panorama:
        colour = panorama.load_colour(image)
        parts.require()
        from ldm3d import depth_estimation
        from ldm3d.depth_estimation import networks

        found = networks.find(name)
        progress.step("loading the estimator", 0)
        computing = devices.choose(devices.report(), device=self.device, precision="float32")
        models.KEPT.drop()  # two models at once may be more than the memory holds
        try:
            estimator = depth_estimation.load_estimator(name, computing.device)
            depth = depth_estimation.estimate(colour.rgb, estimator, progress.step)
        except (RuntimeError, MemoryError) as error:
            if not shortage.is_shortage(error):
                raise
            raise MachineError(
                f"estimator {name} does not fit into the memory of {computing.device}: close other programs or choose "
                "a smaller one, such as depth-anything-v2-small"
            ) from None
        finally:
            models.give_back()
        made = {"estimator": found.name, "revision": found.revision, "device": computing.device}
        return replace(
            colour, depth=depth, depth_source=f"estimator {found.name}", made={**(colour.made or {}), **made}
        )


@dataclass(frozen=True)
class EnlargeJob(Job):
    """Make a panorama larger and write it to `output` (NAME.png).

    Attributes:
        scene: the panorama.
        output: the colour's path.
        size: width and height of both the colour and the depth, 2:1.
        method: auto, ldm3d-sr or lanczos.
        depth: as for `ImportJob`, and so are the next two.
        invert_depth: see above.
        depth_unit: see above.
        device: what LDM3D-SR computes on: auto or torch's word.
        steps: of its denoising.
        seed: of its noise.
    """

    kind: ClassVar[str] = "enlarge"
    scene: str
    output: str
    size: tuple[int, int]
    method: Method = "auto"
    depth: str | None = None
    invert_depth: bool = False
    depth_unit: DepthUnit | None = None
    device: str = "auto"
    steps: int = 50
    seed: int = 0

    @property
    def folder(self) -> Path:
        """The folder of `output`."""
        return Path(self.output).parent

    def run(self, progress: Progress) -> Json:
        """Return `panorama`, `depth` (paths), `source` of the depth, `method` that was used and `why` in a sentence."""
        from ldm3d import enlarging

        output, size = Path(self.output), (int(self.size[0]), int(self.size[1]))
        check_apart(output, (self.scene, self.depth, panorama.depth_beside(Path(self.scene))))
        panorama.check_destination(output)
        method, why = choose_method(self.method, self.device)
        depth = Path(self.depth) if self.depth else None
        before = panorama.load(Path(self.scene), depth, invert_depth=self.invert_depth, depth_unit=self.depth_unit)
        rows, columns = before.rgb.shape[:2]
        enlarging.check_size((columns, rows), size)
        note: Json = {"from": f"{columns}x{rows}", "by": method}
        if method == "lanczos":
            rgb, deep = enlarging.enlarge(before.rgb, before.depth, size, progress=progress.step)
        else:
            parts.require()
            note |= {"seed": self.seed, "steps": self.steps}
            rgb, deep = self._redrawn(before, size, checkpoints.find(UPSCALER), progress)
        made = replace(before, rgb=rgb, depth=deep, made={**(before.made or {}), "enlarged": note})
        return {**_written(made, output, progress), "method": method, "why": why}

    def _redrawn(self, before: Panorama, size: tuple[int, int], found: Checkpoint, progress: Progress) -> Any:
        import torch

        from ldm3d import enlarging
        from ldm3d.pipelines.loading import load
        from ldm3d.pipelines.stopping import stop_when

        progress.step("loading the model", 0)
        models.KEPT.drop()
        computing = devices.choose(devices.report(), device=self.device)
        try:
            pipe = load(found.folder, "upscale", computing.device, getattr(torch, computing.precision))
            pipe.set_progress_bar_config(disable=True)
            with stop_when(pipe, progress.check):
                return enlarging.enlarge(
                    before.rgb, before.depth, size, pipe, progress.step, num_inference_steps=self.steps, seed=self.seed
                )
        except (RuntimeError, MemoryError) as error:
            if not shortage.is_shortage(error):
                raise
            raise MachineError(
                f"LDM3D-SR does not fit into the memory of {computing.device}: close other programs, or enlarge with "
                "--method lanczos"
            ) from None
        finally:
            pipe = None
            models.give_back()


def choose_method(method: Method, device: str = "auto") -> tuple[Literal["ldm3d-sr", "lanczos"], str]:
    """Return the method that is used and, for `auto`, why in a sentence. Nothing is downloaded or installed.

    Raises:
        InputError: there is no such method.
    """
    if method not in METHODS:
        raise InputError(f"method {method!r} is not known: choose one of {', '.join(METHODS)}")
    if method != "auto":
        return method, ""
    if not parts.installed():
        return "lanczos", "lanczos is used: the parts of LDM3D are not installed"
    if not any(one.complete and one.kind == "sr" for one in checkpoints.installed()):
        return "lanczos", "lanczos is used: LDM3D-SR has not been downloaded (`model get ldm3d-sr`)"
    if devices.choose(devices.report(), device=device).device == "cpu":
        return (
            "lanczos",
            "lanczos is used: without a GPU LDM3D-SR takes hours (--method ldm3d-sr does it still)",
        )
    return "ldm3d-sr", "ldm3d-sr is used: it is here, and so is a GPU"


def check_estimator(estimator: str, depth: str | None, *, inverted: bool, unit: str | None) -> None:
    """Raise `InputError` for an estimator that is named together with options of a depth that is there already."""
    if not estimator:
        raise InputError("the name of an estimator '' is empty: name one, such as dpt-large")
    given = {"--depth": depth is not None, "--invert-depth": inverted, "--depth-unit": unit is not None}
    for option, there in given.items():
        if there:
            raise InputError(f"--estimator {estimator} and {option} exclude each other: leave one of them out")


def check_apart(output: Path, sources: Iterable[str | Path | None]) -> None:
    """Raise `InputError` where what is read would be written over."""
    written = {os.path.realpath(path) for path in (output, panorama.depth_path(output))}
    for source in sources:
        if source is not None and os.path.realpath(source) in written:
            raise InputError(f"{source} is read and would be written as well: choose another name for -o")


def _written(made: Panorama, output: Path, progress: Progress) -> Json:
    progress.step("writing the panorama", 0)
    panorama.save(made, output)
    return {"panorama": str(output), "depth": str(panorama.depth_path(output)), "source": made.depth_source}
