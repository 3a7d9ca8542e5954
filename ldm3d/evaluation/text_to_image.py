"""Table 1: FID, inception score and CLIP similarity of pictures painted from captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ldm3d.errors import InputError
from ldm3d.evaluation import blocks, captions, metrics, paper, seeing, sheets
from ldm3d.evaluation.captions import Prompts
from ldm3d.evaluation.crew import Crew
from ldm3d.evaluation.metrics import Rows, Spread
from ldm3d.evaluation.painting import Brush, Gallery, paint
from ldm3d.evaluation.report import Cell, Column, Table
from ldm3d.evaluation.sources import Source

_SHOWN = 6  # rows of figure 3


@dataclass(frozen=True)
class Measured:
    """What was measured of pictures; None is what was not asked for."""

    fid: float | None = None
    score: Spread | None = None
    clip: Spread | None = None


class Judge:
    """Measures galleries against one set of real pictures, with networks that are loaded once.

    Args:
        out: the folder of results, where what is seen of the real pictures is kept.
        prompts: what was painted.
        wanted: those of `options.METRICS` that are measured.
        images: the folder of real pictures, for FID; None: none.
        inception: file, or folder of it.
        clip: folder or name on the hub.
        crew: this process's place.
        quiet: say nothing.

    Raises:
        InputError: FID is wanted without real pictures, or some of these are missing.
        MachineError: a network that is needed is not on this disk.
    """

    def __init__(
        self,
        out: Path,
        prompts: Prompts,
        wanted: Sequence[str],
        images: Path | None,
        inception: str,
        clip: str,
        crew: Crew,
        quiet: bool = False,
    ) -> None:
        self._out, self._prompts, self._wanted, self._crew, self._quiet = out, prompts, wanted, crew, quiet
        self._real: list[Path] = []
        if "fid" in wanted:
            if images is None:
                raise InputError(
                    "FID compares with real pictures; name their folder with --images, or leave it out with "
                    "--metrics is,clip"
                )
            self._real = captions.real_pictures(prompts, images)
        self._inception = seeing.Inception(inception, crew.device) if {"fid", "is"} & set(wanted) else None
        self._clip = seeing.Clip(clip, crew.device) if "clip" in wanted else None
        self._reference: Rows | None = None

    def measure(self, gallery: Gallery) -> Measured:
        """Return the measures of a gallery; of nothing in processes that do not lead."""
        fid = score = clip = None
        if (inception := self._inception) is not None:
            seen = seeing.look_at(gallery.folder, gallery.blocks, inception, gallery.colour, self._crew, self._quiet)
            reference = self._see_reference(gallery, inception) if "fid" in self._wanted else None
            if seen is not None:
                fid = None if reference is None else metrics.frechet_distance(seen["features"], reference)
                splits = min(metrics.SPLITS, gallery.count)
                score = metrics.inception_score(seen["classes"], splits) if "is" in self._wanted else None
        if (eye := self._clip) is not None:
            place = gallery.folder / eye.mark
            blocks.compute(
                place,
                gallery.blocks,
                lambda block: {
                    "clip": eye.similarity(gallery.colour(block), [self._prompts.captions[at] for at in block])
                },
                self._crew,
                f"comparing {gallery.folder.name} with its captions",
                self._quiet,
            )
            if self._crew.leads:
                clip = metrics.spread(blocks.gather(place, gallery.blocks)["clip"])
        return Measured(fid, score, clip)

    def _see_reference(self, gallery: Gallery, inception: seeing.Inception) -> Rows | None:
        """Features of the real pictures, at the size of the painted ones; None in processes that do not lead."""
        if self._reference is None:
            height, width = gallery.colour([0]).shape[1:3]
            folder = self._out / f"real-{width}x{height}"
            blocks.claim(folder, {"pictures": blocks.mark(map(str, self._real))}, self._crew)
            seen = seeing.look_at(
                folder,
                blocks.cut(len(self._real), gallery.batch),
                inception,
                lambda block: np.stack([seeing.fitted(self._real[at], (width, height)) for at in block]),
                self._crew,
                self._quiet,
            )
            self._reference = None if seen is None else seen["features"]
        return self._reference


def evaluate(
    out: Path, sources: Sequence[Source], prompts: Prompts, brush: Brush, judge: Judge, crew: Crew, quiet: bool = False
) -> list[Path]:
    """Paint, measure and compare checkpoints; return what was written (nothing where this process does not lead)."""
    rows: list[tuple[Source, Gallery, Measured]] = []
    for source in sources:
        gallery = paint(out / source.place, source, prompts, brush, crew, quiet)
        rows.append((source, gallery, judge.measure(gallery)))
    if not crew.leads:
        return []
    written = table(rows, brush).write(out, "text-to-image")
    figure = out / "text-to-image.png"
    _draw(rows, prompts, figure)
    return [*written, figure]


def table(rows: Sequence[tuple[Source, Gallery, Measured]], brush: Brush) -> Table:
    """Return table 1 with the measured rows above the paper's."""
    measured: list[list[Cell]] = [
        [source.label, found.fid, found.score, found.clip, gallery.count, "measured"] for source, gallery, found in rows
    ]
    printed: list[list[Cell]] = [
        [
            one.method,
            one.fid,
            Spread(one.score, one.score_deviation),
            Spread(one.clip, one.clip_deviation),
            paper.CAPTIONS,
            "paper, table 1",
        ]
        for one in paper.TABLE_1
    ]
    columns = [
        Column("method"),
        Column("FID ↓"),
        Column("IS ↑", deviates=True),
        Column("CLIP ↑", deviates=True),
        Column("pictures"),
        Column("source"),
    ]
    width, height = brush.size
    notes = [
        f"Measured: {width}x{height}, {brush.steps} {brush.sampler.upper()} steps, guidance {brush.guidance:g}.",
        f"Paper: {paper.SOURCE}; 512x512 of MS-COCO, 50 DDIM steps. It names no guidance for this table.",
        "FID falls with the number of pictures: compare it at the same number only.",
    ]
    return Table("Text to image", columns, [*measured, *printed], notes)


def _draw(rows: Sequence[tuple[Source, Gallery, Measured]], prompts: Prompts, path: Path) -> None:
    """Pictures and depth beside each other, as figure 3 has them."""
    names, count = [], min(_SHOWN, len(prompts.captions))
    for source, gallery, _ in rows:
        names += [source.label, *(["its depth"] if gallery.has_depth else [])]
    pictures = []
    for number in range(count):
        line = []
        for _, gallery, _ in rows:
            line.append(gallery.colour([number])[0])
            if gallery.has_depth:
                line.append(sheets.grey(gallery.depth(number)))
        pictures.append(line)
    sheets.grid(pictures, names, prompts.captions[:count], "Text to image (as the paper's figure 3)", path)
