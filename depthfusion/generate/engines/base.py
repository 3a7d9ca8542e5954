"""What an engine is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from depthfusion.generate.request import GenerationRequest
from depthfusion.jobs.progress import Progress
from depthfusion.panorama import Panorama


@dataclass(frozen=True)
class Creation:
    """A panorama and, in a sentence, what the engine understood of the prompt and what it ignored."""

    panorama: Panorama
    understood: str


class Engine(Protocol):
    """Makes panoramas. What an engine needs is imported when it runs."""

    @property
    def name(self) -> str:
        """What a request calls it."""

    @property
    def options(self) -> frozenset[str]:
        """The names of the options that it has beyond the common ones."""

    def completed(self, request: GenerationRequest) -> GenerationRequest:
        """Return `request` with everything but the seed decided.

        Raises `InputError` for what the engine cannot make; cheap, before anything is loaded.
        """

    def generate(self, request: GenerationRequest, progress: Progress) -> Creation:
        """Make what a completed `request` with a seed asks for."""
