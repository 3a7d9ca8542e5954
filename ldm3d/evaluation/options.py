"""The options that the commands of `ldm3d evaluate` share. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

from ldm3d.arguments import count, path, size
from ldm3d.errors import InputError
from ldm3d.evaluation import paper
from ldm3d.pipelines.sampling import SAMPLERS

SCALES, STEPS = "1,2,3,4,5,6,7,8,9,10", "10,25,50,75,100,150,200"
METRICS = ("fid", "is", "clip")
PRECISIONS = ("fp32", "bf16", "fp16")
INCEPTION, CLIP = "inception-2015-12-05.pt", "openai/clip-vit-large-patch14"
REFERENCE, RIVAL = "zoedepth-n", "dpt-large"
POINTS, RANGE = 10_000, (1e-3, 10.0)  # of table 2: of 512x512 texels every 26th; what ZoeDepth-N (NYU) can tell


def option(group: Any, name: str, default: Any, kind: Any, metavar: str, about: str, shown: str = "") -> None:
    """Declare an option; its help ends with the default, or with `shown` in its place."""
    said = shown or str(default)
    ending = f" (default {said})" if said != "None" else ""
    group.add_argument(name, default=default, type=kind, metavar=metavar, help=f"{about}{ending}".replace("%", "%%"))


def painting(parser: Any, number: int, guidance: float = paper.GUIDANCE, swept: str = "") -> None:
    """Declare what pictures are painted of and how; `number` of them by default, `swept` is another option's."""
    group = parser.add_argument_group("painting")
    said = "COCO's captions_val2014.json, or JSON lines, CSV or text with a caption a line"
    group.add_argument("--captions", type=path, required=True, metavar="FILE", help=said)
    option(group, "--count", number, count(2), "N", "captions, chosen at random, always alike")
    option(group, "--size", paper.SIZE, size, "WxH", "of the pictures", "512x512")
    if swept != "steps":
        option(group, "--steps", paper.STEPS, count(), "N", "of denoising")
    if swept != "guidance":
        option(group, "--guidance", guidance, scale, "S", "scale of classifier-free guidance")
    option(group, "--seed", 0, count(0), "N", "of the choice of captions and the noise")
    brush(group)


def brush(group: Any) -> None:
    """Declare how pictures are painted, beyond their size, steps and guidance."""
    option(group, "--sampler", "ddim", one_of("sampler", SAMPLERS), "NAME", "one of " + ", ".join(SAMPLERS))
    option(group, "--batch", 8, count(), "N", "pictures at once")
    option(group, "--precision", "fp32", one_of("precision", PRECISIONS), "P", "one of " + ", ".join(PRECISIONS))
    device(group)


def device(group: Any) -> None:
    """Declare where to compute, and how loud."""
    option(group, "--device", "auto", str, "NAME", "torch's name of where to compute, such as cpu")
    group.add_argument("--quiet", action="store_true", help="tell no progress")


def judging(parser: Any, metrics: Sequence[str]) -> None:
    """Declare what is measured, and what for it is needed."""
    group = parser.add_argument_group("measuring")
    if len(metrics) > 1:
        names = ",".join(metrics)
        option(group, "--metrics", tuple(metrics), some_of(metrics), "NAME,…", "what to measure", names)
    else:
        parser.set_defaults(metrics=tuple(metrics))
    if "fid" in metrics:
        said = "the real pictures: those that the captions name, or all there"
        group.add_argument("--images", type=path, default=None, metavar="FOLDER", help=said)
        option(group, "--inception", INCEPTION, str, "FILE", "Inception as TorchScript: the file, or its folder")
    else:
        parser.set_defaults(images=None, inception=INCEPTION)
    if "clip" in metrics:
        option(group, "--clip", CLIP, str, "NAME", "CLIP: a name of the hub (in its cache) or a folder")
    else:
        parser.set_defaults(clip=CLIP)


def numbers(text: str) -> tuple[float, ...]:
    """Return guidance scales, written with commas."""
    return tuple(scale(part) for part in text.split(","))


def wholes(text: str) -> tuple[int, ...]:
    """Return whole numbers from 1 on, written with commas."""
    return tuple(count()(part.strip()) for part in text.split(","))


def scale(text: str) -> float:
    """Return a guidance scale."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 1 <= value <= 100:
        raise InputError(f"{text!r} is no guidance scale; give a number from 1 (none) to 100")
    return value


def metres(text: str) -> tuple[float, float]:
    """Return a range of metres, nearest and farthest."""
    try:
        near, far = (float(part) for part in text.split(","))
    except ValueError:
        near = far = math.nan
    if not 0 < near < far < math.inf:
        raise InputError(f"{text!r} is no range of metres; give the nearest and the farthest, as in 0.001,10")
    return near, far


def one_of(what: str, names: Collection[str]) -> Callable[[str], str]:
    """Return the kind of values that are one of `names`."""

    def chosen(text: str) -> str:
        if text not in names:
            raise InputError(f"there is no {what} {text!r}; choose {', '.join(names)}")
        return text

    return chosen


def some_of(names: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Return the kind of values that are some of `names`, written with commas."""

    def chosen(text: str) -> tuple[str, ...]:
        wanted = [part.strip() for part in text.split(",")]
        if wrong := [name for name in wanted if name not in names]:
            raise InputError(f"{wrong[0]!r} is not measured here; choose of {', '.join(names)}")
        return tuple(name for name in names if name in wanted)

    return chosen
