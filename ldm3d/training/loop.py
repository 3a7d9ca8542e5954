"""The training loop of every stage."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from accelerate import Accelerator
from torch import Tensor
from torch.utils.data import DataLoader

from ldm3d.errors import MachineError
from ldm3d.progress import Progress
from ldm3d.training import checkpoints
from ldm3d.training.diary import Diary
from ldm3d.training.order import Order
from ldm3d.training.settings import Common
from ldm3d.training.stage import DivergedError, Noise, Piece, Stage, Work, derived_seed
from ldm3d.training.stopping import Stopping, Wish, ballot, elected

CHECKPOINTS, RESULT, RESULTS = "checkpoints", "result", "results"
Ending = Literal["finished", "signal", "time"]


@dataclass(frozen=True)
class Outcome:
    """How a leg of a run ended: `step` of `steps`, why, and what it remarked."""

    ending: Ending
    step: int
    steps: int
    remark: str = ""


def train(
    stage: Stage,
    settings: Common,
    folder: Path,
    accelerator: Accelerator,
    stopping: Stopping,
    *,
    quiet: bool = False,
) -> Outcome:
    """Train `stage` from the newest checkpoint in `folder`, or from its beginning, until its end or a reason to stop.

    On the CPU every step is a function of the state before it, so that a run in legs is, bit for bit, a run at once.

    Args:
        stage: as it was built; what accelerate makes of its modules and optimisers takes their place.
        settings: the loop's share of the hyper-parameters.
        folder: the run's; it exists.
        accelerator: accelerate's.
        stopping: listens already.
        quiet: show no progress.

    Raises:
        InputError: the data do not suit the batch, or a checkpoint does not suit the networks.
        MachineError: the disk is full, or the loss is no number any more; the last checkpoint stays.
    """
    return _Run(stage, settings, folder, accelerator, stopping, quiet).run()


class _Run:
    """One leg of a run."""

    def __init__(
        self, stage: Stage, settings: Common, folder: Path, accelerator: Accelerator, stopping: Stopping, quiet: bool
    ) -> None:
        self.stage, self.settings, self.folder = stage, settings, folder
        self.accelerator, self.stopping = accelerator, stopping
        self.main = accelerator.is_main_process
        self.quiet = quiet or not self.main
        self.order = Order(
            len(stage.examples), settings.batch, accelerator.num_processes, settings.accumulate, settings.seed
        )
        self.steps = self.order.steps(settings.epochs)
        self.step = 0
        self.remark = ""
        self.saving = 4.0  # seconds that the last checkpoint took; before the first a guess
        self.showing = 0.0  # seconds that the last sample grid took
        self.longest = 0.0  # step of this leg, with loading, in seconds
        self.taken = 0  # steps of this leg

    def run(self) -> Outcome:
        with ExitStack() as stack:
            stack.enter_context(self.stage.training())
            self._prepare()
            self.step, self.remark = checkpoints.load(self.folder / CHECKPOINTS, self.stage, self.accelerator)
            self.saved_at = time.monotonic()
            diary = stack.enter_context(Diary(self.folder, self.step)) if self.main else None
            what = f"training {self.stage.name}"
            progress = stack.enter_context(Progress(self.steps, what, done=self.step, quiet=self.quiet))
            ending = self._go(diary, progress)
            if ending != "signal" and self.main:
                checkpoints.save_result(self.stage, self.folder / RESULT)
            self.accelerator.wait_for_everyone()
        return Outcome(ending, self.step, self.steps, self.remark)

    def _prepare(self) -> None:
        if self.main:
            (self.folder / CHECKPOINTS).mkdir(exist_ok=True)
        for things in (self.stage.modules, self.stage.optimisers):
            for name, thing in list(things.items()):
                things[name] = self.accelerator.prepare(thing)
        self.accelerator.wait_for_everyone()

    def _go(self, diary: Diary | None, progress: Progress) -> Ending:
        began = time.monotonic()
        for share in self._shares():
            figures, wish = self._agreed(*self._one_step(share), began)
            self.step += 1
            if diary is not None:
                diary.note(self.step, self.step / self.order.steps_per_epoch, figures)
            progress.advance(loss=next(iter(figures.values())))
            self._at_epochs(diary)
            if self.step == self.steps:
                break
            if wish:
                self._save(diary)
            if wish and wish != "save":
                return wish
            began = time.monotonic()
        self._save(diary)
        return "finished"

    def _shares(self) -> Iterator[Mapping[str, Any]]:
        process, workers = self.accelerator.process_index, self.settings.workers
        batches = _Batches(self.order, process, self.step, self.steps)
        options: dict[str, Any] = {}
        if workers:
            options = {"multiprocessing_context": "spawn", "worker_init_fn": _ignore_interrupts, "prefetch_factor": 4}
        return iter(
            DataLoader(
                self.stage.examples,  # type: ignore[arg-type]
                batch_sampler=batches,
                collate_fn=collate,
                num_workers=workers,
                pin_memory=self.accelerator.device.type == "cuda",
                generator=torch.Generator().manual_seed(0),  # the loop's own numbers are not touched
                **options,
            )
        )

    def _one_step(self, share: Mapping[str, Any]) -> tuple[dict[str, Tensor], float]:
        """Take a step; return this process's figures and the learning rate."""
        settings, step, process = self.settings, self.step, self.accelerator.process_index
        torch.manual_seed(derived_seed(settings.seed, step, process))
        rate = settings.rate * rate_factor(step, self.steps, settings.warmup, settings.decay)
        share = _to_device(share, self.accelerator.device)
        pieces = _cut(share, self.order.places(process), settings.accumulate, settings.seed, step)
        try:
            return self.stage.step(Work(self.accelerator, self.stage, pieces, rate, settings.clip), step), rate
        except DivergedError as error:
            raise self._diverged(str(error)) from None

    def _agreed(self, own: Mapping[str, Tensor], rate: float, began: float) -> tuple[dict[str, float], Wish]:
        """Return the figures averaged over processes, and what all processes do next; one exchange carries both."""
        now = time.monotonic()
        # The first step of a leg starts workers and chooses algorithms: it counts until there is another one.
        self.longest = max(self.longest, now - began) if self.taken > 1 else now - began
        self.taken += 1
        wish = self.stopping.wish(1.5 * self.longest + self.showing + 3 * self.saving, self.main)
        if not wish and self.main and now - self.saved_at >= 60 * self.settings.save_minutes:
            wish = "save"
        device = self.accelerator.device
        losses = torch.stack([figure.detach().float().reshape(()) for figure in own.values()]).to(device)
        total = self.accelerator.reduce(torch.cat([losses, ballot(wish).to(device)]), reduction="sum").tolist()
        figures = {name: value / self.accelerator.num_processes for name, value in zip(own, total, strict=False)}
        if not math.isfinite(total[0]):
            raise self._diverged("the loss is no number any more")
        return {**figures, "rate": rate, "seconds": round(now - began, 4)}, elected(total[len(own) :])

    def _diverged(self, said: str) -> MachineError:
        kept = checkpoints.steps(self.folder / CHECKPOINTS)
        where = f"the checkpoint of step {kept[0]} is kept: go on with --resume and" if kept else "begin again with"
        return MachineError(f"{said} at step {self.step}; {where} a smaller --rate, or --precision no")

    def _at_epochs(self, diary: Diary | None) -> None:
        """Show samples and keep results where their time has come."""
        settings, per_epoch = self.settings, self.order.steps_per_epoch
        epoch = self.step / per_epoch
        if self._comes(settings.sample_epochs):
            began = time.monotonic()
            if diary is not None:
                with torch.random.fork_rng(devices=[]):
                    picture = self.stage.samples()
                if picture is not None:
                    diary.show(self.step, epoch, picture)
            self.accelerator.wait_for_everyone()
            self.showing = time.monotonic() - began
        if self._comes(settings.keep_epochs) and self.step < self.steps:
            if self.main:
                checkpoints.save_result(self.stage, self.folder / RESULTS / f"step-{self.step}")
            self.accelerator.wait_for_everyone()

    def _comes(self, every: float) -> bool:
        """Say whether a multiple of `every` epochs (0: none) is reached with this step."""
        if not every:
            return False
        interval = max(1, round(every * self.order.steps_per_epoch))
        return self.step % interval == 0 or self.step == self.steps

    def _save(self, diary: Diary | None) -> None:
        began = time.monotonic()
        if diary is not None:
            diary.flush()
            checkpoints.save(self.folder / CHECKPOINTS, self.step, self.stage, self.accelerator)
        self.accelerator.wait_for_everyone()
        self.saved_at = time.monotonic()
        self.saving = self.saved_at - began


