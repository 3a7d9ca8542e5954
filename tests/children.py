"""Which programs a test has running."""

from __future__ import annotations

import psutil


def ffmpegs() -> list[psutil.Process]:
    """Return the ffmpegs that this process has started; Python's own helpers of other tests may stand beside them."""
    return [child for child in psutil.Process().children() if child.name().startswith("ffmpeg")]
