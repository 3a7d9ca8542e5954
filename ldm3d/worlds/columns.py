"""Columns, whole and broken, and walls that time has eaten."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.shapes import Mason

STYLE = materials.PLASTER


def _fluted(radius: Array, y: Array, flutes: int) -> Array:
    """A grid [n, 2·flutes, 3] of a fluted shaft with radii [n] at heights [n]."""
    t = np.linspace(0.0, 2.0 * np.pi, 2 * flutes, endpoint=False)
    r = radius[:, None] * np.where(np.arange(2 * flutes) % 2 == 0, 1.0, 0.91)
    return np.stack([r * np.sin(t), np.broadcast_to(y[:, None], r.shape), r * np.cos(t)], axis=-1)


def _drums(radius: float, tall: float, low: float, whole: float) -> tuple[Array, Array]:
    """Radii and heights of a shaft of drums, from `low` up to `tall`, that would be `whole` metres high."""
    y, r = [low], [radius]
    for k in range(1, 40):
        top = min(low + 1.15 * k, tall)
        at = radius * (1.0 - 0.15 * (top - low) / whole)
        y += [top - 0.03, top, top + 0.001]
        r += [at, at * 0.965, at]
        if top >= tall:
            break
    return np.array(r), np.array(y)


def column(
    mason: Mason, rng: np.random.Generator, tall: float, whole: float, radius: float, tone: Colour, *, fine: bool = True
) -> None:  # fmt: skip
    """A column on a square base at the mason's origin; broken off at `tall` if that is below `whole`.

    Args:
        mason: the builder.
        rng: how it is broken.
        tall: its height.
        whole: the height of an unbroken one, with its capital.
        radius: of the shaft at its foot.
        tone: the stone's colour.
        fine: whether it is near enough for flutes.
    """
    mason.box((-radius * 1.4, -1.0, -radius * 1.4), (radius * 1.4, 0.22, radius * 1.4), STYLE, tone)
    foot = [(radius * 1.32, 0.2), (radius * 1.38, 0.3), (radius * 1.3, 0.4), (radius * 1.12, 0.46), (radius, 0.56)]
    mason.lathe(foot, STYLE, tone, sides=20)
    broken = tall < whole - 0.4
    r, y = _drums(radius, tall if broken else whole - 0.75, 0.5, whole)
    grid = _fluted(r, y, 20 if fine else 7)
    if broken:
        # The break is slanted and splintered.
        n = grid.shape[1]
        slant, way = float(rng.uniform(0.2, 0.7)), float(rng.uniform(0, 2 * np.pi))
        t = np.linspace(0, 2 * np.pi, n, endpoint=False)
        edge = slant * radius * np.cos(t - way) + rng.normal(0, 0.05, n)
        grid[-1, :, 1] += edge
        grid[-2, :, 1] += edge * 0.98
        grid[-3, :, 1] = np.minimum(grid[-3, :, 1], grid[-2, :, 1] - 0.01)
        middle = np.broadcast_to(grid[-1].mean(axis=0) - [0.0, 0.08, 0.0], (1, n, 3))
        grid = np.concatenate([grid, middle])
    mason.sheet(grid, STYLE, tone, smooth=False, closed=(False, True))
    if not broken:
        top, r1 = whole, radius * 0.85
        bell = [
            (r1, top - 0.8),
            (r1 * 1.08, top - 0.72),
            (r1, top - 0.66),
            (r1 * 1.1, top - 0.5),
            (r1 * 1.5, top - 0.2),
        ]
        mason.lathe(bell, STYLE, tone, sides=20)
        mason.box((-r1 * 1.62, top - 0.2, -r1 * 1.62), (r1 * 1.62, top, r1 * 1.62), STYLE, tone)


def drum(mason: Mason, long: float, radius: float, tone: Colour) -> None:
    """A fallen drum that lies along x, at the mason's origin."""
    y = np.array([0.0, 0.0, 0.04, long - 0.04, long, long])
    r = np.array([0.0, radius * 0.95, radius, radius, radius * 0.95, 0.0])
    grid = _fluted(r, y, 20)
    lying = np.stack([grid[..., 1] - long / 2, grid[..., 0] + radius * 0.86, grid[..., 2]], axis=-1)
    mason.sheet(lying, STYLE, tone, smooth=False, closed=(False, True))


def ragged(rng: np.random.Generator, start: float, end: float, first: float, last: float, rough: float) -> Array:
    """A broken upper edge [n, 2] in steps of stones, from x = `start` and height `first` to x = `end`, `last`."""
    n = max(int(abs(end - start) / 0.55), 2)
    x = np.linspace(start, end, n + 1)
    level = np.linspace(first, last, n) + rng.normal(0, rough, n)
    level = np.round(level / 0.46) * 0.46
    points = [(float(x[k + j]), float(level[k])) for k in range(n) for j in (0, 1)]
    return np.array(points)


def broken_wall(
    mason: Mason, rng: np.random.Generator, wide: float, first: float, last: float, deep: float, tone: Colour, *,
    arch: tuple[float, float] | None = None, style: int = materials.ASHLAR,
) -> None:  # fmt: skip
    """A wall along x around the mason's origin with a broken upper edge.

    Args:
        mason: the builder.
        rng: how it is broken.
        wide: its length.
        first: its height at the left end.
        last: its height at the right end.
        deep: its thickness.
        tone: the stone's colour.
        arch: half the width and the springing's height of a round arch in its middle, below both heights.
        style: what it is built of.
    """
    half = wide / 2
    top = ragged(rng, half, -half, last, first, 0.3)
    foot = [(-half, -1.0)]
    if arch is not None:
        radius, spring = arch
        t = np.linspace(np.pi, 0.0, 13)
        top[:, 1] = np.maximum(top[:, 1], np.where(np.abs(top[:, 0]) < radius + 0.4, spring + radius + 0.5, 0.4))
        foot += [(-radius, -1.0), *((float(radius * np.cos(a)), float(spring + radius * np.sin(a))) for a in t)]
        foot += [(radius, -1.0)]
    outline = np.concatenate([foot, [(half, -1.0)], np.maximum(top, [-1e9, 0.3])])
    mason.slab(outline, -deep / 2, deep / 2, style, tone)
