"""Ask the recogniser of sketch worlds about worlds that it never saw, and draw what it takes for what.

    python examples/recogniser_picture.py docs/pictures/recognition.png [--rounds 3] [--weights FILE]

Every round has each place under the sky once in each weather, at hours dealt evenly; the places inside are drawn as
often as one of those. Prints the mean recalls as JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from ldm3d.data import Sample
from ldm3d.files import whole_file
from ldm3d.progress import Progress
from ldm3d.recognition import Confusions, EvenWorlds, Recogniser, confusions, recalls
from ldm3d.recognition.recogniser import Classes
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import WEATHERS

HELD_OUT = 77_000_002  # no recogniser is trained with it
SIZE = (256, 128)
TITLES = {
    "place": "place, by colour and depth",
    "relief": "place, by depth alone",
    "time": "time of day, by colour alone",
    "weather": "weather, by colour alone",
}


def main() -> None:
    """Draw the worlds, ask, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--weights", type=Path)
    given = parser.parse_args()

    recogniser = Recogniser.load(given.weights)
    under_the_sky = tuple(name for name, place in registry().items() if place.sky)
    inside = tuple(name for name, place in registry().items() if not place.sky)
    sets = [
        EvenWorlds(given.rounds * len(WEATHERS) * len(places), HELD_OUT, SIZE, plain=True, places=places)
        for places in (under_the_sky, inside)
    ]
    with Progress(sum(map(len, sets)), "drawing worlds") as progress:

        def drawn() -> Iterator[Sample]:
            for worlds in sets:
                for index in range(len(worlds)):
                    yield worlds[index]
                    progress.advance()

        found = confusions(recogniser, drawn())
    print(json.dumps({what: round(float(recalls(counts).mean()), 4) for what, counts in found._asdict().items()}))

    write(given.output, recogniser.classes, found)


def write(path: Path, classes: Classes, found: Confusions) -> None:
    """Write the four tables as one picture."""
    names = dict(zip(TITLES, (classes.places,) * 2 + classes[1:], strict=True))
    figure, axes = plt.subplots(2, 2, figsize=(13, 12.4), height_ratios=(26, 14), layout="constrained")
    for axis, (what, title) in zip(axes.flat, TITLES.items(), strict=True):
        counts = getattr(found, what)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axis.imshow(shares, vmin=0, vmax=1, cmap="magma_r")
        axis.set_title(f"{title}: {recalls(counts).mean():.1%} of {counts.sum()} worlds", fontsize=12)
        ticks = range(len(counts))
        axis.set_xticks(ticks, names[what], rotation=90, fontsize=8)
        axis.set_yticks(ticks, names[what], fontsize=8)
        axis.set_ylabel("shown")
        axis.set_xlabel("told")
        if len(counts) < 12:
            for row, column in np.argwhere(counts > 0):
                share = shares[row, column]
                colour = "white" if share > 0.5 else "black"
                axis.text(column, row, f"{100 * share:.0f}", ha="center", va="center", color=colour, fontsize=8)
    with whole_file(path) as partial:
        figure.savefig(partial, dpi=90)


if __name__ == "__main__":
    main()
