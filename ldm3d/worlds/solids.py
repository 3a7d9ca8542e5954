"""The solid kinds: boxes and triangles, met exactly by the ray of every texel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.raster import Bounds, Grid, Spans, box_bounds, box_span, triangle_bounds
from ldm3d.worlds.scene import Boxes, Meshes, Scene
from ldm3d.worlds.shade import Hit, Shader


def of(table: Array, ids: Ints) -> Array:
    """Rows `ids` [n] of a table [N, 3], channels first [3, n]."""
    return np.ascontiguousarray(table.take(ids, axis=0).T)


class Solids(ABC):
    """Things of one solid kind, numbered from 0, nearest first where that is known.

    Attributes:
        part: number of the shape that each thing belongs to [N]: edges are drawn where it changes.
        nearest: least distance at which each may be met [N].
    """

    part: Ints
    nearest: Array

    def __init__(self, grid: Grid, bounds: Bounds) -> None:
        self.grid, self._bounds = grid, bounds

    def spans(self, rows: tuple[int, int]) -> Spans:
        """Texels that may hold the things, near things first."""
        return self._bounds.spans(self.grid, rows, np.argsort(self.nearest, kind="stable").astype(np.int32))

    @abstractmethod
    def meet(self, ids: Ints, d: Array) -> Array:
        """Distances [n] at which rays `d` [3, n] meet things `ids` [n], infinite where they do not."""

    @abstractmethod
    def hit(self, ids: Ints, d: Array, r: Array) -> Hit:
        """Points at known distances, with normals toward the eye."""

    @abstractmethod
    def shade(self, hit: Hit, ids: Ints, shader: Shader) -> Array:
        """Colours [3, n] before the air."""

    def _hit(self, d: Array, r: Array, normal: Array, uv: Array) -> Hit:
        texel = r * np.float32(self.grid.texel)
        cosine = d[0] * normal[0] + d[1] * normal[1] + d[2] * normal[2]
        return Hit(d, r, d * r, normal, texel, texel / np.sqrt(np.maximum(np.abs(cosine), np.float32(0.08))), uv)


class _BoxSolids(Solids):
    """Boxes: the slab method in each box's own frame."""

    def __init__(self, scene: Scene, boxes: Boxes, grid: Grid) -> None:
        bounds, self.nearest = box_bounds(grid, boxes)
        super().__init__(grid, bounds)
        self.boxes, self._shade = boxes, box_shade(scene)
        self.part = np.arange(len(boxes), dtype=np.int32)

    def meet(self, ids: Ints, d: Array) -> Array:
        enter, leave, _ = box_span(self.boxes, ids, d)
        return np.where((enter < leave) & (enter > 1.0), enter, np.float32(np.inf))

    def hit(self, ids: Ints, d: Array, r: Array) -> Hit:
        _, _, axis = box_span(self.boxes, ids, d)
        c, s = np.cos(self.boxes.turn).take(ids), np.sin(self.boxes.turn).take(ids)
        zero = np.zeros_like(c)
        along_x, along_z = d[0] * c - d[2] * s, d[0] * s + d[2] * c
        sign = -np.sign(np.choose(axis, [along_x, d[1], along_z])).astype(np.float32)
        normal = np.stack([
            np.choose(axis, [c, zero, s]), np.choose(axis, [zero, zero + 1, zero]), np.choose(axis, [-s, zero, c]),
        ]) * sign  # fmt: skip
        rel = d * r - of(self.boxes.centre, ids)
        local = rel[0] * c - rel[2] * s, rel[1], rel[0] * s + rel[2] * c
        high = local[1] + self.boxes.half[:, 1].take(ids)
        uv = np.stack([np.choose(axis, [local[2], local[0], local[0]]), np.choose(axis, [high, local[2], high])])
        return self._hit(d, r, normal.astype(np.float32), uv)

    def shade(self, hit: Hit, ids: Ints, shader: Shader) -> Array:
        return self._shade(hit, ids, shader)


