"""Everything that matters to a generation, in one object: the window fills it, the worker reads nothing else."""

from __future__ import annotations

import secrets

from depthfusion.settings import Auto, Choice, File, Integer, Number, Size, State, Text, Value
from ldm3d.pipelines.sampling import SAMPLERS

LARGEST_SEED = 2**32 - 1
MOST_STEPS = 999  # of the 1000 that checkpoints are trained with, samplers leave out the first
DEVICES = ("cpu", "cuda", "xpu", "mps")
PRECISIONS = ("float32", "bfloat16", "float16")
MEMORY = ("full", "tiled", "offload")


class GenerationRequest(State):
    """What is to be made. It is stored whole in the picture it makes.

    Every engine has `common` options; which of the others it has, its `options` say.
    """

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
    steps = Auto(
        Integer(50, "how often the picture is refined", minimum=1, maximum=MOST_STEPS),
        "how often the picture is refined (auto: the checkpoint's own, 50; 4 with sampler lcm)",
    )
    guidance = Auto(
        Number(5.0, "how closely the picture follows the prompt", minimum=0.0, maximum=50.0, step=0.5),
        "how closely the picture follows the prompt (auto: the checkpoint's own, 5 or 7; 1 with sampler lcm)",
    )
    negative = Text("", "what the picture is not to show")
    sampler = Choice("auto", "how noise becomes a picture (auto: ddim)", ("auto", *SAMPLERS))
    source = Text(
        "", "begin from this picture (its depth beside it) instead of from noise", label="From", option="--from"
    )
    denoise = Auto(
        Number(0.6, "how much of the picture is made anew", minimum=0.0, maximum=1.0, step=0.05),
        "how much of the picture given with --from is made anew, 0 nothing to 1 all (auto: 0.6; 1 under a mask)",
    )
    mask = File("", "a picture that is white where the one given with --from is to be repainted")
    lora = Text("", "a LoRA by hub name, folder or file", label="LoRA")
    lora_scale = Number(1.0, "how much the LoRA counts", minimum=-4.0, maximum=4.0, step=0.05, label="LoRA scale")
    seamless = Choice("auto", "let the left and the right edge meet (auto: on)", ("auto", "on", "off"))
    device = Choice("auto", "what computes (auto: the fastest that is there; cuda is ROCm, too)", ("auto", *DEVICES))
    precision = Choice("auto", "how exactly it computes (auto: what suits the device)", ("auto", *PRECISIONS))
    memory = Choice(
        "auto",
        "what to do about little memory: decode in tiles, and offload what is not in use (auto: by what is there)",
        ("auto", *MEMORY),
    )

    common = ("prompt", "engine", "seed", "size")

    def given(self) -> tuple[Value[object], ...]:
        """The declarations of the options beyond the common ones that are not at their defaults."""
        return tuple(
            value
            for value in self.values()
            if value.name not in self.common and getattr(self, value.name) != value.default
        )

    def only(self, options: frozenset[str]) -> GenerationRequest:
        """Return a copy without the options that are neither common nor among `options`."""
        kept = {value.name for value in self.values()} - {value.name for value in self.given()} | options
        return GenerationRequest(**{name: getattr(self, name) for name in kept})


def series(request: GenerationRequest, count: int) -> list[GenerationRequest]:
    """Return `count` copies that differ in their seeds: the given one and those after it, or each one at random."""
    copies = [request.copy() for _ in range(count)]
    for index, copy in enumerate(copies):
        copy.seed = random_seed() if request.seed is None else (request.seed + index) % (LARGEST_SEED + 1)
    return copies


def random_seed() -> int:
    """Return a seed nobody chose."""
    return secrets.randbelow(LARGEST_SEED + 1)
