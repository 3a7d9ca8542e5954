"""What goes wrong is one sentence, and nothing that was there is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from ldm3d.training import checkpoints

resource = pytest.importorskip("resource", reason="Windows has no limit of a file's size to stand for a full disk")

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def given(pictures: Path, checkpoint: Callable[..., Path], tmp_path: Path) -> list[object]:
    """Return the arguments of one epoch of three steps, into `tmp_path`/run."""
    length = ["--size", "128x64", "--batch", 4, "--epochs", 1, "--sample-epochs", 0, "--quiet"]
    start = ["train", "diffusion", "--data", pictures, "--init", checkpoint("pano"), "--out", tmp_path / "run"]
    return [*start, *length]


def one_sentence(said: str) -> str:
    lines = said.strip().splitlines()
    assert len(lines) == 1, said
    assert lines[0].startswith("error: ")
    return lines[0]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (["--batch", 5, "--accumulate", 2], "5 cannot be cut into 2 pieces"),
        (["--batch", 100], "12 samples for a batch of 100"),
        (["--rate", 0], "rate = '0'; it must be more than 0"),
        (["--dropout", 1.5], "at most 1"),
        (["--epochs", "many"], "it must be a number"),
        (["--decay", "sudden"], "choose constant, cosine"),
        (["--size", "100x50"], "100x50"),
        (["--size", "128"], "size has 1 members"),
        (["--data", "nowhere"], "nowhere"),
        (["--init", "nowhere"], "nowhere"),
        (["--autoencoder", "nowhere"], "nowhere"),
        (["--words", "nowhere"], "nowhere"),
        (["--recipe", "none"], "choose mini"),
        (["--kl-weight", 1], "--kl-weight is for autoencoder only"),
        (["--precision", "fp16"], "choose bf16 or no"),
        (["--minutes", -1], "more than 0"),
    ],
)
def test_what_cannot_be_is_said_before_any_work(
    more: list[object], word: str, given: list[object], ldm3d_command: Command, monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    code, output, said = ldm3d_command(*given, *more)
    assert code == 2
    assert word in one_sentence(said)
    assert not output
    assert not list(tmp_path.rglob("*.pt"))


def test_a_run_is_never_written_over(given: list[object], ldm3d_command: Command, tmp_path: Path) -> None:
    assert ldm3d_command(*given)[0] == 0
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    code, _, said = ldm3d_command(*given)
    assert code == 2
    assert "--resume" in one_sentence(said)
    code, _, said = ldm3d_command(*given, "--resume", "--batch", 6)
    assert code == 2
    assert "was begun with batch = 4" in one_sentence(said)
    assert before == {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}


def test_a_slip_can_be_mended_in_the_same_folder(given: list[object], ldm3d_command: Command, tmp_path: Path) -> None:
    assert ldm3d_command(*given, "--words", "nowhere")[0] == 2  # found out after the run's folder was made
    code, _, said = ldm3d_command(*given)
    assert code == 0, said


def test_a_longer_run_goes_on_from_a_shorter_one(given: list[object], ldm3d_command: Command, tmp_path: Path) -> None:
    assert ldm3d_command(*given)[0] == 0
    assert ldm3d_command("train", "--out", tmp_path / "run", "--resume", "--epochs", 2, "--quiet")[0] == 0
    assert len((tmp_path / "run" / "metrics.jsonl").read_text().splitlines()) == 6
    assert checkpoints.steps(tmp_path / "run" / "checkpoints") == [6, 3]


def test_weights_that_are_no_numbers_end_the_run_before_they_are_used(
    given: list[object], ldm3d_command: Command, tmp_path: Path, checkpoint: Callable[..., Path]
) -> None:
    assert ldm3d_command(*given)[0] == 0
    path = checkpoints.path_of(tmp_path / "run" / "checkpoints", 3)
    kept = path.read_bytes()
    code, _, said = ldm3d_command(
        "train", "--out", tmp_path / "run", "--resume", "--epochs", 9, "--rate", 1e38, "--clip", 0, "--quiet"
    )
    assert code == 3
    assert "no number" in one_sentence(said)
    assert "the checkpoint of step 3 is kept" in said
    assert path.read_bytes() == kept


def test_a_disk_that_fills_costs_nothing_that_was_there(
    given: list[object], ldm3d_command: Command, tmp_path: Path
) -> None:
    assert ldm3d_command(*given)[0] == 0
    path = checkpoints.path_of(tmp_path / "run" / "checkpoints", 3)
    kept, result = path.read_bytes(), (tmp_path / "run" / "result" / "model_index.json").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        code, _, said = ldm3d_command("train", "--out", tmp_path / "run", "--resume", "--epochs", 2, "--quiet")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert code == 3
    assert "the disk is full" in one_sentence(said)
    assert path.read_bytes() == kept
    assert (tmp_path / "run" / "result" / "model_index.json").read_bytes() == result
    assert not list((tmp_path / "run").rglob(".partial*"))
    assert ldm3d_command("train", "--out", tmp_path / "run", "--resume", "--epochs", 2, "--quiet")[0] == 0


def test_a_damaged_checkpoint_gives_way_to_the_one_before(
    given: list[object], ldm3d_command: Command, tmp_path: Path
) -> None:
    assert ldm3d_command(*given, "--save-minutes", 0)[0] == 0
    folder = tmp_path / "run" / "checkpoints"
    newest, before = checkpoints.steps(folder)
    path = checkpoints.path_of(folder, newest)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    code, _, said = ldm3d_command("train", "--out", tmp_path / "run", "--resume", "--quiet")
    assert code == 0
    assert f"{path} is damaged" in said
    assert before == newest - 1
    again = torch.load(path, weights_only=True)
    assert again["step"] == newest


@pytest.mark.parametrize("damage", ["missing", "short", "shape"])
def test_networks_that_cannot_be_read_are_one_sentence(
    damage: str, given: list[object], ldm3d_command: Command, tmp_path: Path, checkpoint: Callable[..., Path]
) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(checkpoint("pano"), copied)
    weights = copied / "unet" / "diffusion_pytorch_model.safetensors"
    if damage == "missing":
        weights.unlink()
    elif damage == "short":
        weights.write_bytes(weights.read_bytes()[:-1000])
    else:
        state = load_file(weights)
        state["conv_in.weight"] = state["conv_in.weight"][:, :3].contiguous()
        save_file(state, weights, metadata={"format": "pt"})
    code, _, said = ldm3d_command(*given, "--init", copied)
    assert code == 2
    assert "unet" in one_sentence(said)
