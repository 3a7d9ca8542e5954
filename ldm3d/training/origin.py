"""Where the networks lie that training begins with: a folder, or what the Hugging Face cache has.

Standard library only, and nothing is downloaded. These are other people's networks (Stable Diffusion's, VGG16), which
the program itself has no use for: `hf download NAME` brings them.
"""

from __future__ import annotations

from pathlib import Path

from ldm3d.checkpoints import cache, hub_name
from ldm3d.errors import InputError, MachineError

_CONFIG = "config.json"


def folder_of(name: str) -> Path:
    """Return the folder with the files of `name`: a folder, ORGANISATION/NAME on the hub, or a known alias.

    Raises:
        InputError: it is neither.
        MachineError: it has not been downloaded.
    """
    hub = hub_name(name)
    if hub is None:
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise InputError(f"{name!r} is neither a folder here nor a name of the hub; name one (ORGANISATION/NAME)")
        return folder
    repository = cache.folder_of(hub, cache.place())
    revision = cache.revision_in(repository)
    folder = cache.snapshot(repository, revision)
    if not revision or not folder.is_dir():
        raise MachineError(f"{hub} is not on this disk; download it with `hf download {hub}`, or name a folder with it")
    return folder


def part_of(name: str, part: str) -> Path:
    """Return the folder of one network of a checkpoint, such as its "vae": the checkpoint may be that network alone.

    Raises:
        InputError, MachineError: as `folder_of`; or it has no such network.
    """
    folder = folder_of(name)
    for candidate in (folder / part, folder):
        if (candidate / _CONFIG).is_file():
            return candidate
    raise InputError(f"{name} has no {part}/{_CONFIG}; name a checkpoint in the layout of diffusers")
