"""Two eyes from one pose: parallel axes, with the pictures shifted so that the convergence distance has no parallax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from depthfusion.camera.lens import Lens
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

        The left eye sits half the separation along the camera's own left. The shift of the right eye's picture is
        +separation/(2·convergence·tan(fov/2)) in normalised device coordinates, the left eye's is the negative.
        """
        sign = SIGN[side]
        moved = pose.moved(pose.right * (sign * self.separation / 2))
        if not self.convergence:
            return moved, lens
        return moved, lens.shifted(sign * self.separation / (2 * self.convergence * lens.half_width))
