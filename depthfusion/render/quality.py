"""How finely a frame is drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quality:
    """`tolerance_px`: how many output pixels the mesh may stray from the surface at the depth map's full resolution.

    `samples`: the most samples of the panorama that a pixel averages, a square number. 1 also leaves edges as
    they fall; with more, four samples a pixel smooth them.
    """

    tolerance_px: float
    samples: int


FILE = Quality(tolerance_px=0.25, samples=16)
"""What files are drawn with."""

INTERACTIVE = Quality(tolerance_px=1.0, samples=1)
"""What a window starts with."""
