"""Panoramas that close: circular convolutions in x, tiles that run on across the seam, and calm poles.

A panorama's left and right edges are neighbours. Latent diffusion does not know: its convolutions pad with zeros at
both edges. Inside `seamless` they take what lies across the seam instead, so that the networks have no edge in x at
all: rolling what goes in by a multiple of the total stride rolls what comes out. Everything else in a U-Net and an
autoencoder of Stable Diffusion (group normalisation, attention without positions) is equivariant already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from diffusers.models.autoencoders.vae import DecoderOutput
from diffusers.models.downsampling import Downsample2D
from numpy.typing import NDArray
from torch import Tensor, nn

from ldm3d.sphere import to_linear, to_srgb

POLE = 0.03  # of the height, at each pole

# From so many pixels on, a convolution's edges are mended afterwards instead of copying what goes in: measured, on a
# processor the copy costs up to a tenth of a convolution and as much memory as its input; below, one copy is faster.
_LARGE = 16384

Classes = list[tuple[nn.Module, type[nn.Module]]]


@contextmanager
def seamless(unet: nn.Module | None = None, vae: nn.Module | None = None, enabled: bool = True) -> Iterator[None]:
    """Close what `unet` and `vae` make in x, for as long as the context lasts; y stays as it is.

    Every convolution wider than one pixel pads circularly in x: in the U-Net, the VAE's decoder and its encoder, whose
    downsampler pads by itself, and in layers wrapped around convolutions (LoRA). With `vae.enable_tiling()` the tiles
    run on across the seam; then rolls by a whole tile step are exact. Only the classes of the convolutions are changed,
    and given back afterwards: weights, hooks, offloading and compiled graphs (which check classes) stay what they are.
    Contexts may be nested. With `enabled` false nothing happens.
    """
    with ExitStack() as stack:
        if enabled:
            for network in (unet, vae):
                if network is not None:
                    stack.enter_context(_closed(network))
        yield


def calm_poles(rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Blend the rows at the poles into their own mean, so that all columns agree where the sphere has one point only.

    The mean's share grows smoothly from 0 at `POLE` of the height to 1 in the first and the last row; all other rows
    are returned as they came. Colour is averaged in linear light, depth as it is.

    Args:
        rgb: sRGB [..., H, W, 3].
        depth: [..., h, w], its own size.
    """
    calm_rgb, calm_depth = rgb.copy(), depth.copy()
    for row, share in _polar_rows(rgb.shape[-3]):
        light = to_linear(rgb[..., row, :, :] / np.float64(255))
        blended = to_srgb(light + share * (light.mean(-2, keepdims=True) - light))
        calm_rgb[..., row, :, :] = np.round(255 * blended)
    for row, share in _polar_rows(depth.shape[-2]):
        values = depth[..., row, :].astype(np.float64)
        calm_depth[..., row, :] = np.round(values + share * (values.mean(-1, keepdims=True) - values))
    return calm_rgb, calm_depth


def _polar_rows(height: int) -> list[tuple[int, float]]:
    """Return the rows of both poles with the share of the mean in each: a smoothstep over the distance to the pole."""
    near = [(row, max(0.0, 1 - row / (POLE * height))) for row in range(int(np.ceil(POLE * height)))]
    eased = [(row, t * t * (3 - 2 * t)) for row, t in near]
    return eased + [(height - 1 - row, share) for row, share in eased]


@contextmanager
def _closed(network: Any) -> Iterator[None]:
    wrapping = _wrapping_classes(network)
    plain = [(module, type(module)) for module, _ in wrapping]
    with ExitStack() as stack:
        stack.enter_context(_as(wrapping))
        if wrapping and isinstance(network, AutoencoderKL):
            stack.enter_context(_tiling(network, plain))
        yield


class _Wrapping:
    """Marks the convolutions that wrap; always the first base, before the convolution's own class."""