def rate_factor(step: int, steps: int, warmup: int, decay: str) -> float:
    """Return what the learning rate is multiplied by at `step` (from 0) of `steps`.

    It rises linearly over `warmup` steps; then it stays, or falls along half a cosine to a hundredth.
    """
    rise = min(1.0, (step + 1) / warmup) if warmup else 1.0
    if decay == "constant":
        return rise
    part = max(0, step - warmup) / max(1, steps - warmup)
    return rise * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * part)))


def collate(examples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Stack the tensors of several examples to [B, …]; anything else becomes a list."""
    together: dict[str, Any] = {}
    for name in examples[0]:
        values = [example[name] for example in examples]
        together[name] = torch.stack(values) if isinstance(values[0], Tensor) else values
    return together


@dataclass(frozen=True)
class _Batches:
    """What a DataLoader takes as its sampler of batches."""

    order: Order
    process: int
    first: int
    last: int

    def __iter__(self) -> Iterator[list[int]]:
        return self.order.batches(self.process, self.first, self.last)

    def __len__(self) -> int:
        return self.last - self.first


def _ignore_interrupts(worker: int) -> None:
    """Leave Ctrl-C, which a terminal sends to all, to the process that trains."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _to_device(values: Mapping[str, Any], device: torch.device) -> dict[str, Any]:
    return {
        name: value.to(device, non_blocking=True) if isinstance(value, Tensor) else value
        for name, value in values.items()
    }


def _cut(values: Mapping[str, Any], places: range, count: int, seed: int, step: int) -> list[Piece]:
    """Cut a process's share into `count` pieces with their noise."""
    size = len(places) // count
    pieces = []
    for start in range(0, len(places), size):
        part = {name: value[start : start + size] for name, value in values.items()}
        pieces.append(Piece(part, Noise(seed, step, places[start : start + size])))
    return pieces
