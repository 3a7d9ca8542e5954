"""The kinds of fine things: which texels each may cover, where rays meet it, and how it is coloured there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.raster import Grid, Spans, ball_spans, card_spans, limb_spans
from ldm3d.worlds.scene import Cards, Limbs, Scene, Stones
from ldm3d.worlds.shade import Shader
from ldm3d.worlds.sky import colour, dot
from ldm3d.worlds.sprites import atlas

SHELLS = np.geomspace(1.6, 4000.0, 26)


@dataclass
class Fragments:
    """Pieces of things in texels: texel [n], distance [n], coverage [n], colour [3, n] through the air."""

    texel: Ints
    r: Array
    cover: Array
    rgb: Array

    def part(self, at: NDArray[np.integer[Any]]) -> Fragments:
        """The pieces `at` alone."""
        return Fragments(self.texel.take(at), self.r.take(at), self.cover.take(at), self.rgb.take(at, axis=1))


class Kind(ABC):
    """One kind of things, sorted by distance, with its spans and its intersection."""

    def __init__(self, distance: Array, radius: Array) -> None:
        # Nothing of a thing is nearer than this.
        self.least = (distance - 1.05 * radius).astype(np.float32)
        self.order = np.argsort(distance, kind="stable").astype(np.int32)
        self.edges = np.searchsorted(distance[self.order], SHELLS)

    def shell(self, k: int) -> Ints:
        """Indices of the things in a shell of distance."""
        low = self.edges[k - 1] if k else 0
        high = self.edges[k] if k < len(self.edges) else len(self.order)
        return self.order[low:high]

    @abstractmethod
    def spans(self, ids: Ints, rows: tuple[int, int]) -> Spans:
        """Texels that may hold the things `ids`."""

    @abstractmethod
    def cut(self, ids: Ints, d: Array) -> Fragments:
        """Meet things `ids` [n] with rays `d` [3, n]; `Fragments.texel` indexes the rays that met something."""


def _picked(at: NDArray[np.integer[Any]], *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """The columns `at` of arrays [n] or [3, n]."""
    return tuple(array.take(at, axis=-1) for array in arrays)


def _of(table: Array, ids: Ints) -> Array:
    """Rows `ids` [n] of a table [N, 3], channels first [3, n]."""
    return np.ascontiguousarray(table.take(ids, axis=0).T)


class _CardKind(Kind):
    """Cards: planes, met exactly, with the sprite's coverage."""

    def __init__(self, cards: Cards, grid: Grid, shader: Shader) -> None:
        self.radius = np.hypot(np.linalg.norm(cards.right, axis=1), np.linalg.norm(cards.up, axis=1))
        super().__init__(np.linalg.norm(cards.centre, axis=1), self.radius)
        self.cards, self.grid, self.shader = cards, grid, shader
        self.glowing = bool(cards.glow.any())
        half = 1.0 / np.sum(cards.right**2, axis=1), 1.0 / np.sum(cards.up**2, axis=1)
        plane = np.cross(cards.right, cards.up)
        plane /= np.linalg.norm(plane, axis=1, keepdims=True)
        right, up = cards.right * half[0][:, None], cards.up * half[1][:, None]
        # Plane and its distance, then the forms that give u and v: each as four columns.
        self.forms = [
            [np.ascontiguousarray(column, np.float32) for column in (*form.T, np.sum(form * cards.centre, axis=1))]
            for form in (plane, right, up)
        ]
        self.fine = (grid.texel * np.sqrt(half[0])).astype(np.float32)
        across, along = cards.right[:, None], cards.up[:, None]
        turns = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])[:, :, None]
        self.corners = cards.centre[:, None] + across * turns[:, 0] + along * turns[:, 1]
        self.unit_right = cards.right * np.sqrt(half[0])[:, None]
        self.unit_up = cards.up * np.sqrt(half[1])[:, None]

    def spans(self, ids: Ints, rows: tuple[int, int]) -> Spans:
        return card_spans(self.grid, self.corners[ids], self.radius[ids], rows)

    def cut(self, ids: Ints, d: Array) -> Fragments:
        # NumPy looks tables up by numbers of its own width: others it would copy each time.
        cards, ids = self.cards, ids.astype(np.intp)
        (facing, away), (across, middle), (along, half) = (
            (d[0] * a.take(ids) + d[1] * b.take(ids) + d[2] * c.take(ids), shift.take(ids))
            for a, b, c, shift in self.forms
        )
        r = away / np.where(np.abs(facing) < 1e-4, np.float32(1e-4), facing)
        u, v = across * r - middle, along * r - half
        keep = np.flatnonzero((np.abs(u) < 1.0) & (np.abs(v) < 1.0) & (r > 1.0))
        ids, r = ids.take(keep), r.take(keep)
        shown, cover, look = atlas()(cards.sprite.take(ids), u.take(keep), v.take(keep), r * self.fine.take(ids))
        keep, ids, r = keep.take(shown), ids.take(shown), r.take(shown)
        d = d.take(keep, axis=1)
        albedo = _of(cards.colour, ids) * look[:, 0]
        right, up = _of(self.unit_right, ids), _of(self.unit_up, ids)
        normal = _of(cards.normal, ids) + right * (look[:, 1] * np.float32(0.7)) + up * (look[:, 2] * np.float32(0.7))
        normal /= np.sqrt(dot(normal, normal) + np.float32(1e-6))
        p = d * r
        rgb = self.shader.leaves(albedo, normal, p, d, cards.leafy.take(ids), cards.open.take(ids))
        if self.shader.light.lamps > 0.0 and self.glowing:
            rgb += albedo * (cards.glow.take(ids) * np.float32(self.shader.light.lamps))
        return Fragments(keep.astype(np.int32), r, cover, self.shader.sky.through_air(rgb, r, d))


