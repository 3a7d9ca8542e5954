"""Distances as OpenEXR."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import depthfusion
from depthfusion.look import Displacement

_BAND = 256


def of_depth(depth: NDArray[np.uint16], rule: Displacement) -> NDArray[np.float32]:
    """Return the distances from the centre in metres [h, w] that `rule` makes of `depth` [h, w]."""
    metres = np.empty(depth.shape, np.float32)
    for start in range(0, len(depth), _BAND):
        rows = slice(start, start + _BAND)
        metres[rows] = rule.radius_of(depth[rows].astype(np.float32) / np.float32(65535))
    return metres


def write(path: Path, metres: NDArray[np.float32]) -> None:
    """Write distances [h, w] in metres into the EXR file `path`: 32-bit floats in the channel Z."""
    import OpenEXR

    header = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "comments": "Z: metres from the panorama's centre, along each pixel's direction",
        "software": f"DepthFusion {depthfusion.__version__}",
    }
    with path.open("wb") as stream:
        OpenEXR.File(header, {"Z": metres}).write(stream)
