"""Enlarging colour and depth with LDM3D-SR.

diffusers keeps no pipeline of this kind, so the denoising loop stands here, over diffusers' components and the helpers
of its text-to-image pipeline. It follows the model's published code (diffusers'
`examples/community/pipeline_stable_diffusion_upscale_ldm3d.py`) in what the U-Net is shown: the picture, resized to the
target and encoded, without noise beside the noisy latents at every step, and the noise level as the class. Unlike it,
depth keeps its 16 bits.
"""

from __future__ import annotations

from typing import Any

import torch

from ldm3d.errors import InputError
from ldm3d.pipelines.base import GUIDANCE, STEPS, LDM3DMixin, closes
from ldm3d.pipelines.channels import RGB, Depth, channels_of, to_tensor
from ldm3d.pipelines.encoding import batch_size, encode, one_for_each
from ldm3d.pipelines.upstream import StableDiffusionPipeline

PROMPT = "high quality high resolution uhd 4k image"  # the model card's
NOISE_LEVEL = 20
MAX_NOISE_LEVEL = 350
_KEPT = ("low_res_scheduler", "watermarker")


class LDM3DUpscalePipeline(LDM3DMixin, StableDiffusionPipeline):
    """RGBD to larger RGBD.

    Args:
        vae: and all up to `image_encoder`: as for `StableDiffusionPipeline`; the U-Net takes the latents twice.
        text_encoder: see above.
        tokenizer: see above.
        unet: see above.
        scheduler: see above.
        safety_checker: see above.
        feature_extractor: see above.
        image_encoder: see above.
        low_res_scheduler: part of the published checkpoint, kept for saving; the picture is shown without noise.
        watermarker: likewise.
        requires_safety_checker: whether to say that there is none.
        max_noise_level: the largest noise level that the U-Net knows.
    """

    _enlarges = True
    _optional_components = [*StableDiffusionPipeline._optional_components, *_KEPT]  # noqa: RUF012 (diffusers' own way)

    def __init__(
        self,
        vae: Any,
        text_encoder: Any,
        tokenizer: Any,
        unet: Any,
        scheduler: Any,
        safety_checker: Any = None,
        feature_extractor: Any = None,
        image_encoder: Any = None,
        low_res_scheduler: Any = None,
        watermarker: Any = None,
        requires_safety_checker: bool = False,
        max_noise_level: int = MAX_NOISE_LEVEL,
    ) -> None:
        latent = vae.config.latent_channels
        if unet.config.in_channels != 2 * latent:
            raise InputError(
                f"a U-Net with {unet.config.in_channels} channels in cannot enlarge ({2 * latent} are needed); "
                "choose an LDM3D-SR checkpoint, for example Intel/ldm3d-sr"
            )
        super().__init__(
            vae,
            text_encoder,
            tokenizer,
            unet,
            scheduler,
            safety_checker,
            feature_extractor,
            image_encoder,
            requires_safety_checker,
        )
        self.register_modules(low_res_scheduler=low_res_scheduler, watermarker=watermarker)
        self.register_to_config(max_noise_level=max_noise_level)

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | list[str] | None = PROMPT,
        rgb: RGB | None = None,
        depth: Depth | None = None,
        height: int | None = None,
        width: int | None = None,
        num_inference_steps: int = STEPS,
        guidance_scale: float = GUIDANCE,
        noise_level: int = NOISE_LEVEL,
        *,
        negative_prompt: str | list[str] | None = None,
        num_images_per_prompt: int = 1,
        eta: float = 0.0,
        generator: torch.Generator | list[torch.Generator] | None = None,
        latents: torch.Tensor | None = None,
        prompt_embeds: torch.Tensor | None = None,
        negative_prompt_embeds: torch.Tensor | None = None,
        ip_adapter_image: Any = None,
        ip_adapter_image_embeds: list[torch.Tensor] | None = None,
        cross_attention_kwargs: dict[str, Any] | None = None,
        clip_skip: int | None = None,
        callback_on_step_end: Any = None,
        callback_on_step_end_tensor_inputs: list[str] | None = None,
        seamless: bool | None = None,
        output_type: str = "np",
        return_dict: bool = True,
    ) -> Any:
        """Enlarge a picture of colour and depth.

        Args:
            prompt: what the picture shows; a list makes a batch.
            rgb: uint8 [H, W, 3], or [B, H, W, 3] with one for each prompt.
            depth: uint16 [h, w] or [B, h, w].
            height: in pixels, a multiple of the VAE's factor (8). None is the checkpoint's own (1024).
            width: likewise.
            num_inference_steps: of denoising.
            guidance_scale: how strongly the prompt guides.
            noise_level: how blurred the U-Net should take the picture for, up to `max_noise_level`.
            negative_prompt: and all up to `callback_on_step_end_tensor_inputs`: as in `StableDiffusionPipeline`.
            num_images_per_prompt: see above.
            eta: see above.
            generator: see above; it also draws from the encoder's distribution.
            latents: see above.
            prompt_embeds: see above.
            negative_prompt_embeds: see above.
            ip_adapter_image: see above.
            ip_adapter_image_embeds: see above.
            cross_attention_kwargs: see above.
            clip_skip: see above.
            callback_on_step_end: see above.
            callback_on_step_end_tensor_inputs: see above; of latents, prompt_embeds and negative_prompt_embeds.
            seamless: as for `LDM3DPipeline`.
            output_type: likewise.
            return_dict: likewise.

        Raises:
            InputError: the picture is missing or has another type or shape, the networks cannot have the size, or the
                noise level is out of range.
            MachineError: the decoder gave values that are no numbers.
        """
        self._options({}, output_type)
        if rgb is None or depth is None:
            raise InputError("enlarging lacks rgb or depth; it takes both (ldm3d.depth_estimation makes depth)")
        if not 0 <= noise_level <= self.config.max_noise_level:
            raise InputError(f"noise level {noise_level} is out of range; take 0 to {self.config.max_noise_level}")
        self._check_steps(num_inference_steps)
        height, width = self._size(height, width)
        round_ = closes(seamless, height, width)
        wanted = callback_on_step_end_tensor_inputs or ["latents"]
        self.check_inputs(
            prompt,
            height,
            width,
            None,
            negative_prompt,
            prompt_embeds,
            negative_prompt_embeds,
            ip_adapter_image,
            ip_adapter_image_embeds,
            wanted,
        )
        self._guidance_scale, self._guidance_rescale, self._clip_skip = guidance_scale, 0.0, clip_skip
        self._cross_attention_kwargs, self._interrupt = cross_attention_kwargs, False
        prompts, each = batch_size(prompt, {"prompt_embeds": prompt_embeds})[0], num_images_per_prompt
        device, count = self._execution_device, prompts * each
        small = to_tensor(rgb, depth, channels_of(self.vae), (width, height), wrap=round_)

        with self._painting(round_):
            embeds, negative = self.encode_prompt(
                prompt,
                device,
                each,
                self.do_classifier_free_guidance,
                negative_prompt,
                prompt_embeds=prompt_embeds,
                negative_prompt_embeds=negative_prompt_embeds,
                lora_scale=(cross_attention_kwargs or {}).get("scale"),
                clip_skip=clip_skip,
            )
            shown = self._shown(small.to(device, self.vae.dtype), prompts, each, generator).to(embeds.dtype)
            extra: dict[str, Any] = {}
            if ip_adapter_image is not None or ip_adapter_image_embeds is not None:
                images = self.prepare_ip_adapter_image_embeds(
                    ip_adapter_image, ip_adapter_image_embeds, device, count, self.do_classifier_free_guidance
                )
                extra["added_cond_kwargs"] = {"image_embeds": images}
            self.scheduler.set_timesteps(num_inference_steps, device=device)
            noisy = self.prepare_latents(
                count, self.vae.config.latent_channels, height, width, embeds.dtype, device, generator, latents
            )
            finished = self._denoise(
                noisy, shown, embeds, negative, noise_level, generator, eta, extra, callback_on_step_end, wanted
            )
            decoded, nsfw = finished, None
            if output_type != "latent":
                scaled = finished / self.vae.config.scaling_factor
                decoded = self.vae.decode(scaled.to(self.vae.dtype), return_dict=False, generator=generator)[0]
                decoded, nsfw = self.run_safety_checker(decoded, device, embeds.dtype)
            self.maybe_free_model_hooks()
        return self._finished(decoded, nsfw, round_, output_type, return_dict)

    def _shown(self, small: Any, prompts: int, each: int, generator: Any) -> Any:
        """Return the latents of the picture that the U-Net is shown at every step, one for each picture to make."""
        if isinstance(generator, list) or len(small) > 1:
            return encode(self.vae, one_for_each(small, prompts, each), generator)
        return one_for_each(encode(self.vae, small, generator), prompts, each)

    def _denoise(
        self,
        latents: Any,
        shown: Any,
        embeds: Any,
        negative: Any,
        noise_level: int,
        generator: Any,
        eta: float,
        extra: dict[str, Any],
        callback: Any,
        wanted: list[str],
    ) -> Any:
        """Return the denoised latents [B, 4, h, w]; the scheduler's timesteps are set."""
        guided = self.do_classifier_free_guidance
        step_options = self.prepare_extra_step_kwargs(generator, eta)
        timesteps = self.scheduler.timesteps
        self._num_timesteps = len(timesteps)
        twice = 2 if guided else 1
        shown = torch.cat([shown] * twice)
        level = torch.full((len(shown),), noise_level, dtype=torch.long, device=shown.device)
        with self.progress_bar(total=len(timesteps)) as progress_bar:
            for index, timestep in enumerate(timesteps):
                if self.interrupt:
                    continue
                noisy = self.scheduler.scale_model_input(torch.cat([latents] * twice), timestep)
                predicted = self.unet(
                    torch.cat([noisy, shown], dim=1),
                    timestep,
                    encoder_hidden_states=torch.cat([negative, embeds]) if guided else embeds,
                    class_labels=level,
                    cross_attention_kwargs=self.cross_attention_kwargs,
                    return_dict=False,
                    **extra,
                )[0]
                if guided:
                    without, with_prompt = predicted.chunk(2)
                    predicted = without + self.guidance_scale * (with_prompt - without)
                latents = self.scheduler.step(predicted, timestep, latents, **step_options, return_dict=False)[0]
                if callback is not None:
                    tensors = {"latents": latents, "prompt_embeds": embeds, "negative_prompt_embeds": negative}
                    changed = callback(self, index, timestep, {name: tensors[name] for name in wanted})
                    latents = changed.pop("latents", latents)
                    embeds = changed.pop("prompt_embeds", embeds)
                    negative = changed.pop("negative_prompt_embeds", negative)
                progress_bar.update()
        return latents
