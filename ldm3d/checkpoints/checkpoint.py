"""Checkpoints on this disk: which there are, what they are, and that they are what was first downloaded.

The standard library alone is needed here; nothing goes to the network.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldm3d.checkpoints.cache as cache
import ldm3d.checkpoints.record as record
import ldm3d.checkpoints.shape as shape
from ldm3d.checkpoints.names import HUB_NAME, KNOWN, Kind, Known, known_by, names
from ldm3d.checkpoints.record import Entry, Record, Step
from ldm3d.errors import InputError, MachineError


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on this disk.

    Attributes:
        name: ORGANISATION/NAME, or the folder as it was named.
        folder: where its files lie, in the hub's layout.
        kind: `ldm3d` makes colour and depth, `sr` enlarges them, `estimator` makes depth of a picture.
        channels: of its autoencoder: 6 (depth packed into bytes) or 4; 3 for estimators.
        size: width and height; of the panorama that an `ldm3d` makes by default, of others what they were trained on.
        steps: of denoising that suit it.
        guidance: that suits it.
        prompt_prefix: what it was trained to find before a prompt.
        bytes: on this disk.
        revision: the commit on the hub; empty for a folder.
        lacks: what is missing, in words; empty: nothing.
    """

    name: str
    folder: Path
    kind: Kind
    channels: int
    size: tuple[int, int]
    steps: int
    guidance: float
    prompt_prefix: str
    bytes: int
    revision: str
    lacks: str = ""

    @property
    def complete(self) -> bool:
        """Whether every file that is needed is there."""
        return not self.lacks


def _quiet(text: str, done: float, total: float) -> None:
    """Take no notice."""


def hub_name(name: str) -> str | None:
    """Return the hub's name that `name` means (an alias, or ORGANISATION/NAME that is no folder here); else None."""
    if known := known_by(name):
        return known.name
    return name if HUB_NAME.fullmatch(name) and not Path(name).is_dir() else None


def find(
    name: str | Path, *, records: Path | None = None, progress: Step = _quiet, thorough: bool = False
) -> Checkpoint:
    """Return a checkpoint that is complete on this disk and checked.

    One of the hub is checked against its record; the first time, or where a file's time of modification is another
    one, by reading it. One that another program downloaded is recorded when it is first found. A folder is the
    person's own: only its shape is checked.

    Args:
        name: an alias, ORGANISATION/NAME on the hub, or a folder.
        records: the folder of records; None: the program's.
        progress: is told how far the reading is, and may raise to end it.
        thorough: read every file.

    Raises:
        InputError: for what is no name and no checkpoint, is not complete, or has changed.
        MachineError: where the checkpoint has not been downloaded.
    """
    hub = hub_name(str(name)) if not isinstance(name, Path) else None
    if hub is None:
        return _of_own_folder(Path(name).expanduser(), str(name))
    place = records or record.place()
    kept = record.read(hub, place)
    folder = cache.folder_of(hub, cache.place())
    revision = kept.revision if kept else cache.revision_in(folder)
    snapshot = cache.snapshot(folder, revision) if revision else folder / "snapshots"
    there = shape.list_files(snapshot)
    if not there & {shape.INDEX, shape.CONFIG}:
        begun = " is downloaded in part only" if any(folder.glob("blobs/*")) else " has not been downloaded"
        raise MachineError(f"{hub}{begun}: get it with `model get {hub}`")
    found = describe(hub, snapshot, there, revision)
    if not found.complete:
        raise MachineError(f"{hub} is not complete here ({found.lacks}): get the rest with `model get {hub}`")
    before = kept or first_seen(hub, snapshot, revision, there)
    after = record.verify(before, snapshot, progress, thorough=thorough)
    if after != kept:
        record.write(after, place)
    return found


def installed() -> list[Checkpoint]:
    """Return the checkpoints of LDM3D and of depth in the cache, incomplete ones too; quick, as nothing is hashed."""
    return list(_installed())


