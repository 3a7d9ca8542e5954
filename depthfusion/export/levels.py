"""The levels of H.264, HEVC and AV1: what a decoder of each can hold. Pure functions over the standards' tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Level:
    """What a level allows.

    `picture` and `second` count macroblocks for H.264 and luma samples otherwise; `width` and `height` are the most
    pixels a side; `megabits` a second is for H.264's High profile, HEVC's and AV1's Main tier.
    """

    name: str
    picture: int
    second: int
    width: int
    height: int
    megabits: float


def _h264(name: str, second: int, picture: int, kilobits: int) -> Level:
    side = 16 * math.isqrt(picture * 8)  # A.3.1: no side is longer than √(8·MaxFS) macroblocks
    return Level(name, picture, second, side, side, kilobits * 1.25 / 1000)


def _hevc(name: str, picture: int, second: int, megabits: float) -> Level:
    side = math.isqrt(picture * 8)  # A.4.1: no side is longer than √(8·MaxLumaPs)
    return Level(name, picture, second, side, side, megabits)


LEVELS: dict[str, tuple[Level, ...]] = {
    # Rec. ITU-T H.264, table A-1
    "h264": (
        _h264("3.0", 40_500, 1_620, 10_000),
        _h264("3.1", 108_000, 3_600, 14_000),
        _h264("3.2", 216_000, 5_120, 20_000),
        _h264("4.0", 245_760, 8_192, 20_000),
        _h264("4.1", 245_760, 8_192, 50_000),
        _h264("4.2", 522_240, 8_704, 50_000),
        _h264("5.0", 589_824, 22_080, 135_000),
        _h264("5.1", 983_040, 36_864, 240_000),
        _h264("5.2", 2_073_600, 36_864, 240_000),
        _h264("6.0", 4_177_920, 139_264, 240_000),
        _h264("6.1", 8_355_840, 139_264, 480_000),
        _h264("6.2", 16_711_680, 139_264, 800_000),
    ),
    # Rec. ITU-T H.265, tables A.8 and A.9
    "hevc": (
        _hevc("3.0", 552_960, 16_588_800, 6),
        _hevc("3.1", 983_040, 33_177_600, 10),
        _hevc("4.0", 2_228_224, 66_846_720, 12),
        _hevc("4.1", 2_228_224, 133_693_440, 20),
        _hevc("5.0", 8_912_896, 267_386_880, 25),
        _hevc("5.1", 8_912_896, 534_773_760, 40),
        _hevc("5.2", 8_912_896, 1_069_547_520, 60),
        _hevc("6.0", 35_651_584, 1_069_547_520, 60),
        _hevc("6.1", 35_651_584, 2_139_095_040, 120),
        _hevc("6.2", 35_651_584, 4_278_190_080, 240),
    ),
    # AV1 bitstream and decoding process, annex A.3
    "av1": (
        Level("3.0", 665_856, 19_975_680, 2_048, 1_152, 6),
        Level("3.1", 1_065_024, 31_950_720, 2_816, 1_584, 10),
        Level("4.0", 2_359_296, 70_778_880, 4_096, 2_304, 12),
        Level("4.1", 2_359_296, 141_557_760, 4_096, 2_304, 20),
        Level("5.0", 8_912_896, 267_386_880, 8_192, 4_352, 30),
        Level("5.1", 8_912_896, 534_773_760, 8_192, 4_352, 40),
        Level("5.2", 8_912_896, 1_069_547_520, 8_192, 4_352, 60),
        Level("6.0", 35_651_584, 1_069_547_520, 16_384, 8_704, 60),
        Level("6.1", 35_651_584, 2_139_095_040, 16_384, 8_704, 100),
        Level("6.2", 35_651_584, 4_278_190_080, 16_384, 8_704, 160),
    ),
}


def macroblocks(size: tuple[int, int]) -> int:
    """Return how many blocks of 16×16 pixels cover a picture of `size`."""
    width, height = size
    return -(-width // 16) * -(-height // 16)


def needed(family: str, size: tuple[int, int], rate: Fraction) -> Level | None:
    """Return the lowest level that holds pictures of `size` at `rate` a second; None where no level does.

    `family` is h264, hevc or av1.
    """
    width, height = size
    picture = macroblocks(size) if family == "h264" else width * height
    for level in LEVELS[family]:
        fits = picture <= level.picture and width <= level.width and height <= level.height
        if fits and picture * rate <= level.second:
            return level
    return None


def within(family: str, level: Level | None, name: str) -> bool:
    """Return whether `level` is at most the one called `name`."""
    order = [known.name for known in LEVELS[family]]
    return level is not None and order.index(level.name) <= order.index(name)
