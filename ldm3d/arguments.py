"""What the commands of `ldm3d` share: a parser that complains in one sentence, and kinds of values.

The standard library is all that this module needs, so that `--help` and a slip cost no time.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from ldm3d.errors import InputError


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are `InputError`s: one sentence, no usage text. Those of its commands are so too."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        settings["allow_abbrev"] = False
        super().__init__(*arguments, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and leaving."""
        raise InputError(f"{message}; '{self.prog} --help' lists what there is")


def path(text: str) -> Path:
    """Return a file's or folder's name; an empty one, as of a variable that is not set, would mean this folder."""
    if not text:
        raise InputError("the name of a file '' is empty: name a file")
    return Path(text)


def size(text: str) -> tuple[int, int]:
    """Return width and height of `512x512`; both are multiples of 8, as every autoencoder's factor divides them."""
    match = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text)
    if not match:
        raise InputError(f"{text!r} is no size; write width and height as in 512x512")
    width, height = int(match[1]), int(match[2])
    if width % 8 or height % 8 or min(width, height) < 16:
        raise InputError(f"the size {text} cannot be trained on; take multiples of 8 from 16 on, such as 512x512")
    return width, height


def count(least: int = 1, most: int = 2**63) -> Callable[[str], int]:
    """Return the kind of whole numbers from `least` to `most`."""

    def whole(text: str) -> int:
        if not re.fullmatch(r"-?\d{1,19}", text) or not least <= int(text) <= most:
            top = "on" if most == 2**63 else f"to {most}"
            raise InputError(f"{text!r} is out of range; give a whole number from {least} {top}")
        return int(text)

    return whole
