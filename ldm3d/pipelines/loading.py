"""Pipelines from a checkpoint in a folder, with one sentence for whatever is wrong with it."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError

import ldm3d
from ldm3d.checkpoints import shape
from ldm3d.errors import InputError

Task = Literal["text", "image", "inpaint", "upscale"]

_CLASSES = {
    "text": "LDM3DPipeline",
    "image": "LDM3DImg2ImgPipeline",
    "inpaint": "LDM3DInpaintPipeline",
    "upscale": "LDM3DUpscalePipeline",
}
# What reading weights raises: cut short, damaged, of other shapes than the configuration, or pickles of more than
# tensors; and what reading configurations does.
_BROKEN = (
    *(OSError, ValueError, RuntimeError, EOFError, KeyError),
    *(SafetensorError, pickle.UnpicklingError, StrictDataclassError),
)


def load(
    folder: str | Path, task: Task = "text", device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32
) -> Any:
    """Load the checkpoint in `folder`, in the hub's layout, as the pipeline for `task`. Nothing is downloaded.

    Weights are safetensors or, where there are none, `.bin` with nothing but tensors in them: a pickle that would run
    code is refused. Pipelines for further tasks share the networks: `LDM3DImg2ImgPipeline(**pipe.components)`.

    Args:
        folder: holds `model_index.json`.
        task: "text", "image", "inpaint" or "upscale".
        device: where the networks go.
        dtype: of their numbers: torch.float32, bfloat16 or float16.

    Raises:
        InputError: the folder is no LDM3D checkpoint, none for this task, incomplete or damaged.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; name one that holds a checkpoint, with {shape.INDEX} in it")
    index = shape.read_json(folder / shape.INDEX)
    kind = shape.describe(lambda name: shape.read_json(folder / name), index, str(folder)).kind
    if (kind == "sr") != (task == "upscale"):
        can, use = ("only enlarge", "task upscale") if kind == "sr" else ("not enlarge", "Intel/ldm3d-sr")
        raise InputError(f"{folder} can {can}; use {use}")
    files = shape.list_files(folder)
    if lacks := shape.select(files, index).lacks:
        raise InputError(f"{folder} is incomplete ({lacks}); copy or download it again")
    for name in files:
        if name.endswith(".json"):
            shape.read_json(folder / name)
    pipeline = getattr(ldm3d, _CLASSES[task])
    try:
        with _nothing_left_out():
            pipe = pipeline.from_pretrained(folder, dtype=dtype, local_files_only=True)
    except Exception as error:
        # Of a broken vocabulary tokenizers raises Exception itself.
        if type(error) is not Exception and not isinstance(error, _BROKEN):
            raise
        raise InputError(f"{folder} cannot be loaded ({_reason(error)}); copy or download it again") from None
    return pipe.to(device)


def _reason(error: Exception) -> str:
    """Return the first line of what went wrong, without advice that this program does not give."""
    said = str(error).strip() or type(error).__name__
    if "weights_only" in said:
        return "a .bin file holds more than weights, which is not run"
    return said.splitlines()[0][:200].rstrip(".")


class _LeftOut(logging.Handler):
    """Hears from transformers and diffusers that they made up weights that a file lacks."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard = False

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        self.heard |= "newly initialized" in text or "MISSING" in text


@contextmanager
def _nothing_left_out() -> Iterator[None]:
    """Raise `ValueError` where weights were missing, which both libraries merely mention."""
    listener = _LeftOut()
    loggers = [logging.getLogger(name) for name in ("transformers", "diffusers")]
    for logger in loggers:
        logger.addHandler(listener)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(listener)
    if listener.heard:
        raise ValueError("some of its weights are missing")
