"""How many processor cores work may use: all on the command line, all but one in a worker."""

from __future__ import annotations

import os

_spared = 0


def usable() -> int:
    """Return how many threads of steady work this process should have at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return max((os.cpu_count() or 1) - _spared, 1)


def leave_one() -> None:
    """Leave a core to the window: this process and all that it starts keep off it.

    Where the system lets a process choose its cores, every library in it and every program that it starts obeys (also
    a renderer on the processor); elsewhere those obey that ask `usable`.
    """
    global _spared  # noqa: PLW0603 — a property of the process
    _spared = 1
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[1:] or cores)
