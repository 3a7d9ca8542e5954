"""What the pipelines return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LDM3DOutput:
    """Pictures of colour and depth.

    Attributes:
        rgb: uint8 [B, H, W, 3], sRGB.
        depth: uint16 [B, H, W]; v/65535 is the depth in [0, 1], 1 near and 0 far.
        nsfw: for each picture whether the safety checker took it for unfit (then its colour and depth are all 0). None
            where no checker looked.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint16]
    nsfw: list[bool] | None = None
