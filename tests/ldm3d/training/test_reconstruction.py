"""What reconstructions are measured by, against torch's own distributions and by hand."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from ldm3d.training.reconstruction import divergence, drawn, pixel_loss, signal_to_noise


def test_divergence_is_that_of_normal_distributions() -> None:
    torch.manual_seed(0)
    mean, logarithm = torch.randn(2, 3, 4, 2, 2)
    between = kl_divergence(Normal(mean, (0.5 * logarithm).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(divergence(mean, logarithm, 50), between.flatten(1).sum(1).mean() / 50)
    assert divergence(torch.zeros(1, 4), torch.zeros(1, 4), 1) == 0


def test_latents_are_drawn_with_their_mean_and_spread() -> None:
    noise = torch.randn(100_000, 1, generator=torch.Generator().manual_seed(0))
    latents = drawn(torch.full_like(noise, 3.0), torch.full_like(noise, 2 * torch.tensor(0.5).log()), noise)
    assert float(latents.mean()) == pytest.approx(3, abs=0.01)
    assert float(latents.std()) == pytest.approx(0.5, abs=0.01)


def test_pixel_losses_by_hand() -> None:
    painted, real = torch.tensor([[1.0, -1.0]]), torch.tensor([[0.0, 1.0]])
    assert pixel_loss(painted, real, "l1") == 1.5
    assert pixel_loss(painted, real, "l2") == 2.5


def test_signal_to_noise_of_a_known_error() -> None:
    real = torch.zeros(2, 4, 8, 16)
    painted = real.clone()
    painted[:, :3] += 0.2  # a tenth of the range: 20 dB
    painted[0, 3] += 0.02  # a hundredth: 40 dB
    painted[1, 3] += 0.2
    colour, depth = signal_to_noise(painted, real)
    assert float(colour) == pytest.approx(20, abs=1e-4)
    assert float(depth) == pytest.approx(30, abs=1e-4)


def test_what_is_beyond_white_is_white() -> None:
    real = torch.ones(1, 6, 4, 8)
    assert all(float(figure) == pytest.approx(120) for figure in signal_to_noise(real * 1.5, real))
