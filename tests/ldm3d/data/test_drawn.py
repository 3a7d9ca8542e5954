"""Sketch worlds as data: by number, and each by itself."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from ldm3d.data import open_set
from ldm3d.errors import InputError
from ldm3d.worlds import caption_at, captions, understand


def test_the_caption_of_a_number_is_the_one_that_counting_comes_to() -> None:
    counted = list(captions(40, seed=3))
    assert [caption_at(index, 3) for index in range(39, -1, -1)] == counted[::-1]


def test_a_world_is_the_same_however_it_is_come_to() -> None:
    few, many = open_set("worlds:2:9", (64, 32)), open_set("worlds:1000000:9", (64, 32))
    first, second = few[1], pickle.loads(pickle.dumps(many))[1]
    assert (len(few), len(many)) == (2, 1_000_000)
    assert (first.key, first.caption, first.spec) == (second.key, second.caption, second.spec)
    assert np.array_equal(first.rgb, second.rgb)
    assert np.array_equal(first.depth, second.depth)
    assert first.spec == understand(first.caption).spec.as_dict()
    assert first.caption != open_set("worlds:2:10", (64, 32))[1].caption


def test_there_is_no_world_beyond_the_last() -> None:
    for index in (-1, 2):
        with pytest.raises(IndexError):
            open_set("worlds:2", (64, 32))[index]


@pytest.mark.parametrize("size", [(64, 64), (32, 16), (512, 512)])
def test_what_is_no_panoramas_size_is_a_sentence(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=r"worlds cannot be drawn at .* a panorama is twice as wide as high"):
        open_set("worlds:2", size)
