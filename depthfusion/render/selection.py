"""Which patches of the sphere are drawn: as coarse as a tolerance in pixels allows, without cracks. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from depthfusion.look import Displacement
from depthfusion.render.bounds import Eye, Footprint, Mask, Shells, errors
from depthfusion.render.relief import PATCH, Kinds, Patches, Relief

Keys = NDArray[np.int64]
_PLACES = 22
"""Binary digits of a grid place: single precision holds them exactly, on every machine."""

MOST = 1 << 18
"""The most patches of a frame, 134 million triangles: beyond it the tolerance is doubled until they fit."""

TRIANGLES = 2 * PATCH * PATCH


@dataclass(frozen=True)
class Selection:
    """Patches to draw, where they may lie, what their layers are (uint8 [n]), and the tolerance in pixels they keep.

    `tiles` float32 [n, 4]: left and top grid place, step, and which neighbours are coarser (1 left, 2 right, 4 above,
    8 below).
    """

    tiles: NDArray[np.float32]
    shells: Shells
    kind: Kinds
    tolerance: float

    def __getitem__(self, index: Mask) -> Self:
        return type(self)(self.tiles[index], self.shells[index], self.kind[index], self.tolerance)

    def seen_by(self, eyes: Sequence[Eye]) -> Self:
        """Return those that one of the eyes may see."""
        return self[np.logical_or.reduce(self.shells.seen_by(eyes))]

    def nearest(self, eye: Eye) -> float:
        """Return a distance in metres from the eye below which nothing lies."""
        return float(self.shells.distance(eye).min(initial=math.inf))


class Selector:
    """Chooses patches of one panorama's relief; what does not depend on the view is kept."""

    def __init__(self, relief: Relief) -> None:
        self.relief = relief
        self._finest = math.ceil(math.log2(relief.size[0])) - _PLACES
        counts = [relief.patches(level) for level in range(relief.top + 1)]
        self._starts = np.cumsum([0, *(across * down for across, down in counts)])
        if counts:
            places = [np.divmod(np.arange(across * down), across) for across, down in counts]
            step = np.concatenate([np.full(len(y), 2.0**level) for level, (y, _) in enumerate(places)])
            side = PATCH * step
            x, y = (np.concatenate([place[i] for place in places]) for i in (1, 0))
            self._print = Footprint.of(relief.size, x * side, y * side, step)
            self._known = Patches(
                *(np.concatenate([getattr(level, name) for level in relief.levels]) for name in _NAMES)
            )

    def select(self, rule: Displacement, eyes: list[Eye], tolerance: float) -> Selection:
        """Return the patches with which no point that an eye sees strays more than `tolerance` pixels.

        Half of it is left to the edges that a patch lends from its coarser neighbour.
        """
        while True:
            split = self._descend(rule, eyes, tolerance / 2)
            if split is not None:
                leaves = self._leaves(self._balance(split))
                selection = self._selection(leaves, rule, tolerance).seen_by(eyes)
                if len(selection.tiles) <= MOST:
                    return selection
            tolerance *= 2

    def _descend(self, rule: Displacement, eyes: list[Eye], tolerance: float) -> dict[int, Keys] | None:
        """Return the keys of the patches of each level that are too coarse, or None if they are too many."""
        top = self.relief.top
        coarse = self._stored(rule, eyes, tolerance) if top >= 0 else np.zeros(0, bool)
        across, down = self.relief.patches(top)
        here: Keys = np.arange(across * down)
        split: dict[int, Keys] = {}
        total = 0
        for level in range(top, self._finest, -1):
            if level >= 0:
                here = here[coarse[self._starts[level] + here]]
            else:
                y, x = np.divmod(here, self.relief.patches(level)[0])
                step = np.full(len(x), 2.0**level)
                shape = Footprint.of(self.relief.size, x * PATCH * step, y * PATCH * step, step)
                known = self.relief.look_up(level, x, y)
                here = here[_too_coarse(shape, known, rule, eyes, tolerance)]
            if not len(here):
                break
            split[level] = here
            total += len(here)
            if total > MOST:
                return None
            here = self._children(level, here)
        return split

    def _stored(self, rule: Displacement, eyes: list[Eye], tolerance: float) -> Mask:
        return _too_coarse(self._print, self._known, rule, eyes, tolerance)

    def _children(self, level: int, keys: Keys) -> Keys:
        """Return the keys, one level finer, of the patches that make up those of `keys`."""
        y, x = np.divmod(keys, self.relief.patches(level)[0])
        across, down = self.relief.patches(level - 1)
        x = (2 * x[:, None] + np.array([0, 1, 0, 1])).reshape(-1)
        y = (2 * y[:, None] + np.array([0, 0, 1, 1])).reshape(-1)
        inside = (x < across) & (y < down)
        return np.asarray((y * across + x)[inside])

    def _balance(self, split: dict[int, Keys]) -> dict[int, Keys]:
        """Split more patches, until no two neighbours are more than one level apart."""
        top = self.relief.top
        balanced: dict[int, Keys] = {}
        wanted = np.zeros(0, np.int64)
        for level in range(min(split, default=top + 1), top + 1):
            keys = np.unique(np.concatenate((split[level], wanted)))
            balanced[level] = keys
            neighbours = [around for around, exists in self._neighbours(level, keys) if exists is not None]
            wanted = self._parents(level, np.concatenate((keys, *neighbours)))
        return balanced

    def _neighbours(self, level: int, keys: Keys) -> list[tuple[Keys, Mask]]:
        """Return the keys of the patches left, right, above and below, and whether they exist."""
        across, down = self.relief.patches(level)
        y, x = np.divmod(keys, across)
        always = np.ones(len(keys), bool)
        return [
            (y * across + (x - 1) % across, always),
            (y * across + (x + 1) % across, always),
            (np.maximum(y - 1, 0) * across + x, y > 0),
            (np.minimum(y + 1, down - 1) * across + x, y < down - 1),
        ]

    def _parents(self, level: int, keys: Keys) -> Keys:
        y, x = np.divmod(keys, self.relief.patches(level)[0])
        return np.asarray((y // 2) * self.relief.patches(level + 1)[0] + x // 2)

    def _leaves(self, split: dict[int, Keys]) -> list[tuple[int, Keys, NDArray[np.int64]]]:
        """Return level, keys and coarser neighbours of the patches that are not split."""
        top = self.relief.top
        across, down = self.relief.patches(top)
        here: Keys = np.arange(across * down)
        leaves = []
        for level in range(top, min(split, default=top + 1) - 2, -1):
            kept = here[~np.isin(here, split[level])] if level in split else here
            flags = np.zeros(len(kept), np.int64)
            if level < top:
                for bit, (neighbour, exists) in enumerate(self._neighbours(level, kept)):
                    whole = ~np.isin(self._parents(level, neighbour), split[level + 1])
                    flags |= np.where(whole & exists, 1 << bit, 0)
            if len(kept):
                leaves.append((level, kept, flags))
            if level in split:
                here = self._children(level, split[level])
        return leaves

    def _selection(
        self, leaves: list[tuple[int, Keys, NDArray[np.int64]]], rule: Displacement, tolerance: float
    ) -> Selection:
        tiles, bounds, kinds = [], [], []
        for level, keys, flags in leaves:
            y, x = np.divmod(keys, self.relief.patches(level)[0])
            step = np.full(len(x), 2.0**level)
            left, top = x * PATCH * step, y * PATCH * step
            tiles.append(np.stack([left, top, step, flags], axis=-1).astype(np.float32))
            bounds.append(
                Footprint.of(self.relief.size, left, top, step).shells(self.relief.look_up(level, x, y), rule)
            )
            kinds.append(self.relief.kind(level, x, y))
        shells = Shells(*(np.concatenate([getattr(shell, name) for shell in bounds]) for name in _WHERE))
        return Selection(np.concatenate(tiles), shells, np.concatenate(kinds), tolerance)


_NAMES = ("bend", "span", "low", "high")
_WHERE = ("centre", "cosine", "sine", "near", "far")


def _too_coarse(shape: Footprint, known: Patches, rule: Displacement, eyes: list[Eye], tolerance: float) -> Mask:
    shells = shape.shells(known, rule)
    coarse = np.zeros(len(shells.near), bool)
    for eye, seen in zip(eyes, shells.seen_by(eyes), strict=True):
        # Of those that are coarse for another eye nothing more is to be known.
        open_ = np.flatnonzero(seen & ~coarse)
        coarse[open_] = errors(shape[open_], known[open_], shells[open_], rule, eye) > tolerance
    return coarse
