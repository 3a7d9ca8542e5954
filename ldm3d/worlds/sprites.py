"""Small pictures that cards are cut from: leaves, needles, grass, flowers, made once and kept as mip-maps.

A sprite is float32 [64·k, 64·k, 4]: coverage, shade (a factor around 1), and two slopes that bend the card's normal.
Its border is empty. Sprites of one `Atlas` share a size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array
from ldm3d.worlds.once import Once

SIZE = 128


class Atlas:
    """Several sprites with their mip-maps in one array.

    Args:
        images: float32 [S, n, n, 4], n a power of two.
    """

    def __init__(self, images: NDArray[np.float32]) -> None:
        self.count, self.size = images.shape[0], images.shape[1]
        levels, starts, total = [], [], 0
        level = images
        while True:
            n = level.shape[1]
            starts.append(total)
            levels.append(level.reshape(-1, 4))
            total += self.count * n * n
            if n == 2:
                break
            grouped = level.reshape(self.count, n // 2, 2, n // 2, 2, 4)
            cover = grouped[..., :1]
            weight = cover.sum(axis=(2, 4))
            # Shade and slopes are averaged where something is: the empty part has none.
            mean = (grouped[..., 1:] * cover).sum(axis=(2, 4)) / np.maximum(weight, 1e-6)
            level = np.concatenate([weight / 4.0, mean], axis=-1).astype(np.float32)
        texels = np.concatenate(levels)
        self._cover, self._look = np.ascontiguousarray(texels[:, 0]), np.ascontiguousarray(texels[:, 1:])
        self._starts = np.array(starts, np.intp)

    def __call__(
        self, which: NDArray[np.int32], u: Array, v: Array, texel: Array
    ) -> tuple[NDArray[np.intp], Array, Array]:
        """Look sprites up.

        Args:
            which: sprite indices [n].
            u: across, −1 left to 1 right [n].
            v: upward, −1 below to 1 above [n].
            texel: size of a panorama texel on the card, in the same units as u [n].

        Returns:
            Which of the n are covered at all [m], their coverage [m], whose edge is about one panorama texel wide, and
            shade and slopes [m, 3] of the nearest spot.
        """
        lod = np.log2(np.maximum(texel * np.float32(self.size * 0.5), 1.0))
        level = np.minimum((lod + 0.4).astype(np.int32), len(self._starts) - 1)
        n = np.int32(self.size) >> level
        wide = n.astype(np.float32)
        limit = wide - np.float32(1.0)
        fx = np.clip((u * 0.5 + 0.5) * wide - 0.5, 0.0, limit)
        fy = np.clip((0.5 - v * 0.5) * wide - 0.5, 0.0, limit)
        x0, y0 = fx.astype(np.int32), fy.astype(np.int32)
        fx -= x0.astype(np.float32)
        fy -= y0.astype(np.float32)
        left = self._starts.take(level) + which * n * n + y0 * n + x0
        right = np.where(x0 < n - 1, np.int32(1), np.int32(0))
        down = np.where(y0 < n - 1, n, np.int32(0))
        take = self._cover.take
        a = take(left)
        a += (take(left + right) - a) * fx
        left += down
        b = take(left)
        b += (take(left + right) - b) * fx
        a += (b - a) * fy
        # Seen closer than its own detail, the soft edge is drawn together to one panorama texel.
        sharpen = np.clip(1.0 / np.maximum(texel * np.float32(self.size * 0.5), 1e-3), 1.0, 12.0)
        sharpen = np.where(which >= SOFT, np.float32(1.0), sharpen)
        a = np.clip((a - 0.5) * sharpen + 0.5, 0.0, 1.0)
        a *= (np.abs(u) < 1.0) & (np.abs(v) < 1.0)
        shown = np.flatnonzero(a > 0.02)
        # The nearest of the four.
        spot = (left - np.where(fy < 0.5, down, np.int32(0)) + np.where(fx < 0.5, np.int32(0), right)).take(shown)
        return shown, a.take(shown), self._look.take(spot, axis=0)


def _grid() -> tuple[Array, Array]:
    axis = ((np.arange(SIZE) + 0.5) / SIZE * 2.0 - 1.0).astype(np.float32)
    return np.meshgrid(axis, -axis)


class _Canvas:
    """A sprite being painted: later strokes lie over earlier ones."""

    def __init__(self) -> None:
        self.x, self.y = _grid()
        self.image = np.zeros((SIZE, SIZE, 4), np.float32)

    def stroke(
        self, cover: Array, shade: Array | float, nx: Array | float, ny: Array | float,
        window: tuple[slice, slice] = (slice(None), slice(None)),
    ) -> None:  # fmt: skip
        """Paint with a coverage; all arrays are those of a window of the sprite."""
        cover = np.clip(cover, 0.0, 1.0)
        image = self.image[window]
        for channel, value in enumerate((shade, nx, ny), start=1):
            image[..., channel] += (value - image[..., channel]) * cover
        np.maximum(image[..., 0], cover, out=image[..., 0])

    def around(self, cx: float, cy: float, reach: float) -> tuple[slice, slice]:
        """The window that holds everything within `reach` of a point, and two texels more."""
        low, high = (int((at * 0.5 + 0.5) * SIZE) for at in (cx - reach, cx + reach))
        top, bottom = (int((0.5 - at * 0.5) * SIZE) for at in (cy + reach, cy - reach))
        return slice(max(top - 2, 0), max(bottom + 3, 0)), slice(max(low - 2, 0), max(high + 3, 0))

    def leaf(self, cx: float, cy: float, angle: float, length: float, width: float, shade: float) -> None:
        """A pointed leaf with a rib, lit a little from its upper side."""
        c, s = np.cos(angle), np.sin(angle)
        window = self.around(cx, cy, max(length, width))
        dx, dy = self.x[window] - cx, self.y[window] - cy
        along = (dx * c + dy * s) / length
        across = (-dx * s + dy * c) / width
        inside = (1.0 - along**2) - np.abs(across)
        cover = np.clip(inside * width * SIZE * 0.5 + 0.3, 0.0, 1.0) * (np.abs(along) < 1.0)
        tone = shade * (1.0 + 0.16 * np.sign(across) * np.minimum(np.abs(across) * 4, 1) + 0.10 * along)
        self.stroke(cover, tone, c * 0.5 - s * across * 0.8, s * 0.5 + c * across * 0.8, window)

    def blade(self, x0: float, lean: float, height: float, width: float, shade: float) -> None:
        """A grass blade from the lower edge, leaning more the higher."""
        t = (self.y + 0.98) / height
        middle = x0 + lean * np.clip(t, 0, 1) ** 1.8
        half = width * np.sqrt(np.clip(1.0 - t, 0.0, 1.0))
        cover = np.clip((half - np.abs(self.x - middle)) * SIZE * 0.5 + 0.5, 0.0, 1.0) * (t >= 0) * (t < 1)
        tone = shade * (0.50 + 0.62 * np.clip(t, 0, 1))
        self.stroke(cover, tone, (self.x - middle) / max(width, 1e-3) * 0.4 + lean * 0.4, 0.25)

    def disc(self, cx: float, cy: float, radius: float, shade: float) -> None:
        dx, dy = (self.x - cx) / radius, (self.y - cy) / radius
        r = np.hypot(dx, dy)
        self.stroke(np.clip((1 - r) * radius * SIZE * 0.5 + 0.5, 0, 1), shade * (1.05 - 0.2 * r), dx * 0.6, dy * 0.6)


def _leaves(seed: int, count: int, length: float, width: float, *, spread: float = 0.74) -> Array:
    """A clump of leaves, dense in the middle: the deep ones darker."""
    rng = np.random.default_rng(seed)
    canvas = _Canvas()
    order = np.linspace(0.0, 1.0, count)
    for depth in order:
        angle = rng.uniform(0, 2 * np.pi)
        out = spread * np.sqrt(rng.uniform(0, 1)) * (1.0 - 0.12 * depth)
        cx, cy = np.cos(angle) * out, np.sin(angle) * out
        direction = angle + rng.normal(0, 0.9)
        shade = 0.62 + 0.42 * depth + rng.normal(0, 0.10)
        size = length * rng.uniform(0.7, 1.2)
        canvas.leaf(cx, cy, direction, size, size * width / length, shade)
    return canvas.image


def _needles(seed: int) -> Array:
    """A drooping conifer branch seen from its side: twigs with needles hanging from a stem along +x and −x."""
    rng = np.random.default_rng(seed)
    canvas = _Canvas()
    for depth in np.linspace(0, 1, 130):
        x = rng.uniform(-0.86, 0.86)
        reach = 1.0 - abs(x) * 0.55
        y = 0.30 - 0.42 * x * x + rng.normal(0, 0.09) - rng.uniform(0, 0.55) * reach
        angle = -np.pi / 2 + x * 0.9 + rng.normal(0, 0.5)
        size = rng.uniform(0.09, 0.20) * (0.55 + 0.45 * reach)
        canvas.leaf(x, y, angle, size, size * 0.20, 0.62 + 0.40 * depth + rng.normal(0, 0.1))
    return canvas.image


def _grass(seed: int, count: int, height: float, lean: float) -> Array:
    rng = np.random.default_rng(seed)
    canvas = _Canvas()
    for depth in np.linspace(0, 1, count):
        x0 = rng.normal(0, 0.30)
        canvas.blade(
            float(np.clip(x0, -0.75, 0.75)), float(np.clip(x0 * 0.5 + rng.normal(0, lean), -0.85, 0.85) * 0.6),
            height * rng.uniform(0.45, 1.0), rng.uniform(0.014, 0.034), 0.72 + 0.34 * depth + rng.normal(0, 0.08),
        )  # fmt: skip
    return canvas.image


def _fern(seed: int) -> Array:
    """Fronds that arch out of one root, each a rib with leaflets."""
    rng = np.random.default_rng(seed)
    canvas = _Canvas()
    for depth in np.linspace(0, 1, 9):
        lean = rng.uniform(-0.95, 0.95)
        height = 1.75 * (1 - 0.35 * abs(lean)) * rng.uniform(0.7, 1.0)
        for t in np.linspace(0.12, 1.0, 20):
            x, y = lean * t**1.3 * 0.85, -0.96 + height * (t - 0.38 * t * t * (0.6 + abs(lean)))
            slope = np.arctan2(height * (1 - 0.76 * t), lean * 1.1 + 1e-6)
            size = 0.17 * (1.08 - t) * (0.5 + min(t * 3, 1) * 0.5)
            for side in (-1, 1):
                angle = slope + side * 1.05
                canvas.leaf(
                    x + np.cos(angle) * size * 0.8, y + np.sin(angle) * size * 0.8, angle, size, size * 0.24,
                    0.66 + 0.36 * depth + 0.08 * side,
                )  # fmt: skip
    return canvas.image


def _flower(seed: int, petals: int, radius: float) -> Array:
    """A flower head; its slopes are left flat, its shade above 1.4 marks the eye."""
    rng = np.random.default_rng(seed)
    canvas = _Canvas()
    for k in range(petals):
        angle = 2 * np.pi * k / petals + rng.normal(0, 0.12)
        cx, cy = np.cos(angle) * radius * 0.9, np.sin(angle) * radius * 0.9
        canvas.leaf(cx, cy, angle, radius, radius * 0.62, 0.92 + rng.normal(0, 0.07))
    canvas.disc(0, 0, radius * 0.42, 0.62)
    return canvas.image


def _twigs(seed: int) -> Array:
    """Bare twigs that fork from the lower edge outward."""
    rng = np.random.default_rng(seed)
    canvas = _Canvas()

    def grow(x: float, y: float, angle: float, length: float, width: float, depth: int) -> None:
        for _ in range(3):
            step = length / 3
            nx, ny = x + np.cos(angle) * step, y + np.sin(angle) * step
            window = canvas.around((x + nx) / 2, (y + ny) / 2, step / 2 + width + 1.0 / SIZE)
            dx, dy = canvas.x[window] - x, canvas.y[window] - y
            along = np.clip((dx * (nx - x) + dy * (ny - y)) / (step * step), 0.0, 1.0)
            gap = np.hypot(dx - along * (nx - x), dy - along * (ny - y))
            canvas.stroke((width - gap) * SIZE * 0.5 + 0.5, 0.8 + 0.05 * depth, np.cos(angle) * 0.3, 0.3, window)
            x, y, angle = nx, ny, angle + rng.normal(0, 0.16)
            if depth:
                side = rng.choice([-1.0, 1.0]) * rng.uniform(0.4, 0.85)
                grow(x, y, angle + side, length * rng.uniform(0.5, 0.68), width * 0.66, depth - 1)

    for lean in (-0.75, -0.3, 0.2, 0.7):
        grow(0.15 * lean, -0.9, np.pi / 2 - lean, 1.15, 0.017, 3)
    # Nothing reaches the border.
    canvas.image[..., 0] *= np.clip((1.0 - np.hypot(canvas.x, canvas.y)) * 20.0, 0.0, 1.0)
    return canvas.image


def _frond(seed: int) -> Array:
    """A palm's frond along +x: a rib that arches over, leaflets that hang from both of its sides."""
    rng = np.random.default_rng(seed)
    canvas = _Canvas()
    for t in np.linspace(0.97, 0.06, 44):
        x, y = -0.96 + 1.86 * t, -0.32 + 2.05 * t - 2.10 * t * t
        slope = np.arctan2(2.05 - 4.2 * t, 1.86)
        size = 0.46 * (0.30 + 0.70 * np.sin(np.pi * min(t + 0.16, 1.0))) * rng.uniform(0.85, 1.1)
        for side in (1.0, -1.0):
            angle = slope + side * (0.95 - 0.35 * t) - 0.32 * (1.0 if side > 0 else 0.4) + rng.normal(0, 0.05)
            canvas.leaf(
                x + np.cos(angle) * size * 0.5, y + np.sin(angle) * size * 0.5, angle, size * 0.54, 0.026,
                (1.02 if side > 0 else 0.80) + rng.normal(0, 0.07),
            )  # fmt: skip
    t = np.clip((canvas.x + 0.96) / 1.86, 0.0, 1.0)
    rib = np.abs(canvas.y + 0.32 - 2.05 * t + 2.10 * t * t) - 0.022 * (1.15 - t)
    canvas.stroke((0.5 - rib * SIZE * 0.5) * (canvas.x > -0.97) * (canvas.x < 0.88), 1.15, 0.0, 0.3)
    return canvas.image


