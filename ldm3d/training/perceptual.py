"""The perceptual loss: how far apart two pictures of colour and depth are as a network sees them.

LPIPS (Zhang et al. 2018): features of several layers, each pixel's vector scaled to length 1, squared differences
weighted by channel, averaged over pixels, added over layers. The network is VGG16, from a folder or the hub, with the
published weights of its channels where they lie beside it; or the recogniser of sketch worlds that comes with the
program.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, relu

from ldm3d.errors import InputError
from ldm3d.recognition.recogniser import WEIGHTS, Recogniser
from ldm3d.training.origin import folder_of

RECOGNISER = "recogniser"

_ALIASES = {"vgg16": "timm/vgg16.tv_in1k"}
_CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)  # their numbers in torchvision's `features`
_ENDS = (2, 7, 14, 21, 28)  # of the five parts, each followed by pooling
_MEAN, _SPREAD = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)  # of ImageNet, for pictures in [-1, 1]
_FILES = (".safetensors", ".pth", ".pt", ".bin")
_BROKEN = (OSError, RuntimeError, ValueError, EOFError, SafetensorError, pickle.UnpicklingError)


class Vgg16(nn.Module):
    """VGG16's convolutions (Simonyan & Zisserman 2014), with torchvision's names: `features.0.weight` and so on.

    Attributes:
        widths: channels of the five maps.
    """

    widths = (64, 128, 256, 512, 512)

    def __init__(self) -> None:
        super().__init__()
        counts = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
        before = (3, *counts[:-1])
        self.features = nn.ModuleDict(
            {
                str(number): nn.Conv2d(into, out, 3, padding=1)
                for number, into, out in zip(_CONVOLUTIONS, before, counts, strict=True)
            }
        )
        self.mean: Tensor
        self.spread: Tensor
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None], persistent=False)
        self.register_buffer("spread", torch.tensor(_SPREAD)[:, None, None], persistent=False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Return the maps after the last activation of each part, for pictures [B, 3, H, W] in [-1, 1]."""
        x, maps = (pictures - self.mean) / self.spread, []
        for number in _CONVOLUTIONS:
            x = relu(self.features[str(number)](x))
            if number in _ENDS:
                maps.append(x)
                x = max_pool2d(x, 2)
        return maps


class PictureLoss(nn.Module):
    """LPIPS of colour and depth by a network that sees three channels: the mean of both.

    Packed depth is seen as the picture that the autoencoder paints (paper, 3.1.3), plain depth as a grey one.

    Args:
        network: pictures [B, 3, H, W] in [-1, 1] to maps.
        weights: of the channels of each map; None: all 1.
    """

    def __init__(self, network: nn.Module, weights: Sequence[Tensor] | None = None) -> None:
        super().__init__()
        self.network = network
        self._weighted = weights is not None
        for number, weight in enumerate(weights or ()):
            self.register_buffer(f"weight_{number}", weight.flatten()[:, None, None])
        self.requires_grad_(False).eval()

    def forward(self, painted: Tensor, real: Tensor) -> Tensor:
        """Return the distance, a scalar, of pictures [B, 4 or 6, H, W] in [-1, 1]: the mean over the batch."""
        with torch.no_grad():
            theirs = self.network(torch.cat(_pictures(real)))
        ours = self.network(torch.cat(_pictures(painted)))
        weights = [getattr(self, f"weight_{number}") for number in range(len(ours))] if self._weighted else None
        return distance(ours, theirs, weights)


class RecogniserLoss(nn.Module):
    """The same distance by the maps of the recogniser of colour and plain depth, the mean over its layers.

    Args:
        recogniser: whose network moves with this module.
    """

    def __init__(self, recogniser: Recogniser) -> None:
        super().__init__()
        self.network = recogniser.network
        self._features = recogniser.features
        self.requires_grad_(False).eval()

    def forward(self, painted: Tensor, real: Tensor) -> Tensor:
        """Return the distance, a scalar, of pictures [B, 4 or 6, H, W] in [-1, 1]: the mean over the batch."""
        with torch.no_grad():
            theirs = self._features(plain(real))
        return distance(self._features(plain(painted)), theirs) / len(theirs)


