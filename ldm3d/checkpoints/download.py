"""Downloading a checkpoint: what it is and costs (`offer`), and bringing it into the cache (`get`)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

import ldm3d.checkpoints.cache as cache
import ldm3d.checkpoints.checkpoint as checkpoint
import ldm3d.checkpoints.hub as hub
import ldm3d.checkpoints.licence as licence
import ldm3d.checkpoints.record as record
import ldm3d.checkpoints.removal as removal
import ldm3d.checkpoints.shape as shape
import ldm3d.checkpoints.transfer as transfer
from ldm3d.amounts import in_words
from ldm3d.checkpoints.checkpoint import Checkpoint
from ldm3d.checkpoints.hub import Remote
from ldm3d.checkpoints.licence import Licence
from ldm3d.checkpoints.names import Kind, names
from ldm3d.checkpoints.record import Entry, Record, Step
from ldm3d.errors import InputError, MachineError
from ldm3d.files import cannot_write

SPARE = 64 << 20
"""Bytes of the disk that are left free."""
_TOLD_SECONDS = 0.05


@dataclass(frozen=True)
class Offer:
    """A checkpoint of the hub before it is downloaded.

    Attributes:
        name: ORGANISATION/NAME.
        kind: what it is for.
        revision: the commit; the recorded one where it has been here before.
        licence: what it is given under.
        accepted: whether that licence was accepted before.
        bytes: of all files that are needed.
        bytes_left: of those that are still to come.
    """

    name: str
    kind: Kind
    revision: str
    licence: Licence
    accepted: bool
    bytes: int
    bytes_left: int


def _quiet(text: str, done: float, total: float) -> None:
    """Take no notice."""


def _nothing() -> None:
    """Let it go on."""


def offer(
    name: str, *, latest: bool = False, records: Path | None = None, check: Callable[[], None] = _nothing
) -> Offer:
    """Ask the hub about a checkpoint.

    Args:
        name: an alias or ORGANISATION/NAME.
        latest: its newest revision, not the recorded one.
        records: the folder of records; None: the program's.
        check: is called while the network is waited for; may raise to end it.

    Raises:
        InputError: where there is no such checkpoint, or it is none that the program has a use for.
        MachineError: where the hub cannot be asked, or does not give it to this person.
    """
    hub_name = _hub_name(name)
    kept = record.read(hub_name, records or record.place())
    plan = _plan(hub_name, None if latest or kept is None else kept.revision, check)
    folder = cache.folder_of(hub_name, cache.place())
    accepted = kept is not None and kept.licence == plan.licence.name
    left = sum(_missing(folder, plan.remote.revision, file, entry) for file, entry in plan.files.items())
    return Offer(hub_name, plan.kind, plan.remote.revision, plan.licence, accepted, plan.bytes, left)


def get(
    name: str,
    *,
    accept_licence: bool = False,
    latest: bool = False,
    records: Path | None = None,
    progress: Step = _quiet,
    check: Callable[[], None] = _nothing,
) -> Checkpoint:
    """Bring a checkpoint of the hub into the cache, or what is missing of it, and return it checked.

    Only the files that are needed come. What an interrupted download left is kept. The revision, each file's SHA-256
    and the accepted licence are recorded; a later download under the same name must bring the same files.

    Args:
        name: an alias or ORGANISATION/NAME.
        accept_licence: whether the person accepts the licence that `offer` names.
        latest: take the newest revision and forget the recorded one.
        records: the folder of records; None: the program's.
        progress: is told the bytes that are here and that there are; may raise to end the download.
        check: is called all the time, also while nothing comes; may raise to end the download.

    Raises:
        InputError: for what is no checkpoint, and for a licence that was not accepted.
        MachineError: for the network, the disk, and files that are not the recorded ones.
    """
    hub_name = _hub_name(name)
    folder, place = cache.folder_of(hub_name, cache.place()), records or record.place()
    with _alone(folder, progress, check):
        kept = record.read(hub_name, place)
        if kept is not None and kept.complete and not latest:
            with contextlib.suppress(MachineError):
                return checkpoint.find(hub_name, records=place, progress=progress)
        plan = _plan(hub_name, None if latest or kept is None else kept.revision, check)
        files = plan.files
        if kept is not None and kept.revision == plan.remote.revision:
            files = {file: _recorded(kept, file, entry) for file, entry in files.items()}
        if not accept_licence and (kept is None or kept.licence != plan.licence.name):
            raise InputError(
                f"the licence of {hub_name} ({plan.licence.name}, {plan.licence.link}) was not accepted yet: "
                "read it and say so (--accept-licence)"
            )
        now = Record(hub_name, plan.remote.revision, files, plan.licence.name)
        _check_space(folder, now)
        record.write(now, place)
        now = _bring(plan.remote, now, folder, progress, check)
        _link(now, folder)
        snapshot = cache.snapshot(folder, now.revision)
        record.write(record.verify(now, snapshot, progress), place)
        if kept is not None and kept.revision != now.revision:
            removal.drop(folder, kept.revision, set(kept.files), {entry.blob for entry in kept.files.values()})
    return checkpoint.find(hub_name, records=place, progress=progress)


@dataclass(frozen=True)
class _Plan:
    remote: Remote
    files: dict[str, Entry]
    kind: Kind
    licence: Licence

    @property
    def bytes(self) -> int:
        return sum(entry.size for entry in self.files.values())


def _hub_name(name: str) -> str:
    if (found := checkpoint.hub_name(name)) is None:
        raise InputError(
            f"{name!r} is nothing that can be downloaded: name ORGANISATION/NAME of the hub, or one of {names()}"
        )
    return found


def _plan(name: str, revision: str | None, check: Callable[[], None]) -> _Plan:
    """Ask the hub what is needed; only small files are read."""
    remote = hub.ask(name, revision, check)

    def small(file: str) -> dict[str, Any]:
        if file not in remote.files:
            raise InputError(f"{name} is no LDM3D checkpoint: it has no {file}")
        try:
            content = json.loads(hub.read_small(remote, file, check))
        except ValueError:
            raise MachineError(f"{file} of {name} is no JSON: the network may stand in the way; try again") from None
        return content if isinstance(content, dict) else {}

    index = small(shape.INDEX) if shape.INDEX in remote.files else None
    seen = shape.describe(small, index, name)
    selection = shape.select(set(remote.files), index)
    if selection.lacks:
        raise InputError(f"{name} is not complete on {hub.endpoint()} ({selection.lacks}): choose another checkpoint")
    page = f"{hub.endpoint()}/{name}/blob/{remote.revision}"

    def paper(kind: str) -> str:
        file = next((file for file in selection.files if file.upper().startswith(kind)), "")
        return hub.read_small(remote, file, check).decode("utf-8", "replace") if file else ""

    files = {file: remote.files[file] for file in selection.files}
    return _Plan(remote, files, seen.kind, licence.of_card(paper("README"), page, paper("LICEN")))


def _recorded(kept: Record, file: str, now: Entry) -> Entry:
    """Return the recorded entry of a file, which the hub's must be."""
    before = kept.files.get(file)
    if before is None or (before.size, before.blob) != (now.size, now.blob):
        raise MachineError(
            f"{hub.endpoint()} gives another {file} of {kept.name} than was first downloaded, under the same revision: "
            f"do not trust it, or take the newest (model get {kept.name} --latest)"
        )
    return before