def _paddle(seed: int, width: float, torn: int) -> Array:
    """A giant leaf along +x with a pale rib and veins, torn at its rim."""
    rng = np.random.default_rng(seed)
    canvas = _Canvas()
    x, y = canvas.x, canvas.y
    t = np.clip((x + 0.74) / 1.68, 0.0, 1.0)
    half = width * np.sqrt(np.clip(np.sin(np.pi * t**0.72), 0.0, 1.0)) * (1.06 - 0.25 * t)
    for _ in range(torn):
        cut, side = rng.uniform(0.15, 0.9), rng.choice([-1.0, 1.0])
        gap = np.abs(x - (cut * 1.68 - 0.74) - 0.30 * np.abs(y)) * SIZE * 0.5
        half = np.where((y * side > 0.25 * half) & (gap < rng.uniform(0.8, 2.2)), half * rng.uniform(0.25, 0.6), half)
    inside = np.clip((half - np.abs(y)) * SIZE * 0.5 + 0.5, 0.0, 1.0) * (t > 0.0) * (t < 1.0)
    veins = 0.5 + 0.5 * np.cos((x - 0.45 * np.abs(y)) * 52.0)
    across = y / np.maximum(half, 1e-3)
    canvas.stroke(inside, 0.86 + 0.14 * np.sign(y) + 0.09 * veins - 0.10 * np.abs(across), 0.25 * veins, across * 0.7)
    rib = (0.016 + 0.012 * (1.0 - t) - np.abs(y)) * SIZE * 0.5 + 0.5
    canvas.stroke(np.clip(rib, 0.0, 1.0) * (x > -0.97) * (x < 0.92), 1.35, 0.0, 0.2)
    return canvas.image


