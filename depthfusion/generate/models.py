"""The model that a process keeps from one picture to the next: loaded once, given back when nothing is asked of it."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from depthfusion.generate.devices import Computing
from depthfusion.generate.lora import Lora, put_on
from depthfusion.jobs.progress import Progress
from ldm3d.checkpoints import Checkpoint

_TEXTS = 8  # whose embeddings are kept: prompts and negative prompts of the last pictures


@dataclass
class Model:
    """A loaded checkpoint.

    Attributes:
        text: its pipeline from text; those for other tasks share its networks.
        computing: where and how exactly it computes.
        load_seconds: how long loading it took.
        lora: the LoRA that it carries.
    """

    text: Any
    computing: Computing
    load_seconds: float
    lora: Lora | None = field(default=None, init=False)
    _scale: float = field(default=1.0, init=False)
    _read: dict[tuple[object, ...], Any] = field(default_factory=dict, init=False)

    def read(self, pipe: Any, text: str) -> Any:
        """Return what the text encoder makes of `text`, a tensor [1, tokens, width] as `pipe` takes it.

        The last few are kept: a series of seeds and the usual empty negative prompt are read once, which lets a warm
        model begin its first step at once.
        """
        import torch

        key = (text, self.lora, self._scale if self.lora else None)
        if key not in self._read:
            with torch.no_grad():
                self._read[key] = pipe.encode_prompt(text, pipe._execution_device, 1, False)[0]
            if len(self._read) > _TEXTS:
                del self._read[next(iter(self._read))]
        return self._read[key]

    def task(self, name: str) -> Any:
        """Return the pipeline for a task (text, image, inpaint) over the same networks, placed as `computing` says."""
        import ldm3d

        kinds = {"image": ldm3d.LDM3DImg2ImgPipeline, "inpaint": ldm3d.LDM3DInpaintPipeline}
        pipe = self.text
        if name in kinds:
            pipe = kinds[name](**self.text.components, requires_safety_checker=self.text.config.requires_safety_checker)
        pipe.set_progress_bar_config(disable=True)
        if self.computing.memory == "offload":
            pipe.enable_model_cpu_offload(device=self.computing.device)
        if self.computing.memory == "full":
            pipe.vae.disable_tiling()
        else:
            pipe.vae.enable_tiling()
        return pipe

    def wear(self, lora: Lora | None, name: str, scale: float) -> None:
        """Carry a LoRA, called `name` in errors, with weight `scale`, or none.

        Raises:
            InputError: it cannot be read, or does not fit the networks.
        """
        if lora != self.lora:
            if self.lora is not None:
                self.text.unload_lora_weights()
            self.lora = None
            if lora is not None:
                put_on(self.text, lora, name)
            self.lora = lora
        self._scale = scale
        if lora is not None:
            networks = self.text.get_list_adapters()
            for network in networks:
                getattr(self.text, network).set_adapters(networks[network], scale)


class Kept:
    """At most one model. Used by one thread at a time: the one that runs a process's jobs."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] | None = None
        self._model: Model | None = None

    def get(self, checkpoint: Checkpoint, computing: Computing, progress: Progress) -> Model:
        """Return the model, loading it unless it is the one that is kept and its files are what they were."""
        key = (checkpoint.folder, _stamp(checkpoint.folder), computing.device, computing.precision, computing.memory)
        if self._model is None or key != self._key:
            self.drop()
            progress.step("loading the model", 0)
            began = time.monotonic()
            pipe = _load(checkpoint.folder, computing)
            self._model, self._key = Model(pipe, computing, time.monotonic() - began), key
            progress.step("loading the model", 1)
        return self._model

    def drop(self) -> None:
        """Give the model's memory back to the system, and to other programs on the GPU."""
        self._model, self._key = None, None
        if "torch" in sys.modules:
            give_back()


def give_back() -> None:
    """Return memory that nothing uses any more."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.xpu.is_available():
        torch.xpu.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # a C library other than glibc
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def _load(folder: Path, computing: Computing) -> Any:
    import torch

    from ldm3d.pipelines.loading import load

    device = "cpu" if computing.memory == "offload" else computing.device
    return load(folder, "text", device, getattr(torch, computing.precision))


def _stamp(folder: Path) -> int:
    """Return when a file of the folder was changed last: a model that is trained on may be saved again in its place."""
    return max((path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()), default=0)


KEPT = Kept()
