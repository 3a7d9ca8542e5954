"""An autoencoder of colour becomes one of colour and depth, and its colour stays what it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL

from ldm3d.errors import InputError
from ldm3d.training.widening import widen


def of_colour(channels: int = 3) -> AutoencoderKL:
    torch.manual_seed(0)
    return AutoencoderKL(
        in_channels=channels,
        out_channels=channels,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        block_out_channels=(8, 16),
        norm_num_groups=4,
        sample_size=16,
    ).double()


@pytest.mark.parametrize("channels", [4, 6])
def test_colour_and_latents_are_the_old_ones_whatever_the_depth_channels_hold(channels: int) -> None:
    old = of_colour()
    wide = widen(old, channels)
    colour = torch.rand(2, 3, 16, 32, dtype=torch.float64) * 2 - 1
    for relief in (torch.zeros, torch.ones, torch.randn):
        both = torch.cat([colour, relief(2, channels - 3, 16, 32, dtype=torch.float64)], 1)
        before, after = old.encode(colour).latent_dist, wide.encode(both).latent_dist
        torch.testing.assert_close(after.mean, before.mean, rtol=0, atol=1e-12)
        torch.testing.assert_close(after.logvar, before.logvar, rtol=0, atol=1e-12)
        painted = wide.decode(after.mean).sample
        assert painted.shape == both.shape
        torch.testing.assert_close(painted[:, :3], old.decode(before.mean).sample, rtol=0, atol=1e-12)


def test_every_old_weight_is_kept_and_only_two_layers_are_new() -> None:
    old, wide = of_colour(), widen(of_colour(), 6)
    before, after = old.state_dict(), wide.state_dict()
    assert before.keys() == after.keys()
    grown = {name for name in before if before[name].shape != after[name].shape}
    assert grown == {"encoder.conv_in.weight", "decoder.conv_out.weight", "decoder.conv_out.bias"}
    assert all(torch.equal(before[name], after[name]) for name in before.keys() - grown)
    # 3 more channels into and out of 3×3 convolutions with 8 features, and 3 biases.
    assert wide.num_parameters() - old.num_parameters() == 2 * 3 * 8 * 9 + 3
    before["decoder.conv_in.weight"].zero_()
    assert wide.state_dict()["decoder.conv_in.weight"].any(), "the copy shares its weights with the first one"


def test_stable_diffusions_autoencoder_gets_6915_parameters() -> None:
    with torch.device("meta"):
        config = {"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "sample_size": 512}
        blocks = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
        counts = [
            AutoencoderKL(in_channels=channels, out_channels=channels, **config, **blocks).num_parameters()
            for channels in (3, 6)
        ]
    assert counts[0] == 83_653_863  # as published
    assert counts[1] - counts[0] == 3456 + 3459


def test_depth_begins_as_brightness_and_the_empty_byte_as_zero() -> None:
    old = of_colour()
    latents = torch.randn(1, 4, 8, 8, dtype=torch.float64)
    colour = old.decode(latents).sample
    packed, plain = (widen(old, channels).decode(latents).sample for channels in (6, 4))
    torch.testing.assert_close(plain[:, 3], colour.mean(1))
    torch.testing.assert_close(packed[:, 4], colour.mean(1))
    assert torch.all(packed[:, 3] == -1)  # the byte 0
    assert torch.all(packed[:, 5] == 0)  # the middle of all bytes


@pytest.mark.parametrize("channels", [4, 6])
def test_all_new_weights_hear_the_first_loss(channels: int) -> None:
    wide = widen(of_colour(), channels)
    pictures = torch.rand(2, channels, 16, 16, dtype=torch.float64) * 2 - 1
    painted = wide.decode(wide.encode(pictures).latent_dist.mean).sample
    (painted - pictures).abs().mean().backward()
    for channel in range(3, channels):
        assert wide.encoder.conv_in.weight.grad[:, channel].abs().max() > 0
        assert wide.decoder.conv_out.weight.grad[channel].abs().max() > 0


def test_one_that_is_wide_already_is_left_alone_and_another_refused() -> None:
    six = of_colour(6)
    assert widen(six, 6) is six
    with pytest.raises(InputError, match="6 channels in and 6 out cannot be made one with 4"):
        widen(six, 4)


def test_what_is_written_is_read_by_diffusers(tmp_path: Path) -> None:
    wide = widen(of_colour(), 6)
    wide.save_pretrained(tmp_path)
    again = AutoencoderKL.from_pretrained(tmp_path, torch_dtype=torch.float64)
    assert (again.config.in_channels, again.config.out_channels) == (6, 6)
    assert all(torch.equal(again.state_dict()[name], tensor) for name, tensor in wide.state_dict().items())
