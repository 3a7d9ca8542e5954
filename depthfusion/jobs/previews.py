"""Unfinished pictures on their way from a worker to the window: one file each, which its reader removes.

A file holds rgb and depth as one array uint8 [h, w, 4] of NumPy's own format. Its name goes into the message, so that
nothing is read that is not whole.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Preview:
    """What a result looks like so far: rgb uint8 [h, w, 3]; depth uint8 [h, w], 255 near."""

    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint8]


def write(path: Path, rgb: NDArray[np.uint8], depth: NDArray[np.uint8]) -> None:
    """Write rgb [h, w, 3] and depth [h, w], both uint8, to `path` (NAME.npy).

    A folder that has gone, and a full disk, cost the preview alone.
    """
    import numpy as np

    with contextlib.suppress(OSError):
        np.save(path, np.dstack([rgb, depth]), allow_pickle=False)


def take(path: Path) -> Preview | None:
    """Read what `write` wrote and remove the file; None where it could not be written."""
    import numpy as np

    try:
        both = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):  # missing, or cut short by a full disk
        both = None
    path.unlink(missing_ok=True)
    return None if both is None else Preview(both[..., :3], both[..., 3])
