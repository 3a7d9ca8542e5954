"""What water mirrors: a panorama of the scene turned upside down at the water's level, made once.

Seen in a level mirror the world is the world reflected, from the same eye. Ground is met from the point where the ray
meets the water; whatever lies before it is not mirrored. Waves turn the ray: the panorama is then looked up where the
turned ray ends, by the distance that is kept with it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.kinds import kinds_of
from ldm3d.worlds.layers import Target, draw
from ldm3d.worlds.raster import Grid, texels
from ldm3d.worlds.scene import Boxes, Cards, Limbs, Meshes, Scene, Stones, picked
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.solids import solids_of
from ldm3d.worlds.terrain import Profiles, normals
from ldm3d.worlds.vectors import put

LEAST, MOST = 128, 1536
BLURS = (1, 5, 21)
T = TypeVar("T", Cards, Limbs, Stones, Boxes, Meshes)


def _flip(vectors: Array, level: float) -> Array:
    """Points or vectors [..., 3] mirrored at the height `level` (0 for vectors)."""
    flipped = np.array(vectors)
    flipped[..., 1] = 2.0 * level - flipped[..., 1]
    return flipped


def upside_down(scene: Scene, level: float, least: float) -> Scene:
    """The things of a scene mirrored at a height, without cards and stones smaller than the angle `least`."""
    cards, limbs, stones, boxes, meshes = scene.cards, scene.limbs, scene.stones, scene.boxes, scene.meshes
    if cards is not None:
        size = np.minimum(np.linalg.norm(cards.right, axis=1), np.linalg.norm(cards.up, axis=1))
        cards = picked(cards, size > least * np.linalg.norm(cards.centre, axis=1))
        cards = replace(
            cards, centre=_flip(cards.centre, level), right=_flip(cards.right, 0.0), up=_flip(cards.up, 0.0),
            normal=_flip(cards.normal, 0.0),
        )  # fmt: skip
    if limbs is not None:
        limbs = picked(limbs, limbs.radius[:, 0] > 0.3 * least * np.linalg.norm(limbs.start, axis=1))
        limbs = replace(limbs, start=_flip(limbs.start, level), end=_flip(limbs.end, level))
    if stones is not None:
        stones = picked(stones, stones.axes.max(axis=1) > least * np.linalg.norm(stones.centre, axis=1))
        stones = replace(stones, centre=_flip(stones.centre, level))
    if boxes is not None:
        boxes = replace(boxes, centre=_flip(boxes.centre, level))
    if meshes is not None:
        meshes = replace(meshes, corners=_flip(meshes.corners, level), normals=_flip(meshes.normals, 0.0))
    return replace(scene, cards=cards, limbs=limbs, stones=stones, boxes=boxes, meshes=meshes)


class _Upright(Shader):
    """Lights mirrored things as they really stand."""

    def __init__(self, shader: Shader, level: float) -> None:
        self.__dict__.update(shader.__dict__)
        self._level = level

    def _real(self, p: Array) -> Array:
        return np.stack([p[0], np.float32(2.0 * self._level) - p[1], p[2]])

    def lit(self, albedo: Array, normal: Array, p: Array, *, free: Array | float = 1.0, sun: Array | None = None,
            wrap: float = 0.0) -> Array:  # fmt: skip
        up = normal * np.array([[1.0], [-1.0], [1.0]], np.float32)
        return super().lit(albedo, up, self._real(p), free=free, sun=sun, wrap=wrap)

    def leaves(self, albedo: Array, normal: Array, p: Array, d: Array, leafy: Array, free: Array) -> Array:
        turn = np.array([[1.0], [-1.0], [1.0]], np.float32)
        return super().leaves(albedo, normal * turn, self._real(p), d * turn, leafy, free)


class Mirror:
    """What is mirrored in the water of a scene.

    Args:
        scene: the place, with water.
        shader: its light.
        grid: the picture's grid: the mirror is half as fine.
    """

    def __init__(self, scene: Scene, shader: Shader, grid: Grid) -> None:
        assert scene.water is not None
        width = int(np.clip(grid.width // 4 * 2, LEAST, MOST))
        self.grid = Grid.of(width, width // 2)
        self.level = float(scene.water.level)
        self._first = width // 4
        rows = (self._first, width // 2)
        row = np.repeat(np.arange(*rows, dtype=np.int32), width)
        column = np.tile(np.arange(width, dtype=np.int32), rows[1] - rows[0])
        d = self.grid.direction(row, column)
        start = np.float32(self.level) / d[1]
        r, rho = self._land(scene, row, column, start)
        rgb = np.zeros_like(d)
        land = np.flatnonzero(np.isfinite(r))
        if land.size:
            put(rgb, land, self._shade_land(scene, shader, d.take(land, axis=1), r.take(land), rho.take(land)))
        self._vault(scene, shader, d, column, r, rgb)
        self._things(scene, shader, d, start, r, rgb, rows)
        alpha = np.isfinite(r).astype(np.float32)
        shape = (rows[1] - rows[0], width)
        seen = np.concatenate([rgb * alpha, alpha[None]]).reshape(4, *shape)
        self._away = np.where(np.isfinite(r), r, np.float32(4000.0))
        self._levels = np.concatenate([_blurred(seen, size) for size in BLURS])
        self._rows = shape[0]

    def _land(self, scene: Scene, row: Ints, column: Ints, start: Array) -> tuple[Array, Array]:
        """Distances along the mirrored rays to ground above the water, and level distances; infinite where none is."""
        theta = ((np.arange(self.grid.width) + 0.5) / self.grid.width - 0.5) * 2.0 * np.pi
        ground = Profiles(scene.height, theta)
        heights, rho = ground.heights, ground.rho
        slope = np.where(heights[:, 1:] > self.level, (heights[:, 1:] - 2.0 * self.level) / rho[1:], np.float32(-1.0))
        count = slope.shape[1]
        # Tables of the greatest slope in 1, 2, 4, … samples find the first one that is steep enough.
        tables = [np.pad(slope, ((0, 0), (0, 1024)), constant_values=9e9).astype(np.float32)]
        while (1 << len(tables)) <= count:
            step = 1 << (len(tables) - 1)
            last = tables[-1]
            tables.append(np.maximum(last, np.concatenate([last[:, step:], last[:, :step]], axis=1)))
        wide = np.int32(tables[0].shape[1])
        steep = -self.grid.sin_phi.take(row) / self.grid.cos_phi.take(row)
        at = np.searchsorted(rho[1:], start * self.grid.cos_phi.take(row)).astype(np.int32)
        base = column * wide
        for j in range(len(tables) - 1, -1, -1):
            low = tables[j].ravel().take(base + np.minimum(at, wide - 1)) <= steep
            at += np.where(low, np.int32(1 << j), np.int32(0))
        met = at < count
        k = np.minimum(at, count - 1)
        level = np.where(met, rho[1:].take(k), np.float32(np.inf))
        return level / self.grid.cos_phi.take(row), level

    def _shade_land(self, scene: Scene, shader: Shader, d: Array, r: Array, rho: Array) -> Array:
        flat = np.sqrt(d[0] * d[0] + d[2] * d[2])
        x, z = d[0] / flat * rho, d[2] / flat * rho
        texel = r * np.float32(self.grid.texel)
        p = np.stack([x, scene.height(x, z, texel), z])
        up = d * np.array([[1.0], [-1.0], [1.0]], np.float32)
        hit = Hit(up, r, p, normals(scene.height, x, z, texel, scene.smooth), texel, texel * np.float32(2.0))
        return shader.sky.through_air(scene.shade_ground(hit, shader), r, up)

    def _vault(self, scene: Scene, shader: Shader, d: Array, column: Ints, r: Array, rgb: Array) -> None:
        """The ceiling above the water, before the land, into r and rgb."""
        ceiling, shade = scene.ceiling, scene.shade_ceiling
        if ceiling is None or shade is None:
            return
        level = np.float32(self.level)
        theta = ((np.arange(self.grid.width) + 0.5) / self.grid.width - 0.5) * 2.0 * np.pi
        under = Profiles(lambda x, z, f: 2.0 * level - np.maximum(ceiling(x, z, f), level), theta)
        flat = np.sqrt(d[0] * d[0] + d[2] * d[2])
        met = under.hit(column, d[1] / flat) / flat
        at = np.flatnonzero(met < r)
        if not at.size:
            return
        up = d.take(at, axis=1) * np.array([[1.0], [-1.0], [1.0]], np.float32)
        way = met[at]
        p = up * way
        p[1] += 2.0 * level
        texel = way * np.float32(self.grid.texel)
        normal = -normals(ceiling, p[0], p[2], texel, scene.smooth)
        hit = Hit(up, way, p, normal, texel, texel * np.float32(1.5))
        put(rgb, at, shader.sky.through_air(shade(hit, shader), way, up))
        r[at] = way

    def _things(self, scene: Scene, shader: Shader, d: Array, start: Array, r: Array, rgb: Array,
                rows: tuple[int, int]) -> None:  # fmt: skip
        """Solid and fine things before the land, into r and rgb."""
        grid, width = self.grid, np.int32(self.grid.width)
        turned = upside_down(scene, self.level, 1.5 * grid.texel)
        turn = np.array([[1.0], [-1.0], [1.0]], np.float32)
        real = solids_of(scene, grid)
        for kind, upright in zip(solids_of(turned, grid), real, strict=True):
            what = np.full(r.shape, -1, np.int32)
            for thing, at_row, at_column in texels(grid, kind.spans(rows)):
                texel = (at_row - np.int32(rows[0])) * width + at_column
                met = kind.meet(thing, grid.direction(at_row, at_column))
                front = np.flatnonzero((met < r.take(texel)) & (met > start.take(texel)))
                front = front[np.argsort(-met[front], kind="stable")]
                r[texel[front]], what[texel[front]] = met[front], thing[front]
            at = np.flatnonzero(what >= 0)
            if at.size:
                hit = kind.hit(what[at], d.take(at, axis=1), r[at])
                hit.normal = hit.normal * turn
                hit.d = hit.d * turn
                hit.p = hit.p * turn
                hit.p[1] += np.float32(2.0 * self.level)
                put(rgb, at, shader.sky.through_air(upright.shade(hit, what[at], shader), hit.r, hit.d))
        target = Target.before(rows, r)
        target.start = start
        draw(kinds_of(turned, grid, _Upright(shader, self.level)), grid, target, lambda: None)
        rgb[:] = target.rgb + rgb * target.seen
        thin = (target.seen < 0.5) & (target.r < r)
        # What is half covered by leaves before the sky counts as covered: the mirror's edges are soft anyway.
        rgb[:, thin] /= np.where(np.isfinite(r[thin]), 1.0, np.maximum(1.0 - target.seen[thin], 0.05))
        r[thin] = target.r[thin]

    def seen(self, p: Array, out: Array, rough: Array) -> Array:
        """What rays from the water meet: colours times coverage, and coverage [4, n].

        Args:
            p: where they leave the water [3, n].
            out: unit directions upward [3, n].
            rough: variance of the waves' slopes that are too small to be seen [n].
        """
        way = np.sqrt((p * p).sum(axis=0))
        row, column = self._texel(p / way)
        near = row.astype(np.int32) * np.int32(self.grid.width) + column.astype(np.int32) % np.int32(self.grid.width)
        reach = np.clip(self._away.take(near) - way, 0.3, 4000.0)
        q = p + out * reach
        q[1] = p[1] - out[1] * reach
        row, column = self._texel(q / np.sqrt((q * q).sum(axis=0)))
        wide = np.sqrt(rough) * np.float32(0.9 / self.grid.texel) * np.clip(-p[1] / way + 0.04, 0.0, 0.3)
        step = np.log(np.float32(BLURS[1]))
        level = np.clip(np.log(np.maximum(wide, 1.0)) / step, 0.0, len(BLURS) - 1.001)
        k = level.astype(np.int32)
        low = self._bilinear(k, row, column)
        high = self._bilinear(k + 1, row, column)
        value: Array = low + (high - low) * (level - k.astype(np.float32))
        return value

    def _bilinear(self, level: Ints, row: Array, column: Array) -> Array:
        """Colours and coverage [4, n] between the texels of blur levels [n]."""
        width = np.int32(self.grid.width)
        y, x = row.astype(np.int32), np.floor(column).astype(np.int32)
        fy, fx = (row - y.astype(np.float32))[:, None], (column - x.astype(np.float32))[:, None]
        base = (level * np.int32(self._rows) + y) * width
        left, right = x % width, (x + 1) % width
        a = self._levels.take(base + left, axis=0)
        a += (self._levels.take(base + right, axis=0) - a) * fx
        b = self._levels.take(base + width + left, axis=0)
        b += (self._levels.take(base + width + right, axis=0) - b) * fx
        a += (b - a) * fy
        return np.ascontiguousarray(a.T)

    def _texel(self, d: Array) -> tuple[Array, Array]:
        """Row and column [n] of directions below the horizon, as numbers with a fraction."""
        height = self.grid.height
        lat = np.arcsin(np.clip(d[1], -1.0, 0.0))
        row = np.clip((0.5 - lat / np.float32(np.pi)) * height - 0.5 - self._first, 0.0, self._rows - 1.001)
        column = (np.arctan2(d[0], -d[2]) / np.float32(2 * np.pi) + 0.5) * self.grid.width - 0.5
        return row.astype(np.float32), column.astype(np.float32)


def _blurred(image: Array, size: int) -> Array:
    """The mean of `size` rows around each, of [4, rows, W], as [rows·W, 4]."""
    if size > 1:
        padded = np.pad(image, ((0, 0), (size // 2 + 1, size // 2), (0, 0)), mode="edge")
        total = np.cumsum(padded, axis=1, dtype=np.float64)
        image = (total[:, size:] - total[:, :-size]) / size
    return np.ascontiguousarray(image.reshape(4, -1).T, np.float32)
