"""Memory that does not do: known by what is raised, answered with what would help and is not done yet."""

from __future__ import annotations

from typing import Literal

from depthfusion.errors import MachineError
from depthfusion.generate.devices import Computing
from depthfusion.generate.rules import STRIDE

Phase = Literal["loading", "painting", "decoding"]

# What allocators say, CUDA's, ROCm's and XPU's, Apple's, and the processor's; the last is all that oneDNN, which
# computes convolutions there, says of it.
_WORDS = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "could not create a primitive",
)


def is_shortage(error: BaseException) -> bool:
    """Say whether `error` is a lack of memory, in whatever words."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(word in str(error).casefold() for word in _WORDS)


def answer(computing: Computing, size: tuple[int, int], phase: Phase) -> MachineError:
    """Return the error with advice that fits: what lessens the memory of this phase and is not on yet."""
    gpu = computing.device != "cpu"
    where = f"the memory of {computing.device}" if gpu else "the memory of this machine"
    what = {
        "loading": "loading the model",
        "painting": f"painting {_told(size)}",
        "decoding": f"decoding {_told(size)}",
    }
    advice = []
    if phase != "loading" and (smaller := _smaller(size)):
        advice.append(f"a smaller size (--size {_told(smaller)})")
    if computing.precision == "float32":
        advice.append(f"half precision (--precision {'float16' if gpu else 'bfloat16'})")
    if phase == "decoding" and computing.memory == "full":
        advice.append("decoding in tiles (--memory tiled)")
    if phase != "decoding" and computing.device in {"cuda", "xpu"} and computing.memory != "offload":
        advice.append("keeping what is not in use off the GPU (--memory offload)")
    advice.append(f"closing other programs{' that use the GPU' if gpu else ''}")
    remedy = ", ".join(advice[:-1]) + (" or " if len(advice) > 1 else "") + advice[-1]
    return MachineError(f"{where} does not do for {what[phase]} in {computing.precision}; what helps is {remedy}")


def _smaller(size: tuple[int, int]) -> tuple[int, int] | None:
    """Return the size with three quarters of the height, as far as LDM3D can make it; None where there is none."""
    rows = max(int(size[1] * 0.75 / STRIDE), 1) * STRIDE
    return (2 * rows, rows) if rows < size[1] else None


def _told(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"
