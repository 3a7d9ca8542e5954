"""Two eyes from one pose, each as its lens has it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from depthfusion.camera.lens import Cubemap, Equirect, Lens, Perspective
from depthfusion.camera.pose import Pose

Side = Literal["left", "right"]
SIGN = {"left": -1.0, "right": 1.0}


@dataclass(frozen=True)
class Rig:
    """`separation` of the eyes and `convergence` distance in metres; a convergence of 0 is none."""

    separation: float = 0.064
    convergence: float = 0.0

    def eye(self, pose: Pose, lens: Lens, side: Side) -> tuple[Pose, Lens]:
        """Return the pose and lens of one eye of a head at `pose`.

        Perspective: parallel axes, the left eye half the separation along the camera's own left. The shift of the right
        eye's picture is +separation/(2·convergence·tan(fov/2)) in normalised device coordinates, the left eye's is the
        negative, so that the convergence distance has no parallax.

        Equirect: omni-directional stereo. The pose stays the head's; the lens goes around it at half the separation,
        and is turned by asin(separation/(2·convergence)) inwards. The convergence must be farther away than that.

        Little planet: two eyes side by side, without convergence. A cubemap has no eyes: ValueError.
        """
        sign = SIGN[side]
        aside = sign * self.separation / 2
        if isinstance(lens, Cubemap):
            raise ValueError("a cubemap has no eyes")
        if isinstance(lens, Equirect):
            turn = -sign * math.asin(self.separation / (2 * self.convergence)) if self.convergence else 0.0
            return pose, replace(lens, offset=aside, turn=turn)
        moved = pose.moved(pose.right * aside)
        if not isinstance(lens, Perspective) or not self.convergence:
            return moved, lens
        return moved, lens.shifted(aside / (self.convergence * lens.half_width))
