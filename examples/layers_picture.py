"""Makes docs/pictures/layers.jpg: `PYTHONPATH=. python examples/layers_picture.py`.

A world of the sketch engine from 0.3 m off-centre, its surface stretched and in two layers; below the panorama and the
layer behind it, which the gaps show.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from PIL import Image

from depthfusion.export.jobs import StillJob
from depthfusion.generate.fill_jobs import FillJob
from depthfusion.generate.jobs import GenerateJob
from depthfusion.jobs.progress import Progress

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "layers.jpg"
PROMPT, SEED = "a cosy room with a fireplace", 5
VIEW = {"yaw": 6.0, "pitch": -6.0, "position": (0.3, 0.0, 0.0), "fov": 74.0}
SIDE, GAP = 640, 10


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world.png"
        request = {"prompt": PROMPT, "engine": "sketch", "seed": SEED}
        GenerateJob(request, str(world)).run(Progress())
        behind = FillJob(str(world)).run(Progress())["back"]
        parts = []
        for edges in ("stretched", "layered"):
            output = Path(folder) / f"{edges}.png"
            look = {"mapping": "inverse", "edges": edges}
            export = {"size": (2 * SIDE, SIDE)}
            StillJob(str(world), str(output), look=look, view=VIEW, export=export).run(Progress())
            parts.append(output)
        sheet = Image.new("RGB", (2 * SIDE + GAP, SIDE + GAP), "white")
        for number, part in enumerate([*parts, world, Path(behind)]):
            small = Image.open(part).convert("RGB").resize((SIDE, SIDE // 2), Image.Resampling.LANCZOS)
            sheet.paste(small, (number % 2 * (SIDE + GAP), number // 2 * (SIDE // 2 + GAP)))
        sheet.save(arguments.output, quality=88)
    print(arguments.output)


if __name__ == "__main__":
    main()
