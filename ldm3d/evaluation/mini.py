"""What `ldm3d-mini` is held to: held-out prompts painted, and what is seen in the pictures.

A recogniser that was trained on real sketch worlds alone names place, time and weather; the depth is compared with
what depth of that place is like (`geometry`); the autoencoder gives worlds back (`autoencoder`). Beside every share
stands that of the sketch worlds of the very same prompts: what a model that paints as well as its teacher would reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldm3d.checkpoints.shape import panorama_size
from ldm3d.data import Sample
from ldm3d.data.drawn import DrawnWorlds
from ldm3d.errors import InputError
from ldm3d.evaluation import autoencoder, blocks, figures, geometry, metrics, sheets
from ldm3d.evaluation.blocks import Rows
from ldm3d.evaluation.captions import Prompts
from ldm3d.evaluation.crew import Crew
from ldm3d.evaluation.geometry import Scores
from ldm3d.evaluation.painting import Brush, Gallery, paint
from ldm3d.evaluation.report import Cell, Column, Table
from ldm3d.evaluation.seeing import Eye, Recognising
from ldm3d.evaluation.sources import Source
from ldm3d.rgbd import read_pair, write_pair
from ldm3d.worlds import Caption, understand
from ldm3d.worlds.captioning import caption_at
from ldm3d.worlds.places import registry

SHOWN = 64
_MARKED = 64  # captions that tell one seed's (and one version's) from another's
_ANSWERS = ("place", "relief", "time", "weather")
_DEPTHS = ("depth as in the place", "sky far", "ground near", "order of near and far")

Hits = NDArray[np.float64]


class Judged(NamedTuple):
    """What was found in pictures: for each measure, 1, 0 or a share of each picture [n]; NaN is not asked."""

    hits: dict[str, Hits]
    features: NDArray[np.floating]


@dataclass(frozen=True)
class Measure:
    """A line of the table: the name, the share that is asked for (None: none), and what it is of."""

    name: str
    goal: float | None
    of: str


MEASURES = (
    Measure("place", 0.9, "all prompts"),
    Measure("place by depth alone", None, "all prompts"),
    Measure("time of day", 0.9, "prompts that name it, places where it is seen"),
    Measure("weather", 0.8, "prompts that name it, places with a sky"),
    Measure(_DEPTHS[0], None, "texels between the first and the last percentile of their row in worlds of the place"),
    Measure(_DEPTHS[1], None, "texels of the place's sky that are farther than 50 m"),
    Measure(_DEPTHS[2], None, "texels of the place's ground that are no farther than its farthest percentile"),
    Measure(_DEPTHS[3], None, "pairs of texels in a column, of rows whose order the place has and not every place"),
)


class KeptWorlds:
    """The sketch worlds of the prompts, each drawn once and kept; a set of samples."""

    def __init__(self, folder: Path, drawn: DrawnWorlds) -> None:
        self._folder, self._drawn = folder, drawn
        blocks.make_folder(folder)

    def __len__(self) -> int:
        return len(self._drawn)

    def __getitem__(self, index: int) -> Sample:
        path = self._folder / f"{index:06d}.png"
        if not path.exists():
            sample = self._drawn[index]
            write_pair(path, sample.rgb, sample.depth, {"parameters": sample.caption})
            return sample
        pair = read_pair(path)
        caption = caption_at(index, self._drawn.seed)
        return Sample(f"{index:06d}", pair.rgb, pair.depth, caption.caption, caption.spec.as_dict())


def own_size(source: Source) -> tuple[int, int]:
    """Return width and height of the panorama that is a checkpoint's own."""
    return panorama_size(source.size)


def check(source: Source, size: tuple[int, int]) -> None:
    """Raise `InputError` for what paints no panoramas of colour and depth that the recogniser can look at."""
    if not source.has_depth:
        raise InputError(f"{source.name} paints no depth; name a checkpoint of LDM3D")
    width, height = size
    if width != 2 * height or width < 128 or width % (2 * geometry.HEIGHT):
        raise InputError(
            f"panoramas of {width}x{height} cannot be judged; give a --size twice as wide as high, 128x64, 192x96, "
            "256x128 and so on"
        )


