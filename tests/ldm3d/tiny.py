"""LDM3D checkpoints at tiny sizes: the real classes, in the layout and with the configuration values of the hub's own.

Only sizes differ from `Intel/ldm3d`, `-4c`, `-pano` and `-sr`. Names inside the weight files, of configuration keys and
of classes are those that the diffusers and transformers of 2023 wrote, deprecated ones included: this is what a program
of today has to read.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import torch

Kind = Literal["ldm3d", "4c", "pano", "sr"]
Weights = Literal["safetensors", "bin"]
KINDS: tuple[Kind, ...] = ("ldm3d", "4c", "pano", "sr")

_WIDTH = 32  # of the text's and the pictures' vectors; the published ones are 768 and 1024
_WRITTEN_BY = "0.17.0.dev0"

_DDIM: dict[str, Any] = {
    "_class_name": "DDIMScheduler",
    "_diffusers_version": _WRITTEN_BY,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "prediction_type": "epsilon",
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "trained_betas": None,
}
_UNET: dict[str, Any] = {
    "_class_name": "UNet2DConditionModel",
    "_diffusers_version": _WRITTEN_BY,
    "act_fn": "silu",
    "attention_head_dim": 8,
    "block_out_channels": [16, 32, 32, 32],
    "center_input_sample": False,
    "cross_attention_dim": _WIDTH,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "downsample_padding": 1,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "in_channels": 4,
    "layers_per_block": 1,
    "mid_block_scale_factor": 1,
    "norm_eps": 1e-05,
    "norm_num_groups": 8,
    "out_channels": 4,
    "sample_size": 8,
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
}
_VAE: dict[str, Any] = {
    "_class_name": "AutoencoderKL",
    "_diffusers_version": _WRITTEN_BY,
    "act_fn": "silu",
    "block_out_channels": [8, 16, 16, 16],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "latent_channels": 4,
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "sample_size": 64,
    "scaling_factor": 0.18215,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
}
_TOWER: dict[str, Any] = {
    "attention_dropout": 0.0,
    "dropout": 0.0,
    "hidden_act": "quick_gelu",
    "hidden_size": _WIDTH,
    "initializer_factor": 1.0,
    "initializer_range": 0.02,
    "intermediate_size": 64,
    "layer_norm_eps": 1e-05,
    "num_attention_heads": 2,
    "num_hidden_layers": 2,
    "projection_dim": 16,
}
_IMAGES = {"image_size": 32, "patch_size": 16}  # 224 and 14


def channels(kind: Kind) -> int:
    """Return how many channels the kind's VAE has: colour and packed depth are 6, colour and plain depth 4."""
    return 6 if kind == "ldm3d" else 4


def write_checkpoint(folder: Path, kind: Kind = "ldm3d", weights: Weights = "safetensors") -> Path:
    """Write a checkpoint with random weights (always the same) into `folder` and return it; VAE factor 8.

    ldm3d and 4c have 64×64 as their own size, pano 128×64. The safety checker finds nothing; with
    `concept_embeds_weights` filled with −1 it finds every picture.
    """
    folder.mkdir(parents=True, exist_ok=True)
    unet, vae = dict(_UNET), {**_VAE, "in_channels": channels(kind), "out_channels": channels(kind)}
    if kind == "pano":
        unet["sample_size"] = [8, 16]
    if kind == "sr":
        unet |= {"in_channels": 8, "num_class_embeds": 1000, "class_embed_type": None}
    _config(folder / "unet" / "config.json", unet)
    _config(folder / "vae" / "config.json", vae)
    _config(folder / "scheduler" / "scheduler_config.json", _DDIM)
    _write_tokenizer(folder / "tokenizer")
    _config(folder / "text_encoder" / "config.json", _text_config())
    _config(folder / "safety_checker" / "config.json", _checker_config())
    _config(folder / "feature_extractor" / "preprocessor_config.json", _extractor_config(kind))
    if kind == "sr":
        _config(
            folder / "low_res_scheduler" / "scheduler_config.json",
            {**_DDIM, "_class_name": "DDPMScheduler", "variance_type": "fixed_small"},
        )
    _config(folder / "model_index.json", _index(kind))
    for name, state in _weights(kind).items():
        stem = "diffusion_pytorch_model" if name in {"unet", "vae"} else "model"
        _save(folder / name, stem, state, weights)
    return folder


