"""Plants made of cards and limbs: what places set into their ground."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ldm3d.worlds import sprites
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.scene import Cards, Limbs, joined
from ldm3d.worlds.sheets import cross
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.trees import (
    Tree,
    broadleaf_size,
    broadleaves,
    bush_size,
    bushes,
    conifer_size,
    conifers,
    facing,
    grown,
    unit,
)
from ldm3d.worlds.trees import tints as tinted

__all__ = ["Garden", "asked", "facing", "scatter", "spread", "upright"]


def upright(centre: Array, half_width: Array, half_height: Array) -> tuple[Array, Array]:
    """`right` and `up` of cards [n, 3] that stand upright and turn to the eye."""
    right = np.stack([-centre[:, 2], np.zeros(len(centre)), centre[:, 0]], axis=1)
    right = unit(right)
    # Seen from above an upright card would be a line: close to the eye's foot cards lean back.
    level = np.hypot(centre[:, 0], centre[:, 2])
    away = np.stack([centre[:, 0] / level, np.zeros(len(centre)), centre[:, 2] / level], axis=1)
    lean = np.clip(0.9 - 0.5 * level, 0.0, 0.75)[:, None]
    spread_out = np.sin(centre[:, :1] * 91.7 + centre[:, 2:] * 57.3)
    up = unit(np.array([[0.0, 1.0, 0.0]]) + away * lean + right * (0.35 * spread_out))
    right = unit(right - up * np.sum(right * up, axis=1, keepdims=True))
    return right * half_width[:, None], up * half_height[:, None]


@dataclass
class Garden:
    """Collects the cards and limbs of many plants.

    Args:
        rng: the layout's generator.
    """

    rng: np.random.Generator
    cards: list[Cards] = field(default_factory=list)
    limbs: list[Limbs] = field(default_factory=list)
    _broad: list[Tree] = field(default_factory=list)
    _firs: list[Tree] = field(default_factory=list)
    _bushes: list[Tree] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Trees grow when all of them stand: from a generator of their own, so that nothing else depends on them.
        self._own = self.rng.spawn(1)[0]

    def _grow(self) -> None:
        kinds = (
            (self._broad, broadleaf_size, broadleaves), (self._firs, conifer_size, conifers),
            (self._bushes, bush_size, bushes),
        )  # fmt: skip
        for trees, size, grow in kinds:
            for cards, limbs in grown(self._own, trees, size, grow):
                self.cards += [] if cards is None else [cards]
                self.limbs += [] if limbs is None else [limbs]
            trees.clear()

    def all_cards(self) -> Cards | None:
        """Everything planted so far that is made of cards."""
        self._grow()
        return joined(list(self.cards)) if self.cards else None

    def all_limbs(self) -> Limbs | None:
        """Everything planted so far that is made of limbs."""
        self._grow()
        return joined(list(self.limbs)) if self.limbs else None

    def tints(self, count: int, colour: Colour, spread: float) -> Array:
        """Colours [count, 3] around one: lighter and darker, yellower and bluer."""
        return tinted(self.rng, (count,), np.array(colour), spread)

    def clumps(
        self, centre: Array, size: Array, colour: Array, normal: Array, free: Array, kinds: tuple[int, ...],
        leafy: float = 0.6, squash: float = 1.0,
    ) -> None:  # fmt: skip
        """Leaf clumps at centres [n, 3] with half sizes [n]."""
        n = len(centre)
        right, up = facing(
            centre, size, size * squash, self.rng.uniform(0, 2 * np.pi, n) if squash == 1.0 else np.zeros(n)
        )
        self.cards.append(
            Cards(
                centre=centre, right=right, up=up, sprite=self.rng.choice(np.array(kinds, np.int32), n), colour=colour,
                normal=normal, leafy=np.full(n, leafy), open=free, glow=np.zeros(n),
            )
        )  # fmt: skip

    def tufts(
        self, foot: Array, half_width: Array, half_height: Array, colour: Array, kinds: tuple[int, ...],
        free: Array | float = 0.8, leafy: float = 0.7,
    ) -> None:  # fmt: skip
        """Grass, ferns and flowers that stand at foot points [n, 3]."""
        n = len(foot)
        centre = foot + np.array([[0, 1, 0]]) * (half_height * 0.94)[:, None]
        right, up = upright(centre, half_width, half_height)
        right *= self.rng.choice([-1.0, 1.0], n)[:, None]
        normal = np.tile(np.array([[0.0, 1.0, 0.0]]), (n, 1)) + self.rng.normal(0, 0.18, (n, 3))
        self.cards.append(
            Cards(
                centre=centre, right=right, up=up, sprite=self.rng.choice(np.array(kinds, np.int32), n), colour=colour,
                normal=unit(normal), leafy=np.full(n, leafy), open=np.broadcast_to(free, (n,)), glow=np.zeros(n),
            )
        )  # fmt: skip

    def limb(self, start: Array, end: Array, radius: Array, colour: Array, free: Array, bark: float = 1.0) -> None:
        """Limbs from `start` to `end` [n, 3] with radii and free sky [n, 2]."""
        n = len(start)
        self.limbs.append(
            Limbs(
                start=start, end=end, radius=radius, colour=colour, bark=np.full(n, bark), open=free, glow=np.zeros(n)
            )
        )

    def broadleaf(
        self, foot: Array, height: float, spread: float, colour: Colour, *, detail: float, bark: Colour,
        crown_from: float = 0.35, trunk: float = 0.026, shade: float = 1.0,
    ) -> None:  # fmt: skip
        """One broadleaved tree.

        Args:
            foot: where it stands [3].
            height: metres.
            spread: half the crown's width.
            colour: of the leaves.
            detail: 1 near the eye, less far away: how many clumps, and how small.
            bark: colour of the trunk.
            crown_from: share of the height at which the crown begins.
            trunk: trunk radius as a share of the height.
            shade: share of the sky that reaches the lower trunk.
        """
        tree = Tree(foot, height, spread, colour, detail, bark, crown_from=crown_from, trunk=trunk, shade=shade)
        self._broad.append(tree)

    def conifer(self, foot: Array, height: float, spread: float, colour: Colour, *, detail: float, bark: Colour,
                bare: float = 0.12, shade: float = 1.0) -> None:  # fmt: skip
        """One fir or spruce: whorls of drooping branches, wide below, around a straight trunk."""
        self._firs.append(Tree(foot, height, spread, colour, detail, bark, crown_from=bare, shade=shade))

    def along(
        self, foot: Array, tip: Array, half_width: Array, colour: Array, kinds: tuple[int, ...], leafy: float = 0.7,
        free: Array | float = 0.7,
    ) -> None:  # fmt: skip
        """Sprites along +x (fronds, giant leaves) from foot to tip [n, 3], turned to the eye about that line."""
        n = len(foot)
        centre, right = (foot + tip) / 2, (tip - foot) / 2
        up = cross(-centre, right)
        thin = np.linalg.norm(up, axis=1) < 1e-3 * np.linalg.norm(right, axis=1)
        up[thin] = cross(right[thin], np.array([0.3, 0.1, 1.0]))
        # A frond's arch is above its foot.
        high = unit(up) * np.where(up[:, 1:2] < 0, -1.0, 1.0)
        face = cross(right, high)
        normal = unit(face * np.sign(face[:, 1:2]) + np.array([0, 0.02, 0]))
        normal = unit(normal + np.array([[0, 0.8, 0]]) + self.rng.normal(0, 0.12, (n, 3)))
        self.cards.append(
            Cards(
                centre=centre, right=right, up=high * half_width[:, None], colour=colour, normal=normal,
                sprite=self.rng.choice(np.array(kinds, np.int32), n), leafy=np.full(n, leafy),
                open=np.broadcast_to(free, (n,)), glow=np.zeros(n),
            )
        )  # fmt: skip

    def palm(
        self, foot: Array, height: float, reach: float, colour: Colour, *, bark: Colour, lean: Array, fronds: int = 15,
        shade: float = 1.0,
    ) -> None:  # fmt: skip
        """One palm: a bent ringed trunk with a crown of fronds `reach` metres long; `lean` [2] moves its top."""
        rng = self.rng
        t = np.linspace(0.0, 1.0, 6)[:, None]
        bend = np.array([lean[0], 0.0, lean[1]]) * t**1.7 + np.array([0.0, height, 0.0]) * t
        at = foot - np.array([0.0, 0.25, 0.0]) + bend
        r = (0.085 + 0.011 * height) * np.array([1.55, 1.0, 0.88, 0.8, 0.74, 0.80])
        self.limb(at[:-1], at[1:], np.stack([r[:-1], r[1:]], 1), self.tints(1, bark, 0.12).repeat(5, 0),
                  np.linspace(0.85, 0.5, 5)[:, None].repeat(2, 1) * shade)  # fmt: skip
        turn = rng.uniform(0, 2 * np.pi) + np.arange(fronds) * 2.39996
        lift = np.linspace(1.05, -0.62, fronds) + rng.normal(0, 0.08, fronds)
        far = reach * rng.uniform(0.82, 1.1, fronds) * np.where(lift < -0.35, 0.8, 1.0)
        way = np.stack([np.cos(turn) * np.cos(lift), np.sin(lift), np.sin(turn) * np.cos(lift)], axis=1)
        top = np.repeat(at[-1:], fronds, axis=0)
        dry = np.clip(-lift - 0.35, 0.0, 1.0)[:, None] * 2.0
        tint = self.tints(1, colour, 0.1) * np.exp(rng.normal(0, 0.10, (fronds, 1)))
        tint = tint + (np.array([[0.20, 0.155, 0.07]]) - tint) * np.minimum(dry, 0.9)
        self.along(top, top + way * far[:, None], far * 0.42, tint, sprites.FROND, 0.75, np.full(fronds, 0.8 * shade))

    def bush(self, foot: Array, size: float, colour: Colour, *, detail: float, free: float = 0.8) -> None:
        """A round bush of leaf clumps down to the ground."""
        self._bushes.append(Tree(foot, size, size, colour, detail, shade=free))


def asked(points: Array, wish: Wish, thing: str, apart: float = 7.0) -> Array:
    """Those of ground points [n, 2] or [n, 3] at which a wish leaves things of a kind.

    None where they are wished away, and one where a single one was asked for: the nearest that is `apart` metres off.
    """
    if thing in wish.without:
        return points[:0]
    if wish.lone != thing or not len(points):
        return points
    away = np.hypot(points[:, 0], points[:, -1])
    far = np.where(away < apart, np.inf, away)
    return points[[int(np.argmin(far if np.isfinite(far).any() else -away))]]


def spread(rng: np.random.Generator, nearest: float, farthest: float, count: int, spacing: float) -> Array:
    """Ground points [n, 2] between two distances, equally dense everywhere, at least `spacing` metres apart."""
    rho = np.sqrt(rng.uniform(nearest**2, farthest**2, count))
    turn = rng.uniform(0, 2 * np.pi, count)
    points = np.stack([rho * np.sin(turn), -rho * np.cos(turn)], axis=1)
    # One point for each cell of a grid, not near its border, keeps them apart without comparing all pairs.
    _, first = np.unique(np.floor(points / spacing).astype(np.int64), axis=0, return_index=True)
    return points[np.sort(first)]


def scatter(rng: np.random.Generator, nearest: float, farthest: float, count: int, spacing: float) -> Array:
    """Ground points [n, 2] around the eye, denser near it, none closer to each other than a share of the distance.

    The distances are drawn so that every doubling holds the same number; two points at distance ρ keep
    `spacing`·√(ρ·nearest) metres apart.
    """
    rho = nearest * (farthest / nearest) ** rng.uniform(0, 1, count)
    turn = rng.uniform(0, 2 * np.pi, count)
    points = np.stack([rho * np.sin(turn), -rho * np.cos(turn)], axis=1)
    if count > 400:
        # Of many small things one to a cell is enough; the cells grow like the spacing.
        cells = np.floor(points / (spacing * np.sqrt(rho * nearest))[:, None]).astype(np.int64)
        _, first = np.unique(cells, axis=0, return_index=True)
        return points[np.sort(first)]
    order = np.argsort(rho)
    points, rho = points[order], rho[order]
    kept: list[int] = []
    for k in range(count):
        gap = spacing * np.sqrt(rho[k] * nearest)
        if not kept or np.min(np.sum((points[kept] - points[k]) ** 2, axis=1)) > gap * gap:
            kept.append(k)
    return points[kept]
