"""The worlds that were open lately: what the strip below the canvas goes back to. No Qt."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from depthfusion.settings import Signal

LONGEST = 30


class Results:
    """Worlds by their files, the oldest first, each once. `changed` tells of every change.

    Attributes:
        opened: the files of the world that is shown.
    """

    def __init__(self) -> None:
        self.changed = Signal()
        self.opened: tuple[Path, ...] = ()
        self._worlds: dict[Path, tuple[Path, ...]] = {}
        self._unseen: set[Path] = set()

    @property
    def worlds(self) -> list[tuple[Path, ...]]:
        """The files of each world: what was opened (a picture and perhaps its depth, or a project)."""
        return list(self._worlds.values())

    def add(self, files: tuple[Path, ...], unseen: bool = False) -> None:
        """Remember a world at the end, if it is not there yet."""
        if files[0] not in self._worlds:
            self._worlds[files[0]] = files
            if unseen:
                self._unseen.add(files[0])
            for old in [path for path in self._worlds if path not in {*self.opened, files[0]}]:
                if len(self._worlds) > LONGEST:
                    self.forget(old)
            self.changed.emit("worlds")

    def show(self, files: tuple[Path, ...]) -> None:
        """Remember that this world is shown."""
        self.opened = files
        self._unseen.discard(files[0])
        self._worlds[files[0]] = files
        self.add(files)
        self.changed.emit("opened")

    def forget(self, path: Path) -> None:
        """Take a world out of the list; its files stay."""
        self._worlds.pop(path, None)
        self._unseen.discard(path)
        self.changed.emit("worlds")

    def unseen(self, path: Path) -> bool:
        """Whether a world was made and not looked at yet."""
        return path in self._unseen

    def as_json(self) -> list[list[str]]:
        """The list as JSON."""
        return [[str(path) for path in files] for files in self._worlds.values()]

    def restore(self, saved: object) -> None:
        """Take over a saved list, without what is gone or is none."""
        for files in saved if isinstance(saved, list) else ():
            if isinstance(files, list) and files and all(isinstance(name, str) for name in files):
                paths = tuple(map(Path, files))
                if all(_there(paths)):
                    self._worlds[paths[0]] = paths
        self.changed.emit("worlds")


def _there(paths: Iterable[Path]) -> Iterable[bool]:
    return (os.path.isfile(path) for path in paths)  # noqa: PTH113 — which says no of a name that cannot be looked up
