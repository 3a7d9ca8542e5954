"""Boats, jetties and lanterns, built of triangles: what places by the water share."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.shapes import Mason

WOOD: Colour = (0.235, 0.170, 0.115)
GREY_WOOD: Colour = (0.165, 0.145, 0.122)


def hull(length: float, beam: float, deep: float, sheer: float, *, stern: float = 0.55, ribs: int = 15) -> Array:
    """A hull's skin as a grid [ribs, 9, 3]: stern at +z, bow at −z, the water line at y = 0.

    Args:
        length: over all, metres.
        beam: the widest part.
        deep: depth of the keel below the gunwale amidships.
        sheer: how much higher the gunwale is at the bow than amidships.
        stern: width of the transom as a share of the beam; 0 for a boat that is pointed at both ends.
        ribs: how many cross sections.
    """
    t = np.linspace(0.0, 1.0, ribs)[:, None]
    full = np.maximum(np.cos(0.5 * np.pi * t), 0.0) ** 0.62
    aft = stern + (1.0 - stern) * np.sin(np.pi * 0.5 * np.clip(t / 0.45, 0, 1)) ** 0.8
    half = 0.5 * beam * full * aft
    rim = 0.45 * deep + sheer * (np.clip(t - 0.4, 0, 1) / 0.6) ** 2 + 0.35 * sheer * (np.clip(0.4 - t, 0, 1) / 0.4) ** 2
    keel = -0.55 * deep + (0.45 * deep + sheer) * np.clip((t - 0.86) / 0.14, 0, 1) ** 1.6
    a = np.linspace(-1.0, 1.0, 9)[None, :]
    across = np.sign(a) * np.abs(np.sin(0.5 * np.pi * np.abs(a)) ** 0.75) * half
    y = keel + (rim - keel) * np.abs(a) ** 2.6
    z = (0.5 - t) * length * np.ones_like(a)
    return np.stack([across, y, z], axis=-1)


def rowing_boat(
    mason: Mason, at: tuple[float, float, float], turn: float, tone: Colour, *, length: float = 3.9, oars: bool = True
) -> None:
    """A clinker boat with benches and oars; `at` is the water line's middle relative to the eye."""
    mason.at(*at, turn)
    skin = hull(length, length * 0.37, 0.62, 0.26)
    mason.sheet(skin, materials.PLANKS, tone)
    mason.polygon(skin[0], materials.PLANKS, (tone[0] * 0.8, tone[1] * 0.8, tone[2] * 0.8))
    for rim in (0, -1):
        mason.tube(skin[:, rim] + [0.0, 0.015, 0.0], 0.035, materials.PLANKS, WOOD, sides=6)
    wide = np.abs(skin[:, 0, 0])
    floor = [(x * 0.72, 0.03, z) for x, z in zip(wide[:-2], skin[:-2, 0, 2], strict=True)]
    grid = np.array([[(-x, y, z), (x, y, z)] for x, y, z in floor])
    mason.sheet(grid, materials.PLANKS, WOOD, smooth=False)
    for k in (3, 7, 10):
        z, x = float(skin[k, 0, 2]), float(wide[k]) * 0.95
        mason.box((-x, 0.17, z - 0.13), (x, 0.20, z + 0.13), materials.PLANKS, (0.30, 0.22, 0.15))
    if oars:
        for side in (-1.0, 1.0):
            mason.tube(
                [(side * 0.30, 0.26, 1.3), (side * 0.16, 0.34, -0.9)],
                0.022,
                materials.PLAIN,
                (0.36, 0.27, 0.18),
                sides=6,
            )
            mason.box(
                (side * 0.30 - 0.06, 0.25, 1.2), (side * 0.30 + 0.06, 0.27, 1.65), materials.PLAIN, (0.36, 0.27, 0.18)
            )


def jetty(
    mason: Mason,
    rng: np.random.Generator,
    z0: float,
    z1: float,
    half: float,
    y: float,
    down: float,
    *,
    rail: bool = False,
) -> None:
    """Boards across from z0 to z1 at height y in the mason's frame, on posts that reach `down` metres below."""
    edges = np.arange(np.floor(min(z0, z1) / 0.17), np.ceil(max(z0, z1) / 0.17)) * 0.17
    tones = np.exp(rng.normal(0, 0.10, len(edges)))
    out = rng.uniform(-0.05, 0.05, (len(edges), 2))
    for z, tone, (left, right) in zip(edges, tones, out, strict=True):
        grey = (GREY_WOOD[0] * tone, GREY_WOOD[1] * tone, GREY_WOOD[2] * tone)
        mason.box((-half + left, y - 0.05, z), (half + right, y, z + 0.17), materials.PLANKS, grey)
    for side in (-1.0, 1.0):
        x = side * (half - 0.12)
        low, high = min(z0, z1), max(z0, z1)
        mason.box((x - 0.06, y - 0.22, low), (x + 0.06, y - 0.05, high), materials.PLANKS, WOOD)
        for z in np.arange(low + 0.3, high, 2.4):
            top = y + (0.95 if rail else float(rng.uniform(0.05, 0.45)))
            post = side * (half + 0.03)
            mason.lathe(
                [(0.085, y - down), (0.08, top), (0.0, top + 0.02)],
                materials.PLANKS,
                WOOD,
                sides=8,
                middle=(post, 0.0, float(z)),
            )
        if rail:
            mason.tube(
                [(side * (half + 0.03), y + 0.93, low), (side * (half + 0.03), y + 0.93, high)],
                0.04,
                materials.PLANKS,
                WOOD,
                sides=6,
            )


def lantern(mason: Mason, x: float, y: float, z: float, tall: float = 2.1) -> Array:
    """A lantern on a post with its foot at a point of the mason's frame; returns where it shines from the eye."""
    mason.lathe([(0.05, y), (0.04, y + tall)], materials.PLAIN, (0.06, 0.055, 0.05), sides=8, middle=(x, 0.0, z))
    mason.box(
        (x - 0.02, y + tall - 0.02, z - 0.02),
        (x + 0.34, y + tall + 0.02, z + 0.02),
        materials.PLAIN,
        (0.06, 0.055, 0.05),
    )
    low = y + tall - 0.38
    mason.lathe(
        [(0.07, low), (0.09, low + 0.22), (0.0, low + 0.24)],
        materials.PLAIN,
        (1.0, 0.66, 0.30),
        glow=4.0,
        sides=8,
        middle=(x + 0.3, 0.0, z),
    )
    mason.lathe(
        [(0.13, low + 0.23), (0.02, low + 0.34), (0.0, low + 0.36)],
        materials.PLAIN,
        (0.05, 0.05, 0.05),
        sides=8,
        middle=(x + 0.3, 0.0, z),
    )
    return mason.to_world([(x + 0.3, low + 0.1, z)])