class _WrapsAround(_Wrapping):
    """A convolution that pads circularly in x, by as much as it would have padded otherwise."""

    def _conv_forward(self: Any, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:  # noqa: A002
        usual = (self.kernel_size[1], self.stride[1], self.dilation[1], self.padding) == (3, 1, 1, (1, 1))
        large = input.shape[-2] * input.shape[-1] >= _LARGE
        learns = torch.is_grad_enabled() and input.requires_grad
        if usual and large and self.padding_mode == "zeros" and not learns:
            return _mended(self, input, weight, bias)
        left, right, top, bottom = self._reversed_padding_repeated_twice
        around: Callable[[Tensor, int, int], Tensor] = _Around.apply if learns else _around
        wrapped = around(input, left, right)
        rows = top
        if self.padding_mode != "zeros" or top != bottom:
            mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
            wrapped, rows = nn.functional.pad(wrapped, (0, 0, top, bottom), mode=mode), 0
        return nn.functional.conv2d(wrapped, weight, bias, self.stride, (rows, 0), self.dilation, self.groups)


def _around(x: Tensor, left: int, right: int) -> Tensor:
    """Return x [..., W] with its last `left` columns before it and its first `right` after it."""
    return torch.cat([x[..., x.shape[-1] - left :], x, x[..., :right]], -1)


class _Around(torch.autograd.Function):
    """`_around` while training: its gradient is one copy, where that of three slices would be three and two sums."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, left: int, right: int) -> Tensor:
        ctx.sides = left, right
        return _around(x, left, right)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        left, right = ctx.sides
        width = gradient.shape[-1] - left - right
        own = gradient[..., left : left + width].clone(memory_format=torch.contiguous_format)
        own[..., width - left :] += gradient[..., :left]
        own[..., :right] += gradient[..., left + width :]
        return own, None, None


def _mended(conv: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve with zeros beyond the edges, then add the two columns of taps that fell on these zeros."""
    convolved = nn.functional.conv2d(x, weight, bias, conv.stride, 1, conv.dilation, conv.groups)
    column = partial(
        nn.functional.conv2d, stride=conv.stride, padding=(1, 0), dilation=conv.dilation, groups=conv.groups
    )
    convolved[..., :1] += column(x[..., -1:], weight[..., :1])
    convolved[..., -1:] += column(x[..., :1], weight[..., 2:])
    return convolved


class _WrapsPadded(_Wrapping):
    """A convolution under a `Downsample2D` that has appended a column of zeros: takes the first column instead."""

    def _conv_forward(self: Any, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:  # noqa: A002
        input[..., -1] = input[..., 0]  # the padded picture is the downsampler's own, made for this call
        convolved: Tensor = super()._conv_forward(input, weight, bias)  # type: ignore[misc]
        return convolved


@cache
def _wrapping_class(how: Any, plain: Any) -> type[nn.Module]:
    return type(plain.__name__, (how, plain), {})


def _wrapping_classes(network: nn.Module) -> Classes:
    """Return the convolutions of `network` that look beyond their pixel and do not wrap yet, with a class that does."""
    wide = [
        module
        for module in network.modules()
        if isinstance(module, nn.Conv2d) and module.kernel_size[1] > 1 and not isinstance(module, _Wrapping)
    ]
    padded = {
        id(inner)
        for module in network.modules()
        if isinstance(module, Downsample2D) and module.use_conv and module.padding == 0
        for inner in module.modules()
    }
    classes: Classes = []
    for conv in wide:
        plain: Any = type(conv)
        classes.append((conv, _wrapping_class(_WrapsPadded if id(conv) in padded else _WrapsAround, plain)))
    return classes


@contextmanager
def _as(classes: Classes) -> Iterator[None]:
    """Let modules be of other classes for a while."""
    before = [(module, type(module)) for module, _ in classes]
    try:
        for module, kind in classes:
            module.__class__ = kind
        yield
    finally:
        for module, kind in before:
            module.__class__ = kind


@contextmanager
def _tiling(vae: Any, plain: Classes) -> Iterator[None]:
    """Let `vae` make its tiles across the seam. `plain`: its convolutions as they are within a tile."""
    ours = {"tiled_decode": partial(_tiled_decode, vae, plain), "_tiled_encode": partial(_tiled_encode, vae, plain)}
    before = {name: vae.__dict__[name] for name in ours if name in vae.__dict__}
    try:
        for name, function in ours.items():
            setattr(vae, name, function)
        yield
    finally:
        for name in ours:
            delattr(vae, name)
        for name, function in before.items():
            setattr(vae, name, function)


def _tiled_decode(vae: Any, plain: Classes, z: Tensor, return_dict: bool = True) -> DecoderOutput | tuple[Tensor]:
    """Take the place of `AutoencoderKL.tiled_decode`."""

    def decode(tile: Tensor) -> Tensor:
        return vae.decoder(vae.post_quant_conv(tile) if vae.config.use_post_quant_conv else tile)  # type: ignore[no-any-return]

    sample = _by_tiles(vae, plain, z, decode, (1, vae.tile_sample_min_size // vae.tile_latent_min_size))
    return DecoderOutput(sample=sample) if return_dict else (sample,)


def _tiled_encode(vae: Any, plain: Classes, x: Tensor) -> Tensor:
    """Take the place of `AutoencoderKL._tiled_encode`: the moments of all tiles, blended."""

    def encode(tile: Tensor) -> Tensor:
        return vae.quant_conv(vae.encoder(tile)) if vae.config.use_quant_conv else vae.encoder(tile)  # type: ignore[no-any-return]

    return _by_tiles(vae, plain, x, encode, (vae.tile_sample_min_size // vae.tile_latent_min_size, 1))


def _by_tiles(
    vae: Any, plain: Classes, whole: Tensor, network: Callable[[Tensor], Tensor], scale: tuple[int, int]
) -> Tensor:
    """Return `network` of `whole` [B, C, H, W] by overlapping tiles, cross-faded.

    Tiles are placed in latent pixels; `scale` says how many pixels of what goes in and of what comes out make one.
    A tile as wide as the panorama wraps in itself.
    """
    into, out = scale
    size, overlap = vae.tile_latent_min_size, vae.tile_overlap_factor
    height, width = whole.shape[-2] // into, whole.shape[-1] // into
    tall, wide = min(size, height), min(size, width)
    step = max(1, int(size * (1 - overlap)))
    rows, columns = _row_starts(height, tall, step), _column_starts(width, wide, step)
    down = _shares(rows, tall, height, out)
    across = _shares(columns, wide, width, out)
    result: Tensor | None = None
    with _as(plain if len(columns) > 1 else []):
        for y, share_y in zip(rows, down, strict=True):
            strip = whole[..., y * into : (y + tall) * into, :]
            for x, share_x in zip(columns, across, strict=True):
                taken = _circle(x * into, wide * into, width * into, whole.device)
                tile = network(strip if len(columns) == 1 else strip.index_select(-1, taken))
                precise = torch.promote_types(tile.dtype, torch.float32)  # sums of several tiles
                if result is None:
                    result = tile.new_zeros((*tile.shape[:2], height * out, width * out), dtype=precise)
                share = torch.outer(share_y, share_x).to(tile.device, precise)
                placed = _circle(x * out, wide * out, width * out, tile.device)
                result[..., y * out : (y + tall) * out, :].index_add_(-1, placed, tile * share)
    assert result is not None
    return result.to(tile.dtype)


def _row_starts(height: int, tall: int, step: int) -> list[int]:
    """Return where tiles begin that reach from the first row to the last, at most `step` apart."""
    count = -(-(height - tall) // step) + 1
    return [round(i * (height - tall) / max(1, count - 1)) for i in range(count)]


def _column_starts(width: int, wide: int, step: int) -> list[int]:
    """Return where tiles begin around the circle, at most `step` apart and equally wherever a few more allow it."""
    if wide >= width:
        return [0]
    least = -(-width // step)
    count = next((n for n in range(least, 2 * least + 1) if width % n == 0), least)
    return [i * width // count for i in range(count)]


def _circle(start: int, length: int, around: int, device: torch.device) -> Tensor:
    """Return `length` indices from `start` on, around the circle."""
    return torch.arange(start, start + length, device=device) % around


def _shares(starts: Sequence[int], length: int, around: int, scale: int) -> list[Tensor]:
    """Return each tile's share [length·scale]: a tent over the tile, the shares of a pixel adding up to 1."""
    centre = torch.arange(length * scale, dtype=torch.float64) + 0.5
    tent = torch.minimum(centre, length * scale - centre)
    places = [_circle(start * scale, length * scale, around * scale, tent.device) for start in starts]
    total = torch.zeros(around * scale, dtype=torch.float64)
    for place in places:
        total.index_add_(0, place, tent)
    return [tent / total[place] for place in places]
