"""A mask painted on the sphere: what of a panorama is made anew. No Qt."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthfusion import places
from depthfusion.errors import InputError, MachineError
from ldm3d import sphere
from ldm3d.files import whole_file

SIZE = (1024, 512)  # width and height of a painted mask; engines resize it
LONGEST = 100  # strokes that can be undone

Point = tuple[float, float]  # u and v of a panorama, from its upper left corner


class Mask:
    """Marks on a panorama, painted with a round brush, and undone stroke by stroke.

    The brush is a cap of the sphere: it is as large at a pole as at the horizon, and goes on behind the seam.

    Attributes:
        marked: uint8 [H, W]; 1 is made anew, 0 stays. Changed in place, so that a picture may show this very memory.
    """

    def __init__(self, size: tuple[int, int] = SIZE) -> None:
        width, height = size
        self.marked: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self._u, v = sphere.texel_centres(width, height)
        self._latitude = (0.5 - v) * math.pi
        self._past: list[NDArray[np.uint8]] = []
        self._future: list[NDArray[np.uint8]] = []

    @property
    def empty(self) -> bool:
        """Whether nothing is marked."""
        return not self.marked.any()

    @property
    def share(self) -> float:
        """The part of the sphere's surface that is marked, in [0, 1]."""
        weights = np.cos(self._latitude)
        return float(self.marked.mean(axis=1) @ weights / weights.sum())

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step forward."""
        return bool(self._future)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Make one step of what happens inside; nothing is remembered of what changes nothing."""
        before = np.packbits(self.marked)
        yield
        self._remember(before)

    def begin(self) -> None:
        """Begin a stroke; all `paint` until `end` is one step."""
        self._before = np.packbits(self.marked)

    def end(self) -> None:
        """End the stroke."""
        self._remember(self._before)

    def paint(self, start: Point, end: Point, radius: float, value: int = 1) -> None:
        """Draw the brush along the shortest way from `start` to `end`.

        Args:
            start: u (any) and v in [0, 1].
            end: likewise.
            radius: of the brush, in degrees of the sphere.
            value: 1 marks, 0 takes back.
        """
        first, last = sphere.from_uv(*start), sphere.from_uv(*end)
        angle = math.acos(min(max(float(first @ last), -1.0), 1.0))
        dabs = max(math.ceil(angle / (math.radians(radius) / 3)), 1)
        for share in np.linspace(1 / dabs, 1.0, dabs):
            # Short steps: what lies on the chord, seen from the centre, lies on the arc.
            place = first + share * (last - first)
            if float(place @ place) > 1e-12:
                u, v = sphere.to_uv(place)
                self._dab(float(u), float(v), radius, value)

    def fill(self, value: int) -> None:
        """Mark everything, or nothing, as one step."""
        with self.step():
            self.marked[:] = value

    def invert(self) -> None:
        """Swap what is made anew and what stays, as one step."""
        with self.step():
            np.subtract(1, self.marked, out=self.marked)

    def undo(self) -> None:
        """Take the last step back, if there is one."""
        self._swap(self._past, self._future)

    def redo(self) -> None:
        """Do the step that was undone last again, if there is one."""
        self._swap(self._future, self._past)

    def _dab(self, u: float, v: float, radius: float, value: int) -> None:
        """Set all texels within `radius` of a place: on each row those whose longitude differs by at most h, where
        cos h = (cos ρ − sin φ sin φ₀) / (cos φ cos φ₀), the spherical law of cosines.
        """  # noqa: D205 — one sentence with its formula
        rho, centre = math.radians(radius), (0.5 - v) * math.pi
        rows = np.nonzero(np.abs(self._latitude - centre) <= rho)[0]
        if not len(rows):  # a brush smaller than a texel
            rows = np.array([min(int(v * len(self._latitude)), len(self._latitude) - 1)])
        here = self._latitude[rows]
        cosine = (math.cos(rho) - np.sin(here) * math.sin(centre)) / (np.cos(here) * max(math.cos(centre), 1e-9))
        half = np.arccos(np.clip(cosine, -1.0, 1.0)) / (2 * math.pi)
        away = np.abs((self._u - u + 0.5) % 1.0 - 0.5)
        half = np.maximum(half, 0.5 / len(self._u))
        block = self.marked[rows[0] : rows[-1] + 1]
        block[away[None, :] <= half[:, None]] = value

    def _remember(self, before: NDArray[np.uint8]) -> None:
        if not np.array_equal(before, np.packbits(self.marked)):
            self._past.append(before)
            del self._past[:-LONGEST]
            self._future.clear()

    def _swap(self, source: list[NDArray[np.uint8]], target: list[NDArray[np.uint8]]) -> None:
        if source:
            target.append(np.packbits(self.marked))
            bits = np.unpackbits(source.pop(), count=self.marked.size)
            self.marked[:] = bits.reshape(self.marked.shape)


def folder() -> Path:
    """Return where painted masks are kept (not made here)."""
    return places.state() / "masks"


def save(marked: NDArray[np.uint8], into: Path) -> Path:
    """Write a mask (uint8 [H, W], 0 or 1) as a black and white PNG whose name is that of its content; return its path.

    Raises:
        InputError: the folder may not be written.
        MachineError: the disk is full or failed.
    """
    from PIL import Image

    held = io.BytesIO()
    Image.fromarray(marked * np.uint8(255)).save(held, "png")
    path = into / f"mask-{hashlib.sha256(marked.tobytes()).hexdigest()[:16]}.png"
    places.make(into)
    with whole_file(path) as partial:
        partial.write_bytes(held.getvalue())
    return path


def load(path: Path, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """Return the mask (uint8 [H, W], 0 or 1) of a picture whose bright half is made anew.

    Raises:
        InputError: it cannot be read.
    """
    from PIL import Image

    try:
        with Image.open(path) as image:
            grey = image.convert("L").resize(size, Image.Resampling.BOX)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{path} cannot be read as a mask ({error}); choose a black and white picture") from None
    except MemoryError:
        raise MachineError(f"{path} is too large a mask for this machine's memory; choose a smaller one") from None
    return (np.asarray(grey) >= 128).astype(np.uint8)
