"""The patch discriminator: what it looks at, and its losses."""

from __future__ import annotations

import pytest
import torch

from ldm3d.training.discriminator import PatchDiscriminator, adaptive_weight, discriminator_loss, generator_loss


def test_parameters_are_those_of_the_published_one() -> None:
    # pix2pix's 70×70 discriminator of 3 channels: convolutions 3→64→128→256→512→1 of 4×4, two numbers for each
    # normalised channel.
    network = PatchDiscriminator(3)
    convolutions = 16 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512 * 1) + 64 + 1
    assert sum(one.numel() for one in network.parameters()) == convolutions + 2 * (128 + 256 + 512)


@pytest.mark.parametrize(("layers", "side"), [(1, 16), (2, 34), (3, 70)])
def test_a_verdict_sees_a_patch_of_the_published_size(layers: int, side: int) -> None:
    network = PatchDiscriminator(4, width=2, layers=layers)
    for number, part in enumerate(network.layers):
        if isinstance(part, torch.nn.GroupNorm):  # it knows the whole picture's mean and spread
            network.layers[number] = torch.nn.Identity()
    picture = torch.rand(1, 4, 96, 96, requires_grad=True)
    verdicts = network(picture)
    middle = verdicts.shape[-1] // 2
    verdicts[0, 0, middle, middle].backward()
    seen = picture.grad.abs().sum((0, 1)).nonzero()
    assert (seen.max(0).values - seen.min(0).values + 1).tolist() == [side, side]


def test_a_verdict_does_not_depend_on_the_rest_of_the_batch() -> None:
    network = PatchDiscriminator(6, width=8)
    pictures = torch.rand(3, 6, 48, 48)
    torch.testing.assert_close(network(pictures)[:1], network(pictures[:1]))


def test_its_weights_depend_on_the_seed_alone() -> None:
    before = torch.random.get_rng_state()
    one, same, other = (PatchDiscriminator(4, 4, seed=seed).state_dict()["layers.2.weight"] for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_hinge_losses_at_known_verdicts() -> None:
    sure, unsure, wrong = torch.tensor([1.0, 3.0]), torch.zeros(2), torch.tensor([-2.0, 0.0])
    assert discriminator_loss(sure, -sure) == 0
    assert discriminator_loss(unsure, unsure) == 1
    assert discriminator_loss(wrong, unsure) == 0.5 * (2 + 1)  # mean of 3 and 1, and 1
    assert generator_loss(sure) == -2


def test_the_adaptive_weight_makes_both_gradients_alike() -> None:
    reconstruction, adversarial = torch.tensor([3.0, 4.0]), torch.tensor([0.0, 0.5])
    weight = adaptive_weight(reconstruction, adversarial)
    assert float((weight * adversarial).norm()) == pytest.approx(5, rel=1e-3)
    assert adaptive_weight(reconstruction, 0 * adversarial) == 1e4
    assert adaptive_weight(0 * reconstruction, adversarial) == 0
