"""The codecs of a video: which there are, which is chosen, and which sizes they have. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from depthfusion.errors import InputError
from depthfusion.export.levels import macroblocks

# H.264's levels 5.1 and 5.2, the highest that players decode in hardware, end here (4096×2304).
H264_MACROBLOCKS = 36_864
# What the encoders take, in pixels a side.
_SMALLEST, _LARGEST = 16, 16_384
_AV1_HIGHEST = 8_704


@dataclass(frozen=True)
class Codec:
    """A codec: its family, the bits of its samples, its sample entry in MP4, and what people call it."""

    family: str
    bits: int
    tag: str
    words: str


CODECS = {
    "h264": Codec("h264", 8, "avc1", "H.264"),
    "hevc": Codec("hevc", 8, "hvc1", "HEVC"),
    "hevc10": Codec("hevc", 10, "hvc1", "HEVC in 10 bits"),
    "av1": Codec("av1", 8, "av01", "AV1"),
}


def choose(codec: str, size: tuple[int, int]) -> str:
    """Return a codec's name: what was asked for; for `auto` H.264 where players decode it at this size, else HEVC."""
    if codec == "auto":
        return "h264" if macroblocks(size) <= H264_MACROBLOCKS else "hevc"
    return codec


def check_size(size: tuple[int, int], codec: str = "hevc") -> None:
    """Raise `InputError` for a size in pixels that no MP4 of ours can have in the chosen codec."""
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
    if codec == "av1" and height > _AV1_HIGHEST:
        raise InputError(
            f"size {width}x{height} cannot be used for AV1, which ends at {_AV1_HIGHEST} pixels of height: choose a "
            "smaller size or another codec"
        )
