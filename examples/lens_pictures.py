"""Draws docs/pictures/lenses.jpg, one world through every lens that is not flat: `python examples/lens_pictures.py`.

The world is the sketch engine's own, the pictures are stills as the command line writes them.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from depthfusion.export.jobs import StillJob
from depthfusion.generate.jobs import GenerateJob
from depthfusion.jobs.progress import Progress

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "lenses.jpg"
PROMPT, SEED = "a village square with a well, trees and a church under a blue sky", 7
GAP = 8
# Rows of pictures of one height: what is asked of a still, and its size.
ROWS = (
    (({"projection": "equirect", "position": [0.2, 0, 0]}, (700, 350)), ({"projection": "little-planet"}, (350, 350))),
    (({"projection": "vr180"}, (600, 300)), ({"projection": "cubemap"}, (450, 300))),
)


def main() -> None:
    """Make the world, draw it, and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world, still = Path(folder) / "world.png", Path(folder) / "still.png"
        GenerateJob({"prompt": PROMPT, "seed": SEED, "size": [2048, 1024]}, str(world)).run(Progress())
        rows = []
        for row in ROWS:
            pictures = []
            for view, size in row:
                StillJob(str(world), str(still), view=view, export={"size": [2 * n for n in size]}).run(Progress())
                with Image.open(still) as picture:
                    pictures += [np.asarray(picture.resize(size)), np.full((size[1], GAP, 3), 255, np.uint8)]
            rows.append(np.concatenate(pictures[:-1], axis=1))
    width = max(row.shape[1] for row in rows)
    padded = [np.pad(row, [(0, GAP), (0, width - row.shape[1]), (0, 0)], constant_values=255) for row in rows]
    Image.fromarray(np.concatenate(padded)[:-GAP]).save(arguments.into, quality=88)
    print(arguments.into)


if __name__ == "__main__":
    main()
