"""Depth made larger with edges that stay edges and lie where the colour's do.

Between texels that belong together depth is interpolated. Where the sixteen texels around a place fall into two groups,
a near and a far one with nothing between them, a mean of the two would be a surface where there is none: there every
texel of the result is given to one group, by its place and by its colour, and takes its depth from that group alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Step = Callable[[str, float, float], None]

_ROWS = 64
_PIXELS = 60_000  # at once, of those at edges
_SMALLEST_STEP = 0.008 * 65535  # a step of depth below it is no edge
_GAP = 0.5  # two groups leave at least this part of the range empty between them; a slope's texels about a third
_NEARNESS = 0.7  # texels: how far a texel's say reaches
_GRAIN = 8.0  # of 255: colours that differ by less are alike
_MOST_BY_COLOUR = 1.5  # log odds: colour decides at the edge; away from it, as where it is told wrongly, place does


def enlarge_depth(
    depth: NDArray[np.uint16], colour: NDArray[np.uint8], progress: Step = lambda text, done, total: None
) -> NDArray[np.uint16]:
    """Return `depth` [h, w] at the size of `colour` uint8 [H, W, 3], which shows where its edges are.

    Both are panoramas: wrapped in x, continued beyond the poles on the other side. No value lies outside the range of
    the sixteen texels around its place. A larger depth is made smaller by taking the nearest texels, which mixes none.
    """
    height, width = colour.shape[:2]
    if depth.shape[0] >= height:
        rows = (np.arange(height) * 2 + 1) * depth.shape[0] // (2 * height)
        columns = (np.arange(width) * 2 + 1) * depth.shape[1] // (2 * width)
        nearest: NDArray[np.uint16] = depth[rows[:, None], columns]
        return nearest
    padded = _continued(depth.astype(np.float32))
    guide = _continued(_reduced(colour, depth.shape))
    split = _splits(padded)
    y, x = _places(height, depth.shape[0]), _places(width, depth.shape[1])
    result = np.empty((height, width), np.uint16)
    for top in range(0, height, _ROWS):
        progress("enlarging the depth", top, height)
        rows = slice(top, min(top + _ROWS, height))
        j, i = np.floor(y[rows]).astype(np.int64) + 2, np.floor(x).astype(np.int64) + 2
        down, across = (y[rows] - j + 2).astype(np.float32), (x - i + 2).astype(np.float32)
        band = _bilinear(padded, j, i, down, across)
        # A cell is the square between four texels; its split was found for the sixteen around it.
        at = np.nonzero(np.isfinite(split[(j - 1)[:, None], i - 1]))
        for start in range(0, len(at[0]), _PIXELS):
            row, column = at[0][start : start + _PIXELS], at[1][start : start + _PIXELS]
            cell = (j[row] - 1, i[column] - 1)
            band[row, column] = _of_one_group(
                padded,
                guide,
                cell,
                split[cell],
                down[row],
                across[column],
                colour[rows][row, column].astype(np.float32),
            )
        result[rows] = np.rint(band)
    progress("enlarging the depth", height, height)
    return result


def _places(wanted: int, count: int) -> NDArray[np.float64]:
    """Return where the centres of `wanted` texels lie, counted in texels of `count` with the first centre at 0."""
    return (np.arange(wanted) + 0.5) / wanted * count - 0.5


def _continued(image: Floats) -> Floats:
    """Return [h + 4, w + 4, …]: two more texels at each side, around the sphere."""
    half = image.shape[1] // 2
    above, below = np.roll(image[1::-1], half, axis=1), np.roll(image[:-3:-1], half, axis=1)
    tall = np.concatenate([above, image, below])
    whole: Floats = np.concatenate([tall[:, -2:], tall, tall[:, :2]], axis=1)
    return whole


def _reduced(colour: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the mean colour float32 [h, w, 3] of what each of the depth's texels covers."""
    height, width = colour.shape[:2]
    rows = np.arange(shape[0] + 1) * height // shape[0]
    columns = np.arange(shape[1]) * width // shape[1]
    counts = np.diff(np.append(columns, width)).astype(np.float32)[:, None]
    found = np.empty((*shape, 3), np.float32)
    for row in range(shape[0]):
        strip = colour[rows[row] : rows[row + 1]].sum(axis=0, dtype=np.float32)
        found[row] = np.add.reduceat(strip, columns, axis=0) / (counts * (rows[row + 1] - rows[row]))
    return found


