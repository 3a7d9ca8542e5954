"""The preview shows what the decoder will make of latents, at a fraction of its time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from accelerate import cpu_offload
from diffusers import AutoencoderKL
from torch import Tensor, nn

from ldm3d.preview import ENLARGED, LatentPreview


@pytest.fixture(params=["ldm3d", "4c"])
def vae(request: pytest.FixtureRequest, checkpoint: Callable[..., Path]) -> Any:
    """A VAE whose decoder, like a trained one, lets a latent pixel decide its block's colour and depth.

    Every residual branch adds nothing and every other convolution mixes the channels of one pixel only; the norms,
    the activations and all offsets are the decoder's own, but the last, which keeps the last activation
    from folding and the pictures grey on average.
    """
    vae = AutoencoderKL.from_pretrained(checkpoint(request.param) / "vae").eval()
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, layer in vae.decoder.named_modules():
            if name.endswith((".conv2", "to_out.0")):
                layer.weight.zero_()
                layer.bias.zero_()
            elif isinstance(layer, nn.Conv2d):
                middle = torch.randn(layer.weight.shape[:2], generator=generator) / layer.in_channels**0.5
                layer.weight.zero_()
                layer.weight[:, :, layer.kernel_size[0] // 2, layer.kernel_size[1] // 2] = middle
        vae.decoder.conv_norm_out.bias.fill_(1.5)
        vae.decoder.conv_out.weight.sub_(vae.decoder.conv_out.weight.mean(1, keepdim=True)).mul_(0.4)
    return vae


def latents(seed: int, detail: int) -> Tensor:
    """Return [1, 4, 16, 32] latents of deviation about 1 that change over `detail` pixels."""
    coarse = torch.randn(1, 4, 16 // detail, 32 // detail, generator=torch.Generator().manual_seed(seed))
    return nn.functional.interpolate(coarse, (16, 32), mode="bilinear")


@torch.no_grad()
def decoded(vae: Any, z: Tensor) -> np.ndarray:
    """Return R, G, B and depth [4, h, w] in [0, 1] at the preview's size, the depth from both of its bytes."""
    picture = (vae.decode(z / vae.config.scaling_factor).sample / 2 + 0.5).clamp(0, 1)
    if picture.shape[1] == 6:
        depth = torch.round(255 * picture[:, 4:5]) * 256 + torch.round(255 * picture[:, 5:6])
        picture = torch.cat([picture[:, :3], depth / 65535], 1)
    return nn.functional.avg_pool2d(picture, 8 // ENLARGED)[0].numpy()


@pytest.mark.parametrize(("detail", "least"), [(1, 0.8), (2, 0.9), (4, 0.93)])
def test_it_looks_like_what_the_decoder_makes(vae: Any, detail: int, least: float) -> None:
    show = LatentPreview(vae)
    for seed in range(3):
        z = latents(seed, detail)
        rgb, depth = show(z)
        assert (rgb.shape, rgb.dtype, depth.shape, depth.dtype) == ((64, 128, 3), np.uint8, (64, 128), np.uint8)
        shown = np.concatenate([rgb.transpose(2, 0, 1), depth[None]]) / 255
        for ours, its in zip(shown, decoded(vae, z), strict=True):
            assert np.corrcoef(ours.ravel(), its.ravel())[0, 1] > least
            assert abs(ours.mean() - its.mean()) < 0.1


def test_it_wraps_and_shows_the_first_of_a_batch(vae: Any) -> None:
    show = LatentPreview(vae)
    z = latents(1, 1)
    rgb, depth = show(z)
    moved_rgb, moved_depth = show(torch.cat([z.roll(5, -1), z]))
    np.testing.assert_array_equal(moved_rgb, np.roll(rgb, 5 * ENLARGED, 1))
    np.testing.assert_array_equal(moved_depth, np.roll(depth, 5 * ENLARGED, 1))


def test_it_is_fitted_once_for_a_vae_whatever_its_type_and_place(vae: Any) -> None:
    z = latents(1, 2)
    rgb, _ = LatentPreview(vae)(z)
    half = AutoencoderKL.from_config(vae.config).bfloat16().eval()
    half.load_state_dict(vae.state_dict())
    assert np.abs(LatentPreview(half)(z.bfloat16())[0].astype(int) - rgb).mean() < 4
    offloaded = AutoencoderKL.from_config(vae.config).eval()
    offloaded.load_state_dict(vae.state_dict())
    cpu_offload(offloaded, torch.device("cpu"))
    assert offloaded.device.type == "meta"
    decodes: list[int] = []
    offloaded.decoder.register_forward_pre_hook(lambda *_: decodes.append(1))
    random = torch.random.get_rng_state()
    for _ in range(3):
        np.testing.assert_array_equal(LatentPreview(offloaded)(z)[0], rgb)
    assert len(decodes) == 1
    assert torch.equal(torch.random.get_rng_state(), random)
