"""Many trees at once: the cards and limbs of broadleaved trees, firs and bushes.

Trees that are made of equally many parts are grown together, so that a wood of a thousand costs little more than one
tree. Arrays are [m, …]: m trees of a group, then their lobes, branches or clumps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds import sprites
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.scene import Cards, Limbs

# The golden angle: turned by it, boughs never stand above each other.
GOLDEN = 2.39996


@dataclass(frozen=True)
class Tree:
    """A tree or bush that is to be grown.

    Attributes:
        foot: where it stands [3].
        height: metres; a bush's size.
        spread: half the crown's width.
        colour: of the leaves.
        detail: 1 near the eye, less far away: how many parts, and how small.
        bark: colour of the trunk.
        crown_from: share of the height at which the crown begins.
        trunk: trunk radius as a share of the height.
        shade: share of the sky that reaches the lower trunk; of a bush, its outside.
    """

    foot: Array
    height: float
    spread: float
    colour: Colour
    detail: float
    bark: Colour = (0.0, 0.0, 0.0)
    crown_from: float = 0.35
    trunk: float = 0.026
    shade: float = 1.0


Parts = tuple[Cards | None, Limbs | None]


def unit(v: Array) -> Array:
    """Vectors [..., 3] of length 1."""
    value: Array = v / np.maximum(np.sqrt((v * v).sum(axis=-1, keepdims=True)), 1e-6)
    return value


def facing(centre: Array, half_width: Array, half_height: Array, roll: Array) -> tuple[Array, Array]:
    """`right` and `up` of cards [n, 3] that look at the eye, turned by `roll` around the line of sight."""
    back = unit(-centre)
    steep = np.abs(back[:, 1]) > 0.97
    # The level, or near the zenith any other, axis crossed with the line of sight.
    x = np.where(steep, 0.0, back[:, 2])
    y = np.where(steep, -back[:, 2], 0.0)
    z = np.where(steep, back[:, 1], -back[:, 0])
    right = unit(np.stack([x, y, z], axis=1))
    rx, ry, rz = right.T
    bx, by, bz = back.T
    up = np.stack([by * rz - bz * ry, bz * rx - bx * rz, bx * ry - by * rx], axis=1)
    c, s = np.cos(roll)[:, None], np.sin(roll)[:, None]
    return (right * c + up * s) * half_width[:, None], (up * c - right * s) * half_height[:, None]


def tints(rng: np.random.Generator, shape: tuple[int, ...], colour: Array, spread: float) -> Array:
    """Colours [*shape, 3] around one: lighter and darker, yellower and bluer."""
    light = np.exp(rng.normal(0, spread, (*shape, 1)))
    warm = rng.normal(0, spread * 0.6, (*shape, 1))
    value: Array = colour * light * np.exp(warm * np.array([1.0, 0.15, -1.0]))
    return value


def grown(
    rng: np.random.Generator, trees: Sequence[Tree], size: Callable[[Tree], tuple[int, int]],
    grow: Callable[[np.random.Generator, Sequence[Tree], tuple[int, int]], Parts],
) -> list[Parts]:  # fmt: skip
    """Grow trees in groups.

    Args:
        rng: where everything random comes from.
        trees: what is to be grown.
        size: of how many parts a tree is made.
        grow: what grows those of one size.
    """
    groups: dict[tuple[int, int], list[Tree]] = {}
    for tree in trees:
        groups.setdefault(size(tree), []).append(tree)
    return [grow(rng, group, parts) for parts, group in groups.items()]


def _column(trees: Sequence[Tree], name: str) -> NDArray[np.float64]:
    return np.array([getattr(tree, name) for tree in trees], np.float64)


def _of(values: dict[str, Array], kinds: tuple[int, ...], rng: np.random.Generator, leafy: float) -> Cards:
    """Cards from values [m, k, …]."""
    flat = {name: value.reshape(-1, *value.shape[2:]) for name, value in values.items()}
    n = len(flat["centre"])
    right, up = facing(flat["centre"], flat["width"], flat["height"], flat["roll"])
    return Cards(
        centre=flat["centre"], right=right, up=up, sprite=rng.choice(np.array(kinds, np.int32), n),
        colour=flat["colour"], normal=flat["normal"], leafy=np.full(n, leafy), open=flat["open"], glow=np.zeros(n),
    )  # fmt: skip


def broadleaf_size(tree: Tree) -> tuple[int, int]:
    """Lobes of a crown, and clumps of leaves on each."""
    return max(3, int(4 + 7 * tree.detail)), int(6 + 34 * tree.detail)


def broadleaves(rng: np.random.Generator, trees: Sequence[Tree], parts: tuple[int, int]) -> Parts:
    """Broadleaved trees: a trunk in three pieces, boughs, and lobes of leaf clumps."""
    m, (lobes, per) = len(trees), parts
    foot, height, spread = _column(trees, "foot"), _column(trees, "height"), _column(trees, "spread")
    crown_from, shade = _column(trees, "crown_from"), _column(trees, "shade")
    h = height[:, None]
    lean = rng.normal(0, 0.035, (m, 2)) * h
    top = foot + np.stack([lean[:, 0], height * 0.86, lean[:, 1]], axis=1)
    sway = rng.normal(0, 0.02, (m, 2)) * h
    bend = foot + (top - foot) * 0.45
    bend[:, [0, 2]] += sway
    knee = foot + (bend - foot) * 0.10
    r = height * _column(trees, "trunk")
    middle, half = height * (1.0 + crown_from) / 2, height * (1.0 - crown_from) / 2
    # Boughs: each carries a lobe of the crown.
    turn = rng.uniform(0, 2 * np.pi, (m, 1)) + np.arange(lobes) * GOLDEN
    lift = np.linspace(-0.55, 0.80, lobes) + rng.normal(0, 0.1, (m, lobes))
    wide = np.sqrt(np.clip(1.0 - (lift * 0.92) ** 2, 0.05, 1)) * rng.uniform(0.50, 0.85, (m, lobes))
    out = spread[:, None] * wide
    centre = np.stack([
        np.cos(turn) * out + lean[:, :1] * 0.8, middle[:, None] + lift * half[:, None] * 0.80,
        np.sin(turn) * out + lean[:, 1:] * 0.8,
    ], axis=2)  # fmt: skip
    lobe = spread[:, None] * rng.uniform(0.42, 0.62, (m, lobes))
    share = np.clip((centre[..., 1] / h) * 0.62, 0.18, 0.80)
    root = foot[:, None] + (top - foot)[:, None] * share[..., None]
    below = foot - np.array([0.0, 0.3, 0.0])
    start = np.concatenate([np.stack([below, knee, bend], axis=1), root], axis=1)
    end = np.concatenate([np.stack([knee, bend, top], axis=1), foot[:, None] + centre], axis=1)
    stem = np.array([[1.55, 1.02], [1.02, 0.72], [0.72, 0.14]]) * r[:, None, None]
    boughs = np.stack([0.62 - 0.5 * share, np.full_like(share, 0.10)], axis=2) * r[:, None, None]
    lower = np.stack([0.65 * shade, 0.8 * shade, 0.8 * shade, 0.5 * shade, 0.5 * shade, np.full(m, 0.4)], axis=1)
    free = np.concatenate([lower.reshape(m, 3, 2), np.broadcast_to((0.55 * shade)[:, None, None], (m, lobes, 2))], 1)
    n = m * (lobes + 3)
    bark = np.repeat(tints(rng, (m, 1), _column(trees, "bark")[:, None], 0.18), lobes + 3, axis=1)
    limbs = Limbs(
        start=start.reshape(n, 3), end=end.reshape(n, 3), radius=np.concatenate([stem, boughs], 1).reshape(n, 2),
        colour=bark.reshape(n, 3), bark=np.ones(n), open=free.reshape(n, 2), glow=np.zeros(n),
    )  # fmt: skip
    # Clumps on the lobes' shells, more of them above and outside.
    k = lobes * per
    v = unit(rng.normal(0, 1, (m, k, 3)) + np.array([0, 0.25, 0]))
    reach = np.repeat(lobe, per, axis=1) * rng.uniform(0.45, 1.05, (m, k)) ** 0.6
    offset = np.repeat(centre, per, axis=1) + v * reach[..., None] * np.array([1.0, 0.72, 1.0])
    size = (spread * (0.17 + 0.20 * (1 - _column(trees, "detail"))))[:, None] * rng.uniform(0.7, 1.25, (m, k))
    heart = np.stack([lean[:, 0] * 0.8, middle, lean[:, 1] * 0.8], axis=1)[:, None]
    from_middle = (offset - heart) / np.stack([spread, half, spread], axis=1)[:, None]
    normal = unit(unit(from_middle) * 0.75 + v * 0.6 + np.array([0, 0.15, 0]))
    depth = np.clip(np.sqrt((from_middle * from_middle).sum(axis=2)), 0, 1.2)
    tint = tints(rng, (m, 1), _column(trees, "colour")[:, None], 0.16) * np.exp(rng.normal(0, 0.10, (m, k, 1)))
    values = {
        "centre": foot[:, None] + offset, "width": size, "height": size, "roll": rng.uniform(0, 2 * np.pi, (m, k)),
        "colour": tint * (0.80 + 0.30 * depth[..., None]), "normal": normal,
        "open": np.clip(0.22 + 0.55 * depth**2 + 0.28 * from_middle[..., 1], 0.12, 1.0),
    }  # fmt: skip
    return _of(values, sprites.LEAVES, rng, 0.75), limbs


def conifer_size(tree: Tree) -> tuple[int, int]:
    """Whorls of a fir, and branches in each."""
    return max(6, int(9 + 17 * tree.detail)), max(4, int(4 + 5 * tree.detail))


def conifers(rng: np.random.Generator, trees: Sequence[Tree], parts: tuple[int, int]) -> Parts:
    """Firs and spruces: whorls of drooping branches, wide below, around a straight trunk."""
    m, (levels, per) = len(trees), parts
    foot, height, spread = _column(trees, "foot"), _column(trees, "height"), _column(trees, "spread")
    bare, shade = _column(trees, "crown_from")[:, None], _column(trees, "shade")
    lean = rng.normal(0, 0.012, (m, 2)) * height[:, None]
    top = foot + np.stack([lean[:, 0], height, lean[:, 1]], axis=1)
    r = height * 0.017 + 0.02
    knee = foot + (top - foot) * 0.05
    stem = np.array([[1.4, 1.0], [1.0, 0.12]]) * r[:, None, None]
    bark = np.repeat(tints(rng, (m, 1), _column(trees, "bark")[:, None], 0.15), 2, axis=1)
    limbs = Limbs(
        start=np.stack([foot - np.array([0.0, 0.3, 0.0]), knee], axis=1).reshape(-1, 3),
        end=np.stack([knee, top], axis=1).reshape(-1, 3), radius=stem.reshape(-1, 2), colour=bark.reshape(-1, 3),
        bark=np.ones(2 * m), open=(np.array([[0.6, 0.7], [0.7, 0.4]]) * shade[:, None, None]).reshape(-1, 2),
        glow=np.zeros(2 * m),
    )  # fmt: skip
    n = levels * per
    t = bare + (1 - bare) * np.repeat((np.arange(levels) + 0.5) / levels, per)
    t = np.clip(t + rng.normal(0, 0.35 / levels, (m, n)), bare, 0.995)
    turn = rng.uniform(0, 2 * np.pi, (m, n))
    wide = spread[:, None]
    reach = wide * (1.0 - (t - bare) / (1.0 - bare)) ** 0.85 * rng.uniform(0.78, 1.12, (m, n)) + wide * 0.05
    out = np.stack([np.cos(turn), np.zeros((m, n)), np.sin(turn)], axis=2)
    centre = foot[:, None] + (top - foot)[:, None] * t[..., None] + out * (reach * 0.52)[..., None]
    centre[..., 1] -= reach * 0.20
    size = reach * 0.62 + wide * 0.03
    tint = tints(rng, (m, 1), _column(trees, "colour")[:, None], 0.14) * np.exp(rng.normal(0, 0.10, (m, n, 1)))
    values = {
        # A branch that points aside is seen long, one that points at the eye short: keep them level, hanging.
        "centre": centre, "width": size, "height": size * 0.80, "roll": np.zeros((m, n)),
        "colour": tint * (0.78 + 0.35 * t[..., None]),
        "normal": unit(out * 0.8 + np.array([0, 0.75, 0]) + rng.normal(0, 0.12, (m, n, 3))),
        "open": np.clip(0.34 + 0.5 * t + rng.normal(0, 0.06, (m, n)), 0.15, 1.0),
    }  # fmt: skip
    return _of(values, sprites.NEEDLES, rng, 0.3), limbs


def bush_size(tree: Tree) -> tuple[int, int]:
    """Leaf clumps of a bush."""
    return int(5 + 26 * tree.detail), 1


def bushes(rng: np.random.Generator, trees: Sequence[Tree], parts: tuple[int, int]) -> Parts:
    """Round bushes of leaf clumps down to the ground."""
    m, n = len(trees), parts[0]
    foot, size = _column(trees, "foot"), _column(trees, "height")[:, None]
    v = unit(rng.normal(0, 1, (m, n, 3)))
    v[..., 1] = np.abs(v[..., 1])
    offset = v * np.array([1.0, 0.75, 1.0]) * (size * rng.uniform(0.4, 0.85, (m, n)))[..., None]
    offset[..., 1] += size * 0.15
    tint = tints(rng, (m, 1), _column(trees, "colour")[:, None], 0.15) * np.exp(rng.normal(0, 0.12, (m, n, 1)))
    high = np.clip(offset[..., 1] / size, 0, 1)
    clump = size * rng.uniform(0.30, 0.50, (m, n))
    values = {
        "centre": foot[:, None] + offset, "width": clump, "height": clump, "roll": rng.uniform(0, 2 * np.pi, (m, n)),
        "colour": tint * (0.65 + 0.5 * high[..., None]), "normal": unit(v + np.array([0, 0.3, 0])),
        "open": np.clip(0.25 + 0.6 * high, 0, 1) * _column(trees, "shade")[:, None],
    }  # fmt: skip
    return _of(values, sprites.BUSH, rng, 0.6), None
