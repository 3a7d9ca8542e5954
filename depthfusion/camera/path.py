"""A camera path: poses and fields of view over time, as smooth curves through keyframes.

Seven numbers are keyed: position x, y, z in metres, yaw, pitch, roll and fov in degrees. All are unbounded curves but
fov, so that a yaw of 720 is two turns. Between keyframes each is a cubic Hermite curve; `docs/camera-paths.md` says
how velocities are chosen and what each ease means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from depthfusion.camera.options import GREATEST_FOV, LEAST_FOV
from depthfusion.camera.pose import Array, Pose
from depthfusion.errors import InputError
from depthfusion.json_file import check_keys, check_version, number, read_object, shown

VERSION = 1

EASES = {
    "smooth": "passes through without a stop",
    "linear": "keeps one speed to the next keyframe; here and there the velocity may jump",
    "in": "stands still here and gathers speed to the next keyframe",
    "out": "slows down to stand still at the next keyframe",
    "in-out": "stands still here and at the next keyframe",
}

_KEYS = ("t", "position", "yaw", "pitch", "roll", "fov")
_ANGLES = ("yaw", "pitch", "roll")
_LARGEST = 1e6
_LARGEST_COUNT = 10_000
# Keyframes closer than this are a mistake; it also keeps velocities finite.
_SHORTEST = 1e-3
# How far a loop's last keyframe may be off its first: less than could be seen.
_SAME = 1e-6


@dataclass(frozen=True)
class Keyframe:
    """Where the camera is at time `t` in seconds, how it looks, and how it goes on (`ease`, a name in `EASES`)."""

    t: float
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    fov: float = 90.0
    ease: str = "smooth"

    @property
    def channels(self) -> tuple[float, ...]:
        """The seven keyed numbers."""
        return (*self.position, self.yaw, self.pitch, self.roll, self.fov)


@dataclass(frozen=True)
class CameraPath:
    """A curve through `keyframes`, of which there are at least two in ascending order of time.

    The last keyframe of a `loop` is its first one again, at the time at which the loop closes; its angles may be whole
    turns away from the first's. Before its first and after its last keyframe a path that is no loop stands still.
    """

    keyframes: tuple[Keyframe, ...]
    loop: bool = False

    @property
    def duration(self) -> float:
        """Seconds from the first keyframe to the last."""
        return self.keyframes[-1].t - self.keyframes[0].t

    def at(self, t: float) -> tuple[Pose, float]:
        """Return the pose and the fov in degrees at time `t` in the path's own seconds."""
        return self.along(np.array([t]))[0]

    def along(self, times: Array) -> list[tuple[Pose, float]]:
        """Return pose and fov in degrees at each of `times` [N] in the path's own seconds."""
        found = []
        for x, y, z, yaw, pitch, roll, fov in self.channels(times).tolist():
            found.append((Pose((x, y, z), yaw, pitch, roll), fov))
        return found

    def channels(self, times: Array) -> Array:
        """Return x, y, z, yaw, pitch, roll, fov [N, 7] at `times` [N]."""
        key_times, values, starts, ends = self._curve
        times = np.asarray(times, dtype=np.float64)
        turns: Array = np.zeros_like(times)
        if self.loop:
            turns = np.floor((times - key_times[0]) / self.duration)
            times = times - turns * self.duration
        times = np.clip(times, key_times[0], key_times[-1])
        i = np.clip(np.searchsorted(key_times, times, side="right") - 1, 0, len(key_times) - 2)
        h = (key_times[i + 1] - key_times[i])[:, None]
        u = (times - key_times[i])[:, None] / h
        curve: Array = (
            (2 * u**3 - 3 * u**2 + 1) * values[i]
            + (3 * u**2 - 2 * u**3) * values[i + 1]
            + h * ((u**3 - 2 * u**2 + u) * starts[i] + (u**3 - u**2) * ends[i])
        )
        unwound: Array = curve + turns[:, None] * (values[-1] - values[0])
        return unwound

    def rescaled(self, seconds: float) -> CameraPath:
        """Return the same path from time 0 to `seconds`."""
        first, duration = self.keyframes[0].t, self.duration
        moved = (replace(key, t=(key.t - first) / duration * seconds) for key in self.keyframes)
        return CameraPath(tuple(moved), self.loop)

    def to_json(self) -> dict[str, Any]:
        """Return the path as its file holds it."""
        keyframes = [
            {**{name: getattr(key, name) for name in _KEYS}, "position": list(key.position), "ease": key.ease}
            for key in self.keyframes
        ]
        return {"version": VERSION, "loop": self.loop, "keyframes": keyframes}

    @classmethod
    def from_json(cls, read: Mapping[str, Any], where: str = "the camera path") -> CameraPath:
        """Return the path of a file's object; raise `InputError` that names `where`, keyframe and key."""
        read = dict(read)
        if "version" in read:
            check_version(read["version"], VERSION, where)
        check_keys(read, ("version", "loop", "keyframes"), (), where)
        if not isinstance(read["loop"], bool):
            raise InputError(f"'loop' of {where} is {shown(read['loop'])}: write true or false")
        keyframes = read["keyframes"]
        if not isinstance(keyframes, list) or not 2 <= len(keyframes) <= _LARGEST_COUNT:
            count = f"a list of {len(keyframes)}" if isinstance(keyframes, list) else shown(keyframes)
            raise InputError(f"'keyframes' of {where} is {count}: a list of 2 to {_LARGEST_COUNT} is needed")
        keys = tuple(_keyframe(key, f"keyframe {i} of {where}") for i, key in enumerate(keyframes))
        for i in range(1, len(keys)):
            if keys[i].t - keys[i - 1].t < _SHORTEST:
                raise InputError(
                    f"'t' of keyframe {i} of {where} is {keys[i].t:g} after {keys[i - 1].t:g}: "
                    f"times must ascend by at least {_SHORTEST:g} s"
                )
        if read["loop"]:
            _check_closed(keys, where)
        return cls(keys, read["loop"])

    @cached_property
    def _curve(self) -> tuple[Array, Array, Array, Array]:
        """Times [n], channels [n, 7], and each segment's velocities at its start and its end [n − 1, 7]."""
        times = np.array([key.t for key in self.keyframes])
        values = np.array([key.channels for key in self.keyframes])
        h = np.diff(times)[:, None]
        slopes = np.diff(values, axis=0) / h
        ease = [key.ease for key in self.keyframes[:-1]]
        at_rest = np.zeros(len(times), bool)
        at_rest[:-1] |= [name in {"in", "in-out"} for name in ease]
        at_rest[1:] |= [name in {"out", "in-out"} for name in ease]
        if self.loop:
            at_rest[[0, -1]] = at_rest[0] or at_rest[-1]
            before, after = (np.concatenate((slopes[-1:], slopes)), np.concatenate((slopes, slopes[:1])))
            h_before, h_after = (np.concatenate((h[-1:], h)), np.concatenate((h, h[:1])))
        else:
            at_rest[[0, -1]] = True
            before, after = (np.concatenate((slopes[:1], slopes)), np.concatenate((slopes, slopes[-1:])))
            h_before, h_after = (np.concatenate((h[:1], h)), np.concatenate((h, h[-1:])))
        velocity = _velocities(before, after, h_before, h_after)
        velocity[at_rest] = 0.0
        linear = np.array([name == "linear" for name in ease])[:, None]
        return times, values, np.where(linear, slopes, velocity[:-1]), np.where(linear, slopes, velocity[1:])


