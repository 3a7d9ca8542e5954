"""What stands about a quay, built of triangles on the ground of the mason's frame: bollards, goods, benches, tables."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.arrays import Colour
from ldm3d.worlds.shapes import Mason

IRON: Colour = (0.050, 0.052, 0.050)
BOARD: Colour = (0.22, 0.14, 0.08)
RUSTY: Colour = (0.20, 0.12, 0.08)


def bollard(mason: Mason) -> None:
    """What ships are tied to."""
    shape = [(0.20, 0.0), (0.15, 0.08), (0.13, 0.34), (0.21, 0.42), (0.20, 0.50), (0.0, 0.54)]
    mason.lathe(shape, materials.METAL, IRON, sides=12)


def ladder(mason: Mason) -> None:
    """An iron ladder down a quay's wall, its rungs along z."""
    for z in (-0.22, 0.22):
        mason.tube([(0.0, 0.5, z), (0.0, -2.2, z)], 0.025, materials.RUST, RUSTY, sides=5)
    for y in np.arange(-1.6, 0.4, 0.3):
        mason.tube([(0.0, y, -0.22), (0.0, y, 0.22)], 0.018, materials.RUST, RUSTY, sides=4)


def crates(mason: Mason, rng: np.random.Generator) -> None:
    """A few crates, one upon two others."""
    for x, y, z in ((0.0, 0.0, 0.0), (0.75, 0.0, 0.1), (0.3, 0.6, 0.0), (0.1, 0.0, 0.8)):
        tone = (0.30 * float(rng.uniform(0.8, 1.2)), 0.22, 0.13)
        mason.box((x - 0.34, y, z - 0.34), (x + 0.34, y + 0.6, z + 0.34), materials.PLANKS, tone)


def barrels(mason: Mason, rng: np.random.Generator) -> None:
    """Three barrels with hoops."""
    for x, z in ((0.0, 0.0), (0.68, 0.15), (0.25, 0.66)):
        tone = float(rng.uniform(0.8, 1.2))
        cask = [(0.24, 0.0), (0.31, 0.25), (0.33, 0.45), (0.31, 0.65), (0.24, 0.9), (0.23, 0.88), (0.0, 0.88)]
        mason.lathe(cask, materials.PLANKS, (0.20 * tone, 0.13 * tone, 0.075 * tone), sides=14, middle=(x, 0.0, z))
        for y, r in ((0.12, 0.285), (0.30, 0.325), (0.60, 0.325), (0.78, 0.285)):
            mason.lathe([(r, y), (r, y + 0.045)], materials.RUST, IRON, sides=14, middle=(x, 0.0, z))


def pots(mason: Mason, rng: np.random.Generator) -> None:
    """Lobster pots and a coil of rope."""
    t = np.linspace(0.0, np.pi, 8)
    for x, y, z in ((0.0, 0.0, 0.0), (0.0, 0.0, 0.62), (0.0, 0.42, 0.3), (0.8, 0.0, 0.2)):
        tone = float(rng.uniform(0.8, 1.2))
        arch = np.stack([x + 0.36 * np.cos(t), y + 0.42 * np.sin(t)], axis=1)
        mason.slab(arch, z - 0.28, z + 0.28, materials.THATCH, (0.16 * tone, 0.19 * tone, 0.16 * tone))
    a = np.linspace(0.0, 14.0, 60)
    coil = np.stack([0.42 * np.cos(a) - 0.9, 0.05 + 0.012 * a, 0.42 * np.sin(a)], axis=1)
    mason.tube(coil, 0.03, materials.PLAIN, (0.36, 0.30, 0.20), sides=5)


def bench(mason: Mason) -> None:
    """A bench that looks toward +z."""
    for x in (-0.75, 0.75):
        mason.box((x - 0.05, 0.0, -0.25), (x + 0.05, 0.43, 0.25), materials.METAL, IRON)
        mason.box((x - 0.04, 0.43, -0.30), (x + 0.04, 0.88, -0.24), materials.METAL, IRON)
    for k in range(4):
        mason.box((-0.95, 0.43, -0.22 + 0.12 * k), (0.95, 0.47, -0.12 + 0.12 * k), materials.PLANKS, BOARD)
    for k in range(3):
        mason.box((-0.95, 0.52 + 0.13 * k, -0.24), (0.95, 0.62 + 0.13 * k, -0.20), materials.PLANKS, BOARD)


def table(mason: Mason, shade: Colour) -> None:
    """A round table with three chairs under a sunshade."""
    mason.tube([(0.0, 0.0, 0.0), (0.0, 2.5, 0.0)], 0.03, materials.METAL, (0.42, 0.44, 0.46), sides=6)
    mason.lathe([(1.45, 2.12), (0.7, 2.42), (0.0, 2.62)], materials.CLOTH, shade, sides=8, smooth=False)
    top = [(0.22, 0.0), (0.03, 0.03), (0.03, 0.70), (0.42, 0.71), (0.42, 0.74), (0.0, 0.74)]
    mason.lathe(top, materials.METAL, (0.30, 0.29, 0.27), sides=14, middle=(0.35, 0.0, 0.35))
    for x, z in ((-0.45, 0.35), (1.15, 0.35), (0.35, 1.15)):
        mason.box((x - 0.2, 0.42, z - 0.2), (x + 0.2, 0.46, z + 0.2), materials.PLANKS, BOARD)
        back = x + 0.18 * float(np.sign(x - 0.35))
        mason.box((back - 0.02, 0.46, z - 0.2), (back + 0.02, 0.88, z + 0.2), materials.PLANKS, BOARD)
        for a in (x - 0.17, x + 0.17):
            for b in (z - 0.17, z + 0.17):
                mason.box((a - 0.015, 0.0, b - 0.015), (a + 0.015, 0.42, b + 0.015), materials.METAL, IRON)


def gull(mason: Mason, lift: float) -> None:
    """A gull on the wing, at the frame's middle; `lift` metres is how high its wings are bent."""
    for side in (-1.0, 1.0):
        arm = [(0.0, 0.0, -0.1), (side * 0.32, lift, -0.04), (side * 0.28, lift, 0.08), (0.0, 0.0, 0.12)]
        mason.polygon(arm, materials.PLAIN, (0.62, 0.62, 0.60))
        hand = [(side * 0.32, lift, -0.04), (side * 0.66, 0.4 * lift, 0.10), (side * 0.28, lift, 0.08)]
        mason.polygon(hand, materials.PLAIN, (0.34, 0.35, 0.36))
    body = [(0.0, 0.0, -0.26), (0.0, 0.0, 0.0), (0.0, 0.0, 0.22)]
    mason.tube(body, [0.02, 0.065, 0.02], materials.PLAIN, (0.66, 0.66, 0.64), sides=6)
