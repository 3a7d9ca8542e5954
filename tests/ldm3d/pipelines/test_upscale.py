"""LDM3D-SR: what the U-Net is shown, the sixteen bits of the depth, and the loop against an independent one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ldm3d import LDM3DUpscalePipeline
from ldm3d.errors import InputError
from ldm3d.pipelines.channels import fit, from_tensor, to_tensor
from tests.ldm3d.tiny import make_everything_unsafe, write_lora

Generators = Callable[..., torch.Generator]


@pytest.fixture
def pipe(made: Callable[..., Any]) -> Any:
    return made("LDM3DUpscalePipeline", "sr")


def watch(pipe: Any) -> list[tuple[torch.Tensor, dict[str, Any]]]:
    """Return a list that fills with what the U-Net is given."""
    given: list[tuple[torch.Tensor, dict[str, Any]]] = []
    pipe.unet.register_forward_pre_hook(lambda _, args, named: given.append((args[0].clone(), named)), with_kwargs=True)
    return given


def test_the_unet_is_shown_the_encoded_picture_without_noise_at_every_step(
    pipe: Any, seed: Generators, rgb: np.ndarray, depth: np.ndarray
) -> None:
    given = watch(pipe)
    pipe(rgb=rgb, depth=depth, height=128, width=128, num_inference_steps=3, generator=seed())
    pictures = 2 * to_tensor(rgb, depth, 4, (128, 128)) - 1
    with torch.no_grad():
        shown = pipe.vae.encode(pictures).latent_dist.sample(seed()) * 0.18215
    assert len(given) == 3
    for noisy, named in given:
        assert noisy.shape == (2, 8, 16, 16)
        torch.testing.assert_close(noisy[:, 4:], torch.cat([shown, shown]))
        assert named["class_labels"].tolist() == [20, 20]
    assert not torch.equal(given[0][0][:, :4], given[1][0][:, :4])


def test_the_loop_is_that_of_the_models_own_code(
    pipe: Any, seed: Generators, rgb: np.ndarray, depth: np.ndarray
) -> None:
    """An independent loop: the encoder's sample first, the noise next, guidance, DDIM, the decoder."""
    ours = pipe("fine", rgb, depth, 64, 96, 4, 3.0, 7, seamless=False, generator=seed(), negative_prompt="blurred")
    generator = seed()
    with torch.no_grad():
        wanted, unwanted = (
            pipe.text_encoder(
                pipe.tokenizer(text, padding="max_length", max_length=77, return_tensors="pt").input_ids
            ).last_hidden_state
            for text in ("fine", "blurred")
        )
        shown = pipe.vae.encode(2 * to_tensor(rgb, depth, 4, (96, 64)) - 1).latent_dist.sample(generator) * 0.18215
        latents = torch.randn((1, 4, 8, 12), generator=generator)
        pipe.scheduler.set_timesteps(4)
        for timestep in pipe.scheduler.timesteps:
            both = [
                pipe.unet(torch.cat([latents, shown], 1), timestep, text, class_labels=torch.tensor([7])).sample
                for text in (unwanted, wanted)
            ]
            noise = both[0] + 3.0 * (both[1] - both[0])
            latents = pipe.scheduler.step(noise, timestep, latents).prev_sample
        decoded = pipe.vae.decode(latents / 0.18215).sample
    rgb_, depth_ = from_tensor((decoded / 2 + 0.5).clamp(0, 1))
    assert np.abs(ours.rgb.astype(int) - rgb_).max() <= 1
    assert np.abs(ours.depth.astype(int) - depth_).max() <= 10


def test_depth_keeps_more_than_eight_bits_on_the_way_in_and_out(
    pipe: Any, seed: Generators, rgb: np.ndarray, depth: np.ndarray
) -> None:
    encoded = []
    pipe.vae.encoder.register_forward_pre_hook(lambda _, given: encoded.append(given[0].clone()))
    output = pipe(rgb=rgb, depth=depth, height=128, width=128, num_inference_steps=2, generator=seed())
    entered = (encoded[0][0, 3].numpy() / 2 + 0.5) * 65535
    np.testing.assert_allclose(entered, fit(rgb, depth, (128, 128))[1][0], atol=0.02)
    assert len(np.unique(np.rint(entered))) > 1000
    assert (output.rgb.shape, output.depth.shape) == ((1, 128, 128, 3), (1, 128, 128))
    assert len(np.unique(output.depth)) > 1000


def test_the_checkpoints_own_size_is_the_target(pipe: Any, rgb: np.ndarray, depth: np.ndarray) -> None:
    assert pipe(rgb=rgb[:32, :32], depth=depth[:8, :8], num_inference_steps=1).rgb.shape == (1, 64, 64, 3)


def test_batches_generators_and_callbacks(pipe: Any, seed: Generators, rgb: np.ndarray, depth: np.ndarray) -> None:
    call = {"height": 64, "width": 64, "num_inference_steps": 2}
    pictures, depths = np.stack([rgb, 255 - rgb]), np.stack([depth, 65535 - depth])
    together = pipe(["a", "b"], pictures, depths, generator=[seed(0), seed(1)], **call)
    for number, prompt in enumerate("ab"):
        single = pipe(prompt, pictures[number], depths[number], generator=seed(number), **call)
        assert np.abs(together.rgb[number].astype(int) - single.rgb[0]).max() <= 1
    assert pipe("a", rgb, depth, num_images_per_prompt=2, **call).rgb.shape[0] == 2
    steps = []

    def stop_after_one(pipe: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        steps.append((step, sorted(tensors)))
        pipe._interrupt = True
        return tensors

    pipe("a", rgb, depth, callback_on_step_end=stop_after_one, **call)
    assert steps == [(0, ["latents"])]


def test_lora_changes_the_picture(
    pipe: Any, seed: Generators, rgb: np.ndarray, depth: np.ndarray, tmp_path: Path
) -> None:
    def paint() -> np.ndarray:
        return pipe("a", rgb, depth, 64, 64, 2, generator=seed()).rgb

    plain = paint()
    pipe.load_lora_weights(str(write_lora(tmp_path)))
    assert (paint() != plain).any()
    pipe.unload_lora_weights()
    np.testing.assert_array_equal(paint(), plain)


def test_the_safety_checker_looks_here_too(pipe: Any, rgb: np.ndarray, depth: np.ndarray) -> None:
    make_everything_unsafe(pipe)
    output = pipe(rgb=rgb, depth=depth, num_inference_steps=1)
    assert output.nsfw == [True]
    assert not output.rgb.any()
    assert not output.depth.any()


def test_the_published_parts_are_saved_again(pipe: Any, tmp_path: Path) -> None:
    pipe.save_pretrained(tmp_path)
    again = LDM3DUpscalePipeline.from_pretrained(tmp_path)
    assert type(again.low_res_scheduler).__name__ == "DDPMScheduler"
    assert again.config.max_noise_level == 350


def test_wrong_input_is_one_sentence(pipe: Any, made: Callable[..., Any], rgb: np.ndarray, depth: np.ndarray) -> None:
    with pytest.raises(InputError, match="lacks rgb or depth"):
        pipe(rgb=rgb)
    with pytest.raises(InputError, match="noise level 351 is out of range; take 0 to 350"):
        pipe(rgb=rgb, depth=depth, noise_level=351)
    with pytest.raises(InputError, match="multiples of 8"):
        pipe(rgb=rgb, depth=depth, height=100, width=100)
    with pytest.raises(InputError, match="a U-Net with 4 channels in cannot enlarge"):
        made("LDM3DUpscalePipeline", "4c")
