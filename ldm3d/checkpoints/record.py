"""What was downloaded: one JSON file a checkpoint with its revision, the SHA-256 of each file and the licence.

It outlives the checkpoint: whatever is downloaded later under the same name must be the same.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ldm3d.checkpoints.names import HUB_NAME
from ldm3d.errors import InputError
from ldm3d.files import cannot_write, whole_file

Step = Callable[[str, float, float], None]
"""Is told `text`, done and total bytes as work goes on; may raise to end it."""

VERSION = 1
_PIECE = 1 << 22


@dataclass(frozen=True)
class Entry:
    """A file of a checkpoint.

    Attributes:
        size: in bytes.
        blob: its name in the cache: the hub's hash of it (SHA-256 of large files, git's SHA-1 of small ones).
        sha256: of its contents; empty until it has been here.
        modified: its time of modification in nanoseconds when that hash was last computed; 0: never.
    """

    size: int
    blob: str
    sha256: str = ""
    modified: int = 0


@dataclass(frozen=True)
class Record:
    """What is known of one checkpoint of the hub since its first download.

    Attributes:
        name: ORGANISATION/NAME.
        revision: the commit on the hub.
        files: by their path in the checkpoint.
        licence: the name of the licence that was accepted; empty: none was.
        complete: whether all files have been here.
    """

    name: str
    revision: str
    files: dict[str, Entry] = field(default_factory=dict)
    licence: str = ""
    complete: bool = False


def place() -> Path:
    """Return the folder of records where none is named: `checkpoints` among the program's data (not made here)."""
    if home := os.environ.get("DEPTHFUSION_HOME"):
        return Path(home) / "checkpoints"
    import platformdirs

    return Path(platformdirs.user_data_dir("DepthFusion", appauthor=False)) / "checkpoints"


def path_of(name: str, folder: Path) -> Path:
    """Return the file of a checkpoint's record."""
    return folder / f"{name.replace('/', '--')}.json"


def read(name: str, folder: Path) -> Record | None:
    """Return a checkpoint's record; None where there is none. A damaged one is an `InputError`: it guards hashes."""
    path = path_of(name, folder)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        files = {file: Entry(**entry) for file, entry in content["files"].items()}
        return Record(name, content["revision"], files, content["licence"], content["complete"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        text = f"{path}, the record of {name}, cannot be read: remove that file if you trust what lies in the cache"
        raise InputError(text) from None


def write(record: Record, folder: Path) -> None:
    """Keep a record; whole or not at all."""
    path = path_of(record.name, folder)
    content = {"version": VERSION, **asdict(record)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
    with whole_file(path) as partial:
        partial.write_text(json.dumps(content, indent=1), encoding="utf-8")


def recorded(folder: Path) -> list[str]:
    """Return the names of the checkpoints that have a record."""
    names = (path.stem.replace("--", "/", 1) for path in sorted(folder.glob("*--*.json")))
    return [name for name in names if HUB_NAME.fullmatch(name)]


def hash_file(path: Path, blob: str, step: Callable[[int], None]) -> tuple[str, str]:
    """Return a file's SHA-256 and, in the form that `blob` has, the hub's hash of it.

    Args:
        path: the file.
        blob: 64 hexadecimal digits are a SHA-256, 40 are git's SHA-1 of it (`start_git`).
        step: is told the bytes of each piece; may raise.
    """
    digest, git = hashlib.sha256(), start_git(path.stat().st_size)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            if len(blob) == 40:
                git.update(piece)
            step(len(piece))
    return digest.hexdigest(), git.hexdigest() if len(blob) == 40 else digest.hexdigest()


def start_git(size: int) -> hashlib._Hash:
    """Return the beginning of git's hash of `size` bytes: the word blob, the size and a zero byte come first."""
    return hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)


def verify(record: Record, folder: Path, step: Step, *, thorough: bool = False) -> Record:
    """Check a checkpoint's files in `folder` against its record; return the record with today's fingerprints.

    A file whose size and time of modification are those of the last check is believed; any other, and each with
    `thorough`, is read and its SHA-256 compared.

    Raises:
        InputError: where a file is missing or another than the recorded one.
    """
    files = dict(record.files)
    doubted = []
    for name, entry in files.items():
        try:
            seen = (folder / name).stat()
        except OSError:
            text = f"{record.name} is not complete: {name} is missing; get it again (model get {record.name})"
            raise InputError(text) from None
        if seen.st_size != entry.size:
            raise changed(record.name, name)
        if thorough or not entry.sha256 or seen.st_mtime_ns != entry.modified:
            doubted.append(name)
    total, done = sum(files[name].size for name in doubted), 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        step(f"checking {record.name}", done, total)

    for name in doubted:
        entry, path = files[name], folder / name
        modified = path.stat().st_mtime_ns
        digest, hub = hash_file(path, entry.blob, told)
        if (entry.sha256 or digest) != digest or (len(entry.blob) in {40, 64} and hub != entry.blob):
            raise changed(record.name, name)
        files[name] = replace(entry, sha256=digest, modified=modified)
    return replace(record, files=files, complete=True)


def changed(name: str, file: str) -> InputError:
    """Return the sentence for a file that is not the recorded one."""
    return InputError(
        f"{file} of {name} is not the file that was first downloaded (its SHA-256 or size has changed): "
        f"remove the checkpoint and get it again (model remove {name}, model get {name})"
    )
