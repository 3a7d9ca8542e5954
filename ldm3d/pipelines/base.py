"""What LDM3D's pipelines have in common: the way to diffusers' pipelines and back."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from ldm3d.errors import InputError
from ldm3d.pipelines.channels import RGB, Depth, channels_of, from_tensor
from ldm3d.pipelines.output import LDM3DOutput
from ldm3d.pipelines.quiet import quiet
from ldm3d.pipelines.upstream import VaeImageProcessor
from ldm3d.seamless import calm_poles, seamless

STEPS, GUIDANCE = 50, 5.0  # the paper's best (figures 4 and 5)

_log = logging.getLogger("ldm3d")
_OUTPUTS = ("np", "pt", "latent")


class LDM3DMixin:
    """Stands before a pipeline of diffusers among the bases of an LDM3D pipeline."""

    vae: Any
    unet: Any
    config: Any
    safety_checker: Any
    scheduler: Any
    image_processor: Any
    vae_scale_factor: int
    _execution_device: Any
    _enlarges = False
    __call__: Any

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: Any, **kwargs: Any) -> Any:
        """Load a checkpoint by hub name or folder, as diffusers does, with every option that it has there.

        Published checkpoints name a deprecated class and parts by their names of 2023; they load as they are and
        nothing is said about it. Weights are safetensors or, with nothing but tensors in them, `.bin`.

        Raises:
            InputError: it is no LDM3D checkpoint.
        """
        with quiet():
            return super().from_pretrained(pretrained_model_name_or_path, **kwargs)  # type: ignore[misc]

    @classmethod
    def extract_init_dict(cls, config_dict: dict[str, Any], **kwargs: Any) -> Any:
        """Read `model_index.json` as this class's, whatever it names: diffusers would import the deprecated class."""
        return super().extract_init_dict({**config_dict, "_class_name": cls.__name__}, **kwargs)  # type: ignore[misc]

    def load_lora_weights(self, *lora: Any, **options: Any) -> None:
        """Load a LoRA, as diffusers does; nothing is said of one for the U-Net alone."""
        with quiet():
            super().load_lora_weights(*lora, **options)  # type: ignore[misc]

    def register_modules(self, **modules: Any) -> None:
        """Take the pipeline's parts, as diffusers does; `InputError` for networks that are none of LDM3D's."""
        if modules.get("vae") is not None:
            channels_of(modules["vae"])
        if modules.get("unet") is not None and not self._enlarges and modules["unet"].config.num_class_embeds:
            raise InputError("this U-Net is an upscaler's and cannot paint by itself; use LDM3DUpscalePipeline")
        super().register_modules(**modules)  # type: ignore[misc]

    def run_safety_checker(self, image: Any, device: Any, dtype: Any) -> tuple[Any, list[bool] | None]:
        """Show the safety checker the three colour channels; blank all channels of what it takes for unfit."""
        if self.safety_checker is None:
            return image, None
        colour = image[:, :3].to(dtype, copy=True)
        with quiet():
            _, unfit = super().run_safety_checker(colour, device, dtype)  # type: ignore[misc]
        if any(unfit):
            image = image.clone()
            image[torch.tensor(unfit, device=image.device)] = 0
            _log.warning(
                "the checkpoint's safety checker took %d of %d pictures for unfit: their colour and depth are blank; "
                "try another prompt or seed",
                sum(unfit),
                len(unfit),
            )
        return image, unfit

    def _size(self, height: int | None, width: int | None) -> tuple[int, int]:
        """Return the height and width to paint, in pixels; `InputError` for sizes that the networks cannot have."""
        own = self.unet.config.sample_size
        own_height, own_width = (own, own) if isinstance(own, int) else own
        height = height or own_height * self.vae_scale_factor
        width = width or own_width * self.vae_scale_factor
        if height <= 0 or width <= 0 or height % self.vae_scale_factor or width % self.vae_scale_factor:
            raise InputError(
                f"a picture of {width}×{height} cannot be painted; both must be multiples of {self.vae_scale_factor}"
            )
        return height, width

    def _check_steps(self, steps: int, strength: float = 1.0) -> None:
        """Raise `InputError` for numbers of steps that the scheduler cannot take, or that `strength` leaves none of."""
        config = self.scheduler.config
        most = config.get("original_inference_steps") or config.num_train_timesteps - config.get("steps_offset", 0)
        if not 1 <= steps <= most:
            raise InputError(f"{steps} steps cannot be taken by {type(self.scheduler).__name__}; take 1 to {most}")
        if not 0 < strength <= 1 or int(steps * strength) < 1:
            raise InputError(f"strength {strength:g} of {steps} steps leaves none; take {1 / steps:.3g} to 1")

    def _options(self, given: dict[str, Any], output_type: str, ours: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Return the options of the call that go on to diffusers; `TypeError` for those that nobody has."""
        if output_type not in _OUTPUTS:
            raise InputError(f"output_type {output_type} is none of LDM3D's; choose {', '.join(_OUTPUTS)}")
        theirs = inspect.signature(super().__call__).parameters  # type: ignore[misc]
        for name in given:
            if name not in theirs or name in ours or name == "kwargs":
                raise TypeError(f"{type(self).__name__}() has no option {name!r}")
        return given

    @contextmanager
    def _painting(self, closes: bool) -> Iterator[None]:
        """Let diffusers' pipeline hand over the decoder's own tensor, in full precision where depth needs it."""
        before = self.image_processor
        self.image_processor = _AsDecoded.like(before)
        hook = self.vae.decoder.conv_out.register_forward_hook(_precise_depth)
        try:
            with seamless(self.unet, self.vae, enabled=closes):
                yield
        finally:
            hook.remove()
            self.image_processor = before

    def _finished(
        self, decoded: Any, nsfw: list[bool] | None, closes: bool, output_type: str, return_dict: bool
    ) -> LDM3DOutput | tuple[Any, ...] | Any:
        """Turn what the decoder painted, [B, C, H, W] in [-1, 1], into what the call returns."""
        if output_type == "latent":
            return decoded
        painted = _denormalised(decoded, self.vae.dtype)
        if nsfw is not None:
            painted[torch.tensor(nsfw, device=painted.device)] = 0
        if output_type == "pt":
            return painted
        rgb, depth = from_tensor(painted, closes)
        if closes and rgb.shape[2] == 2 * rgb.shape[1]:
            rgb, depth = calm_poles(rgb, depth)
        return _returned(rgb, depth, nsfw, return_dict)


def with_any_sample_size(init: Any) -> Any:
    """Let a pipeline of diffusers be made with a U-Net whose `sample_size` is a pair, [height, width].

    Two of its classes compare it with a number when they look for files of 2022. The signature, by which diffusers
    finds a pipeline's parts, stays.
    """

    @functools.wraps(init)
    def made(self: Any, *parts: Any, **named: Any) -> None:
        unet = inspect.signature(init).bind(self, *parts, **named).arguments["unet"]
        config = unet.config
        size = config.sample_size
        unet._internal_dict = type(config)({**config, "sample_size": size if isinstance(size, int) else max(size)})
        try:
            init(self, *parts, **named)
        finally:
            unet._internal_dict = config

    return made


def closes(seamless: bool | None, height: int, width: int) -> bool:
    """Say whether a picture's left and right edges are neighbours: as it was asked for, or because it is 2:1."""
    return width == 2 * height if seamless is None else seamless


def _returned(rgb: RGB, depth: Depth, nsfw: list[bool] | None, return_dict: bool) -> LDM3DOutput | tuple[Any, ...]:
    return LDM3DOutput(rgb, depth, nsfw) if return_dict else (rgb, depth, nsfw)


class _AsDecoded(VaeImageProcessor):
    """diffusers' image processor, except that tensors leave the pipeline as the decoder painted them."""

    @classmethod
    def like(cls, other: Any) -> Any:
        """Return one with the configuration of `other`."""
        return cls.from_config(other.config)

    def postprocess(self, image: Any, output_type: str = "pil", do_denormalize: Any = None) -> Any:
        """Return tensors untouched, anything else (what the safety checker sees) as diffusers does."""
        return image if output_type == "pt" else super().postprocess(image, output_type, do_denormalize)


def _precise_depth(conv_out: Any, inputs: tuple[Any, ...], painted: Any) -> Any:
    """Have the decoder's last convolution give the depth channels in float32 where it computes in half precision.

    8 bits of mantissa, of bfloat16, would make steps of 0.4 % in a depth of one channel. Colour stays bit for bit.
    """
    if painted.dtype in {torch.float32, torch.float64} or conv_out.weight.is_meta:
        return None  # enough already, or sequential offloading has taken the weights away again
    precise = conv_out._conv_forward(inputs[0].float(), conv_out.weight[3:].float(), conv_out.bias[3:].float())
    return torch.cat([painted[:, :3].float(), precise], 1)


def _denormalised(decoded: Any, dtype: Any) -> Any:
    """From [-1, 1] to [0, 1] in float: colour rounded as `dtype` is, as in diffusers, depth as exact as it came."""
    colour = (decoded[:, :3].to(dtype) * 0.5 + 0.5).clamp(0, 1)
    depth = (decoded[:, 3:].float() * 0.5 + 0.5).clamp(0, 1)
    return torch.cat([colour.float(), depth], 1)
