"""Cast shadows and the darkness under things: two maps that are made once and looked up while shading.

The shadow map looks along the light on a plane at right angles to it; each texel keeps how far toward the light the
last thing on its line reaches. A point lies in shadow if something reaches farther. The cover map looks from above and
keeps how much of the sky is hidden over each spot.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds import sprites
from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.raster import ragged
from ldm3d.worlds.scene import Boxes, Scene

# Texels of the maps' sides at most and at least: a small picture does not show finer shadows.
SIZE, LEAST = 1024, 256
ROOF, MARCH = 384, 72
NOTHING = np.float32(-1e9)
# A ceiling above this is an opening.
OPEN = 500.0


def _discs(size: int, a: Array, b: Array, r: Array) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
    """Texels of a square map whose middles lie under discs: (texel, which disc, column, row)."""
    a, b, r = (np.asarray(values, np.float32) for values in (a, b, r))
    half = np.float32(0.5)
    low = np.clip(np.ceil(b - r - half), 0, size).astype(np.int32)
    high = np.clip(np.floor(b + r - half) + 1, 0, size).astype(np.int32)
    seen = np.flatnonzero((a > -r) & (a < size + r) & (low < high)).astype(np.int32)
    a, b, r, low, high = a[seen], b[seen], r[seen], low[seen], high[seen]
    for which, k in ragged(high - low):
        row = low.take(which) + k
        away, middle, wide = row.astype(np.float32) + half - b.take(which), a.take(which), r.take(which)
        reach = np.sqrt(np.maximum(wide * wide - away * away, np.float32(0.0)))
        first = np.clip(np.ceil(middle - reach - half), 0, size).astype(np.int32)
        past = np.clip(np.floor(middle + reach - half) + 1, 0, size).astype(np.int32)
        start = row * np.int32(size) + first
        disc = seen.take(which)
        for span, j in ragged(np.maximum(past - first, 0)):
            yield start.take(span) + j, disc.take(span), first.take(span) + j, row.take(span)


def _corners(size: int, a: Array, b: Array) -> tuple[NDArray[np.bool_], Ints, Array, Array]:
    """Whether points lie on a square map, the texel at their lower left, and the shares of the next ones."""
    a, b = a - np.float32(0.5), b - np.float32(0.5)
    inside = (a >= 0) & (a < size - 1) & (b >= 0) & (b < size - 1)
    a, b = np.clip(a, 0, size - 2), np.clip(b, 0, size - 2)
    x, y = a.astype(np.int32), b.astype(np.int32)
    # A single's difference from a whole number would be a double, and so would all that comes of it.
    return inside, y * np.int32(size) + x, a - x.astype(np.float32), b - y.astype(np.float32)


def box_triangles(boxes: Boxes) -> Array:
    """The sides of boxes as triangles [12·N, 3, 3]."""
    c, s, zero = np.cos(boxes.turn), np.sin(boxes.turn), np.zeros_like(boxes.turn)
    axes = np.stack([np.stack([c, zero, -s], 1), np.stack([zero, zero + 1, zero], 1), np.stack([s, zero, c], 1)], 1)
    axes = axes * boxes.half[:, :, None]
    signs = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)], np.float32)
    corners = boxes.centre[:, None] + np.einsum("kc,ncd->nkd", signs, axes)
    quads = [(0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5)]
    found: Array = corners[:, [t for q in quads for t in ((q[0], q[1], q[2]), (q[0], q[2], q[3]))]].reshape(-1, 3, 3)
    return found


class Shadows:
    """The shadow and cover maps of a scene.

    Args:
        scene: what stands there.
        toward: unit vector [3] toward the light.
        width: texels of the panorama's width.

    Attributes:
        reach: metres around the eye that the maps hold.
        size: texels of the shadow map's side.
        cover: texels of the cover map's side.
    """

    def __init__(self, scene: Scene, toward: Array, width: int = SIZE) -> None:
        self.size = min(SIZE, max(LEAST, 1 << (4 * width - 1).bit_length()))
        self.cover = self.size // 4
        self.reach = np.float32(scene.shadow_reach)
        # A light that grazes the ground would stretch the map beyond use: shadows keep a least steepness.
        steep = np.maximum(toward[1], np.float32(0.12))
        flat = toward[[0, 2]] / np.hypot(toward[0], toward[2]) * np.sqrt(1.0 - steep * steep)
        self._l = np.array([flat[0], steep, flat[1]], np.float32)
        side = np.array([-self._l[2], 0.0, self._l[0]], np.float32)
        self._a = side / np.linalg.norm(side)
        self._b = np.cross(self._a, self._l).astype(np.float32)
        self._map = np.full(self.size * self.size, NOTHING, np.float32)
        self._cover = np.zeros(self.cover * self.cover, np.float32)
        self._beyond = np.float32(1.0)
        self._fine(scene)
        solid = [] if scene.boxes is None else [box_triangles(scene.boxes)]
        if scene.meshes is not None:
            solid.append(scene.meshes.corners)
            self._under(scene.meshes.corners)
        if solid:
            self._triangles(np.concatenate(solid))
        if scene.ceiling is not None and not scene.clear_ceiling:
            self._ceiling(scene)
        # Light comes through leaves and from aside: nothing is covered wholly.
        self._cover = np.float32(0.78) * (1.0 - np.exp(-1.3 * self._cover))

    @property
    def texel(self) -> float:
        """Side of a texel of the shadow map in metres."""
        return 2.0 * float(self.reach) / self.size

    def _fine(self, scene: Scene) -> None:
        """Leaves, stones and limbs."""
        if scene.cards is not None:
            # A card is a patch with holes: its middle is enough.
            size = np.linalg.norm(scene.cards.right, axis=1)
            tall = np.linalg.norm(scene.cards.up, axis=1)
            casting = (np.minimum(size, tall) > 0.16) & ~np.isin(scene.cards.sprite, sprites.TWIGS)
            self._round(scene.cards.centre[casting], 0.62 * np.minimum(size, tall)[casting])
            self._covers(scene.cards.centre[casting], size[casting] * 1.2, 0.35)
        if scene.stones is not None:
            axes = scene.stones.axes
            self._round(scene.stones.centre, axes.mean(axis=1) * 0.9, axes.min(axis=1) * 0.7)
            self._covers(scene.stones.centre, scene.stones.axes[:, 0] * 1.35, 0.5)
        if scene.limbs is not None:
            limbs = scene.limbs
            share = np.linspace(0.0, 1.0, 8 + self.size // 32, dtype=np.float32)[None, :, None]
            points = limbs.start[:, None] + (limbs.end - limbs.start)[:, None] * share
            radius = limbs.radius[:, :1] + (limbs.radius[:, 1:] - limbs.radius[:, :1]) * share[..., 0]
            thick = limbs.radius[:, 0] > 0.04
            self._round(points[thick].reshape(-1, 3), radius[thick].ravel(), radius[thick].ravel() * 0.7)
            self._covers(limbs.start[thick], limbs.radius[thick, 0] * 4.0, 0.45)

    def _plane(self, points: Array) -> tuple[Array, Array, Array]:
        """Texel coordinates on the map, and the way toward the light, of points [..., 3]."""
        scale = np.float32(self.size / 2) / self.reach
        a = points @ self._a * scale + np.float32(self.size / 2)
        b = points @ self._b * scale + np.float32(self.size / 2)
        return a, b, points @ self._l

    def _put(self, texel: Ints, along: Array) -> None:
        # Repeated texels keep what reaches farthest toward the light.
        np.maximum.at(self._map, texel, np.asarray(along, np.float32))

    def _round(self, centres: Array, radii: Array, bulge: Array | float = 0.0) -> None:
        """Round things: their outline, and how far they swell toward the light."""
        a, b, along = self._plane(centres)
        along = along + bulge
        r = np.maximum(radii * np.float32(self.size / 2) / self.reach, 0.75)
        along = np.asarray(along, np.float32)
        for texel, which, _, _ in _discs(self.size, a, b, r):
            self._put(texel, along.take(which))

    def _covers(self, centres: Array, radii: Array, strength: float) -> None:
        scale = np.float32(self.cover / 2) / self.reach
        a, b = centres[:, 0] * scale + self.cover / 2, centres[:, 2] * scale + self.cover / 2
        r = np.maximum(radii * scale, 0.9)
        square = r * r
        for texel, which, x, y in _discs(self.cover, a, b, r):
            dx, dy = x + 0.5 - a[which], y + 0.5 - b[which]
            share = 1.0 - (dx * dx + dy * dy) / square[which]
            self._cover += np.bincount(texel, share * strength, self.cover * self.cover).astype(np.float32)

    def _triangles(self, corners: Array) -> None:
        """Triangles [N, 3, 3]: every texel of the map within one keeps where its line leaves it."""
        a, b, along = self._plane(corners)
        area: Array = (a[:, 1] - a[:, 0]) * (b[:, 2] - b[:, 0]) - (a[:, 2] - a[:, 0]) * (b[:, 1] - b[:, 0])
        low: Array = np.maximum(np.floor(b.min(axis=1)), 0).astype(np.float32)
        high: Array = np.minimum(np.ceil(b.max(axis=1)), self.size).astype(np.float32)
        seen = np.flatnonzero((a.max(axis=1) > 0) & (a.min(axis=1) < self.size) & (low < high) & (np.abs(area) > 1e-6))
        a, b, along, area = (np.asarray(values[seen], np.float32) for values in (a, b, along, area))
        lowest, tall = low[seen], (high - low)[seen].astype(np.int32)
        # Over the map a triangle reaches toward the light by a plane: its slopes and its value at the origin.
        da, db = a[:, 1:] - a[:, :1], b[:, 1:] - b[:, :1]
        rise = along[:, 1:] - along[:, :1]
        across = (rise[:, 0] * db[:, 1] - rise[:, 1] * db[:, 0]) / area
        upward = (rise[:, 1] * da[:, 0] - rise[:, 0] * da[:, 1]) / area
        base = along[:, 0] - across * a[:, 0] - upward * b[:, 0]
        least, most = along.min(axis=1), along.max(axis=1)
        for which, k in ragged(tall):
            y = lowest[which] + k.astype(np.float32) + np.float32(0.5)
            left, right = np.full(len(which), np.inf, np.float32), np.full(len(which), -np.inf, np.float32)
            for p, q in ((0, 1), (1, 2), (2, 0)):
                # Where a row's middle crosses this edge, or the edge's end next to it.
                bp, bq, ap = b[which, p], b[which, q], a[which, p]
                run = np.where(bp == bq, np.float32(1.0), bq - bp)
                share = (y - bp) / run
                # A little beyond the ends, so that what is thinner than a texel throws a shadow too.
                near = (np.minimum(bp, bq) <= y + np.float32(0.5)) & (np.maximum(bp, bq) >= y - np.float32(0.5))
                x = ap + np.clip(share, 0.0, 1.0) * (a[which, q] - ap)
                left, right = np.where(near, np.minimum(left, x), left), np.where(near, np.maximum(right, x), right)
            first = np.clip(np.ceil(left - np.float32(0.5)), 0, self.size).astype(np.int32)
            past = np.clip(np.floor(right - np.float32(0.5)) + 1, 0, self.size).astype(np.int32)
            start = base[which] + upward[which] * y
            row = y.astype(np.int32) * np.int32(self.size)
            for span, j in ragged(np.maximum(past - first, 0)):
                x = first[span] + j
                reach = start[span] + across[which[span]] * (x.astype(np.float32) + np.float32(0.5))
                ids = which[span]
                self._put(row[span] + x, np.clip(reach, least[ids], most[ids]))

    def _under(self, corners: Array) -> None:
        """Roofs and arches hide the sky from what lies below: points spread over them."""
        middle = corners.mean(axis=1)
        level = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 1]
        size = np.sqrt(np.abs(level) / 2.0)
        wide = size > 0.4
        self._covers(middle[wide], np.minimum(size[wide], 6.0), 0.4)

    def _ceiling(self, scene: Scene) -> None:
        """Everything above the ceiling is rock, up to a little above its highest point, but for the openings.

        Each line of the map is followed down from there; the first rock on it shuts the light out. What is beyond the
        map lies in the dark.
        """
        assert scene.ceiling is not None
        self._beyond = np.float32(0.0)
        wide = self.reach * np.float32(2.5)
        axis = ((np.arange(ROOF) + 0.5) / ROOF * 2.0 - 1.0).astype(np.float32) * wide
        x, z = (g.ravel() for g in np.meshgrid(axis, axis))
        roof = scene.ceiling(x, z, np.full_like(x, 2.0 * wide / ROOF)).astype(np.float32)
        shut = roof < OPEN
        low, high = float(roof[shut].min()), float(roof[shut].max()) + 1.0
        roof[~shut] = np.float32(9e9)
        cells = self.size // 2
        at = ((np.arange(cells) + 0.5) / cells * 2.0 - 1.0).astype(np.float32) * self.reach
        a, b = (g.ravel()[:, None] for g in np.meshgrid(at, at))
        base = self._a * a + self._b * b
        first = (np.float32(high) - base[:, 1]) / self._l[1]
        step = np.float32((high - max(low, high - 40.0)) / self._l[1] / MARCH)
        found = np.full(cells * cells, NOTHING, np.float32)
        left = np.arange(cells * cells)
        scale = np.float32(ROOF / 2) / wide
        for k in range(MARCH):
            along = first[left] - step * np.float32(k + 0.5)
            y = base[left, 1] + self._l[1] * along
            i = ((base[left, 0] + self._l[0] * along) * scale + np.float32(ROOF / 2)).astype(np.int32)
            j = ((base[left, 2] + self._l[2] * along) * scale + np.float32(ROOF / 2)).astype(np.int32)
            inside = (i >= 0) & (i < ROOF) & (j >= 0) & (j < ROOF)
            height = roof.take(np.where(inside, j * np.int32(ROOF) + i, 0))
            rock = (y > height) | ~inside
            found[left[rock]] = along[rock]
            left = left[~rock]
        rows = found.reshape(cells, cells).repeat(2, axis=0).repeat(2, axis=1)
        self._map = np.maximum(self._map, rows.ravel())

    def lit(self, p: Array, bias: float = 0.06) -> Array:
        """Share [n] of the light that reaches points [3, n]."""
        scale = np.float32(self.size / 2) / self.reach
        a = (p[0] * self._a[0] + p[2] * self._a[2]) * scale + np.float32(self.size / 2)
        b = (p[0] * self._b[0] + p[1] * self._b[1] + p[2] * self._b[2]) * scale + np.float32(self.size / 2)
        along = p[0] * self._l[0] + p[1] * self._l[1] + p[2] * self._l[2] + np.float32(bias)
        inside, at, fx, fy = _corners(self.size, a, b)
        take = self._map.take
        low = (take(at) < along) * (1.0 - fx) + (take(at + 1) < along) * fx
        at += self.size
        high = (take(at) < along) * (1.0 - fx) + (take(at + 1) < along) * fx
        light = low + (high - low) * fy
        light[~inside] = self._beyond
        value: Array = light
        return value

    def open_sky(self, x: Array, z: Array) -> Array:
        """Share [n] of the sky that is free over ground points, 1 outside the map."""
        scale = np.float32(self.cover / 2) / self.reach
        half = np.float32(self.cover / 2)
        inside, at, fx, fy = _corners(self.cover, x * scale + half, z * scale + half)
        take = self._cover.take
        low = take(at) * (1 - fx) + take(at + 1) * fx
        at += self.cover
        high = take(at) * (1 - fx) + take(at + 1) * fx
        return np.where(inside, np.clip(1.0 - (low + (high - low) * fy), 0.0, 1.0), np.float32(1.0))
