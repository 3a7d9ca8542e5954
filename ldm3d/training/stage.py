"""What the training loop asks of what it trains, and what it gives.

A stage names its networks, optimisers and examples, and knows one step. All that is random in a step is drawn from
`Noise`, which depends on the run's seed, the step and the sample's place in the whole batch alone: a run that was
killed and resumed, or one on several processes, draws the same numbers.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from ldm3d.errors import MachineError
from ldm3d.training.stopping import Stopping


@dataclass(frozen=True)
class Place:
    """Where a stage is built.

    Attributes:
        accelerator: accelerate's; `device`, `is_main_process`, `num_processes`.
        folder: the run's, for what the stage keeps on the disk (latents).
        stopping: to be asked by what takes long before the first step (`stopping.check`).
        quiet: no progress is shown.
    """

    accelerator: Accelerator
    folder: Path
    stopping: Stopping
    quiet: bool = False


class Noise:
    """Random numbers of one piece of a batch; a stream for each `what`, so that one more draw shifts no other.

    Args:
        seed: the run's.
        step: of the run, from 0.
        samples: places of the piece's samples in the whole batch of all processes.
    """

    def __init__(self, seed: int, step: int, samples: Sequence[int]) -> None:
        self._key, self._samples = (seed, step), tuple(samples)

    def normal(self, what: str, shape: Sequence[int]) -> Tensor:
        """Return float32 [B, *shape] of the standard normal distribution, on the CPU."""
        return torch.stack([torch.randn(*shape, generator=one) for one in self._generators(what)])

    def uniform(self, what: str, shape: Sequence[int] = ()) -> Tensor:
        """Return float32 [B, *shape] in [0, 1), on the CPU."""
        return torch.stack([torch.rand(tuple(shape), generator=one) for one in self._generators(what)])

    def integers(self, what: str, below: int, shape: Sequence[int] = ()) -> Tensor:
        """Return int64 [B, *shape] in [0, below), on the CPU."""
        return torch.stack([torch.randint(below, tuple(shape), generator=one) for one in self._generators(what)])

    def _generators(self, what: str) -> Iterator[torch.Generator]:
        for sample in self._samples:
            yield torch.Generator().manual_seed(derived_seed(*self._key, sample, zlib.crc32(what.encode())))


def derived_seed(*numbers: int) -> int:
    """Return a seed of 64 bits that depends on all of `numbers`; neighbours have nothing in common."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])


@dataclass(frozen=True)
class Piece:
    """A part of a batch that is computed at once.

    Attributes:
        values: what the stage's examples hold, by name: tensors stacked to [B, …] on the device, others as lists.
        noise: all the random numbers it may use.
    """

    values: Mapping[str, Any]
    noise: Noise


class Examples(Protocol):
    """What a stage learns from: a set by number, which depends on the number alone. May be sent to worker processes."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Mapping[str, Any]:
        """Return one example: tensors [..] (the loop stacks them), texts, numbers."""


class Stage(Protocol):
    """What the loop trains. Any class with these attributes and methods is one; nothing need be inherited.

    Attributes:
        name: "autoencoder", "diffusion", …
        modules: the networks that learn, by name. The loop puts what accelerate makes of them (DDP) in their place.
        optimisers: by name; the loop likewise wraps them, sets their learning rate (the recipe's times a group's
            "relative", 1 by default) and saves them.
        examples: what it learns from.
    """

    name: str
    modules: dict[str, nn.Module]
    optimisers: dict[str, Optimizer]
    examples: Examples

    def training(self) -> AbstractContextManager[None]:
        """Return a context that lasts while it trains (circular padding); `contextlib.nullcontext()` where none."""

    def step(self, work: Work, step: int) -> dict[str, Tensor]:
        """Learn from `work`: for each of `work.pieces()` call `work.backward(loss)`, then `work.update(NAME)`.

        `step` counts from 0. Returns figures by name ("loss" first), scalars without gradient: means over this
        process's samples, which the loop averages over processes. Use the networks in `self.modules`.
        """

    def samples(self) -> NDArray[np.uint8] | None:
        """Return a picture [H, W, 3] of what it can do by now, the same seeds each time; None: nothing to show.

        Called on the main process alone.
        """

    def save(self, folder: Path) -> None:
        """Write the result into the empty `folder`, in diffusers' layout. Called on the main process alone."""

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint keeps beyond modules and optimisers (averages): tensors, numbers, dicts of them."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` returned."""


class DivergedError(MachineError):
    """A loss or gradients are no numbers any more; the weights are still those of before the step."""


class Work:
    """One step of one process, piece by piece. Gradients are averaged over pieces and processes.

    Args:
        accelerator: accelerate's.
        stage: whose modules and optimisers are used.
        pieces: of equal size.
        rate: the learning rate of this step.
        clip: the largest norm of the gradients of one optimiser; 0 leaves them.
    """

    def __init__(
        self, accelerator: Accelerator, stage: Stage, pieces: Sequence[Piece], rate: float, clip: float
    ) -> None:
        self.accelerator, self.rate = accelerator, rate
        self._stage, self._pieces, self._clip = stage, pieces, clip

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces; processes exchange gradients on the last one only."""
        for number, piece in enumerate(self._pieces, 1):
            with ExitStack() as stack:
                if number < len(self._pieces):
                    for module in self._stage.modules.values():
                        stack.enter_context(self.accelerator.no_sync(module))
                yield piece

    def backward(self, loss: Tensor, **options: Any) -> None:
        """Add the gradients of `loss`, the mean over the piece's samples."""
        self.accelerator.backward(loss / len(self._pieces), **options)

    def mean(self, values: Sequence[Tensor]) -> Tensor:
        """Return the mean of one figure over the pieces, without gradient."""
        return torch.stack([value.detach().float() for value in values]).mean()

    def update(self, name: str) -> Tensor:
        """Let the optimiser `name` take its step and clear its gradients; return their norm before clipping.

        Raises:
            DivergedError: the gradients are no numbers; nothing is changed then.
        """
        optimiser = self._stage.optimisers[name]
        for group in optimiser.param_groups:
            group["lr"] = self.rate * group.get("relative", 1.0)
        parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
        if self.accelerator.scaler is not None:
            self.accelerator.unscale_gradients(optimiser)  # of this one alone: another may not have any yet
        norm = nn.utils.clip_grad_norm_(parameters, self._clip or float("inf")).detach()
        # In float16 a scaler looks for overflows itself, leaves such steps out and scales less.
        if self.accelerator.scaler is None and not bool(torch.isfinite(norm)):
            raise DivergedError(f"the gradients of {name} are no numbers any more")
        optimiser.step()
        optimiser.zero_grad()
        return norm