def _reeds(seed: int) -> Array:
    """Reeds from the lower edge: straight blades, and brown heads on stalks."""
    rng = np.random.default_rng(seed)
    canvas = _Canvas()
    for depth in np.linspace(0, 1, 26):
        x0 = float(np.clip(rng.normal(0, 0.36), -0.8, 0.8))
        lean = float(np.clip(x0 * 0.35 + rng.normal(0, 0.16), -0.5, 0.5))
        canvas.blade(x0, float(np.clip(lean, -0.9 - x0, 0.9 - x0)), 1.9 * rng.uniform(0.5, 1.0),
                     rng.uniform(0.012, 0.024), 0.70 + 0.36 * depth + rng.normal(0, 0.08))  # fmt: skip
    for _ in range(4):
        x0, top = rng.uniform(-0.6, 0.6), rng.uniform(0.45, 0.80)
        stalk = np.clip((0.010 - np.abs(canvas.x - x0)) * SIZE * 0.5 + 0.5, 0, 1) * (canvas.y < top)
        canvas.stroke(stalk, 0.9, 0.0, 0.2)
        head = 1.0 - np.hypot((canvas.x - x0) / 0.034, (canvas.y - top) / 0.15)
        canvas.stroke(np.clip(head * 2.4, 0, 1), 0.34, (canvas.x - x0) * 12.0, 0.1)
    return canvas.image


