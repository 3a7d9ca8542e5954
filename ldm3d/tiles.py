"""A panorama redrawn by LDM3D-SR in tiles that overlap, wrap around and are faded into each other.

Neighbours agree because they begin from the same noise where they overlap, and because each keeps the broad colours and
depths of what it redraws: the network adds what is fine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Floats = NDArray[np.floating[Any]]
Step = Callable[[str, float, float], None]

_OVERLAP = 0.25  # of a tile's side, at least
_BROAD = 16  # a tile's broad colours are the means of so many squares a side


def redraw(
    rgb: NDArray[np.uint8], depth: NDArray[np.uint16], upscaler: Any, progress: Step, *, seed: int = 0, **options: Any
) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return a panorama rgb uint8 [H, W, 3], depth uint16 [H, W] with the detail that `upscaler` sees in it.

    A tile that the checkpoint's safety checker blanks stays as it was.

    Args:
        rgb: already at the size of the result, 2:1.
        depth: likewise.
        upscaler: an `LDM3DUpscalePipeline`.
        progress: called at every step of denoising; what it raises stops the work there.
        seed: of the noise.
        options: of the pipeline's call, such as `num_inference_steps`.
    """
    import torch

    height, width = depth.shape
    cell = int(upscaler.vae_scale_factor)
    own = upscaler.unet.config.sample_size
    side = min((own if isinstance(own, int) else min(own)) * cell, height // cell * cell)
    places = list(tiles(width, height, side, cell))
    generator = torch.Generator("cpu").manual_seed(seed)
    latent = (1, upscaler.vae.config.latent_channels, -(-height // cell), -(-width // cell))
    noise = torch.randn(latent, generator=generator)
    total = np.zeros((height, width, 4), np.float32)
    weights = np.zeros((height, width, 1), np.float32)
    window = _window(side)
    for number, (top, left) in enumerate(places):
        rows, columns = slice(top, top + side), np.arange(left, left + side) % width
        colour, deep = rgb[rows][:, columns], depth[rows][:, columns]
        made = upscaler(
            rgb=colour,
            depth=deep,
            height=side,
            width=side,
            seamless=False,
            latents=_cut(noise, top // cell, left // cell, side // cell).to(upscaler.unet.dtype),
            generator=torch.Generator("cpu").manual_seed(seed + number + 1),
            callback_on_step_end=_teller(progress, number, len(places)),
            **options,
        )
        before = np.concatenate([colour, deep[..., None] / np.float32(257)], axis=-1).astype(np.float32)
        after = np.concatenate([made.rgb[0], made.depth[0][..., None] / np.float32(257)], axis=-1).astype(np.float32)
        if made.nsfw and made.nsfw[0]:
            after = before
        after += broad(before - after)
        total[rows, columns] += window * after
        weights[rows, columns] += window
    progress("redrawing, tile", len(places), len(places))
    total /= weights
    colours = np.rint(np.clip(total[..., :3], 0, 255)).astype(np.uint8)
    return colours, np.rint(np.clip(total[..., 3], 0, 255) * 257).astype(np.uint16)


def tiles(width: int, height: int, side: int, cell: int) -> Iterator[tuple[int, int]]:
    """Yield the (top, left) of square tiles that cover a panorama and overlap by a quarter or more, evenly spread.

    They are multiples of `cell`, the last row's top excepted, and go around in x: the last overlaps the first.
    """
    stride = side * (1 - _OVERLAP)
    across = max(int(np.ceil(width / stride)), 2)
    down = int(np.ceil((height - side) / stride)) + 1 if height > side else 1
    for row in range(down):
        top = (height - side) * row // max(down - 1, 1)
        top = top if row == down - 1 else top // cell * cell
        for column in range(across):
            yield top, width * column // across // cell * cell


def broad(difference: Floats) -> Floats:
    """Return what is broad in [side, side, C]: the means of squares, and between their centres what lies between."""
    side = difference.shape[0]
    count = min(_BROAD, side)
    edges = np.arange(count) * side // count
    counts = np.diff(np.append(edges, side)).astype(np.float32)
    means = np.add.reduceat(np.add.reduceat(difference, edges, axis=0), edges, axis=1)
    means /= (counts[:, None] * counts[None, :])[..., None]
    centres = edges + (counts - 1) / 2
    matrix = np.stack([np.interp(np.arange(side), centres, row) for row in np.eye(count)], axis=1).astype(np.float32)
    smooth: Floats = np.einsum("yj,xi,jic->yxc", matrix, matrix, means.astype(np.float32), optimize=True)
    return smooth


def _window(side: int) -> NDArray[np.float32]:
    """Return the weight [side, side, 1] of a tile's texels: nothing at the border, most in the middle, smooth."""
    rise = np.sin(np.pi * (np.arange(side) + 0.5) / side) ** 2
    weight: NDArray[np.float32] = (rise[:, None] * rise[None, :] + 1e-6).astype(np.float32)[..., None]
    return weight


def _cut(noise: torch.Tensor, top: int, left: int, side: int) -> torch.Tensor:
    """Return the square of the noise [1, C, h, w] that belongs to a tile, around the sphere in x."""
    top = min(top, noise.shape[2] - side)
    return noise.roll(-left, dims=3)[:, :, top : top + side, :side].contiguous()


def _teller(progress: Step, number: int, count: int) -> Callable[..., dict[str, Any]]:
    def tell(pipe: Any, step: int, timestep: Any, kept: dict[str, Any]) -> dict[str, Any]:
        del timestep
        progress("redrawing, tile", number + (step + 1) / max(pipe.num_timesteps, 1), count)
        return kept

    progress("redrawing, tile", number, count)
    return tell