def make_everything_unsafe(pipe: Any) -> None:
    """Turn the pipeline's safety checker so that it finds something in every picture."""
    pipe.safety_checker.concept_embeds_weights.data.fill_(-1.0)


def write_lora(folder: Path, seed: int = 0) -> Path:
    """Write a LoRA of rank 2 for the U-Net's cross attention, as trainers save it, with a large effect."""
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, tensor in _weights("ldm3d")["unet"].items():
        if name.endswith(("attn2.to_q.weight", "attn2.to_v.weight")):
            rows, columns = tensor.shape
            layer = name.removesuffix(".weight")
            state[f"unet.{layer}.lora.down.weight"] = torch.randn(2, columns, generator=generator)
            state[f"unet.{layer}.lora.up.weight"] = torch.randn(rows, 2, generator=generator)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(state, folder / "pytorch_lora_weights.safetensors")
    return folder


def write_ip_adapter(folder: Path) -> Path:
    """Write an IP-Adapter for the tiny U-Net, with its image encoder, in the layout of `h94/IP-Adapter`."""
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(0)
    state = {
        "image_proj.proj.weight": torch.randn(4 * _WIDTH, 16, generator=generator),
        "image_proj.proj.bias": torch.zeros(4 * _WIDTH),
        "image_proj.norm.weight": torch.ones(_WIDTH),
        "image_proj.norm.bias": torch.zeros(_WIDTH),
    }
    # Numbered as the attention processors are: down, up, mid; the odd ones are the cross attentions.
    cross = [name for name in _weights("ldm3d")["unet"] if name.endswith("attn2.to_k.weight")]
    order = sorted(cross, key=lambda name: ("down_blocks", "up_blocks", "mid_block").index(name.split(".")[0]))
    for number, name in enumerate(order):
        rows = _weights("ldm3d")["unet"][name].shape[0]
        for which in ("to_k_ip", "to_v_ip"):
            state[f"ip_adapter.{2 * number + 1}.{which}.weight"] = torch.randn(rows, _WIDTH, generator=generator)
    models = folder / "models"
    models.mkdir(parents=True, exist_ok=True)
    save_file(state, models / "ip-adapter_sd15.safetensors")
    encoder = models / "image_encoder"
    _config(
        encoder / "config.json",
        {"architectures": ["CLIPVisionModelWithProjection"], "model_type": "clip_vision_model", **_TOWER, **_IMAGES},
    )
    _save(encoder, "model", _image_encoder_weights(), "safetensors")
    return folder


