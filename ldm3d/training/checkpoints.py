"""Where a run stands: files that are whole or not there, of which the two newest are kept."""

from __future__ import annotations

import contextlib
import errno
import pickle
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator

from ldm3d.errors import InputError, MachineError
from ldm3d.files import cannot_write, whole_file
from ldm3d.training.stage import Stage

KEPT = 2
_NAME = re.compile(r"step-(\d{9})\.pt")
_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_BROKEN = (OSError, RuntimeError, EOFError, KeyError, ValueError, pickle.UnpicklingError)


def steps(folder: Path) -> list[int]:
    """Return the steps of the checkpoints in `folder`, the newest first."""
    found = (_NAME.fullmatch(path.name) for path in folder.glob("step-*.pt"))
    return sorted((int(match[1]) for match in found if match), reverse=True)


def path_of(folder: Path, step: int) -> Path:
    """Return where the checkpoint after `step` steps stands."""
    return folder / f"step-{step:09d}.pt"


def save(folder: Path, step: int, stage: Stage, accelerator: Accelerator) -> None:
    """Write all that the next steps depend on, then remove older checkpoints. For the main process alone.

    Raises:
        MachineError: the disk is full; what was there before is still there.
        InputError: the folder may not be written to.
    """
    older = steps(folder)
    for surplus in older[KEPT - 1 :]:  # one whole checkpoint always stays while the next is written
        path_of(folder, surplus).unlink()
    path = path_of(folder, step)
    with whole_file(path) as partial, writing(path), partial.open("wb") as file:
        torch.save({"step": step, **_state(stage, accelerator)}, file)


def load(folder: Path, stage: Stage, accelerator: Accelerator) -> tuple[int, str]:
    """Give `stage` the newest readable checkpoint; return its step and a remark on what could not be read (or "").

    Raises:
        InputError: none can be read, or it is of another network.
    """
    remark = ""
    for step in steps(folder):
        path = path_of(folder, step)
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except _BROKEN:
            remark = f"{path} is damaged and was left out"
            continue
        try:
            _take(state, stage, accelerator)
        except (RuntimeError, ValueError, KeyError) as error:
            said = str(error).strip().splitlines()[0]
            raise InputError(
                f"{path} does not fit the networks of this run ({said}); resume with the recipe that it was begun with"
            ) from None
        return int(state["step"]), remark
    if remark:
        raise InputError(f"no checkpoint in {folder} can be read; begin again in another folder")
    return 0, ""


def save_result(stage: Stage, target: Path) -> None:
    """Write the stage's result into the folder `target`, whole or not at all; one that is there is replaced."""
    partial = target.with_name(f".partial-{target.name}")
    before = target.with_name(f".before-{target.name}")
    try:
        with writing(target):
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            stage.save(partial)
            if target.exists():
                shutil.rmtree(before, ignore_errors=True)
                target.replace(before)
            partial.replace(target)
    except OSError as error:
        raise cannot_write(target, error) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if before.exists() and not target.exists():
            before.replace(target)
        shutil.rmtree(before, ignore_errors=True)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise as `OSError` what torch and safetensors make of one, and `MachineError` for a disk that fills."""
    try:
        yield
    except (InputError, MachineError):
        raise
    except Exception as error:
        if (found := _os_error(error)) is None:
            raise
        if found.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise cannot_write(path, found) from None
        raise found from None


def _os_error(error: BaseException | None) -> OSError | None:
    """Return the `OSError` that is behind `error`: itself, what it was raised from, or as Rust writes it down."""
    while error is not None:
        if isinstance(error, OSError):
            return error
        if match := _OS_ERROR.search(str(error)):
            return OSError(int(match[1]), str(error))
        error = error.__cause__ or error.__context__
    return None


def _state(stage: Stage, accelerator: Accelerator) -> dict[str, Any]:
    scaler = accelerator.scaler
    return {
        "modules": {name: accelerator.unwrap_model(module).state_dict() for name, module in stage.modules.items()},
        "optimisers": {name: optimiser.state_dict() for name, optimiser in stage.optimisers.items()},
        "scaler": scaler.state_dict() if scaler is not None else {},
        "stage": stage.state_dict(),
    }


def _take(state: Mapping[str, Any], stage: Stage, accelerator: Accelerator) -> None:
    for name, module in stage.modules.items():
        accelerator.unwrap_model(module).load_state_dict(state["modules"][name])
    for name, optimiser in stage.optimisers.items():
        optimiser.load_state_dict(state["optimisers"][name])
    if accelerator.scaler is not None and state["scaler"]:
        accelerator.scaler.load_state_dict(state["scaler"])
    stage.load_state_dict(state["stage"])
