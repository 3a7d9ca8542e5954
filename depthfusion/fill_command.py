"""`depthfusion fill`: what a panorama's foreground hides, filled and kept beside it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from depthfusion import console, model_command, options
from depthfusion.errors import Exit
from depthfusion.generate import fill_rules
from depthfusion.generate.fill_rules import FAST
from depthfusion.generate.request import GenerationRequest
from depthfusion.model_command import Do

_NOT_ASKED = ("prompt", "engine", "size", "source", "denoise", "mask", "seamless")
"""Of a request: given otherwise here, or settled by what is repainted."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what `fill` has beyond a scene."""
    parser.add_argument(
        "--engine",
        default=FAST,
        metavar="NAME",
        help="fast continues the background at once; ldm3d, a checkpoint's name on the hub or its folder repaints it "
        "(default: fast)",
    )
    parser.add_argument(
        "--prompt",
        metavar="TEXT",
        default=argparse.SUPPRESS,
        help="what the whole world shows (default: the prompt that the panorama was made with)",
    )
    parser.add_argument(
        "--mask-out", metavar="FILE", type=options.file_name, help="write a PNG that is white where it was filled"
    )
    options.add(parser, GenerationRequest, "repainting", skip=_NOT_ASKED)


def check(namespace: argparse.Namespace) -> None:
    """Raise `InputError` for values that cannot be; the standard library is enough."""
    fill_rules.check(namespace.engine, _asked(namespace))


def run(namespace: argparse.Namespace, do: Do) -> int:
    """Fill what the foreground of a panorama, or of a project's, hides."""
    from depthfusion.generate.fill_jobs import FillJob
    from depthfusion.project import load_scene

    depth = Path(namespace.depth) if namespace.depth else None
    scene = load_scene(
        Path(namespace.scene), depth, invert_depth=namespace.invert_depth, depth_unit=namespace.depth_unit
    )
    if namespace.engine != FAST:
        model_command.see_to_parts(do)
    job = FillJob(
        scene=str(scene.panorama),
        engine=namespace.engine,
        request=_asked(namespace),
        mask=namespace.mask_out,
        depth=None if scene.depth is None else str(scene.depth),
        invert_depth=scene.invert_depth,
        depth_unit=scene.depth_unit,
    )
    done = do(job)
    console.say(f"{100 * done['hidden']:.1f} % of the sphere is hidden behind edges")
    console.tell(done["back"], done["depth"], *([done["mask"]] if done["mask"] else []))
    return Exit.DONE


def _asked(namespace: argparse.Namespace) -> dict[str, Any]:
    """Return the values of the request that were given."""
    return {name: value for name, value in options.given(namespace, GenerationRequest).items() if name != "engine"}