def _index(kind: Kind) -> dict[str, Any]:
    index: dict[str, Any] = {
        "_class_name": "StableDiffusionUpscaleLDM3DPipeline" if kind == "sr" else "StableDiffusionLDM3DPipeline",
        "_diffusers_version": _WRITTEN_BY,
        "feature_extractor": ["transformers", _extractor_config(kind)["image_processor_type"]],
        "requires_safety_checker": True,
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    if kind == "sr":
        index |= {
            "low_res_scheduler": ["diffusers", "DDPMScheduler"],
            "max_noise_level": 350,
            "watermarker": [None, None],
        }
        del index["requires_safety_checker"]
    return index


def _text_config() -> dict[str, Any]:
    return {
        "architectures": ["CLIPTextModel"],
        "bos_token_id": 0,
        "eos_token_id": 2,  # wrong, and in every checkpoint of Stable Diffusion 1: the end is the largest token
        "max_position_embeddings": 77,
        "model_type": "clip_text_model",
        "pad_token_id": 1,
        "torch_dtype": "float32",
        "transformers_version": "4.29.2",
        "vocab_size": 514,
        **_TOWER,
    }


def _checker_config() -> dict[str, Any]:
    text = {key: value for key, value in _text_config().items() if key not in {"architectures", "torch_dtype"}}
    return {
        "architectures": ["StableDiffusionSafetyChecker"],
        "initializer_factor": 1.0,
        "logit_scale_init_value": 2.6592,
        "model_type": "clip",
        "projection_dim": 16,
        "text_config": text,
        "torch_dtype": "float32",
        "vision_config": {"model_type": "clip_vision_model", "num_channels": 3, **_TOWER, **_IMAGES},
    }


def _extractor_config(kind: Kind) -> dict[str, Any]:
    size = _IMAGES["image_size"]
    # The name and the plain numbers of before June 2023, and what they became.
    old = kind == "ldm3d"
    return {
        "crop_size": size if old else {"height": size, "width": size},
        "do_center_crop": True,
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "feature_extractor_type": "CLIPFeatureExtractor",
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_processor_type": "CLIPFeatureExtractor" if old else "CLIPImageProcessor",
        "image_std": [0.26862954, 0.26130258, 0.27577711],
        "resample": 3,
        "rescale_factor": 1 / 255,
        "size": size if old else {"shortest_edge": size},
    }


def _write_tokenizer(folder: Path) -> None:
    """Write a byte-level CLIP tokenizer: every byte, plain and at the end of a word, and a few merges."""
    bytes_ = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(byte) for byte in bytes_] + [chr(256 + number) for number in range(256 - len(bytes_))]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    _config(folder / "vocab.json", {word: number for number, word in enumerate(words)})
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    special = {
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
    }
    _config(folder / "special_tokens_map.json", special)
    _config(
        folder / "tokenizer_config.json",
        {
            **special,
            "add_prefix_space": False,
            "clean_up_tokenization_spaces": True,
            "do_lower_case": True,
            "errors": "replace",
            "model_max_length": 77,
            "tokenizer_class": "CLIPTokenizer",
        },
    )


@functools.cache
def _weights(kind: Kind) -> dict[str, dict[str, torch.Tensor]]:
    """Return the state of each network, under the names that a file of 2023 has for it."""
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPTextConfig, CLIPTextModel

    unet = dict(_UNET)
    if kind == "sr":
        unet |= {"in_channels": 8, "num_class_embeds": 1000}
    vae = {**_VAE, "in_channels": channels(kind), "out_channels": channels(kind)}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        states = {
            "unet": UNet2DConditionModel.from_config(unet).state_dict(),
            "vae": _old_attention(AutoencoderKL.from_config(vae).state_dict()),
            "text_encoder": CLIPTextModel(CLIPTextConfig(**_text_config())).state_dict(),
            "safety_checker": StableDiffusionSafetyChecker(CLIPConfig(**_checker_config())).state_dict(),
        }
    text = {f"text_model.{name}": tensor for name, tensor in states["text_encoder"].items()}
    text["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    checker = {
        f"vision_model.{name}" if name.startswith("vision_model.") else name: tensor
        for name, tensor in states["safety_checker"].items()
    }
    checker["vision_model.vision_model.embeddings.position_ids"] = torch.arange(5)[None]
    return {**states, "text_encoder": text, "safety_checker": checker}


@functools.cache
def _image_encoder_weights() -> dict[str, torch.Tensor]:
    import torch
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return dict(CLIPVisionModelWithProjection(CLIPVisionConfig(**_TOWER, **_IMAGES)).state_dict())


def _old_attention(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Name the VAE's attention as its files did until 2024."""
    names = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    renamed = {}
    for name, tensor in state.items():
        for new, old in names.items():
            name = name.replace(f".{new}.", f".{old}.")  # noqa: PLW2901
        renamed[name] = tensor
    return renamed


def _save(folder: Path, stem: str, state: dict[str, torch.Tensor], weights: Weights) -> None:
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    if weights == "safetensors":
        whole = {name: tensor.contiguous() for name, tensor in state.items()}
        save_file(whole, folder / f"{stem}.safetensors", metadata={"format": "pt"})
    else:
        old_stem = "pytorch_model" if stem == "model" else stem
        torch.save(state, folder / f"{old_stem}.bin")


def _config(path: Path, config: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
