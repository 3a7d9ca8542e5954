"""A step of stage 2 against its formulas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from diffusers import DDPMScheduler

from ldm3d.data import open_set, to_channels
from ldm3d.pipelines.loading import load
from ldm3d.seamless import seamless
from ldm3d.training.diffusion import DiffusionStage, build
from ldm3d.training.loop import collate
from ldm3d.training.settings import DiffusionSettings
from ldm3d.training.stage import Noise, Piece, Place, Work
from ldm3d.training.stopping import Stopping

BATCH, SEED, STEP = 4, 5, 9


@pytest.fixture
def make(tmp_path: Path, pictures: Path, checkpoint: Callable[..., Path]) -> Callable[..., DiffusionStage]:
    """Return (**settings) -> the stage on the prepared panoramas, from the tiny checkpoint."""

    def made(**given: object) -> DiffusionStage:
        settings = DiffusionSettings(
            data=str(pictures), init=str(checkpoint("pano")), size=(128, 64), batch=BATCH, rate=1e-3, dropout=0.0
        )
        place = Place(Accelerator(cpu=True), tmp_path, Stopping(), quiet=True)
        return build(replace(settings, **given), place)  # type: ignore[arg-type]

    return made


def piece(stage: DiffusionStage) -> Piece:
    return Piece(collate([stage.examples[number] for number in range(BATCH)]), Noise(SEED, STEP, range(BATCH)))


def loss_of(stage: DiffusionStage) -> float:
    """Return the loss of one step."""
    with stage.training():
        figures = stage.step(Work(stage.accelerator, stage, [piece(stage)], 0.0, 0.0), STEP)
    return figures["loss"].item()


def test_the_loss_is_that_of_the_paper(
    make: Callable[..., DiffusionStage], pictures: Path, checkpoint: Callable[..., Path]
) -> None:
    pipe, noise = load(checkpoint("pano")), Noise(SEED, STEP, range(BATCH))
    samples = [open_set(pictures)[number] for number in range(BATCH)]
    scheduler = DDPMScheduler.from_config(pipe.scheduler.config)
    with seamless(pipe.unet, pipe.vae), torch.no_grad():
        latent = pipe.vae.encode(torch.stack([to_channels(sample, 4) for sample in samples])).latent_dist
        clean = 0.18215 * (latent.mean + latent.std * noise.normal("latent", latent.mean.shape[1:]))
        drawn, times = noise.normal("noise", clean.shape[1:]), noise.integers("time", 1000)
        words, _ = pipe.encode_prompt([sample.caption for sample in samples], "cpu", 1, False)
        predicted = pipe.unet(scheduler.add_noise(clean, drawn, times), times, words).sample
    expected = (predicted - drawn).square().mean().item()
    assert loss_of(make()) == pytest.approx(expected, rel=1e-4)
    assert loss_of(make(cache=False)) == pytest.approx(expected, rel=1e-4)


def test_captions_that_are_left_out_are_empty_ones(make: Callable[..., DiffusionStage]) -> None:
    stage = make()
    silent = piece(stage)
    captionless = Piece({**silent.values, "caption": [""] * BATCH}, silent.noise)
    with stage.training(), torch.no_grad():
        expected = stage._loss(captionless).item()
        spoken = stage._loss(silent).item()
    assert loss_of(make(dropout=1.0)) == pytest.approx(expected, rel=1e-6)
    assert spoken != pytest.approx(expected, rel=1e-6)


def test_about_a_tenth_of_captions_is_left_out() -> None:
    left_out = [Noise(0, step, range(32)).uniform("caption") < 0.1 for step in range(200)]
    assert torch.cat(left_out).float().mean().item() == pytest.approx(0.1, abs=0.01)


def test_panoramas_are_closed_while_it_learns(make: Callable[..., DiffusionStage]) -> None:
    stage = make()
    unet, x = stage.modules["unet"], torch.randn(1, 4, 8, 16, generator=torch.Generator().manual_seed(1))
    words, times = torch.zeros(1, 77, 32), torch.tensor([500])
    with torch.no_grad():
        with stage.training():
            closed = unet(x, times, words).sample
            turned = unet(x.roll(8, -1), times, words).sample
        open_ = unet(x.roll(8, -1), times, words).sample
    assert torch.allclose(turned, closed.roll(8, -1), atol=1e-4)
    assert not torch.allclose(open_, closed.roll(8, -1), atol=1e-2)


def test_panoramas_may_be_turned_by_columns_of_latents(make: Callable[..., DiffusionStage]) -> None:
    stage = make(roll=True)
    one = piece(stage)
    turned, turns = stage._latents(one), one.noise.integers("roll", 16).tolist()
    mean, std = one.values["mean"], one.values["std"]
    drawn = one.noise.normal("latent", mean.shape[1:])
    for number, turn in enumerate(turns):
        expected = 0.18215 * (mean[number].roll(turn, -1) + std[number].roll(turn, -1) * drawn[number])
        assert torch.allclose(turned[number], expected, atol=1e-6)
    assert len(set(turns)) > 1


def test_a_step_is_adams(make: Callable[..., DiffusionStage]) -> None:
    stage = make(average=0.0)
    unet = stage.modules["unet"]
    before = {name: parameter.detach().clone() for name, parameter in unet.named_parameters()}
    with stage.training():
        stage._loss(piece(stage)).backward()
        gradients = {
            name: parameter.grad.clone() for name, parameter in unet.named_parameters() if parameter.grad is not None
        }
        unet.zero_grad()
        stage.step(Work(stage.accelerator, stage, [piece(stage)], 1e-3, 0.0), 0)
    for name, parameter in unet.named_parameters():
        # The first step of Adam (Kingma & Ba 2015) is the rate times the sign, but for ε.
        expected = before[name] - 1e-3 * gradients[name] / (gradients[name].abs() + 1e-8)
        assert torch.allclose(parameter, expected, atol=1e-6), name
