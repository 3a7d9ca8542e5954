"""Text to colour and depth."""

from __future__ import annotations

from typing import Any

import torch

from ldm3d.pipelines.base import GUIDANCE, STEPS, LDM3DMixin, closes
from ldm3d.pipelines.upstream import StableDiffusionPipeline


class LDM3DPipeline(LDM3DMixin, StableDiffusionPipeline):
    """Text to RGBD: diffusers' `StableDiffusionPipeline` with LDM3D's autoencoder.

    Loading, schedulers, LoRA, textual inversion, IP-Adapter, callbacks, placement on devices: all diffusers' own.
    """

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | list[str] | None = None,
        height: int | None = None,
        width: int | None = None,
        num_inference_steps: int = STEPS,
        guidance_scale: float = GUIDANCE,
        *,
        seamless: bool | None = None,
        output_type: str = "np",
        return_dict: bool = True,
        **options: Any,
    ) -> Any:
        """Paint pictures of colour and depth.

        Args:
            prompt: what to paint; a list makes a batch.
            height: in pixels, a multiple of the VAE's factor (8). None is the checkpoint's own.
            width: likewise.
            num_inference_steps: of denoising.
            guidance_scale: how strongly the prompt guides; 1 is not at all, and twice as fast.
            seamless: close the picture left to right and calm its poles, None where it is 2:1.
            output_type: "np" returns `LDM3DOutput`; "pt" the decoder's picture as a tensor [B, C, H, W] in [0, 1],
                packed depth still packed; "latent" the latents.
            return_dict: False returns a tuple (rgb, depth, nsfw) in place of `LDM3DOutput`.
            **options: any other of `StableDiffusionPipeline.__call__`: negative_prompt, generator, latents,
                num_images_per_prompt, callback_on_step_end, ip_adapter_image, cross_attention_kwargs, …

        Raises:
            InputError: a size or a number of steps that cannot be had.
            MachineError: the decoder gave values that are no numbers.
        """
        options = self._options(options, output_type)
        self._check_steps(num_inference_steps)
        height, width = self._size(height, width)
        round_ = closes(seamless, height, width)
        with self._painting(round_):
            decoded, nsfw = super().__call__(
                prompt,
                height,
                width,
                num_inference_steps,
                guidance_scale=guidance_scale,
                output_type="latent" if output_type == "latent" else "pt",
                return_dict=False,
                **options,
            )
        return self._finished(decoded, nsfw, round_, output_type, return_dict)
