"""`ldm3d evaluate …`: declared with the standard library alone; what is heavy is imported when it runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ldm3d.arguments import Parser, count, path, size
from ldm3d.errors import InputError
from ldm3d.evaluation import options, paper
from ldm3d.evaluation.options import option

if TYPE_CHECKING:
    from ldm3d.evaluation.captions import Prompts
    from ldm3d.evaluation.crew import Crew
    from ldm3d.evaluation.painting import Brush
    from ldm3d.evaluation.seeing import Eye
    from ldm3d.evaluation.sweeps import Point, Sweep
    from ldm3d.evaluation.text_to_image import Judge

MINI_COUNT, HELD_OUT = 1000, 2**40
RECOGNISER = "recogniser"

_AGAIN = (
    "Killed and given again, a command goes on from what is whole in the folder --out. Several processes share the "
    "work: accelerate launch --num_processes N -m ldm3d evaluate …"
)
_ABOUT = {
    "text-to-image": "FID, inception score and CLIP similarity of pictures painted from captions (table 1)",
    "depth": "AbsRel and RMSE of painted depth with respect to ZoeDepth-N, beside DPT-Large's (table 2)",
    "autoencoder": "relative FID and Abs.Rel. of what the autoencoder gives back (table 3)",
    "guidance": "FID and IS over the guidance scale (figure 4)",
    "steps": "FID and IS over the number of DDIM steps (figure 5)",
    "clip-guidance": "CLIP similarity over the guidance scale (figure 6)",
    "training-step": "FID over the training step (figure 7)",
    "mini": "whether a model of sketch worlds paints what held-out prompts name: recognition, geometry, contact sheet",
}

Run = Callable[[argparse.Namespace], None]


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Declare `evaluate` and its commands."""
    about = "measure a checkpoint: the paper's tables and figures, beside the paper's own numbers"
    parser = commands.add_parser("evaluate", help=about, description=f"{about}.", epilog=_AGAIN)
    parts = parser.add_subparsers(title="measures", metavar="MEASURE", required=True, parser_class=Parser)
    _add_tables(parts)
    _add_figures(parts)
    _add_mini(parts)


def _command(parts: Any, name: str, run: Run, several: str = "") -> Any:
    made = parts.add_parser(name, help=_ABOUT[name], description=f"{_ABOUT[name]}.", epilog=_AGAIN)
    made.set_defaults(run=run)
    if several:
        made.add_argument("checkpoints", nargs="+", metavar="CHECKPOINT", help=several)
    else:
        what = "name on the hub, alias, or folder; nothing is downloaded"
        made.add_argument("checkpoint", metavar="CHECKPOINT", help=what)
    made.add_argument("-o", "--out", type=path, required=True, metavar="FOLDER", help="results; made if missing")
    return made


def _add_tables(parts: Any) -> None:
    said = "one or several; Stable Diffusion's too, for the paper's baselines"
    one = _command(parts, "text-to-image", _text_to_image, said)
    options.painting(one, paper.CAPTIONS)
    options.judging(one, options.METRICS)

    one = _command(parts, "depth", _depth)
    options.painting(one, paper.ALIGNED)
    group = one.add_argument_group("depth")
    option(group, "--reference", options.REFERENCE, str, "NAME", "network that tells metres: a name or a folder")
    option(group, "--rival", options.RIVAL, str, "NAME", "network for relative depth, compared likewise")
    option(group, "--points", options.POINTS, count(2), "N", "random points of the fit; the paper names no number")
    near_far = ",".join(f"{one:g}" for one in options.RANGE)
    option(group, "--range", options.RANGE, options.metres, "NEAR,FAR", "metres that the reference tells", near_far)

    one = _command(parts, "autoencoder", _autoencoder)
    group = one.add_argument_group("data")
    source = "folder that 'ldm3d prepare' wrote, or worlds:COUNT[:SEED]"
    group.add_argument("--data", required=True, metavar="SOURCE", help=source)
    option(group, "--count", None, count(2), "N", "samples, the first of the data", "all")
    option(group, "--size", paper.SIZE, size, "WxH", "of the pictures", "512x512")
    option(group, "--batch", 8, count(), "N", "pictures at once")
    option(group, "--baseline", None, str, "CHECKPOINT", "another autoencoder beside it, such as Stable Diffusion's")
    said = f"Inception as TorchScript, or {RECOGNISER!r}: the features of the recogniser of sketch worlds"
    option(group, "--inception", options.INCEPTION, str, "FILE", said)
    _recogniser(group)
    options.device(group)


