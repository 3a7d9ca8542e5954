"""LDM3D as an engine: real networks at tiny sizes, in this process."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthfusion import panorama
from depthfusion.errors import InputError, MachineError
from depthfusion.generate import expected
from depthfusion.generate.engines import offers, resolve
from depthfusion.generate.jobs import GenerateJob, unload
from depthfusion.generate.models import KEPT
from depthfusion.generate.request import GenerationRequest
from depthfusion.jobs.progress import Cancelled, Progress, Report
from depthfusion.panorama import Panorama
from ldm3d import rgbd
from tests.ldm3d import tiny

SMALL = {"prompt": "a forest at dawn", "seed": 7, "size": [128, 64], "steps": 3}


@pytest.fixture(autouse=True)
def given_back() -> Iterator[None]:
    yield
    unload()


@pytest.fixture
def folder(checkpoint: Callable[..., Path]) -> str:
    return str(checkpoint("pano"))


def made(request: dict[str, Any], output: Path, progress: Progress | None = None) -> Panorama:
    GenerateJob({**SMALL, **request}, str(output)).run(progress or Progress())
    return panorama.load(output)


def same(one: Panorama, other: Panorama) -> bool:
    return np.array_equal(one.rgb, other.rgb) and np.array_equal(one.depth, other.depth)


def pair(path: Path, size: tuple[int, int] = (128, 64), seed: int = 0) -> str:
    chance = np.random.default_rng(seed)
    width, height = size
    colour = chance.integers(0, 256, (height, width, 3), np.uint8)
    rgbd.write_pair(path, colour, chance.integers(0, 65536, (height, width), np.uint16))
    return str(path)


@pytest.mark.parametrize("kind", ["ldm3d", "4c"])
def test_a_prompt_becomes_a_panorama_that_restores_every_setting(
    kind: str, checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    asked = GenerationRequest(**SMALL, engine=str(checkpoint(kind)), guidance=3.0, negative="fog", sampler="euler")
    one = made(asked.as_dict(), tmp_path / "one.png")
    assert one.rgb.shape == (64, 128, 3)
    assert one.depth.shape == (64, 128)
    assert (one.near, one.far, one.depth_source) == (None, None, str(checkpoint(kind)))
    assert one.request is not None
    restored = GenerationRequest(**one.request)
    assert resolve(restored)[1] == restored
    for name in ("prompt", "engine", "seed", "size", "steps", "guidance", "negative", "sampler"):
        assert getattr(restored, name) == getattr(asked, name)
    assert same(made(restored.as_dict(), tmp_path / "two.png"), one)


def test_what_it_was_made_with_stands_in_the_picture_and_is_no_setting(folder: str, tmp_path: Path) -> None:
    one = made({"engine": folder}, tmp_path / "one.png")
    assert one.made is not None
    assert one.made["checkpoint"] == folder
    assert (one.made["device"], one.made["precision"]) == ("cpu", "float32")
    assert {"revision", "torch", "diffusers", "prompt", "memory"} <= set(one.made)
    assert one.request is not None
    assert one.request["device"] == "auto"


def test_left_alone_the_checkpoints_own_settings_are_taken(tmp_path: Path) -> None:
    folder = tiny.write_checkpoint(tmp_path / "ldm3d-pano", "pano")
    _, request, _ = resolve(GenerationRequest(prompt="a forest", engine=str(folder)))
    assert (request.steps, request.guidance, request.sampler, request.seamless) == (50, 7.0, "ddim", "on")
    assert request.size is not None
    assert request.size[0] == 2 * request.size[1]
    assert resolve(GenerationRequest(prompt="x", engine=str(folder), sampler="lcm"))[1].steps == 4
    assert resolve(GenerationRequest(prompt="x", engine=str(folder), lora="a/LCM-lora"))[1].sampler == "lcm"


def test_the_prompt_gets_the_words_that_the_checkpoint_was_trained_with_once(tmp_path: Path) -> None:
    folder = tiny.write_checkpoint(tmp_path / "ldm3d-pano", "pano")
    one = made({"engine": str(folder), "prompt": "a forest"}, tmp_path / "one.png")
    two = made({"engine": str(folder), "prompt": "360 view of a forest"}, tmp_path / "two.png")
    assert one.made is not None
    assert one.made["prompt"] == "360 view of a forest"
    assert same(one, two)


def test_the_end_of_a_long_prompt_that_is_not_read_is_told(folder: str, tmp_path: Path) -> None:
    def said(prompt: str) -> str:
        result = GenerateJob({**SMALL, "engine": folder, "prompt": prompt}, str(tmp_path / "x.png")).run(Progress())
        return str(result["understood"])

    assert "too long" not in said("a forest")
    assert f"'{'a ' * 15}x y z' at its end was not read" in said("a " * 90 + "x y z")


def test_what_the_safety_checker_blanks_is_told(tmp_path: Path) -> None:
    folder = tiny.write_checkpoint(tmp_path / "own")
    job = GenerateJob({**SMALL, "engine": str(folder)}, str(tmp_path / "x.png"))
    assert "safety checker" not in job.run(Progress())["understood"]
    assert KEPT._model is not None
    tiny.make_everything_unsafe(KEPT._model.text)
    assert "its safety checker took the picture for unfit and blanked it" in job.run(Progress())["understood"]
    blank = panorama.load(tmp_path / "x.png")
    assert not blank.rgb.any()
    assert not blank.depth.any()


def test_warm_is_cold_and_another_seed_is_another_picture(folder: str, tmp_path: Path) -> None:
    cold = made({"engine": folder}, tmp_path / "cold.png")
    other = made({"engine": folder, "seed": 8, "sampler": "dpm++2m-karras"}, tmp_path / "other.png")
    warm = made({"engine": folder}, tmp_path / "warm.png")
    unload()
    again = made({"engine": folder}, tmp_path / "again.png")
    assert same(cold, warm)
    assert same(cold, again)
    assert not same(cold, other)


def test_the_model_is_loaded_once_and_again_when_its_files_or_the_precision_change(tmp_path: Path) -> None:
    folder = tiny.write_checkpoint(tmp_path / "own")
    told: list[str] = []
    progress = Progress(lambda report: told.append(report.text))

    def loads(**more: Any) -> bool:
        told.clear()
        made({"engine": str(folder), **more}, tmp_path / "x.png", progress)
        return "loading the model" in told

    assert loads()
    assert not loads(seed=9)
    assert loads(precision="bfloat16")
    assert loads()
    shutil.rmtree(folder)
    tiny.write_checkpoint(folder)
    assert loads()


def test_every_step_is_told_with_a_preview(folder: str, tmp_path: Path) -> None:
    heard: list[Any] = []
    progress = Progress(heard.append, preview=lambda rgb, depth: heard.append((rgb, depth)))
    made({"engine": folder}, tmp_path / "one.png", progress)
    reports = [one for one in heard if isinstance(one, Report)]
    assert list(dict.fromkeys(one.text for one in reports)) == [
        *("loading the model", "painting", "decoding colour and depth", "writing the panorama"),
    ]
    assert [one.done for one in reports if one.text == "painting"] == [0, 1, 2, 3]
    previews = [one for one in heard if not isinstance(one, Report)]
    assert len(previews) == 3
    for rgb, depth in previews:
        assert (rgb.dtype, depth.dtype) == (np.uint8, np.uint8)
        assert rgb.shape == (*depth.shape, 3)
        assert rgb.shape[1] == 2 * rgb.shape[0]


def test_a_picture_is_made_anew_more_the_more_is_asked(folder: str, tmp_path: Path) -> None:
    source = pair(tmp_path / "source.png", (256, 128))
    little = made({"engine": folder, "source": source, "denoise": 0.34}, tmp_path / "little.png")
    much = made({"engine": folder, "source": source, "denoise": 1.0}, tmp_path / "much.png")
    assert little.rgb.shape == (64, 128, 3)
    assert not same(little, much)
    assert little.request is not None
    assert little.request["source"] == source


def test_under_a_mask_of_any_size_colour_and_depth_change_and_nothing_else_does(folder: str, tmp_path: Path) -> None:
    source = pair(tmp_path / "source.png")
    white = np.zeros((8, 16), np.uint8)
    white[2:5, 4:9] = 255
    Image.fromarray(white).save(tmp_path / "mask.png")
    result = made({"engine": folder, "source": source, "mask": str(tmp_path / "mask.png")}, tmp_path / "r.png")
    before = panorama.load(source)
    inside = np.kron(white, np.ones((8, 8), np.uint8)) > 0
    np.testing.assert_array_equal(result.rgb[~inside], before.rgb[~inside])
    np.testing.assert_array_equal(result.depth[~inside], before.depth[~inside])
    assert np.mean(result.rgb[inside] != before.rgb[inside]) > 0.9
    assert np.mean(result.depth[inside] != before.depth[inside]) > 0.9


def test_a_lora_changes_the_picture_by_its_weight_and_is_taken_off_again(folder: str, tmp_path: Path) -> None:
    lora = str(tiny.write_lora(tmp_path / "lora"))
    plain = made({"engine": folder}, tmp_path / "plain.png")
    worn = made({"engine": folder, "lora": lora}, tmp_path / "worn.png")
    less = made({"engine": folder, "lora": lora, "lora_scale": 0.25}, tmp_path / "less.png")
    after = made({"engine": folder}, tmp_path / "after.png")
    assert not same(plain, worn)
    assert not same(less, worn)
    assert same(plain, after)


@pytest.mark.parametrize(
    "how",
    [{"precision": "bfloat16"}, pytest.param({"precision": "float16"}, marks=pytest.mark.full), {"memory": "tiled"}],
)
def test_half_precision_and_tiles_make_nearly_the_same_picture(
    how: dict[str, str], folder: str, tmp_path: Path
) -> None:
    size = {"engine": folder, "size": [256, 128]}
    plain = made(size, tmp_path / "plain.png")
    other = made({**size, **how}, tmp_path / "other.png")
    assert other.made is not None
    assert {**other.made, **how} == other.made
    assert not same(plain, other)
    difference = np.abs(plain.rgb.astype(int) - other.rgb)
    assert difference.mean() < plain.rgb.std() / 3


def test_a_model_that_is_given_back_leaves_no_memory_behind(folder: str, tmp_path: Path) -> None:
    made({"engine": folder}, tmp_path / "one.png")
    networks = [weakref.ref(network) for network in (KEPT._model.text.unet, KEPT._model.text.vae)]  # type: ignore[union-attr]
    made({"engine": folder, "precision": "bfloat16"}, tmp_path / "two.png")
    assert [network() for network in networks] == [None, None]
    unload()
    assert KEPT._model is None


def test_a_cancelled_picture_stops_within_a_step_and_the_model_is_kept(folder: str, tmp_path: Path) -> None:
    cold = made({"engine": folder}, tmp_path / "cold.png")
    told: list[str] = []
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += "painting" in told
        return asked > 20

    progress = Progress(lambda report: told.append(report.text), stop)
    with pytest.raises(Cancelled):
        made({"engine": folder}, tmp_path / "stopped.png", progress)
    assert told.count("painting") == 1  # in the first step
    assert not (tmp_path / "stopped.png").exists()
    told.clear()
    warm = made({"engine": folder}, tmp_path / "warm.png", Progress(lambda report: told.append(report.text)))
    assert "loading the model" not in told
    assert same(cold, warm)


def test_what_it_took_is_remembered(folder: str, tmp_path: Path) -> None:
    asked = GenerationRequest(**SMALL, engine=folder, guidance=3.0)
    made(asked.as_dict(), tmp_path / "one.png")
    seconds = expected.of(folder, resolve(asked)[1])
    assert seconds is not None
    assert 0 < seconds < 60


@pytest.mark.parametrize(
    ("wrong", "error", "sentence"),
    [
        ({"size": [192, 96]}, InputError, "no multiple of 64 in width and height: choose 256x128"),
        ({"device": "cuda"}, MachineError, "device cuda is not here"),
        ({"memory": "offload"}, InputError, "memory offload cannot be used on device cpu"),
        ({"lora": "./none"}, InputError, "--lora ./none cannot be read because there is no such file"),
        ({"lora": "BLACK"}, InputError, "because it is no .safetensors file"),
        ({"lora": "EMPTY"}, InputError, "has no .safetensors file in it"),
        ({"lora": "BROKEN"}, InputError, "cannot be used ("),
        ({"lora": "OTHER"}, InputError, "cannot be used"),
        ({"steps": 51, "sampler": "lcm"}, InputError, "steps 51 cannot be taken by sampler lcm: choose 50 or fewer"),
        ({"source": "FLAT"}, InputError, "has no depth beside it"),
        ({"source": "SOURCE", "denoise": 0.1}, InputError, "denoise 0.1 of 3 steps leaves none"),
        ({"source": "SOURCE", "mask": "BLACK"}, InputError, "has nothing white in it"),
        ({"source": "OUTPUT"}, InputError, "is read and would be written as well"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(
    wrong: dict[str, Any], error: type[Exception], sentence: str, folder: str, tmp_path: Path
) -> None:
    names = {
        "SOURCE": pair(tmp_path / "source.png"),
        "OUTPUT": pair(tmp_path / "output.png"),
        "FLAT": str(tmp_path / "flat.png"),
        "BLACK": str(tmp_path / "black.png"),
        "EMPTY": str(tmp_path),
        "BROKEN": str(tmp_path / "broken" / "lora.safetensors"),
        "OTHER": str(Path(folder) / "vae" / "diffusion_pytorch_model.safetensors"),
    }
    (tmp_path / "broken").mkdir()
    Path(names["BROKEN"]).write_bytes(b"no safetensors")
    for name in ("FLAT", "BLACK"):
        Image.new("RGB", (128, 64)).save(names[name])
    before = (tmp_path / "output.png").read_bytes()
    request = {name: names.get(str(value), value) for name, value in wrong.items()}
    with pytest.raises(error) as refused:
        made({"engine": folder, **request}, tmp_path / "output.png")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (tmp_path / "output.png").read_bytes() == before


def test_a_checkpoint_that_only_enlarges_is_no_engine(checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="makes no panoramas"):
        made({"engine": str(checkpoint("sr"))}, tmp_path / "x.png")


def test_a_known_checkpoint_that_is_not_here_says_how_to_get_it() -> None:
    with pytest.raises(MachineError, match="Intel/ldm3d-pano has not been downloaded: get it with"):
        resolve(GenerationRequest(prompt="a forest", engine="ldm3d"))
    offered = {offer.name: offer for offer in offers()}
    assert offered["sketch"].ready
    assert not offered["ldm3d"].ready
    assert offered["ldm3d"].download > 10**9
    assert "steps" in offered["ldm3d"].options
