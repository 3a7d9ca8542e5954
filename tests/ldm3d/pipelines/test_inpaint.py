"""Under the mask colour and depth are painted together; outside it everything stays exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionInpaintPipeline

from ldm3d.errors import InputError
from ldm3d.pipelines.channels import fit, to_tensor
from tests.ldm3d.tiny import make_everything_unsafe

PROMPT = "a red door"
Generators = Callable[..., torch.Generator]


@pytest.fixture
def made_inpaint(made: Callable[..., Any]) -> Callable[..., Any]:
    return lambda kind="4c", **options: made("LDM3DInpaintPipeline", kind, **options)


@pytest.fixture
def mask() -> np.ndarray:
    selected = np.zeros((64, 64), np.bool_)
    selected[16:40, 8:48] = True
    return selected


@pytest.mark.parametrize("kind", ["ldm3d", "4c"])
def test_outside_the_mask_all_stays_and_inside_both_change(
    made_inpaint: Callable[..., Any], kind: str, rgb: np.ndarray, depth: np.ndarray, mask: np.ndarray
) -> None:
    output = made_inpaint(kind)(PROMPT, rgb, depth, mask, num_inference_steps=3)
    np.testing.assert_array_equal(output.rgb[0][~mask], rgb[~mask])
    np.testing.assert_array_equal(output.depth[0][~mask], depth[~mask])
    assert (output.rgb[0][mask] != rgb[mask]).any(-1).mean() > 0.9
    assert (output.depth[0][mask] != depth[mask]).mean() > 0.9


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_inside_the_mask_the_colour_is_that_of_diffusers(
    made_inpaint: Callable[..., Any],
    seed: Generators,
    strength: float,
    rgb: np.ndarray,
    depth: np.ndarray,
    mask: np.ndarray,
) -> None:
    pipe = made_inpaint("ldm3d")
    plain = StableDiffusionInpaintPipeline(**{**pipe.components, "safety_checker": None}, requires_safety_checker=False)
    plain.set_progress_bar_config(disable=True)
    call = {"strength": strength, "num_inference_steps": 4, "guidance_scale": 4.0}
    ours = pipe(PROMPT, rgb, depth, mask, generator=seed(), **call)
    theirs = plain(
        PROMPT,
        to_tensor(rgb, depth, 6),
        torch.from_numpy(mask)[None, None].float(),
        height=64,
        width=64,
        generator=seed(),
        output_type="np",
        **call,
    ).images
    painted = (theirs[..., :3] * 255).round().astype(np.uint8)
    np.testing.assert_array_equal(ours.rgb[0][mask], painted[0][mask])


@pytest.mark.parametrize("kind", ["ldm3d", "4c"])
def test_masks_thinner_than_a_latent_are_painted_too(
    made_inpaint: Callable[..., Any], seed: Generators, kind: str, rgb: np.ndarray, depth: np.ndarray
) -> None:
    wire = np.zeros((64, 64), np.uint8)
    wire[13] = 255
    pipe = made_inpaint(kind)
    painted = [
        pipe(prompt, rgb, depth, wire, num_inference_steps=3, guidance_scale=30.0, generator=seed())
        for prompt in ("a red door", "zzz")
    ]
    assert (painted[0].rgb[0, 13] != painted[1].rgb[0, 13]).any()
    np.testing.assert_array_equal(painted[0].rgb[0, 14:], rgb[14:])


def test_a_mask_in_bytes_is_cut_in_the_middle(
    made_inpaint: Callable[..., Any], seed: Generators, rgb: np.ndarray, depth: np.ndarray, mask: np.ndarray
) -> None:
    pipe = made_inpaint()
    bytes_ = np.where(mask, 128, 127).astype(np.uint8)
    a, b = (pipe(PROMPT, rgb, depth, m, num_inference_steps=2, generator=seed()) for m in (mask, bytes_))
    np.testing.assert_array_equal(a.rgb, b.rgb)


def test_batches_keep_the_outside_of_each(
    made_inpaint: Callable[..., Any], seed: Generators, rgb: np.ndarray, depth: np.ndarray, mask: np.ndarray
) -> None:
    pipe = made_inpaint()
    output = pipe(["a", "b"], rgb, depth, mask, num_inference_steps=2, num_images_per_prompt=2)
    assert output.rgb.shape == (4, 64, 64, 3)
    for number in range(4):
        np.testing.assert_array_equal(output.rgb[number][~mask], rgb[~mask])
    assert (output.rgb[0] != output.rgb[3]).any()
    drawn = pipe(["a", "b"], rgb, depth, mask, num_inference_steps=2, generator=[seed(0), seed(1)])
    assert drawn.rgb.shape[0] == 2


def test_another_size_takes_the_mask_along(
    made_inpaint: Callable[..., Any], rgb: np.ndarray, depth: np.ndarray, mask: np.ndarray
) -> None:
    output = made_inpaint()(PROMPT, rgb, depth, mask, height=128, width=128, num_inference_steps=2)
    assert output.rgb.shape == (1, 128, 128, 3)
    doubled = mask.repeat(2, 0).repeat(2, 1)
    kept_rgb, kept_depth = fit(rgb, depth, (128, 128))
    np.testing.assert_array_equal(output.rgb[0][~doubled], kept_rgb[0][~doubled])
    np.testing.assert_array_equal(output.depth[0][~doubled], kept_depth[0][~doubled])


def test_an_unfit_picture_is_blank_outside_the_mask_as_well(
    made_inpaint: Callable[..., Any], rgb: np.ndarray, depth: np.ndarray, mask: np.ndarray
) -> None:
    pipe = made_inpaint()
    make_everything_unsafe(pipe)
    output = pipe(PROMPT, rgb, depth, mask, num_inference_steps=1)
    assert not output.rgb.any()
    assert not output.depth.any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rgb": None}, "repainting lacks rgb"),
        ({"depth": None, "mask": None}, "repainting lacks depth and mask"),
        ({"mask": np.zeros((64, 64), np.uint8)}, "the mask selects nothing"),
        ({"mask": np.ones((64, 64))}, "the mask is float64"),
        ({"mask": np.ones((32, 64), np.bool_)}, "the mask is 64×32 and the picture 64×64"),
        ({"rgb": np.zeros((2, 64, 64, 3), np.uint8)}, "takes one picture"),
    ],
)
def test_wrong_input_is_one_sentence(
    made_inpaint: Callable[..., Any], change: dict[str, Any], said: str, rgb: np.ndarray, depth: np.ndarray
) -> None:
    given = {"rgb": rgb, "depth": depth, "mask": np.ones((64, 64), np.bool_), **change}
    with pytest.raises(InputError, match=said):
        made_inpaint()(PROMPT, **given)
