"""How a video is encoded: which codec, how hard it compresses, and the words that tell ffmpeg so. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from depthfusion.errors import InputError

# H.264's levels 5.1 and 5.2, the highest that players decode in hardware, end here (4096×2304).
H264_MACROBLOCKS = 36_864
# What libx264 and libx265 encode, in pixels a side.
_SMALLEST, _LARGEST = 16, 16_384

_RGB_TO_BT709 = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p,"
    "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
)


@dataclass(frozen=True)
class Encoding:
    """One video's encoding: `size` in pixels, frames a second, `codec` h264 or hevc, `quality` 0 to 100, threads."""

    size: tuple[int, int]
    rate: Fraction
    codec: str = "h264"
    quality: int = 75
    threads: int = 1
    title: str = ""

    def arguments(self, output: Path) -> list[str]:
        """Return ffmpeg's arguments that turn raw RGB frames on its standard input into the MP4 file `output`.

        The matrix, the range and the tags are BT.709's; without them ffmpeg would make BT.601. Groups of pictures are
        closed and at most a second long, so that players find their place quickly. The count of frames is what comes
        in, each 1/rate long.
        """
        width, height = self.size
        rate = f"{self.rate.numerator}/{self.rate.denominator}"
        threads = str(self.threads)
        return [
            *("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y", "-filter_threads", threads),
            *("-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{width}x{height}", "-framerate", rate),
            *("-i", "pipe:0", "-an", "-vf", _RGB_TO_BT709, "-fps_mode", "passthrough"),
            *self._codec_arguments(),
            *("-metadata", f"title={self.title}") * bool(self.title),
            *("-movflags", "+faststart", "-f", "mp4", str(output)),
        ]

    def _codec_arguments(self) -> list[str]:
        group = max(round(self.rate), 1)
        crf = f"{rate_factor(self.codec, self.quality):.1f}"
        if self.codec == "h264":
            # Vertical motion vectors of at most 511 keep the decoders of headsets within their level.
            extra = "open-gop=0:mvrange=511"
            own = ["-c:v", "libx264", "-preset", "veryfast", "-x264-params", extra, "-threads", str(self.threads)]
        else:
            extra = f"open-gop=0:log-level=error:pools={self.threads}"
            own = ["-c:v", "libx265", "-preset", "veryfast", "-x265-params", extra, "-tag:v", "hvc1"]
        return [*own, "-crf", crf, "-g", str(group), "-keyint_min", str(max(group // 2, 1))]


def rate_factor(codec: str, quality: int) -> float:
    """Return the constant rate factor of a `quality` from 0 to 100: 36 − 0.24·quality, for HEVC 2 more.

    That is 36 at 0, 18 (hardly to be told from the original) at 75 and 12 at 100.
    """
    return 36.0 - 0.24 * quality + (2.0 if codec == "hevc" else 0.0)


def macroblocks(size: tuple[int, int]) -> int:
    """Return how many blocks of 16×16 pixels cover a picture of `size`."""
    width, height = size
    return -(-width // 16) * -(-height // 16)


def choose(codec: str, size: tuple[int, int]) -> str:
    """Return h264 or hevc: what was asked for, and for `auto` H.264 where players decode it at this size."""
    if codec == "auto":
        return "h264" if macroblocks(size) <= H264_MACROBLOCKS else "hevc"
    return codec


def check_size(size: tuple[int, int]) -> None:
    """Raise `InputError` for a size in pixels that no MP4 of ours can have."""
    width, height = size
    if width % 2 or height % 2:
        even = (width + width % 2, height + height % 2)
        raise InputError(
            f"size {width}x{height} cannot be used for a video, whose colour is stored for pairs of pixels: "
            f"choose even numbers such as {even[0]}x{even[1]}"
        )
    if not all(_SMALLEST <= side <= _LARGEST for side in size):
        raise InputError(
            f"size {width}x{height} cannot be used for a video: choose from {_SMALLEST} to {_LARGEST} pixels a side"
        )
