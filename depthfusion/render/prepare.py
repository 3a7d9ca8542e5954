"""What a panorama needs before it can be drawn: pure NumPy, for a thread of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthfusion.render.layered_relief import LayeredRelief, layered_relief_of
from depthfusion.render.mips import halves
from depthfusion.render.relief import Relief, relief_of

if TYPE_CHECKING:
    from depthfusion.layers import Layers


@dataclass(frozen=True)
class Behind:
    """What a panorama is drawn from besides, where its depth edges are cut.

    `colours` are the levels of the back layer's colour, `alpha` (uint8 [a, 2a]) the front's opacity field; `relief`
    holds both layers' depth and what is known of them.
    """

    colours: tuple[NDArray[np.uint8], ...]
    alpha: NDArray[np.uint8]
    relief: LayeredRelief


@dataclass(frozen=True)
class Prepared:
    """The colour's levels (uint8 [H, W, 3] in sRGB, then its halves down to 1×1) and what is known of the depth.

    `behind` is None without layers: then it is drawn stretched, whatever the look says.
    """

    colours: tuple[NDArray[np.uint8], ...]
    relief: Relief
    behind: Behind | None = None


def prepare(rgb: NDArray[np.uint8], depth: NDArray[np.uint16], layers: Layers | None = None) -> Prepared:
    """Halve the colour in linear light and measure the depth, and the same of `layers` of them if given.

    `rgb` is uint8 [H, W, 3] in sRGB and `depth` uint16 [h, w], 65535 near; they may have different sizes, and neither
    is copied where it is contiguous.
    """
    colours, relief = halves(np.ascontiguousarray(rgb)), relief_of(depth)
    return Prepared(colours, relief, None if layers is None else prepare_layers(layers))


def prepare_layers(layers: Layers) -> Behind:
    """Prepare the layers alone, for a panorama that is drawn already."""
    return Behind(
        halves(np.ascontiguousarray(layers.back_rgb)),
        np.ascontiguousarray(layers.alpha),
        layered_relief_of(layers.front, layers.back, layers.alpha),
    )
