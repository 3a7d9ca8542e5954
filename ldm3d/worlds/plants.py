"""Plants made of cards and limbs: what places set into their ground."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ldm3d.worlds import sprites
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.scene import Cards, Limbs, joined
from ldm3d.worlds.spec import Wish


def _unit(v: Array) -> Array:
    value: Array = v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-6)
    return value


def facing(centre: Array, half_width: Array, half_height: Array, roll: Array) -> tuple[Array, Array]:
    """`right` and `up` of cards [n, 3] that look at the eye, turned by `roll` around the line of sight."""
    back = _unit(-centre)
    level = np.where(np.abs(back[:, 1:2]) > 0.97, np.array([[1.0, 0, 0]]), np.array([[0, 1.0, 0]]))
    right = _unit(np.cross(level, back))
    up = np.cross(back, right)
    c, s = np.cos(roll)[:, None], np.sin(roll)[:, None]
    return (right * c + up * s) * half_width[:, None], (up * c - right * s) * half_height[:, None]


def upright(centre: Array, half_width: Array, half_height: Array) -> tuple[Array, Array]:
    """`right` and `up` of cards [n, 3] that stand upright and turn to the eye."""
    right = np.stack([-centre[:, 2], np.zeros(len(centre)), centre[:, 0]], axis=1)
    right = _unit(right)
    # Seen from above an upright card would be a line: close to the eye's foot cards lean back.
    level = np.hypot(centre[:, 0], centre[:, 2])
    away = np.stack([centre[:, 0] / level, np.zeros(len(centre)), centre[:, 2] / level], axis=1)
    lean = np.clip(0.9 - 0.5 * level, 0.0, 0.75)[:, None]
    spread_out = np.sin(centre[:, :1] * 91.7 + centre[:, 2:] * 57.3)
    up = _unit(np.array([[0.0, 1.0, 0.0]]) + away * lean + right * (0.35 * spread_out))
    right = _unit(right - up * np.sum(right * up, axis=1, keepdims=True))
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

    def all_cards(self) -> Cards | None:
        """Everything planted so far that is made of cards."""
        return joined(list(self.cards)) if self.cards else None

    def all_limbs(self) -> Limbs | None:
        """Everything planted so far that is made of limbs."""
        return joined(list(self.limbs)) if self.limbs else None

    def tints(self, count: int, colour: Colour, spread: float) -> Array:
        """Colours [count, 3] around one: lighter and darker, yellower and bluer."""
        light = np.exp(self.rng.normal(0, spread, (count, 1)))
        warm = self.rng.normal(0, spread * 0.6, (count, 1))
        value: Array = np.array(colour) * light * np.exp(warm * np.array([[1.0, 0.15, -1.0]]))
        return value

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
                normal=_unit(normal), leafy=np.full(n, leafy), open=np.broadcast_to(free, (n,)), glow=np.zeros(n),
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
        rng = self.rng
        lean = rng.normal(0, 0.035, 2) * height
        top = foot + np.array([lean[0], height * 0.86, lean[1]])
        bend = foot + (top - foot) * 0.45 + np.array([rng.normal(0, 0.02), 0, rng.normal(0, 0.02)]) * height
        r = height * trunk
        below = foot - np.array([0, 0.3, 0])
        knee = foot + (bend - foot) * 0.10
        starts, ends = [below, knee, bend], [knee, bend, top]
        radii = [[r * 1.55, r * 1.02], [r * 1.02, r * 0.72], [r * 0.72, r * 0.14]]
        crown_low, crown_high = height * crown_from, height
        middle = (crown_low + crown_high) / 2
        half = (crown_high - crown_low) / 2
        # Boughs: each carries a lobe of the crown.
        lobes = max(3, int(4 + 7 * detail))
        turn = rng.uniform(0, 2 * np.pi) + np.arange(lobes) * 2.39996
        lift = np.linspace(-0.55, 0.80, lobes) + rng.normal(0, 0.1, lobes)
        out = spread * np.sqrt(np.clip(1.0 - (lift * 0.92) ** 2, 0.05, 1)) * rng.uniform(0.50, 0.85, lobes)
        centre = np.stack([np.cos(turn) * out, middle + lift * half * 0.80, np.sin(turn) * out], axis=1)
        centre[:, [0, 2]] += lean * 0.8
        lobe = spread * rng.uniform(0.42, 0.62, lobes)
        for k in range(lobes):
            share = np.clip((centre[k, 1] / height) * 0.62, 0.18, 0.80)
            root = foot + (top - foot) * share
            starts.append(root)
            ends.append(foot + centre[k])
            radii.append([r * (0.62 - 0.5 * share), r * 0.10])
        n = len(starts)
        free = np.full((n, 2), 0.55 * shade)
        free[:3] = [[0.65 * shade, 0.8 * shade], [0.8 * shade, 0.5 * shade], [0.5 * shade, 0.4]]
        self.limb(np.array(starts), np.array(ends), np.array(radii), self.tints(1, bark, 0.18).repeat(n, 0), free)
        # Clumps on the lobes' shells, more of them above and outside.
        per = int(6 + 34 * detail)
        which = np.repeat(np.arange(lobes), per)
        v = _unit(rng.normal(0, 1, (len(which), 3)) + np.array([0, 0.25, 0]))
        reach = lobe[which] * rng.uniform(0.45, 1.05, len(which)) ** 0.6
        offset = centre[which] + v * reach[:, None] * np.array([1.0, 0.72, 1.0])
        size = spread * (0.17 + 0.20 * (1 - detail)) * rng.uniform(0.7, 1.25, len(which))
        from_middle = (offset - np.array([lean[0] * 0.8, middle, lean[1] * 0.8])) / np.array([spread, half, spread])
        normal = _unit(_unit(from_middle) * 0.75 + v * 0.6 + np.array([0, 0.15, 0]))
        depth = np.clip(np.linalg.norm(from_middle, axis=1), 0, 1.2)
        free_sky = np.clip(0.22 + 0.55 * depth**2 + 0.28 * from_middle[:, 1], 0.12, 1.0)
        tint = self.tints(1, colour, 0.16) * np.exp(rng.normal(0, 0.10, (len(which), 1)))
        tint = tint * (0.80 + 0.30 * depth[:, None])
        self.clumps(foot + offset, size, tint, normal, free_sky, sprites.LEAVES, 0.75)

    def conifer(self, foot: Array, height: float, spread: float, colour: Colour, *, detail: float, bark: Colour,
                bare: float = 0.12, shade: float = 1.0) -> None:  # fmt: skip
        """One fir or spruce: whorls of drooping branches, wide below, around a straight trunk."""
        rng = self.rng
        lean = rng.normal(0, 0.012, 2) * height
        top = foot + np.array([lean[0], height, lean[1]])
        r = height * 0.017 + 0.02
        knee = foot + (top - foot) * 0.05
        self.limb(
            np.array([foot - [0, 0.3, 0], knee]), np.array([knee, top]), np.array([[r * 1.4, r], [r, r * 0.12]]),
            self.tints(1, bark, 0.15).repeat(2, 0), np.array([[0.6, 0.7], [0.7, 0.4]]) * shade,
        )  # fmt: skip
        levels = max(6, int(9 + 17 * detail))
        per = max(4, int(4 + 5 * detail))
        t = bare + (1 - bare) * (np.arange(levels) + 0.5) / levels
        t = np.repeat(t, per) + rng.normal(0, 0.35 / levels, levels * per)
        t = np.clip(t, bare, 0.995)
        n = len(t)
        turn = rng.uniform(0, 2 * np.pi, n)
        reach = spread * (1.0 - (t - bare) / (1.0 - bare)) ** 0.85 * rng.uniform(0.78, 1.12, n) + spread * 0.05
        out = np.stack([np.cos(turn), np.zeros(n), np.sin(turn)], axis=1)
        centre = foot + (top - foot) * t[:, None] + out * (reach * 0.52)[:, None]
        centre[:, 1] -= reach * 0.20
        size = reach * 0.62 + spread * 0.03
        right, up = facing(centre, size, size * 0.80, np.zeros(n))
        # A branch that points aside is seen long, one that points at the eye short: keep them level, hanging.
        normal = _unit(out * 0.8 + np.array([0, 0.75, 0]) + rng.normal(0, 0.12, (n, 3)))
        free = np.clip(0.34 + 0.5 * t + rng.normal(0, 0.06, n), 0.15, 1.0)
        tint = self.tints(1, colour, 0.14) * np.exp(rng.normal(0, 0.10, (n, 1))) * (0.78 + 0.35 * t[:, None])
        self.cards.append(
            Cards(centre=centre, right=right, up=up, sprite=rng.choice(np.array(sprites.NEEDLES, np.int32), n),
                  colour=tint, normal=normal, leafy=np.full(n, 0.3), open=free, glow=np.zeros(n))
        )  # fmt: skip

    def along(
        self, foot: Array, tip: Array, half_width: Array, colour: Array, kinds: tuple[int, ...], leafy: float = 0.7,
        free: Array | float = 0.7,
    ) -> None:  # fmt: skip
        """Sprites along +x (fronds, giant leaves) from foot to tip [n, 3], turned to the eye about that line."""
        n = len(foot)
        centre, right = (foot + tip) / 2, (tip - foot) / 2
        up = np.cross(-centre, right)
        thin = np.linalg.norm(up, axis=1) < 1e-3 * np.linalg.norm(right, axis=1)
        up[thin] = np.cross(right[thin], np.array([0.3, 0.1, 1.0]))
        # A frond's arch is above its foot.
        high = _unit(up) * np.where(up[:, 1:2] < 0, -1.0, 1.0)
        normal = _unit(np.cross(right, high) * np.sign(np.cross(right, high)[:, 1:2]) + np.array([0, 0.02, 0]))
        normal = _unit(normal + np.array([[0, 0.8, 0]]) + self.rng.normal(0, 0.12, (n, 3)))
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
        rng = self.rng
        n = int(5 + 26 * detail)
        v = _unit(rng.normal(0, 1, (n, 3)))
        v[:, 1] = np.abs(v[:, 1])
        offset = v * np.array([1.0, 0.75, 1.0]) * size * rng.uniform(0.4, 0.85, (n, 1))
        offset[:, 1] += size * 0.15
        tint = self.tints(1, colour, 0.15) * np.exp(rng.normal(0, 0.12, (n, 1)))
        high = np.clip(offset[:, 1] / size, 0, 1)
        self.clumps(
            foot + offset, size * rng.uniform(0.30, 0.50, n), tint * (0.65 + 0.5 * high[:, None]),
            _unit(v + np.array([0, 0.3, 0])), np.clip(0.25 + 0.6 * high, 0, 1) * free, sprites.BUSH, 0.6,
        )  # fmt: skip


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
