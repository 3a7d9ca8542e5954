"""A look at latents while they become a picture, at next to no cost.

One latent pixel stands for a block of the picture, and its few channels say most about the block's colour and depth
linearly. The linear map is fitted once to the checkpoint's own decoder; applying it takes milliseconds where decoding
takes seconds.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

ENLARGED = 4  # times the latents' size, less than the decoder's own factor: more would only be blur

_fitted: WeakKeyDictionary[Any, Tensor] = WeakKeyDictionary()


class LatentPreview:
    """Shows latents of `vae` (an `AutoencoderKL` with 6 or 4 channels) as colour and depth.

    The map is fitted on construction, with one small decode, and kept for as long as `vae` lives; make it before
    denoising begins, because with offloading it fetches the VAE. It takes no random numbers from torch's own generator.
    """

    def __init__(self, vae: Any) -> None:
        if vae not in _fitted:
            _fitted[vae] = _fit(vae)
        self._map = _fitted[vae]

    @torch.inference_mode()
    def __call__(self, latents: Tensor) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Show the first of `latents` [B, 4, h, w], scaled as the denoising loop has them, on any device.

        Returns:
            rgb [4·h, 4·w, 3] (sRGB) and depth [4·h, 4·w] (255 near, 0 far), wrapped in x.
        """
        small = _apply(self._map.to(latents.device), latents[:1].float())
        wrapped = nn.functional.pad(
            nn.functional.pad(small, (1, 1, 0, 0), mode="circular"), (0, 0, 1, 1), mode="replicate"
        )
        large = nn.functional.interpolate(wrapped, scale_factor=ENLARGED, mode="bilinear", align_corners=False)
        shown = large[0, :, ENLARGED:-ENLARGED, ENLARGED:-ENLARGED].clamp(0, 1)
        pixels = (255 * shown).round().to(torch.uint8).permute(1, 2, 0).contiguous().cpu().numpy()
        return np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3])


def _apply(linear: Tensor, latents: Tensor) -> Tensor:
    """Return colour and depth [B, 4, h, w] in about [0, 1] of `latents` [B, 4, h, w] by `linear` [4, 4 + 1]."""
    return nn.functional.conv2d(latents, linear[:, :-1, None, None], linear[:, -1])


@torch.inference_mode()
def _fit(vae: Any) -> Tensor:
    """Return the linear map [4, C + 1] (the last column is added) from latents to colour and depth: least squares.

    The latents are smooth random fields of the strength that the denoising loop ends with, 1.
    """
    hook = getattr(vae, "_hf_hook", None)
    device = vae.device if hook is None else hook.execution_device
    latents = _fields(vae.config.latent_channels)
    decoded = vae.decode((latents / vae.config.scaling_factor).to(device, vae.dtype)).sample.float().cpu()
    block = decoded.shape[-1] // latents.shape[-1]
    blocks = nn.functional.avg_pool2d((decoded / 2 + 0.5).clamp(0, 1), block)
    given = torch.cat([latents, torch.ones_like(latents[:, :1])], 1)
    solution = torch.linalg.lstsq(_rows(given), _rows(_colour_and_depth(blocks))).solution
    linear: Tensor = solution.T.contiguous()
    return linear


def _rows(pictures: Tensor) -> Tensor:
    return pictures.movedim(1, -1).flatten(0, -2)


def _colour_and_depth(decoded: Tensor) -> Tensor:
    """Return R, G, B, d [B, 4, H, W] of a decoder's output in [0, 1]: d of six channels is the high byte's alone."""
    if decoded.shape[1] == 4:
        return decoded
    high = (255 * 256 * decoded[:, 4:5] + 127.5) / 65535
    return torch.cat([decoded[:, :3], high], 1)


def _fields(channels: int) -> Tensor:
    """Return random fields [2, channels, 16, 16] of deviation 1 that change over 2 and over 4 latent pixels."""
    generator = torch.Generator().manual_seed(0)
    sizes = (8, 4)
    coarse = [torch.randn(1, channels, size, size, generator=generator) for size in sizes]
    fields = torch.cat(
        [nn.functional.interpolate(field, (16, 16), mode="bicubic", align_corners=False) for field in coarse]
    )
    return fields / fields.std((2, 3), keepdim=True)
