"""A picture of colour and depth to another: diffusers' own pipeline, never mistaken latents, prompts and pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionImg2ImgPipeline
from PIL import Image

from ldm3d.errors import InputError
from ldm3d.pipelines.channels import to_tensor

PROMPT = "the same forest in winter"
Generators = Callable[..., torch.Generator]


@pytest.fixture
def made_image(made: Callable[..., Any]) -> Callable[..., Any]:
    return lambda kind="4c", **options: made("LDM3DImg2ImgPipeline", kind, **options)


def test_colour_is_that_of_diffusers_bit_for_bit(
    made_image: Callable[..., Any], seed: Generators, rgb: np.ndarray, depth: np.ndarray
) -> None:
    pipe = made_image("ldm3d")
    plain = StableDiffusionImg2ImgPipeline(**pipe.components)
    plain.safety_checker = None
    plain.set_progress_bar_config(disable=True)
    call = {"strength": 0.6, "num_inference_steps": 5, "guidance_scale": 4.0}
    ours = pipe(PROMPT, rgb, depth, generator=seed(), **call)
    theirs = plain(PROMPT, to_tensor(rgb, depth, 6), generator=seed(), output_type="np", **call).images
    np.testing.assert_array_equal(ours.rgb, (theirs[..., :3] * 255).round().astype(np.uint8))


@pytest.mark.parametrize("kind", ["ldm3d", "4c"])
def test_the_picture_is_encoded_and_never_taken_for_latents(
    made_image: Callable[..., Any], seed: Generators, kind: str, rgb: np.ndarray, depth: np.ndarray
) -> None:
    pipe = made_image(kind)
    encoded = []
    pipe.vae.encoder.register_forward_pre_hook(lambda _, given: encoded.append(given[0].clone()))
    pipe(PROMPT, rgb, depth, num_inference_steps=2, generator=seed())
    assert len(encoded) == 1
    expected = 2 * to_tensor(rgb, depth, 6 if kind == "ldm3d" else 4) - 1
    torch.testing.assert_close(encoded[0], expected)


@pytest.mark.parametrize("kind", ["ldm3d", "4c"])
def test_colour_and_depth_both_matter(
    made_image: Callable[..., Any], seed: Generators, kind: str, rgb: np.ndarray, depth: np.ndarray
) -> None:
    pipe = made_image(kind)

    def latents(rgb: np.ndarray, depth: np.ndarray | None) -> torch.Tensor:
        return pipe(PROMPT, rgb, depth, 0.3, num_inference_steps=5, generator=seed(), output_type="latent")

    both = latents(rgb, depth)
    assert torch.equal(both, latents(rgb, depth))
    assert not torch.equal(both, latents(255 - rgb, depth))
    assert not torch.equal(both, latents(rgb, 65535 - depth))
    neutral = np.full_like(depth, 32768)
    assert torch.equal(latents(rgb, None), latents(rgb, neutral))


def test_strength_takes_its_share_of_the_steps(
    made_image: Callable[..., Any], rgb: np.ndarray, depth: np.ndarray
) -> None:
    pipe, steps = made_image(), []

    def count(*given: Any) -> dict[str, Any]:
        steps.append(given[1])
        return {}

    pipe(PROMPT, rgb, depth, 0.5, num_inference_steps=8, callback_on_step_end=count)
    assert steps == [0, 1, 2, 3]


def test_another_size_and_depth_of_its_own_size(made_image: Callable[..., Any], rgb: np.ndarray) -> None:
    output = made_image()(PROMPT, rgb, np.zeros((20, 10), np.uint16), height=32, width=96, num_inference_steps=2)
    assert output.rgb.shape == (1, 32, 96, 3)
    assert output.depth.shape == (1, 32, 96)


def test_pictures_go_with_their_prompts(made_image: Callable[..., Any], seed: Generators, rgb: np.ndarray) -> None:
    pipe = made_image(safety_checker=None, requires_safety_checker=False)
    pictures = np.stack([rgb, 255 - rgb])
    call = {"strength": 0.4, "num_inference_steps": 5}
    prompts = ["a forest", "a desert"]
    together = pipe(prompts, pictures, generator=[seed(n) for n in range(4)], num_images_per_prompt=2, **call)
    assert together.rgb.shape[0] == 4
    for number in range(4):
        prompt, picture = prompts[number // 2], pictures[number // 2]
        single = pipe(prompt, picture, generator=seed(number), **call)
        assert np.abs(together.rgb[number].astype(int) - single.rgb[0]).max() <= 1
    one = pipe(prompts, rgb, num_inference_steps=2, num_images_per_prompt=2)
    assert one.rgb.shape[0] == 4


def test_wrong_input_is_one_sentence(made_image: Callable[..., Any], rgb: np.ndarray, depth: np.ndarray) -> None:
    pipe = made_image()
    with pytest.raises(InputError, match="no picture to begin from"):
        pipe(PROMPT)
    with pytest.raises(InputError, match=r"rgb is a Image; .* numpy\.asarray"):
        pipe(PROMPT, Image.fromarray(rgb))
    with pytest.raises(InputError, match="depth is a list"):
        pipe(PROMPT, rgb, depth.tolist())
    with pytest.raises(InputError, match=r"rgb is uint8 \[64, 64\]"):
        pipe(PROMPT, rgb[..., 0], depth)
    with pytest.raises(InputError, match=r"strength 0\.1 of 5 steps leaves none; take 0\.2 to 1"):
        pipe(PROMPT, rgb, depth, 0.1, num_inference_steps=5)
    with pytest.raises(InputError, match=r"strength 1\.5 of 50 steps"):
        pipe(PROMPT, rgb, depth, 1.5)
    with pytest.raises(InputError, match="62×60 cannot be painted"):
        pipe(PROMPT, rgb[:60, :62], depth)
    with pytest.raises(InputError, match="3 pictures for 2 prompts"):
        pipe(["a", "b"], np.stack([rgb] * 3))
    with pytest.raises(TypeError, match="image"):
        pipe(PROMPT, rgb, depth, image=rgb)


def test_a_checkpoint_whose_size_is_a_pair(made: Callable[..., Any]) -> None:
    pipe = made("LDM3DImg2ImgPipeline", "pano")
    assert list(pipe.unet.config.sample_size) == [8, 16]
    assert made("LDM3DInpaintPipeline", "pano").unet.config.sample_size == [8, 16]
