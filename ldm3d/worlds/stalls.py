"""What a market is made of: stalls with awnings and goods, cloth over the street, carpets, hanging lanterns."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.scene import Stones
from ldm3d.worlds.shapes import Mason

DYES: tuple[Colour, ...] = (
    (0.58, 0.06, 0.045), (0.70, 0.36, 0.05), (0.06, 0.20, 0.38), (0.07, 0.26, 0.16), (0.46, 0.10, 0.22),
    (0.70, 0.62, 0.47), (0.55, 0.22, 0.06), (0.30, 0.10, 0.32),
)  # fmt: skip
FRUIT: tuple[Colour, ...] = (
    (0.70, 0.26, 0.03), (0.55, 0.05, 0.03), (0.66, 0.52, 0.06), (0.20, 0.36, 0.05), (0.22, 0.05, 0.14),
    (0.45, 0.30, 0.16),
)  # fmt: skip
SPICE: tuple[Colour, ...] = (
    (0.68, 0.38, 0.03), (0.48, 0.10, 0.03), (0.30, 0.15, 0.06), (0.42, 0.40, 0.14), (0.60, 0.16, 0.05)
)  # fmt: skip
WOOD: Colour = (0.20, 0.135, 0.08)
CREAM: Colour = (0.70, 0.64, 0.52)


class Goods:
    """Collects round goods, which are stones."""

    def __init__(self) -> None:
        self.rows: list[tuple[Array, Array, Array]] = []

    def heap(self, rng: np.random.Generator, mason: Mason, x: float, y: float, z: float, tone: Colour) -> None:
        """A heap of fruit on a spot of the mason's frame."""
        n, size = 16, float(rng.uniform(0.045, 0.075))
        at = rng.uniform(-1.0, 1.0, (n, 2))
        high = np.maximum(1.0 - np.abs(at).max(axis=1), 0.0) * 0.16
        points = np.stack([x + at[:, 0] * 0.21, y + size * 0.8 + high, z + at[:, 1] * 0.21], axis=1)
        self.rows.append(
            (mason.to_world(points), np.full(n, size), np.array(tone) * np.exp(rng.normal(0, 0.12, (n, 1))))
        )

    def stones(self) -> Stones | None:
        """Everything so far."""
        if not self.rows:
            return None
        centre, size, tone = (np.concatenate([row[k] for row in self.rows]) for k in range(3))
        n = len(size)
        return Stones(
            centre=centre, axes=np.stack([size, size * 0.94, size], axis=1), turn=np.zeros(n), colour=tone,
            uneven=np.full(n, 0.02), moss=np.zeros(n), glow=np.zeros(n),
        )  # fmt: skip


def awning(
    mason: Mason, wide: float, deep: float, high: float, low: float, tones: tuple[Colour, Colour], strips: int = 8
) -> None:
    """A striped awning from a wall at z = 0 out to `deep`, with a hem that hangs down."""
    xs = np.linspace(-wide / 2, wide / 2, strips + 1)
    for k in range(strips):
        a, b, tone = float(xs[k]), float(xs[k + 1]), tones[k % 2]
        sag = (high + low) / 2 - 0.07
        grid = np.array([[(x, y, z) for x in (a, b)] for y, z in ((high, 0.02), (sag, deep / 2), (low, deep))])
        mason.sheet(grid, materials.CLOTH, tone)
        hem = [
            (a, low, deep),
            (b, low, deep),
            (b, low - 0.16, deep),
            ((a + b) / 2, low - 0.26, deep),
            (a, low - 0.16, deep),
        ]
        mason.polygon(hem, materials.CLOTH, tone)


def _sack(mason: Mason, x: float, z: float, size: float, tone: Colour) -> None:
    """An open sack on the ground, full of something."""
    skin = [(0.20, 0.0), (0.27, 0.16), (0.25, 0.40), (0.29, 0.47), (0.24, 0.45)]
    jute: Colour = (0.36, 0.29, 0.19)
    mason.lathe([(r * size, h * size) for r, h in skin], materials.THATCH, jute, sides=14, middle=(x, 0.0, z))
    top = [(0.25, 0.44), (0.14, 0.52), (0.0, 0.56)]
    mason.lathe([(r * size, h * size) for r, h in top], materials.PLAIN, tone, sides=14, middle=(x, 0.0, z))


