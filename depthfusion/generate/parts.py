"""The program's parts for LDM3D: torch, diffusers and transformers, which are installed when they are first needed."""

from __future__ import annotations

import importlib.util

PARTS = ("torch", "diffusers", "transformers", "accelerate")


def installed() -> bool:
    """Say whether the parts are here; nothing is imported."""
    return all(importlib.util.find_spec(name) is not None for name in PARTS)
