"""What a video shows: frames along a camera path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from depthfusion.camera.frame import Frame, compose
from depthfusion.camera.options import ViewOptions
from depthfusion.camera.path import CameraPath
from depthfusion.camera.pose import Array, Pose
from depthfusion.errors import InputError
from depthfusion.look import Displacement

# Poses are computed so many at a time, so that memory does not grow with the length of a clip.
_AT_A_TIME = 1024


@dataclass(frozen=True)
class Clip:
    """A path through a world at `times` (seconds), `rate` frames a second of `size` pixels."""

    view: ViewOptions
    size: tuple[int, int]
    rate: Fraction
    path: CameraPath
    times: Array
    rule: Displacement

    def frames(self) -> Iterator[Frame]:
        """Yield the frames in their order."""
        for pose, fov in moments(self.path, self.times):
            yield compose(self.view, pose, fov, self.size, self.rule)

    def frame(self, number: int) -> Frame:
        """Return one of the frames."""
        (pose, fov), *_ = self.path.along(self.times[number : number + 1])
        return compose(self.view, pose, fov, self.size, self.rule)


def moments(path: CameraPath, times: Array) -> Iterator[tuple[Pose, float]]:
    """Yield pose and fov at each of `times`."""
    for start in range(0, len(times), _AT_A_TIME):
        yield from path.along(times[start : start + _AT_A_TIME])


def check_inside(path: CameraPath, times: Array, rule: Displacement) -> None:
    """Raise `InputError` for the first of `times` at which `path` is outside the world of `rule`."""
    for start in range(0, len(times), _AT_A_TIME):
        part = times[start : start + _AT_A_TIME]
        positions = path.channels(part)[:, :3]
        outside = np.linalg.norm(positions, axis=1) > rule.farthest
        if outside.any():
            first = int(outside.argmax())
            x, y, z = positions[first].tolist()
            try:
                rule.check_inside((x, y, z))
            except InputError as error:
                raise InputError(f"the camera path leaves the world after {part[first]:.2f} s: {error}") from None