def stall(mason: Mason, rng: np.random.Generator, goods: Goods, wide: float, deep: float) -> None:
    """A stall against a wall at z = 0 of the mason's frame, open toward +z, with an awning and what is sold."""
    low, high = float(rng.uniform(2.0, 2.2)), float(rng.uniform(2.55, 2.95))
    tones = DYES[int(rng.integers(len(DYES)))], CREAM if rng.uniform() < 0.6 else DYES[int(rng.integers(len(DYES)))]
    awning(mason, wide, deep + 0.35, high, low, tones)
    for x in (-wide / 2 + 0.08, wide / 2 - 0.08):
        mason.tube([(x, 0.0, deep + 0.25), (x, low, deep + 0.25)], 0.028, materials.PLANKS, WOOD, sides=6)
    front = deep
    mason.box((-wide / 2 + 0.15, 0.0, 0.25), (wide / 2 - 0.15, 0.74, front), materials.PLANKS, WOOD)
    mason.box(
        (-wide / 2 + 0.08, 0.74, 0.2), (wide / 2 - 0.08, 0.80, front + 0.06), materials.PLANKS, (0.28, 0.20, 0.12)
    )
    drape = DYES[int(rng.integers(len(DYES)))]
    half, out = wide / 2 - 0.3, front + 0.07
    edge = [(-half, 0.81, out), (half, 0.81, out), (half, 0.3, out), (-half, 0.3, out)]
    mason.polygon(edge, materials.CLOTH, drape)
    for x in rng.choice(np.arange(-wide / 2 + 0.4, wide / 2 - 0.2, 0.62), int(rng.integers(1, 3)), replace=False):
        _sack(mason, float(x), front + 0.34, float(rng.uniform(0.85, 1.15)), SPICE[int(rng.integers(len(SPICE)))])
    kind = rng.uniform()
    for x in np.arange(-wide / 2 + 0.42, wide / 2 - 0.3, 0.5):
        for z in (0.52, front - 0.28):
            if kind < 0.45:
                basket = [(0.17, 0.8), (0.235, 0.92), (0.215, 0.92), (0.20, 0.88), (0.0, 0.88)]
                mason.lathe(basket, materials.THATCH, (0.34, 0.24, 0.12), sides=12, middle=(float(x), 0.0, z))
                goods.heap(rng, mason, float(x), 0.86, z, FRUIT[int(rng.integers(len(FRUIT)))])
            elif kind < 0.75:
                mason.lathe([(0.16, 0.8), (0.22, 0.93), (0.20, 0.95)], materials.METAL, (0.45, 0.30, 0.12), sides=12,
                            middle=(float(x), 0.0, z))  # fmt: skip
                cone, tone = [(0.205, 0.94), (0.10, 1.08), (0.0, 1.20)], SPICE[int(rng.integers(len(SPICE)))]
                mason.lathe(cone, materials.PLAIN, tone, sides=12, middle=(float(x), 0.0, z))
            else:
                tone = ((0.42, 0.19, 0.09), (0.10, 0.22, 0.34), (0.55, 0.45, 0.30))[int(rng.integers(3))]
                up = float(rng.uniform(0.8, 1.3))
                jar = [(0.07, 0.0), (0.15, 0.13), (0.16, 0.2), (0.06, 0.33), (0.085, 0.38)]
                mason.lathe([(r * up, 0.8 + h * up) for r, h in jar], materials.PLAIN, tone, sides=12,
                            middle=(float(x), 0.0, z))  # fmt: skip


def carpet(mason: Mason, rng: np.random.Generator, x: float, top: float, z: float, wide: float, high: float) -> None:
    """A carpet that hangs on a wall that looks toward +z."""
    tones = [DYES[int(k)] for k in rng.choice(len(DYES), 3, replace=False)]
    for k, share in enumerate((1.0, 0.82, 0.66)):
        a, b = wide / 2 * share, high * (1 - share) / 2 * 0.8
        y0, y1, out = top - high + b, top - b, z + 0.02 * (k + 1)
        mason.polygon(
            [(x - a, y0, out), (x + a, y0, out), (x + a, y1, out), (x - a, y1, out)], materials.CLOTH, tones[k]
        )
    for y in (top - high * 0.3, top - high * 0.5, top - high * 0.7):
        r, out = wide * 0.17, z + 0.08
        mason.polygon([(x - r, y, out), (x, y - r, out), (x + r, y, out), (x, y + r, out)], materials.CLOTH, CREAM)


def sail(
    mason: Mason, a: tuple[float, float, float], b: tuple[float, float, float], long: float, sag: float, tone: Colour
) -> None:
    """A cloth stretched across the street from a to b (points of the frame), `long` metres along z, hanging through."""
    s, t = np.linspace(0, 1, 7), np.linspace(-0.5, 0.5, 5)
    grid = np.empty((5, 7, 3))
    for i, along in enumerate(t):
        for k, share in enumerate(s):
            at = np.array(a) * (1 - share) + np.array(b) * share
            drop = sag * 4 * share * (1 - share) * (0.75 + 1.0 * along * along)
            tight = 1.0 - 0.5 * share * (1 - share)
            grid[i, k] = at + np.array([0.0, -drop, along * long * tight])
    mason.sheet(grid, materials.CLOTH, tone)


def hanging_lamp(mason: Mason, x: float, top: float, low: float, z: float, size: float, tone: Colour) -> Array:
    """A lantern on a cord; returns where it shines, relative to the eye."""
    iron: Colour = (0.10, 0.07, 0.04)
    mason.tube([(x, top, z), (x, low + size, z)], 0.01, materials.PLAIN, iron, sides=4)
    body = [(0.05, 0.0), (0.5, 0.35), (0.55, 0.6), (0.3, 0.95), (0.08, 1.05)]
    mason.lathe([(r * size, low + h * size) for r, h in body], materials.PLAIN, tone, glow=1.5, sides=10,
                middle=(x, 0.0, z))  # fmt: skip
    for h in (0.33, 0.62):
        ring = [(0.53 * size, low + h * size), (0.57 * size, low + (h + 0.03) * size)]
        mason.lathe(ring, materials.PLAIN, iron, sides=10, middle=(x, 0.0, z))
    cap = [(0.32 * size, low + 0.93 * size), (0.0, low + 1.25 * size)]
    mason.lathe(cap, materials.METAL, iron, sides=10, middle=(x, 0.0, z))
    return mason.to_world([(x, low + 0.4 * size, z)])
