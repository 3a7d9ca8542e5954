"""What a model is trained on, one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture with its depth and caption.

    Attributes:
        key: its name within the set, the same whenever the set is opened.
        rgb: uint8 [H, W, 3], sRGB.
        depth: uint16 [h, w], v/65535 = d in [0, 1], 1 near and 0 far; its own size where none was asked for.
        caption: what the picture shows; empty where nothing says so.
        spec: what a sketch world was built of (`ldm3d.worlds.SceneSpec.as_dict`: place, time, weather and more), or
            None for other pictures.
    """

    key: str
    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint16]
    caption: str
    spec: dict[str, Any] | None = None
