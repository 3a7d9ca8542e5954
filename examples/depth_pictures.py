"""Makes the pictures of docs/depth-estimation.md: `python examples/depth_pictures.py`. No network is needed.

A sketch world stands for the photograph, as its true depth is known. In the place of a depth network stands one that
tells of every view the truth, but with a scale and shift of its own, as real ones do.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from ldm3d import sphere, worlds
from ldm3d.depth_estimation.alignment import align
from ldm3d.depth_estimation.stitching import as_depth, stitch
from ldm3d.depth_estimation.views import View, cover, render
from ldm3d.enlarging import enlarge

GAP = 6


def told(depth: np.ndarray, view: View, side: int, rng: np.random.Generator) -> np.ndarray:
    """Return what a network might tell of a view: inverse depth along its axis, up to scale and shift."""
    rays = view.rays(side)
    inverse = sphere.sample_wrapped(depth / 65535, *sphere.to_uv(rays)) / (rays @ view.axes[2])
    return (rng.uniform(0.5, 1.5) * inverse + rng.uniform(-0.1, 0.3)).astype(np.float32)


def grey(values: np.ndarray) -> np.ndarray:
    """Return values in [0, 1] as a grey picture uint8 [..., 3]."""
    return np.repeat(np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)[..., None], 3, axis=-1)


def beside(pictures: list[np.ndarray]) -> np.ndarray:
    """Return pictures of one height in a row."""
    line = np.full((pictures[0].shape[0], GAP, 3), 255, np.uint8)
    row = [part for picture in pictures for part in (picture, line)][:-1]
    return np.concatenate(row, axis=1)


def estimation(world: worlds.World) -> np.ndarray:
    """Return the views, what is told of them as it is and aligned, and the joined depth."""
    rng, side = np.random.default_rng(11), 192
    views = cover()
    depths = [told(world.depth, view, side, rng) for view in views]
    found = align(views, depths)
    shown = [0, 4, 1, 5]
    aligned = [found.scale[n] * depths[n] + found.shift[n] for n in shown]
    most = max(values.max() for values in aligned)
    rows = [
        beside([render(world.rgb, views[n], side) for n in shown]),
        beside([grey(depths[n] / 1.8) for n in shown]),
        beside([grey(np.maximum(values, 0) / most) for values in aligned]),
    ]
    width = rows[0].shape[1] // 2 * 2
    joined = grey(as_depth(stitch(views, depths, found, (width, width // 2))) / 65535)
    line = np.full((GAP, width, 3), 255, np.uint8)
    return np.concatenate([rows[0][:, :width], line, rows[1][:, :width], line, rows[2][:, :width], line, joined])


def enlarging(world: worlds.World) -> np.ndarray:
    """Return a crop of the colour, and of its depth enlarged four times: nearest, bilinear, guided by the colour."""
    height, width = world.depth.shape
    small = world.depth[2::4, 2::4]
    _, guided = enlarge(world.rgb, small, (width, height))
    u, v = sphere.texel_centres(width, height)
    ways = [
        np.repeat(np.repeat(small, 4, axis=0), 4, axis=1),
        sphere.sample_wrapped(small, u[None, :], v[:, None]),
        guided,
    ]
    top, left, size = int(height * 0.27), int(width * 0.59), height // 6
    crop = (slice(top, top + size), slice(left, left + size))
    depth = [way[crop].astype(float) for way in ways]
    low, high = depth[2].min(), depth[2].max()
    pictures = [world.rgb[crop], *(grey((values - low) / (high - low)) for values in depth)]
    scale = 2
    return beside([np.repeat(np.repeat(picture, scale, axis=0), scale, axis=1) for picture in pictures])


def main() -> None:
    """Write both pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("docs/pictures"))
    into = parser.parse_args().into
    world = worlds.generate("a city at noon", 5, (2048, 1024))
    Image.fromarray(estimation(world)).save(into / "estimating.jpg", quality=82, optimize=True)
    Image.fromarray(enlarging(world)).save(into / "enlarging.jpg", quality=85, optimize=True)


if __name__ == "__main__":
    main()
