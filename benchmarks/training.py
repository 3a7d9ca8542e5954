"""Training at the published sizes with random weights: what a step takes, and how fast it is.

    python -m benchmarks.training step            one step of each stage: seconds and peak memory
    python -m benchmarks.training speed           samples a second of the second stage, against a bare loop
    … --tiny                                      the same at a tiny size, to try it

The bare loop is what diffusers' `examples/text_to_image/train_text_to_image.py` does in a step, and nothing else: it
encodes pictures and captions, adds noise, predicts it, goes back, clips, steps, and averages weights. Ours is the
program's whole loop, with all that it writes down. Each case is measured in a process of its own, in turn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from diffusers.optimization import get_scheduler
from diffusers.training_utils import EMAModel
from transformers import CLIPTextModel, CLIPTokenizer

from benchmarks import full_size
from benchmarks.measure import record
from ldm3d.training import networks
from ldm3d.training.autoencoder import AutoencoderStage, Pictures
from ldm3d.training.diffusion import DiffusionStage
from ldm3d.training.loop import train
from ldm3d.training.perceptual import PictureLoss, Vgg16
from ldm3d.training.settings import AutoencoderSettings, DiffusionSettings
from ldm3d.training.stage import Place, Stage
from ldm3d.training.stopping import Stopping
from tests.ldm3d import tiny

CASES = ("autoencoder", "diffusion", "diffusion, latents not kept", "bare loop")
PAPER_STEPS, PAPER_BATCH = 178 * 9600 // 32, 32  # of the second stage (paper 3.1.3)
_CAPTION = "a tranquil forest at dawn, with a lake in front of the mountains"
_WARM = 3  # steps that are not counted where several are measured


class Made:
    """As many examples as are asked for, of noise: what they hold makes no difference to time."""

    def __init__(self, count: int, **shapes: tuple[int, ...]) -> None:
        self._count, self._shapes = count, shapes

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Mapping[str, Any]:
        generator = torch.Generator().manual_seed(index % 64)
        drawn = {name: torch.rand(shape, generator=generator) * 2 - 1 for name, shape in self._shapes.items()}
        return {**drawn, "caption": _CAPTION}


def measure(case: str, given: argparse.Namespace) -> dict[str, Any]:
    """Return the seconds of each step of a case, and the peak of memory in bytes."""
    torch.manual_seed(0)
    cpu = not torch.accelerator.is_available()
    accelerator = Accelerator(cpu=cpu, mixed_precision=given.precision)
    if not cpu:
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.benchmark = True
    seconds = _bare(accelerator, given) if case == "bare loop" else _ours(case, accelerator, given)
    return {"seconds": seconds, "peak": _peak(accelerator), "device": str(accelerator.device)}


def _ours(case: str, accelerator: Accelerator, given: argparse.Namespace) -> list[float]:
    side, count = _side(given), given.batch * (given.steps + _WARM * (given.steps > 1))
    common: dict[str, Any] = {
        "data": "made", "size": (side, side), "epochs": 1.0, "batch": given.batch, "accumulate": given.accumulate,
        "precision": given.precision, "checkpointing": given.checkpointing, "sample_epochs": 0.0, "save_minutes": 1e9,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        place = Place(accelerator, Path(folder), Stopping(), quiet=True)
        stage: Stage
        settings: AutoencoderSettings | DiffusionSettings
        if case == "autoencoder":
            settings = AutoencoderSettings(**common)
            stage = _autoencoder(settings, Made(count, pictures=(6, side, side)), given, accelerator)
        else:
            settings = DiffusionSettings(**common, average=given.average)
            latent = (4, side // 8, side // 8)
            kept = case == "diffusion"
            examples = Made(count, mean=latent, std=latent) if kept else Made(count, pixels=(6, side, side))
            stage = _diffusion(settings, place, examples, given)
        stage.save = lambda folder: None  # type: ignore[method-assign]
        with _nothing_saved():
            train(stage, settings, Path(folder), accelerator, Stopping(), quiet=True)
        lines = (Path(folder) / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    seconds = [json.loads(line)["seconds"] for line in lines]
    return seconds[_WARM:] if given.steps > 1 else seconds


def _nothing_saved() -> Any:
    """Leave out the checkpoint at the end: at full size it is 14 GB."""
    from unittest import mock

    return mock.patch("ldm3d.training.checkpoints.save")


def _bare(accelerator: Accelerator, given: argparse.Namespace) -> list[float]:
    """Take steps as `train_text_to_image.py` does, with Stable Diffusion's autoencoder of 6 channels."""
    side, device = _side(given), accelerator.device
    dtype = {"no": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[given.precision]
    vae, unet, encoder, tokenizer = _networks(given)
    noise = DDPMScheduler(**networks.NOISE)
    vae.requires_grad_(False).to(device, dtype)
    encoder.requires_grad_(False).to(device, dtype)
    unet.train().to(device)
    if given.checkpointing:
        unet.enable_gradient_checkpointing()
    average = EMAModel(unet.parameters(), decay=given.average) if given.average else None
    if average is not None:
        average.to(device)
    optimiser = torch.optim.AdamW(unet.parameters(), lr=1e-5)
    rate = get_scheduler("constant", optimizer=optimiser)
    unet, optimiser, rate = accelerator.prepare(unet, optimiser, rate)
    tokens = tokenizer([_CAPTION] * given.batch, padding="max_length", truncation=True, return_tensors="pt").input_ids
    pieces = given.accumulate
    examples, seconds = Made(given.batch, pixels=(6, side, side)), []
    for _ in range(given.steps + _WARM * (given.steps > 1)):
        began = time.monotonic()
        pixels = torch.stack([examples[number]["pixels"] for number in range(given.batch)]).to(device)
        for part, read in zip(pixels.chunk(pieces), tokens.to(device).chunk(pieces), strict=True):
            with torch.no_grad():
                latents = vae.encode(part.to(dtype)).latent_dist.sample() * vae.config.scaling_factor
                understood = encoder(read, return_dict=False)[0]
            drawn = torch.randn_like(latents)
            times = torch.randint(0, noise.config.num_train_timesteps, (len(latents),), device=device)
            noisy = noise.add_noise(latents, drawn, times)
            predicted = unet(noisy, times, understood, return_dict=False)[0]
            loss = torch.nn.functional.mse_loss(predicted.float(), drawn.float())
            accelerator.gather(loss.repeat(len(part))).mean().item()
            accelerator.backward(loss / pieces)
        accelerator.clip_grad_norm_(unet.parameters(), 1.0)
        optimiser.step()
        rate.step()
        optimiser.zero_grad()
        if average is not None:
            average.step(unet.parameters())
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.monotonic() - began)
    return seconds[_WARM:] if given.steps > 1 else seconds


