"""What a panorama needs before it can be drawn: pure NumPy, for a thread of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthfusion.render.mips import halves
from depthfusion.render.relief import Relief, relief_of


@dataclass(frozen=True)
class Prepared:
    """The colour's levels (uint8 [H, W, 3] in sRGB, then its halves down to 1×1) and what is known of the depth."""

    colours: tuple[NDArray[np.uint8], ...]
    relief: Relief


def prepare(rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> Prepared:
    """Halve the colour in linear light and measure the depth.

    `rgb` is uint8 [H, W, 3] in sRGB and `depth` uint16 [h, w], 65535 near; they may have different sizes, and neither
    is copied where it is contiguous.
    """
    return Prepared(halves(np.ascontiguousarray(rgb)), relief_of(depth))
