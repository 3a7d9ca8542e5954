"""One finding of the doctor, and how findings are shown."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from collections.abc import Sequence
from typing import Literal

State = Literal["ok", "limited", "missing"]

_SIGNS: dict[State, str] = {"ok": "✓", "limited": "!", "missing": "✗"}
_ASCII_SIGNS: dict[State, str] = {"ok": "+", "limited": "!", "missing": "x"}


@dataclasses.dataclass(frozen=True)
class Check:
    """What was looked at, how it stands, what was found, and what to do (empty: nothing)."""

    name: str
    state: State
    finding: str
    remedy: str = ""


def text(checks: Sequence[Check], encoding: str = "utf-8", width: int = 110) -> str:
    """Return the findings as aligned lines that `encoding` can write, the remedies below them, and a closing line."""
    signs, arrow = _SIGNS, "→ "
    if not _writes(encoding, "".join(signs.values()) + arrow):
        signs, arrow = _ASCII_SIGNS, "> "
    column = max(len(check.name) for check in checks) + 4
    lines = []
    for check in checks:
        head = f"{signs[check.state]} {check.name}".ljust(column)
        lines += textwrap.wrap(
            check.finding, width, initial_indent=head, subsequent_indent=" " * column, break_on_hyphens=False
        )
        if check.remedy:
            indent = " " * column
            lines += textwrap.wrap(
                check.remedy,
                width,
                initial_indent=indent + arrow,
                subsequent_indent=indent + "  ",
                break_on_hyphens=False,
            )
    lines += ["", _closing(checks)]
    return "\n".join(lines).encode(encoding, "replace").decode(encoding)


def as_json(checks: Sequence[Check]) -> str:
    """Return the findings as a JSON list of objects with name, state, finding and remedy."""
    return json.dumps([dataclasses.asdict(check) for check in checks], indent=2)


def _writes(encoding: str, letters: str) -> bool:
    try:
        letters.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _closing(checks: Sequence[Check]) -> str:
    limited = sum(check.state == "limited" for check in checks)
    missing = sum(check.state == "missing" for check in checks)
    if not limited + missing:
        return "Everything works."
    return f"{len(checks) - limited - missing} work, {limited} with limits, {missing} missing."
