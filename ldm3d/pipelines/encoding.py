"""Pictures into latents, as diffusers' pipelines would encode them."""

from __future__ import annotations

from typing import Any

import torch

from ldm3d.errors import InputError
from ldm3d.pipelines.upstream import retrieve_latents


def batch_size(prompt: Any, options: dict[str, Any]) -> tuple[int, int]:
    """Return how many prompts a call has, and how many pictures it makes of each."""
    prompts = 1 if isinstance(prompt, str) else len(options["prompt_embeds"] if prompt is None else prompt)
    return prompts, options.get("num_images_per_prompt") or 1


def one_for_each(pictures: Any, prompts: int, each: int) -> Any:
    """Return a picture [B·each, C, H, W] for each that will be made; `InputError` where there are too few."""
    if len(pictures) not in {1, prompts}:
        raise InputError(f"there are {len(pictures)} pictures for {prompts} prompts; give one, or one for each prompt")
    if len(pictures) == 1:
        return pictures.expand(prompts * each, -1, -1, -1)
    return pictures.repeat_interleave(each, 0)


def encode(vae: Any, pictures: Any, generator: Any) -> Any:
    """Return scaled latents [B, 4, h, w] of pictures [B, C, H, W] in [0, 1], drawn from the encoder's distribution.

    Args:
        vae: an `AutoencoderKL`.
        pictures: on the VAE's device and in its type.
        generator: one for all, a list of one for each, or None.
    """
    centred = 2.0 * pictures - 1.0
    if isinstance(generator, list):
        drawn = [
            retrieve_latents(vae.encode(one[None]), generator=own) for one, own in zip(centred, generator, strict=True)
        ]
        return vae.config.scaling_factor * torch.cat(drawn)
    return vae.config.scaling_factor * retrieve_latents(vae.encode(centred), generator=generator)
