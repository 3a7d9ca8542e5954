"""Analytic scenes around the origin: the exact inverse distance in every direction, and a colour to look at."""

from __future__ import annotations

import numpy as np

WALLS = np.array(((-3.0, -1.5, -5.0), (4.0, 2.0, 3.0)))
BALLS = (((0, -0.9, -2), 0.6), ((2, -0.5, 1.2), 0.8), ((-1.5, 0.2, 1.5), 0.5), ((0.2, 1.2, 2.2), 0.4))
HOUSES = (
    ((-9, -1.7, -8), (-4, 5, -3)),
    ((3, -1.7, -9), (8, 9, -2)),
    ((-2, -1.7, 4), (3, 6, 9)),
    ((-12, -1.7, 2), (-5, 3, 8)),
    ((1, -1.7, -4), (1.6, -0.5, -3.4)),
)


def room(world: np.ndarray) -> np.ndarray:
    """Return 1/r [...] in directions [..., 3] of a room with balls in it and a hole to the sky in its ceiling."""
    with np.errstate(divide="ignore"):
        r = np.min(np.where(world > 0, WALLS[1] / world, WALLS[0] / world), axis=-1)
    hit = world * r[..., None]
    hole = (np.abs(hit[..., 1] - WALLS[1, 1]) < 1e-6) & (np.abs(hit[..., 0]) < 1.2) & (np.abs(hit[..., 2]) < 1.2)
    inverse = np.where(hole, 0, 1 / r)
    for centre, radius in BALLS:
        along = world @ np.asarray(centre, float)
        inside = along**2 - (np.dot(centre, centre) - radius**2)
        front = along - np.sqrt(np.maximum(inside, 0))
        met = (inside > 0) & (along > 0)
        inverse = np.where(met, np.maximum(inverse, 1 / np.where(met, front, 1)), inverse)
    return inverse


def street(world: np.ndarray) -> np.ndarray:
    """Return 1/r [...] in directions [..., 3] of a plain with houses under the sky, which is 0."""
    inverse = np.maximum(-world[..., 1], 0) / 1.7
    for low, high in HOUSES:
        with np.errstate(divide="ignore", invalid="ignore"):
            one, other = np.asarray(low) / world, np.asarray(high) / world
        enter = np.max(np.minimum(one, other), axis=-1)
        leave = np.min(np.maximum(one, other), axis=-1)
        met = (enter < leave) & (enter > 0)
        inverse = np.where(met, np.maximum(inverse, 1 / np.where(met, enter, 1)), inverse)
    return inverse


def colours(scene, world: np.ndarray) -> np.ndarray:
    """Return linear light [..., 3] in [0, 1] of a scene: a pattern of tiles on what is there, by its place."""
    inverse = scene(world)
    place = world / np.maximum(inverse, 1e-3)[..., None]
    tiles = np.sin(2.1 * place + np.array((0.3, 1.1, 2.2)))
    light = 0.45 + 0.16 * tiles + 0.1 * tiles[..., (1, 2, 0)]
    light += np.where(inverse[..., None] > 0, 0.25 * np.clip(inverse[..., None] * 2, 0, 1), 0)
    return np.clip(np.where(inverse[..., None] > 0, light, (0.25, 0.45, 0.8)), 0, 1)


def depth_edges(d: np.ndarray, least: float, grow: int) -> np.ndarray:
    """Return which of d [h, w] lie within `grow` texels of a step of more than `least`; wrapped in x."""
    edges = np.zeros(d.shape, bool)
    for axis in (0, 1):
        apart = np.abs(d - np.roll(d, -1, axis)) > least
        if axis == 0:
            apart[-1] = False
        edges |= apart | np.roll(apart, 1, axis)
    for _ in range(grow):
        edges[1:] |= edges[:-1]
        edges[:-1] |= edges[1:]
        edges = edges | np.roll(edges, 1, 1) | np.roll(edges, -1, 1)
    return edges