class _MeshSolids(Solids):
    """Triangles.

    With the eye at the origin a ray is inside where it lies on one side of the three planes through the eye and an
    edge; the three distances from those planes are the barycentric coordinates as well.
    """

    def __init__(self, scene: Scene, meshes: Meshes, grid: Grid) -> None:
        bounds, self.nearest = triangle_bounds(grid, meshes.corners)
        super().__init__(grid, bounds)
        self.meshes, self._shade = meshes, mesh_shade(scene)
        self.part = meshes.part
        a, b, c = (meshes.corners[:, k].astype(np.float64) for k in range(3))
        volume = np.sum(np.cross(a, b) * c, axis=1)
        sign = np.where(volume < 0, -1.0, 1.0)[:, None]
        # In this order a coordinate belongs to the corner that its plane leaves out.
        self._planes = [(np.cross(p, q) * sign).astype(np.float32) for p, q in ((b, c), (c, a), (a, b))]
        self._volume = np.abs(volume).astype(np.float32)
        # The planes' sum is the triangle's own normal, away from the eye: the other side's normals are turned round.
        away = np.sum(sum(self._planes) * meshes.normals.sum(axis=1), axis=1)
        self._side = np.where(away > 0, -1.0, 1.0).astype(np.float32)

    def _weights(self, ids: Ints, d: Array) -> list[Array]:
        return [
            d[0] * plane[:, 0].take(ids) + d[1] * plane[:, 1].take(ids) + d[2] * plane[:, 2].take(ids)
            for plane in self._planes
        ]

    def meet(self, ids: Ints, d: Array) -> Array:
        u, v, w = self._weights(ids, d)
        total = u + v + w
        inside = (u >= 0) & (v >= 0) & (w >= 0) & (total > 0)
        r = self._volume.take(ids) / np.where(inside, total, np.float32(1.0))
        return np.where(inside & (r > 1.0), r, np.float32(np.inf))

    def hit(self, ids: Ints, d: Array, r: Array) -> Hit:
        u, v, w = self._weights(ids, d)
        corners, uv = self.meshes.normals, self.meshes.uv
        normal = of(corners[:, 0], ids) * u + of(corners[:, 1], ids) * v + of(corners[:, 2], ids) * w
        normal *= self._side.take(ids) / np.sqrt(np.maximum((normal * normal).sum(axis=0), np.float32(1e-12)))
        total = u + v + w
        along, up = (
            (uv[:, 0, k].take(ids) * u + uv[:, 1, k].take(ids) * v + uv[:, 2, k].take(ids) * w) / total for k in (0, 1)
        )
        return self._hit(d, r, normal, np.stack([along, up]))

    def shade(self, hit: Hit, ids: Ints, shader: Shader) -> Array:
        return self._shade(hit, ids, shader)


Shade = Callable[[Hit, Ints, Shader], Array]


def box_shade(scene: Scene) -> Shade:
    """How a scene's boxes are coloured: by the place, or by their materials."""
    boxes = scene.boxes
    if scene.shade_boxes is not None or boxes is None:
        return scene.shade_boxes or _nothing

    def shade(hit: Hit, ids: Ints, shader: Shader) -> Array:
        return materials.shade(hit, boxes.style.take(ids), of(boxes.colour, ids), shader)

    return shade


def mesh_shade(scene: Scene) -> Shade:
    """How a scene's triangles are coloured: by the place, or by their materials."""
    meshes = scene.meshes
    if scene.shade_meshes is not None or meshes is None:
        return scene.shade_meshes or _nothing
    glowing = bool(meshes.glow.any())

    def shade(hit: Hit, ids: Ints, shader: Shader) -> Array:
        rgb = materials.shade(hit, meshes.style.take(ids), of(meshes.colour, ids), shader)
        if shader.light.lamps > 0.0 and glowing:
            rgb = rgb + of(meshes.colour, ids) * (meshes.glow.take(ids) * np.float32(shader.light.lamps))
        return rgb

    return shade


def _nothing(hit: Hit, ids: Ints, shader: Shader) -> Array:
    return np.zeros_like(hit.p)


def solids_of(scene: Scene, grid: Grid) -> list[Solids]:
    """The solid things of a scene, ready to be met."""
    found: list[Solids] = []
    if scene.boxes is not None and len(scene.boxes):
        found.append(_BoxSolids(scene, scene.boxes, grid))
    if scene.meshes is not None and len(scene.meshes):
        found.append(_MeshSolids(scene, scene.meshes, grid))
    return found
