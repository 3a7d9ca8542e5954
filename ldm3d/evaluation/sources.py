"""What is evaluated: a checkpoint of LDM3D, or one of plain Stable Diffusion as the paper's baselines are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ldm3d import checkpoints
from ldm3d.checkpoints.shape import INDEX, read_json
from ldm3d.errors import InputError, MachineError
from ldm3d.evaluation import blocks

_COLOUR = 3
_OF_RUNS = {"..", "result", "diffusion", "autoencoder"}  # names of folders that say nothing of the model in them


@dataclass(frozen=True)
class Source:
    """A checkpoint that paints pictures.

    Attributes:
        name: as it was asked for.
        folder: where its files lie.
        channels: 6 or 4 for LDM3D; 3 for Stable Diffusion, which has no depth.
        size: width and height that are its own.
        prompt_prefix: what stands before every prompt.
        fingerprint: of its files.
    """

    name: str
    folder: Path
    channels: int
    size: tuple[int, int]
    prompt_prefix: str
    fingerprint: str

    @property
    def has_depth(self) -> bool:
        """Whether it paints depth beside colour."""
        return self.channels != _COLOUR

    @property
    def label(self) -> str:
        """A short name for tables and folders."""
        return label_of(self.name)

    @property
    def place(self) -> str:
        """A name for the folder of its pictures."""
        return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in self.label)

    def load(self, device: str, dtype: Any) -> Any:
        """Return its pipeline from text; `InputError` for damaged files."""
        if self.has_depth:
            from ldm3d.pipelines.loading import load

            return load(self.folder, "text", device, dtype)
        import diffusers

        from ldm3d.pipelines.quiet import quiet

        try:
            with quiet():
                kind: Any = diffusers.StableDiffusionPipeline
                pipe = kind.from_pretrained(
                    self.folder, dtype=dtype, local_files_only=True, safety_checker=None, requires_safety_checker=False
                )
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(f"{self.folder} cannot be loaded ({_first(error)}); copy or download it again") from None
        return pipe.to(device)


def label_of(name: str) -> str:
    """Return a short name of a checkpoint; the result of a run of training is called as the run is."""
    parts = [part for part in Path(name).parts if part not in _OF_RUNS] or Path(name).resolve().parts
    return parts[-1]


def open_source(name: str) -> Source:
    """Return the checkpoint of that name (of the hub, an alias) or in that folder. Nothing is downloaded.

    Raises:
        InputError: it is none that paints.
        MachineError: it has not been downloaded.
    """
    plain = _colour_folder(name)
    if plain is not None:
        index = read_json(plain / "unet" / "config.json")
        side = 8 * int(index.get("sample_size") or 64)
        return Source(name, plain, _COLOUR, (side, side), "", blocks.fingerprint(plain / "unet", plain / "vae"))
    found = checkpoints.find(name)
    if found.kind != "ldm3d":
        raise InputError(f"{name} paints nothing from text; name a checkpoint of LDM3D or Stable Diffusion")
    mark = blocks.fingerprint(*(found.folder / part for part in ("unet", "vae", "text_encoder")))
    own = _own_size(found.folder)
    return Source(name, found.folder, found.channels, own, found.prompt_prefix, mark)


def vae_folder(name: str) -> Path:
    """Return the folder of an autoencoder: a checkpoint's, a result of `ldm3d train autoencoder`, or itself.

    Raises:
        InputError, MachineError: as `open_source`.
    """
    own = Path(name)
    if (own / "config.json").is_file() and not (own / INDEX).is_file():
        return own
    if (own / "vae" / "config.json").is_file():
        return own / "vae"
    return open_source(name).folder / "vae"


def in_cache(name: str) -> Path | None:
    """Return the newest snapshot of a hub's repository in the cache of this disk, or None."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None


def not_here(name: str, why: str) -> MachineError:
    """Say that a network of the hub is neither a folder nor in the cache."""
    return MachineError(
        f"{name} is neither a folder here nor in the hub's cache, and {why}: get it with 'hf download {name}', or name "
        "a folder that has it"
    )


def _colour_folder(name: str) -> Path | None:
    """Return the folder of a checkpoint whose autoencoder has three channels; None for anything else."""
    own = Path(name)
    hub = checkpoints.hub_name(name)
    if own.is_dir():
        folder: Path | None = own
    else:
        folder = in_cache(hub) if hub and not checkpoints.known_by(hub) else None
    if folder is None or not (folder / INDEX).is_file() or not (folder / "vae" / "config.json").is_file():
        return None
    return folder if read_json(folder / "vae" / "config.json").get("in_channels") == _COLOUR else None


def _own_size(folder: Path) -> tuple[int, int]:
    """Return width and height that the networks were trained at."""
    unet, vae = (read_json(folder / part / "config.json") for part in ("unet", "vae"))
    factor = 2 ** (len(vae.get("block_out_channels", (0, 0, 0, 0))) - 1)
    own = unet.get("sample_size") or 64
    height, width = (own, own) if isinstance(own, int) else own
    return int(width) * factor, int(height) * factor


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200].rstrip(".") if str(error).strip() else type(error).__name__
