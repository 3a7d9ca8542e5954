"""The networks that look at pictures, and the checkpoints that paint: found, or missed in one sentence."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoTokenizer, CLIPImageProcessor, CLIPModel

from ldm3d.errors import InputError, MachineError
from ldm3d.evaluation import sources
from ldm3d.evaluation.autoencoder import open_coder
from ldm3d.evaluation.metrics import clip_similarity
from ldm3d.evaluation.seeing import Clip, Inception, find_inception, fitted
from tests.ldm3d import tiny_depth
from tests.ldm3d.evaluation import tiny_eyes


@pytest.fixture
def pictures() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (3, 48, 64, 3), np.uint8)


@pytest.fixture(autouse=True)
def no_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


def test_inception_tells_features_and_the_probabilities_without_the_last_bias(
    inception: Path, pictures: np.ndarray
) -> None:
    seen = Inception(inception, "cpu").look(pictures)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        network = tiny_eyes.TinyInception().eval()
    pixels = torch.from_numpy(np.moveaxis(pictures, -1, 1).copy())
    with torch.no_grad():
        features = network(pixels, return_features=True)
        classes = (features @ network.output.weight.T).softmax(1)
    assert seen["features"] == pytest.approx(features.numpy(), abs=1e-6)
    assert seen["classes"] == pytest.approx(classes.numpy(), abs=1e-6)


def test_inception_is_found_by_file_folder_and_in_torchs_cache(inception: Path, tmp_path: Path) -> None:
    file = inception / "inception-2015-12-05.pt"
    assert find_inception(file) == find_inception(inception) == file
    kept = tmp_path / "torch" / "hub" / "checkpoints" / file.name
    kept.parent.mkdir(parents=True)
    kept.write_bytes(file.read_bytes())
    assert find_inception(file.name) == kept


def test_inception_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="--metrics clip"):
        find_inception("inception-2015-12-05.pt")
    (tmp_path / "text.pt").write_text("no network", "utf-8")
    with pytest.raises(InputError, match="is no TorchScript network"):
        Inception(tmp_path / "text.pt", "cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(torch.nn.ReLU()).save(str(tmp_path / "other.pt"))
    with pytest.raises(InputError, match="does not look at pictures"):
        Inception(tmp_path / "other.pt", "cpu")


def test_clip_similarity_is_that_of_transformers_clip(clip: Path, pictures: np.ndarray) -> None:
    words = ["a dog", "two cats on a mat", "x" * 400]
    told = Clip(str(clip), "cpu").similarity(pictures, words)
    model = CLIPModel.from_pretrained(clip).eval()
    tokenizer, processor = AutoTokenizer.from_pretrained(clip), CLIPImageProcessor.from_pretrained(clip)
    for at, word in enumerate(words):  # one by one: padding must not matter
        tokens = tokenizer([word], truncation=True, max_length=77, return_tensors="pt")
        pixels = processor(images=[pictures[at]], return_tensors="pt")["pixel_values"]
        with torch.no_grad():
            both = model(input_ids=tokens["input_ids"], pixel_values=pixels)
        expected = clip_similarity(both.image_embeds.numpy(), both.text_embeds.numpy())
        assert told[at] == pytest.approx(expected[0], abs=1e-3)


def test_clip_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="hf download openai/clip-vit-large-patch14"):
        Clip("openai/clip-vit-large-patch14", "cpu")
    with pytest.raises(InputError, match="is no CLIP that can be loaded"):
        Clip(str(tmp_path), "cpu")


@pytest.mark.parametrize("size", [(64, 48), (300, 100), (100, 300)])
def test_real_pictures_are_cut_around_their_middle_and_never_stretched(tmp_path: Path, size: tuple[int, int]) -> None:
    """A disc in the middle stays round."""
    x, y = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    disc = np.hypot(x - size[0] / 2, y - size[1] / 2) < 0.3 * min(size)
    Image.fromarray(np.where(disc, 255, 0).astype(np.uint8)).save(tmp_path / "disc.png")
    found = fitted(tmp_path / "disc.png", (64, 64))
    assert found.shape == (64, 64, 3)
    x, y = np.meshgrid(np.arange(64) + 0.5, np.arange(64) + 0.5)
    expected = np.hypot(x - 32, y - 32) < 0.3 * 64
    assert np.mean((found[..., 0] > 127) != expected) < 0.03


def test_pictures_that_are_none_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no picture", "utf-8")
    with pytest.raises(InputError, match="cannot be read as a picture"):
        fitted(tmp_path / "a.jpg", (64, 64))


def test_sources_say_what_they_paint(checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    packed, plain = sources.open_source(str(checkpoint("ldm3d"))), sources.open_source(str(checkpoint("pano")))
    assert (packed.channels, packed.size, packed.has_depth) == (6, (64, 64), True)
    assert (plain.channels, plain.size) == (4, (128, 64))
    colour = sources.open_source(str(tiny_eyes.write_colour_checkpoint(tmp_path / "sd")))
    assert (colour.channels, colour.has_depth) == (3, False)
    assert len({packed.fingerprint, plain.fingerprint, colour.fingerprint}) == 3


def test_what_paints_nothing_is_said(checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="paints nothing from text"):
        sources.open_source(str(checkpoint("sr")))
    with pytest.raises(InputError, match="paints nothing from text"):
        sources.open_source(str(tiny_depth.write_estimator(tmp_path / "dpt", "dpt")))
    with pytest.raises(InputError, match="neither a folder here nor a checkpoint"):
        sources.open_source("nowhere")
    with pytest.raises(MachineError, match="has not been downloaded"):
        sources.open_source("Intel/ldm3d")


def test_a_damaged_baseline_is_said(tmp_path: Path) -> None:
    colour = tiny_eyes.write_colour_checkpoint(tmp_path / "sd")
    weights = colour / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(InputError, match="cannot be loaded"):
        sources.open_source(str(colour)).load("cpu", torch.float32)


def test_autoencoders_come_from_checkpoints_and_folders_of_their_own(checkpoint: Callable[..., Path]) -> None:
    whole = sources.vae_folder(str(checkpoint("4c")))
    assert whole == sources.vae_folder(str(whole)) == checkpoint("4c") / "vae"
    assert open_coder(whole, "own", "cpu").channels == 4


def test_autoencoders_that_are_none_are_said(checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    vae = tmp_path / "vae"
    vae.mkdir()
    config = json.loads((checkpoint("4c") / "vae" / "config.json").read_text("utf-8"))
    (vae / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(InputError, match="cannot be loaded as an autoencoder"):
        open_coder(vae, "own", "cpu")
