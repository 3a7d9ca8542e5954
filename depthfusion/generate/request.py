"""Everything that matters to a generation, in one object: the window fills it, the worker reads nothing else."""

from __future__ import annotations

from depthfusion.settings import Auto, Integer, Size, State, Text

LARGEST_SEED = 2**32 - 1


class GenerationRequest(State):
    """What is to be made. It is stored whole in the picture it makes."""

    prompt = Text("", "what the world is to show")
    engine = Text("auto", "what makes the panorama (auto: the best that is ready here)")
    seed = Auto(
        Integer(0, "the same seed makes the same world again", minimum=0, maximum=LARGEST_SEED),
        "the same seed makes the same world again (auto: another one each time)",
    )
    size = Auto(
        Size((2048, 1024), "size of the panorama, twice as wide as high"),
        "size of the panorama, twice as wide as high (auto: the engine's own)",
    )
