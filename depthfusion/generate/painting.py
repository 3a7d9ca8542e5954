"""From a completed request to a panorama with LDM3D's networks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from depthfusion.errors import MachineError
from depthfusion.generate import devices, expected, inputs, lora, parts, shortage
from depthfusion.generate.devices import Computing
from depthfusion.generate.engines.base import Creation
from depthfusion.generate.models import KEPT, Model, give_back
from depthfusion.generate.request import GenerationRequest
from depthfusion.generate.shortage import Phase
from depthfusion.jobs.progress import Progress
from depthfusion.panorama import Panorama
from ldm3d import checkpoints
from ldm3d.checkpoints import Checkpoint


@dataclass
class _Course:
    """How a picture is coming along.

    Attributes:
        phase: what is being done.
        began, ended: when (seconds) the first step began and the last was done.
    """

    phase: Phase = "loading"
    began: float = 0.0
    ended: float = field(default=0.0)


def paint(checkpoint: Checkpoint, request: GenerationRequest, progress: Progress) -> Creation:
    """Paint what `request`, completed and with a seed, asks for.

    Raises:
        InputError: a picture that it begins from, or a LoRA, cannot be used.
        MachineError: the parts are not installed, the device is not there, or the memory does not do.
        Cancelled: through `progress`, within a block of the networks.
    """
    assert request.size is not None
    parts.require()
    given = _given(request)
    worn = lora.find(request.lora, progress) if request.lora else None
    checked = checkpoints.find(
        _found_by(checkpoint), progress=lambda text, done, total: progress.step(text, done, total, "bytes")
    )
    width, height = request.size
    computing = devices.choose(
        devices.report(),
        device=request.device,
        precision=request.precision,
        memory=request.memory,
        weights=checked.bytes,
        pixels=width * height,
    )
    course = _Course()
    with _memory_told(computing, request.size, course):
        model = KEPT.get(checked, computing, progress)
        started = time.monotonic()
        model.wear(worn, request.lora, request.lora_scale)
        made = _run(model, checked, request, given, progress, course)
    total = time.monotonic() - started
    _remember(checked, request, model, course, total)
    panorama = Panorama(
        rgb=made.rgb[0],
        depth=made.depth[0],
        depth_source=checked.name,
        request=request.as_dict(),
        made=_record(checked, request, computing),
    )
    said = _understood(checked, request, computing, total)
    if unread := _unread(model.text.tokenizer, _whole_prompt(checked, request)):
        said += f"; the prompt is too long, and '{unread}' at its end was not read"
    if made.nsfw and made.nsfw[0]:
        said += "; its safety checker took the picture for unfit and blanked it: take another seed or prompt"
    return Creation(panorama, said)


def _found_by(checkpoint: Checkpoint) -> str | Path:
    """Return what `checkpoints.find` finds the checkpoint by: one of the hub by name, another by its folder."""
    return checkpoint.name if checkpoint.revision else checkpoint.folder


def _given(request: GenerationRequest) -> dict[str, Any]:
    """Return what the pipelines take of the picture and the mask that the request names, read and checked."""
    if not request.source:
        return {}
    assert request.size is not None
    source = inputs.read_source(Path(request.source))
    given: dict[str, Any] = {"rgb": source.rgb, "depth": source.depth, "strength": request.denoise}
    if request.mask:
        given["mask"] = inputs.read_mask(Path(request.mask), request.size)
    return given


def _run(
    model: Model,
    checkpoint: Checkpoint,
    request: GenerationRequest,
    given: dict[str, Any],
    progress: Progress,
    course: _Course,
) -> Any:
    import torch

    from ldm3d.pipelines.sampling import set_sampler
    from ldm3d.pipelines.stopping import stop_when
    from ldm3d.preview import LatentPreview

    assert request.steps is not None
    assert request.size is not None
    assert request.seed is not None
    width, height = request.size
    steps = min(int(request.steps * request.denoise), request.steps) if request.denoise and given else request.steps
    pipe = model.task("inpaint" if "mask" in given else "image" if given else "text")
    set_sampler(pipe, request.sampler)
    preview = LatentPreview(pipe.vae) if progress.wants_preview else None

    def after_step(_: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        latents = tensors["latents"]
        progress.step("painting", index + 1, steps)
        if preview is not None:
            progress.preview(*preview(latents))
        if index + 1 >= steps:
            if not torch.isfinite(latents).all():
                raise MachineError(
                    f"the picture came out as no numbers at all in {model.computing.precision} on "
                    f"{model.computing.device}: give --precision float32"
                )
            course.phase, course.ended = "decoding", time.monotonic()
            progress.step("decoding colour and depth", 0)
        return {}

    course.phase, course.began = "painting", time.monotonic()
    progress.step("painting", 0, steps)
    with stop_when(pipe, progress.check):
        return pipe(
            prompt_embeds=model.read(pipe, _whole_prompt(checkpoint, request)),
            negative_prompt_embeds=model.read(pipe, request.negative),
            width=width,
            height=height,
            num_inference_steps=request.steps,
            guidance_scale=request.guidance,
            generator=torch.Generator("cpu").manual_seed(request.seed),
            seamless=request.seamless == "on",
            callback_on_step_end=after_step,
            callback_on_step_end_tensor_inputs=["latents"],
            **given,
        )


@contextmanager
def _memory_told(computing: Computing, size: tuple[int, int], course: _Course) -> Iterator[None]:
    """Turn a lack of memory into advice, and give back what was taken until then; the model is kept."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not shortage.is_shortage(error):
            raise
        answer = shortage.answer(computing, size, course.phase)
    else:
        return
    give_back()
    raise answer


