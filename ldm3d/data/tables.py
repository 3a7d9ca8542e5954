"""Tables of pictures and captions: CSV, TSV, JSON, JSON lines and Parquet; COCO's annotations too."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ldm3d.data.items import CAPTIONS, Blob, Cell, Item, caption_in
from ldm3d.errors import InputError

SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")
PICTURES = (
    "path",
    "file",
    "file_name",
    "filename",
    "filepath",
    "image_path",
    "image",
    "img",
    "jpg",
    "jpeg",
    "png",
    "webp",
)
DEPTHS = ("depth", "depth_path", "depth_file")
_CELL = 1 << 24  # characters; the csv module stops at 131,072

Row = tuple[str | Cell, str | None, str | Cell | None]
"""Picture, caption and depth: a path as it is written, or the cell with the bytes."""


def items(path: Path) -> list[Item]:
    """Return the pictures that a table names, in its order; relative paths are seen from the table's folder.

    Raises:
        InputError: the table cannot be read, is empty, or has no column that names pictures.
    """
    made = []
    for number, (picture, caption, depth) in enumerate(_rows(path)):
        name = f"{path.name} row {number + 1}" if isinstance(picture, Cell) else picture
        made.append(Item(name, _place(path.parent, picture), caption, _place(path.parent, depth) if depth else None))
    if not made:
        raise InputError(f"{path} names no pictures; it needs a column such as 'path' and one such as 'caption'")
    return made


def captions(path: Path) -> dict[str, str]:
    """Return the captions of a table by its pictures' names as written, the first of each.

    Raises:
        InputError: as for `items`.
    """
    found: dict[str, str] = {}
    for picture, caption, _ in _rows(path):
        if isinstance(picture, str) and caption:
            found.setdefault(Path(picture).as_posix(), caption)
    if not found:
        raise InputError(f"{path} has no captions; it needs a column such as 'path' and one such as 'caption'")
    return found


def _place(folder: Path, picture: str | Cell) -> Blob | Cell:
    if isinstance(picture, Cell):
        return picture
    return Blob(str(folder / picture), Path(picture).suffix.lower())


def _rows(path: Path) -> Iterator[Row]:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path} is no table; give {', '.join(SUFFIXES)} with columns such as 'path' and 'caption'")
    try:
        if suffix == ".parquet":
            yield from _parquet(path)
        else:
            yield from _dicts(path, _csv(path) if suffix in {".csv", ".tsv"} else _json(path))
    except (OSError, UnicodeDecodeError, csv.Error, json.JSONDecodeError) as error:
        raise InputError(f"{path} cannot be read as a table ({error}); check the file") from None


def _dicts(path: Path, rows: Iterable[dict[str, Any]]) -> Iterator[Row]:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise InputError(f"{path} row {number} is no record of columns; write one object for each picture")
        named = {str(key).casefold(): value for key, value in row.items()}
        picture = next((named[name] for name in PICTURES if named.get(name)), None)
        if not isinstance(picture, str):
            raise InputError(f"{path} row {number} names no picture; call the column 'path'")
        depth = next((named[name] for name in DEPTHS if isinstance(named.get(name), str) and named[name]), None)
        yield picture, caption_in(row), depth


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    before = csv.field_size_limit(_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
    finally:
        csv.field_size_limit(before)


def _json(path: Path) -> Iterable[dict[str, Any]]:
    """The records of JSON lines, of a list, or of COCO's annotations: one for each caption."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        return (json.loads(line) for line in text.splitlines() if line.strip())
    read = json.loads(text)
    if isinstance(read, dict) and {"images", "annotations"} <= read.keys():
        files = {image["id"]: image["file_name"] for image in read["images"]}
        return [{"path": files[one["image_id"]], "caption": one["caption"]} for one in read["annotations"]]
    if not isinstance(read, list):
        raise InputError(f"{path} is neither a list of records nor COCO's annotations; write a list, or JSON lines")
    return read


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            names = {name.casefold(): name for name in file.schema_arrow.names}
            picture = next((names[name] for name in PICTURES if name in names), None)
            caption = next((names[name] for name in CAPTIONS if name in names), None)
            depth = next((names[name] for name in DEPTHS if name in names), None)
            if picture is None:
                raise InputError(
                    f"{path} names no pictures; call the column 'path', or 'image' where it has their bytes"
                )
            for group in range(file.num_row_groups):
                pictures = _column(file, str(path), group, picture)
                said = _texts(file, group, caption)
                depths = _column(file, str(path), group, depth) if depth else [None] * len(pictures)
                yield from zip(pictures, said, depths, strict=True)
    except pyarrow.ArrowException as error:
        raise InputError(f"{path} cannot be read as Parquet ({str(error).splitlines()[0]}); check the file") from None


def _column(file: Any, path: str, group: int, column: str) -> list[str | Cell]:
    """Return a column's paths, or its cells where it holds bytes."""
    import pyarrow

    kind = file.schema_arrow.field(column).type
    if pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind):
        return [text or "" for text in file.read_row_group(group, [column]).column(0).to_pylist()]
    return [Cell(path, column, group, row) for row in range(file.metadata.row_group(group).num_rows)]


def _texts(file: Any, group: int, column: str | None) -> list[str | None]:
    if column is None:
        return [None] * file.metadata.row_group(group).num_rows
    return [caption_in(value) for value in file.read_row_group(group, [column]).column(0).to_pylist()]
