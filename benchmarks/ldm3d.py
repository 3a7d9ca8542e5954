"""What LDM3D takes at its full size, and what we add to its networks: `python -m benchmarks.ldm3d CHECKPOINT`.

CHECKPOINT is a folder that `benchmarks.full_size` wrote (random weights take as long as trained ones). Each run has a
process of its own that loads the checkpoint through the public pipeline, draws a tiny picture to be warm, and then one
of the size asked for, with the live preview at every step. Within that run the forwards of U-Net, VAE and text encoder
are timed by hooks: what is left is ours, the safety checker included. With few steps its share is large, so what it
would be at the paper's 50 steps, which all take as long, stands beside it. The bare loop, in its own process too, has
the same components and nothing but the forwards and the scheduler's step; `--alone` leaves it out.

Memory is the process's peak of resident memory while painting, without what it had after its imports; that of loading
stands beside it (it counts pages of the files that are only mapped, and given up when others need them). Needs Linux.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import measure

PROMPT = "360 view of a tranquil forest at dawn"
GUIDANCE = 7.0
TIMED = ("text_encoder", "unet", "vae.decoder", "safety_checker")
NETWORKS = ("text_encoder", "unet", "vae.decoder")


def main() -> None:
    """Measure and write results/ldm3d_time.json and results/ldm3d_memory.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--sizes", nargs="+", default=["512x512", "1024x512"])
    parser.add_argument("--types", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--alone", action="store_true", help="leave out the bare loop")
    parser.add_argument("--note", help="what the page of results should say of the machine")
    parser.add_argument("--add", action="store_true", help="keep what is stored")
    parser.add_argument("--child", choices=["ours", "bare"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        size = tuple(int(side) for side in arguments.sizes[0].split("x"))
        child = ours if arguments.child == "ours" else bare
        print(json.dumps(child(arguments.checkpoint, size, arguments.types[0], arguments.steps)))
        return
    times, memory = (_stored(name) if arguments.add else [] for name in ("ldm3d_time", "ldm3d_memory"))
    for size in arguments.sizes:
        for kind in arguments.types:
            loop = None if arguments.alone else _child(arguments, "bare", size, kind)
            run = _child(arguments, "ours", size, kind)
            name = f"{size.replace('x', '×')}, {kind}"
            times.append(_time_case(name, arguments.steps, run))
            memory.append(_memory_case(name, run, loop))
            about = {"torch": f"torch {run['torch']}", **({"note": arguments.note} if arguments.note else {})}
            measure.record("ldm3d_time", "s", times, **about)  # each at once: they take long
            measure.record("ldm3d_memory", "GB", memory, **about)


def _stored(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((measure.RESULTS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return cases


def _child(arguments: argparse.Namespace, who: str, size: str, kind: str) -> dict[str, Any]:
    own = ["--child", who, "--sizes", size, "--types", kind, "--steps", str(arguments.steps)]
    command = [sys.executable, "-m", "benchmarks.ldm3d", str(arguments.checkpoint), *own]
    done = subprocess.run(command, cwd=measure.ROOT, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(who, size, kind, json.dumps(result), flush=True)
    return result


def _time_case(name: str, steps: int, run: dict[str, Any]) -> dict[str, Any]:
    step = statistics.median(run["unet"])
    outside = run["total"] - sum(sum(run[network]) for network in NETWORKS)
    paper = run["total"] + (50 - steps) * step  # every step takes as long
    return {
        "name": name,
        "commit": measure.commit()[:12],
        "steps": steps,
        "threads": run["threads"],
        "U-Net a step, s": step,
        "decoder, s": sum(run["vae.decoder"]),
        "text encoder, s": sum(run["text_encoder"]),
        "safety checker, s": sum(run["safety_checker"]),
        "outside the three networks, %": 100 * outside / run["total"],
        "at 50 steps, %": 100 * outside / paper,
        "until the first step, s": run["first"],
        "preview of a step, %": 100 * statistics.median(run["preview"]) / step,
        "runs": [run["total"]],
    }


def _memory_case(name: str, run: dict[str, Any], loop: dict[str, Any] | None) -> dict[str, Any]:
    peak = run["peak"] - run["imported"]
    case = {
        "name": name,
        "commit": measure.commit()[:12],
        "loading, GB": (run["loading"] - run["imported"]) / 1e9,
        "weights, GB": run["weights"] / 1e9,
        "runs": [peak / 1e9],
    }
    if loop is None:
        return case
    activations = loop["peak"] - loop["loaded"]
    return {
        **case,
        "bare loop's activations, GB": activations / 1e9,
        "peer": "weights and activations",
        "ratio": peak / (run["weights"] + activations),
    }


def ours(checkpoint: Path, size: tuple[int, int], kind: str, steps: int) -> dict[str, Any]:
    """Draw one picture through the public pipeline and return seconds by network, and bytes."""
    import torch
    import transformers
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

    from ldm3d import LDM3DPipeline
    from ldm3d.pipelines.loading import load
    from ldm3d.preview import LatentPreview

    _ = LDM3DPipeline, StableDiffusionSafetyChecker, transformers.CLIPTextModel, transformers.CLIPTokenizer
    imported = _memory("VmRSS")  # with all that is imported where it is first used
    pipe = load(checkpoint, task="text", device="cpu", dtype=getattr(torch, kind))
    pipe.set_progress_bar_config(disable=True)
    pipe(PROMPT, width=128, height=64, num_inference_steps=1, guidance_scale=GUIDANCE)
    loading = _memory("VmHWM")
    _forget_peak()
    began = time.perf_counter()
    show = LatentPreview(pipe.vae)
    fit = time.perf_counter() - began
    previews: list[float] = []

    def preview(_pipe: Any, _step: int, _timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        began = time.perf_counter()
        show(values["latents"])
        previews.append(time.perf_counter() - began)
        return {}

    with _timed({name: pipe_part(pipe, name) for name in TIMED}) as (seconds, starts):
        began = time.perf_counter()
        pipe(
            PROMPT,
            width=size[0],
            height=size[1],
            num_inference_steps=steps,
            guidance_scale=GUIDANCE,
            generator=torch.Generator().manual_seed(1),
            callback_on_step_end=preview,
        )
        total = time.perf_counter() - began
    return {
        **seconds,
        "torch": torch.__version__.split("+")[0],
        "threads": torch.get_num_threads(),
        "total": total,
        "first": starts["unet"] - began,
        "preview": previews,
        "fit": fit,
        "imported": imported,
        "loading": loading,
        "weights": sum(_bytes(pipe_part(pipe, name)) for name in ("text_encoder", "unet", "vae", "safety_checker")),
        "peak": _memory("VmHWM"),
    }


def bare(checkpoint: Path, size: tuple[int, int], kind: str, steps: int) -> dict[str, Any]:
    """Run the networks and the scheduler alone, as little as makes a picture, and return bytes."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPTextModel

    classes = {
        "unet": UNet2DConditionModel,
        "vae": AutoencoderKL,
        "text_encoder": CLIPTextModel,
        "safety_checker": StableDiffusionSafetyChecker,
    }
    parts: dict[str, Any] = {
        name: kind_of.from_pretrained(checkpoint / name, torch_dtype=getattr(torch, kind)).eval()
        for name, kind_of in classes.items()
    }
    scheduler = DDIMScheduler.from_pretrained(checkpoint / "scheduler")
    unet, vae = parts["unet"], parts["vae"]
    for part in parts.values():
        for parameter in part.parameters():
            parameter.sum()  # reads what loading has only mapped
    _forget_peak()
    loaded = _memory("VmRSS")
    with torch.inference_mode():
        text = parts["text_encoder"](torch.ones(2, 77, dtype=torch.long)).last_hidden_state
        scheduler.set_timesteps(steps)
        latents = torch.randn(1, 4, size[1] // 8, size[0] // 8, generator=torch.Generator().manual_seed(1))
        latents = latents.to(unet.dtype)
        for timestep in scheduler.timesteps:
            empty, full = unet(torch.cat([latents] * 2), timestep, encoder_hidden_states=text).sample.chunk(2)
            latents = scheduler.step(empty + GUIDANCE * (full - empty), timestep, latents).prev_sample
        vae.decode(latents / vae.config.scaling_factor).sample.float().numpy()
    return {"loaded": loaded, "peak": _memory("VmHWM")}


def pipe_part(pipe: Any, name: str) -> Any:
    """Return the pipeline's component or its part `name`, a dotted path."""
    for word in name.split("."):
        pipe = getattr(pipe, word)
    return pipe


@contextmanager
def _timed(networks: dict[str, Any]) -> Iterator[tuple[dict[str, list[float]], dict[str, float]]]:
    """Collect the seconds of every forward by name, and when the first of each began."""
    seconds: dict[str, list[float]] = {name: [] for name in networks}
    starts: dict[str, float] = {}
    running: dict[str, float] = {}
    hooks = []
    for name, network in networks.items():

        def begin(*_: Any, name: str = name) -> None:
            running[name] = time.perf_counter()
            starts.setdefault(name, running[name])

        def end(*_: Any, name: str = name) -> None:
            seconds[name].append(time.perf_counter() - running[name])

        hooks += [network.register_forward_pre_hook(begin), network.register_forward_hook(end)]
    yield seconds, starts
    for hook in hooks:
        hook.remove()


def _bytes(network: Any) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in network.state_dict().values())


def _forget_peak() -> None:
    """Let `VmHWM` begin anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _memory(field: str) -> int:
    """Return VmRSS or VmHWM (its peak) of this process in bytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return 1024 * int(line.split()[1])


if __name__ == "__main__":
    main()
