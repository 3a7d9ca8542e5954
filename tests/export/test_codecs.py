"""The rules by which a video is encoded."""

from __future__ import annotations

import pytest

from depthfusion.errors import InputError
from depthfusion.export.codecs import check_size, choose
from depthfusion.export.encoding import rate_factor
from depthfusion.export.levels import macroblocks


@pytest.mark.parametrize(
    ("size", "codec"),
    [
        ((1920, 1080), "h264"),
        ((3840, 1080), "h264"),
        ((4096, 2304), "h264"),  # 36,864 macroblocks, the last that H.264's level 5.2 holds
        ((4096, 2306), "hevc"),
        ((4096, 4096), "hevc"),
        ((7680, 3840), "hevc"),
    ],
)
def test_auto_is_h264_as_far_as_players_decode_it(size: tuple[int, int], codec: str) -> None:
    assert choose("auto", size) == codec
    assert choose("h264", size) == "h264"
    assert choose("hevc", size) == "hevc"


def test_macroblocks_cover_the_picture() -> None:
    assert macroblocks((4096, 2304)) == 36_864
    assert macroblocks((17, 16)) == 2
    assert macroblocks((1920, 1080)) == 120 * 68


def test_quality_is_monotone_and_75_is_hardly_to_be_told_from_the_original() -> None:
    factors = [rate_factor("h264", quality) for quality in range(101)]
    assert factors == sorted(factors, reverse=True)
    assert factors[75] == pytest.approx(18)
    assert 0 < factors[100] < factors[0] <= 51


@pytest.mark.parametrize("size", [(1919, 1080), (1920, 1081), (101, 99)])
def test_odd_sizes_are_refused_with_the_even_ones(size: tuple[int, int]) -> None:
    even = f"{size[0] + size[0] % 2}x{size[1] + size[1] % 2}"
    with pytest.raises(InputError, match=even):
        check_size(size)


@pytest.mark.parametrize("size", [(8, 64), (64, 2), (16386, 64)])
def test_sizes_that_encoders_lack_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="choose from 16 to 16384"):
        check_size(size)
