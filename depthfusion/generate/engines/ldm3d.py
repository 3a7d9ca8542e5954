"""LDM3D: panoramas of colour and depth from a prompt, a picture, or a picture and a mask."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from depthfusion.errors import InputError
from depthfusion.generate import rules
from depthfusion.generate.engines.base import Creation
from depthfusion.generate.request import MOST_STEPS, GenerationRequest
from depthfusion.jobs.progress import Progress
from ldm3d import checkpoints
from ldm3d.checkpoints import Checkpoint, Known

_STEPS = {"lcm": 4, "dpm++2m-karras": 25}
_LCM_GUIDANCE = 1.0
_MOST_STEPS = {"lcm": 50}  # as many as it was distilled from; the others begin one step after the first of 1000
_DENOISE, _DENOISE_MASK = 0.6, 1.0


def name_of(checkpoint: Checkpoint | Known) -> str:
    """Return what a request calls the engine of a checkpoint: its shortest name."""
    known = checkpoints.known_by(checkpoint.name)
    return known.aliases[0] if known is not None and known.aliases else checkpoint.name


@dataclass(frozen=True)
class LDM3D:
    """One checkpoint as an engine."""

    checkpoint: Checkpoint

    @classmethod
    def named(cls, name: str) -> LDM3D:
        """Return the engine of a checkpoint by alias, hub name or folder. Nothing is read but what says what it is.

        Raises:
            InputError: it is none, or one that makes no panoramas.
            MachineError: it has not been downloaded.
        """
        hub = checkpoints.hub_name(name)
        if hub is None:
            found = checkpoints.find(Path(name).expanduser().absolute())
        else:
            there = (one for one in checkpoints.installed() if one.name == hub and one.complete)
            found = next(there, None) or checkpoints.find(hub)
        if found.kind != "ldm3d":
            does = "enlarges them" if found.kind == "sr" else "estimates depth"
            raise InputError(f"engine {name} makes no panoramas (it {does}): choose sketch or ldm3d")
        return cls(found)

    @property
    def name(self) -> str:
        """The checkpoint's alias, hub name or folder."""
        return name_of(self.checkpoint)

    @property
    def options(self) -> frozenset[str]:
        """Everything that a request has."""
        return rules.options_of(self.name)

    def completed(self, request: GenerationRequest) -> GenerationRequest:
        """Return `request` with the checkpoint's own size, steps and guidance, and whole paths; `InputError` for sizes.

        A LoRA whose name has "lcm" in it brings its sampler; that and dpm++2m-karras need fewer steps.
        """
        completed = request.copy()
        completed.engine = self.name
        completed.size = request.size or self.checkpoint.size
        rules.check_ldm3d_size(completed.size)
        if request.sampler == "auto":
            completed.sampler = "lcm" if "lcm" in request.lora.casefold() else "ddim"
        if request.steps is None:
            completed.steps = _STEPS.get(completed.sampler, self.checkpoint.steps)
        elif request.steps > (most := _MOST_STEPS.get(completed.sampler, MOST_STEPS)):
            raise InputError(
                f"steps {request.steps} cannot be taken by sampler {completed.sampler}: choose {most} or fewer"
            )
        if request.guidance is None:
            completed.guidance = _LCM_GUIDANCE if completed.sampler == "lcm" else self.checkpoint.guidance
        if request.seamless == "auto":
            completed.seamless = "on"
        if request.source and request.denoise is None:
            completed.denoise = _DENOISE_MASK if request.mask else _DENOISE
        for name in ("source", "mask"):
            if path := getattr(request, name):
                setattr(completed, name, str(Path(path).absolute()))
        if request.lora and Path(request.lora).exists():
            completed.lora = str(Path(request.lora).absolute())
        _check_denoise(completed)
        return completed

    def generate(self, request: GenerationRequest, progress: Progress) -> Creation:
        """Paint what a completed `request` asks for, with the model that is kept from job to job."""
        from depthfusion.generate import painting

        return painting.paint(self.checkpoint, request, progress)


def _check_denoise(request: GenerationRequest) -> None:
    """Raise `InputError` where so little is made anew that no step is left."""
    if not request.source:
        return
    assert request.steps is not None
    assert request.denoise is not None
    if int(request.steps * request.denoise) < 1:
        least = 1 / request.steps
        raise InputError(
            f"denoise {request.denoise:g} of {request.steps} steps leaves none: take {least:.2g} at least, or more"
        )
