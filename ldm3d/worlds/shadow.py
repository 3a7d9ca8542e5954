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

SIZE = 1024
COVER = 256
ROOF, MARCH = 384, 72
NOTHING = np.float32(-1e9)
# A ceiling above this is an opening.
OPEN = 500.0


def _discs(size: int, a: Array, b: Array, r: Array) -> Iterator[tuple[Ints, Ints, Array]]:
    """Texels of a square map under discs: (texel, which disc, squared distance from its middle in radii)."""
    seen = np.flatnonzero((a > -r) & (a < size + r) & (b > -r) & (b < size + r))
    a, b, r = a[seen], b[seen], r[seen]
    x0, y0 = np.ceil(a - r - 0.5).astype(np.int32), np.ceil(b - r - 0.5).astype(np.int32)
    width = np.maximum((2 * r).astype(np.int32) + 1, 1)
    for which, k in ragged(width * width):
        w = width[which]
        row = k // w
        x, y = x0[which] + (k - row * w), y0[which] + row
        dx, dy = x + 0.5 - a[which], y + 0.5 - b[which]
        away = (dx * dx + dy * dy) / r[which] ** 2
        inside = np.flatnonzero((away <= 1.0) & (x >= 0) & (y >= 0) & (x < size) & (y < size))
        yield y[inside] * np.int32(size) + x[inside], seen[which[inside]].astype(np.int32), away[inside]


