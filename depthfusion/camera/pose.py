"""Where the camera is and where it looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def rotation(yaw: float, pitch: float, roll: float) -> Array:
    """Return camera-to-world [3, 3] = Ry(−yaw)·Rx(pitch)·Rz(−roll) for angles in degrees.

    yaw > 0 turns right, pitch > 0 looks up, roll > 0 leans the head right; at 0, 0, 0 the camera looks along −Z.
    Columns are the camera's right, its up and what lies behind it.
    """
    y, x, z = np.radians((-yaw, pitch, -roll))
    around_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    around_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    around_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    turned: Array = around_y @ around_x @ around_z
    return turned


@dataclass(frozen=True)
class Pose:
    """A position in world metres, never turned by yaw, and an orientation in degrees (yaw is unbounded)."""

    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0

    @property
    def rotation(self) -> Array:
        """Camera-to-world [3, 3]."""
        return rotation(self.yaw, self.pitch, self.roll)

    @property
    def right(self) -> Array:
        """The camera's own right as a unit vector in the world [3]."""
        return self.rotation[:, 0]

    @property
    def forward(self) -> Array:
        """Where the camera looks, a unit vector in the world [3]."""
        return -self.rotation[:, 2]

    def moved(self, offset: Array) -> Pose:
        """Return the same orientation at `offset` metres [3] (world) from here."""
        x, y, z = np.asarray(self.position) + offset
        return Pose((float(x), float(y), float(z)), self.yaw, self.pitch, self.roll)

    def levelled(self) -> Pose:
        """Return the same place and yaw with an upright head."""
        return Pose(self.position, self.yaw)

    def to_camera(self, points: Array) -> Array:
        """Return world `points` [..., 3] in the camera's frame (right, up, behind)."""
        seen: Array = (points - np.asarray(self.position)) @ self.rotation
        return seen

    def to_world(self, vectors: Array) -> Array:
        """Return directions [..., 3] of the camera's frame as directions of the world."""
        turned: Array = vectors @ self.rotation.T
        return turned
