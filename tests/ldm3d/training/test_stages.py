"""A recipe of several stages by the real command: each takes up the result of the one before it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ldm3d.pipelines.loading import load

RECIPE = """
[autoencoder]
size = [128, 64]
channels = 4
block_channels = [8, 16]
block_layers = 1
batch = 4
epochs = 1
rate = 1e-3
adversarial_weight = 0.0
sample_epochs = 0

[diffusion]
size = [128, 64]
autoencoder = "stage:autoencoder"
words = "small"
train_words = true
words_width = 32
block_channels = [16, 32]
block_attention = [0, 1]
block_layers = 1
heads = 4
batch = 4
epochs = 1
rate = 1e-3
average = 0.9
sample_epochs = 0
"""


@pytest.mark.full
def test_a_recipe_of_stages_is_trained_in_order(
    tmp_path: Path, pictures: Path, ldm3d_command: Callable[..., tuple[int, str, str]]
) -> None:
    recipe, out = tmp_path / "both.toml", tmp_path / "run"
    recipe.write_text(RECIPE, encoding="utf-8")
    code, _, said = ldm3d_command("train", "diffusion", "--recipe", recipe, "--data", pictures, "--out", out)
    assert code == 2
    assert "needs" in said
    assert "train that stage first" in said

    begin = ["train", "--recipe", recipe, "--data", pictures, "--out", out, "--quiet", "--resume"]
    code, printed, said = ldm3d_command(*begin, "--minutes", 0.001)
    assert code == 0
    assert "stopped in time at step 1 of 3 of autoencoder" in said
    assert printed.split() == [str(out / "autoencoder" / "result")]
    code, printed, said = ldm3d_command("train", "--out", out, "--resume", "--quiet")  # it knows its stages
    assert code == 0, said
    assert printed.split() == [str(out / stage / "result") for stage in ("autoencoder", "diffusion")]
    code, printed, _ = ldm3d_command("train", "--out", out, "--resume", "--quiet")
    assert (code, printed) == (0, "")  # all is finished

    pipe = load(out / "diffusion" / "result")
    trained = json.loads((out / "autoencoder" / "result" / "config.json").read_text(encoding="utf-8"))
    assert pipe.vae.config.scaling_factor == trained["scaling_factor"] != 0.18215  # measured on its own latents
    assert pipe("a red ball", num_inference_steps=2).rgb.shape == (1, 64, 128, 3)
