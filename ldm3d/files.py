"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from ldm3d.errors import InputError, MachineError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {
    errno.EACCES: "it may not be written there",
    errno.EPERM: "it may not be written there",
    errno.EROFS: "the disk is read-only",
    errno.ENOENT: "its folder does not exist",
    errno.ENOTDIR: "its folder is a file",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "the links of its folder run in a circle",
}


def cannot_write(path: Path, error: OSError) -> InputError | MachineError:
    """Say in one sentence why `path` could not be written, as the error that fits the reason."""
    if error.errno in _FULL:
        return MachineError(
            f"{path} could not be written because the disk is full; free some space or choose another folder"
        )
    if error.errno in _REFUSED:
        return InputError(f"{path} cannot be written because {_REFUSED[error.errno]}; choose another place")
    return MachineError(
        f"{path} could not be written ({error.strerror or error}); check the disk or choose another folder"
    )


def check_writable(path: Path) -> None:
    """Raise now, before any long work, what writing `path` would raise later.

    A file is made beside it and removed; an existing file at `path` stays as it is.
    """
    with whole_files([path], keep=False) as (partial,):
        try:
            partial.touch()
        except OSError as error:
            raise cannot_write(path, error) from None


def check_png_name(path: Path) -> None:
    """Raise `InputError` where a panorama cannot have this name."""
    if path.suffix.lower() != ".png":
        raise InputError(f"{path} cannot hold a panorama because it does not end in .png; name it {path.stem}.png")


@contextlib.contextmanager
def whole_files(paths: Sequence[Path], *, keep: bool = True) -> Iterator[tuple[Path, ...]]:
    """Yield one path beside each of `paths` to write to; at the end they take their places, in the given order.

    Where the body raises, or one cannot take its place, the partial files go and what was there before is untouched.
    Partial names keep the suffix, so that programs which choose a format by it work. An `OSError` of the body that
    concerns one of the partial files (or no named file, as a full disk may) is raised as the sentence that
    `cannot_write` makes of it.
    """
    token = f"{os.getpid()}-{secrets.token_hex(4)}"
    for path in paths:
        _check_name(path)
    partials = tuple(path.with_name(f".partial-{token}-{index}{path.suffix}") for index, path in enumerate(paths))
    try:
        yield partials
        if keep:
            for partial in partials:
                _flush(partial)
            _take_places(paths, partials)
    except OSError as error:
        for path, partial in zip(paths, partials, strict=True):
            if error.filename is not None and Path(os.fsdecode(error.filename)) == partial:
                raise cannot_write(path, error) from None
        if error.filename is None and error.errno in _FULL:
            raise cannot_write(paths[0], error) from None
        raise
    finally:
        for partial in partials:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """`whole_files` for one file."""
    with whole_files([path]) as (partial,):
        yield partial


def remove_partials(folder: Path, process: int) -> None:
    """Remove the partial files that the ended `process` (its id) left in `folder`, as one that is killed does."""
    with contextlib.suppress(OSError):
        for partial in folder.glob(f".partial-{process}-*"):
            partial.unlink(missing_ok=True)


def _check_name(path: Path) -> None:
    if "\0" in str(path):
        raise InputError(f"{str(path)!r} cannot be written because a name has no zero byte in it; choose another name")
    try:
        folder = path.is_dir()
    except OSError as error:
        raise cannot_write(path, error) from None
    if folder:
        raise InputError(f"{path} cannot be written because it is a folder; name a file in it")


def _take_places(paths: Sequence[Path], partials: Sequence[Path]) -> None:
    """Rename each partial file to its path; where one cannot be, what stood at the paths before it comes back."""
    with contextlib.ExitStack() as undo:
        for path, partial in zip(paths[:-1], partials[:-1], strict=True):
            undo.enter_context(_restoring(path, partial))
            partial.replace(path)
        partials[-1].replace(paths[-1])


@contextlib.contextmanager
def _restoring(path: Path, partial: Path) -> Iterator[None]:
    """Where the body raises, put back what stood at `path`; until then it has a second name beside `partial`."""
    before = partial.with_name(f"{partial.name}.before")
    try:
        try:
            os.link(path, before)
            existed = True
        except FileNotFoundError:
            existed = False
        except OSError:  # a disk without links
            try:
                shutil.copy2(path, before)
            except OSError as error:
                raise cannot_write(path, error) from None
            existed = True
        try:
            yield
        except BaseException:
            if existed:
                before.replace(path)
            else:
                path.unlink(missing_ok=True)
            raise
    finally:
        with contextlib.suppress(OSError):
            before.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Bring the file's bytes to the disk before it takes its name; this is where a full disk may speak up last."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
