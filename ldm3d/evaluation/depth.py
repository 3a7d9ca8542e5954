"""Table 2: depth of painted pictures against what ZoeDepth-N tells of their colour, beside DPT-Large's.

The paper's procedure stands in `alignment`; here networks tell depth of each picture and the errors are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldm3d.depth_estimation import networks as estimators
from ldm3d.errors import InputError
from ldm3d.evaluation import alignment, blocks, options, paper, sheets
from ldm3d.evaluation.blocks import Rows
from ldm3d.evaluation.captions import Prompts
from ldm3d.evaluation.crew import Crew
from ldm3d.evaluation.painting import Brush, Gallery, paint
from ldm3d.evaluation.report import Cell, Column, Table
from ldm3d.evaluation.sources import Source

_SHOWN = 5  # rows of figure 8
_FAR = 1e-9  # 1/m; an estimator that tells nothing of the far has 0 there


class Told(NamedTuple):
    """Disparities [H, W] of a picture: the checkpoint's and the rival's relative, the reference's in 1/m."""

    own: NDArray[np.floating]
    rival: NDArray[np.floating]
    reference: NDArray[np.floating]


class Alignment(NamedTuple):
    """How the fit is made: the number of random points, their seed, and the reference's range in metres."""

    points: int = options.POINTS
    seed: int = 0
    within: tuple[float, float] = options.RANGE


def evaluate(
    out: Path,
    source: Source,
    prompts: Prompts,
    brush: Brush,
    how: Alignment,
    reference: str,
    rival: str,
    crew: Crew,
    quiet: bool = False,
) -> list[Path]:
    """Paint, estimate and compare; write table 2 and figure 8 and return their paths (nothing where others lead).

    Args:
        out: folder of results; pictures that `text-to-image` painted there are used again.
        source: paints colour and depth.
        prompts: what.
        brush: how.
        how: the fit.
        reference: the network that tells metres: a name of `ldm3d.depth_estimation` or a folder.
        rival: one that tells relative depth of the same pictures.
        crew: this process's place.
        quiet: say nothing.

    Raises:
        InputError: the checkpoint paints no depth, the pictures are not square, or a network is none for this.
        MachineError: a network is not on this disk.
    """
    if not source.has_depth:
        raise InputError(f"{source.name} paints no depth; name a checkpoint of LDM3D")
    if brush.size[0] != brush.size[1]:
        width, height = brush.size
        raise InputError(f"{width}x{height} is not square, as estimators of depth take pictures; give --size 512x512")
    networks = [estimators.load(name, crew.device) for name in (reference, rival)]
    if not networks[0].metric:
        raise InputError(f"{reference} tells no metres; name ZoeDepth-N with --reference")
    gallery = paint(out / source.place, source, prompts, brush, crew, quiet)
    marks = [blocks.fingerprint(estimators.find(name).folder) for name in (reference, rival)]
    place = gallery.folder / f"depth-{blocks.mark([*marks, repr(how)])}"
    shown = place / "shown"
    blocks.make_folder(shown)

    def make(block: range) -> Rows:
        colours = gallery.colour(block)
        found: dict[str, list[Sequence[float]]] = {"own": [], "rival": []}
        for number, colour in zip(block, colours, strict=True):
            metric, relative = (network.inverse_depth(colour) for network in networks)
            told = Told(gallery.depth(number) / 65535.0, relative, np.maximum(metric, _FAR))
            for name, estimate in (("own", told.own), ("rival", told.rival)):
                found[name].append(
                    alignment.compare(estimate, told.reference, how.seed + number, how.points, how.within)
                )
            if number < _SHOWN:
                _keep(shown, number, told, how)
        return {name: np.array(rows) for name, rows in found.items()}

    blocks.compute(place, gallery.blocks, make, crew, f"comparing depth with {reference}'s", quiet)
    if not crew.leads:
        return []
    rows = blocks.gather(place, gallery.blocks)
    labels = source.label, Path(rival).name, Path(reference).name
    written = table(rows, labels, how).write(out, "depth")
    figure = out / "depth.png"
    _draw(gallery, shown, prompts, labels, figure)
    return [*written, figure]


def table(rows: Rows, labels: tuple[str, str, str], how: Alignment) -> Table:
    """Return table 2: means over pictures of `rows`, own and rival [n, 2], above the paper's.

    `labels` are the names of the checkpoint, the rival and the reference.
    """
    own, rival, reference = labels
    measured: list[list[Cell]] = []
    for label, name in ((own, "own"), (rival, "rival")):
        relative, root = rows[name].mean(axis=0)
        measured.append([label, float(relative), float(root), len(rows[name]), "measured"])
    printed: list[list[Cell]] = [
        [one.method, one.absolute_relative, one.root_mean_square, paper.ALIGNED, "paper, table 2"]
        for one in paper.TABLE_2
    ]
    columns = [
        Column("method"),
        Column("AbsRel ↓", 4),
        Column("RMSE [m] ↓", 3),
        Column("pictures"),
        Column("source"),
    ]
    notes = [
        f"Measured with respect to {reference}: scale and shift fitted by least squares in disparity space.",
        f"{how.points} random valid points of each picture; depth from {how.within[0]:g} to {how.within[1]:g} m.",
        f"Paper: {paper.SOURCE}, with respect to ZoeDepth-N; it names no number of points.",
    ]
    return Table("Depth with respect to a reference", columns, [*measured, *printed], notes)


def _keep(folder: Path, number: int, told: Told, how: Alignment) -> None:
    """Keep the aligned depths of a picture, in metres, for the figure."""
    mask = alignment.valid(*told)
    points = alignment.random_points(mask, how.points, how.seed + number)
    maps = {
        name: alignment.metres(one, alignment.fit(one, told.reference, points), how.within).astype(np.float32)
        for name, one in (("own", told.own), ("rival", told.rival))
    }
    maps["reference"] = alignment.metres(told.reference, alignment.Fit(1.0, 0.0), how.within).astype(np.float32)
    blocks.save(folder / f"{number:06d}.npz", maps)


def _draw(gallery: Gallery, shown: Path, prompts: Prompts, names: tuple[str, str, str], path: Path) -> None:
    """Colour, and the three depths in one range of metres, as figure 8 has them."""
    pictures, count = [], min(_SHOWN, gallery.count)
    for number in range(count):
        maps = blocks.load(shown / f"{number:06d}.npz")
        inverse = [1 / maps[name].astype(np.float64) for name in ("own", "rival", "reference")]
        low, high = np.quantile(inverse[2], (0.01, 0.99))
        coloured = [sheets.in_colours(one, float(low), float(high)) for one in inverse]
        pictures.append([gallery.colour([number])[0], *coloured])
    captions = prompts.captions[:count]
    sheets.grid(pictures, ["colour", *names], captions, "Depth, aligned (as the paper's figure 8)", path)
