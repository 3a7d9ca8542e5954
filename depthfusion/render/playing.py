"""Preparing the frames of a panorama that plays, many a second: what only a still would show is left out. No OpenGL."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from depthfusion.moving.frames import reduced
from depthfusion.render.prepare import Prepared
from depthfusion.render.relief import relief_of

FINENESS = ((768, 0), (512, 0), (512, 1), (384, 1))
"""Ways to prepare a frame, each quicker than the one before: texels of depth across at the most, as measuring them
takes longer than all else, and how often the colour is halved."""


def prepare_quickly(rgb: NDArray[np.uint8], depth: NDArray[np.uint16], haste: int = 0) -> Prepared:
    """Return what `prepare` does in a tenth of the time, for `rgb` uint8 [H, W, 3 or 4] and `depth` uint16 [h, w].

    Of four bytes, as graphics cards take them sooner, the last means nothing. The colour's halves are averaged in sRGB,
    which makes distant detail a little darker, and the depth is `reduced`. `haste` is an index of `FINENESS`.
    """
    width, halved = FINENESS[haste]
    return Prepared(_halves(np.ascontiguousarray(rgb))[halved:], relief_of(reduced(depth, width)))


def _halves(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """Return `rgb` and all its halves down to 1×1, of OpenGL's sizes; an odd row or column is lost."""
    levels = [rgb]
    height, width, channels = rgb.shape
    # RGBX is four bytes of which none is more than the others, and how Pillow keeps RGB.
    mode = "RGBX" if channels == 4 else "RGB"
    image = Image.frombuffer(mode, (width, height), rgb, "raw", mode, 0, 1)
    while max(image.size) > 1:
        width, height = image.size
        across, down = min(2, width), min(2, height)
        image = image.reduce((across, down), (0, 0, width // across * across, height // down * down))
        levels.append(np.asarray(image))
    return tuple(levels)
