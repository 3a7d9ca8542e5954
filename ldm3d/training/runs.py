"""Running what was planned, stage after stage."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import broadcast_object_list

from ldm3d.errors import InputError, MachineError
from ldm3d.files import whole_file
from ldm3d.training import plan
from ldm3d.training.loop import RESULT, Outcome, train
from ldm3d.training.settings import BUILDERS, Common
from ldm3d.training.stage import Place, Stage
from ldm3d.training.stopping import StoppedError, Stopping

_START = 20.0  # seconds without which no further stage is begun


def together(ask: Callable[[], list[plan.Leg]]) -> list[plan.Leg]:
    """Return what the first of the processes that were launched together plans; what it refuses all refuse.

    Another may look when the first has begun to write already, and would see another run.
    """
    answer: list[Any] = [None]
    if _processes().is_main_process:
        try:
            answer = [ask()]
        except InputError as error:
            answer = [str(error)]
    broadcast_object_list(answer)
    if isinstance(answer[0], str):
        raise InputError(answer[0])
    legs: list[plan.Leg] = answer[0]
    return legs


def run(legs: Sequence[plan.Leg], out: Path, *, minutes: float | None, began: float, quiet: bool) -> None:
    """Train the stages of a run that are not finished yet; print where results stand.

    Args:
        legs: the stages in order.
        out: the run's folder, for the sentence that says how to go on.
        minutes: after which to save and stop.
        began: on `time.monotonic`, when the command began.
        quiet: show no progress.

    Raises:
        InputError, MachineError: as the stages and the loop.
        KeyboardInterrupt: with how to go on, after a signal.
    """
    stopping = Stopping(minutes, began=began)
    go_on = f"go on with: ldm3d train --out {out} --resume"
    with stopping.listening():
        for leg in legs if _processes().is_main_process else ():
            plan.write(leg)  # all at once, so that whoever goes on finds all stages
        for leg in legs:
            if plan.finished(leg) and len(legs) > 1:
                continue
            accelerator = _accelerator(leg.settings)
            try:
                if leg is not legs[0]:
                    stopping.check(accelerator, needed=_START)
                outcome = _train(leg, accelerator, stopping, quiet)
            except StoppedError as stopped:
                if stopped.wish == "signal":
                    raise KeyboardInterrupt(f"what is ready is kept; {go_on}") from None
                _say(accelerator, f"stopped in time before the first step of {leg.stage}; {go_on}")
                return
            where = f"step {outcome.step} of {outcome.steps} of {leg.stage}"
            if outcome.remark:
                _say(accelerator, outcome.remark)
            if outcome.ending == "signal":
                raise KeyboardInterrupt(f"{where} is saved; {go_on}")
            if accelerator.is_main_process:
                print(leg.folder / RESULT, flush=True)
            if outcome.ending == "time":
                _say(accelerator, f"stopped in time at {where}, all is saved; {go_on}")
                return
            _say(accelerator, f"finished {leg.stage}: {outcome.steps} steps")


def _train(leg: plan.Leg, accelerator: Accelerator, stopping: Stopping, quiet: bool) -> Outcome:
    settings = plan.located(leg)
    torch.manual_seed(settings.seed)
    module, _, function = BUILDERS[leg.stage].partition(":")
    try:
        stage: Stage = getattr(importlib.import_module(module), function)(
            settings, Place(accelerator, leg.folder, stopping, quiet)
        )
        outcome = train(stage, settings, leg.folder, accelerator, stopping, quiet=quiet)
    except torch.OutOfMemoryError:
        raise MachineError(
            f"{accelerator.device} has too little memory for a batch of {settings.batch} in {settings.accumulate} "
            f"pieces; try --accumulate {2 * settings.accumulate}, --checkpointing or --precision bf16"
        ) from None
    if outcome.ending == "finished" and accelerator.is_main_process:
        with whole_file(leg.folder / plan.FINISHED) as partial:
            about = {"steps": outcome.steps, "epochs": settings.epochs}
            partial.write_text(json.dumps(about) + "\n", encoding="utf-8")
    return outcome


def _accelerator(settings: Common) -> Accelerator:
    """Return accelerate's, for the processes that `accelerate launch` or torchrun started, or for one."""
    AcceleratorState._reset_state()  # another stage of the same run may have had another precision
    try:
        accelerator = Accelerator(cpu=_on_processor(), mixed_precision=settings.precision)
    except ValueError as error:
        raise InputError(
            f"--precision {settings.precision} is not for this machine ({error}); try bf16 or no"
        ) from None
    if accelerator.device.type == "cpu" and settings.precision == "fp16":
        raise InputError("--precision fp16 is not for processors; choose bf16 or no")
    if accelerator.device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.benchmark = True
    return accelerator


def _processes() -> PartialState:
    return PartialState(cpu=_on_processor())


def _on_processor() -> bool:
    """Say whether there is no device: then processes that were launched together find each other only if it is said."""
    return not torch.accelerator.is_available()


def _say(accelerator: Accelerator, line: str) -> None:
    if accelerator.is_main_process:
        print(line, file=sys.stderr, flush=True)
