"""What a checkpoint is, from the names of its files and its own JSON files: no weights are read, nothing is run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ldm3d.checkpoints.names import Kind
from ldm3d.errors import InputError

INDEX, CONFIG = "model_index.json", "config.json"
ESTIMATORS = ("dpt", "depth_anything", "zoedepth")
"""The `model_type` of the estimators that `ldm3d.depth_estimation` takes."""

_WEIGHTS = ("diffusion_pytorch_model", "model", "pytorch_model")
_SMALL = re.compile(r"[\w-][\w.-]*\.(json|txt|model)")
_PAPERS = re.compile(r"(README|LICEN[CS]E|NOTICE)(\.(md|txt))?", re.IGNORECASE)


@dataclass(frozen=True)
class Selection:
    """The files of a checkpoint that are needed, and what is lacking among them in a few words (empty: nothing)."""

    files: tuple[str, ...]
    lacks: str


@dataclass(frozen=True)
class Shape:
    """What a checkpoint is: `kind`, colour and depth `channels` (estimators: 3), own `size` (width, height)."""

    kind: Kind
    channels: int
    size: tuple[int, int]


def select(files: Collection[str], index: Mapping[str, Any] | None) -> Selection:
    """Choose what is needed of `files` (paths with /, from the checkpoint's folder).

    Safetensors are taken before `.bin`, never both; no other format, precision variant or framework.

    Args:
        files: all there are.
        index: `model_index.json` for a pipeline; None for an estimator, whose files lie at the top.
    """
    papers = [file for file in files if _PAPERS.fullmatch(file)]
    lacks = []
    if index is None:
        chosen, lack = _network("", files, ("preprocessor_config.json",))
        return Selection(tuple(sorted({*papers, *chosen})), lack)
    chosen = [INDEX]
    for name, made_by in components(index).items():
        if "Scheduler" in made_by:
            found, lack = _small(name, files, "scheduler_config.json")
        elif "Tokenizer" in made_by:
            found, lack = _small(name, files, "tokenizer.json" if f"{name}/tokenizer.json" in files else "vocab.json")
        elif "Extractor" in made_by or "Processor" in made_by:
            found, lack = _small(name, files, "preprocessor_config.json")
        else:
            found, lack = _network(f"{name}/", files)
        chosen += found
        if lack:
            lacks.append(lack)
    return Selection(tuple(sorted({*papers, *chosen})), "; ".join(lacks))


def components(index: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts that a `model_index.json` names, each with its class."""
    return {
        name: str(value[1])
        for name, value in index.items()
        if re.fullmatch(r"[a-z][a-z0-9_]*", name) and isinstance(value, list) and len(value) == 2 and value[0]
    }


def _small(name: str, files: Collection[str], needed: str) -> tuple[list[str], str]:
    """Return a part's small files, and what it lacks where `needed` is not among them."""
    found = [f for f in files if f.startswith(f"{name}/") and _SMALL.fullmatch(f.removeprefix(f"{name}/"))]
    return found, "" if f"{name}/{needed}" in files else f"{name}/{needed} is missing"


def _network(prefix: str, files: Collection[str], more: tuple[str, ...] = ()) -> tuple[list[str], str]:
    """Return a network's configuration and weights, and what it lacks."""
    needed = [prefix + name for name in (CONFIG, *more)]
    missing = [name for name in needed if name not in files]
    weights, lack = _weights(prefix, files)
    lacks = [f"{name} is missing" for name in missing] + ([lack] if lack else [])
    return [name for name in needed if name in files] + weights, "; ".join(lacks)


def _weights(prefix: str, files: Collection[str]) -> tuple[list[str], str]:
    """Return one complete set of weights, or what it lacks."""
    partly = ""
    for suffix in (".safetensors", ".bin"):
        for stem in _WEIGHTS:
            if (whole := f"{prefix}{stem}{suffix}") in files:
                return [whole], ""
            if (index := f"{prefix}{stem}{suffix}.index.json") not in files:
                continue
            part = re.compile(re.escape(prefix + stem) + r"-(\d{5})-of-(\d{5})" + re.escape(suffix))
            parts = {match[1]: match for file in files if (match := part.fullmatch(file))}
            count = max((int(match[2]) for match in parts.values()), default=0)
            if count and len(parts) == count:
                return [index, *sorted(match[0] for match in parts.values())], ""
            partly = partly or f"{prefix or 'the '}weights are {len(parts)} of {count or 'several'} parts"
    return [], partly or f"{prefix}weights (.safetensors or .bin) are missing".replace("/weights", "/ weights")


def describe(read: Callable[[str], Mapping[str, Any]], index: Mapping[str, Any] | None, who: str) -> Shape:
    """Say what a checkpoint is.

    Args:
        read: returns a JSON file of the checkpoint by its path in it.
        index: as for `select`.
        who: its name, for errors.

    Raises:
        InputError: where it is none that the program has a use for.
    """
    if index is None:
        config = read(CONFIG)
        kind = str(config.get("model_type"))
        if kind not in ESTIMATORS:
            known = ", ".join(ESTIMATORS)
            raise InputError(
                f"{who} is a model of type {kind!r}, which is neither LDM3D nor a depth estimator ({known})"
            )
        backbone = config.get("backbone_config")
        own = config.get("image_size") or (backbone.get("image_size") if isinstance(backbone, dict) else None)
        return Shape("estimator", 3, _pair(own or 384))
    parts = components(index)
    if missing := [name for name in ("unet", "vae", "scheduler") if name not in parts]:
        raise InputError(f"{who} is no LDM3D checkpoint: its {INDEX} names no {' and no '.join(missing)}")
    unet, vae = read("unet/config.json"), read("vae/config.json")
    channels, into = vae.get("in_channels"), unet.get("in_channels")
    if channels not in {4, 6} or vae.get("out_channels") != channels:
        text = f"{who} is no LDM3D checkpoint: its autoencoder has {channels} channels, colour with depth takes 6 or 4"
        raise InputError(text)
    if into not in {4, 8}:
        raise InputError(f"{who} is no LDM3D checkpoint that can be used: its U-Net takes {into} channels, not 4 or 8")
    factor = 2 ** (len(vae.get("block_out_channels", (0, 0, 0, 0))) - 1)
    width, height = _pair(unet.get("sample_size") or 64)
    return Shape("sr" if into == 8 else "ldm3d", channels, (width * factor, height * factor))


def _pair(size: Any) -> tuple[int, int]:
    """Return width and height of a configuration's size: one number, or height and width."""
    if isinstance(size, list | tuple):
        return int(size[1]), int(size[0])
    return int(size), int(size)


def panorama_size(own: tuple[int, int]) -> tuple[int, int]:
    """Return the 2:1 size that suits a checkpoint's own: itself, or twice as wide where it is another shape."""
    width, height = own
    return own if width == 2 * height else (2 * height, height)


def list_files(folder: Path) -> set[str]:
    """Return the paths in `folder` that hold something, with /; a link to nothing is not there."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a checkpoint's JSON file; `InputError` where there is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} is missing: copy or download the checkpoint again") from None
    except (OSError, ValueError):
        raise InputError(f"{path} cannot be read as JSON: copy or download the checkpoint again") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} is not what a checkpoint has there: copy or download it again")
    return content
