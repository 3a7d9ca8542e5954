"""Command-line options made from declared values."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from depthfusion.errors import InputError
from depthfusion.settings import Auto, Choice, File, Flag, Integer, Number, Size, State, Value, Vector


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are `InputError`s: one sentence, no usage text."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        settings["allow_abbrev"] = False
        super().__init__(*arguments, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and leaving."""
        command = self.prog.removeprefix("depthfusion").strip()
        raise InputError(f"{message}; 'depthfusion {command} --help' lists what there is".replace("  ", " "))


def _metavar(value: Value[Any]) -> str | None:
    inner = value.inner if isinstance(value, Auto) else value
    word = "TEXT"
    if isinstance(inner, Choice):
        word = "|".join(inner.choices)
    elif isinstance(inner, File):
        word = "FILE"
    elif isinstance(inner, Number):
        word = "N"
    elif isinstance(inner, Integer):
        word = "INT"
    elif isinstance(inner, Size):
        word = "WxH"
    elif isinstance(inner, Vector):
        word = ",".join("XYZ" if len(inner.default) == 3 else "AB")
    return word


def add(parser: argparse.ArgumentParser, state: type[State], title: str, skip: Iterable[str] = ()) -> None:
    """Add an option for each declared value of `state` to a group called `title`. Options not given leave no trace."""
    group = parser.add_argument_group(title)
    for value in state.values():
        if value.name in skip:
            continue
        explained = value.description.replace("%", "%%")
        if isinstance(value, Flag):
            group.add_argument(value.option, action="store_true", default=argparse.SUPPRESS, help=explained)
            continue
        unit = f" {value.unit}" if value.unit and value.default is not None else ""
        default = value.format(value.default)
        group.add_argument(
            value.option,
            type=file_name if isinstance(value, File) else value.parse,
            dest=value.name,
            default=argparse.SUPPRESS,
            metavar=_metavar(value),
            help=f"{explained} (default {default}{unit})" if default else explained,
        )


def file_name(text: str) -> str:
    """Return a file's name as it was given; an empty one, as of a variable that is not set, would mean the folder."""
    if not text:
        raise InputError("the name of a file '' is empty: name a file")
    return text


def given(namespace: argparse.Namespace, state: type[State]) -> dict[str, Any]:
    """Return the values of `state` that were given, as JSON keeps them."""
    return {
        value.name: value.to_json(getattr(namespace, value.name))
        for value in state.values()
        if hasattr(namespace, value.name)
    }


def join_negatives(arguments: Sequence[str]) -> list[str]:
    """Write `--position -1,0,0` as `--position=-1,0,0`, which argparse would otherwise take for another option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and re.fullmatch(r"--[a-z-]+", joined[-1]) and re.match(r"-[0-9.]", argument):
            joined[-1] = f"{joined[-1]}={argument}"
        else:
            joined.append(argument)
    return joined


def nearest(word: str, known: Iterable[str], within: int = 2) -> str | None:
    """Return the known word at an edit distance (Levenshtein) of at most `within` letters, the nearest first."""
    distance, best = min((_distance(word.casefold(), candidate), candidate) for candidate in known)
    return best if distance <= within else None


def _distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (letter != other))
    return row[-1]
