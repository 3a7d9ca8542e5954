"""How wrong what is uncovered is, and how long the layers take: `python -m benchmarks.layers`.

Analytic rooms (tests/reference/hidden.py) are drawn as panoramas and looked at from up to 0.3 m off-centre. Judged are
the rays whose truth is hidden from the centre behind another thing: by the plain displaced surface, by its picture
with the places where it is stretched filled by OpenCV's Telea (2004), and by the layers. The same rays for all;
everything is marched in NumPy, so that nothing of the renderer counts. `--pictures FOLDER` writes what was compared.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from benchmarks import measure
from depthfusion.layers import split
from ldm3d.sphere import to_srgb, to_uv
from tests.reference import hidden, layered_caster, scenes

STRETCHED = 1.05
"""Texels whose distances differ by more than this factor hold a rubber sheet between them."""
TELEA = 5  # pixels around a hole that its filling looks at
SPEED = (((4880, 2440), (1024, 512)), ((2048, 1024), (2048, 1024)), ((8192, 4096), (1024, 512)))


def main() -> None:
    """Measure and write results/layers.json and results/layers_time.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=1024, help="of the panoramas")
    parser.add_argument("--pixels", type=int, default=200, help="of the pictures, which are square")
    parser.add_argument("--runs", type=int, default=3, help="of the times")
    parser.add_argument("--times", action="store_true", help="measure the times alone")
    parser.add_argument("--pictures", type=Path, help="a folder for what was compared")
    arguments = parser.parse_args()
    if not arguments.times:
        cases: list[dict[str, Any]] = []
        for name in hidden.SCENES:
            cases += _scene(name, arguments.width, arguments.pixels, arguments.pictures)
        measure.record("layers", "of 255", cases, note="Root mean square error in sRGB, one run a viewpoint.")
    measure.record("layers_time", "s", _times(arguments.runs), note="Processor time.")


def _scene(name: str, width: int, pixels: int, folder: Path | None) -> list[dict[str, Any]]:
    scene, target, places = hidden.SCENES[name]
    rgb, depth = scene.panorama(width)
    layered_scene = layered_caster.LayeredScene(rgb, split(rgb, depth), hidden.RULE)
    errors: dict[str, list[float]] = {"plain": [], "Telea": [], "layered": []}
    count = 0
    rows = []
    for place in places:
        rays = hidden.camera(target, place, 65, pixels)
        origins = np.broadcast_to(np.asarray(place, float), rays.shape)
        truth = to_srgb(scene.look(origins, rays))
        judged = scene.unseen(origins, rays)
        count += int(judged.sum())
        far = layered_caster.crossings(depth, hidden.RULE, origins, rays, None, 0.5)
        points = origins + far[:, None] * rays
        plain = to_srgb(layered_caster.colour(rgb, points))
        pictures = {
            "plain": plain,
            "Telea": _telea(plain.reshape(pixels, pixels, 3), _stretched(depth, points).reshape(pixels, pixels)),
            "layered": to_srgb(np.clip(layered_caster.trace(layered_scene, origins, rays, 0.5).light, 0, 1)),
        }
        for method, picture in pictures.items():
            errors[method].append(255 * float(np.sqrt(np.mean((picture - truth)[judged] ** 2))))
        rows.append(np.concatenate([one.reshape(pixels, pixels, 3) for one in (truth, *pictures.values())], axis=1))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        sheet = np.rint(np.concatenate(rows) * 255).astype(np.uint8)
        Image.fromarray(sheet).save(folder / f"{name.replace(' ', '-')}.png")
    cases = [{"name": f"{name}, {method}", "rays": count, "runs": runs} for method, runs in errors.items()]
    for peer in ("plain", "Telea"):
        ratio = measure.ratio(errors, "layered", peer)
        cases.append(
            {"name": f"{name}, layered", "rays": count, "runs": errors["layered"], "peer": peer, "ratio": ratio}
        )
    return [case for case in cases if "peer" in case or not case["name"].endswith("layered")]


def _stretched(depth: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Say which points of the plain surface lie between texels that are far apart."""
    r = hidden.RULE.radius_of(depth / 65535.0)
    height, width = depth.shape
    u, v = to_uv(points)
    i = np.floor(u * width - 0.5).astype(int)
    j = np.floor(np.clip(v * height - 0.5, 0, height - 1)).astype(int)
    below = np.minimum(j + 1, height - 1)
    corners = np.stack([r[row, column % width] for row in (j, below) for column in (i, i + 1)])
    return corners.max(axis=0) > STRETCHED * corners.min(axis=0)


def _telea(picture: np.ndarray, holes: np.ndarray) -> np.ndarray:
    filled = cv2.inpaint(
        np.rint(picture * 255).astype(np.uint8), holes.astype(np.uint8) * 255, TELEA, cv2.INPAINT_TELEA
    )
    return filled.reshape(-1, 3) / 255.0


def _times(runs: int) -> list[dict[str, Any]]:
    """Return how long `split` takes, of a room with things in it."""
    cases = []
    for (columns, rows), (width, height) in SPEED:
        _, depth = hidden.SCENES["overlapping"][0].panorama(width, 1)
        rgb = np.tile(scenes.photograph(columns // 4, rows // 4), (4, 4, 1))
        measured = []
        for _ in range(runs):
            began = time.process_time()
            split(rgb, depth)
            measured.append(time.process_time() - began)
        cases.append({"name": f"colour {columns}×{rows}, depth {width}×{height}", "runs": measured})
    return cases


if __name__ == "__main__":
    main()
