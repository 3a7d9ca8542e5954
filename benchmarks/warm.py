"""How soon a warm model takes its first step: `python -m benchmarks.warm CHECKPOINT`.

CHECKPOINT is a folder that `benchmarks.full_size` wrote. One process runs the program's own job several times, with a
preview, as the worker does; the first loads the model. Measured is the time from the job's start to the first
forward of the U-Net, and how much of it the text encoder takes. The picture is
small, which this time does not depend on.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from transformers import CLIPTextModel

from benchmarks import measure
from depthfusion.generate.jobs import GenerateJob, unload
from depthfusion.jobs.progress import Progress


def main() -> None:
    """Measure and write results/ldm3d_warm.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    begun: dict[Any, float] = {}
    texts: list[float] = []

    def begin(network: Any, *_: Any) -> None:
        if isinstance(network, UNet2DConditionModel | CLIPTextModel):
            begun[type(network)] = time.perf_counter()

    def end(network: Any, *_: Any) -> None:
        if isinstance(network, CLIPTextModel):
            texts.append(time.perf_counter() - begun[type(network)])

    hooks = register_module_forward_pre_hook(begin), register_module_forward_hook(end)
    first, text = [], []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DEPTHFUSION_HOME"] = folder
        for seed in range(arguments.runs + 1):
            request = {
                "prompt": "a tranquil forest at dawn",
                "engine": str(arguments.checkpoint),
                "seed": seed,
                "size": [128, 64],
                "steps": 1,
            }
            texts.clear()
            began = time.perf_counter()
            GenerateJob(request, str(Path(folder) / f"{seed}.png")).run(Progress(preview=lambda *_: None))
            first.append(begun[UNet2DConditionModel] - began)
            text.append(sum(texts))
    unload()
    for hook in hooks:
        hook.remove()
    about = f"torch {torch.__version__.split('+')[0]}, {torch.get_num_threads()} threads"
    cases: list[dict[str, Any]] = [
        {"name": "a model to be loaded", "text encoder, s": text[0], "runs": first[:1]},
        {"name": "a warm model", "text encoder, s": statistics.median(text[1:]), "runs": first[1:]},
    ]
    measure.record("ldm3d_warm", "s", cases, torch=about)


if __name__ == "__main__":
    main()
