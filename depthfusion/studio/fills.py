"""What is hidden behind depth edges, filled anew: the fills of this session, so that each can be taken back. No Qt."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from depthfusion.layers.files import back_path
from ldm3d.files import whole_files
from ldm3d.rgbd import depth_path


@dataclass(frozen=True)
class _Entry:
    scene: Path
    kept: Path


class Fills:
    """Keeps copies of the layer behind of every panorama that was filled, in the order of the fills.

    `begin` before a fill and `made` after it may take a moment (files are copied), and so may `go_to`: for a thread.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._originals: dict[Path, Path] = {}
        self._entries: list[_Entry] = []
        self._now = 0

    def begin(self, scene: Path) -> None:
        """Keep what stands beside a panorama before its first fill."""
        if scene not in self._originals:
            self._originals[scene] = self._copy(scene)

    def made(self, scene: Path, count: int) -> int:
        """Keep what was filled, after the first `count` fills; return how many there are then."""
        del self._entries[count:]
        self._entries.append(_Entry(scene, self._copy(scene)))
        self._now = len(self._entries)
        return self._now

    def go_to(self, count: int, but: Collection[Path] = ()) -> list[Path]:
        """Put beside each panorama what was there after so many fills; return the panoramas that this is about.

        Those in `but`, which are being filled anew, are left alone: `made` or `settle` comes for them.

        Raises:
            InputError: the files may not be written.
            MachineError: the disk is full or failed.
        """
        low, high = sorted((self._now, count))
        self._now = count
        scenes = list(dict.fromkeys(entry.scene for entry in self._entries[low:high] if entry.scene not in but))
        for scene in scenes:
            self.settle(scene)
        return scenes

    def settle(self, scene: Path) -> list[Path]:
        """Put beside a panorama that was not filled after all what belongs there; raises as `go_to`."""
        kept = [entry.kept for entry in self._entries[: self._now] if entry.scene == scene]
        _put(kept[-1] if kept else self._originals[scene], scene)
        return [scene]

    def close(self) -> None:
        """Forget everything; what stands beside the panoramas stays."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _copy(self, scene: Path) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="depthfusion-fills-"))
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        for file in _files(scene):
            if file.is_file():
                shutil.copyfile(file, folder / file.name)
        return folder


def _files(scene: Path) -> tuple[Path, Path]:
    back = back_path(scene)
    return back, depth_path(back)


def _put(kept: Path, scene: Path) -> None:
    files = _files(scene)
    if not (kept / files[0].name).is_file():
        for file in files:
            file.unlink(missing_ok=True)
        return
    with whole_files(list(files)) as partials:
        for file, partial in zip(files, partials, strict=True):
            shutil.copyfile(kept / file.name, partial)