def _corners(size: int, a: Array, b: Array) -> tuple[NDArray[np.bool_], Ints, Array, Array]:
    """Whether points lie on a square map, the texel at their lower left, and the shares of the next ones."""
    a, b = a - np.float32(0.5), b - np.float32(0.5)
    inside = (a >= 0) & (a < size - 1) & (b >= 0) & (b < size - 1)
    a, b = np.clip(a, 0, size - 2), np.clip(b, 0, size - 2)
    x, y = a.astype(np.int32), b.astype(np.int32)
    return inside, y * np.int32(size) + x, a - x, b - y


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
    """

    def __init__(self, scene: Scene, toward: Array) -> None:
        self.reach = np.float32(scene.shadow_reach)
        # A light that grazes the ground would stretch the map beyond use: shadows keep a least steepness.
        steep = np.maximum(toward[1], np.float32(0.12))
        flat = toward[[0, 2]] / np.hypot(toward[0], toward[2]) * np.sqrt(1.0 - steep * steep)
        self._l = np.array([flat[0], steep, flat[1]], np.float32)
        side = np.array([-self._l[2], 0.0, self._l[0]], np.float32)
        self._a = side / np.linalg.norm(side)
        self._b = np.cross(self._a, self._l).astype(np.float32)
        self._map = np.full(SIZE * SIZE, NOTHING, np.float32)
        self._cover = np.zeros(COVER * COVER, np.float32)
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
            share = np.linspace(0.0, 1.0, 40, dtype=np.float32)[None, :, None]
            points = limbs.start[:, None] + (limbs.end - limbs.start)[:, None] * share
            radius = limbs.radius[:, :1] + (limbs.radius[:, 1:] - limbs.radius[:, :1]) * share[..., 0]
            thick = limbs.radius[:, 0] > 0.04
            self._round(points[thick].reshape(-1, 3), radius[thick].ravel(), radius[thick].ravel() * 0.7)
            self._covers(limbs.start[thick], limbs.radius[thick, 0] * 4.0, 0.45)

    def _plane(self, points: Array) -> tuple[Array, Array, Array]:
        """Texel coordinates on the map, and the way toward the light, of points [..., 3]."""
        scale = np.float32(SIZE / 2) / self.reach
        a = points @ self._a * scale + np.float32(SIZE / 2)
        b = points @ self._b * scale + np.float32(SIZE / 2)
        return a, b, points @ self._l

    def _put(self, texel: Ints, along: Array) -> None:
        order = np.argsort(along, kind="stable")
        texel, along = texel[order], along[order]
        # Repeated texels: the last assignment stays, which is the one farthest toward the light.
        self._map[texel] = np.maximum(self._map[texel], along)

    def _round(self, centres: Array, radii: Array, bulge: Array | float = 0.0) -> None:
        """Round things: their outline, and how far they swell toward the light."""
        a, b, along = self._plane(centres)
        along = along + bulge
        r = np.maximum(radii * np.float32(SIZE / 2) / self.reach, 0.75)
        for texel, which, _ in _discs(SIZE, a, b, r):
            self._put(texel, along[which])

    def _covers(self, centres: Array, radii: Array, strength: float) -> None:
        scale = np.float32(COVER / 2) / self.reach
        a, b = centres[:, 0] * scale + COVER / 2, centres[:, 2] * scale + COVER / 2
        for texel, _, away in _discs(COVER, a, b, np.maximum(radii * scale, 0.9)):
            self._cover += np.bincount(texel, (1.0 - away) * strength, COVER * COVER).astype(np.float32)

    def _triangles(self, corners: Array) -> None:
        """Triangles [N, 3, 3]: every texel of the map within one keeps where its line leaves it."""
        a, b, along = self._plane(corners)
        area = (a[:, 1] - a[:, 0]) * (b[:, 2] - b[:, 0]) - (a[:, 2] - a[:, 0]) * (b[:, 1] - b[:, 0])
        left, right = np.maximum(np.floor(a.min(axis=1)), 0), np.minimum(np.ceil(a.max(axis=1)), SIZE)
        low, high = np.maximum(np.floor(b.min(axis=1)), 0), np.minimum(np.ceil(b.max(axis=1)), SIZE)
        seen = np.flatnonzero((left < right) & (low < high) & (np.abs(area) > 1e-6))
        wide, tall = (right - left)[seen].astype(np.int32), (high - low)[seen].astype(np.int32)
        for which, k in ragged(wide * tall):
            row = k // wide[which]
            ids = seen[which]
            x = left[ids].astype(np.int32) + (k - row * wide[which])
            y = low[ids].astype(np.int32) + row
            weights = []
            for p, q in ((1, 2), (2, 0), (0, 1)):
                ap, bp, aq, bq = a[ids, p], b[ids, p], a[ids, q], b[ids, q]
                weights.append(((aq - ap) * (y + 0.5 - bp) - (bq - bp) * (x + 0.5 - ap)) / area[ids])
            # A little beyond the edge, so that what is thinner than a texel throws a shadow too.
            inside = np.flatnonzero(np.minimum(np.minimum(*weights[:2]), weights[2]) > -1e-3)
            ids = ids[inside]
            depth = sum(weights[j][inside] * along[ids, j] for j in range(3))
            self._put(y[inside] * np.int32(SIZE) + x[inside], np.asarray(depth, np.float32))

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
        cells = SIZE // 2
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
        scale = np.float32(SIZE / 2) / self.reach
        a = (p[0] * self._a[0] + p[2] * self._a[2]) * scale + np.float32(SIZE / 2)
        b = (p[0] * self._b[0] + p[1] * self._b[1] + p[2] * self._b[2]) * scale + np.float32(SIZE / 2)
        along = p[0] * self._l[0] + p[1] * self._l[1] + p[2] * self._l[2] + np.float32(bias)
        inside, at, fx, fy = _corners(SIZE, a, b)
        take = self._map.take
        low = (take(at) < along) * (1.0 - fx) + (take(at + 1) < along) * fx
        at += SIZE
        high = (take(at) < along) * (1.0 - fx) + (take(at + 1) < along) * fx
        light = low + (high - low) * fy
        light[~inside] = self._beyond
        value: Array = light
        return value

    def open_sky(self, x: Array, z: Array) -> Array:
        """Share [n] of the sky that is free over ground points, 1 outside the map."""
        scale = np.float32(COVER / 2) / self.reach
        inside, at, fx, fy = _corners(COVER, x * scale + np.float32(COVER / 2), z * scale + np.float32(COVER / 2))
        take = self._cover.take
        low = take(at) * (1 - fx) + take(at + 1) * fx
        at += COVER
        high = take(at) * (1 - fx) + take(at + 1) * fx
        return np.where(inside, np.clip(1.0 - (low + (high - low) * fy), 0.0, 1.0), np.float32(1.0))
