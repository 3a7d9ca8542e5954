"""How far the depth map strays from coarser grids of itself: what mesh selection needs to know of a panorama.

Grid places count depth texels: column i of 0..W is the centre of texel i (W is 0 again), row j of 0..H+1 is the centre
of texel row j − 1, with the poles at rows 0 and H + 1. A grid of step s has places at multiples of s, and the last at W
or H + 1. Its cells are cut into triangles by diagonals that meet in the places of odd column and odd row, so that every
coarser triangulation's edges are edges of the finer ones too. PATCH×PATCH cells are a patch.

All numbers are in units of depth and know nothing of the mapping: moving a slider costs nothing here. NumPy only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

PATCH = 16
SAME, APART, CUT = 0, 1, 2
"""What a patch's two layers are: the same; apart, and the front one opaque; the front one cut."""

_FEWEST = 32
"""Cells around the coarsest sphere: wide enough cells would no longer look like one."""

Floats = NDArray[np.float32]
Depths = NDArray[np.uint16]
Kinds = NDArray[np.uint8]


@dataclass(frozen=True)
class Patches:
    """What is known of patches [n], in [0, 1].

    The greatest error of their triangles (`bend`), the greatest range of depth within one cell (`span`), and their
    least and greatest depth.
    """

    bend: Floats
    span: Floats
    low: Floats
    high: Floats

    def __getitem__(self, index: NDArray[np.int64]) -> Patches:
        return Patches(self.bend[index], self.span[index], self.low[index], self.high[index])


