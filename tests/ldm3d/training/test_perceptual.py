"""The perceptual loss: VGG16 as published, LPIPS against its formula, and the recogniser's maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from ldm3d.data import Sample, to_channels
from ldm3d.errors import InputError, MachineError
from ldm3d.recognition.network import Network
from ldm3d.recognition.recogniser import WEIGHTS, Classes, Recogniser, save
from ldm3d.training.perceptual import PictureLoss, RecogniserLoss, Vgg16, distance, load, plain


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return {name: torch.randn_like(tensor) * 0.05 for name, tensor in Vgg16().state_dict().items()}


@pytest.fixture(scope="module")
def channels() -> dict[str, Tensor]:
    torch.manual_seed(1)
    return {f"lin{number}.model.1.weight": torch.rand(1, width, 1, 1) for number, width in enumerate(Vgg16.widths)}


def test_vgg16_has_the_published_parameters_and_maps() -> None:
    network = Vgg16()
    # 14,714,688: the published count without the three layers of the classifier.
    assert sum(one.numel() for one in network.parameters()) == 14_714_688
    maps = network(torch.rand(1, 3, 32, 64))
    assert [tuple(one.shape[1:]) for one in maps] == [
        (64, 32, 64), (128, 16, 32), (256, 8, 16), (512, 4, 8), (512, 2, 4),
    ]  # fmt: skip
    assert all(one.min() >= 0 for one in maps)


def test_vgg16_is_the_sequence_that_torchvision_numbers(weights: dict[str, Tensor]) -> None:
    # Configuration D of the paper, with an activation after each convolution: what the numbers of the names count.
    plan = [64, 64, "pool", 128, 128, "pool", *[256] * 3, "pool", *[512] * 3, "pool", *[512] * 3]
    layers: list[torch.nn.Module] = []
    into = 3
    for out in plan:
        if isinstance(out, str):
            layers.append(torch.nn.MaxPool2d(2))
        else:
            layers += [torch.nn.Conv2d(into, out, 3, padding=1), torch.nn.ReLU()]
            into = out
    sequence = torch.nn.Sequential(*layers)
    sequence.load_state_dict({name.removeprefix("features."): tensor for name, tensor in weights.items()})
    network = Vgg16()
    network.load_state_dict(weights)
    pictures = torch.rand(1, 3, 32, 32) * 2 - 1
    mean, spread = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])  # of ImageNet, in [0, 1]
    normal = ((pictures + 1) / 2 - mean[:, None, None]) / spread[:, None, None]
    torch.testing.assert_close(network(pictures)[-1], sequence(normal), rtol=1e-2, atol=1e-4)


def test_distance_is_the_formula_of_lpips() -> None:
    generator = np.random.default_rng(0)
    ours, theirs = generator.normal(size=(2, 3, 2, 2)), generator.normal(size=(2, 3, 2, 2))
    weight = generator.random(3)
    told = distance([torch.tensor(ours)], [torch.tensor(theirs)], [torch.tensor(weight)[:, None, None]])
    expected = 0.0
    for b in range(2):
        for y in range(2):
            for x in range(2):
                one, other = ours[b, :, y, x], theirs[b, :, y, x]
                difference = one / np.linalg.norm(one) - other / np.linalg.norm(other)
                expected += float(weight @ difference**2) / 8
    assert float(told) == pytest.approx(expected, rel=1e-5)


def test_depth_counts_as_much_as_colour() -> None:
    network = Vgg16()
    loss = PictureLoss(network)
    torch.manual_seed(0)
    one, other = torch.rand(2, 1, 3, 32, 32) * 2 - 1
    both = [torch.cat([one, one], 1), torch.cat([other, one], 1), torch.cat([one, other], 1)]
    colour, relief = loss(both[1], both[0]), loss(both[2], both[0])
    torch.testing.assert_close(colour, relief)
    assert loss(both[0], both[0]) == 0
    assert colour > 0


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_weights_are_read_from_a_folder_with_those_of_channels_beside(
    weights: dict[str, Tensor], channels: dict[str, Tensor], tmp_path: Path, suffix: str
) -> None:
    torch.manual_seed(2)
    painted, real = torch.rand(2, 1, 4, 32, 32) * 2 - 1
    more = {**weights, "classifier.0.weight": torch.zeros(2, 2)}
    if suffix == ".pth":
        torch.save(more, tmp_path / "vgg16-397923af.pth")
    else:
        save_file(more, tmp_path / "model.safetensors")
    without = load(str(tmp_path))(painted, real)
    save_file(channels, tmp_path / "vgg.safetensors")
    painted.requires_grad_(True)
    loss = load(str(tmp_path))
    told = loss(painted, real)
    assert told != without
    expected = []
    network = Vgg16()
    network.load_state_dict(weights)
    for pictures in (slice(0, 3), [3, 3, 3]):
        maps = zip(network(painted[:, pictures]), network(real[:, pictures]), channels.values(), strict=True)
        expected.append(sum(distance([one], [other], [line[0]]) for one, other, line in maps))
    torch.testing.assert_close(told, sum(expected) / 2)
    told.backward()
    assert painted.grad.abs().max() > 0
    assert not any(one.requires_grad for one in loss.parameters())


def test_what_is_missing_is_one_sentence(
    weights: dict[str, Tensor], channels: dict[str, Tensor], tmp_path: Path, hub_cache: Path
) -> None:
    with pytest.raises(MachineError, match=r"timm/vgg16\.tv_in1k is not on this disk; download it with `hf download"):
        load("vgg16")
    with pytest.raises(InputError, match="neither a folder here nor a name of the hub"):
        load(str(tmp_path / "nothing"))
    save_file({"features.0.weight": weights["features.0.weight"]}, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match=r"holds no VGG16 .*features.0.bias"):
        load(str(tmp_path))
    save_file({**weights, "lin0.model.1.weight": torch.ones(1, 64, 1, 1)}, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="not those of VGG16"):
        load(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"cut short")
    with pytest.raises(InputError, match="cannot be read as weights"):
        load(str(tmp_path))


def test_a_network_of_the_hubs_cache_is_found(weights: dict[str, Tensor], hub_cache: Path) -> None:
    repository = hub_cache / "models--timm--vgg16.tv_in1k"
    snapshot = repository / "snapshots" / "0123"
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0123")
    save_file(weights, snapshot / "model.safetensors")
    assert load("vgg16")(torch.zeros(1, 6, 32, 32), torch.zeros(1, 6, 32, 32)) == 0


def test_the_recognisers_maps_are_a_loss_of_plain_and_of_packed_depth(tmp_path: Path) -> None:
    torch.manual_seed(0)
    save(tmp_path / WEIGHTS.name, Network(2, 2, 2), Classes(("a", "b"), ("c", "d"), ("e", "f")), {})
    loss = load(str(tmp_path))
    assert isinstance(loss, RecogniserLoss)
    painted, real = torch.rand(2, 2, 4, 32, 64) * 2 - 1
    recogniser = Recogniser.load(tmp_path / WEIGHTS.name)
    torch.testing.assert_close(
        8 * loss(painted, real), distance(recogniser.features(painted), recogniser.features(real)), rtol=1e-4, atol=1e-5
    )
    assert loss(real, real) == 0
    painted.requires_grad_(True)
    loss(painted, real).backward()
    assert torch.isfinite(painted.grad).all()
    assert all(painted.grad[:, channel].abs().max() > 0 for channel in range(4))


def test_packed_depth_is_plain_depth_once_it_is_put_together() -> None:
    generator = np.random.default_rng(0)
    sample = Sample("0", generator.integers(256, size=(8, 16, 3)).astype(np.uint8),
                    generator.integers(65536, size=(8, 16)).astype(np.uint16), "")  # fmt: skip
    torch.testing.assert_close(plain(to_channels(sample, 6)[None])[0], to_channels(sample, 4), rtol=0, atol=1e-6)
