"""Small pictures of panoramas, read in a thread. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthfusion.errors import InputError, MachineError

Rgb = NDArray[np.uint8]


def small_picture(path: Path, width: int) -> Rgb:
    """Return the colour of a panorama as uint8 [H, W, 3] that is at most `width` wide.

    Raises:
        InputError: it cannot be read.
        MachineError: the disk or the memory did not do.
    """
    from PIL import Image

    from depthfusion import conversion, moving, picture

    if moving.is_moving(path):
        with moving.MovingPanorama(path, quick=True) as video:
            rgb = np.ascontiguousarray(video.frame(0)[0][:, :, :3])
    else:
        rgb = conversion.colour(picture.read(path, "colour"))
    high, wide = rgb.shape[:2]
    if high == wide and high % 2 == 0:  # colour above, depth below
        rgb, high = rgb[: high // 2], high // 2
    if wide <= width:
        return np.ascontiguousarray(rgb)
    small = Image.fromarray(rgb).resize((width, max(round(width * high / wide), 1)), Image.Resampling.BOX)
    return np.ascontiguousarray(small)


@dataclass
class Thumbnails:
    """Remembers small pictures. `missing(paths)` returns the work for a thread, or None where there is none.

    Attributes:
        width: of the pictures, in pixels.
        held: by path the picture, or None where there is none to be had.
    """

    width: int
    held: dict[Path, Rgb | None] = field(default_factory=dict)

    def missing(self, paths: list[Path]) -> Callable[[], dict[Path, Rgb | None]] | None:
        """Return what reads the pictures of `paths` that are not held; its result goes to `held.update`."""
        wanted = [path for path in paths if path not in self.held]
        if not wanted:
            return None
        width = self.width
        return lambda: {path: _or_none(path, width) for path in wanted}


def _or_none(path: Path, width: int) -> Rgb | None:
    try:
        return small_picture(path, width)
    except (InputError, MachineError):
        return None
