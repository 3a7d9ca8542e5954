"""Networks of the diffusion stage: loaded from checkpoints, or made with random weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import CLIPTextModel, CLIPTokenizer

from ldm3d.errors import InputError
from ldm3d.pipelines.quiet import quiet
from ldm3d.training.origin import part_of
from ldm3d.training.settings import DiffusionSettings

_BROKEN = (OSError, ValueError, RuntimeError, EOFError, KeyError, SafetensorError, StrictDataclassError)

NOISE = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "prediction_type": "epsilon",
    "steps_offset": 1,
}
"""The course of noise of Stable Diffusion 1 and LDM3D."""


def load_autoencoder(name: str) -> Any:
    """Return the autoencoder of a checkpoint, in float32.

    Raises:
        InputError, MachineError: as `ldm3d.training.origin.part_of`; or it cannot be read.
    """
    return _load(AutoencoderKL.from_pretrained, part_of(name, "vae"))


def load_unet(name: str) -> Any:
    """Return the U-Net of a checkpoint, in float32; errors as for `load_autoencoder`."""
    return _load(UNet2DConditionModel.from_pretrained, part_of(name, "unet"))


def load_words(name: str) -> tuple[Any, Any]:
    """Return tokenizer and text encoder of a checkpoint; errors as for `load_autoencoder`."""
    folder = part_of(name, "text_encoder")
    encoder = _load(CLIPTextModel.from_pretrained, folder)
    return load_tokenizer(folder.parent / "tokenizer"), encoder


def load_tokenizer(folder: Path) -> Any:
    """Return the tokenizer in `folder`; `InputError` where there is none that can be read."""
    try:
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        # Of a broken vocabulary tokenizers raises Exception itself.
        if type(error) is not Exception and not isinstance(error, _BROKEN):
            raise
        raise InputError(f"{folder} cannot be loaded ({_first_line(error)}); copy it again") from None


def load_noise(name: str) -> Any:
    """Return the scheduler that adds noise as a checkpoint expects it; Stable Diffusion 1's where `name` is empty.

    Raises:
        InputError: it cannot be read, or the checkpoint predicts something else than the noise.
    """
    if not name:
        return DDPMScheduler(**NOISE)
    folder = part_of(name, "unet").parent / "scheduler"
    try:
        config = DDPMScheduler.load_config(folder, local_files_only=True)
    except _BROKEN as error:
        raise InputError(f"{folder} cannot be loaded ({_first_line(error)}); copy the checkpoint again") from None
    kept = {key: config[key] for key in NOISE if key in config}
    if kept.get("prediction_type", "epsilon") != "epsilon":
        raise InputError(
            f"{name} predicts {kept['prediction_type']}, which is not trained here; begin with a checkpoint that "
            "predicts noise (epsilon), such as Stable Diffusion 1"
        )
    return DDPMScheduler(**{**NOISE, **kept})


def make_unet(settings: DiffusionSettings, latent_channels: int, words_width: int, size: tuple[int, int]) -> Any:
    """Return a U-Net with random weights.

    Args:
        settings: `block_channels`, `block_attention`, `block_layers`, `heads`.
        latent_channels: in and out.
        words_width: of the text encoder's vectors.
        size: height and width of latents.

    Raises:
        InputError: the settings do not go together.
    """
    channels, attention = settings.block_channels, settings.block_attention
    if len(channels) != len(attention):
        raise InputError(
            f"block_channels has {len(channels)} members and block_attention {len(attention)}; give one of each a block"
        )
    if any(count % settings.heads for count in channels):
        raise InputError(f"block_channels {channels} cannot be shared out to {settings.heads} heads; take multiples")
    return UNet2DConditionModel(
        sample_size=cast(int, size),
        in_channels=latent_channels,
        out_channels=latent_channels,
        block_out_channels=channels,
        down_block_types=tuple("CrossAttnDownBlock2D" if has else "DownBlock2D" for has in attention),
        up_block_types=tuple("CrossAttnUpBlock2D" if has else "UpBlock2D" for has in reversed(attention)),
        layers_per_block=settings.block_layers,
        attention_head_dim=settings.heads,  # the number of heads, in spite of its name
        cross_attention_dim=words_width,
        norm_num_groups=math.gcd(32, *channels),
    )


def _load(read: Callable[..., Any], folder: Path) -> Any:
    """Return the network in `folder` with all of its weights; `InputError` where any are missing or do not fit."""
    try:
        with quiet():
            network, about = read(folder, local_files_only=True, output_loading_info=True)
    except _BROKEN as error:
        raise InputError(f"{folder} cannot be loaded ({_first_line(error)}); copy or download it again") from None
    if missing := sorted(about["missing_keys"]):
        raise InputError(f"{folder} lacks weights ({missing[0]} and {len(missing) - 1} more); copy it again")
    return network.float()


def _first_line(error: Exception) -> str:
    said = str(error).strip() or type(error).__name__
    return said.splitlines()[0][:200].rstrip(".")
