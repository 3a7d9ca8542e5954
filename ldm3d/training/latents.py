"""Latents of a whole set, kept on the disk: encoded once, in groups that are whole or not there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ldm3d.data import DataSet, Sample, to_channels
from ldm3d.data.prepared import INDEX
from ldm3d.files import whole_file, whole_files
from ldm3d.progress import Progress
from ldm3d.seamless import seamless
from ldm3d.training.stage import Place

GROUP = 64  # samples of a group
_AT_ONCE = 4  # samples that are encoded together, always the same ones


class CachedLatents:
    """Latents by number, as distributions: {"mean", "std"} [C, h, w] each, not scaled, and "caption".

    Args:
        folder: that `encode` filled.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = int(json.loads((folder / INDEX).read_text(encoding="utf-8"))["samples"])

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Mapping[str, Any]:
        moments, captions = _group(self.folder, index // GROUP)
        mean, std = torch.from_numpy(moments[index % GROUP].copy()).chunk(2)
        return {"mean": mean, "std": std, "caption": captions[index % GROUP]}

    def captions(self) -> list[str]:
        """Return all captions in their order."""
        return [one for group in range(_groups(self._count)) for one in _captions(self.folder, group)]


class Pictures:
    """Pictures by number as an autoencoder's channels: {"pixels": [C, H, W] in [-1, 1], "caption"}."""

    def __init__(self, data: DataSet, channels: int) -> None:
        self._data, self._channels = data, channels

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: int) -> Mapping[str, Any]:
        sample = self._data[index]
        return {"pixels": to_channels(sample, self._channels), "caption": sample.caption}


def encode(data: DataSet, source: str, vae: Any, closed: bool, place: Place) -> CachedLatents:
    """Encode all of `data` into the run's folder, groups that are there already excepted.

    Every process takes its groups; on several hosts the run's folder is one that all of them see.

    Args:
        data: the set.
        source: its name, to tell whether what is there is of the same.
        vae: an `AutoencoderKL`, on the device, in evaluation mode.
        closed: whether left and right edges are neighbours.
        place: where the stage is built.

    Raises:
        StoppedError: there was a wish to stop; what is there stays.
        MachineError: the disk is full.
    """
    accelerator, folder = place.accelerator, place.folder / "latents"
    key = _key(data, source, vae, closed)
    if accelerator.is_main_process:
        _begin(folder, key)
    accelerator.wait_for_everyone()
    groups = _groups(len(data))
    missing = [group for group in range(groups) if not _path(folder, group).exists()]
    left = sum(len(_numbers(group, len(data))) for group in missing)
    quiet = place.quiet or not accelerator.is_main_process
    accelerator.wait_for_everyone()  # all have counted the same before the first one writes
    with (
        Progress(len(data), "encoding", done=len(data) - left, quiet=quiet) as progress,
        torch.inference_mode(),
        seamless(vae=vae, enabled=closed),
    ):
        for first in range(0, len(missing), accelerator.num_processes):
            round_ = missing[first : first + accelerator.num_processes]
            if accelerator.process_index < len(round_):
                _encode_group(folder, round_[accelerator.process_index], data, vae)
            progress.advance(sum(len(_numbers(group, len(data))) for group in round_))
            place.stopping.check(accelerator, needed=30.0)
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        with whole_file(folder / INDEX) as partial:
            partial.write_text(json.dumps({"key": key, "samples": len(data)}) + "\n", encoding="utf-8")
    accelerator.wait_for_everyone()
    return CachedLatents(folder)


def moments(vae: Any, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of the latents of pictures [B, C, H, W], float32 [B, c, h, w], not scaled."""
    latents = vae.encode(pixels).latent_dist
    return latents.mean.float(), latents.std.float()


def _encode_group(folder: Path, group: int, data: DataSet, vae: Any) -> None:
    numbers = _numbers(group, len(data))
    parts: list[NDArray[np.float32]] = []
    captions: list[str] = []
    for first in range(0, len(numbers), _AT_ONCE):
        samples = [data[number] for number in numbers[first : first + _AT_ONCE]]
        captions += [sample.caption for sample in samples]
        mean, std = moments(vae, _stacked(samples, vae))
        parts.append(torch.cat([mean, std], 1).cpu().numpy())
    path = _path(folder, group)
    with whole_files([path.with_suffix(".json"), path]) as (words, numbers_):
        words.write_text(json.dumps(captions), encoding="utf-8")
        with numbers_.open("wb") as file:
            np.save(file, np.concatenate(parts))


def _stacked(samples: Sequence[Sample], vae: Any) -> Tensor:
    channels = vae.config.in_channels
    return torch.stack([to_channels(sample, channels) for sample in samples]).to(vae.device, vae.dtype)


def _begin(folder: Path, key: str) -> None:
    """Make the folder; what is there of another set or autoencoder goes."""
    mark = folder / "key.txt"
    if folder.exists() and not (mark.exists() and mark.read_text(encoding="utf-8") == key):
        for path in folder.iterdir():
            path.unlink()
    folder.mkdir(exist_ok=True)
    with whole_file(mark) as partial:
        partial.write_text(key, encoding="utf-8")


def _key(data: DataSet, source: str, vae: Any, closed: bool) -> str:
    """Return a hash of all that the latents depend on."""
    whole = hashlib.sha256()
    for name, tensor in sorted(vae.state_dict().items()):
        whole.update(name.encode())
        whole.update(tensor.cpu().float().numpy().tobytes())
    index = Path(source) / INDEX
    named = index.read_text(encoding="utf-8") if index.is_file() else source  # a folder may lie elsewhere tomorrow
    about = [named, len(data), data[0].rgb.shape, closed]
    whole.update(json.dumps(about).encode())
    return whole.hexdigest()


def _groups(count: int) -> int:
    return -(-count // GROUP)


def _numbers(group: int, count: int) -> range:
    """Return the numbers of a group's samples, of `count` in all."""
    return range(group * GROUP, min((group + 1) * GROUP, count))


def _path(folder: Path, group: int) -> Path:
    return folder / f"{group:06d}.npy"


@lru_cache(maxsize=4096)
def _group(folder: Path, group: int) -> tuple[NDArray[np.float32], list[str]]:
    """Return a group's latents as they lie on the disk, and its captions."""
    return np.load(_path(folder, group), mmap_mode="r"), _captions(folder, group)


def _captions(folder: Path, group: int) -> list[str]:
    captions: list[str] = json.loads(_path(folder, group).with_suffix(".json").read_text(encoding="utf-8"))
    return captions