def _autoencoder(settings: AutoencoderSettings, examples: Any, given: argparse.Namespace, accelerator: Any) -> Stage:
    vae: Any = _vae(given)
    if given.checkpointing:
        vae.enable_gradient_checkpointing()
    seen = PictureLoss(Vgg16()).to(accelerator.device)
    pictures: Pictures = examples
    return AutoencoderStage(vae.train(), pictures, settings, seen, panoramas=False)


def _diffusion(settings: DiffusionSettings, place: Place, examples: Any, given: argparse.Namespace) -> Stage:
    vae, unet, encoder, tokenizer = _networks(given)
    device = place.accelerator.device
    for network in (vae, encoder):
        network.requires_grad_(False).to(device)
    if given.checkpointing:
        unet.enable_gradient_checkpointing()
    noise = networks.load_noise("")
    return DiffusionStage(settings, place, vae, unet.to(device), tokenizer, encoder, noise, examples, [_CAPTION])


def _networks(given: argparse.Namespace) -> tuple[Any, Any, Any, Any]:
    """Return autoencoder, U-Net, text encoder and tokenizer with random weights."""
    with tempfile.TemporaryDirectory() as folder:
        small = tiny.write_checkpoint(Path(folder) / "tiny")
        tokenizer = CLIPTokenizer.from_pretrained(small / "tokenizer")
        if given.tiny:
            unet: Any = UNet2DConditionModel.from_pretrained(small / "unet")
            encoder: Any = CLIPTextModel.from_pretrained(small / "text_encoder")
        else:
            unet, encoder = full_size.network("unet"), full_size.network("text_encoder")
    return _vae(given), unet, encoder, tokenizer


