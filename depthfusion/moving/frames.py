"""Frames of a video, decoded by ffmpeg and read from a pipe one after the other."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, cast

import numpy as np
from numpy.typing import NDArray

from depthfusion.errors import InputError
from depthfusion.ffmpeg_program import start, widen
from depthfusion.moving.stream import Stream

if TYPE_CHECKING:
    import io

Half = Literal["", "upper", "lower"]

# A frame so many ahead is reached by reading on; one farther away, or behind, by a new start at a keyframe.
_READ_ON = 30
PLAYED = 768
"""Texels of depth across, at most, where a scene is played: measuring them takes longer than all else."""


@dataclass(frozen=True)
class Kind:
    """How frames of a stream are wanted: ffmpeg's filters and pixel format, and what makes an array of the bytes."""

    filters: str
    pixel_format: str
    shape: tuple[int, ...]
    values: np.dtype[Any]
    finish: Callable[[NDArray[Any]], NDArray[Any]]


def colour(stream: Stream, half: Half = "", *, quick: bool = False) -> Kind:
    """Return the kind of colour: uint8 [H, W, 3], as a player shows it that trusts the file's tags.

    `quick` takes a third of the time: colour, which most files hold for four pixels together, is not interpolated, and
    comes as [H, W, 4], as graphics cards take it; the fourth byte means nothing.
    """
    width, height = _size(stream, half)
    packed, channels = ("rgb0", 4) if quick else ("rgb24", 3)
    filters = _coloured(stream, half, packed, quick=quick)
    return Kind(filters, packed, (height, width, channels), np.dtype(np.uint8), lambda frame: frame)


def depth(stream: Stream, half: Half = "", *, inverted: bool = False, quick: bool = False) -> Kind:
    """Return the kind of depth: uint16 [h, w], all the bits of what the file holds as grey.

    Limited range, 16 to 235 of 8 bits, is brought to 0 to 65535; what lies outside it is cut off. `inverted`: in the
    file the far is white. `quick`: it is `reduced` to `PLAYED` texels across.
    """
    width, height = _size(stream, half)
    bits = stream.bits
    table = levels(bits, full_range=stream.full_range, inverted=inverted)
    return Kind(
        _grey(stream, half),
        "gray" if bits == 8 else f"gray{bits}le",
        (height, width),
        np.dtype(np.uint8) if bits == 8 else np.dtype("<u2"),
        # A file may hold more than its bits say.
        lambda frame: np.take(table, reduced(frame, PLAYED) if quick else frame, mode="clip"),
    )


def stacked(stream: Stream) -> Kind:
    """Return the kind of both, quickly, where 8-bit colour lies over depth, so that the file is decoded but once.

    It is uint8 [H, W, 4]: `colour`, and as the fourth byte the depth's luma as it is stored.
    """
    width, height = _size(stream, "upper")
    above, below = _coloured(stream, "upper", "rgba", quick=True), _grey(stream, "lower")
    filters = f"split[a][b];[a]{above}[c];[b]{below},format=gray[d];[c][d]alphamerge"
    return Kind(filters, "rgba", (height, width, 4), np.dtype(np.uint8), lambda frame: frame)


def reduced(depth: NDArray[Any], width: int) -> NDArray[Any]:
    """Return depth [h, w] of at most `width` texels across, each with the value that lies at its middle."""
    if depth.shape[1] <= width:
        return depth
    rows, columns = (
        np.floor((np.arange(new) + 0.5) * old / new).astype(np.intp)
        for new, old in zip((width // 2, width), depth.shape, strict=True)
    )
    return np.asarray(depth[rows[:, None], columns])


def levels(bits: int, *, full_range: bool, inverted: bool = False) -> NDArray[np.uint16]:
    """Return the depth uint16 [2^bits] that each stored value means (ITU-T H.273, 8.3, video_full_range_flag)."""
    scale = 1 << (bits - 8)
    black, white = (0, 256 * scale - 1) if full_range else (16 * scale, 235 * scale)
    share = np.clip((np.arange(1 << bits) - black) / (white - black), 0.0, 1.0)
    values = np.rint(share * 65535).astype(np.uint16)
    return np.uint16(65535) - values if inverted else values


class Frames:
    """The frames of `kind` in `stream`, by their number; what is read in order is read once, in bounded memory.

    One thread at a time. `close` ends the ffmpeg.
    """

    def __init__(self, stream: Stream, kind: Kind) -> None:
        self._stream = stream
        self._kind = kind
        self._process: subprocess.Popen[bytes] | None = None
        self._next = 0
        self._last: tuple[int, NDArray[Any]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, index: int) -> NDArray[Any]:
        """Return frame `index`, an array that nothing else writes to. Raises `InputError`, `MachineError`."""
        if self._last is not None and self._last[0] == index:
            return self._last[1]
        if self._process is None or not self._next <= index <= self._next + _READ_ON:
            self._begin(index)
        raw = np.empty(self._kind.shape, self._kind.values)
        while self._next <= index:
            self._fill(raw)
        frame = self._kind.finish(raw)
        self._last = (index, frame)
        return frame

    def close(self) -> None:
        """End the ffmpeg; the next `read` starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def interrupt(self) -> None:
        """Let a `read` that waits in another thread end with an `InputError`, soon."""
        process = self._process
        if process is not None:
            process.kill()

    def _begin(self, index: int) -> None:
        self.close()
        stream, kind = self._stream, self._kind
        # Between it and the one before, as times are rounded; ffmpeg decodes from a keyframe and drops what is earlier.
        place = stream.start + float(stream.times[max(index - 1, 0) : index + 1].mean())
        seek = ["-ss", f"{place:.6f}"] if index else []
        self._process = start(
            [
                *("-nostdin", "-nostats", "-loglevel", "quiet", "-noautorotate"),
                *seek,
                *("-i", str(stream.path.absolute()), "-map", "0:V:0", "-vf", kind.filters, "-fps_mode", "passthrough"),
                *("-f", "rawvideo", "-pix_fmt", kind.pixel_format, "pipe:1"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        widen(self._process.stdout)
        self._next = index

    def _fill(self, raw: NDArray[Any]) -> None:
        """Read the next frame's bytes into `raw`."""
        assert self._process is not None
        pipe = cast("io.BufferedReader", self._process.stdout)
        rest = raw.data.cast("B")
        while rest:
            count = pipe.readinto(rest)
            if not count:
                self.close()
                raise InputError(
                    f"{self._stream.path} is broken: frame {self._next + 1} of {len(self._stream.times)} cannot be "
                    "decoded; make it or copy it again"
                )
            rest = rest[count:]
        self._next += 1


def _size(stream: Stream, half: Half) -> tuple[int, int]:
    width, height = stream.size
    return width, height // 2 if half else height


def _coloured(stream: Stream, half: Half, packed: str, *, quick: bool) -> str:
    """Return the filters that make colour in the pixel format `packed`."""
    flags = "" if quick else ":flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    # Cut before the conversion, so that no colour comes in from the other half.
    return f"{_crop(half)}scale=in_color_matrix={stream.matrix}{flags},format={packed}"


def _grey(stream: Stream, half: Half) -> str:
    """Return the filters that take the plane of depth out, as it is stored."""
    return f"extractplanes={stream.grey_plane},{_crop(half)}".rstrip(",")


def _crop(half: Half) -> str:
    if not half:
        return ""
    return f"crop=iw:ih/2:0:{'0' if half == 'upper' else 'ih/2'}:exact=1,"
