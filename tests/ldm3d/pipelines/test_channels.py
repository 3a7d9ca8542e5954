"""Colour and depth into channels and back, exactly; sizes, seams and sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from ldm3d.errors import InputError, MachineError
from ldm3d.pipelines.channels import NEUTRAL, channels_of, fit, from_tensor, to_tensor
from ldm3d.rgbd import pack_depth


@pytest.mark.parametrize("kind", ["ldm3d", "4c", "pano", "sr"])
def test_the_autoencoder_says_how_many_channels(made: Callable[..., Any], kind: str) -> None:
    name = "LDM3DUpscalePipeline" if kind == "sr" else "LDM3DPipeline"
    assert channels_of(made(name, kind).vae) == (6 if kind == "ldm3d" else 4)


def test_a_plain_autoencoder_is_refused() -> None:
    plain = AutoencoderKL(block_out_channels=(8,), norm_num_groups=4)
    with pytest.raises(InputError, match="3 channels in and 3 out is none of LDM3D's"):
        channels_of(plain)


@pytest.mark.parametrize("channels", [4, 6])
def test_colour_and_depth_come_back_exactly(channels: int, rgb: np.ndarray, depth: np.ndarray) -> None:
    tensor = to_tensor(rgb, depth, channels)
    assert tensor.shape == (1, channels, 64, 64)
    assert tensor.dtype == torch.float32
    again_rgb, again_depth = from_tensor(tensor)
    np.testing.assert_array_equal(again_rgb[0], rgb)
    np.testing.assert_array_equal(again_depth[0], depth)


def test_six_channels_hold_the_packed_bytes(rgb: np.ndarray, depth: np.ndarray) -> None:
    tensor = to_tensor(rgb, depth, 6)[0].permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(np.rint(tensor[..., 3:] * 255), pack_depth(depth))
    np.testing.assert_array_equal(np.rint(tensor[..., :3] * 255), rgb)


def test_every_one_of_65536_depths_survives_one_channel() -> None:
    depth = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    tensor = to_tensor(np.zeros((256, 256, 3), np.uint8), depth, 4)
    np.testing.assert_array_equal(from_tensor(tensor)[1][0], depth)


def test_packed_depth_is_repaired_from_floats_and_not_from_bytes(rgb: np.ndarray, depth: np.ndarray) -> None:
    noise = np.random.default_rng(0).normal(0, 2 / 255, (1, 3, 64, 64)).astype(np.float32)
    tensor = to_tensor(rgb, depth, 6)
    tensor[:, 3:] = (tensor[:, 3:] + torch.from_numpy(noise)).clamp(0, 1)
    error = (from_tensor(tensor)[1][0].astype(float) - depth) / 65535
    assert np.sqrt(np.mean(error**2)) <= 0.002


def test_depth_is_repaired_across_a_seam_that_closes() -> None:
    y, x = np.mgrid[:64, :128]
    depth = (30000 + 12000 * np.sin(2 * np.pi * x / 128 + 0.7) + 90 * y).astype(np.uint16)
    noise = np.random.default_rng(0).normal(0, 2 / 255, (1, 3, 64, 128)).astype(np.float32)
    tensor = to_tensor(np.zeros((64, 128, 3), np.uint8), depth, 6)
    tensor[:, 3:] = (tensor[:, 3:] + torch.from_numpy(noise)).clamp(0, 1)
    closed = from_tensor(tensor, wrap=True)[1]
    rolled = from_tensor(tensor.roll(50, -1), wrap=True)[1]
    assert (rolled == np.roll(closed, 50, -1)).mean() > 0.99  # but for how strong the noise is taken to be
    edge = from_tensor(tensor)[1][..., [0, -1]].astype(int) - depth[:, [0, -1]]
    closed_edge = closed[..., [0, -1]].astype(int) - depth[:, [0, -1]]
    assert np.abs(closed_edge).mean() < np.abs(edge).mean()


def test_without_depth_it_is_one_half(rgb: np.ndarray) -> None:
    assert (fit(rgb, None)[1] == NEUTRAL).all()
    assert (to_tensor(rgb, None, 4)[:, 3] - 0.5).abs().max() < 1e-4


def test_depth_of_its_own_size_is_fitted_without_rounding_it_to_bytes(rgb: np.ndarray) -> None:
    ramp = np.linspace(0, 65535, 32).round().astype(np.uint16)[None].repeat(16, 0)
    _, fitted = fit(rgb, ramp)
    assert fitted.shape == (1, 64, 64)
    inner = fitted[0, 0, 2:-2].astype(int)
    assert np.abs(np.diff(inner) - 65535 / 62).max() < 20


def test_a_closed_picture_is_resized_across_its_seam() -> None:
    seam = np.zeros((8, 32, 3), np.uint8)
    seam[:, 0] = 255
    closed, _ = fit(seam, None, (64, 16), wrap=True)
    open_, _ = fit(seam, None, (64, 16))
    assert closed[0, 0, -1, 0] > 0
    assert open_[0, 0, -1, 0] == 0
    rolled, _ = fit(np.roll(seam, 5, 1), None, (64, 16), wrap=True)
    np.testing.assert_array_equal(rolled, np.roll(closed, 10, 2))


@pytest.mark.parametrize(
    ("rgb", "depth", "said"),
    [
        (np.zeros((8, 8, 3)), None, "rgb is float64"),
        (np.zeros((8, 8), np.uint8), None, r"rgb is uint8 \[8, 8\]"),
        (np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), np.uint8), "depth is uint8"),
        (np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8, 1, 1), np.uint16), r"depth is uint16 \[8, 8, 1, 1\]"),
        (np.zeros((2, 8, 8, 3), np.uint8), np.zeros((3, 8, 8), np.uint16), "3 depths for 2 pictures"),
    ],
)
def test_wrong_arrays_are_one_sentence(rgb: np.ndarray, depth: np.ndarray | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        to_tensor(rgb, depth, 4)


def test_numbers_that_are_none_are_said_and_not_painted() -> None:
    with pytest.raises(MachineError, match="no numbers"):
        from_tensor(torch.full((1, 4, 8, 8), float("nan")))
