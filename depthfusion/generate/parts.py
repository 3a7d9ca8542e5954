"""The program's parts for LDM3D: torch, diffusers and transformers, which are installed when they are first needed."""

from __future__ import annotations

import importlib.util

from depthfusion.errors import MachineError

PARTS = ("torch", "diffusers", "transformers", "accelerate")


def installed() -> bool:
    """Say whether the parts are here; nothing is imported."""
    return all(importlib.util.find_spec(name) is not None for name in PARTS)


def require() -> None:
    """Raise `MachineError` where a part is missing."""
    if not installed():
        raise MachineError(
            "the parts of LDM3D are not installed: `start.py` installs them when an LDM3D engine is asked for, "
            "elsewhere `pip install torch diffusers transformers accelerate` does"
        )
