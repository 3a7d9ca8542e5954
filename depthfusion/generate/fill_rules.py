"""What can be asked of a fill, told before anything is loaded or installed: the standard library alone."""

from __future__ import annotations

from collections.abc import Iterable

from depthfusion.errors import InputError
from depthfusion.generate import rules
from depthfusion.generate.request import GenerationRequest

FAST = "fast"


def check(engine: str, given: Iterable[str]) -> None:
    """Raise `InputError` for an engine that cannot fill, and for options `given` (names) that the fast fill lacks."""
    if engine == FAST:
        for name in given:
            option = next(value.option for value in GenerationRequest.values() if value.name == name)
            raise InputError(
                f"{option} cannot be used with engine {FAST}, which has no options: choose --engine ldm3d, or leave "
                f"out {option}"
            )
    elif engine in {rules.SKETCH, rules.AUTO}:
        raise InputError(
            f"engine {engine} cannot repaint what is hidden: choose {FAST}, ldm3d, a checkpoint's name or its folder"
        )
    else:
        rules.check_name(engine, (FAST,))
