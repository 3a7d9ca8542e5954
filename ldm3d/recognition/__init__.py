"""Naming what a panorama of colour and depth shows: the recogniser of sketch worlds.

    from ldm3d.recognition import Recogniser

    recogniser = Recogniser.load()
    seen = recogniser.recognise(rgb, depth)  # uint8 [H, W, 3], uint16 [h, w], twice as wide as high
    recogniser.named(seen)  # [{"place": "meadow", "relief": "meadow", "time": "noon", "weather": "clear"}]
    recogniser.features(x)  # maps of float32 [N, 4, H, W] in [−1, 1], for perceptual losses

Nothing heavy is imported with the package; what is named here is imported when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ldm3d.recognition.asking import Confusions, confusions, recalls
    from ldm3d.recognition.even import EvenWorlds
    from ldm3d.recognition.recogniser import Recognised, Recogniser

__all__ = ["Confusions", "EvenWorlds", "Recognised", "Recogniser", "confusions", "recalls"]

_HOMES = {
    "Confusions": "asking",
    "confusions": "asking",
    "recalls": "asking",
    "EvenWorlds": "even",
    "Recognised": "recogniser",
    "Recogniser": "recogniser",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
