"""Ready-made camera paths: slow loops around a pose, sized by the world they move in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from depthfusion.camera.path import CameraPath, Keyframe
from depthfusion.camera.pose import Array, Pose
from depthfusion.look import Displacement

DEFAULT_SECONDS = 8.0

# Keyframes of one loop: with 16 the speed along a circle stays within 2 % of constant.
_KEYFRAMES = 16
# How far a preset goes from its pose: a tenth of the neutral distance is depth that can be felt, and at most half of
# the way to the nearest surface keeps both eyes clear of it.
_OF_NEUTRAL = 0.1
_OF_ROOM = 0.5
# Where a pose is beyond the nearest surface already, this much of the way to the world's end is still moved.
_LEAST_OF_WORLD = 0.02


@dataclass(frozen=True)
class Preset:
    """A motion for a phase in [0, 1): `offset` along the pose's own right, up and forward, in reaches; and a turn.

    Where `faces`, the camera keeps facing the point at neutral distance straight ahead of its pose. `turns` are whole
    turns to the right in one loop, at one speed.
    """

    name: str
    description: str
    offset: Callable[[float], tuple[float, float, float]]
    faces: bool = True
    turns: int = 0


def _sin(phase: float) -> float:
    return math.sin(2 * math.pi * phase)


def _cos(phase: float) -> float:
    return math.cos(2 * math.pi * phase)


# Steps up and forward show more of what lies hidden behind near ground than steps aside: they are kept smaller.
PRESETS = {
    preset.name: preset
    for preset in (
        Preset("sway", "gently from side to side, eyes on the subject", lambda p: (_sin(p), 0.0, 0.0)),
        Preset(
            "orbit",
            "a flat ellipse across the line of sight, eyes on the subject",
            lambda p: (_sin(p), 0.4 * _cos(p), 0.0),
        ),
        Preset("dolly", "slowly forward and back", lambda p: (0.0, 0.0, _sin(p)), faces=False),
        Preset(
            "figure-eight",
            "an eight lying on its side, eyes on the subject",
            lambda p: (_sin(p), 0.35 * _sin(2 * p), 0.0),
        ),
        Preset("turntable", "one full turn to the right on the spot", lambda p: (0.0, 0.0, 0.0), faces=False, turns=1),
    )
}


def preset(name: str, pose: Pose, fov: float, rule: Displacement, seconds: float = DEFAULT_SECONDS) -> CameraPath:
    """Return the loop `name` (one of `PRESETS`) of so many `seconds` around `pose`, with `fov` in degrees.

    Its size follows the world: where `pose` is nearer to the centre than the nearest surface, so is the whole path.
    """
    chosen = PRESETS[name]
    count = 2 if chosen.turns else _KEYFRAMES
    distance = math.dist(pose.position, (0, 0, 0))
    reach = reach_of(distance, rule)
    keyframes = []
    for i in range(count + 1):
        phase = i / count
        # The last keyframe is the first again, to the last bit.
        x, y, z = np.multiply(chosen.offset(phase % 1), reach).tolist()
        place = pose.moved(_axes(pose) @ np.array((x, y, z)))
        yaw, pitch = pose.yaw + 360 * chosen.turns * phase, pose.pitch
        if chosen.faces:
            yaw -= math.degrees(math.atan2(x, rule.neutral))
            pitch -= math.degrees(math.atan2(y, rule.neutral))
        keyframes.append(Keyframe(phase * seconds, place.position, yaw, pitch, pose.roll, fov))
    return CameraPath(tuple(keyframes), loop=True)


def reach_of(distance: float, rule: Displacement) -> float:
    """Return how far in metres a preset goes from a pose at `distance` from the centre of the world of `rule`."""
    room = rule.nearest - distance
    if room > 0:
        return min(_OF_NEUTRAL * rule.neutral, _OF_ROOM * room)
    return _LEAST_OF_WORLD * max(rule.farthest - distance, 0.0)


def _axes(pose: Pose) -> Array:
    """Right, up and forward [3, 3] (columns) of the pose with an upright head."""
    axes: Array = Pose(pose.position, pose.yaw, pose.pitch).rotation * (1.0, 1.0, -1.0)
    return axes
