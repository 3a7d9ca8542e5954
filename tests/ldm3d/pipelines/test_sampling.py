"""Samplers by name, for the noise that the checkpoint was trained with."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ldm3d.errors import InputError
from ldm3d.pipelines.sampling import SAMPLERS, set_sampler

NOISE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_paints_with_the_checkpoints_noise(made: Callable[..., Any], name: str) -> None:
    pipe = made(kind="4c")
    set_sampler(pipe, name)
    assert type(pipe.scheduler).__name__ == SAMPLERS[name].scheduler
    assert {key: pipe.scheduler.config[key] for key in NOISE} == NOISE
    guidance = 1.0 if name == "lcm" else 5.0
    assert pipe("a forest", num_inference_steps=4, guidance_scale=guidance).rgb.shape == (1, 64, 64, 3)


def test_the_papers_sampler_is_the_published_one(
    made: Callable[..., Any], seed: Callable[..., torch.Generator]
) -> None:
    pipe = made(kind="4c")
    published = pipe("a forest", num_inference_steps=5, generator=seed())
    set_sampler(pipe, "ddim")
    np.testing.assert_array_equal(pipe("a forest", num_inference_steps=5, generator=seed()).rgb, published.rgb)


def test_a_sampler_does_not_remember_the_one_before(
    made: Callable[..., Any], seed: Callable[..., torch.Generator]
) -> None:
    pipe = made(kind="4c")
    alone = {}
    for name in SAMPLERS:
        fresh = made(kind="4c")
        set_sampler(fresh, name)
        alone[name] = dict(fresh.scheduler.config)
    for before, name in itertools.permutations(SAMPLERS, 2):
        set_sampler(pipe, before)
        set_sampler(pipe, name)
        assert dict(pipe.scheduler.config) == alone[name], f"{name} after {before}"


def test_the_samplers_differ(made: Callable[..., Any], seed: Callable[..., torch.Generator]) -> None:
    pipe, pictures = made(kind="4c"), []
    for name in SAMPLERS:
        set_sampler(pipe, name)
        pictures.append(pipe("a forest", num_inference_steps=4, guidance_scale=2.0, generator=seed()).rgb)
    for one, other in itertools.combinations(pictures, 2):
        assert (one != other).any()


@pytest.mark.parametrize(("name", "most"), [("ddim", 999), ("lcm", 50)])
def test_steps_that_a_sampler_cannot_take_are_one_sentence(made: Callable[..., Any], name: str, most: int) -> None:
    pipe = made(kind="4c")
    set_sampler(pipe, name)
    for steps in (0, most + 1):
        with pytest.raises(InputError, match=f"{steps} steps cannot be taken by .*; take 1 to {most}"):
            pipe("a forest", num_inference_steps=steps)
    taken = []

    def stop_soon(pipeline: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        taken.append(step)
        pipeline._interrupt = True
        return tensors

    pipe("a forest", num_inference_steps=most, callback_on_step_end=stop_soon)
    assert taken == [0]


def test_an_unknown_sampler_is_one_sentence(made: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match=r"no sampler plms; choose ddim, dpm\+\+2m-karras, euler, unipc, lcm"):
        set_sampler(made(), "plms")


@pytest.mark.parametrize("module", ["ldm3d", "ldm3d.pipelines", "ldm3d.pipelines.sampling", "ldm3d.rgbd"])
def test_names_and_tables_cost_no_torch(module: str) -> None:
    program = f"import sys, {module}; print(sorted({{'torch', 'diffusers', 'transformers'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_everything_of_the_package_is_there_by_name() -> None:
    import ldm3d

    for name in ldm3d.__all__:
        assert getattr(ldm3d, name).__name__ == name
        assert name in dir(ldm3d)
    with pytest.raises(AttributeError, match="no attribute 'LDM4DPipeline'"):
        _ = ldm3d.LDM4DPipeline
