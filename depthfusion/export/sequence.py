"""Sequences of pictures with their depth, which go on where they stopped.

NAME.png becomes NAME_00000.png with the depth in NAME_00000.depth.exr, and so on; NAME.exr becomes NAME_00000.exr,
with colour in linear light in R, G and B as 16-bit floats. Depth is in metres from the eye along each pixel's ray, as
32-bit floats in the channel Z. While a sequence is not complete NAME.unfinished.json beside it says what it is made
from.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

import depthfusion
from depthfusion.errors import InputError
from depthfusion.export.settings import ExportSettings
from depthfusion.json_file import read_object
from ldm3d.files import whole_files

SUFFIXES = (".png", ".exr")
_DIGITS = 5


def check(export: ExportSettings) -> None:
    """Raise `InputError` for what a sequence of pictures cannot have."""
    if export.audio:
        raise InputError(
            f"audio {export.audio} cannot be used for a sequence of pictures: end the output's name in .mp4"
        )


class Sequence:
    """The files of one sequence, while it is entered.

    Leaving it before all frames are there keeps them, and the note by which the same export goes on later; leaving it
    complete removes the note.

    Args:
        output: the name that was asked for, such as NAME.png.
        count: how many frames there will be.
        made_by: everything that the pictures depend on, as JSON.
        read: the files that they are made of; those that are not there count as well.

    Raises:
        InputError: another sequence, or files of the frames' names, are in the way.
    """

    def __init__(self, output: Path, count: int, made_by: Mapping[str, Any], read: Iterable[Path] = ()) -> None:
        self._output = output
        self._count = count
        self._digits = max(_DIGITS, len(str(count - 1)))
        self._note = output.with_name(f"{output.stem}.unfinished.json")
        self._content = {"version": 1, "frames": count, "made_by": _digest(made_by, read)}

    def __enter__(self) -> Self:
        there = next((file for i in range(self._count) for file in self._files(i) if file.exists()), None)
        if self._note.exists():
            if read_object(self._note, "the note of an unfinished sequence") != self._content:
                raise InputError(
                    f"{self._note} belongs to a sequence with other settings: remove it and its pictures, or choose "
                    "another name"
                )
        elif there:
            raise InputError(f"{there} is there already: choose another name, or remove the pictures")
        else:
            with whole_files([self._note]) as (partial,):
                partial.write_text(json.dumps(self._content, indent=2) + "\n", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        done = self._count - sum(1 for _ in self.missing())
        if done in {0, self._count}:
            self._note.unlink(missing_ok=True)

    def name(self, number: int) -> Path:
        """Return the file of a frame's colour."""
        return self._output.with_name(f"{self._output.stem}_{number:0{self._digits}d}{self._output.suffix}")

    def _files(self, number: int) -> list[Path]:
        """Return the files of a frame: the depth before the colour, which is the last to take its place."""
        colour = self.name(number)
        return [colour] if self.deep else [colour.with_suffix(".depth.exr"), colour]

    @property
    def deep(self) -> bool:
        """Whether colour is wanted in 16 bits."""
        return self._output.suffix.lower() == ".exr"

    def missing(self) -> Iterator[int]:
        """Yield the numbers of the frames that are not there, in their order."""
        for number in range(self._count):
            if not all(file.exists() for file in self._files(number)):
                yield number

    def write(self, number: int, colour: NDArray[np.uint8] | NDArray[np.uint16], metres: NDArray[np.float32]) -> None:
        """Write a frame: sRGB [H, W, 3] in 8 bits, or in 16 where it is `deep`, and distances [H, W] in metres."""
        with whole_files(self._files(number)) as partials:
            if self.deep:
                partials[0].write_bytes(_exr({"RGB": linear(colour).astype(np.float16), "Z": metres}))
                return
            from PIL import Image

            partials[0].write_bytes(_exr({"Z": metres}))
            Image.fromarray(colour).save(partials[1], compress_level=4)


def linear(colour: NDArray[np.uint16] | NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return sRGB of 16 bits in linear light from 0 to 1 (IEC 61966-2-1)."""
    encoded = colour.astype(np.float32) / np.float32(65535)
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _exr(channels: Mapping[str, NDArray[Any]]) -> bytes:
    import OpenEXR

    header = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "comments": "Z: metres from the eye along each pixel's ray",
        "software": f"DepthFusion {depthfusion.__version__}",
    }
    encoded = io.BytesIO()
    OpenEXR.File(header, dict(channels)).write(encoded)
    return encoded.getvalue()


def _digest(made_by: Mapping[str, Any], read: Iterable[Path]) -> str:
    """Return what tells one sequence from another: the program, all settings, and size and time of the files read."""
    files: list[list[Any]] = []
    for file in read:
        try:
            facts = file.stat()
        except FileNotFoundError:
            continue
        files.append([str(file), facts.st_size, facts.st_mtime_ns])
    parts = {**made_by, "output": None, "program": depthfusion.__version__, "files": files}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
