"""How pointer and keys move the camera: pure functions of the view's values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from depthfusion.camera.options import ViewOptions

Vector3 = tuple[float, float, float]

_STEEPEST = 0.25  # near the poles a drag turns at most 1/0.25 times as far as the pointer goes
_INSIDE = 0.98  # of the farthest radius

# What a key moves: right, up, ahead.
DIRECTIONS: dict[str, Vector3] = {
    "W": (0, 0, 1),
    "S": (0, 0, -1),
    "A": (-1, 0, 0),
    "D": (1, 0, 0),
    "Q": (0, -1, 0),
    "E": (0, 1, 0),
}


@dataclass(frozen=True)
class Eye:
    """The rectangle in which one eye's picture is shown: its size in pixels and what its width through height means."""

    width: float
    height: float
    aspect: float


def eye_at(layout: str, width: float, height: float, x: float, y: float) -> tuple[Eye, tuple[float, float]]:
    """Return the eye whose picture lies at pixel x, y of a canvas (from its top left), and its middle."""
    if layout in {"sbs", "half-sbs"}:
        half = width / 2
        eye = Eye(half, height, (width if layout == "half-sbs" else half) / height)
        return eye, (half * (1.5 if x >= half else 0.5), height / 2)
    if layout == "tb":
        half = height / 2
        return Eye(width, half, width / half), (width / 2, half * (1.5 if y >= half else 0.5))
    return Eye(width, height, width / height), (width / 2, height / 2)


def wrapped(yaw: float) -> float:
    """Return the same direction in [−180, 180)."""
    return (yaw + 180.0) % 360.0 - 180.0


def dragged(
    yaw: float, pitch: float, roll: float, fov: float, eye: Eye, start: tuple[float, float], end: tuple[float, float]
) -> tuple[float, float]:
    """Return yaw and pitch in degrees after the pointer held the scene from `start` to `end`.

    Places are pixels from the centre of the eye's picture, x right, y down. The scene follows the pointer: in the
    middle row of a level camera the point under it stays under it.
    """
    half = math.tan(math.radians(fov) / 2)

    def angles(place: tuple[float, float]) -> tuple[float, float]:
        x = 2 * place[0] / eye.width * half
        y = -2 * place[1] / eye.height * half / eye.aspect
        return math.degrees(math.atan(x)), math.degrees(math.atan(y))

    (x0, y0), (x1, y1) = angles(start), angles(end)
    across, up = x1 - x0, y1 - y0
    lean = math.radians(roll)
    across, up = across * math.cos(lean) + up * math.sin(lean), up * math.cos(lean) - across * math.sin(lean)
    turned = across / max(math.cos(math.radians(pitch)), _STEEPEST)
    return wrapped(yaw - turned), min(max(pitch - up, -90.0), 90.0)


def zoomed(fov: float, notches: float, projection: str = "perspective") -> float:
    """Return the field of view in degrees after so many `notches` of the wheel, away from the person to come nearer.

    A notch changes the picture's scale by a tenth, which feels alike at every width: tan(fov/2) of a perspective, and
    tan(fov/4) of a little planet.
    """
    part = 4 if projection == "little-planet" else 2
    _, narrowest, widest = ViewOptions.fov_of[projection]
    scale = math.tan(math.radians(fov) / part) * 1.1**-notches
    return min(max(math.degrees(part * math.atan(scale)), narrowest), widest)


def moved(position: Vector3, yaw: float, keys: Iterable[str], distance: float) -> Vector3:
    """Return `position` in metres after `distance` metres along what `keys` say together.

    W, S, A and D go along the camera's heading, which is its yaw; E and Q go up and down.
    """
    right = sum(DIRECTIONS[key][0] for key in keys)
    up = sum(DIRECTIONS[key][1] for key in keys)
    ahead = sum(DIRECTIONS[key][2] for key in keys)
    length = math.hypot(right, up, ahead)
    if length == 0:
        return position
    right, up, ahead = (n / length * distance for n in (right, up, ahead))
    heading = math.radians(yaw)
    x, y, z = position
    return (
        x + right * math.cos(heading) + ahead * math.sin(heading),
        y + up,
        z + right * math.sin(heading) - ahead * math.cos(heading),
    )


def inside(position: Vector3, farthest: float) -> Vector3:
    """Return the nearest place to `position` that lies within the world, which ends at `farthest` metres."""
    distance = math.hypot(*position)
    limit = farthest * _INSIDE
    if distance <= limit:
        return position
    x, y, z = (n * limit / distance for n in position)
    return x, y, z