def _whole_prompt(checkpoint: Checkpoint, request: GenerationRequest) -> str:
    """Return the prompt as the checkpoint was trained to find it."""
    prefix = checkpoint.prompt_prefix.strip()
    if not prefix or request.prompt.strip().casefold().startswith(prefix.casefold()):
        return request.prompt.strip()
    return f"{prefix} {request.prompt.strip()}"


def _remember(checkpoint: Checkpoint, request: GenerationRequest, model: Model, course: _Course, total: float) -> None:
    """Keep how long it took, for `auto`."""
    assert request.size is not None
    assert request.steps is not None
    assert request.guidance is not None
    counted = expected.passes(request.steps, request.guidance, request.denoise if request.source else None)
    painted = course.ended - course.began
    pixels = request.size[0] * request.size[1]
    timing = expected.Timing.measured(painted, total - painted, model.load_seconds, counted, pixels)
    expected.remember(checkpoint.name, model.computing.device, model.computing.precision, timing)


def _record(checkpoint: Checkpoint, request: GenerationRequest, computing: Computing) -> dict[str, Any]:
    """Return what the picture was made with beside its settings."""
    import diffusers
    import torch

    return {
        "checkpoint": checkpoint.name,
        "revision": checkpoint.revision or None,
        "prompt": _whole_prompt(checkpoint, request),
        "device": computing.device,
        "precision": computing.precision,
        "memory": computing.memory,
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
    }


def _unread(tokenizer: Any, prompt: str) -> str:
    """Return the end of the prompt that the text encoder does not see, which reads 75 words or parts of words."""
    tokens = tokenizer(prompt, truncation=False, verbose=False).input_ids
    most = tokenizer.model_max_length
    return str(tokenizer.decode(tokens[most - 1 : -1])).strip() if len(tokens) > most else ""


def _understood(checkpoint: Checkpoint, request: GenerationRequest, computing: Computing, seconds: float) -> str:
    """Say in a sentence what was done."""
    begun = " painted"
    if request.source:
        name, share = Path(request.source).name, f"{100 * (request.denoise or 0):.0f} %"
        begun = f" repainted {share} of what the mask selects in {name} as" if request.mask else ""
        begun = begun or f" made {share} of {name} anew as"
    with_lora = f" and the LoRA {request.lora}" if request.lora else ""
    return (
        f"{checkpoint.name}{begun} '{_whole_prompt(checkpoint, request)}' in {request.steps} steps of "
        f"{request.sampler} with guidance {request.guidance:g}{with_lora}, in {seconds:.0f} s on {computing.device} "
        f"({computing.precision})"
    )
