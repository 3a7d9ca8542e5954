"""Where the parts of a picture to prepare lie: a file, a part of a tar, a cell of a table; or a world to draw."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pyarrow

CAPTIONS = ("caption", "captions", "text", "prompt", "description")
"""What people call a caption, as a key or a column; case does not matter, the first that is there counts."""


class Blob(NamedTuple):
    """Bytes of a file: all of them, or `length` from `begin` on. `suffix` says what they are, as in ".json"."""

    path: str
    suffix: str
    begin: int = 0
    length: int | None = None


class Cell(NamedTuple):
    """Bytes in a Parquet table: a value of `column`, or its field `bytes` where it has fields."""

    path: str
    column: str
    group: int
    row: int


@dataclass(frozen=True)
class Item:
    """A picture to prepare.

    Attributes:
        name: for people: its file's name within the source, or a row of a table.
        picture: where its bytes are.
        caption: the caption, or where it is (.txt or .json); None where nothing says so.
        depth: where its depth is, a picture with white near; None where it has to be estimated.
    """

    name: str
    picture: Blob | Cell
    caption: str | Blob | None = None
    depth: Blob | Cell | None = None


@dataclass(frozen=True)
class World:
    """A sketch world to draw: the caption of number `index` of a seed."""

    index: int
    seed: int


def read_bytes(place: Blob | Cell) -> bytes:
    """Return the bytes of a place.

    Raises:
        OSError: they cannot be read.
        ValueError: they are fewer than they should be, or no bytes.
    """
    if isinstance(place, Cell):
        value = _group(place.path, place.group, place.column)[place.row].as_py()
        value = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(value, bytes):
            raise ValueError("its cell is empty")
        return value
    with Path(place.path).open("rb") as file:
        file.seek(place.begin)
        content = file.read(-1 if place.length is None else place.length)
    if place.length is not None and len(content) < place.length:
        raise ValueError("the file ends within it")
    return content


@functools.lru_cache(maxsize=2)
def _group(path: str, group: int, column: str) -> pyarrow.ChunkedArray:
    """Return a column of a group of rows; the last ones are kept, as the next row is likely of the same."""
    from pyarrow import parquet

    return parquet.ParquetFile(path).read_row_group(group, [column]).column(0)


def read_caption(caption: str | Blob | None) -> str:
    """Return a caption in one line, without spaces around it; empty where there is none.

    Raises:
        OSError: its file cannot be read.
        ValueError: its file is no text, or no JSON.
    """
    if isinstance(caption, Blob):
        text = read_bytes(caption).decode("utf-8-sig")
        caption = caption_in(json.loads(text)) if caption.suffix == ".json" else text
    return " ".join((caption or "").split())


def caption_in(value: Any) -> str | None:
    """Return the caption in a value of JSON: text, the first of a list, or what an object calls so; None without."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return next(filter(None, map(caption_in, value)), None)
    if isinstance(value, dict):
        named = {str(key).casefold(): one for key, one in value.items()}
        return next(filter(None, (caption_in(named.get(name)) for name in CAPTIONS)), None)
    return None
