"""What is known of the depth near a direction holds for all of it, at every scale."""

from __future__ import annotations

import numpy as np
import pytest

from depthfusion.render.vicinity import REACH, vicinity_of
from ldm3d.sphere import sample_wrapped, to_uv
from tests.reference import scenes


@pytest.mark.parametrize("size", [(2, 1), (100, 50), (128, 64), (500, 333)])
def test_nothing_within_reach_is_nearer_or_farther(size):
    rng = np.random.default_rng(4)
    depth = scenes.noise(*size)
    *levels, whole = vicinity_of(depth)
    assert whole.tolist() == [[[depth.max(), depth.min()]]]
    for level in levels:
        rows, columns, _ = level.shape
        assert columns == 2 * rows
        here = rng.normal(size=(3000, 3))
        here[:500, (0, 2)] *= 0.02  # by the poles
        here /= np.linalg.norm(here, axis=1, keepdims=True)
        aside = np.cross(here, rng.normal(size=(3000, 3)))
        aside /= np.linalg.norm(aside, axis=1, keepdims=True)
        angle = rng.uniform(0, 1, (3000, 1)) ** 0.3 * REACH * np.pi / rows
        u, v = to_uv(here)
        known = level[np.minimum((v * rows).astype(int), rows - 1), np.minimum((u * columns).astype(int), columns - 1)]
        found = sample_wrapped(depth.astype(float), *to_uv(here * np.cos(angle) + aside * np.sin(angle)))
        assert (found <= known[:, 0] + 1e-6).all()
        assert (found >= known[:, 1] - 1e-6).all()


def test_far_from_a_step_the_depth_is_known_exactly():
    finest = vicinity_of(scenes.step(512, 256))[0]
    assert finest.shape == (64, 128, 2)
    assert (finest[..., 0] == finest[..., 1]).mean() > 0.8


def test_of_two_layers_it_is_the_front_s_nearest_and_the_back_s_farthest():
    front, back = scenes.noise(64, 32, 1), scenes.noise(64, 32, 2)
    both = vicinity_of(front, back)
    for level, one, other in zip(both, vicinity_of(front), vicinity_of(back), strict=True):
        np.testing.assert_array_equal(level[..., 0], one[..., 0])
        np.testing.assert_array_equal(level[..., 1], other[..., 1])
