"""The measures against formulas on paper."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ldm3d.evaluation.metrics import clip_similarity, frechet_distance, inception_score, spread


def gaussian(n: int, mean: NDArray[np.float64], covariance: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Rows whose own mean and covariance are exactly those: drawn, whitened, and coloured again."""
    drawn = np.random.default_rng(seed).normal(size=(n, len(mean)))
    drawn -= drawn.mean(axis=0)
    white = drawn @ np.linalg.inv(np.linalg.cholesky(np.cov(drawn.T))).T
    return white @ np.linalg.cholesky(covariance).T + mean


def test_fid_of_two_gaussians_of_one_covariance_is_the_square_of_their_means_distance() -> None:
    spread_of_both = np.array([[2.0, 0.3, 0.0], [0.3, 1.0, 0.2], [0.0, 0.2, 0.5]])
    first = gaussian(300, np.zeros(3), spread_of_both, 0)
    second = gaussian(200, np.array([1.0, -2.0, 0.5]), spread_of_both, 1)
    assert frechet_distance(first, second) == pytest.approx(1 + 4 + 0.25, rel=1e-6)
    assert frechet_distance(first, first) == pytest.approx(0, abs=1e-6)


def test_fid_of_two_gaussians_with_other_variances_is_the_closed_form() -> None:
    """For covariances that commute the trace is Σ(√a − √b)² of their eigenvalues, whatever way these are turned."""
    turn, _ = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))
    a, b = np.array([4.0, 1.0, 0.25]), np.array([1.0, 9.0, 0.16])
    first = gaussian(500, np.zeros(3), turn @ np.diag(a) @ turn.T, 2)
    second = gaussian(400, np.full(3, 0.5), turn @ np.diag(b) @ turn.T, 3)
    expected = 0.75 + np.sum((np.sqrt(a) - np.sqrt(b)) ** 2)
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_inception_score_of_sure_and_even_predictions_is_the_number_of_classes(classes: int) -> None:
    assert inception_score(np.tile(np.eye(classes), (5, 1)), splits=1) == pytest.approx((classes, 0))


def test_inception_score_of_uniform_predictions_is_one() -> None:
    assert inception_score(np.full((200, 7), 1 / 7)) == pytest.approx((1, 0))


def test_inception_score_of_one_class_over_and_over_is_one() -> None:
    assert inception_score(np.tile(np.eye(5)[2], (100, 1))) == pytest.approx((1, 0))


def test_inception_score_of_two_classes_told_with_some_doubt() -> None:
    """Half the pictures (p, 1 − p), half the other way round: exp(log 2 − H(p))."""
    p = 0.8
    told = np.tile([[p, 1 - p], [1 - p, p]], (50, 1))
    expected = np.exp(np.log(2) + p * np.log(p) + (1 - p) * np.log(1 - p))
    assert inception_score(told, splits=1).mean == pytest.approx(expected)


def test_inception_score_does_not_change_from_call_to_call() -> None:
    told = np.random.default_rng(0).dirichlet(np.ones(6), 100)
    assert inception_score(told) == inception_score(told)


def test_clip_similarity_of_identical_orthogonal_and_opposite_embeddings() -> None:
    rows = np.random.default_rng(0).normal(size=(4, 16))
    assert clip_similarity(rows, rows) == pytest.approx(100)
    assert clip_similarity(rows, 3 * rows) == pytest.approx(100), "length does not matter"
    assert clip_similarity(rows, -rows) == pytest.approx(-100)
    assert clip_similarity(np.eye(4), np.roll(np.eye(4), 1, axis=0)) == pytest.approx(0, abs=1e-9)


def test_clip_similarity_is_the_cosine_of_the_angle() -> None:
    assert clip_similarity(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]])) == pytest.approx(100 / np.sqrt(2))


def test_spread_is_that_of_the_pictures() -> None:
    assert spread(np.array([1.0, 3.0])) == (2, 1)