def _add_figures(parts: Any) -> None:
    for name, run in (("guidance", _guidance), ("clip-guidance", _clip_guidance)):
        one = _command(parts, name, run)
        values = options.numbers(options.SCALES)
        option(one, "--scales", values, options.numbers, "S,S,…", "guidance scales", options.SCALES)
        options.painting(one, paper.SWEPT, swept="guidance")
        options.judging(one, ("fid", "is") if name == "guidance" else ("clip",))

    one = _command(parts, "steps", _steps)
    values = options.wholes(options.STEPS)
    option(one, "--numbers", values, options.wholes, "N,N,…", "numbers of steps", options.STEPS)
    options.painting(one, paper.SWEPT, paper.SWEPT_GUIDANCE, swept="steps")
    options.judging(one, ("fid", "is"))

    said = "STEP=CHECKPOINT, a folder whose name ends in its step, or a run of training that kept such"
    one = _command(parts, "training-step", _training_step, said)
    options.painting(one, paper.SWEPT, paper.SWEPT_GUIDANCE)
    options.judging(one, ("fid",))


def _add_mini(parts: Any) -> None:
    one = _command(parts, "mini", _mini)
    group = one.add_argument_group("painting")
    option(group, "--count", MINI_COUNT, count(2), "N", "held-out prompts")
    option(group, "--seed", HELD_OUT, count(2**32), "N", "of the prompts and the noise; training stays below 2^32")
    option(group, "--size", None, size, "WxH", "2:1", "the checkpoint's own")
    option(group, "--steps", paper.STEPS, count(), "N", "of denoising")
    option(group, "--guidance", paper.GUIDANCE, options.scale, "S", "scale of classifier-free guidance")
    options.brush(group)
    said = "Inception as TorchScript, for an rFID of the paper's scale"
    option(group, "--inception", RECOGNISER, str, "FILE", said, "the recogniser's features")
    _recogniser(group)


def _recogniser(group: Any) -> None:
    said = "weights that 'ldm3d train recogniser' wrote"
    option(group, "--recogniser", None, path, "FILE", said, "the program's own")


def _text_to_image(given: argparse.Namespace) -> None:
    from ldm3d.evaluation import sources, text_to_image

    prompts = _prompts(given)
    found = [sources.open_source(name) for name in given.checkpoints]
    places = [source.place for source in found]
    if len(set(places)) < len(places):
        raise InputError(f"two checkpoints have one name ({', '.join(places)}); name their folders differently")
    crew = _crew(given)
    judge = _judge(given, prompts, crew)
    _tell(text_to_image.evaluate(given.out, found, prompts, _painted(given), judge, crew, given.quiet))


def _depth(given: argparse.Namespace) -> None:
    from ldm3d.evaluation import depth, sources

    prompts, source, crew = _prompts(given), sources.open_source(given.checkpoint), _crew(given)
    how = depth.Alignment(given.points, given.seed, given.range)
    brush = _painted(given)
    written = depth.evaluate(given.out, source, prompts, brush, how, given.reference, given.rival, crew, given.quiet)
    _tell(written)


def _autoencoder(given: argparse.Namespace) -> None:
    from ldm3d.data import open_set
    from ldm3d.evaluation import autoencoder, sources

    names = [given.checkpoint] + ([given.baseline] if given.baseline else [])
    folders = [sources.vae_folder(name) for name in names]
    data = open_set(given.data, given.size)
    number = given.count or len(data)
    if not 2 <= number <= len(data):
        raise InputError(f"{given.data} has {len(data)} samples and not {number}; give --count 2 to {len(data)}")
    crew = _crew(given)
    coders = [
        autoencoder.open_coder(folder, sources.label_of(name), crew.device)
        for folder, name in zip(folders, names, strict=True)
    ]
    eye = _eye(given, crew)
    written = autoencoder.evaluate(given.out, coders, data, given.data, number, given.batch, eye, crew, given.quiet)
    _tell(written)


