"""Numbers of bytes as people read them."""

from __future__ import annotations

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("bytes", 1.0))


def in_words(count: float) -> str:
    """Return a number of bytes: `5.5 GB`, `12 bytes`."""
    unit, size = _unit(count)
    return f"{_number(count, size)} {unit}"


def part_in_words(done: float, total: float) -> str:
    """Return how many of how many bytes: `1.2 of 5.5 GB`."""
    unit, size = _unit(total)
    return f"{_number(done, size)} of {_number(total, size)} {unit}"


def _unit(count: float) -> tuple[str, float]:
    return next((one for one in _UNITS if count >= one[1]), _UNITS[-1])


def _number(count: float, size: float) -> str:
    return f"{count / size:.1f}" if size > 1 else f"{count:.0f}"
