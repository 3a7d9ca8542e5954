"""Training data: captioned pictures with depth, from prepared shards or drawn as they are asked for.

    from ldm3d.data import open_set, to_channels

    data = open_set("prepared/", size=(512, 512))      # or "worlds:10000:1", size=(256, 128)
    sample = data[7]                                    # rgb, depth, caption; the same whenever it is asked for
    to_channels(sample, 6)                              # float32 torch [6, 512, 512] in [−1, 1]

Nothing heavy is imported with the package; what is named here is imported when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ldm3d.data.channels import to_channels
    from ldm3d.data.opening import DataSet, open_set
    from ldm3d.data.sample import Sample

__all__ = ["DataSet", "Sample", "open_set", "to_channels"]

_HOMES = {"DataSet": "opening", "Sample": "sample", "open_set": "opening", "to_channels": "channels"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
