"""In which order samples are seen, as a function of the step alone: nothing to save, nothing to lose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ldm3d.errors import InputError
from ldm3d.training.stage import derived_seed


@dataclass(frozen=True)
class Order:
    """A random permutation for each epoch, cut into batches, cut into the processes' shares.

    Attributes:
        count: how many examples there are.
        batch: samples of one step over all processes.
        processes: how many there are.
        accumulate: pieces of a process's share.
        seed: the run's.
    """

    count: int
    batch: int
    processes: int = 1
    accumulate: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.count < self.batch:
            raise InputError(
                f"there are {self.count} samples for a batch of {self.batch}; prepare more, or take a smaller --batch"
            )
        if self.batch % (self.processes * self.accumulate):
            raise InputError(
                f"a batch of {self.batch} cannot be cut into {self.accumulate} pieces for each of {self.processes} "
                f"processes; choose a multiple of {self.processes * self.accumulate}"
            )

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches of an epoch; the few samples that are left over are others in each epoch."""
        return self.count // self.batch

    def steps(self, epochs: float) -> int:
        """Return how many steps `epochs` are, at least one."""
        return max(1, round(epochs * self.steps_per_epoch))

    def places(self, process: int) -> range:
        """Return the places of a process's samples in the whole batch."""
        share = self.batch // self.processes
        return range(process * share, (process + 1) * share)

    def batches(self, process: int, first: int, last: int) -> Iterator[list[int]]:
        """Yield the numbers of the process's samples for each step from `first` until before `last`."""
        epoch, permutation = -1, np.empty(0, np.int64)
        for step in range(first, last):
            now, within = divmod(step, self.steps_per_epoch)
            if now != epoch:
                epoch = now
                permutation = np.random.default_rng(derived_seed(self.seed, epoch)).permutation(self.count)
            whole = permutation[within * self.batch : (within + 1) * self.batch]
            yield [int(whole[place]) for place in self.places(process)]
