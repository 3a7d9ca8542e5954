"""Figures 4 to 7: measures over guidance scale, DDIM steps and training step.

Every point is a gallery of its own. Figures 4 and 6 in the same folder share their pictures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ldm3d.checkpoints.shape import INDEX
from ldm3d.errors import InputError
from ldm3d.evaluation import paper
from ldm3d.evaluation.captions import Prompts
from ldm3d.evaluation.crew import Crew
from ldm3d.evaluation.figures import Curve, draw_curves
from ldm3d.evaluation.painting import Brush, paint
from ldm3d.evaluation.report import Column, Table
from ldm3d.evaluation.sources import Source, open_source
from ldm3d.evaluation.text_to_image import Judge, Measured


@dataclass(frozen=True)
class Point:
    """A swept value, the checkpoint and how it paints there, and the folder of its pictures."""

    x: float
    source: Source
    brush: Brush
    folder: str


@dataclass(frozen=True)
class Sweep:
    """A figure of the paper.

    Attributes:
        name: of the files written.
        title: above the figure.
        across: what is swept.
        said: what the paper says of it.
        marked: a value that the paper names; None: none.
        metrics: what is measured, of `options.METRICS`.
    """

    name: str
    title: str
    across: str
    said: str
    marked: float | None
    metrics: tuple[str, ...]


GUIDANCE = Sweep(
    "guidance",
    "FID and IS over the guidance scale (figure 4)",
    "classifier-free guidance scale s",
    f"The paper ({paper.SOURCE}): {paper.FIGURE_4}.",
    5.0,
    ("fid", "is"),
)
DENOISING = Sweep(
    "steps",
    "FID and IS over DDIM steps (figure 5)",
    "DDIM steps",
    f"The paper ({paper.SOURCE}): {paper.FIGURE_5}.",
    100.0,
    ("fid", "is"),
)
CLIP_GUIDANCE = Sweep(
    "clip-guidance",
    "CLIP similarity over the guidance scale (figure 6)",
    "classifier-free guidance scale s",
    f"The paper ({paper.SOURCE}): {paper.FIGURE_6}.",
    5.0,
    ("clip",),
)
TRAINING = Sweep(
    "training-step",
    "FID over the training step (figure 7)",
    "training step",
    f"As the paper ({paper.SOURCE}) does: {paper.FIGURE_7}.",
    None,
    ("fid",),
)


def over_guidance(source: Source, scales: Sequence[float], brush: Brush) -> list[Point]:
    """Return the points of figures 4 and 6."""
    return [Point(s, source, replace(brush, guidance=s), f"{source.place}-guidance-{s:g}") for s in sorted(set(scales))]


def over_steps(source: Source, steps: Sequence[int], brush: Brush) -> list[Point]:
    """Return the points of figure 5."""
    return [Point(n, source, replace(brush, steps=n), f"{source.place}-steps-{n}") for n in sorted(set(steps))]


def over_training(names: Sequence[str], brush: Brush) -> list[Point]:
    """Return the points of figure 7: checkpoints given as STEP=CHECKPOINT, or folders whose names end in their step.

    A folder that is no checkpoint itself stands for those in it (or in its `results`), as in a run of training with
    --keep-epochs.

    Raises:
        InputError: a step cannot be told, or comes twice; a checkpoint cannot be used.
    """
    found: dict[float, str] = {}
    for name in names:
        for step, folder in _steps_of(name):
            if step in found:
                raise InputError(f"training step {step:g} comes twice ({found[step]} and {folder}); name each once")
            found[step] = folder
    return [Point(n, open_source(found[n]), brush, f"training-step-{n:g}") for n in sorted(found)]


def evaluate(
    out: Path, sweep: Sweep, points: Sequence[Point], prompts: Prompts, judge: Judge, crew: Crew, quiet: bool = False
) -> list[Path]:
    """Paint and measure every point; write table and figure and return their paths (nothing where others lead)."""
    found = []
    for point in points:
        gallery = paint(out / point.folder, point.source, prompts, point.brush, crew, quiet)
        found.append(judge.measure(gallery))
    if not crew.leads:
        return []
    written = table(sweep, points, found, len(prompts.captions)).write(out, sweep.name)
    figure = out / f"{sweep.name}.png"
    curves = _curves(sweep, found)
    draw_curves([point.x for point in points], curves, sweep.across, sweep.title, sweep.said, sweep.marked, figure)
    return [*written, figure]


def table(sweep: Sweep, points: Sequence[Point], found: Sequence[Measured], count: int) -> Table:
    """Return the sweep's points as a table."""
    columns = [Column(sweep.across, 0)]
    columns += [Column("FID ↓")] if "fid" in sweep.metrics else []
    columns += [Column("IS ↑", deviates=True)] if "is" in sweep.metrics else []
    columns += [Column("CLIP ↑", deviates=True)] if "clip" in sweep.metrics else []
    rows = []
    for point, one in zip(points, found, strict=True):
        measures = {"fid": one.fid, "is": one.score, "clip": one.clip}
        rows.append([f"{point.x:g}", *(measures[name] for name in sweep.metrics)])
    brush = points[0].brush
    width, height = brush.size
    how = [f"{count} pictures of {width}x{height} at each point", brush.sampler.upper()]
    how += [] if sweep.name == DENOISING.name else [f"{brush.steps} steps"]
    how += [f"guidance {brush.guidance:g}"] if sweep.name in {DENOISING.name, TRAINING.name} else []
    notes = [f"{', '.join(how)}.", sweep.said]
    return Table(sweep.title, columns, rows, notes)


def _curves(sweep: Sweep, found: Sequence[Measured]) -> list[Curve]:
    curves = []
    for name in sweep.metrics:
        if name == "fid":
            curves.append(Curve("FID ↓", [one.fid for one in found if one.fid is not None]))
            continue
        spreads = [one.score if name == "is" else one.clip for one in found]
        told = [one for one in spreads if one is not None]
        # Of single pictures CLIP differs much more than their mean does: its deviation would hide the curve.
        deviations = [one.deviation for one in told] if name == "is" else []
        curves.append(Curve("IS ↑" if name == "is" else "CLIP similarity ↑", [one.mean for one in told], deviations))
    return curves


def _steps_of(name: str) -> list[tuple[float, str]]:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)=(.+)", name)
    if match:
        return [(float(match[1]), match[2])]
    folder = Path(name)
    if (folder / INDEX).is_file():
        step = _step_in(folder.resolve().name)
        if step is None:
            raise InputError(f"{folder} does not tell its training step; name it as STEP={folder}")
        return [(step, name)]
    within = [one for place in (folder, folder / "results") if place.is_dir() for one in sorted(place.iterdir())]
    steps = [(_step_in(one.name), str(one)) for one in within if (one / INDEX).is_file()]
    told = [(step, one) for step, one in steps if step is not None]
    if not told:
        raise InputError(f"{name} is neither a checkpoint nor a folder of some; name them as STEP=CHECKPOINT")
    return told


def _step_in(name: str) -> float | None:
    """Return the number that a folder's name ends in, as step-1000 does."""
    match = re.search(r"(?<![\d.])\d+(?:\.\d+)?$", name)
    return float(match[0]) if match else None
