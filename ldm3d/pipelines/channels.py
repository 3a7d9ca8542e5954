"""Colour and depth as the channels of LDM3D's autoencoders.

Six channels are R, G, B and the depth packed into three (0, high byte, low byte); four are R, G, B and the depth as it
is. All in [0, 1]. Which of the two a checkpoint has stands in its autoencoder's configuration.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from ldm3d.errors import InputError, MachineError
from ldm3d.rgbd import pack_depth, unpack_depth

NEUTRAL = 32768  # of uint16: depth ½, the sphere as it is

RGB = NDArray[np.uint8]
Depth = NDArray[np.uint16]
Size = tuple[int, int]

_REPAIRED = 32  # texels beyond the seam that repairing packed depth may look at
_REACH = 8  # texels beyond the seam that resizing may look at, more than its widest filter when enlarging


def channels_of(vae: Any) -> int:
    """Return how many channels the autoencoder paints: 6 (packed depth) or 4 (plain depth).

    Raises:
        InputError: it is no LDM3D autoencoder.
    """
    into, out = vae.config.in_channels, vae.config.out_channels
    if into != out or out not in {4, 6}:
        raise InputError(
            f"an autoencoder with {into} channels in and {out} out is none of LDM3D's (4 or 6 both ways); "
            "choose an LDM3D checkpoint, for example Intel/ldm3d-4c"
        )
    return int(out)


def to_tensor(rgb: RGB, depth: Depth | None, channels: int, size: Size | None = None, wrap: bool = False) -> Any:
    """Turn colour and depth into an autoencoder's channels, float32 [B, C, H, W] in [0, 1].

    Args:
        rgb: uint8 [H, W, 3] or [B, H, W, 3].
        depth: uint16 [h, w] or [B, h, w], resized to the colour's size; None is depth ½ everywhere.
        channels: 4 or 6.
        size: (width, height) to resize both to, bilinear; None is the colour's own.
        wrap: the picture's left and right edges are neighbours.

    Raises:
        InputError: an array has another type or shape.
    """
    rgb, depth = fit(rgb, depth, size, wrap)
    colour = np.moveaxis(rgb, -1, 1).astype(np.float32) / np.float32(255)
    if channels == 6:
        relief = np.moveaxis(pack_depth(depth), -1, 1).astype(np.float32) / np.float32(255)
    else:
        relief = depth[:, None].astype(np.float32) / np.float32(65535)
    return torch.from_numpy(np.concatenate([colour, relief], axis=1))


def from_tensor(decoded: Any, wrap: bool = False) -> tuple[RGB, Depth]:
    """Turn what an autoencoder painted, [B, C, H, W] in [0, 1], into rgb uint8 [B, H, W, 3] and depth uint16 [B, H, W].

    Packed depth is repaired (`ldm3d.rgbd.unpack_depth`), across the seam where `wrap` says that the picture's left and
    right edges are neighbours.

    Raises:
        MachineError: there are values that are no numbers, as half precision can give.
    """
    painted = decoded.detach().to("cpu", torch.float32).permute(0, 2, 3, 1).numpy()
    if not np.isfinite(painted).all():
        raise MachineError(
            "the decoder's picture has values that are no numbers, as happens in float16; use bfloat16 or float32"
        )
    rgb = (painted[..., :3] * 255).round().astype(np.uint8)
    if painted.shape[-1] == 6:
        columns, reach = painted.shape[2], _REPAIRED if wrap else 0
        beyond = np.arange(-reach, columns + reach) % columns
        return rgb, unpack_depth(painted[:, :, beyond, 3:])[..., reach : reach + columns]
    return rgb, (painted[..., 3] * 65535).round().astype(np.uint16)


def fit(rgb: RGB, depth: Depth | None, size: Size | None = None, wrap: bool = False) -> tuple[RGB, Depth]:
    """Return rgb [B, H, W, 3] and depth [B, H, W] of one size; arguments and errors as for `to_tensor`."""
    check_rgb(rgb)
    rgb = rgb if rgb.ndim == 4 else rgb[None]
    width, height = size or (rgb.shape[2], rgb.shape[1])
    if depth is None:
        relief = np.full((len(rgb), height, width), NEUTRAL, np.uint16)
    else:
        relief = _checked_depth(depth, len(rgb))
        if relief.shape[1:] != (height, width):
            smooth = [_resized(one.astype(np.float32), width, height, wrap) for one in relief]
            relief = np.stack(smooth).round().clip(0, 65535).astype(np.uint16)
    if rgb.shape[1:3] != (height, width):
        rgb = np.stack([_resized(one, width, height, wrap) for one in rgb])
    return rgb, relief


def check_rgb(rgb: Any) -> None:
    """Raise `InputError` for anything but an array uint8 [H, W, 3] or [B, H, W, 3]."""
    if not isinstance(rgb, np.ndarray):
        raise InputError(f"rgb is a {type(rgb).__name__}; it must be a NumPy array: numpy.asarray(image) of RGB")
    if rgb.dtype != np.uint8 or rgb.ndim not in {3, 4} or rgb.shape[-1] != 3 or not rgb.size:
        raise InputError(f"rgb is {rgb.dtype} {list(rgb.shape)}; it must be uint8 [H, W, 3] or [B, H, W, 3]")


def _checked_depth(depth: Depth, count: int) -> Depth:
    if not isinstance(depth, np.ndarray):
        raise InputError(f"depth is a {type(depth).__name__}; it must be a NumPy array, uint16 [h, w] or [B, h, w]")
    if depth.dtype != np.uint16 or depth.ndim not in {2, 3} or not depth.size:
        raise InputError(f"depth is {depth.dtype} {list(depth.shape)}; it must be uint16 [h, w] or [B, h, w]")
    depth = depth if depth.ndim == 3 else depth[None]
    if len(depth) != count:
        raise InputError(f"there are {len(depth)} depths for {count} pictures; give one for each")
    return depth


def _resized(picture: NDArray[Any], width: int, height: int, wrap: bool) -> NDArray[Any]:
    """Resize uint8 [H, W, 3] or float32 [H, W]; bilinear, averaging where it becomes smaller."""
    rows, columns = picture.shape[:2]
    reach = max(_REACH, 2 * columns // width) if wrap else 0
    beyond = np.arange(-reach, columns + reach) % columns
    image = Image.fromarray(np.ascontiguousarray(picture[:, beyond]))
    box = (reach, 0, reach + columns, rows)
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR, box=box))
