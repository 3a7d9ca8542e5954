"""From an autoencoder of colour to one of colour and depth: its first and last convolution get more channels.

Everything that was learnt stays. The weights that are new begin so that colour is what it was, whatever the depth
channels hold, and that training has the shortest way:

- Into the encoder, zero. The latents are then those of the colour alone, which a diffusion model that was trained on
  them knows already; depth enters as these weights learn, and they do from the first step on, as their gradient does
  not depend on themselves.
- Out of the decoder, the mean of the colour's weights. Features that paint brightness paint depth's edges at the same
  places, and the decoder hears at once what is wrong with its depth; behind zeros it would hear nothing at first.
- The packed depth's first byte is always 0, -1 as the autoencoder sees it, and its low byte is as good as random:
  both begin as that constant, the low byte's being the middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from ldm3d.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

_EMPTY, _HIGH = 3, 4  # channels of packed depth; its low byte, the last, begins with zeros


def widen(vae: Any, channels: int) -> Any:
    """Return a copy of an autoencoder that paints `channels`, 4 (plain depth) or 6 (packed into bytes).

    Args:
        vae: an `AutoencoderKL` of 3 channels, or of `channels` already, which is returned as it is.
        channels: 4 or 6.

    Raises:
        InputError: it has another number of channels, or not as many in as out.
    """
    into, out = vae.config.in_channels, vae.config.out_channels
    if into == out == channels:
        return vae
    if (into, out) != (3, 3) or channels not in {4, 6}:
        raise InputError(
            f"an autoencoder with {into} channels in and {out} out cannot be made one with {channels}; "
            f"begin with one of colour alone (3), or of {channels}"
        )
    from diffusers import AutoencoderKL

    state = {name: tensor.clone() for name, tensor in vae.state_dict().items()}
    state["encoder.conv_in.weight"] = _with_silent_inputs(state["encoder.conv_in.weight"], channels)
    state["decoder.conv_out.weight"], state["decoder.conv_out.bias"] = _with_depth(
        state["decoder.conv_out.weight"], state["decoder.conv_out.bias"], channels
    )
    with torch.device("meta"):
        wide: Any = AutoencoderKL.from_config({**vae.config, "in_channels": channels, "out_channels": channels})
    wide.load_state_dict(state, assign=True)
    return wide.train(vae.training)


def _with_silent_inputs(weight: Tensor, channels: int) -> Tensor:
    """Return [out, channels, h, w]: the weights [out, 3, h, w], and zeros for what is new."""
    rows, colours, *sides = weight.shape
    return torch.cat([weight, weight.new_zeros(rows, channels - colours, *sides)], 1)


def _with_depth(weight: Tensor, bias: Tensor, channels: int) -> tuple[Tensor, Tensor]:
    """Return weights [channels, in, h, w] and biases [channels]: the three colours', and depth's."""
    weights, biases = weight.new_zeros(channels, *weight.shape[1:]), bias.new_zeros(channels)
    weights[:3], biases[:3] = weight, bias
    relief = _HIGH if channels == 6 else 3
    weights[relief], biases[relief] = weight.mean(0), bias.mean()
    if channels == 6:
        biases[_EMPTY] = -1
    return weights, biases