def _installed() -> Iterator[Checkpoint]:
    for folder in sorted(cache.place().glob("models--*--*")):
        name = cache.name_of(folder)
        kept = _kept(name)
        revision = kept.revision if kept else cache.revision_in(folder)
        snapshot = cache.snapshot(folder, revision) if revision else folder / "snapshots"
        there = shape.list_files(snapshot) if snapshot.is_dir() else set()
        known = known_by(name)
        if not there & {shape.INDEX, shape.CONFIG}:
            if known and any(folder.glob("blobs/*")):
                yield _begun(known, snapshot, revision, _bytes_of_blobs(folder))
            continue
        try:
            found = describe(name, snapshot, there, revision)
        except InputError:
            continue  # another program's, of another kind, or its configuration is not there yet
        if not found.complete:
            found = dataclasses.replace(found, bytes=_bytes_of_blobs(folder))
        yield found


def _kept(name: str) -> Record | None:
    """Return a checkpoint's record; None too where it is damaged, which `find` says."""
    try:
        return record.read(name, record.place())
    except InputError:
        return None


def known() -> tuple[Known, ...]:
    """Return the checkpoints that the program knows by name."""
    return KNOWN


def first_seen(name: str, snapshot: Path, revision: str, there: set[str]) -> Record:
    """Return the record of a checkpoint that has none yet, without hashes."""
    files = {}
    for file in shape.select(there, read_index(snapshot, there)).files:
        path = snapshot / file
        files[file] = Entry(path.stat().st_size, path.resolve().name if path.is_symlink() else "")
    return Record(name, revision, files)


def read_index(folder: Path, there: set[str]) -> dict[str, Any] | None:
    """Return a pipeline's `model_index.json`; None for what has none. `there` are the folder's files."""
    return shape.read_json(folder / shape.INDEX) if shape.INDEX in there else None


def describe(name: str, folder: Path, there: set[str], revision: str) -> Checkpoint:
    """Describe what lies in `folder`, complete or not; `InputError` where it is no checkpoint of ours."""
    index = read_index(folder, there)
    selection = shape.select(there, index)
    seen = shape.describe(lambda file: shape.read_json(folder / file), index, name)
    named = known_by(name) or known_by(_named_in(index)) or _copied_from(folder)
    defaults = named if named is not None and named.kind == seen.kind else None
    denoises = seen.kind != "estimator"
    return Checkpoint(
        name=name,
        folder=folder,
        kind=seen.kind,
        channels=seen.channels,
        size=shape.panorama_size(seen.size) if seen.kind == "ldm3d" else seen.size,
        steps=defaults.steps if defaults else 50 * denoises,
        guidance=defaults.guidance if defaults else 5.0 * denoises,
        prompt_prefix=defaults.prompt_prefix if defaults else "",
        bytes=sum((folder / file).stat().st_size for file in selection.files),
        revision=revision,
        lacks=selection.lacks,
    )


def _named_in(index: Mapping[str, Any] | None) -> str:
    """Return the name that a pipeline's own index gives it, as saved copies carry it; empty where there is none."""
    return str((index or {}).get("_name_or_path", ""))


def _copied_from(folder: Path) -> Known | None:
    """Return the known checkpoint that a folder seems to be a copy of: one with the same name."""
    return next((one for one in KNOWN if one.name.partition("/")[2].casefold() == folder.name.casefold()), None)


def _begun(known: Known, snapshot: Path, revision: str, size: int) -> Checkpoint:
    lacks = "its download was interrupted"
    return Checkpoint(known.name, snapshot, known.kind, 0, (0, 0), known.steps, known.guidance, known.prompt_prefix,
                      size, revision, lacks)  # fmt: skip


def _bytes_of_blobs(folder: Path) -> int:
    return sum(blob.stat().st_size for blob in folder.glob("blobs/*") if blob.is_file())


def _of_own_folder(folder: Path, given: str) -> Checkpoint:
    if not folder.exists():
        raise InputError(f"{given!r} is neither a folder here nor a checkpoint: choose a folder or one of {names()}")
    if not folder.is_dir():
        raise InputError(f"{given} is a file: name the folder of a checkpoint, in the layout that it has on the hub")
    there = shape.list_files(folder)
    if not there & {shape.INDEX, shape.CONFIG}:
        raise InputError(f"{given} is no LDM3D checkpoint: it has no {shape.INDEX} (an estimator: no {shape.CONFIG})")
    found = describe(given, folder, there, "")
    if not found.complete:
        raise InputError(f"{given} is not complete ({found.lacks}): copy or download it again")
    return found