def _missing(folder: Path, revision: str, file: str, entry: Entry) -> int:
    """Return how many bytes of a file are still to come."""
    for whole in (cache.snapshot(folder, revision) / file, folder / "blobs" / entry.blob):
        if whole.is_file():
            return 0
    try:
        return max(entry.size - cache.partial(folder, entry.blob).stat().st_size, 0)
    except OSError:
        return entry.size


def _check_space(folder: Path, now: Record) -> None:
    left = sum(_missing(folder, now.revision, file, entry) for file, entry in now.files.items())
    existing = next(path for path in (folder, *folder.parents) if path.is_dir())
    free = shutil.disk_usage(existing).free
    if left + SPARE > free:
        raise MachineError(
            f"{now.name} needs {in_words(left)} more and {existing} has {in_words(free)} free: "
            "free some space, or set HF_HOME to a folder on a larger disk"
        )


def _bring(remote: Remote, now: Record, folder: Path, progress: Step, check: Callable[[], None]) -> Record:
    """Bring every file that is missing among the blobs; return the record with their hashes."""
    total = sum(entry.size for entry in now.files.values())
    done = total - sum(_missing(folder, now.revision, file, entry) for file, entry in now.files.items())

    told = 0.0

    def moved(count: int) -> None:
        nonlocal done, told
        done += count
        check()
        if (moment := time.monotonic()) - told >= _TOLD_SECONDS or done == total:
            told = moment
            progress(f"downloading {now.name}", done, total)

    files = dict(now.files)
    for file, entry in sorted(files.items(), key=lambda item: item[1].size):
        blob = folder / "blobs" / entry.blob
        if (cache.snapshot(folder, now.revision) / file).is_file() or blob.is_file():
            continue
        partial = cache.partial(folder, entry.blob)
        digest = transfer.fetch(hub.address(remote, file), entry, partial, now.name, moved)
        if entry.sha256 not in {"", digest}:
            partial.unlink()
            raise record.changed(now.name, file)
        with _writing(blob):
            partial.replace(blob)
            files[file] = replace(entry, sha256=digest, modified=blob.stat().st_mtime_ns)
    return replace(now, files=files)


def _link(now: Record, folder: Path) -> None:
    """Give the blobs their names: those last that make a checkpoint of a folder, so that none looks whole too early."""
    snapshot = cache.snapshot(folder, now.revision)
    for file in sorted(now.files, key=lambda file: file in {shape.INDEX, shape.CONFIG}):
        name, blob = snapshot / file, folder / "blobs" / now.files[file].blob
        if name.is_file():
            continue
        with _writing(name):
            name.parent.mkdir(parents=True, exist_ok=True)
            name.unlink(missing_ok=True)  # a link to nothing
            try:
                name.symlink_to(os.path.relpath(blob, name.parent))
            except OSError:  # a system that reserves links, as Windows does: the file itself, as huggingface_hub has it
                blob.replace(name)
    reference = folder / "refs" / "main"
    with _writing(reference):
        reference.parent.mkdir(parents=True, exist_ok=True)
        reference.write_text(now.revision, encoding="ascii")


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from None


@contextlib.contextmanager
def _alone(folder: Path, progress: Step, check: Callable[[], None]) -> Iterator[None]:
    """Hold the checkpoint's lock; another download of it is waited for."""
    path = folder.parent / ".locks" / folder.name / "depthfusion.lock"
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    while True:
        try:
            lock.acquire(timeout=0.1)
            break
        except Timeout:
            check()
            progress("waiting for another download of it", 0, 1)
        except OSError as error:
            raise cannot_write(path, error) from None
    try:
        yield
    finally:
        lock.release()
