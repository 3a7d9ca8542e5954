"""Freeing the place of a checkpoint in the cache, which other programs share."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import ldm3d.checkpoints.cache as cache
import ldm3d.checkpoints.checkpoint as checkpoint
import ldm3d.checkpoints.record as record
import ldm3d.checkpoints.shape as shape
from ldm3d.errors import InputError
from ldm3d.files import cannot_write


def remove(name: str, *, records: Path | None = None) -> int:
    """Remove a checkpoint's files from the cache and return how many bytes came free.

    Files that the program has no use for, and those that another revision has as well, stay. So does the record: what
    is downloaded later under this name must be the same.

    Raises:
        InputError: for a folder of the person's own, and for what is not here or none of the program's checkpoints.
    """
    hub = checkpoint.hub_name(name)
    if hub is None:
        raise InputError(f"{name!r} is no checkpoint of the cache: a folder of your own is yours to delete")
    folder = cache.folder_of(hub, cache.place())
    kept = record.read(hub, records or record.place())
    revision = kept.revision if kept else cache.revision_in(folder)
    snapshot = cache.snapshot(folder, revision) if revision else folder / "snapshots"
    there = shape.list_files(snapshot) if snapshot.is_dir() else set()
    blobs = {entry.blob for entry in kept.files.values()} if kept else set()
    files = set(kept.files) if kept else set()
    if there & {shape.INDEX, shape.CONFIG}:
        checkpoint.describe(hub, snapshot, there, revision)  # only of the program's kinds
        files |= set(shape.select(there, checkpoint.read_index(snapshot, there)).files)
    if not files & there and not any(_present(folder, blob) for blob in blobs):
        raise InputError(f"{hub} is not here, so nothing was removed: `model list` says what is")
    before = _size(folder)
    try:
        drop(folder, revision, files & there, blobs)
    except OSError as error:
        raise cannot_write(Path(error.filename or folder), error) from None
    return before - _size(folder)


def drop(folder: Path, revision: str, files: set[str], blobs: set[str]) -> None:
    """Remove files of a revision and those `blobs` that no other file is a link to; may raise `OSError`.

    Those that make a checkpoint of a folder go first, so that no half of one looks whole.
    """
    snapshot = cache.snapshot(folder, revision)
    blobs = set(blobs)
    for file in sorted(files, key=lambda file: file not in {shape.INDEX, shape.CONFIG}):
        path = snapshot / file
        if path.is_symlink():
            blobs.add(path.resolve().name)
        path.unlink(missing_ok=True)
    used = {path.resolve().name for path in (folder / "snapshots").rglob("*") if path.is_symlink()}
    for blob in sorted(blobs - used):
        (folder / "blobs" / blob).unlink(missing_ok=True)
        cache.partial(folder, blob).unlink(missing_ok=True)
    if not any((folder / "snapshots").rglob("*.*")):
        (folder / "refs" / "main").unlink(missing_ok=True)
    for place, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):  # it is not empty: another program's files are in it
            Path(place).rmdir()


def _present(folder: Path, blob: str) -> bool:
    return (folder / "blobs" / blob).exists() or cache.partial(folder, blob).exists()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