def _velocities(before: Array, after: Array, h_before: Array, h_after: Array) -> Array:
    """Return each keyframe's velocity [n, 7] from the slopes [n, 7] and lengths [n, 1] of the segments beside it.

    All begin as the slope of the chord between the neighbours (the non-uniform Catmull-Rom rule). The position rests
    where a segment beside the keyframe does not move. Angles and fov are limited to what keeps them monotone between
    keyframes (Fritsch and Carlson 1980, the sufficient bound of three times the smaller slope): they never overshoot.
    """
    chord: Array = (h_before * before + h_after * after) / (h_before + h_after)
    still = ~before[:, :3].any(axis=1) | ~after[:, :3].any(axis=1)
    chord[still, :3] = 0.0
    b, a = before[:, 3:], after[:, 3:]
    bound: Array = np.where(b * a > 0, 3 * np.minimum(np.abs(b), np.abs(a)), 0.0)
    chord[:, 3:] = np.clip(chord[:, 3:], -bound, bound)
    return chord


def load(path: Path) -> CameraPath:
    """Read a path file; raise `InputError` with the one sentence that says what is wrong with it."""
    return CameraPath.from_json(read_object(path, "a camera path"), str(path))


def frame_rate(fps: float) -> Fraction:
    """Return frames a second as the ratio that files keep; 23.976, 29.97, 59.94 … mean N·1000/1001 (SMPTE ST 12)."""
    whole = round(fps)
    broadcast = Fraction(whole * 1000, 1001)
    if fps != whole and whole % 6 == 0 and abs(fps - broadcast) < 0.0051:
        return broadcast
    return Fraction(fps).limit_denominator(1001)


