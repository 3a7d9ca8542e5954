"""Text to colour and depth: diffusers' own pipeline bit for bit, and LDM3D's output."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline

from ldm3d import LDM3DOutput, LDM3DPipeline
from ldm3d.errors import InputError, MachineError
from ldm3d.rgbd import unpack_depth
from ldm3d.seamless import calm_poles, seamless
from tests.ldm3d.tiny import make_everything_unsafe

PROMPT = "a tranquil forest at dawn"


def diffusers_of(pipe: Any) -> Any:
    plain = StableDiffusionPipeline(**{**pipe.components, "safety_checker": None}, requires_safety_checker=False)
    plain.set_progress_bar_config(disable=True)
    return plain


@pytest.mark.parametrize("kind", ["ldm3d", "4c", "pano"])
def test_colour_and_depth_of_the_checkpoints_own_size(made: Callable[..., Any], kind: str) -> None:
    output = made(kind=kind)(PROMPT, num_inference_steps=2)
    assert isinstance(output, LDM3DOutput)
    width = 128 if kind == "pano" else 64
    assert (output.rgb.dtype, output.rgb.shape) == (np.uint8, (1, 64, width, 3))
    assert (output.depth.dtype, output.depth.shape) == (np.uint16, (1, 64, width))
    assert output.nsfw == [False]


@pytest.mark.parametrize("kind", ["ldm3d", "4c"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("size", [(64, 64), (64, 128)])
def test_with_seamless_off_the_colour_is_that_of_diffusers_bit_for_bit(
    made: Callable[..., Any],
    seed: Callable[..., torch.Generator],
    kind: str,
    dtype: torch.dtype,
    size: tuple[int, int],
) -> None:
    pipe = made(kind=kind, dtype=dtype)
    height, width = size
    call = {"height": height, "width": width, "num_inference_steps": 3, "guidance_scale": 5.0}
    ours = pipe(PROMPT, seamless=False, generator=seed(), **call)
    theirs = diffusers_of(pipe)(PROMPT, generator=seed(), output_type="np", **call).images
    np.testing.assert_array_equal(ours.rgb, (theirs[..., :3] * 255).round().astype(np.uint8))
    if dtype == torch.float32 and kind == "ldm3d":
        np.testing.assert_array_equal(ours.depth, unpack_depth(theirs[..., 3:]))
    elif dtype == torch.float32:
        np.testing.assert_array_equal(ours.depth, (theirs[..., 3] * 65535).round().astype(np.uint16))


def test_depth_in_bfloat16_has_more_than_its_eight_bits(
    made: Callable[..., Any], seed: Callable[..., torch.Generator]
) -> None:
    pipe = made(kind="4c", dtype=torch.bfloat16)
    depth = pipe(PROMPT, num_inference_steps=2, generator=seed()).depth
    call = {"num_inference_steps": 2, "guidance_scale": 5.0, "generator": seed()}
    coarse = diffusers_of(pipe)(PROMPT, output_type="np", **call).images[..., 3]
    assert len(np.unique(depth)) > 4 * len(np.unique(coarse))
    assert np.abs(depth / 65535 - coarse).max() < 0.01


def test_two_to_one_pictures_close_by_themselves_and_others_when_asked(
    made: Callable[..., Any], seed: Callable[..., torch.Generator]
) -> None:
    pipe = made(kind="4c")

    def paint(width: int, **options: Any) -> np.ndarray:
        return pipe(PROMPT, 64, width, num_inference_steps=2, generator=seed(), **options).rgb

    np.testing.assert_array_equal(paint(128), paint(128, seamless=True))
    assert (paint(128) != paint(128, seamless=False)).any()
    np.testing.assert_array_equal(paint(64), paint(64, seamless=False))
    assert (paint(64) != paint(64, seamless=True)).any()


def test_a_closed_picture_is_the_closed_networks_with_calm_poles(
    made: Callable[..., Any], seed: Callable[..., torch.Generator]
) -> None:
    pipe = made(kind="4c")
    ours = pipe(PROMPT, 64, 128, num_inference_steps=2, guidance_scale=5.0, generator=seed())
    with seamless(pipe.unet, pipe.vae):
        theirs = diffusers_of(pipe)(
            PROMPT, 64, 128, num_inference_steps=2, guidance_scale=5.0, generator=seed(), output_type="np"
        ).images
    rgb = (theirs[..., :3] * 255).round().astype(np.uint8)
    rgb, depth = calm_poles(rgb, (theirs[..., 3] * 65535).round().astype(np.uint16))
    np.testing.assert_array_equal(ours.rgb, rgb)
    np.testing.assert_array_equal(ours.depth, depth)


def test_seeds_reproduce_and_differ(made: Callable[..., Any], seed: Callable[..., torch.Generator]) -> None:
    pipe = made()
    first, again, other = (pipe(PROMPT, num_inference_steps=2, generator=seed(number)) for number in (1, 1, 2))
    np.testing.assert_array_equal(first.rgb, again.rgb)
    np.testing.assert_array_equal(first.depth, again.depth)
    assert (first.rgb != other.rgb).any()


def test_batches_are_single_pictures(made: Callable[..., Any], seed: Callable[..., torch.Generator]) -> None:
    pipe = made(kind="4c")
    prompts = ["a forest", "a desert"]
    both = pipe(prompts, num_inference_steps=2, generator=[seed(0), seed(1)])
    assert both.rgb.shape[0] == both.depth.shape[0] == len(both.nsfw) == 2
    single = pipe(prompts[1], num_inference_steps=2, generator=seed(1))
    assert np.abs(both.rgb[1].astype(int) - single.rgb[0]).max() <= 1
    several = pipe("a forest", num_inference_steps=1, num_images_per_prompt=3)
    assert several.rgb.shape[0] == several.depth.shape[0] == 3


def test_unfit_pictures_are_blank_in_colour_and_depth_and_that_is_said(
    made: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    pipe = made(kind="ldm3d")
    make_everything_unsafe(pipe)
    with caplog.at_level(logging.WARNING):
        output = pipe(["a", "b"], num_inference_steps=1)
    assert output.nsfw == [True, True]
    assert not output.rgb.any()
    assert not output.depth.any()
    assert [record.name for record in caplog.records] == ["ldm3d"]
    assert "colour and depth are blank" in caplog.text


def test_only_the_unfit_picture_is_blank(made: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = made(kind="4c")
    clean = pipe(["a", "b"], num_inference_steps=1, generator=torch.Generator().manual_seed(0))
    seen = []

    def finds_the_second(images: torch.Tensor, clip_input: torch.Tensor) -> tuple[torch.Tensor, list[bool]]:
        seen.append((tuple(images.shape), tuple(clip_input.shape)))
        return images, [False, True]

    monkeypatch.setattr(pipe.safety_checker, "forward", finds_the_second)
    output = pipe(["a", "b"], num_inference_steps=1, generator=torch.Generator().manual_seed(0))
    assert seen == [((2, 3, 64, 64), (2, 3, 32, 32))]
    np.testing.assert_array_equal(output.rgb[0], clean.rgb[0])
    np.testing.assert_array_equal(output.depth[0], clean.depth[0])
    assert not output.rgb[1].any()
    assert not output.depth[1].any()


def test_without_a_checker_nobody_looked(made: Callable[..., Any]) -> None:
    pipe = made(safety_checker=None, requires_safety_checker=False)
    assert pipe("a", num_inference_steps=1).nsfw is None


def test_other_outputs_of_diffusers(made: Callable[..., Any], seed: Callable[..., torch.Generator]) -> None:
    pipe = made(kind="4c")
    output = pipe(PROMPT, num_inference_steps=1, generator=seed())
    rgb, depth, nsfw = pipe(PROMPT, num_inference_steps=1, generator=seed(), return_dict=False)
    np.testing.assert_array_equal(rgb, output.rgb)
    np.testing.assert_array_equal(depth, output.depth)
    assert nsfw == [False]
    tensor = pipe(PROMPT, num_inference_steps=1, generator=seed(), output_type="pt")
    assert tensor.shape == (1, 4, 64, 64)
    np.testing.assert_array_equal((tensor[0, 3].numpy() * 65535).round(), output.depth[0])
    assert pipe(PROMPT, num_inference_steps=1, output_type="latent").shape == (1, 4, 8, 8)


@pytest.mark.parametrize(("height", "width"), [(60, 64), (64, 100), (-8, 64)])
def test_sizes_that_the_networks_cannot_have(made: Callable[..., Any], height: int, width: int) -> None:
    with pytest.raises(InputError, match=f"{width}×{height} cannot be painted; both must be multiples of 8"):
        made()(PROMPT, height, width)


def test_options_that_nobody_has_are_not_swallowed(made: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="guidance"):
        made()(PROMPT, guidance=3)
    with pytest.raises(InputError, match="output_type pil"):
        made()(PROMPT, output_type="pil")


def test_numbers_that_overflow_are_one_sentence(made: Callable[..., Any]) -> None:
    pipe = made(kind="4c", safety_checker=None, requires_safety_checker=False)
    with torch.no_grad():
        pipe.vae.decoder.conv_out.weight.fill_(float("inf"))
    with pytest.raises(MachineError, match="no numbers"):
        pipe(PROMPT, num_inference_steps=1)


def test_the_pipeline_keeps_nothing_of_a_call(made: Callable[..., Any]) -> None:
    pipe = made()
    processor, classes = pipe.image_processor, [type(module) for module in pipe.unet.modules()]
    pipe(PROMPT, 64, 128, num_inference_steps=1)
    assert pipe.image_processor is processor
    assert [type(module) for module in pipe.unet.modules()] == classes
    assert not pipe.vae.decoder.conv_out._forward_hooks
    with pytest.raises(ValueError, match="`prompt` has to be"):
        pipe(3, 64, 128, num_inference_steps=1)
    assert pipe.image_processor is processor
    assert [type(module) for module in pipe.unet.modules()] == classes


def test_it_is_no_copy_of_a_pipeline() -> None:
    assert issubclass(LDM3DPipeline, StableDiffusionPipeline)
