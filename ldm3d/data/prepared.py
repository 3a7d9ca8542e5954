"""What `ldm3d prepare` wrote, as a set of samples read at random."""

from __future__ import annotations

import bisect
import itertools
import json
from pathlib import Path
from typing import Any

from ldm3d.data import shards
from ldm3d.data.sample import Sample
from ldm3d.errors import InputError

INDEX, REQUEST, BROKEN = "index.json", "prepare.json", "broken.jsonl"


class PreparedSet:
    """The samples of a folder of shards, in their order.

    Args:
        folder: that `ldm3d prepare` wrote.
        size: width and height that colour and depth are brought to; None leaves both as they were written.

    Raises:
        InputError: the folder holds nothing prepared, or not all of it.
    """

    def __init__(self, folder: Path, size: tuple[int, int] | None = None) -> None:
        self.folder, self.size = folder, size
        index = read_index(folder)
        self._names = [str(shard["name"]) for shard in index["shards"]]
        self._ends = list(itertools.accumulate(int(shard["samples"]) for shard in index["shards"]))
        self.prepared_size: tuple[int, int] = (index["size"][0], index["size"][1])
        self._lists: dict[int, shards.Shard] = {}

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: int) -> Sample:
        if not 0 <= index < len(self):
            raise IndexError(f"there are {len(self)} samples in {self.folder} and none of number {index}")
        number = bisect.bisect_right(self._ends, index)
        within = index - (self._ends[number - 1] if number else 0)
        listed = self._lists.get(number)
        if listed is None:  # of a thousand shards only those that are asked for are looked at
            listed = self._lists[number] = shards.read_list(self.folder / self._names[number])
        return resized(shards.read(self.folder, listed.name, listed.places[within]), self.size)


def resized(sample: Sample, size: tuple[int, int] | None) -> Sample:
    """Return the sample with colour and depth at `size` (width, height), smooth across a panorama's seam."""
    if size is None or sample.rgb.shape[1::-1] == size == sample.depth.shape[::-1]:
        return sample
    from ldm3d.pipelines.channels import fit

    height, width = sample.rgb.shape[:2]
    rgb, depth = fit(sample.rgb, sample.depth, size, wrap=width == 2 * height and size[0] == 2 * size[1])
    return Sample(sample.key, rgb[0], depth[0], sample.caption, sample.spec)


def read_index(folder: Path) -> dict[str, Any]:
    """Return the index of a prepared folder: version, request, size, samples, broken, shards (name, samples, hash).

    Raises:
        InputError: there is none, or it is no index.
    """
    path = folder / INDEX
    try:
        read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not {"shards", "size", "samples"} <= read.keys():
            raise ValueError("it has other keys")
    except (FileNotFoundError, NotADirectoryError):
        if (folder / REQUEST).is_file():
            raise InputError(
                f"{folder} is not prepared whole yet; run the same 'ldm3d prepare' again, which goes on from there"
            ) from None
        raise InputError(
            f"{folder} holds no prepared data ({INDEX} is missing); name a folder that 'ldm3d prepare' wrote, or "
            "worlds:COUNT"
        ) from None
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"{path} cannot be read ({error}); run the same 'ldm3d prepare' again") from None
    return read
