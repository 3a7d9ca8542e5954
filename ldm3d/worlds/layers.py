"""The fine things in front of the solid ones: cards, limbs and stones, blended by how much of a texel they cover.

Things are taken from near to far in shells of distance. Within a shell the fragments of a texel are sorted, so every
leaf covers what lies behind it. A texel that is covered is left alone from then on. Its depth is that of the fragment
with which half of it is covered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.kinds import SHELLS, Fragments, Kind
from ldm3d.worlds.raster import Grid, Spans, texels

COVERED = 0.01


@dataclass
class Target:
    """A band of the picture that fine things are drawn to, as flat arrays of its texels.

    Attributes:
        rows: first row and past the last.
        limit: distance of the solid things behind [n], infinite in the sky.
        rgb: colour gathered so far [3, n].
        seen: share of each texel that is still open [n].
        r: distance of what covers the first half [n], infinite where nothing does.
        start: distance from which on things count [n], or None: in a mirror they lie behind its surface.
    """

    rows: tuple[int, int]
    limit: Array
    rgb: Array
    seen: Array
    r: Array
    start: Array | None = None

    @staticmethod
    def before(rows: tuple[int, int], limit: Array) -> Target:
        """An empty one before solid things at distances `limit` [n]."""
        n = limit.size
        return Target(rows, limit, np.zeros((3, n), np.float32), np.ones(n, np.float32), np.full(n, np.inf, np.float32))


def _open(spans: Spans, mask: NDArray[np.bool_], first_row: int) -> Spans:
    """Those spans that hold a texel of the mask [rows, W]."""
    width = mask.shape[1]
    total = np.zeros((mask.shape[0], width + 1), np.int32)
    np.cumsum(mask, axis=1, out=total[:, 1:])
    row = spans.row - np.int32(first_row)
    start = spans.first % np.int32(width)
    past = start + spans.count
    held = total[row, np.minimum(past, width)] - total[row, start] + total[row, np.maximum(past - width, 0)]
    at = np.flatnonzero(held > 0)
    return Spans(spans.thing[at], spans.row[at], spans.first[at], spans.count[at])


def _cut(kind: Kind, ids: Ints, grid: Grid, target: Target) -> Iterator[Fragments]:
    start = np.int32(target.rows[0])
    # What is covered, or lies behind ground that is nearer than all of these things, is not looked at.
    mask = (target.seen > COVERED) & (target.limit > kind.least[ids].min())
    spans = kind.spans(ids, target.rows)
    # Counting what is open costs a pass over the band: where little is to be drawn it does not pay.
    if 2 * int(spans.count.sum()) > mask.size:
        spans = _open(spans, mask.reshape(-1, grid.width), target.rows[0])
    for thing, row, column in texels(grid, spans):
        texel = (row - start) * np.int32(grid.width) + column
        open_ = np.flatnonzero(mask.take(texel))
        if not open_.size:
            continue
        d = grid.direction(row.take(open_), column.take(open_))
        found = kind.cut(ids.take(thing.take(open_)), d)
        texel = texel.take(open_).take(found.texel)
        front = found.r < target.limit.take(texel)
        if target.start is not None:
            front &= found.r > target.start.take(texel)
        seen = np.flatnonzero(front)
        if seen.size < front.size:
            texel, found = texel.take(seen), found.part(seen)
        yield Fragments(texel, found.r, found.cover, found.rgb)


def _sorted(key: NDArray[np.int64]) -> NDArray[np.int64]:
    """The order of keys, equal ones as they come: several times as fast as a stable sort where few are equal."""
    order = np.argsort(key)
    found = key[order]
    equal = np.zeros(len(key) + 1, bool)
    np.equal(found[1:], found[:-1], out=equal[1:-1])
    tied = np.flatnonzero(equal[1:] | equal[:-1])
    mixed = order[tied]
    order[tied] = mixed[np.lexsort((mixed, key[mixed]))]
    return order


def _blend(target: Target, parts: list[Fragments]) -> None:
    """Lay fragments under what is there, nearest first."""
    texel = np.concatenate([part.texel for part in parts])
    r = np.concatenate([part.r for part in parts])
    cover = np.concatenate([part.cover for part in parts])
    rgb = np.concatenate([part.rgb for part in parts], axis=1)
    # A positive float's bits sort like the float itself.
    order = _sorted((texel.astype(np.int64) << 32) | r.view(np.int32))
    texel = texel.astype(np.intp).take(order)
    new = np.empty(len(texel), bool)
    new[:1] = True
    np.not_equal(texel[1:], texel[:-1], out=new[1:])
    first = np.flatnonzero(new)
    length = np.diff(np.append(first, len(texel)))
    for rank in range(6):
        here = first[length > rank] + rank
        if not here.size:
            return
        at = order[here]
        spot = texel.take(here)
        before = target.seen.take(spot)
        after = before * (1.0 - cover.take(at))
        half = (before >= 0.5) & (after < 0.5)
        target.r[spot[half]] = r[at[half]]
        share = before - after
        for into, colours in zip(target.rgb, rgb, strict=True):
            into[spot] += colours.take(at) * share
        target.seen[spot] = after


def draw(kinds: list[Kind], grid: Grid, target: Target, check: Callable[[], None]) -> None:
    """Draw fine things to a band, near shells first. `check` is called between shells and may raise."""
    for k in range(len(SHELLS) + 1):
        check()
        parts: list[Fragments] = []
        for kind in kinds:
            ids = kind.shell(k)
            if ids.size:
                parts.extend(_cut(kind, ids, grid, target))
        parts = [part for part in parts if part.texel.size]
        if parts:
            _blend(target, parts)
