"""Panoramas close: the networks have no edge in x inside the context, and are what they were outside of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from accelerate import cpu_offload
from accelerate.hooks import remove_hook_from_submodules
from diffusers import AutoencoderKL, UNet2DConditionModel
from peft import LoraConfig
from torch import Tensor, nn

from ldm3d import seamless as module
from ldm3d.seamless import POLE, calm_poles, seamless
from ldm3d.sphere import to_linear

SHAPES = {"unet": (4, 16, 32), "decoder": (4, 16, 32), "encoder": (6, 128, 256)}
STRIDES = {"unet": (8, 8), "decoder": (1, 8), "encoder": (8, 1)}  # of what goes in, of what comes out
ERROR = {torch.float64: 1e-10, torch.float32: 1e-4}


@pytest.fixture(autouse=True, scope="module")
def no_gradients() -> Any:
    with torch.no_grad():
        yield


@pytest.fixture
def unet(checkpoint: Callable[..., Path]) -> UNet2DConditionModel:
    return UNet2DConditionModel.from_pretrained(checkpoint("ldm3d") / "unet").double().eval()


@pytest.fixture
def vae(checkpoint: Callable[..., Path]) -> AutoencoderKL:
    return AutoencoderKL.from_pretrained(checkpoint("ldm3d") / "vae").double().eval()


def run(name: str, unet: UNet2DConditionModel, vae: AutoencoderKL, picture: Tensor) -> Tensor:
    """Return what the network called `name` makes of `picture` in one forward."""
    if name == "unet":
        text = torch.linspace(-1, 1, 5 * 32, dtype=picture.dtype).reshape(1, 5, 32)
        return unet(picture, 500, encoder_hidden_states=text).sample
    if name == "decoder":
        return vae.decode(picture).sample
    return vae.encode(picture).latent_dist.parameters


def given(name: str, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(1, *SHAPES[name], generator=torch.Generator().manual_seed(7), dtype=torch.float64).to(dtype)


def unevenness(network: Callable[[Tensor], Tensor], picture: Tensor, step: tuple[int, int], count: int) -> float:
    """Return the largest difference between rolling before and after `network`, over `count` multiples of `step`."""
    still = network(picture)
    into, out = step
    moved = ((network(picture.roll(k * into, -1)) - still.roll(k * out, -1)).abs().max() for k in range(1, count))
    return float(max(moved))


@pytest.mark.parametrize("large", [1, 1 << 30], ids=["edges mended", "input copied"])
@pytest.mark.parametrize("dtype", ERROR)
@pytest.mark.parametrize("name", SHAPES)
def test_rolling_what_goes_in_rolls_what_comes_out(
    name: str, dtype: torch.dtype, large: int, unet: Any, vae: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LARGE", large)
    unet, vae = unet.to(dtype), vae.to(dtype)
    picture = given(name, dtype)

    def network(x: Tensor) -> Tensor:
        return run(name, unet, vae, x)

    with seamless(unet, vae):
        assert unevenness(network, picture, STRIDES[name], 4) < ERROR[dtype]
    assert unevenness(network, picture, STRIDES[name], 4) > 0.01  # as it is without


@pytest.mark.parametrize("dtype", ERROR)
@pytest.mark.parametrize(("name", "step"), [("decoder", (4, 32)), ("encoder", (32, 4))])
def test_tiles_run_on_across_the_seam(name: str, step: tuple[int, int], dtype: torch.dtype, vae: Any) -> None:
    """Tiles of 8 latent pixels overlap by 2; around a circle of 32 eight of them stand 4 apart."""
    vae = tiled(vae).to(dtype)

    def network(x: Tensor) -> Tensor:
        return run(name, None, vae, x)  # type: ignore[arg-type]

    picture = given(name, dtype)
    with seamless(vae=vae):
        assert unevenness(network, picture, step, 8) < ERROR[dtype]
    assert unevenness(network, picture, step, 8) > 0.01


@pytest.mark.parametrize(("height", "width"), [(8, 16), (16, 32), (11, 23), (20, 9), (32, 64), (20, 8)])
def test_tiles_add_up_to_the_whole(height: int, width: int, vae: Any) -> None:
    """Where no pixel depends on its neighbours, tiles make no difference, whatever the size."""
    vae.decoder, vae.post_quant_conv = nn.Upsample(scale_factor=8), nn.Identity()
    vae.encoder, vae.quant_conv = nn.AvgPool2d(8), nn.Identity()
    vae.register_module("wide", nn.Conv2d(1, 1, 3, padding=1))
    vae = tiled(vae)
    latents = torch.randn(2, 8, height, width, dtype=torch.float64)
    picture = torch.randn(1, 8, 8 * height, 8 * width, dtype=torch.float64)
    with seamless(vae=vae):
        torch.testing.assert_close(vae.decode(latents).sample, vae.decoder(latents))
        torch.testing.assert_close(vae.encode(picture).latent_dist.parameters, vae.encoder(picture))


def tiled(vae: Any) -> Any:
    vae.enable_tiling()
    vae.tile_latent_min_size, vae.tile_sample_min_size = 8, 64
    return vae


@pytest.mark.parametrize("large", [1, 1 << 30], ids=["edges mended", "input copied"])
@pytest.mark.parametrize(
    "convolution",
    [
        nn.Conv2d(3, 4, 3, padding=1),
        nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False),
        nn.Conv2d(4, 4, (3, 7), padding=(1, 3), groups=2),
        nn.Conv2d(3, 4, 3, padding=2, dilation=2),
        nn.Conv2d(3, 4, 3, padding="same"),
        nn.Conv2d(3, 4, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(3, 4, 1),
    ],
    ids=str,
)
def test_a_convolution_pads_in_y_as_before_and_wraps_in_x(
    convolution: nn.Conv2d, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three panoramas side by side have no edge near the middle one."""
    monkeypatch.setattr(module, "_LARGE", large)
    convolution = convolution.double()
    picture = torch.randn(2, convolution.in_channels, 6, 12, dtype=torch.float64)
    beside = convolution(torch.cat([picture] * 3, -1))
    with seamless(convolution):
        wrapped = convolution(picture)
    torch.testing.assert_close(wrapped, beside.unflatten(-1, (3, -1))[..., 1, :])


