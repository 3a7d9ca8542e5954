"""The recogniser's network: one tower of convolutions looks at colour, one at depth, and heads answer.

Panoramas wrap around: convolutions are padded circularly in x, and what heads see is pooled over x. So turning the
panorama by the towers' stride (8 texels) changes no answer. Nothing looks at other pictures of a batch (group
normalisation, Wu and He 2018), so answers and gradients do not depend on how a batch is dealt out.

Time and weather are told by colour alone; the place is told twice, by depth alone and by both.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ldm3d.recognition.palette import NOTES, noted

STRIDE = 8  # texels by which a panorama may be turned without any change of the answers
ROWS = 8  # rows of features that heads see: it matters what is above and what is below
COLOUR = (16, 32, 64, 96)
DEPTH = (12, 24, 48, 64)
HIDDEN = 128
DROPPED = 0.2  # share of a head's inputs that is left out while it learns
FLOOR = 1e-4  # added to depths before their root: the sky is 0, the farthest thing 1/65535


class Answers(NamedTuple):
    """Logits [N, classes]: the place by colour and depth, and by depth alone; time and weather by colour alone."""

    place: Tensor
    relief: Tensor
    time: Tensor
    weather: Tensor


class Convolution(nn.Module):
    """A 3×3 convolution that wraps in x (zeros in y), group normalisation and ReLU.

    Args:
        into: channels that come in.
        out: channels that go out, a multiple of 4.
        stride: 1, or 2 for half as many rows and columns.
    """

    def __init__(self, into: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.kernel = nn.Conv2d(into, out, 3, stride, padding=(1, 0), bias=False)
        self.norm = nn.GroupNorm(out // (4 if out % 8 else 8), out)

    def forward(self, x: Tensor) -> Tensor:
        """[N, into, H, W] -> [N, out, H/stride, W/stride]."""
        wrapped = functional.pad(x, (1, 1, 0, 0), mode="circular")
        return functional.relu(self.norm(self.kernel(wrapped)))


class Tower(nn.Module):
    """Four levels of features, each of half the size of the one before.

    Args:
        into: channels that come in.
        channels: of the four levels.
    """

    def __init__(self, into: int, channels: tuple[int, int, int, int]) -> None:
        super().__init__()
        first, second, third, fourth = channels
        self.levels = nn.ModuleList(
            [
                Convolution(into, first),
                Convolution(first, second, 2),
                nn.Sequential(Convolution(second, third, 2), Convolution(third, third)),
                nn.Sequential(Convolution(third, fourth, 2), Convolution(fourth, fourth)),
            ]
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """[N, into, H, W] -> maps of H×W, H/2×W/2, H/4×W/4 and H/8×W/8."""
        maps: list[Tensor] = []
        for level in self.levels:
            x = level(x)
            maps.append(x)
        return maps


class Network(nn.Module):
    """Logits of what panoramas of colour and depth show.

    Args:
        places: how many there are.
        times: of day, likewise.
        weathers: likewise.
    """

    def __init__(self, places: int, times: int, weathers: int) -> None:
        super().__init__()
        self.colour = Tower(3, COLOUR)
        self.depth = Tower(1, DEPTH)
        self.light = _head(2 * ROWS * COLOUR[-1], HIDDEN)
        self.shape = _head(2 * ROWS * DEPTH[-1], HIDDEN)
        self.notes = _head(NOTES, 2 * HIDDEN)
        self.time = nn.ModuleDict({"seen": nn.Linear(HIDDEN, times), "noted": nn.Linear(2 * HIDDEN, times)})
        self.weather = nn.ModuleDict({"seen": nn.Linear(HIDDEN, weathers), "noted": nn.Linear(2 * HIDDEN, weathers)})
        self.relief = nn.Linear(HIDDEN, places)
        self.place = nn.Linear(2 * HIDDEN, places)

    def maps(self, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return the towers' maps of colour and of depth, for x [N, 4, H, W] in [−1, 1], sides multiples of 8."""
        # The fourth root of the inverse distance: what is 10 m away and what is 100 m away then differ by as much as
        # what is near.
        depth = ((x[:, 3:] + 1.0) * 0.5).clamp(min=0.0).add(FLOOR).pow(0.25)
        return self.colour(x[:, :3]), self.depth(depth * 2.0 - 1.0)

    def summary(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return [N, HIDDEN] of colour and of depth: what places are read from; x as for `maps`."""
        colour, depth = self.maps(x)
        return self.light(pooled(colour[-1], ROWS)), self.shape(pooled(depth[-1], ROWS))

    def forward(self, x: Tensor) -> Answers:
        """Answer for x as for `maps`; two opinions on time and weather are averaged."""
        seen, other = self.opinions(x, noted(x[:, :3]))
        time = functional.log_softmax(seen.time, 1) + functional.log_softmax(other.time, 1)
        weather = functional.log_softmax(seen.weather, 1) + functional.log_softmax(other.weather, 1)
        return seen._replace(time=time * 0.5, weather=weather * 0.5)

    def opinions(self, x: Tensor, notes: Tensor) -> tuple[Answers, Answers]:
        """Return what is told by the towers, and the same with time and weather told by notes.

        Few worlds are enough to learn from notes, the towers see more when there are many: each learns for itself.

        Args:
            x: as for `maps`.
            notes: of its colours, `palette.noted`.
        """
        light, shape = self.summary(x)
        seen = Answers(
            place=self.place(torch.cat([light, shape], dim=1)),
            relief=self.relief(shape),
            time=self.time["seen"](light),
            weather=self.weather["seen"](light),
        )
        painted = self.notes(notes)
        return seen, seen._replace(time=self.time["noted"](painted), weather=self.weather["noted"](painted))


def _head(into: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Dropout(DROPPED), nn.Linear(into, out), nn.ReLU(), nn.Dropout(DROPPED))


def pooled(x: Tensor, rows: int) -> Tensor:
    """Means and maxima of maps [N, C, H, W] over x and bands of rows [N, 2·C·rows]: turning does not change them."""
    mean = functional.adaptive_avg_pool2d(x, (rows, 1))
    most = functional.adaptive_max_pool2d(x, (rows, 1))
    return torch.cat([mean, most], dim=1).flatten(1)
