"""A picture of colour and depth to another, guided by text: the paper's application (figure 2a)."""

from __future__ import annotations

from typing import Any

import torch

from ldm3d.errors import InputError
from ldm3d.pipelines.base import GUIDANCE, STEPS, LDM3DMixin, closes, with_any_sample_size
from ldm3d.pipelines.channels import RGB, Depth, channels_of, check_rgb, to_tensor
from ldm3d.pipelines.encoding import batch_size, encode, one_for_each
from ldm3d.pipelines.upstream import StableDiffusionImg2ImgPipeline


class LDM3DImg2ImgPipeline(LDM3DMixin, StableDiffusionImg2ImgPipeline):
    """RGBD or RGB to RGBD: diffusers' `StableDiffusionImg2ImgPipeline` with LDM3D's autoencoder."""

    __init__ = with_any_sample_size(StableDiffusionImg2ImgPipeline.__init__)

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | list[str] | None = None,
        rgb: RGB | None = None,
        depth: Depth | None = None,
        strength: float = 0.8,
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
        """Make pictures anew from a picture of colour and depth.

        Args:
            prompt: what to make of it; a list makes a batch.
            rgb: uint8 [H, W, 3], or [B, H, W, 3] with one for each prompt.
            depth: uint16 [h, w] or [B, h, w]; None is depth ½ everywhere (`ldm3d.depth_estimation` can do better).
            strength: how much is made anew, above 0 (nearly nothing) to 1 (all); of the steps, this share is taken.
            height: in pixels, to resize the picture to; None is its own. A multiple of the VAE's factor (8).
            width: likewise.
            num_inference_steps: of denoising, at strength 1.
            guidance_scale: how strongly the prompt guides.
            seamless: as for `LDM3DPipeline`.
            output_type: likewise.
            return_dict: likewise.
            **options: any other of `StableDiffusionImg2ImgPipeline.__call__`.

        Raises:
            InputError: the picture is missing or has another type or shape, or the networks cannot have its size.
            MachineError: the decoder gave values that are no numbers.
        """
        options = self._options(options, output_type, frozenset({"image"}))
        if rgb is None:
            raise InputError("image-to-image has no picture to begin from; give rgb, or use LDM3DPipeline")
        check_rgb(rgb)
        self._check_steps(num_inference_steps, strength)
        height, width = self._size(height or rgb.shape[-3], width or rgb.shape[-2])
        round_ = closes(seamless, height, width)
        pictures = to_tensor(rgb, depth, channels_of(self.vae), (width, height), wrap=round_)
        prompts, each = batch_size(prompt, options)
        generator = options.get("generator")
        with self._painting(round_):
            pictures = pictures.to(self._execution_device, self.vae.dtype)
            if isinstance(generator, list) or len(pictures) > 1:
                latents = encode(self.vae, one_for_each(pictures, prompts, each), generator)
            else:
                latents = one_for_each(encode(self.vae, pictures, generator), prompts, each)
            decoded, nsfw = super().__call__(
                prompt,
                latents,
                strength,
                num_inference_steps,
                guidance_scale=guidance_scale,
                output_type="latent" if output_type == "latent" else "pt",
                return_dict=False,
                **options,
            )
        return self._finished(decoded, nsfw, round_, output_type, return_dict)
