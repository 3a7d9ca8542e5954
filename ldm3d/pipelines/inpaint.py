"""Repainting under a mask, in colour and depth together."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ldm3d.errors import InputError
from ldm3d.pipelines.base import GUIDANCE, STEPS, LDM3DMixin, closes, with_any_sample_size
from ldm3d.pipelines.channels import RGB, Depth, channels_of, check_rgb, fit, to_tensor
from ldm3d.pipelines.encoding import encode
from ldm3d.pipelines.output import LDM3DOutput
from ldm3d.pipelines.upstream import StableDiffusionInpaintPipeline

Mask = NDArray[np.uint8] | NDArray[np.bool_]


class LDM3DInpaintPipeline(LDM3DMixin, StableDiffusionInpaintPipeline):
    """RGBD and a mask to RGBD: diffusers' `StableDiffusionInpaintPipeline` with LDM3D's autoencoder."""

    __init__ = with_any_sample_size(StableDiffusionInpaintPipeline.__init__)

    @torch.no_grad()
    def __call__(  # type: ignore[override]
        self,
        prompt: str | list[str] | None = None,
        rgb: RGB | None = None,
        depth: Depth | None = None,
        mask: Mask | None = None,
        strength: float = 1.0,
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
        """Repaint what the mask selects; outside it colour and depth are returned exactly as they were given.

        Args:
            prompt: what to paint there; a list makes a batch.
            rgb: uint8 [H, W, 3].
            depth: uint16 [h, w].
            mask: bool or uint8 [H, W] in the picture's or the painted size; True, or 128 and above, is repainted.
            strength: how much is made anew, above 0 to 1 (all of it).
            height: in pixels, to resize picture, depth and mask to; None is the picture's own. A multiple of 8.
            width: likewise.
            num_inference_steps: of denoising, at strength 1.
            guidance_scale: how strongly the prompt guides.
            seamless: as for `LDM3DPipeline`.
            output_type: likewise ("pt" and "latent" are what was painted, outside the mask as well).
            return_dict: likewise.
            **options: any other of `StableDiffusionInpaintPipeline.__call__`.

        Raises:
            InputError: something is missing or has another type or shape, the mask selects nothing, or the networks
                cannot have the size.
            MachineError: the decoder gave values that are no numbers.
        """
        options = self._options(options, output_type, frozenset({"image", "mask_image", "padding_mask_crop"}))
        if rgb is None or depth is None or mask is None:
            missing = [n for n, given in (("rgb", rgb), ("depth", depth), ("mask", mask)) if given is None]
            raise InputError(
                f"repainting lacks {' and '.join(missing)}; it takes colour, depth and mask "
                "(ldm3d.depth_estimation makes depth for a picture without)"
            )
        check_rgb(rgb)
        if rgb.ndim != 3:
            raise InputError(f"rgb is {list(rgb.shape)}; repainting takes one picture [H, W, 3]")
        self._check_steps(num_inference_steps, strength)
        height, width = self._size(height or rgb.shape[0], width or rgb.shape[1])
        round_ = closes(seamless, height, width)
        kept_rgb, kept_depth = fit(rgb, depth, (width, height), wrap=round_)
        selected = _fit_mask(mask, rgb.shape[:2], height, width)
        pictures = to_tensor(kept_rgb, kept_depth, channels_of(self.vae))
        with self._painting(round_):
            decoded, nsfw = super().__call__(
                prompt,
                mask_image=self._by_cells(selected),
                height=height,
                width=width,
                strength=strength,
                num_inference_steps=num_inference_steps,
                guidance_scale=guidance_scale,
                output_type="latent" if output_type == "latent" else "pt",
                return_dict=False,
                **self._as_image(pictures, selected, options.get("generator")),
                **options,
            )
        made = self._finished(decoded, nsfw, round_, output_type, return_dict=True)
        if not isinstance(made, LDM3DOutput):
            return made
        keep = ~selected & ~np.array(made.nsfw or [False])[:, None, None]
        painted_rgb = np.where(keep[..., None], kept_rgb, made.rgb)
        painted_depth = np.where(keep, kept_depth, made.depth)
        made = LDM3DOutput(painted_rgb, painted_depth, made.nsfw)
        return made if return_dict else (made.rgb, made.depth, made.nsfw)

    def _by_cells(self, selected: NDArray[np.bool_]) -> Any:
        """Return the mask [1, 1, H, W] of whole latent cells: every cell that holds a selected pixel is painted.

        diffusers looks at one pixel of each cell, and would leave out what is thinner than a cell.
        """
        factor = self.vae_scale_factor
        cells = functional.max_pool2d(torch.from_numpy(selected)[None, None].float(), factor)
        return cells.repeat_interleave(factor, 2).repeat_interleave(factor, 3)

    def _as_image(self, pictures: Any, selected: NDArray[np.bool_], generator: Any) -> dict[str, Any]:
        """Return the picture as diffusers takes it.

        It takes four channels for latents, so pictures of four are encoded here.
        """
        if pictures.shape[1] != 4:
            return {"image": pictures}
        pictures = pictures.to(self._execution_device, self.vae.dtype)
        own = generator[:1] if isinstance(generator, list) else generator
        latents = masked = encode(self.vae, pictures, own)
        if self.unet.config.in_channels == 9:  # trained to see the picture with a hole of middle grey
            hole = self._by_cells(selected).to(pictures) > 0.5
            masked = encode(self.vae, pictures.masked_fill(hole, 0.5), own)
        return {"image": latents, "masked_image_latents": masked}


def _fit_mask(mask: Mask, picture: tuple[int, ...], height: int, width: int) -> NDArray[np.bool_]:
    """Return what is repainted, bool [height, width]; a mask of the picture's size is enlarged with it."""
    if not isinstance(mask, np.ndarray):
        raise InputError(f"the mask is a {type(mask).__name__}; it must be a NumPy array, uint8 or bool [H, W]")
    if mask.dtype not in (np.uint8, np.bool_) or mask.ndim != 2:
        raise InputError(f"the mask is {mask.dtype} {list(mask.shape)}; it must be uint8 or bool [H, W]")
    if mask.shape not in {tuple(picture), (height, width)}:
        raise InputError(
            f"the mask is {mask.shape[1]}×{mask.shape[0]} and the picture {picture[1]}×{picture[0]}; "
            "give them the same size"
        )
    selected: NDArray[np.bool_] = mask.astype(np.bool_) if mask.dtype == np.bool_ else mask >= 128
    if selected.shape != (height, width):
        rows = np.arange(height) * selected.shape[0] // height
        columns = np.arange(width) * selected.shape[1] // width
        selected = selected[rows[:, None], columns]
    if not selected.any():
        raise InputError("the mask selects nothing to repaint; paint white (128 or more) where it should")
    return selected
