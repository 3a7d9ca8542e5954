"""`depthfusion import` and `depthfusion enlarge`: panoramas from pictures, and larger ones from panoramas."""

from __future__ import annotations

import argparse
from pathlib import Path

from depthfusion import console, model_command
from depthfusion.errors import Exit, InputError
from depthfusion.model_command import Do
from depthfusion.settings import Size

_METHODS = ("auto", "ldm3d-sr", "lanczos")


def add_import_options(parser: argparse.ArgumentParser) -> None:
    """Add what `import` has beyond a picture, its depth and the output."""
    parser.add_argument(
        "--estimator",
        metavar="NAME",
        help="estimate the depth: dpt-large, another name that `model list` shows, or the folder of an estimator",
    )
    _device(parser)


def add_enlarge_options(parser: argparse.ArgumentParser) -> None:
    """Add what `enlarge` has beyond a scene and the output."""
    parser.add_argument("--size", metavar="WxH", required=True, help="size of the result, twice as wide as high")
    parser.add_argument(
        "--method",
        choices=_METHODS,
        default="auto",
        help="ldm3d-sr adds detail and wants a GPU, lanczos takes seconds (auto: ldm3d-sr where it and a GPU are here)",
    )
    parser.add_argument("--steps", type=int, default=50, help="steps of ldm3d-sr, 1 to 999 (default: 50)")
    parser.add_argument("--seed", type=int, default=0, help="of ldm3d-sr (default: 0)")
    _device(parser)


def _device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps", "xpu"), default="auto", help="what computes (default: auto)"
    )


def check_import(namespace: argparse.Namespace) -> None:
    """Raise `InputError` for options that exclude each other; the standard library is enough."""
    if namespace.estimator is None:
        return
    if not namespace.estimator:
        raise InputError("the name of an estimator '' is empty: name one, such as dpt-large")
    given = {
        "--depth": namespace.depth,
        "--invert-depth": namespace.invert_depth,
        "--depth-unit": namespace.depth_unit,
    }
    for option, value in given.items():
        if value:
            raise InputError(f"--estimator {namespace.estimator} and {option} exclude each other: leave one out")


def check_enlarge(namespace: argparse.Namespace) -> None:
    """Raise `InputError` for values that cannot be; the standard library is enough."""
    width, height = _size(namespace.size)
    if width != 2 * height:
        rows = max(round(width / 2), 4)
        raise InputError(f"size {width}x{height} is not twice as wide as high: choose {2 * rows}x{rows}")
    if not 1 <= namespace.steps <= 999:
        raise InputError(f"--steps {namespace.steps} is out of range: choose from 1 to 999")
    if not 0 <= namespace.seed <= 2**32 - 1:
        raise InputError(f"--seed {namespace.seed} is out of range: choose from 0 to {2**32 - 1}")


def run_import(namespace: argparse.Namespace, do: Do) -> int:
    """Make a panorama of a picture and its depth, given or estimated."""
    from depthfusion.generate.picture_jobs import ImportJob
    from depthfusion.panorama import check_destination

    if namespace.estimator is not None:
        check_destination(Path(namespace.output))
        model_command.see_to_parts(do)
    job = ImportJob(
        image=namespace.image,
        output=namespace.output,
        depth=namespace.depth,
        invert_depth=namespace.invert_depth,
        depth_unit=namespace.depth_unit,
        estimator=namespace.estimator,
        device=namespace.device,
    )
    done = do(job)
    console.tell(done["panorama"], done["depth"])
    return Exit.DONE


def run_enlarge(namespace: argparse.Namespace, do: Do) -> int:
    """Make a panorama, or that of a project, larger."""
    from depthfusion.generate.picture_jobs import EnlargeJob
    from depthfusion.panorama import check_destination
    from depthfusion.project import load_scene

    depth = Path(namespace.depth) if namespace.depth else None
    scene = load_scene(
        Path(namespace.scene), depth, invert_depth=namespace.invert_depth, depth_unit=namespace.depth_unit
    )
    if namespace.method == "ldm3d-sr":
        check_destination(Path(namespace.output))
        model_command.see_to_parts(do)
    job = EnlargeJob(
        scene=str(scene.panorama),
        output=namespace.output,
        size=_size(namespace.size),
        method=namespace.method,
        depth=None if scene.depth is None else str(scene.depth),
        invert_depth=scene.invert_depth,
        depth_unit=scene.depth_unit,
        device=namespace.device,
        steps=namespace.steps,
        seed=namespace.seed,
    )
    done = do(job)
    if done["why"]:
        console.say(done["why"])
    console.tell(done["panorama"], done["depth"])
    return Exit.DONE


def _size(text: str) -> tuple[int, int]:
    return Size((4096, 2048), "size of the result").parse(text)