def _guidance(given: argparse.Namespace) -> None:
    from ldm3d.evaluation import sources, sweeps

    source = sources.open_source(given.checkpoint)
    _sweep(given, sweeps.GUIDANCE, lambda brush: sweeps.over_guidance(source, given.scales, brush))


def _clip_guidance(given: argparse.Namespace) -> None:
    from ldm3d.evaluation import sources, sweeps

    source = sources.open_source(given.checkpoint)
    _sweep(given, sweeps.CLIP_GUIDANCE, lambda brush: sweeps.over_guidance(source, given.scales, brush))


def _steps(given: argparse.Namespace) -> None:
    from ldm3d.evaluation import sources, sweeps

    source = sources.open_source(given.checkpoint)
    _sweep(given, sweeps.DENOISING, lambda brush: sweeps.over_steps(source, given.numbers, brush))


def _training_step(given: argparse.Namespace) -> None:
    from ldm3d.evaluation import sweeps

    _sweep(given, sweeps.TRAINING, lambda brush: sweeps.over_training(given.checkpoints, brush))


def _sweep(given: argparse.Namespace, sweep: Sweep, points: Callable[[Brush], list[Point]]) -> None:
    from dataclasses import replace

    from ldm3d.evaluation import sweeps

    prompts, found = _prompts(given), points(_painted(given))
    crew = _crew(given)
    judge = _judge(given, prompts, crew)
    measured = replace(sweep, metrics=given.metrics)
    _tell(sweeps.evaluate(given.out, measured, found, prompts, judge, crew, given.quiet))


def _mini(given: argparse.Namespace) -> None:
    from ldm3d.evaluation import mini, seeing, sources

    source = sources.open_source(given.checkpoint)
    given.size = given.size or mini.own_size(source)
    mini.check(source, given.size)
    crew = _crew(given)
    judge = seeing.Recognising(crew.device, given.recogniser)
    eye = _eye(given, crew)
    _tell(mini.evaluate(given.out, source, given.count, _painted(given), judge, eye, crew, given.quiet))


def _prompts(given: argparse.Namespace) -> Prompts:
    from ldm3d.evaluation import captions

    return captions.choose(captions.read(given.captions), given.count, given.seed, given.captions)


def _painted(given: argparse.Namespace) -> Brush:
    from ldm3d.evaluation.painting import Brush

    swept: dict[str, Any] = {
        "steps": getattr(given, "steps", paper.STEPS),
        "guidance": getattr(given, "guidance", paper.GUIDANCE),
    }
    return Brush(
        **swept,
        sampler=given.sampler,
        size=given.size,
        seed=given.seed,
        batch=given.batch,
        precision=given.precision,
    )


def _judge(given: argparse.Namespace, prompts: Prompts, crew: Crew) -> Judge:
    from ldm3d.evaluation.text_to_image import Judge

    return Judge(given.out, prompts, given.metrics, given.images, given.inception, given.clip, crew, given.quiet)


def _eye(given: argparse.Namespace, crew: Crew) -> Eye:
    from ldm3d.evaluation import seeing

    if given.inception == RECOGNISER:
        return seeing.Recognising(crew.device, given.recogniser)
    return seeing.Inception(given.inception, crew.device)


def _crew(given: argparse.Namespace) -> Crew:
    import torch

    from ldm3d.evaluation import blocks, crew

    try:
        torch.empty(0, device="cpu" if given.device == "auto" else given.device)
    except (RuntimeError, AssertionError, ImportError):  # by what torch was built for, and what is plugged in
        said = f"--device {given.device} is nothing that torch can compute on here; give auto or cpu"
        raise InputError(said) from None
    blocks.make_folder(given.out)
    return crew.assemble(given.device)


def _tell(written: Sequence[Path]) -> None:
    for one in written:
        print(one)
