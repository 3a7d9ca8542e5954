"""Inception and CLIP at tiny sizes: a TorchScript file with the published one's way of being called; the real CLIP."""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from tests.ldm3d import tiny


class TinyInception(nn.Module):
    """Takes uint8 [N, 3, H, W]; `return_features` gives 6 numbers a picture, else the probabilities of 5 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Linear(12, 6)
        self.output = nn.Linear(6, 5)

    def forward(
        self, img: Tensor, return_features: bool = False, use_fp16: bool = False, no_output_bias: bool = False
    ) -> Tensor:
        x = nn.functional.adaptive_avg_pool2d((img.to(torch.float32) - 128.0) / 128.0, (2, 2)).flatten(1)
        features = torch.tanh(self.mix(x))
        if return_features:
            return features
        told = self.output(features)
        return torch.softmax(told - self.output.bias if no_output_bias else told, dim=1)


def write_inception(path: Path) -> Path:
    """Write the network with weights that are always the same."""
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch would rather have another format
        torch.manual_seed(3)
        torch.jit.script(TinyInception()).save(str(path))
    return path


def write_clip(folder: Path) -> Path:
    """Write a CLIP with random weights, its tokenizer and image processor, in the hub's layout."""
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTextConfig, CLIPVisionConfig

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = CLIPTextConfig(vocab_size=514, bos_token_id=512, eos_token_id=513, pad_token_id=513, **sizes)
    vision = CLIPVisionConfig(image_size=32, patch_size=16, **sizes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        model = CLIPModel(CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=16))
    model.save_pretrained(folder)
    CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(folder)
    with tempfile.TemporaryDirectory() as place:
        tokenizer = tiny.write_checkpoint(Path(place), "4c") / "tokenizer"
        shutil.copytree(tokenizer, folder, dirs_exist_ok=True)
    return folder


def write_colour_checkpoint(folder: Path) -> Path:
    """Write a plain Stable Diffusion, whose autoencoder has three channels, as the paper's baselines are."""
    from diffusers import AutoencoderKL

    tiny.write_checkpoint(folder, "4c")
    config = json.loads((folder / "vae" / "config.json").read_text("utf-8"))
    shutil.rmtree(folder / "vae")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(6)
        AutoencoderKL.from_config({**config, "in_channels": 3, "out_channels": 3}).save_pretrained(folder / "vae")
    index = json.loads((folder / "model_index.json").read_text("utf-8"))
    index["_class_name"] = "StableDiffusionPipeline"
    (folder / "model_index.json").write_text(json.dumps(index), "utf-8")
    return folder
