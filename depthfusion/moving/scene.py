"""A moving panorama: colour over depth in one video, or a video of each, at any of its times."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

import depthfusion.moving.frames as frames
from depthfusion.errors import InputError
from depthfusion.moving.frames import Frames
from depthfusion.moving.stream import Stream, check_colour, probe
from depthfusion.panorama import SMALLEST, MissingDepthError, Panorama
from depthfusion.picture import MAX_PIXELS

SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm")


def is_moving(path: Path) -> bool:
    """Return whether the name of `path` is a video's."""
    return path.suffix.lower() in SUFFIXES


def depth_beside(path: Path) -> Path | None:
    """Return the depth video that stands beside the video NAME.xxx: NAME.depth with any suffix that is read."""
    beside = (path.with_name(f"{path.stem}.depth{suffix}") for suffix in (path.suffix, *SUFFIXES))
    try:
        return next((found for found in beside if found.exists()), None)
    except OSError:  # too long a name, a folder that may not be searched: the video itself says so when it is read
        return None


class MovingPanorama:
    """A video of the whole sphere with its depth.

    Its times are those of the colour's frames; the depth, which may have another rate and size, is taken at the same
    times. It loops: after the last frame comes the first. One thread at a time; `close` ends the decoders, and so does
    leaving it as a context.

    Args:
        path: the colour (2:1), or colour above and depth below in one (square).
        depth: the depth's video; without it what stands beside a colour, as NAME.depth.mp4.
        invert_depth: in the video the far is white.
        quick: decode in a third of the time, to play: with coarser colour at edges, its frames [H, W, 4], of which the
            fourth byte means nothing, and depth of at most `frames.PLAYED` texels across, each the one at its middle.

    Raises:
        InputError: a file cannot be read, is not what it should be, or the two do not belong together.
        MachineError: there is no ffmpeg.
    """

    def __init__(
        self, path: str | Path, depth: str | Path | None = None, *, invert_depth: bool = False, quick: bool = False
    ) -> None:
        self.path = Path(path)
        stream = probe(self.path)
        check_colour(stream)
        width, height = stream.size
        stacked = depth is None and width == height and height % 2 == 0
        if stacked:
            below, self.depth_path = stream, self.path
            source = f"file {self.path.name}, lower half"
        else:
            _check_shape(stream, "a panorama", "crop or resize it" if width != height else "leave out --depth")
            self.depth_path = Path(depth) if depth is not None else _required_beside(self.path)
            below = _probe_depth(self.depth_path)
            _check_lengths(stream, below)
            source = f"file {self.depth_path.name}"
        self.depth_source = f"{source}{', inverted' if invert_depth else ''}"
        self._stream, self._depth_stream = stream, below
        colour_kind = frames.colour(stream, "upper" if stacked else "", quick=quick)
        depth_kind = frames.depth(below, "lower" if stacked else "", inverted=invert_depth, quick=quick)
        self.size = (colour_kind.shape[1], colour_kind.shape[0])
        self.depth_size = (depth_kind.shape[1], depth_kind.shape[0])
        _check_size(self.path, self.size)
        _check_size(self.depth_path, self.depth_size)
        together = quick and stacked and stream.bits == 8
        self._colour = Frames(stream, frames.stacked(stream) if together else colour_kind)
        self._depth = None if together else Frames(below, depth_kind)
        self._finish_depth = depth_kind.finish

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def times(self) -> NDArray[np.float64]:
        """When each frame is shown, float64 [n], in seconds from the first one."""
        return self._stream.times

    @property
    def duration(self) -> float:
        """The length in seconds."""
        return self._stream.duration

    @property
    def rate(self) -> float:
        """The mean number of frames a second."""
        return 1.0 / self._stream.period

    def index_at(self, seconds: float) -> int:
        """Return which frame is shown at a time from the first one's, round and round."""
        ahead = self._stream.period / 4  # as `Stream.index_at` has it, so that the first frame comes in time again
        return self._stream.index_at((seconds + ahead) % self.duration - ahead)

    def frame(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
        """Return frame `index`: rgb uint8 [H, W, 3] in sRGB and depth uint16 [h, w], 65535 near. As `Frames.read`."""
        if self._depth is None:
            both = self._colour.read(index)
            return both, self._finish_depth(both[:, :, 3])
        below = index
        if self._depth_stream is not self._stream:
            below = self._depth_stream.index_at(float(self.times[index]))
        return self._colour.read(index), self._depth.read(below)

    def at(self, seconds: float) -> Panorama:
        """Return the frame that is shown at a time as a panorama that stands still."""
        rgb, depth = self.frame(self._stream.index_at(seconds % self.duration))
        return Panorama(rgb, depth, depth_source=self.depth_source)

    def check_time(self, seconds: float) -> None:
        """Raise `InputError` for a time that the video does not have."""
        if not 0 <= seconds < self.duration:
            last = float(self.times[-1])
            raise InputError(f"{self.path} has nothing at {seconds:g} s: choose a time from 0 to {last:.6g} s")

    def interrupt(self) -> None:
        """Let what reads a frame in another thread end with an `InputError`, soon."""
        for decoder in self._decoders():
            decoder.interrupt()

    def close(self) -> None:
        """End the decoders; reading begins them again."""
        for decoder in self._decoders():
            decoder.close()

    def _decoders(self) -> tuple[Frames, ...]:
        return (self._colour,) if self._depth is None else (self._colour, self._depth)


def _required_beside(path: Path) -> Path:
    beside = depth_beside(path)
    if beside is None:
        raise MissingDepthError(
            f"{path} has no depth, as it is not square (colour above, depth below) and there is no "
            f"{path.stem}.depth{path.suffix} beside it; give one with --depth FILE"
        )
    return beside


def _probe_depth(path: Path) -> Stream:
    if not is_moving(path):
        raise InputError(f"{path} cannot be the depth of a video: give a video ({', '.join(SUFFIXES)}) of its length")
    stream = probe(path)
    _check_shape(stream, "its depth", "resize it to the shape of the panorama")
    return stream


def _check_shape(stream: Stream, what: str, remedy: str) -> None:
    width, height = stream.size
    if width != 2 * height:
        raise InputError(f"{stream.path} is {width}×{height}, but {what} is twice as wide as high (2:1); {remedy}")


def _check_size(path: Path, size: tuple[int, int]) -> None:
    width, height = size
    if width < SMALLEST[0]:
        raise InputError(f"{path} is {width}×{height}, too small for a panorama; the least is {SMALLEST[0]} wide")
    if width * height > MAX_PIXELS:
        raise InputError(f"{path} is {width}×{height}, larger than the 16384×8192 that are read; make it smaller")


def _check_lengths(colour: Stream, depth: Stream) -> None:
    """Raise `InputError` where the two videos differ in length by more than a frame."""
    if abs(colour.duration - depth.duration) > 1.01 * max(colour.period, depth.period):
        raise InputError(
            f"{colour.path} and {depth.path} do not belong together, as one lasts {colour.duration:.2f} s "
            f"({len(colour.times)} frames) and the other {depth.duration:.2f} s ({len(depth.times)} frames); "
            "give the depth of the same length"
        )
