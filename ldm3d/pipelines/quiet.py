"""Loading and checking without talk about things that nobody can do anything about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from diffusers.utils import logging as diffusers_logging
from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
from transformers.utils import logging as transformers_logging

_KNOWN = (
    "requires torchvision",  # the image processor computes the same with Pillow
    "appears to have been deprecated in transformers",  # CLIPFeatureExtractor, in checkpoints of before June 2023
    # Where there is .bin only: it is read with weights_only, where nothing unsafe is left.
    "Error no file named diffusion_pytorch_model.safetensors",
    "Defaulting to unsafe serialization",
    "No LoRA keys associated to CLIPTextModel found",  # most LoRAs, LCM's too, are for the U-Net alone
    "Potential NSFW content was detected",  # LDM3D's own sentence says what happens to the depth, too
)


class _Unsaid(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        return not any(known in text for known in _KNOWN)


@contextmanager
def quiet() -> Iterator[None]:
    """Leave out the known messages of diffusers and transformers and their bars of loading; warnings else are heard."""
    unsaid = _Unsaid()
    handlers = [handler for name in ("diffusers", "transformers") for handler in logging.getLogger(name).handlers]
    bars = diffusers_logging.is_progress_bar_enabled(), transformers_logging.is_progress_bar_enabled()
    hub_bars = not are_progress_bars_disabled()
    for handler in handlers:
        handler.addFilter(unsaid)
    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    if hub_bars:  # downloads keep theirs
        enable_progress_bars()
    try:
        yield
    finally:
        if bars[0]:
            diffusers_logging.enable_progress_bar()
        if bars[1]:
            transformers_logging.enable_progress_bar()
        if not hub_bars:
            disable_progress_bars()
        for handler in handlers:
            handler.removeFilter(unsaid)
