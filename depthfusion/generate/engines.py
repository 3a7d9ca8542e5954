"""What can make a panorama here, and which of them `auto` takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from depthfusion.errors import InputError
from depthfusion.generate.request import GenerationRequest, random_seed
from depthfusion.jobs.progress import Progress
from depthfusion.panorama import Panorama


@dataclass(frozen=True)
class Creation:
    """A panorama and, in a sentence, what the engine understood of the prompt and what it ignored."""

    panorama: Panorama
    understood: str


class Engine(Protocol):
    """Makes panoramas. Engines are plain objects in `ENGINES`; what they need is imported when they run."""

    name: str
    description: str
    size: tuple[int, int]

    def check(self, request: GenerationRequest) -> None:
        """Raise `InputError` for what the engine cannot make; cheap, before anything is loaded."""

    def generate(self, request: GenerationRequest, progress: Progress) -> Creation:
        """Make what a resolved `request` asks for."""


class Sketch:
    """Procedural worlds: no download, no GPU, seconds."""

    name = "sketch"
    description = "procedural worlds with exact depth, in seconds"
    size = (2048, 1024)
    largest = (16384, 8192)

    def check(self, request: GenerationRequest) -> None:
        """Accept every 2:1 size from 64×32 to 16384×8192 with an even width."""
        width, height = request.size or self.size
        if width != 2 * height:
            rows = min(max(round(width / 2), 32), self.largest[1])
            raise InputError(f"size {width}x{height} is not twice as wide as high: choose {2 * rows}x{rows}")
        if not 64 <= width <= self.largest[0]:
            raise InputError(f"size {width}x{height} cannot be drawn by sketch: choose from 64x32 to 16384x8192")

    def generate(self, request: GenerationRequest, progress: Progress) -> Creation:
        """Draw the world that the prompt names."""
        from ldm3d import worlds

        seed, size = request.seed, request.size
        assert seed is not None
        assert size is not None
        world = worlds.generate(
            request.prompt, seed, size, progress=lambda fraction: progress.step("drawing the world", fraction)
        )
        panorama = Panorama(
            rgb=world.rgb,
            depth=world.depth,
            near=world.near,
            far=world.far,
            depth_source=self.name,
            request=request.as_dict(),
        )
        return Creation(panorama, world.understood.sentence())


ENGINES: dict[str, Engine] = {engine.name: engine for engine in (Sketch(),)}


def choose(name: str) -> tuple[Engine, str]:
    """Return the engine that `name` means and, for `auto`, why in a sentence. Nothing is downloaded or installed."""
    if name == "auto":
        return ENGINES["sketch"], "sketch is used: it is the engine that is ready here"
    if name not in ENGINES:
        known = ", ".join(("auto", *ENGINES))
        raise InputError(f"engine {name!r} is not known: choose one of {known}")
    return ENGINES[name], ""


def resolve(request: GenerationRequest) -> tuple[Engine, GenerationRequest, str]:
    """Return the engine, the request with nothing left to chance, and why this engine.

    Raises `InputError` for an empty prompt, an unknown engine and what the engine refuses.
    """
    if not request.prompt.strip():
        raise InputError("the prompt is empty: say what the world is to show, such as 'a tranquil forest at dawn'")
    engine, why = choose(request.engine)
    engine.check(request)
    resolved = request.copy()
    resolved.engine = engine.name
    resolved.size = request.size or engine.size
    resolved.seed = request.seed if request.seed is not None else random_seed()
    return engine, resolved, why