@pytest.mark.parametrize("tiling", [False, True])
@pytest.mark.parametrize("name", SHAPES)
def test_afterwards_everything_is_as_before_bit_for_bit(name: str, tiling: bool, unet: Any, vae: Any) -> None:
    vae = tiled(vae) if tiling else vae
    picture = given(name)
    before, names = run(name, unet, vae, picture), set(vae.__dict__)
    classes = [type(part) for part in (*unet.modules(), *vae.modules())]
    with seamless(unet, vae):
        assert not torch.allclose(run(name, unet, vae, picture), before)
    with pytest.raises(InterruptedError), seamless(unet, vae):
        raise InterruptedError
    assert torch.equal(run(name, unet, vae, picture), before)
    assert [type(part) for part in (*unet.modules(), *vae.modules())] == classes
    assert set(vae.__dict__) == names


def test_switched_off_it_changes_nothing(unet: Any) -> None:
    picture = given("unet")
    before = run("unet", unet, None, picture)  # type: ignore[arg-type]
    with seamless(unet, enabled=False):
        assert torch.equal(run("unet", unet, None, picture), before)  # type: ignore[arg-type]


def test_contexts_may_be_nested(vae: Any) -> None:
    vae = tiled(vae)
    picture = given("decoder")
    with seamless(vae=vae):
        closed = vae.decode(picture).sample
        with seamless(vae=vae):
            assert torch.equal(vae.decode(picture).sample, closed)
        assert torch.equal(vae.decode(picture).sample, closed)


@pytest.mark.parametrize("name", SHAPES)
def test_convolutions_with_lora_wrap_too(name: str, unet: Any, vae: Any) -> None:
    """LoRA of a convolution is another of the same width beside it, here with a large effect."""
    picture = given(name)
    for network in (unet, vae):
        wide = [key for key, layer in network.named_modules() if isinstance(layer, nn.Conv2d)]
        network.add_adapter(LoraConfig(r=2, lora_alpha=8, target_modules=wide, init_lora_weights=False))
    with seamless(unet, vae):
        adapted = run(name, unet, vae, picture)
        assert unevenness(lambda x: run(name, unet, vae, x), picture, STRIDES[name], 3) < 1e-10
        unet.disable_adapters()
        vae.disable_adapters()
        assert not torch.allclose(run(name, unet, vae, picture), adapted)


