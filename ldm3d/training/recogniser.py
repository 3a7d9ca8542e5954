"""The stage of the recogniser of sketch worlds (`ldm3d.recognition`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import AdamW, Optimizer

from ldm3d.data import DataSet, open_set
from ldm3d.errors import InputError
from ldm3d.files import whole_file
from ldm3d.recognition import even
from ldm3d.recognition.network import Answers, Network
from ldm3d.recognition.palette import noted
from ldm3d.recognition.recogniser import WEIGHTS, Classes, looked_at, save
from ldm3d.training.settings import RecogniserSettings
from ldm3d.training.stage import Noise, Place, Work
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import TIMES, WEATHERS

DRAWN_AT = (256, 128)  # where worlds are drawn for it; it looks at averages of their texels
SMOOTHING = 0.05  # of the right answers: some hours are hardly told apart by anybody
HALF = 0.5  # what the place by depth alone counts for beside the place by both
GRAIN = 0.04  # largest standard deviation of the noise that colours in [−1, 1] get

JITTER = 0.1  # standard deviation of the noise that notes get


class KeptWorlds:
    """Sketch worlds as the recogniser looks at them, each drawn once and kept on the disk.

    Args:
        worlds: samples with their `spec`.
        folder: where they are kept, a file each.
        classes: what the answers are called.
    """

    def __init__(self, worlds: DataSet, folder: Path, classes: Classes) -> None:
        self._worlds, self._folder = worlds, folder
        self._places = registry()
        self._notes: dict[int, Tensor] = {}
        self._numbers = [{name: number for number, name in enumerate(names)} for names in classes]

    def __len__(self) -> int:
        return len(self._worlds)

    def __getitem__(self, index: int) -> Mapping[str, Any]:
        """Return `x`, float32 [4, 64, 128] in [−1, 1], the right answers' numbers, and whether they are seen.

        `notes` are those of its colours, which turning and mirroring leave alone; `hour` is 1 where the place shows
        the time, `sky` where it shows the weather, else 0.

        Raises:
            InputError: the sample is no sketch world.
        """
        path = self._folder / f"{index:06d}.npz"
        if not path.exists():
            self._keep(path, index)
        with np.load(path) as kept:
            x = np.concatenate([kept["rgb"].astype(np.float32) / 127.5, kept["depth"].astype(np.float32) / 32767.5]) - 1
            names = [str(name) for name in kept["names"]]
        numbers = [known[name] for known, name in zip(self._numbers, names, strict=True)]
        answers = dict(zip(("place", "time", "weather"), map(torch.tensor, numbers), strict=True))
        place = self._places[names[0]]
        seen = {"hour": torch.tensor(float(place.hour)), "sky": torch.tensor(float(place.sky))}
        looks = torch.from_numpy(x.astype(np.float32))
        if index not in self._notes:
            self._notes[index] = noted(looks[None, :3])[0]
        return {"x": looks, "notes": self._notes[index], **answers, **seen}

    def _keep(self, path: Path, index: int) -> None:
        sample = self._worlds[index]
        if sample.spec is None:
            raise InputError(
                f"sample {sample.key} of the data does not say what it shows; a recogniser learns from sketch worlds, "
                "as of even:4000, worlds:4000 or what `ldm3d prepare worlds:4000` made"
            )
        x = (looked_at(sample.rgb, sample.depth)[0].numpy() + 1) / 2
        path.parent.mkdir(exist_ok=True)
        with whole_file(path) as file:
            np.savez(
                file,
                rgb=np.round(x[:3] * 255).astype(np.uint8),
                depth=np.round(x[3:] * 65535).astype(np.uint16),
                names=np.array([sample.spec[name] for name in ("place", "time", "weather")]),
            )


class Opinions(nn.Module):
    """`Network.opinions` as a module's output, so that processes exchange the gradients of all of it.

    Args:
        network: what learns.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, notes: Tensor) -> tuple[Answers, Answers]:
        """See `Network.opinions`."""
        return self.network.opinions(x, notes)


