"""Depth of a panorama that has none: a network looks at perspective views, which are aligned and joined.

A network for depth was trained on perspective pictures; shown an equirectangular one it bends at the poles and breaks
at the seam. The package itself needs NumPy only; torch and transformers are imported by `load_estimator`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ldm3d.depth_estimation.alignment import align
from ldm3d.depth_estimation.stitching import as_depth, stitch
from ldm3d.depth_estimation.views import cover, render, shrunk
from ldm3d.errors import InputError

if TYPE_CHECKING:
    from ldm3d.depth_estimation.networks import Network

__all__ = ["Estimator", "estimate", "load_estimator", "stitched"]

Step = Callable[[str, float, float], None]
"""Is told of what goes on, how many units are done, and of how many; may raise to stop the work."""


class Estimator(Protocol):
    """Tells the inverse depth of a perspective picture.

    name: for people and for the record in the picture.
    side: how many pixels wide and high the pictures are that it is given.
    metric: whether what it tells is 1/z up to scale alone; else it is so up to scale and shift.
    """

    name: str
    side: int
    metric: bool

    def inverse_depth(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return inverse depth along the view's axis [h, w], near is large, of a picture [side, side, 3] (sRGB)."""


def estimate(
    rgb: NDArray[np.uint8], estimator: Estimator, progress: Step | None = None, size: tuple[int, int] | None = None
) -> NDArray[np.uint16]:
    """Return the depth uint16 [h, w] of a panorama rgb uint8 [H, W, 3] (sRGB, W = 2·H).

    The depth is normalised inverse distance along the ray, scaled by its own range over the sphere.

    Args:
        rgb: the panorama.
        estimator: from `load_estimator`, or any object that is an `Estimator`.
        progress: called before every view and at the end; what it raises stops the work there.
        size: width and height of the depth. By default the panorama's, but no more than four views side by side, as
            there is no finer depth to be had.

    Raises:
        InputError: the panorama is not twice as wide as high.
    """
    height, width = rgb.shape[:2]
    if width != 2 * height:
        raise InputError(f"a picture of {width}×{height} is no panorama, as it is not 2:1; crop or resize it")
    if size is None:
        width = min(width, 4 * estimator.side)
        size = width, width // 2
    return as_depth(stitched(rgb, estimator, size, progress))


def stitched(
    rgb: NDArray[np.uint8], estimator: Estimator, size: tuple[int, int], progress: Step | None = None
) -> NDArray[np.float32]:
    """Return inverse distance float32 [h, w], up to scale, before it is scaled by its range; see `estimate`."""
    step: Step = progress or (lambda text, done, total: None)
    views, seen = cover(), shrunk(rgb, estimator.side)
    depths: list[NDArray[Any]] = []
    for number, view in enumerate(views):
        step("estimating depth, view", number, len(views))
        depths.append(estimator.inverse_depth(render(seen, view, estimator.side)))
    step("estimating depth, view", len(views), len(views))
    step("joining the views", 0, 1)
    alignment = align(views, depths, shifts=not estimator.metric)
    return stitch(views, depths, alignment, size)


def load_estimator(name: str | Path, device: str = "auto") -> Network:
    """Return the estimator of that name or in that folder, ready on `device`; see `ldm3d.depth_estimation.networks`.

    Raises:
        InputError: there is none of that name here, or the folder holds no complete one.
    """
    from ldm3d.depth_estimation import networks

    return networks.load(name, device)
