"""diffusers' pipelines that LDM3D's are made of, imported without their remark that torchvision is not there."""

from __future__ import annotations

from ldm3d.pipelines.quiet import quiet

with quiet():
    from diffusers.image_processor import VaeImageProcessor
    from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
    from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_img2img import (
        StableDiffusionImg2ImgPipeline,
        retrieve_latents,
    )
    from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint import StableDiffusionInpaintPipeline

__all__ = [
    "StableDiffusionImg2ImgPipeline",
    "StableDiffusionInpaintPipeline",
    "StableDiffusionPipeline",
    "VaeImageProcessor",
    "retrieve_latents",
]