def _bilinear(padded: Floats, j: Any, i: Any, down: Floats, across: Floats) -> Floats:
    upper = padded[j[:, None], i] * (1 - across) + padded[j[:, None], i + 1] * across
    lower = padded[j[:, None] + 1, i] * (1 - across) + padded[j[:, None] + 1, i + 1] * across
    mixed: Floats = upper * (1 - down[:, None]) + lower * down[:, None]
    return mixed


def _splits(padded: Floats) -> NDArray[np.float32]:
    """Return, for every cell [h + 1, w + 1], the depth between the two groups around it, or NaN where there is one."""
    height, width = padded.shape[0] - 3, padded.shape[1] - 3
    around = [padded[j : j + height, i : i + width] for j in range(4) for i in range(4)]
    low, high = around[0].copy(), around[0].copy()
    for texels in around[1:]:
        np.minimum(low, texels, out=low)
        np.maximum(high, texels, out=high)
    split = np.full((height, width), np.nan, np.float32)
    at = np.nonzero(high - low > _SMALLEST_STEP)
    for start in range(0, len(at[0]), _PIXELS):
        row, column = at[0][start : start + _PIXELS], at[1][start : start + _PIXELS]
        values = np.sort(np.stack([texels[row, column] for texels in around], axis=1), axis=1)
        gaps = np.diff(values, axis=1)
        widest = np.argmax(gaps, axis=1)[:, None]
        gap = np.take_along_axis(gaps, widest, axis=1)[:, 0]
        middle = np.take_along_axis(values, widest, axis=1)[:, 0] + gap / 2
        edge = gap > np.maximum(_GAP * (values[:, -1] - values[:, 0]), _SMALLEST_STEP)
        split[row[edge], column[edge]] = middle[edge]
    return split


def _of_one_group(
    padded: Floats, guide: Floats, cell: tuple[Any, Any], split: Floats, down: Floats, across: Floats, colour: Floats
) -> Floats:
    """Return the depth [n] at places in cells (row, column [n] of the sixteen texels' first) from the fitting group."""
    offsets = np.arange(4)
    rows, columns = (cell[0][:, None] + np.repeat(offsets, 4)), (cell[1][:, None] + np.tile(offsets, 4))
    values, colours = padded[rows, columns], guide[rows, columns]  # [n, 16], [n, 16, 3]
    away = (np.repeat(offsets, 4) - 1 - down[:, None]) ** 2 + (np.tile(offsets, 4) - 1 - across[:, None]) ** 2
    say = np.exp(away / np.float32(-2 * _NEARNESS**2)) + np.float32(1e-6)
    near = (values > split[:, None]).astype(np.float32)
    part = np.sum(say * near, axis=1) / say.sum(axis=1)
    # Both groups as clouds of colours of one common width: how much likelier is this colour in the near one?
    wide = np.sqrt(say)
    in_near, in_far = wide * near, wide * (1 - near)
    mean_near = np.einsum("nk,nkc->nc", in_near, colours) / in_near.sum(axis=1)[:, None]
    mean_far = np.einsum("nk,nkc->nc", in_far, colours) / in_far.sum(axis=1)[:, None]
    own = np.where(near[..., None] > 0, mean_near[:, None], mean_far[:, None])
    variance = np.sum(wide[..., None] * (colours - own) ** 2, axis=(1, 2)) / wide.sum(axis=1) + 3 * _GRAIN**2
    likelier = np.sum((colour - mean_far) ** 2 - (colour - mean_near) ** 2, axis=1) / (2 * variance / 3)
    chosen = np.log(part / (1 - part)) + np.clip(likelier, -_MOST_BY_COLOUR, _MOST_BY_COLOUR) > 0
    group = say * np.where(chosen[:, None], near, 1 - near)
    found: Floats = np.sum(group * values, axis=1) / group.sum(axis=1)
    return found
