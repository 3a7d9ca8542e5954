"""How far pip is, from what it says and from the file that it is downloading."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_LARGE = 1_000_000
_UNITS = {"bytes": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9}
_COLLECTING = re.compile(r"(?:Collecting|Requirement already satisfied:) (?P<name>[A-Za-z0-9][\w.-]*)")
_FETCHING = re.compile(
    r"\s*(?:Downloading|Using cached) (?:\S*/)?(?P<file>[^\s/]+?)(?P<small>\.metadata)? "
    r"\((?P<size>[\d.]+) (?P<unit>bytes|kB|MB|GB)\)"
)


class Amount(NamedTuple):
    """How far a step is: `done` of `total`, counting `unit` (`bytes` or `packages`), and at `what`."""

    what: str
    done: float
    total: float
    unit: str


class Reading:
    """Reads pip's lines.

    Args:
        packages: how many there are to install.
        folder: pip's temporary folder, where a file grows while it is downloaded.
    """

    def __init__(self, packages: int, folder: Path) -> None:
        self._packages, self._folder = packages, folder
        self._seen: set[str] = set()
        self._fetched: list[str] = []
        self._file, self._size = "", 0.0
        self._installing = False

    def hear(self, line: str) -> None:
        """Take note of a line that pip said."""
        if match := _FETCHING.match(line):
            if not match["small"]:
                self._file, self._size = match["file"], float(match["size"]) * _UNITS[match["unit"]]
                self._fetched.append(self._file)
        elif match := _COLLECTING.match(line):
            self._seen.add(match["name"].lower())
        elif line.startswith("Installing collected packages:"):
            self._installing = True

    def look(self) -> Amount:
        """Return how far it is now: in the bytes of a large file while one comes, else in packages."""
        if self._installing:
            return Amount("unpacking", 0, 1, "")
        if self._file and self._size >= _LARGE:
            done = self._growing()
            if done is not None and done < self._size:
                return Amount(self._file.split("-")[0], done, self._size, "bytes")
        known = max(len(self._seen), len(self._fetched))
        return Amount("packages", min(known, self._packages), self._packages, "packages")

    def _growing(self) -> int | None:
        """Return the size of the file that comes; None where it is not there, as with one of pip's cache."""
        try:
            return max((path.stat().st_size for path in self._folder.rglob(self._file)), default=None)
        except OSError:  # pip has just moved it
            return None
