"""What a person reads about something to choose. No Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A name, and in one line what it is for. `icon` is the name of its picture."""

    name: str
    line: str
    icon: str
