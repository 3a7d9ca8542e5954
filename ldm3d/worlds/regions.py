"""Which things of a place stand in a region of the plan, moved onto the ground that they share with other places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.scene import Boxes, Cards, Lamps, Limbs, Meshes, Scene, Stones, picked

# x, z [n] -> how much of the ground there belongs to a place, 0 to 1 [n].
Share = Callable[[Array, Array], Array]
# The kinds of things in a scene, and which of their fields are points.
PLACED = {
    "cards": ("centre",), "limbs": ("start", "end"), "stones": ("centre",), "boxes": ("centre",),
    "meshes": ("corners",), "lamps": ("centre",),
}  # fmt: skip


@dataclass
class Kept:
    """Those things of a place that stand in its own region, moved onto the common ground.

    Attributes:
        scene: the place with the things that are left.
        boxes: their numbers in the place's own arrays [n].
        meshes: the same for triangles.
    """

    scene: Scene
    boxes: Ints
    meshes: Ints


def _anchors(scene: Scene, own: Share) -> Callable[[Array, Array], tuple[Array, Array]]:
    """Where the plant stands that a leaf or a branch at x, z belongs to, as far as that matters: near a border.

    A tree stays whole: its leaves and branches go where the nearest trunk goes.
    """
    limbs = scene.limbs
    if limbs is None or not len(limbs):
        return lambda x, z: (x, z)
    feet = limbs.start[limbs.radius[:, 0] > 0.07]
    low = feet[:, 1] < scene.height(feet[:, 0], feet[:, 2], np.full(len(feet), 0.1, np.float32)) + 0.3
    feet = feet[low][:, [0, 2]]
    if not len(feet):
        return lambda x, z: (x, z)

    def anchor(x: Array, z: Array) -> tuple[Array, Array]:
        x, z = np.array(x), np.array(z)
        around = [own(x + np.float32(dx), z + np.float32(dz)) > 0.5 for dx, dz in ((-6, 0), (6, 0), (0, -6), (0, 6))]
        for at in np.array_split(np.flatnonzero(np.any(around, axis=0) & ~np.all(around, axis=0)), 64):
            gap = (x[at, None] - feet[:, 0]) ** 2 + (z[at, None] - feet[:, 1]) ** 2
            nearest = np.argmin(gap, axis=1)
            near = gap[np.arange(len(at)), nearest] < 36.0
            x[at[near]], z[at[near]] = feet[nearest[near]].T
        return x, z

    return anchor


def kept_of(scene: Scene, own: Share, lift: Callable[[Array, Array], Array]) -> Kept:
    """Keep what stands where `own` is above a half, raised by `lift`."""
    none = np.zeros(0, np.int32)

    def spot(things: Cards | Limbs | Stones | Boxes | Meshes | Lamps) -> tuple[Array, Array]:
        if isinstance(things, Meshes):
            # A shape stays whole: it stands where its middle is.
            n = int(things.part.max()) + 1
            count = np.maximum(np.bincount(things.part, minlength=n), 1)
            middle = things.corners.mean(axis=1)
            x, z = (np.bincount(things.part, middle[:, k], n) / count for k in (0, 2))
            return x[things.part].astype(np.float32), z[things.part].astype(np.float32)
        at = things.start if isinstance(things, Limbs) else things.centre
        return at[:, 0], at[:, 2]

    def raised(points: Array, dy: Array) -> Array:
        moved = np.array(points)
        moved[..., 1] += dy.reshape(-1, *([1] * (points.ndim - 2)))
        return moved

    anchor = _anchors(scene, own)

    def chosen(things: Cards | Limbs | Stones | Boxes | Meshes | Lamps) -> tuple[Ints, Array]:
        x, z = spot(things)
        if isinstance(things, Cards | Limbs):
            x, z = anchor(x, z)
        at = np.flatnonzero(own(x, z) > 0.5).astype(np.int32)
        return at, lift(x[at], z[at])

    kept: dict[str, Any] = {}
    ids = {"boxes": none, "meshes": none}
    for kind, points in PLACED.items():
        things = getattr(scene, kind)
        if things is not None and len(things):
            at, dy = chosen(things)
            ids[kind] = at
            things = picked(things, at)
            kept[kind] = replace(things, **{name: raised(getattr(things, name), dy) for name in points})
    return Kept(replace(scene, **kept), ids["boxes"], ids["meshes"])


def clearest(first: Scene, drawn: float, within: float) -> float:
    """The azimuth up to 72° from ahead where least of a place's houses hides what lies behind; if equal, about `drawn`.

    Args:
        first: the place that one looks from.
        drawn: an azimuth in radians, 0 ahead.
        within: metres up to which things are looked at.
    """
    if first.meshes is None:
        return drawn
    a, b, c = np.moveaxis(first.meshes.corners, 1, 0)
    points = np.concatenate([a, b, c, (a + b) / 2, (b + c) / 2, (a + c) / 2])
    near = points[(points[:, 1] > 0.3) & (np.hypot(points[:, 0], points[:, 2]) < within)]
    hidden = np.zeros(90)
    hidden[(np.arctan2(near[:, 0], -near[:, 2]) / (2 * np.pi) * 90).astype(int) % 90] = 1.0
    choices = np.linspace(-1.25, 1.25, 26)
    spread = np.linspace(-0.5, 0.5, 15)
    bins = ((choices[:, None] + spread) / (2 * np.pi) * 90).astype(int) % 90
    return float(choices[np.argmin(hidden[bins].mean(axis=1) + 0.02 * np.abs(choices - drawn))])