def _vae(given: argparse.Namespace) -> Any:
    if not given.tiny:
        return full_size.network("vae")
    with tempfile.TemporaryDirectory() as folder:
        return AutoencoderKL.from_pretrained(tiny.write_checkpoint(Path(folder) / "tiny") / "vae")


def _side(given: argparse.Namespace) -> int:
    return 64 if given.tiny else 512


def _peak(accelerator: Accelerator) -> int:
    """Return the most memory that was in use: the device's, or the process's own on a processor."""
    if accelerator.device.type == "cuda":
        return torch.cuda.max_memory_allocated()
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _in_its_own_process(case: str, words: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.training", "one", "--case", case, *words],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _step(given: argparse.Namespace, words: list[str]) -> None:
    cases = []
    for case in ("autoencoder", "diffusion"):
        one = _in_its_own_process(case, [*words, "--steps", "1"])
        cases.append({"name": f"{case}, one step", "runs": one["seconds"], "peak_gb": round(one["peak"] / 1e9, 2),
                      "device": one["device"]})  # fmt: skip
        print(f"{case}: {one['seconds'][0]:.1f} s, at most {one['peak'] / 1e9:.2f} GB")
    _record("training_step", "s", cases, given)


def _speed(given: argparse.Namespace, words: list[str]) -> None:
    names = CASES[1:]
    measured: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(given.rounds):
        for name in names:
            measured[name].append(_in_its_own_process(name, words))
    cases = []
    for name in names:
        rates = [given.batch / statistics.median(one["seconds"]) for one in measured[name]]
        days = PAPER_STEPS * PAPER_BATCH / statistics.median(rates) / 86400
        cases.append({"name": name, "runs": rates, "paper_days": round(days, 2),
                      "peak_gb": round(max(one["peak"] for one in measured[name]) / 1e9, 2)})  # fmt: skip
        print(f"{name}: {days:.2f} days for the paper's 178 epochs")
    bare = statistics.median(cases[-1]["runs"])
    for case in cases[:-1]:
        case["times_bare"] = round(statistics.median(case["runs"]) / bare, 3)
        print(f"{case['name']}: {case['times_bare']} times the bare loop")
    _record("training_speed", "samples/s", cases, given)


def _record(name: str, unit: str, cases: list[dict[str, Any]], given: argparse.Namespace) -> None:
    about = {key: getattr(given, key) for key in ("batch", "accumulate", "precision", "checkpointing", "average")}
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    if not given.tiny:
        record(name, unit, cases, settings=about, torch=torch.__version__, device=device)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("step", "speed", "one"))
    parser.add_argument("--case", choices=CASES, help="for `one`")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--accumulate", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20, help="of `speed`")
    parser.add_argument("--rounds", type=int, default=3, help="of `speed`")
    parser.add_argument("--precision", choices=("no", "bf16", "fp16"), default="no")
    parser.add_argument("--checkpointing", action=argparse.BooleanOptionalAction, default=False)
    parser.add_argument("--average", type=float, default=0.9999, help="0 saves a copy of the U-Net: 3.4 GB")
    given = parser.parse_args()
    words = ["--batch", str(given.batch), "--accumulate", str(given.accumulate), "--steps", str(given.steps)]
    words += ["--precision", given.precision, "--average", str(given.average)]
    words += ["--tiny"] * given.tiny + ["--checkpointing"] * given.checkpointing
    if given.what == "one":
        print(json.dumps(measure(given.case, given)))
    elif given.what == "step":
        _step(given, words)
    else:
        _speed(given, words)


if __name__ == "__main__":
    main()
