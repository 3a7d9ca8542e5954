"""Images wider than a texture may be, cut into the layers of an array of textures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import moderngl

STEP = 4 << 20
"""Bytes that are sent at a time."""


class Tiles:
    """Images [h, w, …] in tiles that are no wider and no higher than `limit`, each a layer, row by row.

    `table` int32 [n, 4] says of each image: width, height, its first layer, its tiles across. The first image is the
    largest; tiles at the right and lower edges are filled in part.
    """

    def __init__(
        self, context: moderngl.Context, images: Sequence[NDArray[Any]], limit: int, components: int, dtype: str = "f1"
    ) -> None:
        height, width = images[0].shape[:2]
        self._side = math.ceil(width / math.ceil(width / limit)), math.ceil(height / math.ceil(height / limit))
        self._images = list(images)
        table, layers = [], 0
        for image in images:
            across, down = (math.ceil(image.shape[1 - i] / self._side[i]) for i in (0, 1))
            table.append((image.shape[1], image.shape[0], layers, across))
            layers += across * down
        self.table = np.array(table, "i4")
        self.texture = context.texture_array((*self._side, layers), components, dtype=dtype)
        self.texture.filter = (context.NEAREST, context.NEAREST)

    def write(self) -> Iterator[int]:
        """Send the images in steps; yield how many bytes each sent."""
        across, down = self._side
        for image, (width, height, first, count) in zip(self._images, self.table.tolist(), strict=True):
            for top in range(0, height, down):
                for left in range(0, width, across):
                    layer = first + top // down * count + left // across
                    yield from self._send(image[top : top + down, left : left + across], layer)
        self._images.clear()

    def _send(self, tile: NDArray[Any], layer: int) -> Iterator[int]:
        for start, part in strips(tile):
            self.texture.write(part, viewport=(0, start, layer, part.shape[1], len(part), 1), alignment=1)
            yield part.nbytes


def strips(image: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield where each strip of rows of an image begins, and the strip: at most `STEP` bytes, or one row."""
    rows = max(1, STEP // (image.nbytes // len(image)))
    for start in range(0, len(image), rows):
        yield start, np.ascontiguousarray(image[start : start + rows])
