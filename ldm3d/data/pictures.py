"""Pictures as they come, brought to the size that is trained on."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

RGB = NDArray[np.uint8]
Depth = NDArray[np.uint16]
Size = tuple[int, int]
Box = tuple[float, float, float, float]

_REACH = 8  # texels beyond a panorama's seam that resizing looks at, more than its widest filter when enlarging
# What Pillow's plugins raise for damaged files beside the documented OSError.
BROKEN = (OSError, SyntaxError, ValueError, TypeError, AttributeError, EOFError, struct.error, zlib.error,
          Image.DecompressionBombError)  # fmt: skip


def decode(content: bytes, least: Size) -> RGB:
    """Return a picture upright as RGB, uint8 [H, W, 3] in sRGB; what is transparent lies over black.

    Args:
        content: of a PNG, JPEG, WebP, TIFF or BMP file.
        least: width and height that are needed; a JPEG that is much larger is read at half, a quarter or an eighth.

    Raises:
        one of `BROKEN`: it cannot be read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content)) as image:
            # Upright, a picture that lies on its side is as wide as it is high: the larger number does for both.
            image.draft("RGB", (2 * max(least),) * 2)
            upright = ImageOps.exif_transpose(image)
            return np.array(_over_black(_in_srgb(upright)))


def decode_depth(content: bytes) -> Depth:
    """Return a depth picture as uint16 [h, w], white near; 8-bit values v are v·257.

    Raises:
        one of `BROKEN`: it cannot be read.
    """
    with Image.open(io.BytesIO(content)) as image:
        if image.mode.startswith("I"):
            return np.asarray(image).clip(0, 65535).astype(np.uint16)
        return np.asarray(image.convert("L")).astype(np.uint16) * np.uint16(257)


def crop_box(picture: Size, target: Size) -> Box:
    """Return the largest box (left, top, right, bottom) of the target's aspect in the middle of a picture."""
    (width, height), (wide, high) = picture, target
    across = min(width, height * wide / high)
    down = min(height, width * high / wide)
    left, top = (width - across) / 2, (height - down) / 2
    return left, top, left + across, top + down


def resize(pixels: NDArray[Any], size: Size, box: Box | None = None, *, wrap: bool = False) -> NDArray[Any]:
    """Return the box of a picture at `size`, bicubic and averaged over what a pixel covers.

    Args:
        pixels: uint8 [H, W, 3] or uint16 [H, W].
        size: width and height.
        box: what to take of it; None is all.
        wrap: left and right edges are neighbours (and the box is all).
    """
    height, width = pixels.shape[:2]
    if box is None:
        box = (0, 0, width, height)
    if (width, height) == size and box == (0, 0, width, height):
        return pixels
    if wrap:
        reach = max(_REACH, 4 * width // size[0])
        pixels = pixels[:, np.arange(-reach, width + reach) % width]
        box = (reach, 0, reach + width, height)
    plain = pixels if pixels.dtype == np.uint8 else pixels.astype(np.float32)
    image = Image.fromarray(np.ascontiguousarray(plain))
    made = np.asarray(image.resize(size, Image.Resampling.BICUBIC, box=box))
    return made if made.dtype == pixels.dtype else made.round().clip(0, 65535).astype(pixels.dtype)


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return the image in its own mode or RGB, converted by its colour profile where it has a readable one."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError):  # a broken profile does not make a broken picture
        return image


def _over_black(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, np.float64)
        return Image.fromarray((values / 257 if values.max() > 255 else values).clip(0, 255).astype(np.uint8)).convert(
            "RGB"
        )
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        whole = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", whole.size, (0, 0, 0, 255)), whole).convert("RGB")
    return image.convert("RGB")
