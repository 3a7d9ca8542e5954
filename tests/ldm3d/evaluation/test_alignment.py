"""Depth errors against affine disparities that are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ldm3d.evaluation import alignment
from ldm3d.evaluation.alignment import Fit, compare, decibels, depth_error, fit, metres, random_points, valid


@pytest.fixture
def disparity() -> NDArray[np.float64]:
    """Of a room from half a metre to 8 metres."""
    return 1 / np.random.default_rng(0).uniform(0.5, 8, (40, 50))


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (0.01, 3.0), (700.0, 0.25)])
def test_an_affine_disparity_has_no_error(disparity: NDArray[np.float64], scale: float, shift: float) -> None:
    assert compare(scale * disparity + shift, disparity, seed=1) == pytest.approx((0, 0), abs=1e-9)


def test_a_known_scale_and_shift_are_found(disparity: NDArray[np.float64]) -> None:
    everywhere = np.ones_like(disparity, bool)
    assert fit((disparity - 0.3) / 2, disparity, everywhere) == pytest.approx((2, 0.3))


def test_the_fit_is_the_least_squares_of_linear_algebra(disparity: NDArray[np.float64]) -> None:
    estimate = disparity + np.random.default_rng(1).normal(0, 0.1, disparity.shape)
    table = np.stack([estimate.ravel(), np.ones(estimate.size)], axis=1)
    expected, *_ = np.linalg.lstsq(table, disparity.ravel(), rcond=None)
    assert fit(estimate, disparity, np.ones_like(disparity, bool)) == pytest.approx(tuple(expected))


def test_errors_of_depth_that_is_a_tenth_too_far() -> None:
    true = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = alignment.errors(1.1 * true, true, np.ones_like(true, bool))
    assert found == pytest.approx((0.1, 0.1 * np.sqrt((1 + 4 + 9 + 16) / 4)))


def test_errors_of_a_flat_estimate_by_hand() -> None:
    """Disparities 1 and ½, told as flat: the fit gives ¾ for both, 4/3 metres for one and two metres."""
    found = compare(np.full((1, 2), 0.4), np.array([[1.0, 0.5]]), seed=0)
    z = 4 / 3
    expected = ((z - 1) / 1 + (2 - z) / 2) / 2, np.sqrt(((z - 1) ** 2 + (2 - z) ** 2) / 2)
    assert found == pytest.approx(expected)


def test_negative_and_missing_depth_is_left_out(disparity: NDArray[np.float64]) -> None:
    estimate = disparity.copy()
    estimate[0] = -50.0
    estimate[1] = np.nan
    reference = disparity.copy()
    reference[2] = np.inf
    assert valid(estimate, reference).sum() == 37 * 50
    assert compare(estimate, reference, seed=1) == pytest.approx((0, 0), abs=1e-9)


def test_random_points_are_of_the_mask_as_many_as_asked_and_always_the_same() -> None:
    mask = np.arange(1000).reshape(20, 50) % 3 == 0
    points = random_points(mask, 100, seed=4)
    assert points.sum() == 100
    assert not np.any(points & ~mask)
    assert np.array_equal(points, random_points(mask, 100, seed=4))
    assert not np.array_equal(points, random_points(mask, 100, seed=5))
    assert np.array_equal(random_points(mask, 10_000, seed=4), mask)


def test_only_the_points_decide_the_fit(disparity: NDArray[np.float64]) -> None:
    points = random_points(np.ones_like(disparity, bool), 50, seed=0)
    estimate = np.where(points, disparity, 100.0)
    assert fit(estimate, disparity, points) == pytest.approx((1, 0), abs=1e-9)


def test_what_lies_beyond_the_reference_is_clipped_to_its_range() -> None:
    told = metres(np.array([[-1.0, 0.0, 0.2, 1e9]]), Fit(1.0, 0.0), within=(0.5, 10.0))
    assert told.tolist() == [[10, 10, 5, 0.5]]


def test_a_mask_of_nothing_has_no_scale() -> None:
    flat = np.ones((3, 3))
    assert fit(flat, flat, np.zeros((3, 3), bool)) == (0, 0)


def test_depth_error_of_a_reconstruction_leaves_sky_and_horizon_out() -> None:
    true = np.array([[0.0, 0.2], [0.5, 1.0], [1 / 65535, 1 / 65535]])
    assert depth_error(np.array([[0.7, 0.1], [0.5, 0.9], [0.01, 0.0]]), true) == pytest.approx((0.5 + 0 + 0.1) / 3)
    assert np.isnan(depth_error(true, np.zeros((2, 2))))


def test_decibels_are_ten_times_the_logarithm_of_the_mean_square() -> None:
    assert decibels(np.full((4, 4), 0.6), np.full((4, 4), 0.5)) == pytest.approx(20)
