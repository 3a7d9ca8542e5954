"""The solid layer: ground, ceiling, boxes and triangles, exactly one of them in every texel, or the sky.

Distances are those of texel centres. Colours of texels on an edge are averaged over four rays, so ridges and roof
lines are smooth while depth keeps its step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.raster import Grid, texels
from ldm3d.worlds.scene import Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.solids import solids_of
from ldm3d.worlds.terrain import Height, Profiles
from ldm3d.worlds.vectors import put

CEILING, SKY, GROUND = -3, -2, -1
BLOCK = 65536


class Solid:
    """What a ray meets behind the fine things.

    A texel holds a whole number: `SKY`, `GROUND` (or water), `CEILING`, or the solid thing with that number, boxes
    first, then triangles.

    Args:
        scene: the place.
        grid: the panorama.
    """

    def __init__(self, scene: Scene, grid: Grid) -> None:
        self.scene, self.grid = scene, grid
        theta = ((np.arange(grid.width) + 0.5) / grid.width - 0.5) * 2.0 * np.pi
        self._land = Profiles(scene.height, theta)
        self._floor = self._land if scene.water is None else self._land.raised(scene.water.height, theta)
        # A ceiling is a ground upside down.
        self._roof = None if scene.ceiling is None else Profiles(_upside_down(scene.ceiling), theta)
        # The rays of an edge texel lie a quarter of it to the left and to the right.
        step = np.pi / grid.width / 2.0
        self._sub_theta = np.stack([theta - step, theta + step], axis=1).ravel()
        self._sub_floor = self._floor.between()
        self._sub_roof = None if self._roof is None else self._roof.between()
        self._floor.slopes(scene.smooth)
        if self._roof is not None:
            self._roof.slopes(scene.smooth)
        self.solids = solids_of(scene, grid)
        self._start = np.cumsum([0] + [len(kind.part) for kind in self.solids])
        shift = np.cumsum([0] + [int(kind.part.max()) + 1 for kind in self.solids])
        self._part = np.concatenate(
            [np.arange(-3, 0)] + [kind.part + at for kind, at in zip(self.solids, shift, strict=False)]
        ).astype(np.int32)

    def depth(self, rows: tuple[int, int]) -> tuple[Array, Ints]:
        """Distances [n] of the texels of some rows, infinite in the sky, and what is there [n]."""
        grid = self.grid
        row = np.repeat(np.arange(*rows, dtype=np.int32), grid.width)
        column = np.tile(np.arange(grid.width, dtype=np.int32), rows[1] - rows[0])
        r, what = self._ground(self._floor, self._roof, column, grid.sin_phi.take(row), grid.cos_phi.take(row))
        for kind, start in zip(self.solids, self._start, strict=False):
            for thing, at_row, at_column in texels(grid, kind.spans(rows)):
                texel = (at_row - np.int32(rows[0])) * np.int32(grid.width) + at_column
                # Near things come first: what they hide is not looked at.
                open_ = np.flatnonzero(kind.nearest.take(thing) < r.take(texel))
                ids, texel = thing[open_], texel[open_]
                met = kind.meet(ids, grid.direction(at_row[open_], at_column[open_]))
                front = np.flatnonzero(met < r.take(texel))
                # Repeated texels: the last assignment stays, the nearest.
                front = front[np.argsort(-met[front], kind="stable")]
                r[texel[front]] = met[front]
                what[texel[front]] = ids[front] + np.int32(start)
        return r, what

    @staticmethod
    def _ground(floor: Profiles, roof: Profiles | None, column: Ints, sin: Array, cos: Array) -> tuple[Array, Ints]:
        """Distances and what of rays that meet ground or ceiling: the nearer one."""
        tangent = sin / cos
        rho = floor.hit(column, tangent)
        what = np.where(np.isfinite(rho), np.int32(GROUND), np.int32(SKY))
        if roof is not None:
            above = roof.hit(column, -tangent)
            what = np.where(above < rho, np.int32(CEILING), what)
            rho = np.minimum(rho, above)
        return np.maximum(rho / cos, np.float32(1.0)), what

    def shade(self, shader: Shader, d: Array, r: Array, what: Ints) -> Array:
        """Colours [3, n] of what rays meet, through the air."""
        rgb = np.empty_like(d)
        for at in range(0, d.shape[1], BLOCK):
            part = slice(at, at + BLOCK)
            rgb[:, part] = self._shade(shader, d[:, part], r[part], what[part])
        return rgb

    def _shade(self, shader: Shader, d: Array, r: Array, what: Ints) -> Array:
        rgb = np.empty_like(d)
        sky = np.flatnonzero(what == SKY)
        if sky.size:
            put(rgb, sky, shader.sky.radiance(d.take(sky, axis=1)))
        ground = np.flatnonzero(what == GROUND)
        if ground.size:
            hit = self._ground_hit(self._floor, d.take(ground, axis=1), r.take(ground))
            put(rgb, ground, shader.sky.through_air(self._shade_ground(hit, shader), hit.r, hit.d))
        ceiling = np.flatnonzero(what == CEILING)
        if ceiling.size and self._roof is not None and self.scene.shade_ceiling is not None:
            hit = self._ground_hit(self._roof, d.take(ceiling, axis=1), r.take(ceiling))
            hit.normal[1] *= -1.0
            put(rgb, ceiling, shader.sky.through_air(self.scene.shade_ceiling(hit, shader), hit.r, hit.d))
        for kind, start, past in zip(self.solids, self._start, self._start[1:], strict=False):
            at = np.flatnonzero((what >= start) & (what < past))
            if at.size:
                ids = what[at] - np.int32(start)
                hit = kind.hit(ids, d.take(at, axis=1), r.take(at))
                put(rgb, at, shader.sky.through_air(kind.shade(hit, ids, shader), hit.r, hit.d))
        return rgb

    def _shade_ground(self, hit: Hit, shader: Shader) -> Array:
        """The ground's colours, or the water's where it lies above the ground."""
        water = self.scene.water
        if water is None:
            return self.scene.shade_ground(hit, shader)
        level = water.height(hit.p[0], hit.p[2], hit.texel)
        deep = level - self._land.at(hit.d, hit.r)
        # A cliff's foot lies between two samples of the ground: what is met above the waves is no water.
        wet = (deep > 0.0) & (hit.p[1] < level + np.float32(0.2) + hit.texel * np.float32(2.0))
        rgb = np.empty_like(hit.p)
        for at, drowned in ((np.flatnonzero(wet), True), (np.flatnonzero(~wet), False)):
            if not at.size:
                continue
            part = hit.part(at)
            if drowned:
                put(rgb, at, water.shade(part, shader, deep.take(at), shader.sunlight(part.p)))
            else:
                put(rgb, at, self.scene.shade_ground(part, shader))
        return rgb

    def _ground_hit(self, profiles: Profiles, d: Array, r: Array) -> Hit:
        p = d * r
        texel = r * np.float32(self.grid.texel)
        # Seen flatly a texel is long: materials blur by the mean of its width and (bounded) length.
        flat = np.maximum(np.abs(d[1]), 0.04)
        footprint = texel / np.sqrt(flat)
        return Hit(d, r, p, profiles.normals(d, r), texel, footprint)

    def edges(self, r: Array, what: Ints) -> NDArray[np.bool_]:
        """Texels of [rows, W] next to a step in distance or to another shape."""
        what = self._part[what + 3]
        inverse = np.where(np.isfinite(r), 1.0 / r, np.float32(0.0))
        edge = np.zeros(r.shape, bool)
        across = (what != np.roll(what, -1, axis=1)) | self._step(inverse, np.roll(inverse, -1, axis=1))
        edge |= across | np.roll(across, 1, axis=1)
        down = (what[1:] != what[:-1]) | self._step(inverse[1:], inverse[:-1])
        edge[1:] |= down
        edge[:-1] |= down
        return edge

    @staticmethod
    def _step(a: Array, b: Array) -> NDArray[np.bool_]:
        return np.abs(a - b) > 0.12 * np.maximum(a, b)

    def smooth(
        self, shader: Shader, row: Ints, column: Ints, candidates: Ints, middle: Array
    ) -> tuple[Array, Array, Array]:
        """Colours of texels averaged over four rays each.

        Args:
            shader: the light.
            row: rows [n].
            column: columns [n].
            candidates: what those texels and their neighbours show [K, n], their own first.
            middle: distances of the texels' middles [n].

        Returns:
            The colours [3, n] of those rays that end on the thing in the middle or before it, of those that pass beside
            that thing to something farther, both times their share of the texel, and the share of the latter [n].
        """
        near, far = np.zeros((3, len(row)), np.float32), np.zeros((3, len(row)), np.float32)
        share = np.zeros(len(row), np.float32)
        for down in (-0.25, 0.25):
            phi = (0.5 - (row + 0.5 + down) / self.grid.height) * np.pi
            sin, cos = np.sin(phi).astype(np.float32), np.cos(phi).astype(np.float32)
            for side in (0, 1):
                sub = column * np.int32(2) + np.int32(side)
                theta = self._sub_theta[sub]
                d = np.stack([cos * np.sin(theta), sin, -cos * np.cos(theta)]).astype(np.float32)
                r, what = self._ground(self._sub_floor, self._sub_roof, sub, sin, cos)
                self._front(d, r, what, candidates)
                # Small triangles that no middle shows: a ray between them does not see what lies behind them all.
                lost = np.flatnonzero((candidates[0] >= 0) & ~(candidates == what).any(axis=0))
                what[lost], r[lost] = candidates[0][lost], middle[lost]
                colours = self.shade(shader, d, r, what) * np.float32(0.25)
                beside = (candidates[0] >= 0) & (r > 1.15 * middle)
                near += colours * ~beside
                far += colours * beside
                share += np.float32(0.25) * beside
        return near, far, share

    def _front(self, d: Array, r: Array, what: Ints, candidates: Ints) -> None:
        """Put those solid things of `candidates` [K, n] before what rays meet that are nearer."""
        for k, ids in enumerate(candidates):
            fresh = (ids >= 0) & ~(candidates[:k] == ids).any(axis=0)
            for kind, start, past in zip(self.solids, self._start, self._start[1:], strict=False):
                tried = np.flatnonzero(fresh & (ids >= start) & (ids < past))
                if not tried.size:
                    continue
                met = kind.meet(ids[tried] - np.int32(start), d.take(tried, axis=1))
                front = met < r[tried]
                r[tried[front]] = met[front]
                what[tried[front]] = ids[tried[front]]


def _upside_down(height: Height) -> Height:
    def flipped(x: Array, z: Array, footprint: Array) -> Array:
        value: Array = -height(x, z, footprint)
        return value

    return flipped


def surface(scene: Scene) -> Height:
    """What one stands on or looks at from above: the ground, or the water where that is higher."""
    water, height = scene.water, scene.height
    if water is None:
        return height

    def higher(x: Array, z: Array, footprint: Array) -> Array:
        value: Array = np.maximum(height(x, z, footprint), water.height(x, z, footprint))
        return value

    return higher
