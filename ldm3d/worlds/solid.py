"""The solid layer: ground and boxes, exactly one of them in every texel, or the sky.

Distances are those of texel centres. Colours of texels on an edge are averaged over four rays, so ridges and roof
lines are smooth while depth keeps its step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.raster import Grid, box_span, box_spans, texels
from ldm3d.worlds.scene import Boxes, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.terrain import Profiles, normals

SKY, GROUND = -2, -1
BLOCK = 65536


class Solid:
    """What a ray meets behind the fine things.

    Args:
        scene: the place.
        grid: the panorama.
    """

    def __init__(self, scene: Scene, grid: Grid) -> None:
        self.scene, self.grid = scene, grid
        theta = ((np.arange(grid.width) + 0.5) / grid.width - 0.5) * 2.0 * np.pi
        self._profiles = Profiles(scene.height, theta)
        # The rays of an edge texel lie a quarter of it to the left and to the right.
        step = np.pi / grid.width / 2.0
        self._sub_theta = np.stack([theta - step, theta + step], axis=1).ravel()
        self._sub = self._profiles.between()

    def depth(self, rows: tuple[int, int]) -> tuple[Array, Ints]:
        """Distances [n] of the texels of some rows, infinite in the sky, and what is there [n]: box, GROUND or SKY."""
        grid = self.grid
        row = np.repeat(np.arange(*rows, dtype=np.int32), grid.width)
        column = np.tile(np.arange(grid.width, dtype=np.int32), rows[1] - rows[0])
        level = grid.cos_phi.take(row)
        rho = self._profiles.hit(column, grid.sin_phi.take(row) / level)
        r = np.maximum(rho / level, np.float32(1.0))
        what = np.where(np.isfinite(r), np.int32(GROUND), np.int32(SKY))
        boxes = self.scene.boxes
        if boxes is not None:
            for thing, at_row, at_column in texels(grid, box_spans(grid, boxes, rows)):
                texel = (at_row - np.int32(rows[0])) * np.int32(grid.width) + at_column
                enter, leave, _ = box_span(boxes, thing, grid.direction(at_row, at_column))
                front = np.flatnonzero((enter < leave) & (enter > 1.0) & (enter < r.take(texel)))
                # Repeated texels: the last assignment stays, the nearest.
                front = front[np.argsort(-enter[front], kind="stable")]
                r[texel[front]] = enter[front]
                what[texel[front]] = thing[front]
        return r, what

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
            rgb[:, sky] = shader.sky.radiance(np.ascontiguousarray(d[:, sky]))
        ground = np.flatnonzero(what == GROUND)
        if ground.size:
            hit = self._ground_hit(np.ascontiguousarray(d[:, ground]), r[ground])
            colours = self.scene.shade_ground(hit, shader)
            rgb[:, ground] = shader.sky.through_air(colours, hit.r, hit.d)
        box = np.flatnonzero(what >= 0)
        if box.size and self.scene.boxes is not None and self.scene.shade_boxes is not None:
            ids = what[box]
            hit = self._box_hit(self.scene.boxes, ids, np.ascontiguousarray(d[:, box]), r[box])
            colours = self.scene.shade_boxes(hit, ids, shader)
            rgb[:, box] = shader.sky.through_air(colours, hit.r, hit.d)
        return rgb

    def _ground_hit(self, d: Array, r: Array) -> Hit:
        p = d * r
        texel = r * np.float32(self.grid.texel)
        # Seen flatly a texel is long: materials blur by the mean of its width and (bounded) length.
        flat = np.maximum(np.abs(d[1]), 0.04)
        footprint = texel / np.sqrt(flat)
        return Hit(d, r, p, normals(self.scene.height, p[0], p[2], texel, self.scene.smooth), texel, footprint)

    def _box_hit(self, boxes: Boxes, ids: Ints, d: Array, r: Array) -> Hit:
        _, _, axis = box_span(boxes, ids, d)
        c, s = np.cos(boxes.turn).take(ids), np.sin(boxes.turn).take(ids)
        zero = np.zeros_like(c)
        along_x, along_z = d[0] * c - d[2] * s, d[0] * s + d[2] * c
        sign = -np.sign(np.choose(axis, [along_x, d[1], along_z])).astype(np.float32)
        normal = np.stack([
            np.choose(axis, [c, zero, s]), np.choose(axis, [zero, zero + 1, zero]), np.choose(axis, [-s, zero, c]),
        ]) * sign  # fmt: skip
        texel = r * np.float32(self.grid.texel)
        facing = np.maximum(np.abs(d[0] * normal[0] + d[1] * normal[1] + d[2] * normal[2]), 0.08)
        return Hit(d, r, d * r, normal.astype(np.float32), texel, texel / np.sqrt(facing))

    def edges(self, r: Array, what: Ints) -> NDArray[np.bool_]:
        """Texels of [rows, W] next to a step in distance or to another thing."""
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

    def smooth(self, shader: Shader, row: Ints, column: Ints, candidates: Ints) -> Array:
        """Colours [3, n] of texels averaged over four rays each.

        Args:
            shader: the light.
            row: rows [n].
            column: columns [n].
            candidates: what those texels and their neighbours show [K, n].
        """
        total = np.zeros((3, len(row)), np.float32)
        for down in (-0.25, 0.25):
            phi = (0.5 - (row + 0.5 + down) / self.grid.height) * np.pi
            sin, cos = np.sin(phi).astype(np.float32), np.cos(phi).astype(np.float32)
            for side in (0, 1):
                sub = column * np.int32(2) + np.int32(side)
                theta = self._sub_theta[sub]
                d = np.stack([cos * np.sin(theta), sin, -cos * np.cos(theta)]).astype(np.float32)
                r = np.maximum(self._sub.hit(sub, sin / cos) / cos, np.float32(1.0))
                what = np.where(np.isfinite(r), np.int32(GROUND), np.int32(SKY))
                boxes = self.scene.boxes
                if boxes is not None:
                    for k, ids in enumerate(candidates):
                        tried = np.flatnonzero((ids >= 0) & ~(candidates[:k] == ids).any(axis=0))
                        if not tried.size:
                            continue
                        enter, leave, _ = box_span(boxes, ids[tried], d[:, tried])
                        front = (enter < leave) & (enter > 1.0) & (enter < r[tried])
                        r[tried[front]] = enter[front]
                        what[tried[front]] = ids[tried[front]]
                total += self.shade(shader, d, r, what)
        return total * np.float32(0.25)
