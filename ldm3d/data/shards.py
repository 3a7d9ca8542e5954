"""Shards: tar files of samples as webdataset reads them, each with a list of where in it every sample lies.

A sample is KEY.png (8-bit RGB), KEY.depth.png (16-bit grey) and KEY.json (caption, name in the source, and a world's
specification) behind one another. Beside `shard-00000.tar` stands `shard-00000.json`: its hash, the place of every
sample, and what was left out of it. So a sample is read by one look at its place, and what is whole is known as such.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ldm3d.data.sample import Sample
from ldm3d.errors import InputError
from ldm3d.files import whole_files

COLOUR, DEPTH, RECORD = "png", "depth.png", "json"
_BLOCK = 512  # a tar is made of blocks of so many bytes: one of a file's name and size, then the file
_COMPRESSION = 3  # on a photograph 2 % larger than Pillow's own 6, in 40 % of its time


class Entry(NamedTuple):
    """A sample as its three files' bytes."""

    colour: bytes
    depth: bytes
    record: bytes


class Place(NamedTuple):
    """Where a sample lies in its tar: the first byte of its first file, and how long each file is."""

    key: str
    begin: int
    colour: int
    depth: int
    record: int


class Broken(NamedTuple):
    """What was left out: its name in the source, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Shard:
    """A tar that is whole.

    Attributes:
        name: of the tar.
        bytes: its size.
        sha256: its hash.
        places: of its samples, in order.
        broken: what was left out of it.
    """

    name: str
    bytes: int
    sha256: str
    places: tuple[Place, ...]
    broken: tuple[Broken, ...] = ()


def shard_name(number: int) -> str:
    """Return the name of the shard of that number."""
    return f"shard-{number:05d}.tar"


def encode(rgb: NDArray[np.uint8], depth: NDArray[np.uint16], record: dict[str, Any]) -> Entry:
    """Return the files of a sample: rgb uint8 [H, W, 3], depth uint16 [h, w], and what is said of it."""
    return Entry(encode_png(rgb), encode_png(depth), encode_record(record))


def encode_record(record: dict[str, Any]) -> bytes:
    """Return the bytes of what is said of a sample: caption, name in the source, where its depth is from, and more."""
    return json.dumps(record, ensure_ascii=False).encode()


def encode_png(pixels: NDArray[Any]) -> bytes:
    """Return a PNG of uint8 [H, W, 3] or uint16 [h, w]."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=_COMPRESSION)
    return file.getvalue()


def write(folder: Path, name: str, entries: Sequence[tuple[str, Entry]], broken: Sequence[Broken] = ()) -> Shard:
    """Write a shard and its list; the tar takes its name last. The same entries give the same bytes.

    Raises:
        InputError: the folder may not be written to.
        MachineError: the disk is full or failed.
    """
    tar = folder / name
    with whole_files([tar.with_suffix(".json"), tar]) as (listed, partial):
        places = []
        with tarfile.open(partial, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for key, entry in entries:
                places.append(Place(key, archive.offset, *map(len, entry)))
                for suffix, content in zip((COLOUR, DEPTH, RECORD), entry, strict=True):
                    member = tarfile.TarInfo(f"{key}.{suffix}")
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
        shard = Shard(name, partial.stat().st_size, sha256(partial), tuple(places), tuple(broken))
        listed.write_text(json.dumps(_as_dict(shard)), encoding="utf-8")
    return shard


def read_list(tar: Path) -> Shard:
    """Return what the list beside a tar says.

    Raises:
        InputError: there is none, or it is damaged.
    """
    try:
        read = json.loads(tar.with_suffix(".json").read_text(encoding="utf-8"))
        return Shard(
            read["name"], read["bytes"], read["sha256"],
            tuple(Place(*place) for place in read["places"]), tuple(Broken(*one) for one in read["broken"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{tar.with_suffix('.json')} cannot be read ({_first_line(error)}); run the same 'ldm3d prepare' again, "
            "which writes that shard anew"
        ) from None


def read(folder: Path, shard: str, place: Place) -> Sample:
    """Return the sample that lies at a place of a shard, colour and depth at their own sizes.

    Raises:
        InputError: the tar is missing, or is another one than its list is of.
    """
    path = folder / shard
    colour = place.begin + _BLOCK
    depth = _after(colour, place.colour) + _BLOCK
    record = _after(depth, place.depth) + _BLOCK
    try:
        with path.open("rb") as file:
            file.seek(place.begin)
            whole = memoryview(file.read(record + place.record - place.begin))
        spans = ((colour, place.colour), (depth, place.depth), (record, place.record))
        parts = [whole[at - place.begin : at - place.begin + length] for at, length in spans]
        said = json.loads(bytes(parts[2]))
        rgb, relief = _pixels(parts[0], "RGB"), _pixels(parts[1], "I;16")
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(
            f"sample {place.key} cannot be read of {path} ({_first_line(error)}); run the same 'ldm3d prepare' again, "
            "which writes that shard anew"
        ) from None
    return Sample(place.key, rgb.astype(np.uint8), relief.astype(np.uint16), said["caption"], said.get("spec"))


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _after(begin: int, length: int) -> int:
    """Return where the file behind one of `length` bytes that begins at `begin` has its header."""
    return begin + -(-length // _BLOCK) * _BLOCK


def _pixels(png: memoryview, mode: str) -> NDArray[Any]:
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        if image.mode != mode:
            raise ValueError(f"a picture in mode {image.mode} where {mode} is written")
        return np.asarray(image)


def _as_dict(shard: Shard) -> dict[str, Any]:
    return {
        "name": shard.name,
        "bytes": shard.bytes,
        "sha256": shard.sha256,
        "places": [list(place) for place in shard.places],
        "broken": [list(one) for one in shard.broken],
    }


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:150]


def numbers_in(folder: Path) -> list[int]:
    """Return the numbers of the shards that are in a folder, whole or not, in order."""
    found = (re.fullmatch(r"shard-(\d{5,})\.tar", path.name) for path in folder.glob("shard-*.tar"))
    return sorted(int(match[1]) for match in found if match)


def whole_shard(folder: Path, number: int) -> Shard | None:
    """Return the list of a shard that is there and whole, as its hash tells; None of another."""
    tar = folder / shard_name(number)
    with contextlib.suppress(InputError, FileNotFoundError):
        shard = read_list(tar)
        if tar.stat().st_size == shard.bytes and sha256(tar) == shard.sha256:
            return shard
    return None