def frame_times(seconds: float, fps: float | Fraction) -> Array:
    """Return the times i/fps of the round(seconds·fps) frames of a clip, in seconds.

    A loop of the same length so does not repeat its first frame. Raises `InputError` where there is no frame at all.
    """
    rate = fps if isinstance(fps, Fraction) else frame_rate(fps)
    count = round(Fraction(seconds).limit_denominator(10**6) * rate)
    if count < 1:
        raise InputError(
            f"{seconds:g} s at {float(rate):g} frames a second hold no frame: "
            f"choose at least {float(1 / rate):.3g} seconds"
        )
    times: Array = np.arange(count, dtype=np.float64) * (rate.denominator / rate.numerator)
    return times


def _keyframe(read: Any, where: str) -> Keyframe:
    if not isinstance(read, dict):
        raise InputError(f"{where} is {shown(read)}: write an object with the keys {', '.join(_KEYS)}")
    check_keys(read, _KEYS, ("ease",), where)
    position = read["position"]
    if not isinstance(position, list) or len(position) != 3:
        raise InputError(f"'position' of {where} is {shown(position)}: write a list of three numbers in metres")
    x, y, z = (number(n, -_LARGEST, _LARGEST, f"'position' of {where}, number {i},") for i, n in enumerate(position))
    yaw, pitch, roll = (number(read[name], -_LARGEST, _LARGEST, f"{name!r} of {where}") for name in _ANGLES)
    ease = read.get("ease", "smooth")
    if not isinstance(ease, str) or ease not in EASES:
        raise InputError(f"'ease' of {where} is {shown(ease)}: choose {', '.join(EASES)}")
    fov = number(read["fov"], LEAST_FOV, GREATEST_FOV, f"'fov' of {where}")
    return Keyframe(number(read["t"], 0, _LARGEST, f"'t' of {where}"), (x, y, z), yaw, pitch, roll, fov, ease)


def _check_closed(keys: tuple[Keyframe, ...], where: str) -> None:
    first, last = np.array(keys[0].channels), np.array(keys[-1].channels)
    apart = last - first
    apart[3:6] -= 360 * np.round(apart[3:6] / 360)
    names = ("position", "position", "position", *_ANGLES, "fov")
    for name, difference in zip(names, apart, strict=True):
        if abs(difference) > _SAME:
            turns = " (or whole turns away from it)" if name in _ANGLES else ""
            raise InputError(
                f"{name!r} of keyframe {len(keys) - 1} of {where} differs from that of keyframe 0: the last keyframe "
                f'of a loop must be the first again{turns}, so add one or write "loop": false'
            )
