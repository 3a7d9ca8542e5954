"""What a diffusers user expects of a pipeline works on LDM3D's, for real parts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DPMSolverMultistepScheduler
from PIL import Image
from safetensors.torch import save_file

from ldm3d import LDM3DImg2ImgPipeline, LDM3DInpaintPipeline, LDM3DPipeline
from tests.ldm3d.tiny import write_ip_adapter, write_lora

PROMPT = "a forest"
Generators = Callable[..., torch.Generator]
FULL = np.ones((64, 64), np.bool_)


@pytest.fixture(params=["LDM3DPipeline", "LDM3DImg2ImgPipeline", "LDM3DInpaintPipeline"])
def pipe(request: pytest.FixtureRequest, made: Callable[..., Any]) -> Any:
    return made(request.param, "4c")


@pytest.fixture
def paint(pipe: Any, seed: Generators, rgb: np.ndarray, depth: np.ndarray) -> Callable[..., Any]:
    """Return a call of the pipeline with everything it needs: two steps, seed 0."""
    given: dict[str, Any] = {}
    if not isinstance(pipe, LDM3DPipeline):
        given = {"rgb": rgb, "depth": depth, "strength": 1.0}
    if isinstance(pipe, LDM3DInpaintPipeline):
        given["mask"] = FULL
    return lambda **options: pipe(
        **{"prompt": PROMPT, "num_inference_steps": 2, "generator": seed(), **given, **options}
    )


def test_lora_from_a_folder_its_scale_and_its_end(pipe: Any, paint: Callable[..., Any], tmp_path: Path) -> None:
    plain = paint().rgb
    pipe.load_lora_weights(str(write_lora(tmp_path)), adapter_name="style")
    with_lora = paint().rgb
    assert (with_lora != plain).mean() > 0.1
    pipe.set_adapters("style", 0.2)
    weaker = paint().rgb
    assert 0 < np.abs(weaker.astype(int) - plain).mean() < np.abs(with_lora.astype(int) - plain).mean()
    np.testing.assert_array_equal(paint(cross_attention_kwargs={"scale": 0.0}).rgb, plain)
    pipe.unload_lora_weights()
    np.testing.assert_array_equal(paint().rgb, plain)


def test_nothing_is_said_of_a_lora_for_the_unet_alone(pipe: Any, tmp_path: Path) -> None:
    heard: list[logging.LogRecord] = []
    listener = logging.Handler()
    listener.emit = heard.append  # type: ignore[method-assign]
    logger = logging.getLogger("diffusers")
    logger.addHandler(listener)
    try:
        pipe.load_lora_weights(str(write_lora(tmp_path)))
    finally:
        logger.removeHandler(listener)
    assert not heard


def test_lora_fused_and_unfused(pipe: Any, paint: Callable[..., Any], tmp_path: Path) -> None:
    pipe.load_lora_weights(str(write_lora(tmp_path)))
    worn = paint().rgb.astype(int)
    pipe.fuse_lora()
    assert np.abs(paint().rgb - worn).max() <= 2
    pipe.unfuse_lora()
    assert np.abs(paint().rgb - worn).max() <= 2


def test_ip_adapter_from_a_folder(pipe: Any, paint: Callable[..., Any], rgb: np.ndarray, tmp_path: Path) -> None:
    folder = write_ip_adapter(tmp_path)
    pipe.load_ip_adapter(str(folder), subfolder="models", weight_name="ip-adapter_sd15.safetensors")
    pipe.set_ip_adapter_scale(0.8)
    bright, dark = (paint(ip_adapter_image=Image.fromarray(picture)).rgb for picture in (rgb, np.zeros_like(rgb)))
    assert (bright != dark).any()


def test_textual_inversion(pipe: Any, paint: Callable[..., Any], tmp_path: Path) -> None:
    plain = paint(prompt="a <mine> thing").rgb
    save_file(
        {"<mine>": 5 * torch.randn(1, 32, generator=torch.Generator().manual_seed(0))}, tmp_path / "mine.safetensors"
    )
    pipe.load_textual_inversion(str(tmp_path), weight_name="mine.safetensors", token="<mine>")
    assert (paint(prompt="a <mine> thing").rgb != plain).any()


def test_callbacks_see_and_change_latents(pipe: Any, paint: Callable[..., Any]) -> None:
    seen = []

    def change(pipeline: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        assert pipeline is pipe
        seen.append((step, int(timestep), tuple(tensors["latents"].shape)))
        return {"latents": torch.zeros_like(tensors["latents"])}

    changed = paint(callback_on_step_end=change, callback_on_step_end_tensor_inputs=["latents"], output_type="latent")
    assert [(step, shape) for step, _, shape in seen] == [(0, (1, 4, 8, 8)), (1, (1, 4, 8, 8))]
    assert seen[0][1] > seen[1][1]
    assert not changed.any()


def test_another_scheduler(pipe: Any, paint: Callable[..., Any]) -> None:
    before = paint().rgb
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config, use_karras_sigmas=True)
    assert (paint().rgb != before).any()


def test_negative_prompts_guidance_and_embeddings(pipe: Any, paint: Callable[..., Any]) -> None:
    plain = paint(guidance_scale=8.0).rgb
    assert (paint(guidance_scale=8.0, negative_prompt="a desert").rgb != plain).any()
    assert (paint(guidance_scale=1.0).rgb != plain).any()
    wanted, unwanted = pipe.encode_prompt(PROMPT, "cpu", 1, True)
    embedded = paint(prompt=None, prompt_embeds=wanted, negative_prompt_embeds=unwanted, guidance_scale=8.0)
    np.testing.assert_array_equal(embedded.rgb, plain)


@pytest.mark.parametrize("kind", ["ldm3d", "4c"])
@pytest.mark.parametrize("name", ["LDM3DPipeline", "LDM3DImg2ImgPipeline", "LDM3DInpaintPipeline"])
def test_half_precision(
    made: Callable[..., Any], kind: str, name: str, seed: Generators, rgb: np.ndarray, depth: np.ndarray
) -> None:
    given = {} if name == "LDM3DPipeline" else {"rgb": rgb, "depth": depth, "strength": 1.0}
    if name == "LDM3DInpaintPipeline":
        given["mask"] = FULL
    exact = made(name, kind)(PROMPT, num_inference_steps=2, guidance_scale=1.0, generator=seed(), **given)
    half = made(name, kind, dtype=torch.bfloat16)(
        PROMPT, num_inference_steps=2, guidance_scale=1.0, generator=seed(), **given
    )
    assert half.depth.dtype == np.uint16
    assert np.abs(half.rgb.astype(int) - exact.rgb).mean() < 8


def test_slicing_tiling_and_moving(pipe: Any, paint: Callable[..., Any]) -> None:
    plain = paint().rgb.astype(int)
    pipe.enable_attention_slicing()
    assert np.abs(paint().rgb - plain).max() <= 1
    pipe.disable_attention_slicing()
    pipe.vae.enable_slicing()
    assert np.abs(paint().rgb - plain).max() <= 1
    pipe.vae.tile_sample_min_size, pipe.vae.tile_latent_min_size = 32, 4
    pipe.vae.enable_tiling()
    tiled = paint()
    assert tiled.rgb.shape == (1, 64, 64, 3)
    assert (tiled.rgb != plain).any()
    pipe.vae.disable_tiling()
    assert np.abs(paint().rgb - plain).max() <= 1
    assert pipe.to("cpu").device.type == "cpu"


def test_tasks_share_their_networks(made: Callable[..., Any], rgb: np.ndarray, depth: np.ndarray) -> None:
    text = made(kind="ldm3d")
    for other in (
        LDM3DImg2ImgPipeline.from_pipe(text),
        LDM3DImg2ImgPipeline(**text.components),
        LDM3DInpaintPipeline.from_pipe(text),
        LDM3DPipeline.from_pipe(LDM3DInpaintPipeline(**text.components)),
    ):
        assert other.unet is text.unet
        assert other.vae is text.vae
        assert other.safety_checker is text.safety_checker


def test_saved_and_loaded_it_is_the_same(pipe: Any, paint: Callable[..., Any], tmp_path: Path) -> None:
    pipe.save_pretrained(tmp_path)
    again = type(pipe).from_pretrained(tmp_path)
    for name in ("unet", "vae", "text_encoder", "safety_checker"):
        for one, two in zip(getattr(pipe, name).parameters(), getattr(again, name).parameters(), strict=True):
            assert torch.equal(one, two)
