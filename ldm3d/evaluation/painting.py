"""Pictures painted from captions by a checkpoint, each kept as it is done.

Picture i is painted with noise of its own (drawn from the seed and i), so that neither the number of pictures nor that
of processes changes it. A batch that a killed run left in part is painted again whole, as the others in a batch can
change the last bit of a picture.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ldm3d.errors import InputError, MachineError
from ldm3d.evaluation import blocks, paper
from ldm3d.evaluation.captions import Prompts
from ldm3d.evaluation.crew import Crew
from ldm3d.evaluation.sources import Source
from ldm3d.files import whole_file
from ldm3d.progress import Progress
from ldm3d.rgbd import read_pair, write_pair

_TYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


@dataclass(frozen=True)
class Brush:
    """How pictures are painted; the defaults are the paper's.

    Attributes:
        steps: of denoising.
        guidance: scale of classifier-free guidance.
        sampler: one of `ldm3d.pipelines.sampling.SAMPLERS`.
        size: width and height.
        seed: of the noise.
        batch: how many pictures at once.
        precision: one of `options.PRECISIONS`.
    """

    steps: int = paper.STEPS
    guidance: float = paper.GUIDANCE
    sampler: str = "ddim"
    size: tuple[int, int] = paper.SIZE
    seed: int = 0
    batch: int = 8
    precision: str = "fp32"


@dataclass(frozen=True)
class Gallery:
    """Pictures in a folder by number.

    Attributes:
        folder: holds `pictures/` and whatever is measured of them.
        count: how many there are, from 0 on.
        batch: how many make a block.
        has_depth: whether each has a depth beside it.
    """

    folder: Path
    count: int
    batch: int
    has_depth: bool

    def path(self, number: int) -> Path:
        """Return where a picture stands."""
        return self.folder / "pictures" / f"{number:06d}.png"

    @property
    def blocks(self) -> list[range]:
        """The blocks that its pictures are painted and measured in."""
        return blocks.cut(self.count, self.batch)

    def colour(self, numbers: Sequence[int]) -> NDArray[np.uint8]:
        """Return pictures uint8 [B, H, W, 3]."""
        return np.stack([_read_colour(self.path(number)) for number in numbers])

    def depth(self, number: int) -> NDArray[np.uint16]:
        """Return a picture's depth uint16 [H, W]."""
        return read_pair(self.path(number)).depth


def paint(folder: Path, source: Source, prompts: Prompts, brush: Brush, crew: Crew, quiet: bool = False) -> Gallery:
    """Paint `prompts` into `folder`, those that are not there yet, and return them all.

    Args:
        folder: of this checkpoint with this brush alone.
        source: what paints.
        prompts: a caption for each picture. More of the same may follow in a later run, not others.
        brush: how.
        crew: this process's place; every process paints its share.
        quiet: say nothing.

    Raises:
        InputError: the folder has pictures of another checkpoint or brush; the checkpoint is damaged.
        MachineError: the pictures do not fit into memory.
    """
    settings = {
        "checkpoint": source.fingerprint,
        **dataclasses.asdict(brush),
        "captions": prompts.mark,
        "prompt_prefix": source.prompt_prefix,
    }
    blocks.claim(folder, settings, crew)
    blocks.make_folder(folder / "pictures")
    gallery = Gallery(folder, len(prompts.captions), brush.batch, source.has_depth)
    share = crew.share(gallery.blocks)
    missing = [block for block in share if not all(gallery.path(number).exists() for number in block)]
    if missing:
        pipe = _pipeline(source, brush, crew.device)
        total = sum(map(len, share))
        done = total - sum(map(len, missing))
        told = f"painting with {source.label}"
        with Progress(total, told, done=done, quiet=quiet or not crew.leads) as progress:
            for block in missing:
                asked = [source.prompt_prefix + prompts.captions[number] for number in block]
                _paint_block(pipe, gallery, block, asked, brush)
                progress.advance(len(block))
    crew.wait()
    return gallery


def _pipeline(source: Source, brush: Brush, device: str) -> Any:
    import torch

    from ldm3d.pipelines.sampling import set_sampler

    pipe = source.load(device, getattr(torch, _TYPES[brush.precision]))
    pipe.safety_checker = None  # a picture that it blanks measures the checker
    pipe.set_progress_bar_config(disable=True)
    set_sampler(pipe, brush.sampler)
    return pipe


def _paint_block(pipe: Any, gallery: Gallery, block: range, prompts: list[str], brush: Brush) -> None:
    import torch

    width, height = brush.size
    options: dict[str, Any] = {"height": height, "width": width, "num_inference_steps": brush.steps}
    options |= {"guidance_scale": brush.guidance, "generator": [_noise_of(brush.seed, number) for number in block]}
    try:
        made = pipe(prompts, **options, output_type="np")
    except torch.OutOfMemoryError:
        raise MachineError(
            f"{brush.batch} pictures of {width}x{height} do not fit into the memory of {pipe.device}; "
            "give a smaller --batch, or --precision bf16"
        ) from None
    for at, number in enumerate(block):
        path = gallery.path(number)
        if gallery.has_depth:
            write_pair(path, made.rgb[at], made.depth[at], {"parameters": prompts[at]})
        else:
            with whole_file(path) as partial:
                Image.fromarray((made.images[at] * 255).round().astype(np.uint8)).save(partial)


def _noise_of(seed: int, number: int) -> Any:
    """Return the generator of one picture's noise; on the CPU, so that any device paints the same picture."""
    import torch

    drawn = np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(drawn >> np.uint64(1)))


def _read_colour(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(f"{path} cannot be read ({error}); delete it and run the same command again") from None
