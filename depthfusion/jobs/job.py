"""What long work is: a frozen object made of JSON.

The command line runs it in its own process, the window sends it to a worker.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Self

from depthfusion.jobs.progress import Progress

Json = dict[str, Any]


@dataclass(frozen=True)
class Job(ABC):
    """One piece of work. Fields hold what JSON holds: text, numbers, lists, dictionaries, None."""

    kind: ClassVar[str]

    @abstractmethod
    def run(self, progress: Progress) -> Json:
        """Do the work and return its result as JSON.

        Raises `Cancelled` through `progress`, `InputError` and `MachineError`; leaves nothing half-written behind.
        """

    @property
    @abstractmethod
    def folder(self) -> Path:
        """The folder that the job writes to: what a killed worker leaves half-written there is removed."""

    def message(self) -> Json:
        """Return the job as JSON for a worker of its room."""
        return {"kind": self.kind, **{field.name: getattr(self, field.name) for field in fields(self)}}

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> Self:
        """Return the job that `message` made."""
        return cls(**{name: value for name, value in message.items() if name != "kind"})
