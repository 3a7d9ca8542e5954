"""Samplers by name. Only the standard library is imported with this module; diffusers when a sampler is set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ldm3d.errors import InputError


@dataclass(frozen=True)
class Sampler:
    """A way from noise to picture.

    Attributes:
        says: what it is good for, in a few words.
        scheduler: diffusers' class.
        options: what it is configured with beyond the checkpoint's own noise schedule.
    """

    says: str
    scheduler: str
    options: dict[str, Any] = field(default_factory=dict)


SAMPLERS: dict[str, Sampler] = {
    "ddim": Sampler("the paper's: 50 steps, best with 100", "DDIMScheduler"),
    "dpm++2m-karras": Sampler(
        "as good in 20 to 30 steps",
        "DPMSolverMultistepScheduler",
        {"algorithm_type": "dpmsolver++", "solver_order": 2, "use_karras_sigmas": True},
    ),
    "euler": Sampler("plain and sturdy, 30 steps", "EulerDiscreteScheduler"),
    "unipc": Sampler("good in 10 to 20 steps", "UniPCMultistepScheduler"),
    "lcm": Sampler("4 to 8 steps, with an LCM LoRA and guidance 1 to 2", "LCMScheduler"),
}
"""By the name that requests and the command line have for it."""

# What describes the checkpoint's noise, and is true for every sampler; anything else is a sampler's own business.
_NOISE = (
    "num_train_timesteps",
    "beta_start",
    "beta_end",
    "beta_schedule",
    "trained_betas",
    "prediction_type",
    "rescale_betas_zero_snr",
)
_OFTEN = {"steps_offset": 1, "set_alpha_to_one": False, "clip_sample": False}  # every Stable Diffusion 1's


def set_sampler(pipe: Any, name: str) -> None:
    """Give a pipeline the sampler `name`, for the noise that its checkpoint was trained with.

    Raises:
        InputError: there is no sampler of that name.
    """
    if name not in SAMPLERS:
        raise InputError(f"there is no sampler {name}; choose {', '.join(SAMPLERS)}")
    import inspect

    import diffusers

    sampler = SAMPLERS[name]
    scheduler = getattr(diffusers, sampler.scheduler)
    taken = inspect.signature(scheduler.__init__).parameters
    noise = {key: pipe.scheduler.config[key] for key in _NOISE if key in taken and key in pipe.scheduler.config}
    often = {key: value for key, value in _OFTEN.items() if key in taken}
    pipe.scheduler = scheduler(**{**often, **noise, **sampler.options})
