"""How pointer and keys move the camera: pure functions of the view's values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from depthfusion.camera.lens import Cubemap, Equirect, Lens, LittlePlanet
from depthfusion.camera.options import ViewOptions

Vector3 = tuple[float, float, float]

_STEEPEST = 0.25  # near the poles a drag turns at most 1/0.25 times as far as the pointer goes
_INSIDE = 0.98  # of the farthest radius
_WIDEST_TURN = 90.0  # degrees: arrow keys turn no faster than with such a field of view
_SPIN = 16.0  # radians that a drag across the picture's width turns at most, close to a pole

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


def turned(
    view: ViewOptions, eye: Eye, start: tuple[float, float], end: tuple[float, float], tilts: bool = False
) -> tuple[float, float]:
    """Return yaw and pitch in degrees after the pointer held the scene from `start` to `end`, as `dragged`.

    A perspective turns and tilts. With the other lenses a drag turns, around the poles as well, so that the horizon
    stays level; with `tilts` it tilts and does not turn.
    """
    if view.projection == "perspective":
        return dragged(view.yaw, view.pitch, view.roll, view.field_of_view, eye, start, end)
    if tilts:
        return view.yaw, min(max(view.pitch - _tilt(view, eye, end) + _tilt(view, eye, start), -90.0), 90.0)
    return wrapped(view.yaw - _spin(view, eye, start, end)), view.pitch


def _tilt(view: ViewOptions, eye: Eye, place: tuple[float, float]) -> float:
    """Return the degrees up of a place, along the middle column of the lens (or of the cubemap's front face)."""
    up = -2 * place[1] / eye.height
    if view.projection == "little-planet":
        half = math.tan(math.radians(view.field_of_view) / 4)
        return math.degrees(2 * math.atan(up * half / eye.aspect))
    return up * 90.0


def _spin(view: ViewOptions, eye: Eye, start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the degrees by which what lies at `start` is to the left of what lies at `end`."""
    across = end[0] - start[0]
    if view.projection == "cubemap" and _face(eye, start) != _face(eye, end):
        return across / eye.width * 270.0  # three faces of 90°
    places = np.array([start, end])
    rays = _lens(view).rays(2 * places[:, 0] / eye.width, -2 * places[:, 1] / eye.height, eye.aspect)
    before, after = np.arctan2(rays[:, 0], -rays[:, 2]).tolist()
    spun = math.remainder(after - before, 2 * math.pi)
    most = _SPIN * math.hypot(across, end[1] - start[1]) / eye.width
    return math.degrees(min(max(spun, -most), most))


def _lens(view: ViewOptions) -> Lens:
    if view.projection == "little-planet":
        return LittlePlanet(view.field_of_view)
    return Cubemap() if view.projection == "cubemap" else Equirect(180.0 if view.projection == "vr180" else 360.0)


def _face(eye: Eye, place: tuple[float, float]) -> tuple[int, int]:
    """Return column and row of the cube's face at a place."""
    return math.floor((place[0] / eye.width + 0.5) * 3), math.floor((place[1] / eye.height + 0.5) * 2)


def turning(view: ViewOptions) -> float:
    """Return by how many degrees the arrow keys turn in the time that a picture's width takes."""
    return min(view.field_of_view, _WIDEST_TURN)


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
