"""The boxes of an MP4 file (ISO/IEC 14496-12), read as a tree and put back, the chunks' addresses kept right.

Only `moov`, which describes the tracks, is ever in memory; `mdat`, which holds their pictures and sounds, is moved
within its file in pieces where `moov` stands before it and has become longer.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

# The boxes that hold boxes, as far as a video track's description lies in them, with the bytes before the first one:
# version, flags and count (stsd), or the fields of a VisualSampleEntry.
CONTAINERS = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"stsd": 8}
SAMPLE_ENTRIES = {b"avc1": 78, b"hvc1": 78, b"hev1": 78, b"av01": 78}
_INSIDE = {**CONTAINERS, **SAMPLE_ENTRIES}

_PIECE = 4 << 20
_LARGEST_32 = 0xFFFFFFFF


@dataclass(frozen=True)
class Box:
    """A box: its kind (four bytes), its own bytes, and after these the boxes in it (none but in a container)."""

    kind: bytes
    own: bytes = b""
    inside: tuple[Box, ...] = ()

    def __bytes__(self) -> bytes:
        content = self.own + b"".join(map(bytes, self.inside))
        return struct.pack(">I4s", 8 + len(content), self.kind) + content

    def __len__(self) -> int:
        return 8 + len(self.own) + sum(map(len, self.inside))

    def first(self, *kinds: bytes) -> Box:
        """Return the first box along a path of kinds below this one; `KeyError` where there is none."""
        found = self
        for kind in kinds:
            below = [box for box in found.inside if box.kind == kind]
            if not below:
                raise KeyError(kind)
            found = below[0]
        return found

    def mapped(self, change: Callable[[Box], Box], *kinds: bytes) -> Box:
        """Return this box with every box along a path of kinds below it replaced by what `change` makes of it."""
        if not kinds:
            return change(self)
        first, *rest = kinds
        inside = tuple(box.mapped(change, *rest) if box.kind == first else box for box in self.inside)
        return replace(self, inside=inside)


def parse(data: bytes) -> tuple[Box, ...]:
    """Return the boxes that `data` is made of; `ValueError` where it is not."""
    boxes, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at) if at + 8 <= len(data) else (0, b"")
        if size < 8 or at + size > len(data):
            raise ValueError(f"no box of MP4 begins at byte {at}")
        content = data[at + 8 : at + size]
        own = _INSIDE.get(kind)
        boxes.append(Box(kind, content) if own is None else Box(kind, content[:own], parse(content[own:])))
        at += size
    return tuple(boxes)


@dataclass(frozen=True)
class Place:
    """Where a box of a file lies: its kind, its first byte and its size in bytes, header included."""

    kind: bytes
    start: int
    size: int


def places(file: IO[bytes]) -> Iterator[Place]:
    """Yield the places of a file's outermost boxes in order, reading nothing but their headers."""
    end = file.seek(0, os.SEEK_END)
    at = 0
    while at < end:
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        if size == 1:  # the size, too large for 32 bits, follows
            (size,) = struct.unpack(">Q", file.read(8))
        elif size == 0:  # to the end of the file
            size = end - at
        if size < 8 or at + size > end:
            raise ValueError(f"no box of MP4 begins at byte {at}")
        yield Place(kind, at, size)
        at += size


def rewrite(path: Path, change: Callable[[Box], Box]) -> None:
    """Replace the `moov` of the MP4 file at `path`, in place, by what `change` makes of it.

    What follows `moov` moves as far as that has grown, and the chunks' addresses (stco, co64) of all tracks with it:
    what stood first stands first. The memory it takes does not grow with `mdat`. An interruption leaves a broken file.

    Raises:
        ValueError: the file is not made of boxes, or has no `moov`.
        OSError: the disk is full, or failed.
    """
    with path.open("r+b") as file:
        found = [place for place in places(file) if place.kind == b"moov"]
        if not found:
            raise ValueError(f"{path} has no moov box")
        place = found[0]
        file.seek(place.start)
        (moov,) = parse(file.read(place.size))
        end = place.start + place.size
        changed = _settled(change(moov), end, place.size)
        _move(file, end, len(changed) - place.size)
        file.seek(place.start)
        file.write(bytes(changed))


def _settled(moov: Box, end: int, size: int) -> Box:
    """Return `moov` with the chunks' addresses right for what begins at `end` and has made room for a longer `moov`.

    An address that no longer fits 32 bits makes its table one of 64, which takes more room again.
    """
    tables = (b"trak", b"mdia", b"minf", b"stbl")

    def moved(by: int) -> Box:
        return moov.mapped(lambda stbl: replace(stbl, inside=tuple(_shifted(b, end, by) for b in stbl.inside)), *tables)

    by = len(moov) - size
    while len(settled := moved(by)) - size != by:
        by = len(settled) - size
    return settled


def _shifted(box: Box, end: int, by: int) -> Box:
    """Return a table of addresses with those from `end` on moved; any other box as it is."""
    if box.kind not in {b"stco", b"co64"}:
        return box
    (count,) = struct.unpack_from(">I", box.own, 4)
    wide = box.kind == b"co64"
    addresses = struct.unpack_from(f">{count}{'Q' if wide else 'I'}", box.own, 8)
    addresses = tuple(address + by if address >= end else address for address in addresses)
    wide = wide or max(addresses, default=0) > _LARGEST_32
    return Box(b"co64" if wide else b"stco", box.own[:8] + struct.pack(f">{count}{'Q' if wide else 'I'}", *addresses))


def _move(file: IO[bytes], start: int, by: int) -> None:
    """Move all from `start` to the file's end by `by` bytes, in pieces, and set the file's end."""
    end = file.seek(0, os.SEEK_END)
    pieces = range(start, end, _PIECE) if by else range(0)
    for at in reversed(pieces) if by > 0 else pieces:
        file.seek(at)
        piece = file.read(min(_PIECE, end - at))
        file.seek(at + by)
        file.write(piece)
    file.truncate(end + by)
