"""The measures of tables 1 and 3, of features that are at hand: torchmetrics computes, nothing here loads a network.

All arrays are NumPy's; rows are pictures.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torchmetrics.functional.regression import cosine_similarity
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore

SPLITS = 10  # of the inception score, as Salimans et al. 2016 do and everybody since

Rows = NDArray[np.floating[Any]]


class Spread(NamedTuple):
    """A mean and the standard deviation beside it, as table 1 prints them."""

    mean: float
    deviation: float


class _AsTheyAre(torch.nn.Module):
    """Stands where torchmetrics wants a network: the features are there already."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.num_features = width

    def forward(self, features: Any) -> Any:
        return features


def frechet_distance(features: Rows, reference: Rows) -> float:
    """Return the Fréchet distance of two sets of features [n, k] and [m, k], each taken as a Gaussian.

    ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2·(Σ₁Σ₂)^½) (Heusel et al. 2017), in double precision. With the features of Inception
    this is the FID; with those of a reconstruction and its original the paper's relative FID. Both n and m must be at
    least 2; fewer than k make covariances that are singular, and distances that are too large.
    """
    metric = FrechetInceptionDistance(feature=_AsTheyAre(features.shape[1]), sync_on_compute=False)
    metric.update(torch.from_numpy(np.asarray(reference, np.float64)), real=True)
    metric.update(torch.from_numpy(np.asarray(features, np.float64)), real=False)
    return max(float(metric.compute()), 0.0)  # of equal sets rounding may leave a negative


def inception_score(probabilities: Rows, splits: int = SPLITS) -> Spread:
    """Return the inception score of class probabilities [n, classes], rows summing to 1: mean and deviation of splits.

    exp(mean of KL(p(y|x) ‖ p(y))) in each of `splits` parts of the pictures, shuffled always alike (Salimans et al.
    2016); n must be at least `splits`. With one split there is no deviation: 0.
    """
    least = np.finfo(np.float64).tiny
    logarithms = torch.from_numpy(np.log(np.maximum(np.asarray(probabilities, np.float64), least)))
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Metric `InceptionScore` will save all")  # they are few numbers a picture
        warnings.filterwarnings("ignore", r"std\(\): degrees of freedom")  # of one split
        metric = InceptionScore(feature=_AsTheyAre(probabilities.shape[1]), splits=splits, sync_on_compute=False)
        metric.update(logarithms)
        torch.manual_seed(0)
        mean, deviation = metric.compute()
    return Spread(float(mean), float(deviation) if splits > 1 else 0.0)


def clip_similarity(pictures: Rows, texts: Rows) -> NDArray[np.float64]:
    """Return 100 times the cosine between each picture's embedding and its text's, both [n, k]; [n], −100 to 100."""
    seen, read = (torch.from_numpy(np.asarray(rows, np.float64)) for rows in (pictures, texts))
    told: NDArray[np.float64] = 100.0 * cosine_similarity(seen, read, reduction="none").numpy()
    return told


def spread(values: NDArray[np.floating[Any]]) -> Spread:
    """Return mean and (population) standard deviation of values [n]: how table 1 tells CLIP similarity."""
    return Spread(float(np.mean(values)), float(np.std(values)))