class RecogniserStage:
    """What the loop trains; see `ldm3d.training.stage.Stage`.

    Args:
        settings: of the run.
        classes: what the answers are called.
        examples: what is learned from.
    """

    name = "recogniser"

    def __init__(self, settings: RecogniserSettings, classes: Classes, examples: KeptWorlds) -> None:
        self._settings, self._classes = settings, classes
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            network = Network(*(len(names) for names in classes))
        self._network = network
        self.modules: dict[str, nn.Module] = {self.name: Opinions(network)}
        self.optimisers: dict[str, Optimizer] = {
            self.name: AdamW(network.parameters(), lr=settings.rate, weight_decay=settings.weight_decay)
        }
        self.examples = examples

    def training(self) -> AbstractContextManager[None]:
        """Nothing of it pads otherwise while it learns: its convolutions wrap by themselves."""
        self._network.train()
        return nullcontext()

    def step(self, work: Work, step: int) -> dict[str, Tensor]:
        """Learn from one batch; figures are the loss and the shares of right answers."""
        del step
        figures: dict[str, list[Tensor]] = {}
        for piece in work.pieces():
            x, notes = varied(piece.values["x"], piece.values["notes"], piece.noise)
            told = self.modules[self.name](x, notes)
            losses, right = judged([Answers(*(logits.float() for logits in one)) for one in told], piece.values)
            work.backward(losses)
            for name, value in {"loss": losses, **right}.items():
                figures.setdefault(name, []).append(value)
        work.update(self.name)
        return {name: work.mean(values) for name, values in figures.items()}

    def samples(self) -> NDArray[np.uint8] | None:
        """It paints nothing."""
        return None

    def save(self, folder: Path) -> None:
        """Write the weights as float16, with how they were made."""
        save(folder / WEIGHTS.name, self._network, self._classes, {"settings": dataclasses.asdict(self._settings)})

    def state_dict(self) -> dict[str, Any]:
        """There is nothing beyond network and optimiser."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """There is nothing to take back."""


def build(settings: RecogniserSettings, place: Place) -> RecogniserStage:
    """Return the stage with a network from random weights (seeded) and its worlds.

    Raises:
        InputError: the data cannot be had.
    """
    classes = Classes(tuple(sorted(registry())), TIMES, WEATHERS)
    source = settings.data
    worlds: DataSet = even.parse(source, DRAWN_AT) if even.is_even(source) else open_set(source, DRAWN_AT)
    return RecogniserStage(settings, classes, KeptWorlds(worlds, place.folder / "worlds", classes))


def varied(x: Tensor, notes: Tensor, noise: Noise) -> tuple[Tensor, Tensor]:
    """Return panoramas turned by whole texels, every second mirrored, with noise in their colours and notes.

    Args:
        x: [B, 4, H, W] in [−1, 1].
        notes: [B, NOTES], about 0 ± 1.
        noise: of the piece.
    """
    count, _, height, width = x.shape
    columns = torch.arange(width) + noise.integers("turn", width)[:, None]
    mirrored = noise.integers("mirror", 2)[:, None] == 1
    columns = torch.where(mirrored, -columns, columns) % width
    turned = torch.gather(x, 3, columns.to(x.device)[:, None, None].expand(-1, 4, height, -1))
    grain = noise.normal("grain", (3, height, width)) * noise.uniform("strength").reshape(count, 1, 1, 1) * GRAIN
    jitter = noise.normal("notes", notes.shape[1:]) * JITTER
    return torch.cat([turned[:, :3] + grain.to(x.device), turned[:, 3:]], dim=1), notes + jitter.to(notes.device)


def judged(opinions: Sequence[Answers], right: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss (cross-entropies) and the shares of right answers; time and weather count where they are seen.

    The shares of time and weather are those of the last opinion.
    """
    answers = opinions[-1]
    hour, sky = right["hour"].to(answers.time), right["sky"].to(answers.weather)
    place = _losses(answers.place, right["place"]) + HALF * _losses(answers.relief, right["place"])
    time = sum(_losses(one.time, right["time"]) for one in opinions) * hour
    weather = sum(_losses(one.weather, right["weather"]) for one in opinions) * sky
    loss = (place + time + weather).mean()
    shares = {
        "place": _right(answers.place, right["place"]).mean(),
        "relief": _right(answers.relief, right["place"]).mean(),
        "time": (_right(answers.time, right["time"]) * hour).sum() / hour.sum().clamp(min=1),
        "weather": (_right(answers.weather, right["weather"]) * sky).sum() / sky.sum().clamp(min=1),
    }
    return loss, shares


def _losses(logits: Tensor, right: Tensor) -> Tensor:
    return cross_entropy(logits, right, label_smoothing=SMOOTHING, reduction="none")


def _right(logits: Tensor, right: Tensor) -> Tensor:
    return (logits.argmax(1) == right).float()
