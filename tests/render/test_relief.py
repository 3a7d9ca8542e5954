"""What selection knows of the depth: bounds that hold for every patch of every step."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depthfusion.render.relief import PATCH, relief_of
from tests.reference import scenes


def at(depth, x, y):
    """Return depth in [0, 1] at grid places x, y [...]: bilinear in columns and rows, whose last are the poles."""
    from ldm3d.sphere import sample_wrapped

    height, width = depth.shape
    return sample_wrapped(depth / 65535.0, ((x + 0.5) / width) % 1.0, (np.clip(y - 1, 0, height - 1) + 0.5) / height)


def strays(depth, left, top, step, rng):
    """Return the greatest error and range of random places in the cells of a patch, against its triangles."""
    height, width = depth.shape
    i, j = rng.integers(0, PATCH, (2, 600))
    s, t = rng.random((2, 600))
    x0, x1 = (np.minimum(left + (i + k) * step, width) for k in (0, 1))
    y0, y1 = (np.minimum(top + (j + k) * step, height + 1) for k in (0, 1))
    a, b, c, d = at(depth, x0, y0), at(depth, x1, y0), at(depth, x0, y1), at(depth, x1, y1)
    falling = np.where(s > t, a + (b - a) * s + (d - b) * t, a + (d - c) * s + (c - a) * t)
    rising = np.where(s + t < 1, a + (b - a) * s + (c - a) * t, d + (c - d) * (1 - s) + (b - d) * (1 - t))
    flat = np.where((i + j) % 2 == 0, falling, rising)
    exact = at(depth, x0 + s * (x1 - x0), y0 + t * (y1 - y0))
    corners = np.stack([a, b, c, d, exact])
    return np.abs(exact - flat).max(), np.ptp(corners, axis=0).max(), corners.min(), corners.max()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 140), st.integers(1, 90), st.integers(0, 2**32 - 1), st.booleans())
def test_the_bounds_hold_for_every_patch(width, height, seed, smooth):
    rng = np.random.default_rng(seed)
    depth = scenes.rolling(width, height) if smooth else scenes.noise(width, height, seed)
    relief = relief_of(depth)
    for level in range(relief.top, relief.top - 8, -1):
        across, down = relief.patches(level)
        x, y = rng.integers(0, (across, down))
        known = relief.look_up(level, np.array([x]), np.array([y]))
        step = 2.0**level
        bend, span, low, high = strays(depth, x * PATCH * step, y * PATCH * step, step, rng)
        assert bend <= known.bend[0] + 1e-6
        assert span <= known.span[0] + 1e-6
        assert known.low[0] - 1e-6 <= low
        assert high <= known.high[0] + 1e-6


def test_smooth_depth_bends_four_times_less_at_half_the_step():
    relief = relief_of(scenes.rolling(1024, 512))
    bends = [float(np.median(level.bend)) for level in relief.levels]
    assert len(bends) == 6
    for fine, coarse in itertools.pairwise(bends[1:-1]):
        assert 2.5 < coarse / fine < 6.5


@pytest.mark.parametrize("size", [(64, 32), (100, 50), (1, 1), (2, 1), (1024, 512)])
def test_patches_cover_the_map_and_both_poles(size):
    width, height = size
    relief = relief_of(scenes.constant(width, height, 0.5))
    for level in range(relief.top, relief.top - 4, -1):
        across, down = relief.patches(level)
        side = PATCH * 2.0**level
        assert (across - 1) * side < width <= across * side
        assert (down - 1) * side < height + 1 <= down * side
    assert relief.patches(relief.top)[0] <= 4
