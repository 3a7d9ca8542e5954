"""Pipelines over the tiny checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import ldm3d


@pytest.fixture
def made(checkpoint: Callable[..., Path]) -> Callable[..., Any]:
    """Return (name of a class, kind of checkpoint) -> a fresh pipeline that prints nothing."""

    def pipeline(name: str = "LDM3DPipeline", kind: str = "ldm3d", **options: Any) -> Any:
        pipe = getattr(ldm3d, name).from_pretrained(checkpoint(kind), **options)
        pipe.set_progress_bar_config(disable=True)
        return pipe

    return pipeline


@pytest.fixture
def seed() -> Callable[..., torch.Generator]:
    """Return (number) -> a generator with that seed."""
    return lambda number=0: torch.Generator().manual_seed(number)


@pytest.fixture
def rgb() -> np.ndarray:
    """Return a colour picture of 64×64."""
    return np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)


@pytest.fixture
def depth() -> np.ndarray:
    """Return a smooth depth of 64×64 with all sixteen bits in use."""
    y, x = np.mgrid[:64, :64]
    return (20000 + 311 * x + 101 * y).astype(np.uint16)
