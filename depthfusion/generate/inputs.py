"""The pictures that a generation begins from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthfusion import conversion, panorama, picture
from depthfusion.errors import InputError
from depthfusion.panorama import Panorama


def read_source(path: Path) -> Panorama:
    """Read the RGBD panorama that is to be changed.

    Raises:
        InputError: it cannot be read, is no panorama, or has no depth.
    """
    try:
        return panorama.load(path)
    except panorama.MissingDepthError:
        raise InputError(
            f"{path} has no depth beside it, which LDM3D changes together with the colour: first give it one with "
            f"`import {path.name} --estimator dpt-large -o NAME.png`, and begin from that"
        ) from None


def read_mask(path: Path, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return where a picture of any size is white (at least half), bool [H, W] at `size` (width, height).

    It is resized to the nearest of its own pixels.

    Raises:
        InputError: it cannot be read, or nothing in it is white.
    """
    white = conversion.colour(picture.read(path, "colour")).mean(axis=2) > 127
    width, height = size
    rows = _nearest(height, white.shape[0])
    columns = _nearest(width, white.shape[1])
    mask: NDArray[np.bool_] = white[np.ix_(rows, columns)]
    if not mask.any():
        raise InputError(f"{path} has nothing white in it, so that nothing would be repainted: paint the places white")
    return mask


def _nearest(count: int, of: int) -> NDArray[np.intp]:
    """Return which of `of` pixels each of `count` lies in, centre upon centre."""
    return ((np.arange(count) + 0.5) * of / count).astype(np.intp)
