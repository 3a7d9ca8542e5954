"""A stop comes before the next block of whatever network computes, and leaves the pipeline as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ldm3d.pipelines.stopping import stop_when
from tests.ldm3d.tiny import write_lora


class Stopped(Exception):  # noqa: N818
    pass


def after(count: int) -> Callable[[], None]:
    left = [count]

    def check() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Stopped

    return check


def hooks(pipe: Any) -> int:
    networks = [part for part in pipe.components.values() if isinstance(part, nn.Module)]
    return sum(len(module._forward_pre_hooks) for network in networks for module in network.modules())


def count_checks(pipe: Any, **call: Any) -> int:
    asked = [0]
    with stop_when(pipe, lambda: asked.__setitem__(0, asked[0] + 1)):
        pipe("a", **call)
    return asked[0]


def test_it_is_asked_in_every_network_and_block(made: Callable[..., Any], rgb: np.ndarray, depth: np.ndarray) -> None:
    pipe = made("LDM3DImg2ImgPipeline", "4c")
    entered: list[str] = []
    now: list[str] = []
    for name in ("text_encoder", "unet", "vae", "safety_checker"):
        network = getattr(pipe, name)
        for part in (network, network.decoder, network.encoder) if name == "vae" else (network,):
            part.register_forward_pre_hook(lambda *_, name=name: now.__setitem__(slice(None), [name]))
    with stop_when(pipe, lambda: entered.extend(now)):
        pipe("a", rgb, depth, num_inference_steps=2)
    assert {"text_encoder", "unet", "vae", "safety_checker"} <= set(entered)
    assert entered.count("unet") > 60


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.6, 0.9, 0.99])
def test_stopped_anywhere_it_paints_the_same_again(
    made: Callable[..., Any], seed: Callable[..., torch.Generator], share: float
) -> None:
    pipe = made(kind="4c")
    call = {"height": 64, "width": 128, "num_inference_steps": 2}
    before = pipe("a", generator=seed(), **call)
    total, none = count_checks(pipe, **call), hooks(pipe)
    with pytest.raises(Stopped), stop_when(pipe, after(int(share * total))):
        pipe("a", generator=seed(), **call)
    assert hooks(pipe) == none
    again = pipe("a", generator=seed(), **call)
    np.testing.assert_array_equal(again.rgb, before.rgb)
    np.testing.assert_array_equal(again.depth, before.depth)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_a_lora_scaled_for_the_stopped_call_has_its_scale_back(
    made: Callable[..., Any], seed: Callable[..., torch.Generator], share: float, tmp_path: Path
) -> None:
    pipe = made(kind="4c")
    pipe.load_lora_weights(str(write_lora(tmp_path)))
    call = {"num_inference_steps": 2, "cross_attention_kwargs": {"scale": 0.3}}
    before = pipe("a", generator=seed(), **call)
    with pytest.raises(Stopped), stop_when(pipe, after(int(share * count_checks(pipe, **call)))):
        pipe("a", generator=seed(), **call)
    np.testing.assert_array_equal(pipe("a", generator=seed(), **call).rgb, before.rgb)


def test_nothing_lies_long_between_two_questions(made: Callable[..., Any]) -> None:
    """Every convolution of U-Net and VAE but their first and last belongs to a block that asks before it begins."""
    pipe = made(kind="4c")
    with stop_when(pipe, lambda: None):
        for network in (pipe.unet, pipe.vae):
            asking = {name for name, module in network.named_modules() if module._forward_pre_hooks}
            for name, module in network.named_modules():
                if isinstance(module, nn.Conv2d) and "mid_block" not in name and "_block" in name:
                    assert any(name.startswith(f"{block}.") for block in asking if block), name
