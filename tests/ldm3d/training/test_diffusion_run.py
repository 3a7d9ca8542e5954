"""Stage 2 by the real command, at tiny sizes: what it writes, and that every way to the same step is the same."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ldm3d import LDM3DImg2ImgPipeline, LDM3DInpaintPipeline
from ldm3d.pipelines.loading import load

Program = Callable[..., subprocess.Popen[str]]
Command = Callable[..., tuple[int, str, str]]
STEPS = 6  # two epochs of 12 pictures in batches of 4


def options(pictures: Path, init: Path, *more: object) -> list[object]:
    given = ["train", "diffusion", "--data", pictures, "--init", init, "--size", "128x64", "--batch", 4, "--epochs", 2]
    return [*given, "--rate", 1e-3, "--sample-epochs", 0, *more]


@pytest.fixture(scope="module")
def checkpoint_of_panoramas(checkpoint: Callable[..., Path]) -> Path:
    return checkpoint("pano")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, pictures: Path, checkpoint_of_panoramas: Path) -> Path:
    """Return the folder of a run that nothing interrupted, with sample grids."""
    from ldm3d.cli import main

    out = tmp_path_factory.mktemp("runs") / "whole"
    given = options(pictures, checkpoint_of_panoramas, "--sample-epochs", 1, "--sample-steps", 2, "--quiet")
    given += ["--keep-epochs", 1]
    assert main([str(one) for one in [*given, "--out", out]]) == 0
    return out


def losses(run: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (run / "metrics.jsonl").read_text().splitlines()]


def state(run: Path, step: int = STEPS) -> dict[str, torch.Tensor]:
    """Return every tensor of a checkpoint by its way there."""
    found: dict[str, torch.Tensor] = {}

    def gather(way: str, thing: object) -> None:
        if isinstance(thing, torch.Tensor):
            found[way] = thing
        elif isinstance(thing, dict):
            for name, member in thing.items():
                gather(f"{way}/{name}", member)

    gather("", torch.load(run / "checkpoints" / f"step-{step:09d}.pt", weights_only=True))
    return found


def assert_same_bits(one: Path, other: Path) -> None:
    ours, theirs = state(one), state(other)
    assert ours.keys() == theirs.keys()
    assert len(ours) > 100  # weights, both moments of Adam, the moving average
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert losses(one) == losses(other)


def test_a_run_writes_all_that_it_promises(whole: Path) -> None:
    assert json.loads((whole / "recipe.json").read_text())["settings"]["rate"] == 1e-3
    lines = [json.loads(line) for line in (whole / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(1, STEPS + 1))
    assert all({"loss", "norm", "rate", "seconds", "epoch"} <= line.keys() for line in lines)
    assert list((whole / "events").glob("events.out.tfevents.*"))
    assert sorted(path.name for path in (whole / "samples").iterdir()) == ["epoch-1.png", "epoch-2.png"]
    with Image.open(whole / "samples" / "epoch-2.png") as grid:
        assert grid.width >= 4 * 128
        assert grid.height >= 2 * 64
    assert [path.name for path in (whole / "checkpoints").iterdir()] == [f"step-{STEPS:09d}.pt"]


def test_results_on_the_way_are_kept(whole: Path) -> None:
    assert [path.name for path in (whole / "results").iterdir()] == ["step-3"]
    before, after = (load(folder).unet.conv_in.weight for folder in (whole / "results" / "step-3", whole / "result"))
    assert not torch.equal(before, after)


def test_the_loss_falls(whole: Path) -> None:
    assert losses(whole)[-1] < 0.9 * losses(whole)[0]


@pytest.mark.parametrize("task", ["text", "image", "inpaint"])
def test_the_result_is_a_checkpoint_of_ldm3d(whole: Path, task: str) -> None:
    rgb, depth = np.full((64, 128, 3), 90, np.uint8), np.full((64, 128), 30_000, np.uint16)
    mask = np.zeros((64, 128), np.uint8)
    mask[16:48, 32:96] = 255
    text = load(whole / "result", "text")
    if task == "text":
        made = text("a red ball", num_inference_steps=2)
    elif task == "image":
        made = LDM3DImg2ImgPipeline(**text.components)("a red ball", rgb, depth, 0.5, num_inference_steps=4)
    else:
        made = LDM3DInpaintPipeline(**text.components)("a red ball", rgb, depth, mask, num_inference_steps=2)
    assert made.rgb.shape == (1, 64, 128, 3)  # the size that it was trained at is its own
    assert made.depth.shape == (1, 64, 128)


def test_the_result_has_the_averaged_weights(whole: Path) -> None:
    averaged = state(whole)
    unet = load(whole / "result").unet.state_dict()
    name = "conv_in.weight"
    assert torch.equal(unet[name], averaged[f"/stage/unet/parameters/{name}"])
    assert not torch.equal(unet[name], averaged[f"/modules/unet/{name}"])


def test_a_killed_run_goes_on_bit_for_bit(
    tmp_path: Path, pictures: Path, checkpoint_of_panoramas: Path, whole: Path, program: Program, ldm3d_command: Command
) -> None:
    out = tmp_path / "killed"
    given = [*options(pictures, checkpoint_of_panoramas, "--quiet", "--out", out), "--save-minutes", 0]
    running = program(*given)
    deadline = time.monotonic() + 120
    while not list(out.glob("checkpoints/step-*.pt")):
        assert time.monotonic() < deadline
        assert running.poll() is None, running.communicate()
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    saved = max(int(path.stem[5:]) for path in out.glob("checkpoints/step-*.pt"))
    assert saved < STEPS
    code, said, _ = ldm3d_command("train", "--out", out, "--resume", "--quiet")
    assert code == 0
    assert said.strip() == str(out / "result")
    assert_same_bits(out, whole)


def test_a_run_that_is_asked_to_end_saves_and_says_how_to_go_on(
    tmp_path: Path, pictures: Path, checkpoint_of_panoramas: Path, whole: Path, program: Program, ldm3d_command: Command
) -> None:
    out = tmp_path / "ended"
    running = program(*options(pictures, checkpoint_of_panoramas, "--out", out))
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("training diffusion"):
            break
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 130
    assert f"go on with: ldm3d train --out {out} --resume" in said
    assert "Traceback" not in said
    assert len(losses(out)) == max(int(path.stem[5:]) for path in out.glob("checkpoints/step-*.pt")) < STEPS
    assert ldm3d_command("train", "--out", out, "--resume", "--quiet")[0] == 0
    assert_same_bits(out, whole)


@pytest.mark.full
def test_a_run_in_legs_of_minutes_ends_by_itself(
    tmp_path: Path, pictures: Path, checkpoint_of_panoramas: Path, whole: Path, ldm3d_command: Command
) -> None:
    out = tmp_path / "legs"
    given = options(pictures, checkpoint_of_panoramas, "--quiet", "--out", out)
    # Less than what saving takes is left from the beginning: each leg is what must be, the latents or one step.
    for leg in range(STEPS + 1):
        code, said, errors = ldm3d_command(*given, "--minutes", 0.001, "--resume")
        assert code == 0
        if leg < STEPS:
            assert "stopped in time" in errors
            assert f"go on with: ldm3d train --out {out} --resume" in errors
        assert (said.strip() == str(out / "result")) == (leg > 0)
    assert "finished" in errors
    assert_same_bits(out, whole)


def test_two_processes_have_the_loss_of_one(
    tmp_path: Path, pictures: Path, checkpoint_of_panoramas: Path, whole: Path, program: Program
) -> None:
    out = tmp_path / "two"
    running = program(*options(pictures, checkpoint_of_panoramas, "--quiet", "--out", out), processes=2)
    output, said = running.communicate(timeout=240)
    assert running.returncode == 0, said
    assert output.split() == [str(out / "result")]  # one of the processes speaks
    assert losses(out) == pytest.approx(losses(whole), rel=1e-4)


def test_a_batch_in_pieces_has_the_loss_of_one_at_once(
    tmp_path: Path, pictures: Path, checkpoint_of_panoramas: Path, whole: Path, ldm3d_command: Command
) -> None:
    out = tmp_path / "pieces"
    given = options(pictures, checkpoint_of_panoramas, "--quiet", "--out", out, "--accumulate", 2)
    assert ldm3d_command(*given)[0] == 0
    assert losses(out) == pytest.approx(losses(whole), rel=1e-4)


@pytest.mark.full
def test_latents_that_are_not_kept_are_the_same(
    tmp_path: Path, pictures: Path, checkpoint_of_panoramas: Path, whole: Path, ldm3d_command: Command
) -> None:
    out = tmp_path / "uncached"
    assert ldm3d_command(*options(pictures, checkpoint_of_panoramas, "--quiet", "--out", out, "--no-cache"))[0] == 0
    assert not (out / "latents").exists()
    assert losses(out) == pytest.approx(losses(whole), rel=1e-4)


def test_a_text_encoder_of_ones_own_learns_along(
    tmp_path: Path, pictures: Path, checkpoint_of_panoramas: Path, ldm3d_command: Command
) -> None:
    out = tmp_path / "small"
    networks = ["--autoencoder", checkpoint_of_panoramas, "--words", "small", "--train-words", "--words-width", 32]
    unet = ["--block-channels", "16,32", "--block-attention", "1,1", "--block-layers", 1, "--heads", 4]
    length = ["--size", "128x64", "--batch", 4, "--epochs", 2, "--rate", 1e-3, "--precision", "bf16"]
    code, _, said = ldm3d_command(
        "train", "diffusion", "--data", pictures, *networks, *unet, *length, "--roll", "--checkpointing", "--half",
        "--shard", 1, "--sample-steps", 2, "--prompts", "a red ball,a blue ball", "--quiet", "--out", out,
    )  # fmt: skip
    assert code == 0, said
    first = state(out)
    trained, averaged = "/modules/words/", "/stage/words/parameters/"
    names = [name.removeprefix(trained) for name in first if name.startswith(trained)]
    assert any(not torch.equal(first[trained + name], first[averaged + name]) for name in names)
    pipe = load(out / "result", dtype=torch.float16)
    assert {str(tensor.dtype) for tensor in pipe.unet.state_dict().values()} == {"torch.float16"}
    assert all(path.stat().st_size < 1.5e6 for path in (out / "result").rglob("*.safetensors"))
    made = pipe.to(torch.float32)("a red ball", num_inference_steps=2)
    assert made.rgb.shape == (1, 64, 128, 3)
