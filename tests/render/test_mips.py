"""The colour's halves: sizes as OpenGL has them, means of light, nothing at the seam."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depthfusion.render.mips import halves
from ldm3d.sphere import to_linear, to_srgb


@pytest.mark.parametrize("size", [(8, 4), (7, 3), (1, 1), (2, 1), (1, 5), (305, 152)])
def test_sizes_fall_by_half_down_to_one(size):
    width, height = size
    levels = halves(np.zeros((height, width, 3), np.uint8))
    sizes = [level.shape[1::-1] for level in levels]
    assert sizes[0] == size
    assert sizes[-1] == (1, 1)
    for (w, h), (half_w, half_h) in itertools.pairwise(sizes):
        assert (half_w, half_h) == (max(1, w // 2), max(1, h // 2))


def test_the_first_level_is_the_picture_itself():
    picture = np.zeros((4, 8, 3), np.uint8)
    assert halves(picture)[0] is picture


def test_black_and_white_average_to_half_the_light():
    picture = np.zeros((4, 8, 3), np.uint8)
    picture[:, ::2] = 255
    assert (halves(picture)[1] == 188).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_every_level_holds_the_whole_picture_s_mean_light(width, height, seed):
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    mean = to_linear(picture / 255).mean(axis=(0, 1))
    for level in halves(picture)[1:]:
        # Each byte is rounded: in the steepest part of the curve that is half a per cent of the light.
        np.testing.assert_allclose(to_linear(level / 255).mean(axis=(0, 1)), mean, atol=0.0055)


@pytest.mark.parametrize("size", [(9, 5), (11, 6), (10, 7), (600, 301)])
def test_a_level_is_the_mean_over_the_area_that_it_covers(size):
    width, height = size
    picture = np.random.default_rng(2).integers(0, 256, (height, width, 3)).astype(np.uint8)
    light = to_linear(picture / 255)
    across = overlap(width, width // 2)
    down = overlap(height, height // 2)
    exact = np.einsum("ilc,kl->ikc", np.einsum("ij,jlc->ilc", down, light), across)
    assert np.abs(halves(picture)[1] - to_srgb(exact) * 255).max() <= 0.51


def overlap(count, half):
    """Return [half, count]: what share of each coarse texel's length each fine one is."""
    edges = np.arange(half + 1) * count / half
    fine = np.arange(count)
    shared = np.minimum(edges[1:, None], fine + 1) - np.maximum(edges[:-1, None], fine)
    return np.maximum(shared, 0) * half / count
