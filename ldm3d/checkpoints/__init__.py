"""Checkpoints: found on this disk, downloaded, checked, removed.

`known` and `installed` say what there is, `find` returns one that is complete and checked, `offer` asks the hub about
one (size, licence), `get` downloads it and `remove` frees its place. Files lie in the Hugging Face cache, which other
programs share; what was downloaded is recorded (`record`) and must stay the same. Only `offer` and `get` need
huggingface_hub and a network.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ldm3d.checkpoints.checkpoint import Checkpoint, find, hub_name, installed, known
from ldm3d.checkpoints.names import Known, known_by
from ldm3d.checkpoints.removal import remove

if TYPE_CHECKING:
    from ldm3d.checkpoints.download import Offer, get, offer
    from ldm3d.checkpoints.licence import Licence

__all__ = [
    "Checkpoint",
    "Known",
    "Licence",
    "Offer",
    "find",
    "get",
    "hub_name",
    "installed",
    "known",
    "known_by",
    "offer",
    "remove",
]

_WITH_THE_HUB = {"Licence": "licence", "Offer": "download", "get": "download", "offer": "download"}


def __getattr__(name: str) -> Any:
    """Import what needs huggingface_hub when it is asked for."""
    if name not in _WITH_THE_HUB:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WITH_THE_HUB[name]}"), name)
