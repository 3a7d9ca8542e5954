"""The networks at the published sizes: their counts, and that nothing in them has an edge."""

from __future__ import annotations

import pytest
import torch

from benchmarks import full_size
from ldm3d.seamless import seamless


def counts(channels: int) -> dict[str, int]:
    with torch.device("meta"):
        return {name: full_size.parameters(full_size.network(name, channels)) for name in full_size.NETWORKS}


def test_the_networks_have_as_many_parameters_as_published() -> None:
    """Stable Diffusion 1's own counts; the paper's table 1 gives 1.06 billion for the three together."""
    assert counts(3) == {
        "unet": 859_520_964,
        "vae": 83_653_863,
        "text_encoder": 123_060_480,
        "safety_checker": 303_981_588,
    }
    ldm3d = counts(6)
    assert ldm3d["unet"] + ldm3d["vae"] + ldm3d["text_encoder"] == pytest.approx(1.06e9, rel=0.01)


@pytest.mark.parametrize("channels", [4, 6])
def test_depth_adds_only_what_the_first_and_the_last_convolution_need(channels: int) -> None:
    """A 3×3 convolution to 128 channels, and one from 128 with an offset: 6,915 for six channels.

    The paper says 9,600 (section 3.1) and 9,615 (section 4.3), which no three more channels give.
    """
    more = channels - 3
    added = counts(channels)["vae"] - counts(3)["vae"]
    assert added == 9 * 128 * more + (9 * 128 + 1) * more
    assert added == {6: 6915, 4: 2305}[channels]


@pytest.mark.full
@pytest.mark.parametrize("name", ["unet", "decoder", "encoder"])
def test_rolling_what_goes_in_rolls_what_comes_out_at_full_size(name: str) -> None:
    torch.manual_seed(0)
    network = full_size.network("unet" if name == "unet" else "vae")

    def run(picture: torch.Tensor) -> torch.Tensor:
        if name == "unet":
            text = torch.linspace(-1, 1, 77 * 768).reshape(1, 77, 768)
            return network(picture, 500, encoder_hidden_states=text).sample
        return network.decode(picture).sample if name == "decoder" else network.encode(picture).latent_dist.mean

    shape, into, out = {
        "unet": ((1, 4, 16, 32), 8, 8),
        "decoder": ((1, 4, 16, 32), 1, 8),
        "encoder": ((1, 6, 128, 256), 8, 1),
    }[name]
    picture = torch.randn(shape)
    with torch.no_grad(), seamless(network):
        moved, still = run(picture.roll(into, -1)), run(picture)
    assert (moved - still.roll(out, -1)).abs().max() < 1e-4
