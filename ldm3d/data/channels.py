"""Samples as the channels of LDM3D's autoencoders."""

from __future__ import annotations

import torch

from ldm3d.data.sample import Sample
from ldm3d.pipelines.channels import to_tensor


def to_channels(sample: Sample, channels: int = 6) -> torch.Tensor:
    """Return colour and depth as float32 [C, H, W] in [−1, 1], as autoencoders are trained on them.

    Six channels are R, G, B, 0, high byte, low byte of the depth; four are R, G, B, depth. Depth of another size is
    brought to the colour's, across the seam where the picture is twice as wide as high.
    """
    height, width = sample.rgb.shape[:2]
    packed: torch.Tensor = to_tensor(sample.rgb, sample.depth, channels, wrap=width == 2 * height)[0]
    return packed * 2 - 1
