"""A set of samples, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ldm3d.data import drawn
from ldm3d.data.prepared import PreparedSet
from ldm3d.data.sample import Sample


class DataSet(Protocol):
    """Samples by number; each depends on its number alone, so that an order can be left and found again.

    Sets can be pickled, and read by several threads or processes at once.
    """

    def __len__(self) -> int:
        """Return how many samples there are."""

    def __getitem__(self, index: int) -> Sample:
        """Return the sample of a number from 0 on."""


def open_set(source: str | Path, size: tuple[int, int] | None = None) -> DataSet:
    """Return the set that `source` names.

    Args:
        source: a folder that `ldm3d prepare` wrote, or `worlds:COUNT[:SEED]`, sketch worlds drawn as they are asked
            for.
        size: width and height that both colour and depth are brought to; None is what was prepared (worlds: 1024×512),
            the depth at its own size.

    Raises:
        InputError: there is no such folder, it holds nothing prepared or not all of it, or worlds cannot be drawn so.
    """
    if drawn.is_worlds(str(source)):
        return drawn.parse(str(source), size)
    return PreparedSet(Path(source), size)
