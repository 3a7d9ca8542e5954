"""Draws docs/pictures/seamless.png: what a decoder makes at the seam, left as it is and right inside `seamless`.

`PYTHONPATH=. python examples/seam_picture.py`. The decoder has random weights: the picture shows the seam, no scene.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image
from torch import nn

from ldm3d.seamless import seamless

HEIGHT, WIDTH, GAP = 32, 64, 8  # of the latents, and of the gap in pixels
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "seamless.png"


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=PICTURE)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(32, 64, 64, 64),
        layers_per_block=2,
    ).eval()
    latents = 4 * (_around(16) + 0.5 * _around(8))
    shown = []
    for closed in (False, True):
        with torch.no_grad(), seamless(vae=vae, enabled=closed):
            decoded = vae.decode(latents).sample[0]
        middle = decoded.roll(4 * WIDTH, -1)[..., 4 * WIDTH - 128 : 4 * WIDTH + 128]
        low, high = (torch.quantile(decoded.flatten(1), q, dim=1)[:, None, None] for q in (0.02, 0.98))
        pixels = (255 * ((middle - low) / (high - low)).clamp(0, 1)).round().byte()
        shown.append(pixels.permute(1, 2, 0).numpy())
    gap = np.full((shown[0].shape[0], GAP, 3), 255, np.uint8)
    Image.fromarray(np.concatenate([shown[0], gap, shown[1]], 1)).save(arguments.into, optimize=True)
    print(arguments.into)


def _around(detail: int) -> torch.Tensor:
    """Return smooth random latents [1, 4, h, w] that close around the circle and change over `detail` pixels."""
    once = torch.randn(1, 4, HEIGHT // detail, WIDTH // detail)
    thrice = nn.functional.interpolate(torch.cat([once] * 3, -1), (HEIGHT, 3 * WIDTH), mode="bicubic")
    return thrice[..., WIDTH : 2 * WIDTH]


if __name__ == "__main__":
    main()
