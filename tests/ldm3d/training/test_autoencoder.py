"""Stage 1 end to end at tiny size, through the command line, and what its step promises."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from diffusers import AutoencoderKL
from PIL import Image
from torch import Tensor

from ldm3d.cli import main
from ldm3d.data import Sample
from ldm3d.pipelines.loading import load
from ldm3d.seamless import seamless
from ldm3d.training.autoencoder import AutoencoderStage, Autoencoding, Pictures, fresh
from ldm3d.training.settings import AutoencoderSettings
from ldm3d.training.stage import Noise, Piece, Work

TINY = ("--block-channels", "8,16", "--block-layers", "1", "--perceptual", "", "--discriminator-channels", "4",
        "--discriminator-layers", "1", "--quiet")  # fmt: skip


class Drawn:
    """Pictures of a few soft colours with the depth of a ground: something that can be learnt quickly."""

    def __init__(self, count: int, size: tuple[int, int] = (32, 16)) -> None:
        self._count, self._size = count, size

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Sample:
        width, height = self._size
        x, y = np.meshgrid(np.linspace(0, 2 * np.pi, width, endpoint=False), np.linspace(0, 1, height))
        rgb = [0.5 + 0.4 * np.sin(x + index + channel) * y for channel in range(3)]
        depth = np.broadcast_to(np.clip(2 * y - 1, 0, 1), x.shape)
        return Sample(
            str(index),
            (255 * np.stack(rgb, -1)).astype(np.uint8),
            (depth * 65535).astype(np.uint16),
            "",
        )


def tiny(**given: Any) -> AutoencoderSettings:
    own: dict[str, Any] = {"size": (32, 16), "block_channels": (8, 16), "block_layers": 1, "channels": 4}
    own |= {"discriminator_channels": 4, "discriminator_layers": 1}
    return AutoencoderSettings(**{**own, **given})


def stage_of(settings: AutoencoderSettings, count: int = 4) -> AutoencoderStage:
    return AutoencoderStage(fresh(settings), Pictures(Drawn(count), settings.channels), settings, None, True)


def one_step(
    stage: AutoencoderStage, step: int = 0, rate: float = 1e-3, cut: Sequence[int] = (4,)
) -> dict[str, Tensor]:
    pieces, start = [], 0
    for size in cut:
        places = range(start, start + size)
        pictures = torch.stack([stage.examples[place]["pictures"] for place in places])
        pieces.append(Piece({"pictures": pictures}, Noise(0, step, places)))
        start += size
    with stage.training():
        return stage.step(Work(Accelerator(cpu=True), stage, pieces, rate, 1.0), step)


def options(data: Path, *more: object) -> list[str]:
    """Of a run of two epochs with three steps each, of four pictures."""
    every = ("train", "autoencoder", "--data", data, "--size", "64x32", "--batch", 4, "--epochs", 2, *TINY, *more)
    return [str(one) for one in every]


def figures_of(run: Path, name: str) -> list[float]:
    return [json.loads(line)[name] for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_it_is_widened_trained_and_painted_with(
    pictures: Path, tmp_path: Path, checkpoint: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    of_colour = AutoencoderKL.from_pretrained(checkpoint("ldm3d") / "vae").config
    stable = AutoencoderKL.from_config({**of_colour, "in_channels": 3, "out_channels": 3})
    stable.save_pretrained(tmp_path / "sd" / "vae")
    run = tmp_path / "run"
    assert main(options(pictures, "--init", tmp_path / "sd", "--out", run)) == 0
    told = Path(capsys.readouterr().out.split()[-1])
    vae = AutoencoderKL.from_pretrained(told)
    assert (vae.config.in_channels, vae.config.out_channels, vae.config.scaling_factor) == (6, 6, 0.18215)
    assert figures_of(run, "step") == [1, 2, 3, 4, 5, 6]
    for name in ("loss", "pixels", "kl", "adversarial", "discriminator", "psnr_colour", "psnr_depth"):
        assert np.isfinite(figures_of(run, name)).all()
    grids = sorted((run / "samples").iterdir())
    assert len(grids) == 2
    with Image.open(grids[-1]) as grid:
        assert grid.width >= 4 * 64  # colour and depth, real and painted
    # With the other networks of a checkpoint it makes panoramas.
    whole = tmp_path / "whole"
    shutil.copytree(checkpoint("ldm3d"), whole)
    shutil.rmtree(whole / "vae")
    shutil.copytree(told, whole / "vae")
    made = load(whole)("a cave", num_inference_steps=1, width=128, height=64)
    assert (made.rgb.shape, made.depth.shape) == ((1, 64, 128, 3), (1, 64, 128))


def test_legs_and_processes_make_the_run_of_one_at_once(
    pictures: Path, tmp_path: Path, program: Callable[..., subprocess.Popen[str]]
) -> None:
    whole, legs, two = (tmp_path / name for name in ("whole", "legs", "two"))
    running = program(*options(pictures, "--channels", 4, "--out", two), processes=2)
    assert main(options(pictures, "--channels", 4, "--out", whole)) == 0
    assert main(options(pictures, "--channels", 4, "--epochs", 1, "--out", legs)) == 0
    assert main(options(pictures, "--channels", 4, "--out", legs, "--resume")) == 0
    one, other = (AutoencoderKL.from_pretrained(run / "result").state_dict() for run in (whole, legs))
    assert all(torch.equal(one[name], other[name]) for name in one)
    _, said = running.communicate(timeout=240)
    assert running.returncode == 0, said
    for name in ("loss", "discriminator", "adaptive_weight"):
        assert figures_of(two, name) == pytest.approx(figures_of(whole, name), rel=1e-3)


def test_it_learns(tmp_path: Path) -> None:
    stage = stage_of(tiny(adversarial_weight=0.0))
    figures = [one_step(stage, step, 3e-3) for step in range(60)]
    assert figures[-1]["pixels"] < 0.6 * figures[0]["pixels"]
    assert figures[-1]["psnr_colour"] > figures[0]["psnr_colour"] + 3
    assert figures[-1]["psnr_depth"] > figures[0]["psnr_depth"] + 3
    # Latents of what was made anew have the spread that a diffusion model wants.
    stage.save(tmp_path)
    vae = AutoencoderKL.from_pretrained(tmp_path)
    pictures = torch.stack([stage.examples[index]["pictures"] for index in range(4)])
    with torch.no_grad(), seamless(None, vae):
        latents = vae.encode(pictures).latent_dist.mean * vae.config.scaling_factor
    assert float(latents.std()) == pytest.approx(1, abs=1e-3)


def test_the_loss_is_equation_1() -> None:
    settings = tiny(kl_weight=0.01, adversarial_weight=0.5)
    stage = stage_of(settings)
    real = torch.stack([stage.examples[index]["pictures"] for index in range(4)])
    vae, discriminator = stage.modules["autoencoder"].vae, stage.modules["discriminator"]
    with torch.no_grad(), stage.training():
        latents = vae.encode(real).latent_dist
        noise = Noise(0, 0, range(4)).normal("latents", (4, 8, 16))
        painted = vae.decode(latents.mean + latents.std * noise).sample
        pixels = (painted - real).abs().mean()
        divergence = latents.kl().mean() / real[0].numel()
        verdict = -discriminator(painted).mean()
    told = one_step(stage)
    torch.testing.assert_close(told["pixels"], pixels)
    torch.testing.assert_close(told["kl"], divergence)
    torch.testing.assert_close(told["adversarial"], verdict)
    expected = pixels + 0.01 * divergence + 0.5 * told["adaptive_weight"] * verdict
    torch.testing.assert_close(told["loss"], expected)


def test_the_discriminator_waits_for_its_step_and_learns_only_by_its_own_loss() -> None:
    stage = stage_of(tiny(adversarial_start=501))
    discriminator = stage.modules["discriminator"]
    before = {name: tensor.clone() for name, tensor in discriminator.state_dict().items()}
    assert not {"adversarial", "discriminator"} & one_step(stage, 0).keys()
    assert all(torch.equal(before[name], tensor) for name, tensor in discriminator.state_dict().items())
    learning = one_step(stage, 1)
    assert "discriminator" in learning
    assert "adversarial" not in learning
    assert not all(torch.equal(before[name], tensor) for name, tensor in discriminator.state_dict().items())
    assert "adversarial" in one_step(stage, 501)
    assert all(parameter.grad is None for parameter in discriminator.parameters())
    # What it learns: to tell pictures that stay the same.
    losses = [one_step(stage, step, 1e-2)["discriminator"] for step in range(1, 30)]
    assert losses[-1] < losses[0]


def test_pieces_give_the_loss_and_the_weights_of_the_whole_batch() -> None:
    whole, parts = (stage_of(tiny(adversarial_weight=0.0)) for _ in range(2))
    for step in range(3):
        one, other = one_step(whole, step), one_step(parts, step, cut=(2, 2))
        torch.testing.assert_close(one["loss"], other["loss"], rtol=1e-4, atol=1e-5)


def test_activations_that_are_computed_twice_are_the_same() -> None:
    once, twice = (stage_of(tiny()) for _ in range(2))
    twice.modules["autoencoder"].vae.enable_gradient_checkpointing()
    for step in range(2):
        one, other = one_step(once, step), one_step(twice, step)
        assert one.keys() == other.keys()
        for name in one:
            torch.testing.assert_close(one[name], other[name], rtol=1e-4, atol=1e-5)


def test_panoramas_are_learnt_without_an_edge() -> None:
    stage = stage_of(tiny())
    network: Autoencoding = stage.modules["autoencoder"]
    pictures, noise = torch.rand(1, 4, 16, 32), torch.randn(1, 4, 8, 16)
    with stage.training(), torch.no_grad():
        painted, mean, _ = network(pictures, noise)
        turned, turned_mean, _ = network(pictures.roll(8, -1), noise.roll(4, -1))
    torch.testing.assert_close(turned, painted.roll(8, -1), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(turned_mean, mean.roll(4, -1), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--size", "60,30"), "multiples of 4"),
        (("--channels", "5"), "choose 4 (plain depth) or 6 (packed depth)"),
        (("--init", "nowhere"), "'nowhere' is neither a folder here nor a name of the hub"),
        (("--init", "CompVis/stable-diffusion-v1-4"), "download it with `hf download CompVis/stable-diffusion-v1-4`"),
        (("--perceptual", "vgg16"), "hf download timm/vgg16.tv_in1k"),
        (("--batch", "13"), "12 samples for a batch of 13"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    pictures: Path,
    given: tuple[str, ...],
    said: str,
    tmp_path: Path,
    hub_cache: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(options(pictures, "--block-channels", "8,8,16", *given, "--out", tmp_path / "run"))
    error = capsys.readouterr().err.strip()
    assert code in {2, 3}
    assert error.startswith("error: ")
    assert "\n" not in error
    assert said in error