@pytest.mark.parametrize("name", SHAPES)
def test_offloaded_networks_wrap_too(name: str, unet: Any, vae: Any) -> None:
    picture = given(name)
    with seamless(unet, vae):
        want = run(name, unet, vae, picture)
    for network in (unet, vae):
        cpu_offload(network, torch.device("cpu"))
    with seamless(unet, vae):
        assert torch.equal(run(name, unet, vae, picture), want)
    for network in (unet, vae):
        remove_hook_from_submodules(network)


def test_a_compiled_network_notices(vae: Any) -> None:
    decoder = vae.decoder.up_blocks[0]
    picture = torch.randn(1, 16, 4, 8, dtype=torch.float64)
    compiled = torch.compile(decoder, backend="eager")
    plain = decoder(picture)
    assert torch.equal(compiled(picture), plain)
    with seamless(vae=vae):
        closed = decoder(picture)
        assert torch.equal(compiled(picture), closed)
    assert torch.equal(compiled(picture), plain)
    assert not torch.allclose(plain, closed)


@pytest.mark.parametrize("width", [16, 512])
@pytest.mark.parametrize("side", [3, 4, 5])
def test_gradients_run_on_across_the_seam(side: int, width: int) -> None:
    torch.manual_seed(0)
    reach, less = (side - 1) // 2, 1 - side % 2
    conv = torch.nn.Conv2d(2, 3, side, padding=reach).double()
    x, towards = torch.randn(1, 2, 40, width).double(), torch.randn(1, 3, 40 - less, width - less).double()
    with torch.enable_grad():
        ours = x.clone().requires_grad_(True)
        with seamless(conv):
            (conv(ours) * towards).sum().backward()
        learnt = conv.weight.grad
        conv.weight.grad = None
        theirs = x.clone().requires_grad_(True)
        padded = torch.nn.functional.pad(theirs, (reach, reach, 0, 0), mode="circular")
        wide = torch.nn.functional.conv2d(padded, conv.weight, conv.bias, padding=(reach, 0))
        (wide * towards).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)
    torch.testing.assert_close(learnt, conv.weight.grad)


def test_poles_have_one_colour_and_one_depth() -> None:
    noise = np.random.default_rng(3)
    rgb = noise.integers(0, 256, (2, 256, 512, 3), np.uint8)
    depth = noise.integers(0, 65536, (2, 128, 256), np.uint16)
    calm_rgb, calm_depth = calm_poles(rgb, depth)
    for before, after in ((rgb, calm_rgb), (depth[..., None], calm_depth[..., None])):
        height = before.shape[1]
        rows = int(np.ceil(POLE * height))
        spread = after.astype(float).std(axis=2).mean(axis=(0, -1))
        assert (after[:, [0, -1]].std(axis=2) == 0).all()
        assert (np.diff(spread[:rows]) > 0).all()
        assert (np.diff(spread[height - rows :]) < 0).all()
        np.testing.assert_array_equal(after[:, rows : height - rows], before[:, rows : height - rows])
    light = to_linear(rgb[:, 0] / 255).mean(1), to_linear(calm_rgb[:, 0, 0] / 255)
    np.testing.assert_allclose(*light, atol=0.01)
    np.testing.assert_allclose(depth[:, -1].mean(1), calm_depth[:, -1, 0], atol=1)


def test_a_smooth_sky_is_left_as_it_is() -> None:
    rows = np.linspace(0, 255, 64).astype(np.uint8)
    rgb = np.broadcast_to(rows[:, None, None], (64, 128, 3))
    depth = np.broadcast_to(rows.astype(np.uint16)[:, None] * 257, (64, 128))
    calm_rgb, calm_depth = calm_poles(rgb, depth)
    np.testing.assert_array_equal(calm_rgb, rgb)
    np.testing.assert_array_equal(calm_depth, depth)
