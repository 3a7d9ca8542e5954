"""What `ldm3d prepare` can read, told apart by what it is: a folder, shards, a table, or sketch worlds."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import overload

from ldm3d.data import drawn, tables
from ldm3d.data.items import Blob, Item, World
from ldm3d.errors import InputError

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
_DEPTH = ".depth.png"
_NEEDED = (
    f"name a folder of pictures ({', '.join(PICTURES)}), shards (.tar), a table ({', '.join(tables.SUFFIXES)}), or "
    "worlds:COUNT"
)


@dataclass(frozen=True)
class Source:
    """What is to be prepared, in an order that is the same whenever it is opened.

    Attributes:
        items: pictures, or worlds.
        fingerprint: a hash of what they are and where; another one means another source.
    """

    items: Sequence[Item] | Sequence[World]
    fingerprint: str

    @property
    def lacks_depth(self) -> bool:
        """Whether depth has to be estimated for any of them."""
        if isinstance(self.items, _Worlds):
            return False
        return any(isinstance(item, Item) and item.depth is None for item in self.items)


@dataclass(frozen=True)
class _Worlds(Sequence[World]):
    """Worlds by number, of which there may be billions."""

    numbers: range
    seed: int

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> World: ...
    @overload
    def __getitem__(self, index: slice) -> _Worlds: ...
    def __getitem__(self, index: int | slice) -> World | _Worlds:
        if isinstance(index, slice):
            return _Worlds(self.numbers[index], self.seed)
        return World(self.numbers[index], self.seed)


def open_source(source: str, captions: Path | None = None) -> Source:
    """Return what `source` names.

    Args:
        source: a folder of pictures with captions in NAME.txt or NAME.json beside them (img2dataset's `files`), a
            folder of .tar or one of them (webdataset, img2dataset), a table or a folder of Parquet tables, or
            worlds:COUNT[:SEED].
        captions: a table with the captions of a folder's pictures or of shards; a folder without captions may have its
            own, metadata.jsonl or metadata.csv, as data sets of the hub do. A row means the picture whose path it
            ends with, or that ends with it; the suffix may be missing.

    Raises:
        InputError: there is none, or nothing to prepare in it.
    """
    if drawn.is_worlds(source):
        worlds = drawn.parse(source)
        if captions:
            raise InputError("--captions is not for worlds, which have captions of their own; leave it out")
        return Source(_Worlds(range(worlds.count), worlds.seed), f"{drawn.NAME}:{worlds.seed}")
    path = Path(source)
    if path.is_dir():
        shards = sorted(one for one in path.rglob("*.tar") if one.is_file())
        found = _in_shards(shards, path) if shards else _in_folder(path)
        if not found:  # data sets of the hub, and img2dataset's third way to write
            found = [item for table in sorted(path.rglob("*.parquet")) for item in tables.items(table)]
    elif not path.is_file():
        raise InputError(f"{source} does not exist; {_NEEDED}")
    elif path.suffix.lower() == ".tar":
        found = _in_shards([path], path.parent)
    elif path.suffix.lower() in tables.SUFFIXES:
        found = tables.items(path)
    else:
        raise InputError(f"{source} cannot be prepared; {_NEEDED}")
    if path.is_dir() and not captions and not any(item.caption for item in found):
        captions = next(filter(Path.is_file, (path / f"metadata{suffix}" for suffix in (".jsonl", ".csv"))), None)
    if captions:
        found = _captioned(found, tables.captions(captions), captions)
    if not found:
        raise InputError(f"{source} has no pictures in it; {_NEEDED}")
    return Source(found, _fingerprint(found))


def _in_folder(folder: Path) -> list[Item]:
    """The pictures of a folder and of those in it, by path; NAME.depth.png is the depth of NAME."""
    found = []
    files = {path: path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for path, name in sorted(files.items(), key=lambda pair: pair[1]):
        if path.suffix.lower() not in PICTURES or path.name.endswith(_DEPTH) or path.name.startswith("."):
            continue
        depth = path.with_name(path.stem + _DEPTH)
        beside = (path.with_suffix(suffix) for suffix in (".txt", ".json"))
        caption = next((Blob(str(one), one.suffix) for one in beside if one in files), None)
        shown = Blob(str(depth), ".png") if depth in files else None
        found.append(Item(name, Blob(str(path), path.suffix.lower()), caption, shown))
    return found


def _in_shards(shards: Iterable[Path], folder: Path) -> list[Item]:
    """The pictures of tars: files with one name up to the first dot belong together, as webdataset has it."""
    found = []
    for tar in shards:
        groups: dict[str, dict[str, Blob]] = {}
        try:
            with tarfile.open(tar, "r:") as archive:
                for member in archive:
                    inside = PurePosixPath(member.name)
                    stem, dot, suffix = inside.name.partition(".")
                    if member.isfile() and dot and stem:
                        parts = groups.setdefault((inside.parent / stem).as_posix(), {})
                        suffix = f".{suffix.lower()}"
                        parts[suffix] = Blob(str(tar), suffix, member.offset_data, member.size)
        except (OSError, tarfile.TarError) as error:
            raise InputError(
                f"{tar} cannot be read as a plain tar ({error}); unpack it if it is compressed, or remove it"
            ) from None
        for key, parts in groups.items():
            picture = next((parts[suffix] for suffix in PICTURES if suffix in parts), None)
            if picture:
                name = f"{tar.relative_to(folder).as_posix()}:{key}{picture.suffix}"
                found.append(Item(name, picture, parts.get(".txt") or parts.get(".json"), parts.get(_DEPTH)))
    return found


def _captioned(found: list[Item], captions: dict[str, str], table: Path) -> list[Item]:
    """The items with the table's captions instead of their own where it has one."""
    tails: dict[str, str] = {}
    for name, caption in captions.items():
        for tail in _tails(PurePosixPath(name)):
            tails.setdefault(tail, caption)

    def of(item: Item) -> str | None:
        path = PurePosixPath(item.name.rpartition(":")[2])
        for name in (path, path.with_suffix("")):  # a key without a suffix is the key of a shard
            caption = tails.get(name.as_posix()) or next(filter(None, map(captions.get, _tails(name))), None)
            if caption:
                return caption
        return None

    given = [of(item) for item in found]
    if not any(given):
        raise InputError(f"{table} names none of the pictures, such as {found[0].name}; check its column 'path'")
    return [replace(item, caption=caption) if caption else item for item, caption in zip(found, given, strict=True)]


def _tails(path: PurePosixPath) -> list[str]:
    """Return a path, and what is left of it without its first folders: a/b/c.jpg, b/c.jpg, c.jpg."""
    return ["/".join(path.parts[at:]) for at in range(len(path.parts))]


def _fingerprint(found: Iterable[Item]) -> str:
    digest = hashlib.sha256()
    for item in found:
        digest.update(repr((item.name, item.caption if isinstance(item.caption, str) else None)).encode())
    return digest.hexdigest()