def evaluate(
    out: Path,
    source: Source,
    count: int,
    brush: Brush,
    judge: Recognising,
    eye: Eye,
    crew: Crew,
    quiet: bool = False,
) -> list[Path]:
    """Paint held-out prompts, judge and show them; return what was written (nothing where others lead).

    Args:
        out: folder of results.
        source: what paints; `check` has been passed.
        count: of prompts, the first of the seed's.
        brush: how; its seed is that of the prompts, too.
        judge: names what is seen.
        eye: tells features for the distances of sets of pictures.
        crew: this process's place.
        quiet: say nothing.
    """
    asked = [caption_at(number, brush.seed) for number in range(count)]
    known = [caption_at(number, brush.seed).caption for number in range(_MARKED)]
    prompts = Prompts([one.caption for one in asked], [""] * count, blocks.mark(known))
    width, height = brush.size
    folder = out / f"worlds-{width}x{height}"
    blocks.claim(folder, {"seed": brush.seed, "captions": prompts.mark}, crew)
    worlds = KeptWorlds(folder / "pictures", DrawnWorlds(count, brush.seed, brush.size))
    cut = blocks.cut(count, brush.batch)
    place = f"seen-{judge.mark}-{eye.mark}"

    def look(samples: Sequence[tuple[NDArray[np.uint8], NDArray[np.uint16]]]) -> Rows:
        rgb, depth = (np.stack(parts) for parts in zip(*samples, strict=True))
        answers = judge.recogniser.recognise(rgb, depth)._asdict()
        shapes = np.stack([geometry.roots(one) for one in depth])
        return {**answers, "roots": shapes, "features": eye.look(rgb, depth)["features"]}

    def look_at_worlds(block: range) -> Rows:
        return look([(one.rgb, one.depth) for one in (worlds[at] for at in block)])

    blocks.compute(folder / place, cut, look_at_worlds, crew, "drawing the prompts' sketch worlds", quiet)
    gallery = paint(out / source.place, source, prompts, brush, crew, quiet)

    def look_at_pictures(block: range) -> Rows:
        return look([(colour, gallery.depth(at)) for at, colour in zip(block, gallery.colour(block), strict=True)])

    blocks.compute(gallery.folder / place, cut, look_at_pictures, crew, "looking at the pictures", quiet)
    coder = autoencoder.open_coder(source.folder / "vae", f"{source.label}'s", crew.device)
    named = f"sketch worlds of held-out prompts ({width}x{height})"
    rebuilt = autoencoder.evaluate(out / "autoencoder", [coder], worlds, named, count, brush.batch, eye, crew, quiet)
    if not crew.leads:
        return []
    seen, real = (blocks.gather(each / place, cut) for each in (gallery.folder, folder))
    shapes = [_learned(asked, real["roots"], range(count))] * 2
    halves = [_learned(asked, real["roots"], range(1 - half, count, 2)) for half in (0, 1)]
    painted, drawn = _judged(asked, seen, shapes, judge), _judged(asked, real, halves, judge)
    other = _geometry(_strangers(asked), seen["roots"], shapes)
    written = table(source.label, painted, drawn, other, eye, brush).write(out, "mini")
    written += _places(asked, painted, drawn).write(out, "mini-places")
    return [*written, *_draw(out, asked, painted, drawn, gallery), *rebuilt]


def table(label: str, painted: Judged, drawn: Judged, other: dict[str, Hits], eye: Eye, brush: Brush) -> Table:
    """Return the table of all measures in %, with the same of the prompts' sketch worlds beside it.

    Args:
        label: of the checkpoint.
        painted: found in its pictures.
        drawn: found in sketch worlds.
        other: the measures of depth, by the shape of other places than those that were named.
        eye: told the features.
        brush: how was painted.
    """
    columns = [
        Column("measure"),
        Column("asked [%]", 0),
        Column(f"{label} [%]", 1),
        Column("sketch worlds [%]", 1),
        Column("other places [%]", 1),
        Column("pictures"),
        Column("of"),
    ]
    rows: list[list[Cell]] = []
    for one in MEASURES:
        own = painted.hits[one.name]
        stranger = _percent(other[one.name]) if one.name in other else None
        goal = None if one.goal is None else 100 * one.goal
        number = int(np.isfinite(own).sum())
        rows.append([one.name, goal, _percent(own), _percent(drawn.hits[one.name]), stranger, number, one.of])
    distance = metrics.frechet_distance(painted.features, drawn.features)
    width, height = brush.size
    how = f"{width}x{height}, {brush.steps} {brush.sampler.upper()} steps, guidance {brush.guidance:g}"
    network = eye.mark.partition("-")[0]
    notes = [
        f"{len(painted.features)} prompts that no training saw (captions of seed {brush.seed}); {how}.",
        "Sketch worlds: real ones of the same prompts; their depth by the shape of the other half of them.",
        "Other places: depth of the pictures by the shape of a place that was not named; what chance would give.",
        f"Fréchet distance of the pictures to the sketch worlds, by features of the {network}: {distance:.4g}.",
    ]
    return Table(f"{label} on held-out prompts", columns, rows, notes)


def _judged(
    asked: Sequence[Caption], seen: Rows, shapes: Sequence[dict[str, geometry.Shape]], judge: Recognising
) -> Judged:
    """Judge pictures by what was asked; picture i by the shapes of `shapes[i % 2]`."""
    classes = judge.recogniser.classes
    names = dict(zip(_ANSWERS, (classes.places, classes.places, classes.times, classes.weathers), strict=True))
    told = {what: [called[int(best)] for best in seen[what].argmax(axis=1)] for what, called in names.items()}
    hits: dict[str, Hits] = {
        "place": _hits([one.spec.place for one in asked], told["place"]),
        "place by depth alone": _hits([one.spec.place for one in asked], told["relief"]),
        "time of day": _hits([one.spec.time if _names_time(one) else None for one in asked], told["time"]),
        "weather": _hits([one.spec.weather if _names_weather(one) else None for one in asked], told["weather"]),
    }
    named = [one.spec.place for one in asked]
    return Judged(hits | _geometry(named, seen["roots"], shapes), seen["features"])


