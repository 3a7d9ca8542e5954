"""Gothic building: walls pierced by pointed openings, coloured glass with its tracery, ribbed vaults, pillars."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.shapes import Mason, arc, pointed


def lancet(half: float, low: float, spring: float, rise: float) -> Array:
    """The right half of a pointed opening, from the middle of its sill to its top [n, 2]."""
    arch = pointed(half, rise, 8)[:8] + np.array([0.0, spring])
    return np.concatenate([[[0.0, low], [half, low]], arch])


def pierced(
    mason: Mason, wide: float, low: float, top: Array, openings: list[Array], deep: float, tone: Colour
) -> None:
    """A wall with openings one above the other in its middle line.

    Args:
        mason: stands in the middle of the wall's foot.
        wide: the wall's width.
        low: its lower edge.
        top: the right half of its upper edge, from the middle outward [n, 2].
        openings: their right halves from below upward; one that starts at `low` is open below.
        deep: thickness, half of it on either side.
        tone: the stone's colour.
    """
    way = [] if openings and openings[0][0, 1] <= low else [np.array([[0.0, low]])]
    for k, half in enumerate(openings):
        way.append(half[1:] if k == 0 and not way else half)
    outline = np.concatenate([*way, top, [[wide / 2, low]]])
    outline = outline[np.append(True, np.linalg.norm(np.diff(outline, axis=0), axis=1) > 1e-6)]
    for side in (1.0, -1.0):
        mason.slab(outline * np.array([side, 1.0]), -deep / 2, deep / 2, materials.ASHLAR, tone)


def tracery(mason: Mason, half: float, low: float, spring: float, rise: float, glass: Colour, stone: Colour) -> None:
    """Coloured glass and tracery in an opening of the same measures."""
    right = lancet(half, low, spring, rise)
    outline = np.concatenate([right, (right * np.array([-1.0, 1.0]))[::-1][1:]])[:-1]
    mason.polygon(np.column_stack([outline, np.zeros(len(outline))]), materials.STAINED, glass)
    rod = min(0.10, half * 0.09)
    top = spring + rise * 0.25
    for x in (-half / 3, half / 3) if half > 0.8 else (0.0,):
        mason.tube([(x, low, 0.0), (x, top, 0.0)], rod, materials.PLAIN, stone, sides=5)
    size = half * 0.36
    ring = arc(size, 0, 360, 15) + np.array([0.0, spring + rise * 0.42])
    mason.tube(np.column_stack([ring, np.zeros(len(ring))]), rod, materials.PLAIN, stone, sides=5)


def vault(
    mason: Mason, arch: Array, half: float, long: float, base: float, rib: float, web: Colour, tone: Colour
) -> None:
    """A ribbed vault over one bay, in whose middle the mason stands.

    Args:
        mason: the builder.
        arch: heights [n] above the springing at the sines of −90° to 90°, as shares of the halves; odd n.
        half: half the bay's width.
        long: half its length.
        base: height of the springing.
        rib: radius of the diagonal ribs.
        web: colour of the webs.
        tone: colour of the ribs.
    """
    share = np.sin(np.linspace(-0.5, 0.5, len(arch)) * np.pi)
    y = np.maximum(arch[None, :], arch[:, None]) + base
    x, z = np.broadcast_to(share * half, y.shape), np.broadcast_to(share[:, None] * long, y.shape)
    mason.sheet(np.stack([x, y, z], axis=-1), materials.PLASTER, web)
    low = arch + base - 0.02
    for side in (1.0, -1.0):
        mason.tube(np.stack([share * half, low, share * long * side], 1), rib, materials.PLAIN, tone, sides=6)
    mason.tube(np.stack([share * half, low, share * 0 - long], 1), rib * 1.8, materials.PLAIN, tone, sides=6)
    top = float(y.max())
    boss = [(0.0, top - 0.35), (rib * 2.6, top - 0.22), (rib * 2.6, top)]
    mason.lathe(boss, materials.PLAIN, tone, sides=10)


def pillar(mason: Mason, low: float, spring: float, inner: float, stone: Colour) -> None:
    """A clustered pillar with base and capital at height `low`; its shaft toward `inner` x rises to `spring`."""
    foot = [(0.80, 0.0), (0.80, 0.35), (0.66, 0.42), (0.66, 0.62), (0.52, 0.75)]
    mason.lathe(foot, materials.ASHLAR, stone, sides=8, smooth=False)
    body = [(0.44, 0.7), (0.44, low - 0.5), (0.50, low - 0.4), (0.48, low - 0.34), (0.74, low), (0.80, low + 0.18)]
    mason.lathe(body, materials.ASHLAR, stone, sides=16)
    for dx, dz in ((0.46, 0.0), (-0.46, 0.0), (0.0, 0.46), (0.0, -0.46)):
        up = spring if dx * inner > 0 else low - 0.45
        shaft = [(0.16, 0.7), (0.15, up - 0.4), (0.24, up), (0.26, up + 0.12)]
        mason.lathe(shaft, materials.PLAIN, stone, sides=8, middle=(dx, 0.0, dz))


def chandelier(mason: Mason, y: float, top: float, iron: Colour, flame: Colour) -> Array:
    """Two rings of candles at height `y` on a rod from `top`; returns where it shines, relative to the eye."""
    mason.tube([(0.0, y + 0.5, 0.0), (0.0, top, 0.0)], 0.022, materials.PLAIN, iron, sides=5)
    for r, h in ((1.0, 0.0), (0.5, 0.5)):
        ring = arc(r, 0, 360, 25)
        rim = np.column_stack([ring[:, 0], np.full(25, y + h), ring[:, 1]])
        mason.tube(rim, 0.035, materials.PLAIN, iron, sides=5)
    candle = [(0.03, y), (0.03, y + 0.14), (0.026, y + 0.17), (0.0, y + 0.26)]
    for k in range(12):
        x, z = float(np.cos(k * np.pi / 6)), float(np.sin(k * np.pi / 6))
        mason.lathe(candle, materials.PLAIN, flame, glow=5.0, sides=6, middle=(x, 0.0, z))
        if k % 3 == 0:
            chain = [(x, y, z), (x * 0.5, y + 0.5, z * 0.5), (0.0, y + 1.3, 0.0)]
            mason.tube(chain, 0.015, materials.PLAIN, iron, sides=4)
    return mason.to_world([(0.0, y + 0.1, 0.0)])
