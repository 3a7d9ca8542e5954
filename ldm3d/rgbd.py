"""Colour and depth together: LDM3D's packing of depth into bytes, and the pair of PNG files.

Depth is uint16 here: v/65535 is the depth d in [0, 1], 1 near and 0 far. NumPy and Pillow only.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from ldm3d.errors import InputError
from ldm3d.files import check_png_name, check_writable, whole_files
from ldm3d.repair import repair

XMP = "XML:com.adobe.xmp"
_COMPRESSION = 3  # on a photograph 2 % larger than Pillow's own 6, in 40 % of its time
# What Pillow's PNG plugin raises for files that are no PNG, cut short or damaged.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, Image.DecompressionBombError)


class Pair(NamedTuple):
    """What `read_pair` reads: rgb uint8 [H, W, 3] (sRGB), depth uint16 [h, w], and the PNG's texts by key."""

    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint16]
    texts: dict[str, str]


def pack_depth(depth: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Pack depth uint16 [..., H, W] into bytes [..., H, W, 3]: 0, high byte, low byte (LDM3D paper, 3.1.2)."""
    _check(depth, np.uint16, "pack_depth")
    packed = np.zeros((*depth.shape, 3), np.uint8)
    packed[..., 1] = depth >> 8
    packed[..., 2] = depth & 0xFF
    return packed


def unpack_depth(packed: NDArray[np.uint8] | NDArray[np.floating[Any]]) -> NDArray[np.uint16]:
    """Unpack [..., H, W, 3] into depth uint16 [..., H, W], high·256 + low; the first channel is not looked at.

    uint8 is taken as exact: every value of every picture. Floats in [0, 1] are what a decoder painted (255 times the
    byte, and noise) and are repaired: see `ldm3d.repair`.

    Raises:
        InputError: `packed` is neither uint8 nor float, its last axis is not 3 long, or a float lies outside [0, 1].
    """
    if packed.dtype != np.uint8 and not np.issubdtype(packed.dtype, np.floating):
        raise InputError(f"unpack_depth was given {packed.dtype}; it takes uint8, or a decoder's floats in [0, 1]")
    if packed.shape[-1:] != (3,):
        raise InputError(f"unpack_depth was given an array of shape {packed.shape}; its last axis must be 3 long")
    if packed.dtype == np.uint8:
        high, low = np.moveaxis(packed[..., 1:].astype(np.uint16), -1, 0)
        exact: NDArray[np.uint16] = (high << 8) | low
        return exact
    if packed.ndim < 3:
        raise InputError(f"unpack_depth was given floats of shape {packed.shape}; they must be [..., H, W, 3]")
    if not np.all((packed[..., 1:] >= 0) & (packed[..., 1:] <= 1)):
        raise InputError("unpack_depth was given floats outside [0, 1]; clamp what the decoder painted first")
    painted = packed.reshape(-1, *packed.shape[-3:]).astype(np.float32) * np.float32(255)
    depth = np.empty(painted.shape[:-1], np.uint16)
    for one, picture in zip(depth, painted, strict=True):
        one[...] = repair(picture[..., 1], picture[..., 2])
    return depth.reshape(packed.shape[:-1])


def depth_path(path: Path) -> Path:
    """Return where the depth of the picture NAME.png stands: NAME.depth.png."""
    return path.with_name(f"{path.stem}.depth.png")


def write_pair(
    path: Path, rgb: NDArray[np.uint8], depth: NDArray[np.uint16], texts: Mapping[str, str] | None = None
) -> None:
    """Write rgb [H, W, 3] to `path` as 8-bit RGB and depth [h, w] to `depth_path(path)` as 16-bit grey PNG.

    Both appear whole or not at all; the depth takes its place first, the colour last, so that a colour picture never
    stands beside a depth that is still to come. `texts` becomes the colour picture's texts: Latin-1 as tEXt, anything
    else and XMP as iTXt.

    Raises:
        InputError: `path` does not end in .png, or may not be written.
        MachineError: the disk is full or failed.
    """
    check_png_name(path)
    info = PngImagePlugin.PngInfo()
    for key, text in (texts or {}).items():
        whole = text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate has no UTF-8
        if key == XMP:
            info.add_itxt(key, whole)
        else:
            info.add_text(key, whole)
    with whole_files([depth_path(path), path]) as (depth_file, colour_file):
        Image.fromarray(depth).save(depth_file, "PNG", compress_level=_COMPRESSION)
        Image.fromarray(rgb).save(colour_file, "PNG", compress_level=_COMPRESSION, pnginfo=info)


def check_pair_writable(path: Path) -> None:
    """Raise now, before any long work, what `write_pair` would raise of the name and the folder; nothing changes."""
    check_png_name(path)
    check_writable(path)
    check_writable(depth_path(path))


def read_pair(path: Path) -> Pair:
    """Read what `write_pair` wrote, every value exact.

    Raises:
        InputError: a file is missing, is broken, or is no PNG of that kind (8-bit RGB, 16-bit grey).
    """
    rgb, texts = _read_png(path, "RGB", "an 8-bit RGB")
    depth, _ = _read_png(depth_path(path), "I;16", "a 16-bit grey")
    return Pair(rgb, depth, texts)


def _read_png(path: Path, mode: str, kind: str) -> tuple[NDArray[Any], dict[str, str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # 16384×8192 is a panorama, not a bomb
            with Image.open(path, formats=("PNG",)) as image:
                if image.mode == mode:
                    image.load()
                    texts = {str(key): value for key, value in image.info.items() if isinstance(value, str)}
                    return np.array(image), texts
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; a panorama is NAME.png with NAME.depth.png beside it") from None
    # What Pillow's PNG plugin raises for files that are no PNG, cut short or damaged.
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        struct.error,
        zlib.error,
        Image.DecompressionBombError,
    ) as error:
        raise InputError(f"{path} cannot be read as a PNG ({error}); make or copy it again") from None
    raise InputError(f"{path} is not {kind} PNG; open it with depthfusion import, which converts it")


def _check(array: NDArray[Any], kind: type[np.generic], who: str) -> None:
    if array.dtype != kind:
        raise InputError(f"{who} was given {array.dtype}; it takes {np.dtype(kind)} only")