@dataclass(frozen=True)
class Relief:
    """A depth map and what is known of its patches at steps 1, 2, 4 …, 2^top."""

    depth: Depths
    levels: tuple[Patches, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the depth map in texels."""
        return self.depth.shape[1], self.depth.shape[0]

    @cached_property
    def top(self) -> int:
        """The binary logarithm of the coarsest step; below 0 for tiny maps."""
        return math.floor(math.log2(self.size[0] / _FEWEST))

    def patches(self, level: int) -> tuple[int, int]:
        """Return how many patches lie across and down at step 2^level."""
        width, height = self.size
        side = PATCH * 2.0**level
        return math.ceil(width / side), math.ceil((height + 1) / side)

    def look_up(self, level: int, x: NDArray[np.int64], y: NDArray[np.int64]) -> Patches:
        """Return what is known of patches x, y [n] at step 2^level: stored from step 1 up, else computed here."""
        if level >= 0:
            stored = self.levels[level]
            at = y * self.patches(level)[0] + x
            return Patches(stored.bend[at], stored.span[at], stored.low[at], stored.high[at])
        step = 2.0**level
        side = PATCH * step
        return _within_texels(self.depth, x * side, y * side, side, step)

    def kind(self, level: int, x: NDArray[np.int64], y: NDArray[np.int64]) -> Kinds:
        """Return what the layers of patches x, y [n] at step 2^level are: there is but one."""
        return np.full(len(x), SAME, np.uint8)


def relief_of(depth: Depths) -> Relief:
    """Measure `depth` [H, W]: seconds for the largest maps, so not for the thread that draws."""
    depth = np.ascontiguousarray(depth)
    bare = Relief(depth, ())
    height, width = depth.shape
    rows = np.concatenate(([0], np.arange(height), [height - 1]))
    places = np.concatenate((depth, depth[:, :1]), axis=1)[rows].astype(np.float32) / np.float32(65535)
    levels: list[Patches] = []
    cells = _Cells.of(places)
    for level in range(bare.top + 1):
        if level:
            places, cells = cells.doubled(places, width % 2**level != 0, (height + 1) % 2**level not in {0, 1})
        levels.append(cells.pooled())
    return Relief(depth, tuple(levels))


@dataclass(frozen=True)
class _Cells:
    """Per cell [rows, columns] of one step."""

    bend: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, places: Floats) -> _Cells:
        """Measure the texels' own cells: a bilinear patch strays a quarter of its twist from its triangles."""
        a, b, c, d = places[:-1, :-1], places[:-1, 1:], places[1:, :-1], places[1:, 1:]
        low = np.minimum(np.minimum(a, b), np.minimum(c, d))
        high = np.maximum(np.maximum(a, b), np.maximum(c, d))
        return cls(np.abs(a - b - c + d) / 4, low, high)

    def doubled(self, places: Floats, odd_column: bool, odd_row: bool) -> tuple[Floats, _Cells]:
        """Return the places and cells of twice the step; a last column or row that it does not divide is marked so.

        The error of a coarse cell is at most that of its four fine ones and that of the coarse triangles in the places
        that the coarse grid leaves out. It never exceeds the cell's range of depth, which stands for cells cut off.
        """
        places = np.pad(places, [(0, 1 - count % 2) for count in places.shape], mode="edge")
        padding = [(0, count % 2) for count in self.bend.shape]
        low = _fours(np.pad(self.low, padding, constant_values=np.inf), np.minimum)
        high = _fours(np.pad(self.high, padding, constant_values=-np.inf), np.maximum)
        bend = _fours(np.pad(self.bend, padding), np.maximum)
        across = np.abs(places[::2, 1::2] - (places[::2, :-1:2] + places[::2, 2::2]) / 2)
        down = np.abs(places[1::2, ::2] - (places[:-1:2, ::2] + places[2::2, ::2]) / 2)
        corners = places[::2, ::2]
        falling = (corners[:-1, :-1] + corners[1:, 1:]) / 2
        rising = (corners[:-1, 1:] + corners[1:, :-1]) / 2
        same = (np.add.outer(np.arange(falling.shape[0]), np.arange(falling.shape[1])) % 2) == 0
        missed = np.abs(places[1::2, 1::2] - np.where(same, falling, rising))
        for other in (across[:-1], across[1:], down[:, :-1], down[:, 1:]):
            np.maximum(missed, other, out=missed)
        bend = np.minimum(bend + missed, high - low)
        if odd_column:
            bend[:, -1] = (high - low)[:, -1]
        if odd_row:
            bend[-1] = (high - low)[-1]
        return np.ascontiguousarray(corners), _Cells(bend, low, high)

    def pooled(self) -> Patches:
        """Return the patches' extremes in rows."""
        span = self.high - self.low
        return Patches(
            _pool(self.bend, np.maximum, 0),
            _pool(span, np.maximum, 0),
            _pool(self.low, np.minimum, np.inf),
            _pool(self.high, np.maximum, -np.inf),
        )


def _fours(cells: Floats, take: np.ufunc) -> Floats:
    halved = take(cells[0::2], cells[1::2])
    return np.asarray(take(halved[:, 0::2], halved[:, 1::2]))


def _pool(cells: Floats, take: np.ufunc, nothing: float) -> Floats:
    padding = [(0, -count % PATCH) for count in cells.shape]
    padded = np.pad(cells, padding, constant_values=nothing)
    columns = take.reduce(padded.reshape(padded.shape[0], -1, PATCH), axis=2)
    return np.asarray(take.reduce(columns.reshape(-1, PATCH, columns.shape[1]), axis=1)).reshape(-1)


def _within_texels(depth: Depths, left: NDArray[Any], top: NDArray[Any], side: float, step: float) -> Patches:
    """Measure patches of `side` < PATCH texels with corners at grid places left, top [n] and cells of `step` texels."""
    height, width = depth.shape
    count = max(1, int(side))
    columns = np.floor(left).astype(np.int64)[:, None] + np.arange(count + 1)
    rows = np.floor(top).astype(np.int64)[:, None] + np.arange(count + 1)
    known = depth[np.clip(rows - 1, 0, height - 1)[:, :, None], (columns % width)[:, None, :]]
    places = known.astype(np.float32) / np.float32(65535)
    twist = np.abs(places[:, 1:, 1:] - places[:, 1:, :-1] - places[:, :-1, 1:] + places[:, :-1, :-1])
    slope = _greatest(np.abs(np.diff(places, axis=2))) + _greatest(np.abs(np.diff(places, axis=1)))
    if side < 1:
        x = (left - np.floor(left)).astype(np.float32)
        y = (top - np.floor(top)).astype(np.float32)
        places = np.stack([_bilinear(places, x + i * side, y + j * side) for j in (0, 1) for i in (0, 1)], axis=1)
    flat = places.reshape(len(places), -1)
    low, high = flat.min(axis=1), flat.max(axis=1)
    span = np.minimum(np.float32(step) * slope, high - low)
    return Patches(np.minimum(_greatest(twist) * np.float32(step**2 / 4), span), span, low, high)


def _greatest(values: Floats) -> Floats:
    return np.asarray(values.reshape(len(values), -1).max(axis=1))


def _bilinear(corners: Floats, x: Floats, y: Floats) -> Floats:
    upper = corners[:, 0, 0] * (1 - x) + corners[:, 0, 1] * x
    lower = corners[:, 1, 0] * (1 - x) + corners[:, 1, 1] * x
    return np.asarray(upper * (1 - y) + lower * y)
