"""Maps of the whole sphere as plain arrays: their neighbours across the seam and over the poles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def padded(image: NDArray[Any], margin: int) -> NDArray[Any]:
    """Return `image` [h, w, ...] with `margin` more texels on every side: what lies beyond the seam and the poles.

    Above the first row lies the first row again, half a turn away. w is even.
    """
    height, width = image.shape[:2]
    if margin > height:
        return _padded_widely(image, margin)
    half = width // 2
    above = np.roll(image[:margin][::-1], half, axis=1)
    below = np.roll(image[height - margin :][::-1], half, axis=1)
    tall = np.concatenate((above, image, below))
    return np.concatenate((tall[:, width - margin :], tall, tall[:, :margin]), axis=1)


def _padded_widely(image: NDArray[Any], margin: int) -> NDArray[Any]:
    """Return the same for margins that go around the sphere more than once: of tiny maps."""
    height, width = image.shape[:2]
    around = np.arange(-margin, height + margin) % (2 * height)
    rows = np.minimum(around, 2 * height - 1 - around)
    turned = np.where(around < height, 0, width // 2)
    columns = (np.arange(-margin, width + margin) + turned[:, None]) % width
    return np.asarray(image[rows[:, None], columns])


def widest(image: NDArray[Any], reach: int = 1) -> NDArray[Any]:
    """Return the greatest value [h, w] within `reach` texels to all sides and corners; of a mask, the mask grown."""
    return _extreme(image, reach, np.maximum)


def narrowest(image: NDArray[Any], reach: int = 1) -> NDArray[Any]:
    """Return the least value [h, w] within `reach` texels to all sides and corners; of a mask, the mask shrunk."""
    return _extreme(image, reach, np.minimum)


def _extreme(image: NDArray[Any], reach: int, take: np.ufunc) -> NDArray[Any]:
    height, width = image.shape
    wide = padded(image, reach)
    across = wide[:, :width].copy()
    for shift in range(1, 2 * reach + 1):
        take(across, wide[:, shift : shift + width], out=across)
    best = across[:height].copy()
    for shift in range(1, 2 * reach + 1):
        take(best, across[shift : shift + height], out=best)
    return best


def enlarged(mask: NDArray[np.bool_], size: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which texels of a map of `size` (height, width) lie in those of `mask` [h, w]."""
    rows, columns = (
        ((np.arange(count) + 0.5) * of / count).astype(int) for count, of in zip(size, mask.shape, strict=True)
    )
    return np.asarray(mask[np.ix_(rows, columns)])


def box_mean(image: NDArray[Any], known: NDArray[Any], reach: int) -> NDArray[Any]:
    """Return the mean of `image` [h, w, n] over its `known` [h, w] texels within `reach` to all sides and corners.

    Where none is known, it is the image itself.
    """
    weighted = np.concatenate((image * known[..., None], known[..., None]), axis=-1).astype(np.float32)
    sums = np.cumsum(np.pad(padded(weighted, reach), ((1, 0), (0, 0), (0, 0))), axis=0, dtype=np.float64)
    span = 2 * reach + 1
    tall = sums[span:] - sums[:-span]
    sums = np.cumsum(np.pad(tall, ((0, 0), (1, 0), (0, 0))), axis=1)
    total = (sums[:, span:] - sums[:, :-span]).astype(np.float32)
    count = total[..., -1:]
    return np.where(count > 0.5, total[..., :-1] / np.maximum(count, 0.5), image)