def _beard(seed: int) -> Array:
    """Moss that hangs from the upper edge in strands of many lengths."""
    rng = np.random.default_rng(seed)
    canvas = _Canvas()
    for depth in np.linspace(0, 1, 46):
        x0 = rng.uniform(-0.8, 0.8)
        length = 1.9 * (1.0 - 0.75 * x0 * x0) * rng.uniform(0.35, 1.0)
        t = (0.96 - canvas.y) / length
        middle = x0 * (1.0 - 0.25 * t) + 0.03 * np.sin(t * 9.0 + x0 * 40.0)
        half = 0.026 * np.sqrt(np.clip(1.0 - t, 0.0, 1.0)) * (0.75 + 0.25 * np.sin(t * 31.0 + x0 * 90.0))
        cover = np.clip((half - np.abs(canvas.x - middle)) * SIZE * 0.5 + 0.5, 0, 1) * (t >= 0) * (t < 1)
        canvas.stroke(cover, 0.66 + 0.4 * depth + rng.normal(0, 0.08), (canvas.x - middle) * 9.0, 0.1)
    return canvas.image


def _blur(wide: float, most: float) -> Array:
    """Something that moves: densest in its middle, never covering what lies behind."""
    canvas = _Canvas()
    canvas.image[..., 0] = most * np.clip(1.0 - np.hypot(canvas.x / wide, canvas.y), 0.0, 1.0)
    canvas.image[..., 1] = 1.0
    return canvas.image


