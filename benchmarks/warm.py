"""How soon a warm model takes its first step: `python -m benchmarks.warm CHECKPOINT`.

CHECKPOINT is a folder that `benchmarks.full_size` wrote. One process runs the program's own job several times, with a
preview, as the worker does; the first loads the model. Measured is the time from the job's start to the first
forward of the U-Net, with the prompt of the picture before and with another one, and how much of it the text encoder
takes. The picture is small, which this time does not depend on.
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
    prompts = ["a tranquil forest at dawn"] * (arguments.runs + 1)
    prompts += [f"a tranquil forest with {number} deer" for number in range(arguments.runs)]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DEPTHFUSION_HOME"] = folder
        for seed, prompt in enumerate(prompts):
            request = {
                "prompt": prompt,
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
        _case("a warm model, another seed", first[1 : arguments.runs + 1], text[1 : arguments.runs + 1]),
        _case("a warm model, another prompt", first[arguments.runs + 1 :], text[arguments.runs + 1 :]),
    ]
    measure.record("ldm3d_warm", "s", cases, torch=about)


def _case(name: str, first: list[float], text: list[float]) -> dict[str, Any]:
    return {"name": name, "text encoder, s": statistics.median(text), "runs": first}


if __name__ == "__main__":
    main()
