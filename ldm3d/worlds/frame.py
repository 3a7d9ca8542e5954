"""A plan that is turned and shifted against the eye: places are laid out along their own axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ldm3d.worlds.arrays import Array
from ldm3d.worlds.shapes import Mason


@dataclass(frozen=True)
class Frame:
    """A plan with x to the right and −z ahead when it is not turned.

    Attributes:
        turn: how it is turned about y, as boxes are, radians.
        x: where the eye stands in it.
        z: the same.
        eye: the eye's height above its level, metres.
    """

    turn: float
    x: float
    z: float
    eye: float

    def to_world(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Points of the plan relative to the eye."""
        c, s = float(np.cos(self.turn)), float(np.sin(self.turn))
        x, z = x - self.x, z - self.z
        return x * c + z * s, z * c - x * s

    def to_plan(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Points relative to the eye in the plan."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        return x * c - z * s + np.float32(self.x), x * s + z * c + np.float32(self.z)

    def spot(self, x: float, z: float, y: float = 0.0) -> tuple[float, float, float]:
        """One point, `y` metres above the plan's level, relative to the eye."""
        at = self.to_world(np.array([x]), np.array([z]))
        return float(at[0][0]), y - self.eye, float(at[1][0])

    def at(self, mason: Mason, x: float, z: float, turn: float = 0.0, y: float = 0.0) -> Mason:
        """Let a mason stand at a point of the plan."""
        return mason.at(*self.spot(x, z, y), self.turn + turn)
