"""Sketch worlds as a set of captioned panoramas, each drawn when it is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ldm3d.data.sample import Sample
from ldm3d.errors import InputError

NAME = "worlds"
SIZE = (1024, 512)


@dataclass(frozen=True)
class DrawnWorlds:
    """The first `count` captions of a seed with their worlds; drawing a small one takes about half a second.

    The i-th is the i-th of `ldm3d.worlds.captions(seed=seed)` and depends on nothing else.

    Attributes:
        count: how many there are.
        seed: of captions and worlds.
        size: width and height that they are drawn at, 2:1.
    """

    count: int
    seed: int
    size: tuple[int, int]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Sample:
        from ldm3d.worlds import caption_at, generate

        if not 0 <= index < self.count:
            raise IndexError(f"there are {self.count} worlds and none of number {index}")
        caption, spec, seed = caption_at(index, self.seed)
        world = generate(caption, seed, self.size)
        return Sample(key(index), world.rgb, world.depth, caption, spec.as_dict())


def key(index: int) -> str:
    """Return the key of the sample of that number; a tar's tools order them by it."""
    return f"{index:09d}"


def is_worlds(source: str) -> bool:
    """Say whether a source names sketch worlds rather than a folder."""
    return source.partition(":")[0] == NAME


def parse(source: str, size: tuple[int, int] | None = None) -> DrawnWorlds:
    """Return the worlds that `worlds:COUNT` or `worlds:COUNT:SEED` names; the seed is 0 where none is given.

    Raises:
        InputError: it does not read so, or `size` is no panorama's.
    """
    match = re.fullmatch(rf"{NAME}:(\d{{1,15}})(?::(\d{{1,15}}))?", source)
    if not match or not int(match[1]):
        raise InputError(f"{source!r} names no worlds; write worlds:COUNT or worlds:COUNT:SEED, as in worlds:10000:1")
    width, height = size or SIZE
    if width != 2 * height or width < 64:
        raise InputError(
            f"worlds cannot be drawn at {width}x{height}; a panorama is twice as wide as high and at least 64 wide, "
            "as 1024x512 or 256x128"
        )
    return DrawnWorlds(int(match[1]), int(match[2] or 0), (width, height))
