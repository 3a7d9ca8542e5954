"""The seam of a generated panorama is a column like any other, in colour and in depth.

A network with strides treats columns of different phase differently, so the seam is held against the columns of its own
phase: those a whole number of total strides (8 of the U-Net times 8 of the VAE) away from it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ldm3d import LDM3DImg2ImgPipeline, LDM3DPipeline
from ldm3d.pipelines.channels import from_tensor, to_tensor

STRIDE = 64
SEEDS = 32

Steps = NDArray[np.float64]  # [seeds, columns]: the step into each column from the one before; the seam's is first


def steps(pictures: NDArray[np.float64]) -> Steps:
    """Return the steps into the columns of the seam's phase of pictures [seeds, H, W, C].

    A column's step is its rows' median: random networks paint packed depth with single pixels that are far off.
    """
    across = np.abs(pictures - np.roll(pictures, 1, axis=2)).mean(axis=3)
    return across[:, :, ::STRIDE].mean(axis=1)


def judged(measured: Steps) -> tuple[float, float, float]:
    """Return the seam's mean percentile among the others, its largest excess over the largest, and the means' ratio."""
    seam, others = measured[:, :1], measured[:, 1:]
    percentile = 100 * ((others < seam) + 0.5 * (others == seam)).mean()
    return float(percentile), float((seam[:, 0] / others.max(1)).max()), float(seam.mean() / others.mean())


def panoramas(folder: Path, task: str, size: tuple[int, int], seamless: bool) -> dict[str, Steps]:
    """Return the steps in colour and in depth of as many panoramas as there are seeds."""
    pipe = (LDM3DPipeline if task == "text" else LDM3DImg2ImgPipeline).from_pretrained(folder)
    pipe.set_progress_bar_config(disable=True)
    if pipe.vae.config.out_channels == 6:  # a random network's low byte has nothing to do with its high byte
        torch.nn.init.zeros_(pipe.vae.decoder.conv_out.weight[5])
    width, height = size
    colour, depth = [], []
    for seed in range(SEEDS):
        options = {"generator": torch.Generator().manual_seed(seed), "num_inference_steps": 2, "seamless": seamless}
        if task == "text":
            made = pipe("a forest", width=width, height=height, **options)
        else:
            noise = np.random.default_rng(seed)
            rgb = noise.integers(0, 256, (height, width, 3), np.uint8)
            made = pipe("a forest", rgb=rgb, depth=noise.integers(0, 65536, rgb.shape[:2], np.uint16), **options)
        colour.append(made.rgb[0] / 255)
        depth.append(made.depth[0, ..., None] / 65535)
    return {"colour": steps(np.stack(colour)), "depth": steps(np.stack(depth))}


@pytest.mark.parametrize(
    ("kind", "task", "size"),
    [
        ("4c", "text", (512, 128)),
        pytest.param("4c", "image", (512, 128), marks=pytest.mark.full),
        pytest.param("ldm3d", "text", (512, 128), marks=pytest.mark.full),
        pytest.param("ldm3d", "image", (512, 128), marks=pytest.mark.full),
        pytest.param("ldm3d", "text", (512, 256), marks=pytest.mark.full),
    ],
)
def test_no_seam_stands_out(kind: str, task: str, size: tuple[int, int], checkpoint: Callable[..., Path]) -> None:
    for measured in panoramas(checkpoint(kind), task, size, True).values():
        percentile, excess, ratio = judged(measured)
        assert 35 <= percentile <= 65
        assert excess <= 1.5
        assert 1 / 1.2 <= ratio <= 1.2


@pytest.mark.full
def test_left_as_they_are_the_seams_stand_out(checkpoint: Callable[..., Path]) -> None:
    for measured in panoramas(checkpoint("ldm3d"), "text", (512, 128), False).values():
        percentile, excess, ratio = judged(measured)
        assert not 35 <= percentile <= 65 or excess > 1.5 or not 1 / 1.2 <= ratio <= 1.2


def test_repairing_packed_depth_knows_no_seam() -> None:
    """Packed depth is painted with errors; mending them looks at neighbours, which lie across the seam as well."""
    y, x = np.mgrid[0:64, 0:128]
    depth = 32768 + 20000 * np.sin(2 * np.pi * x / 128 + y / 20)
    tensor = to_tensor(np.zeros((64, 128, 3), np.uint8), depth.astype(np.uint16), 6)
    noise = torch.randn(tensor.shape, generator=torch.Generator().manual_seed(1))
    painted = (tensor + 2 / 255 * noise).clamp(0, 1)
    _, mended = from_tensor(painted, wrap=True)
    _, moved = from_tensor(painted.roll(64, -1), wrap=True)
    assert (moved == np.roll(mended, 64, -1)).mean() > 0.99  # the noise that it estimates is another by a trifle
    _, apart = from_tensor(painted)
    beside = np.r_[0:4, 124:128]
    assert np.abs(mended[..., beside] - depth[:, beside]).mean() < np.abs(apart[..., beside] - depth[:, beside]).mean()