def _hits(wanted: Sequence[str | None], told: Sequence[str]) -> Hits:
    return np.array([np.nan if a is None else float(a == b) for a, b in zip(wanted, told, strict=True)])


def _geometry(
    places: Sequence[str], roots: geometry.Roots, shapes: Sequence[dict[str, geometry.Shape]]
) -> dict[str, Hits]:
    scores = []
    for number, (place, picture) in enumerate(zip(places, roots, strict=True)):
        shape = shapes[number % 2].get(place)
        scores.append(Scores(*[np.nan] * 4) if shape is None else geometry.compare(picture, shape))
    return {name: np.array(values) for name, values in zip(_DEPTHS, zip(*scores, strict=True), strict=True)}


def _learned(asked: Sequence[Caption], roots: geometry.Roots, numbers: range) -> dict[str, geometry.Shape]:
    """Return the shape of every place among the worlds of these numbers."""
    by_place: dict[str, list[int]] = {}
    for number in numbers:
        by_place.setdefault(asked[number].spec.place, []).append(number)
    return geometry.distinct({place: geometry.learn(roots[numbers]) for place, numbers in by_place.items()})


def _strangers(asked: Sequence[Caption]) -> list[str]:
    """Return for each prompt a place that it does not name, in turn (its own where there is no other)."""
    places = sorted({one.spec.place for one in asked})
    far = [1 + number % max(len(places) - 1, 1) for number in range(len(asked))]
    return [places[(places.index(one.spec.place) + step) % len(places)] for one, step in zip(asked, far, strict=True)]


def _names_time(caption: Caption) -> bool:
    return registry()[caption.spec.place].hour and caption.spec.time not in understand(caption.caption).assumed


def _names_weather(caption: Caption) -> bool:
    return registry()[caption.spec.place].sky and caption.spec.weather not in understand(caption.caption).assumed


def _percent(hits: Hits) -> float | None:
    there = hits[np.isfinite(hits)]
    return 100 * float(there.mean()) if len(there) else None


def _places(asked: Sequence[Caption], painted: Judged, drawn: Judged) -> Table:
    columns = [Column("place"), Column("prompts")]
    for one in MEASURES:
        columns += [Column(f"{one.name} [%]", 0), Column("sketch worlds", 0)]
    names = np.array([one.spec.place for one in asked])
    rows: list[list[Cell]] = []
    for name in sorted(set(names)):
        chosen = names == name
        row: list[Cell] = [str(name), int(chosen.sum())]
        for one in MEASURES:
            row += [_percent(judged.hits[one.name][chosen]) for judged in (painted, drawn)]
        rows.append(row)
    return Table("Place by place", columns, rows, ["Beside every share that of sketch worlds of the same prompts."])


def _draw(out: Path, asked: Sequence[Caption], painted: Judged, drawn: Judged, gallery: Gallery) -> list[Path]:
    bars, places, sheet = (out / f"{name}.png" for name in ("mini", "mini-places", "mini-sheet"))
    groups = [one.name if one.goal is None else f"{one.name} (≥ {100 * one.goal:.0f} %)" for one in MEASURES]
    series = [
        (name, [(_percent(judged.hits[one.name]) or 0.0) / 100 for one in MEASURES])
        for name, judged in (("painted", painted), ("sketch worlds of the same prompts", drawn))
    ]
    figures.draw_bars(groups, series, f"{len(asked)} held-out prompts: what is seen in the pictures", None, bars)
    names = np.array([one.spec.place for one in asked])
    known = sorted(set(names), key=lambda name: -float(painted.hits["place"][names == name].mean()))
    shares = [
        (name, [float(judged.hits["place"][names == each].mean()) for each in known])
        for name, judged in (("painted", painted), ("sketch worlds of the same prompts", drawn))
    ]
    figures.draw_bars(known, shares, "The place that the prompt names is recognised", 0.9, places)
    chosen = _in_turn([one.spec.place for one in asked], SHOWN)
    pictures = [(gallery.colour([at])[0], sheets.relief(gallery.depth(at))) for at in chosen]
    title = f"The first prompts of each place, {len(chosen)} of {len(asked)}, none chosen"
    sheets.contact(pictures, [asked[at].caption for at in chosen], title, sheet)
    return [bars, places, sheet]


def _in_turn(places: Sequence[str], most: int) -> list[int]:
    """Return numbers of prompts: the first of every place, then the second of every place, and so on."""
    seen: dict[str, int] = {}
    turns = []
    for number, place in enumerate(places):
        turns.append((seen.get(place, 0), number))
        seen[place] = seen.get(place, 0) + 1
    return [number for _, number in sorted(turns)[:most]]