LEAVES, NEEDLES, GRASS, FERN, FLOWER, BUSH, TWIGS = (0, 1, 2), (3, 4), (5, 6, 7), (8, 9), (10, 11), (12, 13), (14,)
# Fronds and giant leaves lie along +x with their foot at −x; reeds stand, moss hangs.
FROND, PADDLE, REED, BEARD = (15,), (16, 17), (18,), (19,)
# From this index on sprites keep their soft edges.
SOFT = 20
STREAK, FLAKE = (20,), (21,)


@Once
def atlas() -> Atlas:
    """The sprites that plants are made of, addressed by the index tuples of this module."""
    images = [
        _leaves(1, 95, 0.135, 0.062), _leaves(2, 80, 0.15, 0.07), _leaves(3, 110, 0.12, 0.055),
        _needles(4), _needles(5),
        _grass(6, 34, 1.9, 0.5), _grass(7, 26, 1.7, 0.8), _grass(8, 46, 1.4, 0.6),
        _fern(9), _fern(10),
        _flower(11, 6, 0.46), _flower(12, 9, 0.46),
        _leaves(13, 150, 0.10, 0.04, spread=0.82), _leaves(14, 190, 0.085, 0.045, spread=0.85),
        _twigs(15),
        _frond(16), _paddle(17, 0.40, 7), _paddle(18, 0.66, 2), _reeds(19), _beard(20),
        _blur(1.0, 0.30), _blur(1.0, 0.49),
    ]  # fmt: skip
    return Atlas(np.stack(images))
