"""Pictures of colour and depth side by side, to see how a training goes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

GAP = 4  # pixels between pictures
_BACK = 32  # grey of the gaps


def rgbd_grid(
    rgb: Sequence[NDArray[np.uint8]], depth: Sequence[NDArray[np.uint16]], columns: int = 4
) -> NDArray[np.uint8]:
    """Return one picture of several: each colour above its depth, `columns` in a row.

    Args:
        rgb: [H, W, 3] each, all of one size.
        depth: [H, W] each, of the same size; shown in grey, near is white.
        columns: at most so many side by side.
    """
    grey = [np.repeat((one >> 8).astype(np.uint8)[..., None], 3, -1) for one in depth]
    cells = [beside([[colour], [relief]]) for colour, relief in zip(rgb, grey, strict=True)]
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    blank = np.full_like(cells[0], _BACK)
    rows[-1] += [blank] * (len(rows[0]) - len(rows[-1]))
    return beside(rows, 2 * GAP)


def beside(rows: Sequence[Sequence[NDArray[np.uint8]]], gap: int = GAP) -> NDArray[np.uint8]:
    """Return pictures [H, W, 3] of one size, given by rows of equal length, as one with gaps between them."""
    height, width = rows[0][0].shape[:2]
    down, across = len(rows), len(rows[0])
    whole = np.full((down * (height + gap) - gap, across * (width + gap) - gap, 3), _BACK, np.uint8)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            top, left = y * (height + gap), x * (width + gap)
            whole[top : top + height, left : left + width] = picture
    return whole