def distance(ours: Sequence[Tensor], theirs: Sequence[Tensor], weights: Sequence[Tensor] | None = None) -> Tensor:
    """Return the distance of two pictures' maps [B, C, h, w], one for each layer, added up: LPIPS, equation 1.

    Args:
        ours: of one picture.
        theirs: of the other.
        weights: [C, 1, 1] for each layer, None: all 1.
    """
    total = torch.zeros((), device=ours[0].device)
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        squared = (_unit(one) - _unit(other)).square()
        weighted = squared if weights is None else squared * weights[number]
        total = total + weighted.sum(1).mean()
    return total


def plain(pictures: Tensor) -> Tensor:
    """Return colour and plain depth [B, 4, H, W] of pictures [B, 4 or 6, H, W], all in [-1, 1].

    Packed depth is put together as it is painted, d = (256·high + low)/257 in [0, 1]; nothing is repaired.
    """
    if pictures.shape[1] == 4:
        return pictures
    high, low = pictures[:, 4:5], pictures[:, 5:6]
    return torch.cat([pictures[:, :3], (256 * high + low) / 257], 1)


def load(name: str) -> PictureLoss | RecogniserLoss:
    """Return the perceptual loss of a network, frozen, on the CPU. Nothing is downloaded.

    Args:
        name: "recogniser" for the one that comes with the program, or the folder of one that `ldm3d train recogniser`
            made; "vgg16", which is timm/vgg16.tv_in1k; a folder, or ORGANISATION/NAME in the Hugging Face cache, with
            VGG16's weights under torchvision's names and, if wanted, those of LPIPS's channels in a second file
            (`lin0.model.1.weight` to `lin4.…`, as in lpips/weights/v0.1/vgg.pth).

    Raises:
        InputError: it is no such network.
        MachineError: it is not on this disk.
    """
    if name == RECOGNISER or (Path(name) / WEIGHTS.name).is_file():
        return RecogniserLoss(Recogniser.load(None if name == RECOGNISER else Path(name) / WEIGHTS.name))
    folder = folder_of(_ALIASES.get(name, name))
    found = _tensors(folder)
    network = Vgg16()
    wanted = network.state_dict()
    for key, tensor in wanted.items():
        if key not in found or found[key].shape != tensor.shape:
            raise InputError(
                f"{name} holds no VGG16 under torchvision's names ({key} of shape {list(tensor.shape)} is missing); "
                "name a folder with one, or vgg16 for that of the hub"
            )
    network.load_state_dict({key: found[key].float() for key in wanted})
    lines = [_line(found, number) for number in range(len(network.widths))]
    given = [line.float() for line in lines if line is not None]
    if given and [len(line.flatten()) for line in given] != list(network.widths):
        raise InputError(f"the weights of LPIPS in {name} are not those of VGG16; take lpips/weights/v0.1/vgg.pth")
    return PictureLoss(network, given or None)


def _pictures(channels: Tensor) -> tuple[Tensor, Tensor]:
    """Return colour, and depth as a picture: [B, 3, H, W] each, of [B, 4 or 6, H, W]."""
    relief = channels[:, 3:]
    return channels[:, :3], relief.expand(-1, 3, -1, -1) if relief.shape[1] == 1 else relief


def _unit(maps: Tensor) -> Tensor:
    """Scale each pixel's vector [B, C, h, w] to length 1; float32."""
    precise = maps.float()
    return precise / (precise.square().sum(1, keepdim=True) + 1e-10).sqrt()


def _tensors(folder: Path) -> dict[str, Tensor]:
    """Return the tensors of all weight files in a folder by name; pickles of more than tensors are refused."""
    found: dict[str, Tensor] = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix in _FILES):
        try:
            if path.suffix == ".safetensors":
                found |= load_file(path)
            else:
                found |= torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        except _BROKEN as error:
            said = (str(error).strip().splitlines() or [type(error).__name__])[0][:120].rstrip(".")
            raise InputError(f"{path} cannot be read as weights ({said}); copy or download it again") from None
    return found


def _line(found: dict[str, Tensor], number: int) -> Tensor | None:
    """Return the weights of a layer's channels, under the names that LPIPS's files have for them."""
    keys = (f"lin{number}.model.1.weight", f"lins.{number}.model.1.weight", f"lin{number}.weight")
    return next((found[key] for key in keys if key in found), None)
