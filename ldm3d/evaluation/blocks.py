"""Results of many pictures, kept in blocks of a few: what a killed run leaves whole is not computed again.

A block is one .npz file with a row for each of its pictures. Blocks are cut from the numbers of the pictures alone, so
that they, and every bit in them, are the same for any number of processes.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldm3d.errors import InputError
from ldm3d.evaluation.crew import Crew
from ldm3d.files import cannot_write, whole_file
from ldm3d.progress import Progress

Rows = dict[str, NDArray[Any]]
_SAMPLED = 1 << 16


def cut(count: int, size: int) -> list[range]:
    """Return the blocks of the pictures 0 to `count` − 1, of `size` pictures; the last may have fewer."""
    return [range(start, min(start + size, count)) for start in range(0, count, size)]


def compute(
    folder: Path, blocks: list[range], make: Callable[[range], Rows], crew: Crew, what: str, quiet: bool = False
) -> None:
    """Have every block's file in `folder`: make those of this process's share that are missing, then wait for all.

    Args:
        folder: made where it is missing.
        blocks: from `cut`.
        make: block -> arrays [pictures of the block, ...] by name.
        crew: this process's place.
        what: is done, for the progress.
        quiet: say nothing.
    """
    make_folder(folder)
    share = crew.share(blocks)
    missing = [block for block in share if not file_of(folder, block).exists()]
    if missing:
        done = sum(map(len, share)) - sum(map(len, missing))
        with Progress(sum(map(len, share)), what, done=done, quiet=quiet or not crew.leads) as progress:
            for block in missing:
                rows = make(block)
                save(file_of(folder, block), rows)
                progress.advance(len(block))
    crew.wait()


def gather(folder: Path, blocks: Iterable[range]) -> Rows:
    """Return the rows of all blocks in the order of their pictures, by name.

    Raises:
        InputError: a block's file is damaged.
    """
    parts: dict[str, list[NDArray[Any]]] = {}
    for block in blocks:
        for name, array in load(file_of(folder, block)).items():
            parts.setdefault(name, []).append(array)
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


def file_of(folder: Path, block: range) -> Path:
    """Return where a block's rows are kept."""
    return folder / f"{block.start:06d}-{block.stop:06d}.npz"


def save(path: Path, rows: Rows) -> None:
    """Write arrays by name, whole or not at all."""
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **rows)


def load(path: Path) -> Rows:
    """Return what `save` wrote; `InputError` where it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as rows:
            return {name: rows[name] for name in rows.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} cannot be read ({error}); delete it and run the same command again") from None


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; a sentence where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{folder} is a file; name a folder for the results") from None
    except OSError as error:
        raise cannot_write(folder, error) from None


def claim(folder: Path, settings: Mapping[str, Any], crew: Crew) -> None:
    """Make `folder` that of results made with `settings`, or see that it is so already.

    Raises:
        InputError: it has results of other settings, which must not be mixed.
    """
    make_folder(folder)
    path = folder / "settings.json"
    wanted = json.loads(json.dumps(settings))
    if path.exists():
        try:
            there = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            there = None
        if not isinstance(there, dict):
            raise InputError(f"{path} cannot be read; choose another folder, or delete {folder}")
        if there != wanted:
            differing = [name for name in wanted if there.get(name) != wanted[name]] or sorted(there.keys() - wanted)
            name = differing[0]
            raise InputError(
                f"{folder} has results with another {name.replace('_', ' ')} ({there.get(name)}, now "
                f"{wanted.get(name)}); choose another folder, or delete this one"
            )
    elif crew.leads:
        with whole_file(path) as partial:
            partial.write_text(json.dumps(wanted, indent=2) + "\n", "utf-8")
    crew.wait()


def fingerprint(*paths: Path) -> str:
    """Return a short mark of what files, or folders with all their files, contain: names, sizes, samples of the bytes.

    64 KiB from the beginning, the middle and the end of each file: weights that were trained on differ everywhere.
    """
    seen = hashlib.sha256()
    for path in paths:
        files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        for file in files:
            size = file.stat().st_size
            seen.update(f"{file.relative_to(path) if file != path else file.name}:{size};".encode())
            with file.open("rb") as stream:
                for start in sorted({0, size // 2, max(size - _SAMPLED, 0)}):
                    stream.seek(start)
                    seen.update(stream.read(_SAMPLED))
    return seen.hexdigest()[:12]


def mark(texts: Iterable[str]) -> str:
    """Return a short mark of texts in their order."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