class _LimbKind(Kind):
    """Limbs: the nearest approach of ray and axis gives coverage, and the round surface the distance."""

    def __init__(self, limbs: Limbs, grid: Grid, shader: Shader) -> None:
        middle = (limbs.start + limbs.end) / 2
        axis = limbs.end - limbs.start
        share = np.clip(-np.sum(limbs.start * axis, axis=1) / np.sum(axis * axis, axis=1), 0, 1)
        nearest = np.linalg.norm(limbs.start + axis * share[:, None], axis=1)
        super().__init__(np.minimum(nearest * 1.02, np.linalg.norm(middle, axis=1)), limbs.radius.max(axis=1) * 2.0)
        self.least = (nearest * 0.98 - 1.05 * limbs.radius.max(axis=1)).astype(np.float32)
        self.limbs, self.grid, self.shader = limbs, grid, shader
        self.axis = axis
        self.length = np.linalg.norm(axis, axis=1)
        # Where each one's bark lies in the noise, in tiles.
        numbers = np.arange(len(limbs))
        self._shifts = [(numbers * step % 1.0).astype(np.float32) for step in (0.37, 0.11, 0.71)]

    def spans(self, ids: Ints, rows: tuple[int, int]) -> Spans:
        limbs = self.limbs
        return limb_spans(self.grid, limbs.start[ids], limbs.end[ids], limbs.radius[ids], rows)

    def cut(self, ids: Ints, d: Array) -> Fragments:
        limbs, ids = self.limbs, ids.astype(np.intp)
        start = _of(limbs.start, ids)
        axis = _of(self.axis, ids)
        length = self.length.take(ids)
        axis = axis / length
        # Nearest points of the ray t·d and the line start + s·axis.
        da, ds, as_ = dot(d, axis), dot(d, start), dot(axis, start)
        square = np.maximum(1.0 - da * da, 1e-5)
        t = (ds - da * as_) / square
        s = np.clip(da * t - as_, 0.0, length)
        # At the rounded ends the nearest point of the ray is another one.
        t = ds + da * s
        away = d * t - start - axis * s
        gap = np.sqrt(dot(away, away))
        share = s / length
        r0, r1 = limbs.radius[:, 0].take(ids), limbs.radius[:, 1].take(ids)
        radius = r0 + (r1 - r0) * share
        texel = t * np.float32(self.grid.texel)
        # What is thinner than a texel covers as much of it as it is thick.
        cover = np.clip((radius - gap) / texel + 0.5, 0.0, 1.0) * np.minimum(2.0 * radius / texel, 1.0)
        keep = np.flatnonzero((cover > 0.02) & (t > 1.0))
        if not keep.size:
            return Fragments(keep.astype(np.int32), t.take(keep), cover.take(keep), d.take(keep, axis=1))
        ids, t, gap, radius, share, square, cover, texel = _picked(
            keep, ids, t, gap, radius, share, square, cover, texel
        )
        d, axis, away = _picked(keep, d, axis, away)
        depth = np.sqrt(np.maximum(radius * radius - gap * gap, 0.0))
        r = np.maximum(t - depth / np.sqrt(square), 1.0)
        normal = (away - d * (depth / np.sqrt(square))) / radius
        normal -= axis * dot(normal, axis)
        normal /= np.sqrt(dot(normal, normal) + np.float32(1e-6))
        rough = limbs.bark.take(ids)
        p = d * r
        # Bark runs along the stem: narrow across, long upward.
        side = np.cross(axis, np.array([[0.31], [0.17], [0.93]], np.float32), axis=0)
        other = np.cross(axis, side, axis=0)
        turn = np.arctan2(dot(normal, side), dot(normal, other)) * np.maximum(radius, 0.05)
        along = share * self.length.take(ids)
        a, b, c = (shift.take(ids) for shift in self._shifts)
        bark = noise.grain()(turn * 0.9 + a, along * 0.13 + b, texel * 0.9)
        patches = noise.rough()(turn * 0.3 + c, along * 0.10, texel * 0.3)
        shade = np.clip(1.0 + rough * (0.30 * bark + 0.16 * patches), 0.25, 2.0)
        albedo = _of(limbs.colour, ids) * shade
        moss = np.clip((patches - 0.3) * 0.8, 0, 1) * rough * np.clip(1.1 - share * 2.5, 0, 1) * 0.6
        albedo += (colour((0.055, 0.085, 0.02)) - albedo) * moss
        o0, o1 = limbs.open[:, 0].take(ids), limbs.open[:, 1].take(ids)
        free = o0 + (o1 - o0) * np.clip(share * 1.6, 0, 1)
        rgb = self.shader.lit(albedo, normal, p + normal * 0.3, free=free, wrap=0.15)
        if self.shader.light.lamps > 0.0:
            rgb += albedo * (limbs.glow.take(ids) * np.float32(self.shader.light.lamps))
        return Fragments(keep.astype(np.int32), r, cover, self.shader.sky.through_air(rgb, r, d))


