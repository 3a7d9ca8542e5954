"""Published checkpoints load as they are, silently and without running a pickle; anything else is one sentence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import ldm3d
from ldm3d.errors import InputError
from ldm3d.pipelines.loading import load
from tests.ldm3d.tiny import KINDS

ROOT = Path(__file__).resolve().parents[3]
Checkpoint = Callable[..., Path]


@pytest.fixture
def copied(checkpoint: Checkpoint, tmp_path: Path) -> Checkpoint:
    """Return (kind, weights) -> a checkpoint of the test's own, to be broken."""
    return lambda kind="ldm3d", weights="safetensors": Path(
        shutil.copytree(checkpoint(kind, weights), tmp_path / "checkpoint")
    )


@pytest.mark.parametrize("weights", ["safetensors", "bin"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_weight_of_every_published_layout_arrives(
    checkpoint: Checkpoint, kind: str, weights: str, capfd: pytest.CaptureFixture[str]
) -> None:
    pipe = load(checkpoint(kind, weights), task="upscale" if kind == "sr" else "text")
    heard = capfd.readouterr()
    assert (heard.out, heard.err) == ("", "")
    published = checkpoint(kind, "safetensors")
    for name, file, prefix in (
        ("unet", "diffusion_pytorch_model", ""),
        ("vae", "diffusion_pytorch_model", ""),
        ("text_encoder", "model", "text_model."),
        ("safety_checker", "model", ""),
    ):
        stored = load_file(published / name / f"{file}.safetensors")
        for key, tensor in getattr(pipe, name).state_dict().items():
            old = prefix + key
            if name == "safety_checker" and key.startswith("vision_model."):
                old = f"vision_model.{key}"
            if name == "vae":
                for new, before in (("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")):
                    old = old.replace(f".{new}.", f".{before}.")
            assert torch.equal(tensor, stored[old]), key


def test_from_pretrained_is_silent_in_a_fresh_process(checkpoint: Checkpoint) -> None:
    program = (
        "import sys, ldm3d\n"
        f"ldm3d.LDM3DPipeline.from_pretrained({str(checkpoint('ldm3d', 'bin'))!r})\n"
        f"ldm3d.LDM3DImg2ImgPipeline.from_pretrained({str(checkpoint('pano', 'safetensors'))!r})\n"
        f"ldm3d.LDM3DUpscalePipeline.from_pretrained({str(checkpoint('sr', 'bin'))!r})\n"
        "assert not any('deprecated' in name and 'diffusers' in name for name in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_tasks_device_and_precision(checkpoint: Checkpoint) -> None:
    pipe = load(checkpoint("4c"), "image", "cpu", torch.bfloat16)
    assert type(pipe) is ldm3d.LDM3DImg2ImgPipeline
    assert {pipe.unet.dtype, pipe.vae.dtype, pipe.text_encoder.dtype} == {torch.bfloat16}
    assert type(load(checkpoint("pano"), "inpaint")) is ldm3d.LDM3DInpaintPipeline


def test_a_checkpoint_without_a_safety_checker(copied: Checkpoint) -> None:
    folder = copied()
    index = json.loads((folder / "model_index.json").read_text())
    index |= {"safety_checker": [None, None], "feature_extractor": [None, None], "requires_safety_checker": False}
    (folder / "model_index.json").write_text(json.dumps(index))
    shutil.rmtree(folder / "safety_checker")
    shutil.rmtree(folder / "feature_extractor")
    assert load(folder).safety_checker is None


class _Harmful:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize(
    "file",
    ["unet/diffusion_pytorch_model.bin", "vae/diffusion_pytorch_model.bin", "text_encoder/pytorch_model.bin",
     "safety_checker/pytorch_model.bin"],
)  # fmt: skip
@pytest.mark.parametrize("way", ["load", "from_pretrained"])
def test_a_pickle_is_never_run(copied: Checkpoint, tmp_path: Path, file: str, way: str) -> None:
    folder, mark = copied("4c", "bin"), tmp_path / "it ran"
    state = torch.load(folder / file, weights_only=True)
    torch.save({**state, "harm": _Harmful(mark)}, folder / file)
    if way == "load":
        with pytest.raises(InputError, match="cannot be loaded"):
            load(folder)
    else:
        with pytest.raises(Exception, match=r"weights_only|Unable to load weights|Weights only"):
            ldm3d.LDM3DPipeline.from_pretrained(folder)
    assert not mark.exists()


def _drop(part: str, file: str) -> Callable[[Path], None]:
    def drop(folder: Path) -> None:
        state = load_file(folder / part / file)
        del state[next(name for name in state if name.endswith("bias"))]
        save_file(state, folder / part / file, metadata={"format": "pt"})

    return drop


def _cut(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes()[:5000])


def _config(file: str, **change: Any) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / file).write_text(json.dumps({**json.loads((folder / file).read_text()), **change}))

    return write


UNET, VAE, TEXT, CHECKER = (
    f"{part}/{file}.safetensors"
    for part, file in (
        ("unet", "diffusion_pytorch_model"),
        ("vae", "diffusion_pytorch_model"),
        ("text_encoder", "model"),
        ("safety_checker", "model"),
    )
)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (shutil.rmtree, "is no folder"),
        (lambda folder: (folder / "model_index.json").unlink(), "model_index.json is missing"),
        (lambda folder: (folder / "model_index.json").write_text("{"), "model_index.json cannot be read"),
        (lambda folder: (folder / "tokenizer/vocab.json").write_text("{"), "vocab.json cannot be read"),
        (lambda folder: (folder / "tokenizer/vocab.json").unlink(), "incomplete .tokenizer/vocab.json is missing"),
        (lambda folder: (folder / UNET).unlink(), "is incomplete .unet"),
        (_drop(*UNET.split("/")), "some of its weights are missing"),
        (_drop(*VAE.split("/")), "some of its weights are missing"),
        (_drop(*TEXT.split("/")), "some of its weights are missing"),
        (_drop(*CHECKER.split("/")), "some of its weights are missing"),
        (_cut(UNET), "cannot be loaded"),
        (_cut(TEXT), "cannot be loaded"),
        (lambda folder: (folder / "tokenizer/merges.txt").write_bytes(b"\xff\xfe"), "cannot be loaded"),
        (_config("text_encoder/config.json", hidden_size=33), "cannot be loaded"),
        (_config("unet/config.json", cross_attention_dim=64), "cannot be loaded"),
        (_config("vae/config.json", in_channels=3, out_channels=3), "no LDM3D checkpoint: its autoencoder has 3"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_folder_is_one_sentence(
    copied: Checkpoint, damage: Callable[[Path], object], said: str
) -> None:
    folder = copied()
    damage(folder)
    with pytest.raises(InputError, match=said) as caught:
        load(folder)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)


def test_a_checkpoint_for_another_task(checkpoint: Checkpoint) -> None:
    with pytest.raises(InputError, match="can only enlarge; use task upscale"):
        load(checkpoint("sr"))
    with pytest.raises(InputError, match="can not enlarge"):
        load(checkpoint("4c"), "upscale")
    with pytest.raises(InputError, match="use LDM3DUpscalePipeline"):
        ldm3d.LDM3DPipeline.from_pretrained(checkpoint("sr"))


def test_a_plain_stable_diffusion_is_refused_by_name_too(checkpoint: Checkpoint, copied: Checkpoint) -> None:
    folder = copied("4c")
    from diffusers import AutoencoderKL

    plain = AutoencoderKL.from_config(
        {**AutoencoderKL.load_config(folder / "vae"), "in_channels": 3, "out_channels": 3}
    )
    plain.save_pretrained(folder / "vae")
    with pytest.raises(InputError, match="3 channels in and 3 out is none of LDM3D's"):
        ldm3d.LDM3DPipeline.from_pretrained(folder)
