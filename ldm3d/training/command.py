"""`ldm3d train` and `ldm3d plot`. Standard library only; what is heavy is imported when they run."""

from __future__ import annotations

import argparse
import functools
import os
import time

from ldm3d.arguments import Parser, path
from ldm3d.errors import InputError
from ldm3d.training import hyper
from ldm3d.training.plan import plan, recipes
from ldm3d.training.settings import SETTINGS, Common

_BEGAN = time.monotonic()  # so that --minutes counts the start, too


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Declare the commands of this room."""
    train = commands.add_parser(
        "train",
        help="train the autoencoder, the diffusion model, the recogniser, or all stages of a recipe",
        description="Train one stage, or all of a recipe. Without a recipe the defaults are the paper's.",
    )
    train.add_argument("stage", nargs="?", metavar="STAGE", help=", ".join(SETTINGS) + "; none: all of the recipe")
    train.add_argument("--out", type=path, required=True, metavar="FOLDER", help="the run's folder")
    train.add_argument("--recipe", metavar="NAME", help=f"{', '.join(recipes())}, or a file FILE.toml")
    train.add_argument("--resume", action="store_true", help="go on from the newest checkpoint in --out")
    train.add_argument(
        "--minutes", type=_minutes, metavar="N", help="save and stop in time for the command to last no longer"
    )
    train.add_argument("--quiet", action="store_true", help="show no progress")
    common = train.add_argument_group("hyper-parameters of every stage")
    hyper.add_options(common, Common, special=SETTINGS)
    known = hyper.names([Common])
    for stage, kind in SETTINGS.items():
        if hyper.names([kind]) - known:
            hyper.add_options(train.add_argument_group(f"hyper-parameters of {stage}"), kind, known)
        known |= hyper.names([kind])
    train.set_defaults(run=_train)

    plot = commands.add_parser(
        "plot",
        help="draw the losses of one or several runs",
        description="Draw the losses, norms and learning rates of runs over their steps as one picture.",
    )
    plot.add_argument("runs", type=path, nargs="+", metavar="RUN", help="folders that `ldm3d train` wrote")
    plot.add_argument("-o", "--output", type=path, required=True, metavar="FILE.png", help="PNG, SVG or PDF")
    plot.set_defaults(run=_plot)


def _train(given: argparse.Namespace) -> None:
    if given.stage is not None and given.stage not in SETTINGS:
        raise InputError(f"{given.stage!r} is no stage; choose {', '.join(SETTINGS)}")
    every = hyper.names(SETTINGS.values())
    options = {name: value for name, value in vars(given).items() if name in every}
    ask = functools.partial(plan, given.stage, given.recipe, options, given.out, resume=given.resume)
    launched = "RANK" in os.environ  # by torchrun or accelerate, together with others
    legs = None if launched else ask()
    from ldm3d.training import runs

    legs = runs.together(ask) if legs is None else legs
    runs.run(legs, given.out, minutes=given.minutes, began=_BEGAN, quiet=given.quiet)


def _plot(given: argparse.Namespace) -> None:
    from ldm3d.training.plot import plot

    print(plot(given.runs, given.output))


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = float("nan")
    if not 0 < minutes < 1e9:
        raise InputError(f"{text!r} minutes is no time to train; give a number more than 0")
    return minutes