def _around(q: Array, ids: Ints, blur: Array) -> Array:
    """Unevenness [n] in about (−1, 1) around a stone: noise from three sides, blended by direction, cut to facets."""
    weight = q * q
    weight = weight * weight
    weight /= weight.sum(axis=0)
    seed = ids * np.float32(0.377)
    total = np.zeros_like(q[0])
    for axis in range(3):
        u, v = (
            q[(axis + 1) % 3] * np.float32(0.11) + seed,
            q[(axis + 2) % 3] * np.float32(0.11) + seed * np.float32(1.7),
        )
        total += weight[axis] * noise.hills()(u, v, np.maximum(blur, 0.008))
    # Folded noise: broad faces with edges between them.
    folded: Array = np.clip(0.8 - np.abs(total), -1.0, 1.0)
    return folded


class _StoneKind(Kind):
    """Stones: ellipsoids whose radius is changed by noise around the direction of the nearest point."""

    def __init__(self, stones: Stones, grid: Grid, shader: Shader, moss: tuple[float, float, float]) -> None:
        self.radius = stones.axes.max(axis=1) * (1.0 + stones.uneven)
        super().__init__(np.linalg.norm(stones.centre, axis=1), self.radius)
        self.stones, self.grid, self.shader, self.moss = stones, grid, shader, colour(moss)

    def spans(self, ids: Ints, rows: tuple[int, int]) -> Spans:
        return ball_spans(self.grid, self.stones.centre[ids], self.radius[ids], rows)

    def cut(self, ids: Ints, d: Array) -> Fragments:
        stones, ids = self.stones, ids.astype(np.intp)
        c, s = np.cos(stones.turn).take(ids), np.sin(stones.turn).take(ids)
        axes = _of(stones.axes, ids)
        centre = _of(stones.centre, ids)
        lc = np.stack([centre[0] * c - centre[2] * s, centre[1], centre[0] * s + centre[2] * c]) / axes
        ld = np.stack([d[0] * c - d[2] * s, d[1], d[0] * s + d[2] * c]) / axes
        dd, dc, cc = dot(ld, ld), dot(ld, lc), dot(lc, lc)
        t = dc / dd
        gap = np.sqrt(np.maximum(cc - dc * t, 0.0))
        mean = axes.mean(axis=0)
        texel = t * np.float32(self.grid.texel)
        near = np.flatnonzero((gap < 1.35) & (t > 1.0))
        if not near.size:
            return Fragments(near.astype(np.int32), t.take(near), gap.take(near), d.take(near, axis=1))
        ids, t, gap, dd, mean, texel, c, s = _picked(near, ids, t, gap, dd, mean, texel, c, s)
        d, lc, ld, axes = _picked(near, d, lc, ld, axes)
        uneven = stones.uneven.take(ids)
        q = ld * (t - np.sqrt(np.maximum(1.0 - gap * gap, 0.0) / dd)) - lc
        q /= np.sqrt(dot(q, q))
        blur = texel / mean * np.float32(0.3)
        bump = _around(q, ids, blur)
        size = 1.0 + uneven * bump
        cover = np.clip((size - gap) * mean / texel + 0.5, 0.0, 1.0)
        r = np.maximum(t - np.sqrt(np.maximum(size * size - gap * gap, 0.0) / dd), 1.0)
        q = ld * r - lc
        # The surface's slope from the unevenness next to the point, along two directions on the ball.
        unit = q / np.sqrt(np.maximum(dot(q, q), 1e-6))
        flat = np.stack([unit[2], np.zeros_like(gap), -unit[0]])
        flat /= np.sqrt(np.maximum(dot(flat, flat), 1e-4))
        steep = np.cross(unit, flat, axis=0)
        e = np.maximum(np.float32(0.09), texel / mean)
        chips = noise.grain()(unit[0] * 0.35 + unit[1] * 0.21, unit[2] * 0.35 - unit[1] * 0.27, blur)
        a = (_around(unit + flat * e, ids, blur) - bump) / e
        b = (_around(unit + steep * e, ids, blur) - bump) / e
        fine = _around(unit * np.float32(4.3), ids, blur * np.float32(4.3))
        fine_a = (_around((unit + flat * e) * np.float32(4.3), ids, blur * np.float32(4.3)) - fine) / e
        a, b = a + np.float32(0.30) * fine_a, b + np.float32(0.30) * chips
        local = (unit - (flat * a + steep * b) * np.minimum(uneven * 1.8, 0.45)) / axes
        normal = np.stack([local[0] * c + local[2] * s, local[1], -local[0] * s + local[2] * c])
        normal /= np.sqrt(dot(normal, normal) + np.float32(1e-9))
        keep = np.flatnonzero(cover > 0.02)
        ids, d, r, normal, cover, chips, bump, q = _picked(keep, ids, d, r, normal, cover, chips, bump, q)
        rough = np.minimum(uneven.take(keep) * 6.0, 1.0)
        albedo = _of(stones.colour, ids)
        albedo = albedo * np.clip(1.0 + rough * (0.16 * chips + 0.12 * bump), 0.3, 1.8)
        green = np.clip(normal[1] * 1.6 - 0.7 + 0.35 * bump + 0.15 * chips, 0, 1) * stones.moss.take(ids)
        albedo += (self.moss * (1.0 + 0.2 * chips) - albedo) * green
        p = d * r
        free = np.clip(0.45 + 0.55 * (q[1] + 0.9), 0.30, 1.0) * self.shader.shadows.open_sky(p[0], p[2]) ** 0.5
        rgb = self.shader.lit(albedo, normal, p + normal * (0.35 * mean.take(keep)), free=free)
        if self.shader.light.lamps > 0.0:
            rgb += albedo * (stones.glow.take(ids) * np.float32(self.shader.light.lamps))
        return Fragments(near[keep].astype(np.int32), r, cover, self.shader.sky.through_air(rgb, r, d))


def cards_of(cards: Cards, grid: Grid, shader: Shader) -> Kind:
    """Cards alone, ready to be drawn."""
    return _CardKind(cards, grid, shader)


def kinds_of(scene: Scene, grid: Grid, shader: Shader) -> list[Kind]:
    """The fine things of a scene, ready to be drawn."""
    kinds: list[Kind] = []
    if scene.limbs is not None and len(scene.limbs):
        kinds.append(_LimbKind(scene.limbs, grid, shader))
    if scene.stones is not None and len(scene.stones):
        kinds.append(_StoneKind(scene.stones, grid, shader, scene.moss))
    if scene.cards is not None and len(scene.cards):
        kinds.append(_CardKind(scene.cards, grid, shader))
    return kinds
