"""The trained recogniser: reading its weights, asking it, and its maps for perceptual losses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from ldm3d.errors import InputError
from ldm3d.files import whole_file
from ldm3d.recognition.network import STRIDE, Network

WEIGHTS = Path(__file__).resolve().parent / "weights.safetensors"
WIDTH, HEIGHT = 128, 64  # at which pictures are looked at
BATCH = 64  # pictures that are looked at at once

Shares = NDArray[np.float32]


class Recognised(NamedTuple):
    """Probabilities, float32 [classes] of one picture or [N, classes] of several, in the order of `Classes`.

    Attributes:
        place: by colour and depth.
        relief: the place again, by depth alone.
        time: by colour alone.
        weather: by colour alone; where a place has no sky it means nothing.
    """

    place: Shares
    relief: Shares
    time: Shares
    weather: Shares


class Classes(NamedTuple):
    """The names that answers are given in, in order."""

    places: tuple[str, ...]
    times: tuple[str, ...]
    weathers: tuple[str, ...]


@dataclass(frozen=True)
class Recogniser:
    """A trained network with the names of its answers; frozen, but gradients flow through it to its input.

    Attributes:
        network: in evaluation mode.
        classes: what its answers are called.
        made: how it was trained: the run's settings and what else was noted.
    """

    network: Network
    classes: Classes
    made: Mapping[str, Any]

    @classmethod
    def load(cls, path: Path | None = None, device: str | torch.device = "cpu") -> Recogniser:
        """Read weights that `save` wrote; those that come with the program where no path is given.

        Raises:
            InputError: the file is missing, or holds no recogniser.
        """
        path = path or WEIGHTS
        try:
            with safe_open(path, "pt") as file:
                texts, tensors = file.metadata() or {}, {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        except FileNotFoundError:
            raise InputError(f"{path} does not exist; train a recogniser with `ldm3d train recogniser`") from None
        except (SafetensorError, OSError) as error:
            raise InputError(f"{path} cannot be read as safetensors ({error}); train or copy it again") from None
        try:
            classes = Classes(*(tuple(json.loads(texts[name])) for name in Classes._fields))
            network = Network(*(len(names) for names in classes))
            network.load_state_dict(tensors)
            made = json.loads(texts["made"])
        except (KeyError, RuntimeError, ValueError):
            raise InputError(
                f"{path} holds no recogniser of this version; train one with `ldm3d train recogniser`"
            ) from None
        network.requires_grad_(False).eval().to(device)
        return cls(network, classes, made)

    def recognise(self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> Recognised:
        """Tell what panoramas show.

        Args:
            rgb: uint8 [H, W, 3] or [N, H, W, 3], sRGB, twice as wide as high and at least 128 wide.
            depth: uint16 [h, w] or [N, h, w], v/65535 = d in [0, 1], 1 near and 0 far; its own size likewise.

        Raises:
            InputError: an array has another type or shape.
        """
        x = looked_at(rgb, depth)
        device = next(self.network.parameters()).device
        with torch.no_grad():
            parts = [self.network(part.to(device)) for part in torch.split(x, BATCH)]
        shares = [torch.cat(answer).softmax(-1).cpu().numpy() for answer in zip(*parts, strict=True)]
        return Recognised(*(share[0] if rgb.ndim == 3 else share for share in shares))

    def named(self, seen: Recognised) -> list[dict[str, str]]:
        """Return what is most probable of each picture, by name: place, relief (a place), time and weather."""
        names = (self.classes.places, self.classes.places, self.classes.times, self.classes.weathers)
        told = [
            [called[int(best)] for best in np.atleast_2d(shares).argmax(-1)]
            for shares, called in zip(seen, names, strict=True)
        ]
        return [dict(zip(Recognised._fields, answers, strict=True)) for answers in zip(*told, strict=True)]

    def features(self, x: Tensor) -> list[Tensor]:
        """Return eight maps [N, C, h, w] for a perceptual loss: colour's at 1, ½, ¼ and ⅛ of the size, then depth's.

        Args:
            x: float32 [N, 4, H, W] in [−1, 1]: R, G, B, depth; H and W multiples of 8. Gradients flow back to it.

        Raises:
            InputError: it has another shape.
        """
        self._check(x)
        colour, depth = self.network.maps(x)
        return [*colour, *depth]

    def summary(self, x: Tensor) -> Tensor:
        """Return [N, 256], what the answers are read from, for distances between sets of pictures; x as for `features`.

        It was trained at 128×64; bring pictures there first (`looked_at`).
        """
        self._check(x)
        return torch.cat(self.network.summary(x), dim=1)

    def _check(self, x: Tensor) -> None:
        if x.ndim != 4 or x.shape[1] != 4 or x.shape[2] % STRIDE or x.shape[3] % STRIDE or not x.numel():
            raise InputError(
                f"the recogniser was given a tensor of shape {list(x.shape)}; it takes [N, 4, H, W], H and W multiples "
                f"of {STRIDE}"
            )


def save(path: Path, network: nn.Module, classes: Classes, made: Mapping[str, Any]) -> None:
    """Write a network as float16 safetensors, with the names of its answers and how it was made.

    Raises:
        InputError: the folder cannot be written to.
        MachineError: the disk is full or failed.
    """
    tensors = {name: tensor.detach().cpu().half().contiguous() for name, tensor in network.state_dict().items()}
    texts = {name: json.dumps(names) for name, names in zip(Classes._fields, classes, strict=True)}
    with whole_file(path) as file:
        save_file(tensors, file, {**texts, "made": json.dumps(made)})


def looked_at(rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> Tensor:
    """Return pictures as the recogniser looks at them, float32 [N, 4, 64, 128] in [−1, 1]: averaged over texels.

    Arguments and errors as for `Recogniser.recognise`.
    """
    _check(rgb, np.uint8, 1, "rgb")
    _check(depth, np.uint16, 0, "depth")
    colours = rgb if rgb.ndim == 4 else rgb[None]
    depths = depth if depth.ndim == 3 else depth[None]
    if len(colours) != len(depths):
        raise InputError(f"there are {len(depths)} depths for {len(colours)} pictures; give one for each")
    parts = [
        torch.cat([_smaller(colour, 255), _smaller(relief[..., None], 65535)])
        for colour, relief in zip(colours, depths, strict=True)
    ]
    return torch.stack(parts) * 2.0 - 1.0


def _smaller(picture: NDArray[Any], most: int) -> Tensor:
    """Average a picture [H, W, C] down to float32 [C, HEIGHT, WIDTH] in [0, 1]."""
    values = torch.from_numpy(np.moveaxis(picture, -1, 0).astype(np.float32) / np.float32(most))
    return adaptive_avg_pool2d(values, (HEIGHT, WIDTH))


def _check(array: Any, kind: type[np.generic], colours: int, name: str) -> None:
    shape = "[H, W, 3]" if colours else "[h, w]"
    if not isinstance(array, np.ndarray) or array.dtype != kind:
        given = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
        raise InputError(f"{name} is {given}; the recogniser takes an array {np.dtype(kind)} {shape}")
    if array.ndim not in {2 + colours, 3 + colours} or (colours and array.shape[-1] != 3):
        raise InputError(f"{name} has the shape {list(array.shape)}; the recogniser takes {shape}, or several of them")
    height, width = array.shape[-2 - colours : array.ndim - colours]
    if width != 2 * height or width < WIDTH:
        raise InputError(
            f"{name} is {width}x{height}; the recogniser looks at panoramas twice as wide as high, at least "
            f"{WIDTH}x{HEIGHT}"
        )
