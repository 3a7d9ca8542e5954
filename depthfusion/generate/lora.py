"""LoRAs: found by hub name, folder or file, and put on a pipeline. Only safetensors are read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from depthfusion import places
from depthfusion.errors import InputError
from depthfusion.jobs.progress import Progress

USUAL = "pytorch_lora_weights.safetensors"


@dataclass(frozen=True)
class Lora:
    """A LoRA's file on this disk, and when it was changed last (nanoseconds)."""

    path: Path
    changed: int


def find(name: str, progress: Progress) -> Lora:
    """Return the LoRA that a hub name, folder or file means; one of the hub is downloaded unless it is in the cache.

    Raises:
        InputError: there is none, or the folder has several.
        MachineError: the hub cannot be reached.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        path = _only_one(path.iterdir(), name)
    elif not path.is_file():
        path = _only_one(_downloaded(name, progress).iterdir(), name)
    if path.suffix != ".safetensors":
        raise InputError(f"LoRA {name} cannot be used because it is no .safetensors file: convert it, or name another")
    return Lora(path, path.stat().st_mtime_ns)


def put_on(pipe: Any, lora: Lora, name: str) -> None:
    """Put a LoRA on a pipeline's networks, under the one name `depthfusion`.

    Raises:
        InputError: the file is broken, or made for other networks.
    """
    from safetensors import SafetensorError

    try:
        pipe.load_lora_weights(str(lora.path.parent), weight_name=lora.path.name, adapter_name="depthfusion")
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        # What diffusers and peft raise for files that are no LoRA and for shapes that do not fit.
        with contextlib.suppress(ValueError):
            pipe.unload_lora_weights()
        said = (str(error).strip().splitlines() or [type(error).__name__])[0][:150].rstrip(".:")
        raise InputError(f"LoRA {name} cannot be used ({said}): name one for Stable Diffusion 1") from None
    if not pipe.get_list_adapters():
        raise InputError(f"LoRA {name} cannot be used because nothing in it fits: name one for Stable Diffusion 1")


def _downloaded(name: str, progress: Progress) -> Path:
    """Return the folder of the cache with a LoRA of the hub, which is brought there first where it is not."""
    from ldm3d.checkpoints import cache, hub, transfer

    place = cache.folder_of(name, cache.place())
    if (revision := cache.revision_in(place)) and any(cache.snapshot(place, revision).glob("*.safetensors")):
        return cache.snapshot(place, revision)
    remote = hub.ask(name, None, progress.check)
    chosen = _only_one([Path(file) for file in remote.files if "/" not in file], name).name
    entry = remote.files[chosen]
    target, partial = cache.snapshot(place, remote.revision) / chosen, cache.partial(place, entry.blob)
    for folder in (target.parent, partial.parent):
        places.make(folder)
    there = partial.stat().st_size if partial.exists() else 0

    def moved(count: int) -> None:
        nonlocal there
        there += count
        progress.step(f"downloading the LoRA {name}", there, entry.size, "bytes")

    transfer.fetch(hub.address(remote, chosen), entry, partial, name, moved)
    partial.replace(target)
    return target.parent


def _only_one(files: Iterable[Path], name: str) -> Path:
    """Return which of a LoRA's files is meant: the one of the usual name, else the only one."""
    found = sorted(file for file in files if file.suffix == ".safetensors")
    usual = next((file for file in found if file.name == USUAL), None)
    if usual is None and len(found) != 1:
        said = "several .safetensors files" if found else "no .safetensors file"
        raise InputError(f"LoRA {name} has {said} in it: name the file")
    return usual or found[0]
