"""Depth estimators at tiny sizes: the real classes, in the hub's layout of DPT, Depth Anything V2 and ZoeDepth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

Kind = Literal["dpt", "depth_anything", "zoedepth"]
KINDS: tuple[Kind, ...] = ("dpt", "depth_anything", "zoedepth")

_HEAD: dict[str, Any] = {"neck_hidden_sizes": [8, 8, 8, 8], "fusion_hidden_size": 8}
_BACKBONE: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 4,
    "num_attention_heads": 2,
    "reshape_hidden_states": False,
}
_HALF, _IMAGENET = [0.5, 0.5, 0.5], ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
_PROCESSORS: dict[str, dict[str, Any]] = {
    # As dpt-large's of 2022: the class is named by a key that today's transformers no longer write.
    "dpt": {
        "do_normalize": True,
        "do_resize": True,
        "feature_extractor_type": "DPTFeatureExtractor",
        "image_mean": _HALF,
        "image_std": _HALF,
        "resample": 2,
        "size": 32,
    },
    "depth_anything": {
        "do_normalize": True,
        "do_pad": False,
        "do_rescale": True,
        "do_resize": True,
        "ensure_multiple_of": 14,
        "image_mean": _IMAGENET[0],
        "image_processor_type": "DPTImageProcessor",
        "image_std": _IMAGENET[1],
        "keep_aspect_ratio": True,
        "resample": 3,
        "rescale_factor": 0.00392156862745098,
        "size": {"height": 42, "width": 42},
        "size_divisor": None,
    },
    "zoedepth": {
        "do_normalize": True,
        "do_pad": True,
        "do_rescale": True,
        "do_resize": True,
        "ensure_multiple_of": 32,
        "image_mean": _HALF,
        "image_processor_type": "ZoeDepthImageProcessor",
        "image_std": _HALF,
        "keep_aspect_ratio": True,
        "resample": 2,
        "rescale_factor": 0.00392156862745098,
        "size": {"height": 64, "width": 96},
    },
}


def write_estimator(folder: Path, kind: Kind, weights: Literal["safetensors", "bin"] = "safetensors") -> Path:
    """Write a checkpoint with random weights that tells different depths of different pictures; return `folder`."""
    import torch
    from transformers.utils import logging

    folder.mkdir(parents=True)
    logging.disable_progress_bar()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        model = _model(kind)
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1:
                torch.nn.init.normal_(parameter, std=0.3 if kind != "zoedepth" else 0.1)
            elif name.endswith("bias"):
                torch.nn.init.constant_(parameter, 0.1)
    model.save_pretrained(folder)
    if weights == "bin":
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    (folder / "preprocessor_config.json").write_text(json.dumps(_PROCESSORS[kind], indent=2), "utf-8")
    return folder


def _model(kind: Kind) -> Any:
    import transformers

    if kind == "dpt":
        sizes = {name: value for name, value in _BACKBONE.items() if name != "reshape_hidden_states"}
        return transformers.DPTForDepthEstimation(
            transformers.DPTConfig(
                **sizes, **_HEAD, intermediate_size=32, image_size=32, patch_size=16, backbone_out_indices=[0, 1, 2, 3]
            )
        )
    if kind == "depth_anything":
        own = {"model_type": "dinov2", "image_size": 42, "patch_size": 14, "out_indices": [1, 2, 3, 4]}
        return transformers.DepthAnythingForDepthEstimation(
            transformers.DepthAnythingConfig(
                backbone_config={**_BACKBONE, **own}, **_HEAD, reassemble_hidden_size=16, head_hidden_size=8
            )
        )
    backbone = {
        **_BACKBONE,
        "model_type": "beit",
        "intermediate_size": 32,
        "image_size": 32,
        "patch_size": 16,
        "use_relative_position_bias": True,
        "out_features": ["stage1", "stage2", "stage3", "stage4"],
    }
    return transformers.ZoeDepthForDepthEstimation(
        transformers.ZoeDepthConfig(
            backbone_config=backbone, **_HEAD, bottleneck_features=8, num_relative_features=8,
            num_attractors=[4, 2, 2, 1], bin_embedding_dim=8,
        )
    )  # fmt: skip
