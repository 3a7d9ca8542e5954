"""Levels as the standards' own tables give them."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from depthfusion.export.levels import LEVELS, needed, within


@pytest.mark.parametrize(
    ("family", "size", "rate", "level"),
    [
        # Rec. ITU-T H.264, annex A: 1080p30 is level 4.0, 1080p60 4.2, 2160p30 5.1, 2160p60 5.2, 4320p30 6.0
        ("h264", (1280, 720), 30, "3.1"),
        ("h264", (1920, 1080), 30, "4.0"),
        ("h264", (1920, 1080), 60, "4.2"),
        ("h264", (3840, 2160), 30, "5.1"),
        ("h264", (3840, 2160), 60, "5.2"),
        ("h264", (4096, 2304), 30, "5.2"),
        ("h264", (4096, 4096), 30, "6.0"),
        ("h264", (8192, 4320), 30, "6.0"),
        # Rec. ITU-T H.265, annex A: 1080p60 4.1, 2160p30 5.0, 2160p60 5.1, 4320p30 6.0, 4320p60 6.1
        ("hevc", (1920, 1080), 30, "4.0"),
        ("hevc", (1920, 1080), 60, "4.1"),
        ("hevc", (3840, 2160), 30, "5.0"),
        ("hevc", (3840, 2160), 60, "5.1"),
        ("hevc", (4096, 4096), 30, "6.0"),
        ("hevc", (5760, 5760), 30, "6.0"),
        ("hevc", (5760, 5760), 60, "6.1"),
        ("hevc", (8192, 4320), 60, "6.1"),
        ("hevc", (8192, 8192), 30, None),
        # AV1, annex A.3
        ("av1", (1920, 1080), 30, "4.0"),
        ("av1", (3840, 2160), 60, "5.1"),
        ("av1", (7680, 4320), 60, "6.1"),
        ("av1", (4096, 8192), 30, "6.0"),
        ("av1", (64, 8706), 30, None),
    ],
)
def test_the_level_is_the_lowest_that_holds_it(
    family: str, size: tuple[int, int], rate: int, level: str | None
) -> None:
    found = needed(family, size, Fraction(rate))
    assert (found.name if found else None) == level


@pytest.mark.parametrize("family", LEVELS)
def test_levels_grow(family: str) -> None:
    levels = LEVELS[family]
    for lower, higher in itertools.pairwise(levels):
        assert higher.picture >= lower.picture
        assert higher.second >= lower.second
        assert within(family, lower, higher.name)
        assert not within(family, higher, lower.name)
    assert not within(family, None, levels[-1].name)
