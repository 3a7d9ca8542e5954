"""The processes of one evaluation: one by itself, or several by `accelerate launch`, each with its share.

They meet in the results' folder, which all must see (on many hosts: a shared disk), and wait for each other before the
first of them makes the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

T = TypeVar("T")
_PATIENCE = timedelta(days=30)  # the slowest share may take long after the quickest is done


@dataclass(frozen=True)
class Crew:
    """This process among its fellows.

    Attributes:
        rank: its number, 0 for the one that tells and writes tables.
        size: how many there are.
        device: torch's name of where this one computes.
        state: accelerate's; None where there is one process.
    """

    rank: int = 0
    size: int = 1
    device: str = "cpu"
    state: Any = field(default=None, compare=False)

    @property
    def leads(self) -> bool:
        """Whether this is the process that tells and writes tables."""
        return self.rank == 0

    def share(self, work: Sequence[T]) -> Sequence[T]:
        """Return this process's part of `work`: every `size`-th from its rank on."""
        return work[self.rank :: self.size]

    def wait(self) -> None:
        """Wait for the others."""
        if self.state is not None:
            self.state.wait_for_everyone()


def assemble(device: str = "auto") -> Crew:
    """Return this process's place as `accelerate launch` (or nobody) has set it.

    Args:
        device: "auto" takes accelerate's choice (a graphics card where there is one), or torch's name of one.
    """
    import torch
    from accelerate import PartialState

    # Without a device, processes that were launched together find each other only if it is said.
    on_processor = device == "cpu" or not torch.accelerator.is_available()
    state: Any = PartialState(cpu=on_processor, timeout=_PATIENCE)
    where = str(state.device) if device in {"auto", state.device.type} else device
    several = state.num_processes > 1
    return Crew(state.process_index, state.num_processes, where, state if several else None)
