"""What an autoencoder's reconstruction is measured by: its pixels, its latents' divergence, its signal to noise."""

from __future__ import annotations

import torch
from torch import Tensor

from ldm3d.training.perceptual import plain


def pixel_loss(painted: Tensor, real: Tensor, kind: str) -> Tensor:
    """Return the mean absolute ("l1") or squared ("l2") difference of [B, C, H, W]."""
    difference = painted.float() - real.float()
    return difference.abs().mean() if kind == "l1" else difference.square().mean()


def divergence(mean: Tensor, logarithm: Tensor, values: int) -> Tensor:
    """Return the Kullback-Leibler divergence of latents from the standard normal distribution, a scalar.

    ½ Σ (μ² + σ² − 1 − log σ²), the mean over the batch, divided by `values`, so that it stands to a mean over a
    picture's values as the published sums of both stand to each other (Rombach et al. 2022, where its weight is 1e-6).

    Args:
        mean: μ, [B, …].
        logarithm: log σ², [B, …].
        values: of one picture, channels · height · width.
    """
    mean, logarithm = mean.float(), logarithm.float()
    summed = 0.5 * (mean.square() + logarithm.exp() - 1 - logarithm).sum()
    return summed / len(mean) / values


def drawn(mean: Tensor, logarithm: Tensor, noise: Tensor) -> Tensor:
    """Return latents μ + σ·noise."""
    return mean + (0.5 * logarithm).exp() * noise.to(mean)


def signal_to_noise(painted: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """Return the PSNR in dB of colour and of depth, the mean over pictures [B, 4 or 6, H, W] in [-1, 1].

    What is painted is clamped first, as a picture would be; packed depth is put together without repair.
    """
    ours, theirs = plain(painted.detach().float().clamp(-1, 1)), plain(real.float())
    squared = ((ours - theirs) / 2).square()
    return _decibels(squared[:, :3]), _decibels(squared[:, 3:])


def _decibels(squared: Tensor) -> Tensor:
    return -10 * torch.log10(squared.mean((1, 2, 3)).clamp(min=1e-12)).mean()
