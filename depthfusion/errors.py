"""The program's errors and exit codes (the classes are `ldm3d`'s, so that both packages share them)."""

from __future__ import annotations

from enum import IntEnum

from ldm3d.errors import InputError, MachineError

__all__ = ["Exit", "InputError", "MachineError"]


class Exit(IntEnum):
    """What the program tells the shell."""

    DONE = 0
    DEFECT = 1
    INPUT = InputError.exit_code
    MACHINE = MachineError.exit_code
    INTERRUPTED = 130
