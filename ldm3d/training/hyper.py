"""Hyper-parameters as data: each is declared once, as a field of a dataclass, with default, range and help.

From that one line come the option of the command line, the key in a recipe and the check. Standard library only.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, cast

from ldm3d.errors import InputError

S = TypeVar("S")
Value = bool | int | float | str | tuple[int, ...] | tuple[str, ...]


def hyper(
    default: Any,
    explained: str,
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    choices: tuple[str, ...] = (),
    free: bool = False,
) -> Any:
    """Declare a hyper-parameter: the default, and so its type (bool, int, float, str, tuple of int or of str).

    Args:
        default: a tuple of strings is written () or with its strings.
        explained: for `--help`, a few words.
        least: the smallest value; of tuples, of every member.
        most: the largest.
        above: it must be larger than this.
        choices: the strings that it may be.
        free: it may be another one after a resume.
    """
    about = {
        "explained": explained,
        "least": least,
        "most": most,
        "above": above,
        "choices": choices,
        "free": free,
    }
    return dataclasses.field(default=default, metadata=about)


def make(kind: type[S], given: Mapping[str, Any], where: str) -> S:
    """Return settings of `kind` with `given` values in place of defaults, checked.

    Args:
        kind: a dataclass of `hyper` fields.
        given: by name of the field; numbers and lists as TOML, JSON and the command line have them.
        where: who gives them, for errors, such as "the recipe mini".

    Raises:
        InputError: a name that there is not, a value of another type or out of its range.
    """
    fields = {field.name: field for field in dataclasses.fields(cast(Any, kind))}
    for name in given:
        if name not in fields:
            raise InputError(f"{where} has {name!r}, which {_who(kind)} does not know; it knows {', '.join(fields)}")
    return kind(**{name: _checked(fields[name], value, where) for name, value in given.items()})


def changed(settings: S, given: Mapping[str, Any], where: str) -> S:
    """Return `settings` with `given` values in place of theirs; errors as for `make`."""
    return make(type(settings), {**dataclasses.asdict(cast(Any, settings)), **given}, where)


def add_options(
    parser: argparse._ActionsContainer,
    kind: type[Any],
    skip: Iterable[str] = (),
    special: Mapping[str, type[Any]] | None = None,
) -> None:
    """Give `parser` an option for each field of `kind` but those to `skip`; not given, they leave no trace.

    The help tells defaults, of `special` kinds by their names where theirs are others.
    """
    for field in dataclasses.fields(kind):
        if field.name not in skip:
            defaults = {name: _default_of(one, field.name) for name, one in (special or {}).items()}
            if len(set(defaults.values())) > 1:
                shown = ", ".join(f"{name} {_shown(default) or 'none'}" for name, default in defaults.items())
            else:
                shown = _shown(next(iter(defaults.values()), cast(Value, field.default)))
            _add_option(parser, field, shown)


def names(kinds: Iterable[type[Any]]) -> set[str]:
    """Return the names of all fields of `kinds`."""
    return {field.name for kind in kinds for field in dataclasses.fields(kind)}


def fixed(kind: type[Any]) -> set[str]:
    """Return the names of the fields that a resumed run cannot change."""
    return {field.name for field in dataclasses.fields(kind) if not field.metadata["free"]}


def _default_of(kind: type[Any], name: str) -> Value:
    return next(cast(Value, field.default) for field in dataclasses.fields(kind) if field.name == name)


def _add_option(parser: argparse._ActionsContainer, field: dataclasses.Field[Any], shown: str) -> None:
    name = f"--{field.name.replace('_', '-')}"
    about, default = field.metadata, cast(Value, field.default)
    explained = about["explained"]
    if shown:
        explained += f" (default {shown})"
    explained = explained.replace("%", "%%")
    common: dict[str, Any] = {"dest": field.name, "default": argparse.SUPPRESS, "help": explained}
    if isinstance(default, bool):
        parser.add_argument(name, action=argparse.BooleanOptionalAction, **common)
    elif about["choices"]:
        parser.add_argument(name, metavar="|".join(about["choices"]), **common)
    else:
        parser.add_argument(name, metavar=_metavar(default), **common)


def _shown(default: Value) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return f"{default:g}" if isinstance(default, float) else str(default)


def _metavar(default: Value) -> str:
    if isinstance(default, tuple):
        return "A,B,…"
    return "TEXT" if isinstance(default, str) else "N"


def _who(kind: type[Any]) -> str:
    return kind.__name__.removesuffix("Settings").lower()


def _checked(field: dataclasses.Field[Any], value: Any, where: str) -> Value:
    """Return `value` in the field's type, or raise `InputError`."""
    default = field.default
    said = f"{where} has {field.name} = {value!r}"
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise InputError(f"{said}; it must be true or false")
        return value
    if isinstance(default, tuple):
        return _several(field, value, said)
    if isinstance(default, str):
        if not isinstance(value, str):
            raise InputError(f"{said}; it must be text")
        choices = field.metadata["choices"]
        if choices and value not in choices:
            raise InputError(f"{said}; choose {', '.join(choices)}")
        return value
    return _in_range(field, _number(value, type(default), said), said)


def _several(field: dataclasses.Field[Any], value: Any, said: str) -> tuple[int, ...] | tuple[str, ...]:
    default = cast(tuple[Any, ...], field.default)
    whole = bool(default) and isinstance(default[0], int)
    members = [part for part in re.split("[,x×]" if whole else ",", value) if part] if isinstance(value, str) else value
    if not isinstance(members, list | tuple):
        raise InputError(f"{said}; it must be a list")
    if whole:
        return tuple(int(_in_range(field, _number(member, int, said), said)) for member in members)
    if not all(isinstance(member, str) for member in members):
        raise InputError(f"{said}; it must be a list of texts")
    return tuple(members)


def _number(value: Any, kind: type, said: str) -> int | float:
    whole = kind is int
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{said}; it must be a {'whole ' if whole else ''}number") from None
    if not math.isfinite(number) or (whole and number != int(number)):
        raise InputError(f"{said}; it must be a {'whole ' if whole else 'finite '}number")
    return int(number) if whole else number


def _in_range(field: dataclasses.Field[Any], value: int | float, said: str) -> int | float:
    least, most, above = (field.metadata[key] for key in ("least", "most", "above"))
    if least is not None and value < least:
        raise InputError(f"{said}; it must be at least {least:g}")
    if above is not None and value <= above:
        raise InputError(f"{said}; it must be more than {above:g}")
    if most is not None and value > most:
        raise InputError(f"{said}; it must be at most {most:g}")
    return value
