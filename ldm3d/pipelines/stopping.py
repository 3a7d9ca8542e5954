"""Stopping a pipeline from within: quickly, and with everything kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn

_NETWORKS = ("text_encoder", "image_encoder", "unet", "vae", "safety_checker")


@contextmanager
def stop_when(pipe: Any, check: Callable[[], object]) -> Iterator[None]:
    """Call `check()` before every block of the pipeline's networks; what it raises stops the pipeline and passes on.

    A block is a network itself and every part of it that stands in a list: the U-Net's and the VAE's blocks with their
    resnets and transformers, the text encoder's layers. Afterwards the pipeline is as before and can be called again:
    no hooks stay, and LoRA weights that diffusers had scaled for the call that was stopped have their scale back.
    """
    networks = [part for name in _NETWORKS if isinstance(part := getattr(pipe, name, None), nn.Module)]
    modules = [module for network in networks for module in network.modules()]
    scales = [(scaling, dict(scaling)) for module in modules if (scaling := _scaling(module))]

    def ask(*_: object) -> None:
        check()

    hooks = [block.register_forward_pre_hook(ask) for network in networks for block in _blocks(network)]
    try:
        yield
    except BaseException:
        for scaling, before in scales:
            scaling.update(before)
        raise
    finally:
        for hook in hooks:
            hook.remove()


def _scaling(module: nn.Module) -> dict[str, float]:
    """Return a LoRA layer's scales by adapter, the dictionary that peft keeps; empty for any other module."""
    scaling = getattr(module, "scaling", None)
    return scaling if isinstance(scaling, dict) else {}


def _blocks(network: nn.Module) -> Iterator[nn.Module]:
    yield network
    for module in network.modules():
        if isinstance(module, nn.ModuleList):
            yield from module
