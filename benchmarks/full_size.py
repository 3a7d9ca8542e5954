"""The published checkpoints' own sizes with random weights: what they count, and a folder to load them from.

`python -m benchmarks.full_size FOLDER` writes such a checkpoint (5.5 GB) for the other measurements to share.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import CLIPConfig, CLIPTextConfig, CLIPTextModel

from tests.ldm3d import tiny

NETWORKS = ("unet", "vae", "text_encoder", "safety_checker")

# Stable Diffusion 1's, as `unet/config.json`, `vae/config.json` and so on of the published checkpoints have them.
UNET = {
    "attention_head_dim": 8,
    "block_out_channels": [320, 640, 1280, 1280],
    "cross_attention_dim": 768,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "in_channels": 4,
    "layers_per_block": 2,
    "out_channels": 4,
    "sample_size": 64,
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
}
VAE = {
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "latent_channels": 4,
    "layers_per_block": 2,
    "norm_num_groups": 32,
    "sample_size": 512,
    "scaling_factor": 0.18215,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
}
TEXT = {
    "hidden_act": "quick_gelu",
    "hidden_size": 768,
    "intermediate_size": 3072,
    "max_position_embeddings": 77,
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "projection_dim": 768,
    "vocab_size": 49408,
}
SIGHT = {
    "hidden_act": "quick_gelu",
    "hidden_size": 1024,
    "image_size": 224,
    "intermediate_size": 4096,
    "num_attention_heads": 16,
    "num_hidden_layers": 24,
    "patch_size": 14,
    "projection_dim": 768,
}


def network(name: str, channels: int = 6) -> torch.nn.Module:
    """Return "unet", "vae" (of 6 or 4 channels; 3 is Stable Diffusion's), "text_encoder" or "safety_checker", float32.

    Weights are torch's random ones; under `torch.device("meta")` there are none, and it takes no memory.
    """
    made: torch.nn.Module
    match name:
        case "unet":
            made = UNet2DConditionModel.from_config(UNET)
        case "vae":
            made = AutoencoderKL.from_config({**VAE, "in_channels": channels, "out_channels": channels})
        case "text_encoder":
            made = CLIPTextModel(CLIPTextConfig(**TEXT))
        case _:
            made = StableDiffusionSafetyChecker(CLIPConfig(text_config=TEXT, vision_config=SIGHT, projection_dim=768))
    return made.eval()


def parameters(module: torch.nn.Module) -> int:
    """Return how many parameters a network has."""
    return sum(parameter.numel() for parameter in module.parameters())


def write(folder: Path) -> Path:
    """Write a checkpoint of the published size, always the same, into `folder`; one already there is kept."""
    if not (folder / "model_index.json").exists():
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        tiny.write_checkpoint(part)  # the tokenizer, the scheduler and the index
        torch.manual_seed(0)
        for name in NETWORKS:
            shutil.rmtree(part / name)
            network(name).save_pretrained(part / name)  # type: ignore[operator]
        extractor = part / "feature_extractor" / "preprocessor_config.json"
        settings: dict[str, Any] = json.loads(extractor.read_text(encoding="utf-8"))
        extractor.write_text(json.dumps({**settings, "crop_size": 224, "size": 224}), encoding="utf-8")
        part.rename(folder)
    return folder


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    print(write(parser.parse_args().folder))
