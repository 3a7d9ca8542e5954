"""The patch discriminator and its losses (Isola et al. 2017; Esser et al. 2021, with hinge loss and adaptive weight).

It looks at patches, each with a verdict of its own: real is above 0. Where the published ones normalise over a batch,
this one normalises each sample by itself (groups of channels), so that its verdict of a picture does not depend on
what else is in the batch, or on how many processes share it.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

_WIDEST = 8  # times the first layer's channels
_GROUPS = 32
_SPREAD = 0.02  # of the first weights, as pix2pix's and VQGAN's


class PatchDiscriminator(nn.Module):
    """Tells real pictures from reconstructed ones: [B, channels, H, W] to verdicts [B, 1, h, w].

    Args:
        channels: of the pictures: colour and depth.
        width: channels of the first layer; they double with each, up to eight times.
        layers: that halve the picture; with 3 a verdict sees 70×70 pixels.
        seed: of the weights, which depend on nothing else.
    """

    def __init__(self, channels: int, width: int = 64, layers: int = 3, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            widths = [width * min(2**number, _WIDEST) for number in range(layers + 1)]
            parts: list[nn.Module] = [nn.Conv2d(channels, widths[0], 4, 2, 1), nn.LeakyReLU(0.2, True)]
            for number, (before, after) in enumerate(pairwise(widths), 1):
                stride = 2 if number < layers else 1
                parts += [
                    nn.Conv2d(before, after, 4, stride, 1, bias=False),
                    nn.GroupNorm(_groups(after), after),
                    nn.LeakyReLU(0.2, True),
                ]
            parts.append(nn.Conv2d(widths[-1], 1, 4, 1, 1))
            for part in parts:
                if isinstance(part, nn.Conv2d):
                    nn.init.normal_(part.weight, 0.0, _SPREAD)
                    if part.bias is not None:
                        nn.init.zeros_(part.bias)
        self.layers = nn.Sequential(*parts)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return verdicts [B, 1, h, w] of pictures [B, channels, H, W] in [-1, 1]."""
        verdicts: Tensor = self.layers(pictures)
        return verdicts


def discriminator_loss(real: Tensor, painted: Tensor) -> Tensor:
    """Return the hinge loss of verdicts: 0 where real pictures are above 1 and painted ones below -1."""
    return 0.5 * (relu(1 - real).mean() + relu(1 + painted).mean())


def generator_loss(painted: Tensor) -> Tensor:
    """Return what the painter loses by the verdicts of its pictures."""
    return -painted.mean()


def adaptive_weight(reconstruction: Tensor, adversarial: Tensor, most: float = 1e4) -> Tensor:
    """Return by what to multiply the adversarial loss so that the decoder's last layer hears both losses alike.

    ‖∇reconstruction‖ / (‖∇adversarial‖ + 1e-4), at most `most` (Esser et al. 2021, equation 7, with the constants of
    its published code).

    Args:
        reconstruction: gradient of the reconstruction's loss with respect to the last layer's weights.
        adversarial: the same of the adversarial loss.
        most: where it ends.
    """
    weight: Tensor = (reconstruction.norm() / (adversarial.norm() + 1e-4)).clamp(0, most).detach()
    return weight


def _groups(channels: int) -> int:
    """Return the largest number of groups up to 32 that leaves each with two channels or more."""
    fitting = (count for count in range(1, _GROUPS + 1) if channels % count == 0 and 2 * count <= channels)
    return max(fitting, default=1)
