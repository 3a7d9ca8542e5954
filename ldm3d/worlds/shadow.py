"""Cast shadows and the darkness under things: two maps that are made once and looked up while shading.

The shadow map looks along the light on a plane at right angles to it; each texel keeps how far toward the light the
last thing on its line reaches. A point lies in shadow if something reaches farther. The cover map looks from above and
keeps how much of the sky is hidden over each spot.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array
from ldm3d.worlds.raster import box_span, ragged
from ldm3d.worlds.scene import Scene

SIZE = 1024
COVER = 256
NOTHING = np.float32(-1e9)


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
        if scene.cards is not None:
            # A card is a patch with holes: its middle is enough.
            size = np.linalg.norm(scene.cards.right, axis=1)
            tall = np.linalg.norm(scene.cards.up, axis=1)
            casting = np.minimum(size, tall) > 0.16
            self._discs(scene.cards.centre[casting], 0.62 * np.minimum(size, tall)[casting])
            self._covers(scene.cards.centre[casting], size[casting] * 1.2, 0.35)
        if scene.stones is not None:
            axes = scene.stones.axes
            self._discs(scene.stones.centre, axes.mean(axis=1) * 0.9, axes.min(axis=1) * 0.7)
            self._covers(scene.stones.centre, scene.stones.axes[:, 0] * 1.35, 0.5)
        if scene.limbs is not None:
            limbs = scene.limbs
            share = np.linspace(0.0, 1.0, 40, dtype=np.float32)[None, :, None]
            points = limbs.start[:, None] + (limbs.end - limbs.start)[:, None] * share
            radius = limbs.radius[:, :1] + (limbs.radius[:, 1:] - limbs.radius[:, :1]) * share[..., 0]
            thick = limbs.radius[:, 0] > 0.04
            self._discs(points[thick].reshape(-1, 3), radius[thick].ravel(), radius[thick].ravel() * 0.7)
            self._covers(limbs.start[thick], limbs.radius[thick, 0] * 4.0, 0.45)
        if scene.boxes is not None:
            self._boxes(scene)
        # Light comes through leaves and from aside: nothing is covered wholly.
        self._cover = np.float32(0.78) * (1.0 - np.exp(-1.3 * self._cover))

    def _plane(self, points: Array) -> tuple[Array, Array, Array]:
        """Texel coordinates on the map, and the way toward the light, of points [n, 3]."""
        scale = np.float32(SIZE / 2) / self.reach
        a = points @ self._a * scale + np.float32(SIZE / 2)
        b = points @ self._b * scale + np.float32(SIZE / 2)
        return a, b, points @ self._l

    def _discs(self, centres: Array, radii: Array, bulge: Array | float = 0.0) -> None:
        """Round things: their outline, and how far they swell toward the light."""
        a, b, along = self._plane(centres)
        along = along + bulge
        r = np.maximum(radii * np.float32(SIZE / 2) / self.reach, 0.75)
        seen = (a > -r) & (a < SIZE + r) & (b > -r) & (b < SIZE + r)
        a, b, along, r = a[seen], b[seen], along[seen], r[seen]
        if not a.size:
            return
        x0, y0 = np.ceil(a - r - 0.5).astype(np.int32), np.ceil(b - r - 0.5).astype(np.int32)
        width = np.maximum((2 * r).astype(np.int32) + 1, 1)
        for which, k in ragged(width * width):
            w = width[which]
            row = k // w
            x, y = x0[which] + (k - row * w), y0[which] + row
            dx, dy = x + 0.5 - a[which], y + 0.5 - b[which]
            inside = (dx * dx + dy * dy <= r[which] ** 2) & (x >= 0) & (y >= 0) & (x < SIZE) & (y < SIZE)
            self._put(y[inside] * SIZE + x[inside], along[which[inside]])

    def _put(self, texel: NDArray[np.int32], along: Array) -> None:
        order = np.argsort(along, kind="stable")
        texel, along = texel[order], along[order]
        # Repeated texels: the last assignment stays, which is the one farthest toward the light.
        self._map[texel] = np.maximum(self._map[texel], along)

    def _covers(self, centres: Array, radii: Array, strength: float) -> None:
        scale = np.float32(COVER / 2) / self.reach
        a, b = centres[:, 0] * scale + COVER / 2, centres[:, 2] * scale + COVER / 2
        r = np.maximum(radii * scale, 0.9)
        seen = (a > 0) & (a < COVER) & (b > 0) & (b < COVER)
        a, b, r = a[seen], b[seen], r[seen]
        if not a.size:
            return
        x0, y0 = np.ceil(a - r - 0.5).astype(np.int32), np.ceil(b - r - 0.5).astype(np.int32)
        width = np.maximum((2 * r).astype(np.int32) + 1, 1)
        for which, k in ragged(width * width):
            w = width[which]
            row = k // w
            x, y = x0[which] + (k - row * w), y0[which] + row
            dx, dy = x + 0.5 - a[which], y + 0.5 - b[which]
            fall = np.clip(1.0 - (dx * dx + dy * dy) / r[which] ** 2, 0.0, 1.0) * strength
            inside = (x >= 0) & (y >= 0) & (x < COVER) & (y < COVER)
            self._cover += np.bincount(y[inside] * COVER + x[inside], fall[inside], COVER * COVER).astype(np.float32)

    def _boxes(self, scene: Scene) -> None:
        boxes = scene.boxes
        assert boxes is not None
        scale = np.float32(SIZE / 2) / self.reach
        for at in range(len(boxes)):
            turn = boxes.turn[at]
            x = np.array([np.cos(turn), 0.0, -np.sin(turn)], np.float32) * boxes.half[at, 0]
            z = np.array([np.sin(turn), 0.0, np.cos(turn)], np.float32) * boxes.half[at, 2]
            y = np.array([0.0, boxes.half[at, 1], 0.0], np.float32)
            signs = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)], np.float32)
            corners = boxes.centre[at] + signs @ np.stack([x, y, z])
            a, b, _ = self._plane(corners)
            a0, a1 = max(int(a.min()), 0), min(int(a.max()) + 1, SIZE)
            b0, b1 = max(int(b.min()), 0), min(int(b.max()) + 1, SIZE)
            if a0 >= a1 or b0 >= b1:
                continue
            grid = np.meshgrid(np.arange(a0, a1, dtype=np.int32), np.arange(b0, b1, dtype=np.int32))
            gx, gy = (axis.ravel() for axis in grid)
            qa = (gx + np.float32(0.5) - SIZE / 2) / scale
            qb = (gy + np.float32(0.5) - SIZE / 2) / scale
            origin = self._a[:, None] * qa + self._b[:, None] * qb
            ids = np.full(gx.size, at, np.int32)
            enter, leave, _ = box_span(boxes, ids, np.broadcast_to(self._l[:, None], origin.shape), origin)
            inside = enter < leave
            texel = gy[inside] * SIZE + gx[inside]
            self._map[texel] = np.maximum(self._map[texel], leave[inside])

    def lit(self, p: Array, bias: float = 0.06) -> Array:
        """Share [n] of the light that reaches points [3, n]; 1 outside the map."""
        scale = np.float32(SIZE / 2) / self.reach
        a = (p[0] * self._a[0] + p[2] * self._a[2]) * scale + np.float32(SIZE / 2 - 0.5)
        b = (p[0] * self._b[0] + p[1] * self._b[1] + p[2] * self._b[2]) * scale + np.float32(SIZE / 2 - 0.5)
        along = p[0] * self._l[0] + p[1] * self._l[1] + p[2] * self._l[2] + np.float32(bias)
        inside = (a >= 0) & (a < SIZE - 1) & (b >= 0) & (b < SIZE - 1)
        a, b = np.clip(a, 0, SIZE - 2), np.clip(b, 0, SIZE - 2)
        x, y = a.astype(np.int32), b.astype(np.int32)
        fx, fy = a - x, b - y
        at = y * np.int32(SIZE) + x
        take = self._map.take
        low = (take(at) < along) * (1.0 - fx) + (take(at + 1) < along) * fx
        at += SIZE
        high = (take(at) < along) * (1.0 - fx) + (take(at + 1) < along) * fx
        light = low + (high - low) * fy
        light[~inside] = 1.0
        value: Array = light
        return value

    def open_sky(self, x: Array, z: Array) -> Array:
        """Share [n] of the sky that is free over ground points, 1 outside the map."""
        scale = np.float32(COVER / 2) / self.reach
        a, b = x * scale + np.float32(COVER / 2 - 0.5), z * scale + np.float32(COVER / 2 - 0.5)
        inside = (a >= 0) & (a < COVER - 1) & (b >= 0) & (b < COVER - 1)
        a, b = np.clip(a, 0, COVER - 2), np.clip(b, 0, COVER - 2)
        i, j = a.astype(np.int32), b.astype(np.int32)
        fx, fy = a - i, b - j
        at = j * np.int32(COVER) + i
        take = self._cover.take
        low = take(at) * (1 - fx) + take(at + 1) * fx
        at += COVER
        high = take(at) * (1 - fx) + take(at + 1) * fx
        return np.where(inside, np.clip(1.0 - (low + (high - low) * fy), 0.0, 1.0), np.float32(1.0))
