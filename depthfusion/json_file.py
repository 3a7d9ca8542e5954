"""Reading the JSON files that people write and edit: strictly, with one sentence for whatever is wrong."""

from __future__ import annotations

import errno
import json
import math
from pathlib import Path
from typing import Any, NoReturn

from depthfusion.errors import InputError, MachineError

_LARGEST = 16 << 20


def read_object(path: Path, kind: str) -> dict[str, Any]:
    """Return the object that the file `path` holds; `kind` says in words what it should be, as in "a camera path".

    Raises `InputError` for a file that is missing, unreadable, too large, not JSON (NaN and Infinity are no JSON), or
    holds anything but an object, or an object with a name twice.
    """
    text = _text(path, kind)
    try:
        read = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise InputError(f"{path} cannot be read as {kind}: it is nested too deeply") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{path} cannot be read as {kind}: it is not JSON ({error.msg} at {where})") from None
    except ValueError as error:
        raise InputError(f"{path} cannot be read as {kind}: it is not JSON ({error})") from None
    if not isinstance(read, dict):
        raise InputError(f"{path} cannot be read as {kind}: it should hold an object in braces, {{...}}")
    return read


def check_keys(read: dict[str, Any], required: tuple[str, ...], optional: tuple[str, ...], where: str) -> None:
    """Raise `InputError` where the object that `where` names lacks a required key or has one that is not known."""
    for key in required:
        if key not in read:
            raise InputError(f"{where} has no {key!r}: add it (its keys are {', '.join(required + optional)})")
    for key in read:
        if key not in required and key not in optional:
            raise InputError(f"{where} has the unknown key {key!r}: its keys are {', '.join(required + optional)}")


def check_version(value: Any, newest: int, where: str) -> None:
    """Raise `InputError` for a version that this program cannot read; `where` names the file."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"version {value!r} of {where} cannot be read: write {newest}")
    if value > newest:
        raise InputError(
            f"version {value} of {where} is newer than this program, which reads up to {newest}: update DepthFusion"
        )


def number(value: Any, lowest: float, highest: float, where: str) -> float:
    """Return a JSON number in [lowest, highest] as a float, or raise `InputError`; `where` names the value."""
    real = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not real or (isinstance(value, float) and not math.isfinite(value)) or not lowest <= value <= highest:
        raise InputError(f"{where} is {shown(value)}: write a number from {lowest:,.9g} to {highest:,.9g}")
    return float(value)


def shown(value: Any) -> str:
    """Return `value` in one short line for a sentence."""
    text = "null" if value is None else json.dumps(value) if isinstance(value, (bool, str)) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:37] + "..."


def _text(path: Path, kind: str) -> str:
    try:
        if not path.is_file() and not path.is_dir() and path.exists():
            raise InputError(f"{path} cannot be read as {kind}: it is no ordinary file")
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} cannot be read as {kind}: it is larger than {_LARGEST >> 20} MB")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} cannot be read as {kind}: it is not text in UTF-8") from None
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path} cannot be read as {kind}: there is no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path} cannot be read as {kind}: it is a folder") from None
    except PermissionError:
        raise InputError(f"{path} cannot be read as {kind}: it may not be read; change its permissions") from None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENAMETOOLONG}:
            raise InputError(f"{path} cannot be read as {kind}: {error.strerror}; correct the name") from None
        raise MachineError(f"{path} could not be read ({error.strerror or error}); check the disk") from None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            raise ValueError(f"the key {shown(key)} stands twice in one object")
        read[key] = value
    return read
