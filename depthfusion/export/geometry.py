"""A panorama's surface, stretched or in two layers, as meshes and points. NumPy only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthfusion.errors import InputError
from depthfusion.export.mesh import Closed, Mesh, Sheet, within_budget
from depthfusion.export.mesh_cut import Front
from depthfusion.export.mesh_errors import place_errors
from depthfusion.export.mesh_grid import Floats, Grid
from depthfusion.export.mesh_settings import DEFAULT_TRIANGLES
from depthfusion.export.points import points, rows_for
from depthfusion.export.texture import Bytes
from depthfusion.jobs.progress import Progress
from depthfusion.look import Displacement
from ldm3d.sphere import sample_wrapped

if TYPE_CHECKING:
    from depthfusion.layers import Layers
    from depthfusion.panorama import Panorama

Places = NDArray[np.float64]

_LARGEST = float(np.finfo(np.float32).max)  # only places that may not be left out have more

REACH = 0.1
"""How far a person steps aside, of the distance of neutral depth: what a wrong distance is weighed by."""


@dataclass(frozen=True, eq=False)
class Part:
    """One mesh, its name and its colour, sRGB uint8 [H, W, 3]."""

    name: str
    mesh: Mesh
    rgb: Bytes


def meshes(
    scene: Panorama, rule: Displacement, layers: Layers | None, most: int | None, progress: Progress
) -> tuple[list[Part], float]:
    """Return the parts of a world, of at most `most` triangles together, and their error in radians.

    Without layers there is one part, `world`, which is closed. Else the closed one is `behind`, and `front` is what
    lies before it. None is the default, or twice what following the cuts takes where that is more.

    Raises `InputError` where the cuts alone take more than `most`.
    """
    grid = Grid.of(scene.depth.shape[1])
    reach = REACH * rule.neutral
    progress.step("measuring the surface", 0)
    radii = grid.radii(scene.depth if layers is None else layers.back, rule)
    closed, front = Closed(grid, radii, place_errors(grid, radii, reach, progress.check)), None
    sheets: list[Sheet] = [closed]
    if layers is not None:
        progress.step("measuring the surface", 0.5)
        nearer = grid.radii(layers.front, rule)
        front = Front.of(grid, nearer, layers.alpha, layers.hidden, reach, progress.check)
        sheets.append(front)
    progress.step("choosing triangles", 0)
    fewest = sum(sheet.count(sheet.triangles(_LARGEST)) for sheet in sheets)
    if most is None:
        most = max(DEFAULT_TRIANGLES, 2 * fewest)
    elif most < fewest:
        raise InputError(
            f"triangles {most} cannot be used: the cut edges of this world alone take {fewest}; choose more than that, "
            "or stretched edges (--edges stretched)"
        )
    chosen, error = within_budget(most, sheets, progress.check)
    progress.step("placing triangles", 0)
    if layers is None or front is None or not len(chosen[1]):
        return [Part("world", closed.mesh(chosen[0]), scene.rgb)], error
    behind = replace(closed, radii=front.behind(radii, error, reach))
    return [
        Part("behind", behind.mesh(chosen[0]), layers.back_rgb),
        Part("front", front.mesh(chosen[1]), scene.rgb),
    ], error


def cloud(
    scene: Panorama, rule: Displacement, layers: Layers | None, most: int | None
) -> Iterator[tuple[Floats, Bytes]]:
    """Yield positions [n, 3] in metres and sRGB colours [n, 3] of about `most` points of a world, some at a time.

    None is as many as lie as dense as the depth map's texels at the horizon. Of layers those of the front that are not
    cut away, and those behind it where it hides something.
    """
    rows = rows_for(most) if most is not None else len(scene.depth)
    if layers is None:
        yield from points(scene.rgb, scene.depth, rule, rows)
        return
    yield from points(scene.rgb, layers.front, rule, rows, lambda u, v: sample_wrapped(layers.alpha, u, v) >= 127.5)
    height, width = layers.hidden.shape
    open_ = layers.hidden | (layers.back < layers.front)

    def behind(u: Places, v: Places) -> NDArray[np.bool_]:
        rows = np.minimum((v * height).astype(np.int64), height - 1)
        return np.asarray(open_[rows, (u * width).astype(np.int64) % width])

    yield from points(layers.back_rgb, layers.back, rule, rows, behind)
