"""Several places in one picture: "a village below snowy mountains by a lake".

The first place owns the ground at the eye. Each other one takes a region of the plan, by its role: a backdrop starts
some way off and goes to the horizon, water fills a basin in a sector, anything else lies to one side. A region's
ground, things and materials are those of its place; the grounds are blended along the borders, and things stand where
their own place has the say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.regions import Share, clearest, kept_of
from ldm3d.worlds.scene import Boxes, Cards, Lamps, Limbs, Meshes, Scene, Stones, joined
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.solids import box_shade, mesh_shade
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.terrain import Height
from ldm3d.worlds.vectors import put, smoothstep
from ldm3d.worlds.water import Water
from ldm3d.worlds.weather import foliage, in_season

T = TypeVar("T", Cards, Limbs, Stones, Boxes, Meshes, Lamps)
BACKDROP, BASIN, SHORE, ASIDE = 150.0, 26.0, 13.0, 9.0
DEEP_SNOW = 1.2


@dataclass(frozen=True)
class Part:
    """Another place in a scene.

    Attributes:
        scene: the place, built for the same eye.
        role: "backdrop", "water" or "ground": what it can be for others.
        relation: one of `spec.RELATIONS`: how the words put it.
        season: its own, where it is another one than the first place's: "a village below snowy mountains".
    """

    scene: Scene
    role: str
    relation: str
    season: str | None = None


def role_of(roles: Sequence[str], relation: str) -> str:
    """What a place is to the first one: what fits the words best of what it can be."""
    order = ("water", "backdrop", "ground") if relation != "behind" else ("backdrop", "water", "ground")
    return next((role for role in order if role in roles), "ground")


def _sector(azimuth: float, half: float, wander: float) -> Share:
    """A sector with uneven sides: `half` radians to both sides of an azimuth (0 is −z, to the right is positive)."""
    s, c = np.float32(np.sin(azimuth)), np.float32(np.cos(azimuth))
    # What is as wide as half the plan or wider has soft sides.
    low, high = np.cos(min(half + 0.22, np.pi)), np.cos(max(half - 0.10, 0.0))

    def share(x: Array, z: Array) -> Array:
        rho = np.maximum(np.hypot(x, z), np.float32(1.0))
        bend = noise.hills()(x * np.float32(1 / 170) + np.float32(wander), z * np.float32(1 / 170))
        return smoothstep(float(low), float(high), (x * s - z * c) / rho + np.float32(0.07) * bend)

    return share


def _from(near: float, full: float, wander: float) -> Share:
    """Everything from a distance on, with an uneven border."""

    def share(x: Array, z: Array) -> Array:
        bend = noise.hills()(x * np.float32(1 / 260) + np.float32(wander), z * np.float32(1 / 260))
        return smoothstep(near, full, np.hypot(x, z) * (1.0 + np.float32(0.10) * bend))

    return share


def _extent(scene: Scene) -> float:
    """Metres within which most of a place's things stand."""
    points = [things.centre for things in (scene.cards, scene.boxes, scene.stones) if things is not None]
    if scene.meshes is not None:
        points.append(scene.meshes.corners[:, 0])
    if not points:
        return BACKDROP * 3
    at = np.concatenate(points)
    return float(np.percentile(np.hypot(at[:, 0], at[:, 2]), 97))


def _region(part: Part, first: Scene, rng: np.random.Generator) -> Share:
    """Which part of the plan another place takes beside the first one."""
    wander = float(rng.uniform(0, 1))
    ahead, side = float(rng.uniform(-0.35, 0.35)), float(rng.choice([-1.0, 1.0]) * rng.uniform(0.9, 1.25))
    azimuth = side if part.relation == "beside" else ahead
    if part.role == "backdrop":
        near = min(BACKDROP, max(40.0, 0.4 * _extent(part.scene)))
        return _from(near, 2.2 * near, wander)
    if part.role == "water" and part.relation != "around":
        azimuth = clearest(first, azimuth, BASIN)
    sector = _sector(azimuth, np.pi if part.relation == "around" else 1.05, wander)
    # Water beside a place comes so near that the place's own things do not hide it.
    near = (SHORE if part.relation == "beside" else BASIN) if part.role == "water" else ASIDE
    ring = _from(near, near * (1.5 if part.role == "water" else 2.2), wander)

    def share(x: Array, z: Array) -> Array:
        value: Array = sector(x, z) * ring(x, z)
        return value

    return share


def _basin(below: Height, region: Share, level: float, wide: float) -> Height:
    """Ground that goes down under a water level in a region, up to `wide` metres away."""

    def height(x: Array, z: Array, footprint: Array) -> Array:
        share = region(x, z) * (1.0 - smoothstep(0.75 * wide, wide, np.hypot(x, z)))
        bed = np.float32(level - 4.0)
        land = below(x, z, footprint)
        # First a shore that slopes to the water, then the bed.
        shore = land + (np.minimum(land, np.float32(level + 0.4)) - land) * np.minimum(share * 2.0, 1.0)
        value: Array = shore + (bed - shore) * np.clip(share * 2.0 - 1.0, 0.0, 1.0)
        return value

    return height


def _blend(below: Height, above: Height, region: Share) -> Height:
    def height(x: Array, z: Array, footprint: Array) -> Array:
        share = region(x, z)
        value: Array = below(x, z, footprint)
        at = np.flatnonzero(share > 0.0)
        if at.size:
            other = above(x[at], z[at], footprint[at])
            value = np.array(value)
            value[at] += (other - value[at]) * share[at]
        return value

    return height


def _dry(scene: Scene) -> Height:
    """A place's ground with its water as if it were land."""
    water, height = scene.water, scene.height
    if water is None:
        return height
    level = np.float32(water.level)
    return lambda x, z, footprint: np.maximum(height(x, z, footprint), level)


def _all(parts: Sequence[T | None]) -> T | None:
    there = [part for part in parts if part is not None and len(part)]
    return joined(there) if there else None


def _shade_each(
    shades: Sequence[Callable[[Hit, Ints, Shader], Array]],
    numbers: Sequence[Ints],
    seasons: Sequence[Callable[[Shader], Shader]],
) -> Callable[[Hit, NDArray[np.int32], Shader], Array]:
    """One shader for things that are joined: each place colours its own, by its own numbers, in its own season."""
    ends = np.cumsum([len(ids) for ids in numbers])

    def shade(hit: Hit, ids: Ints, shader: Shader) -> Array:
        rgb = np.empty_like(hit.p)
        which = np.searchsorted(ends, ids, side="right")
        for k, colours in enumerate(shades):
            at = np.flatnonzero(which == k)
            if at.size:
                first = ends[k] - len(numbers[k])
                put(rgb, at, colours(hit.part(at), numbers[k].take(ids[at] - first), seasons[k](shader)))
        return rgb

    return shade


def _leaved(part: Part) -> Scene:
    """A part with its own season's leaves."""
    cards = part.scene.cards
    if part.season is None or cards is None:
        return part.scene
    return replace(part.scene, cards=foliage(cards, Wish(season=part.season)))


def _seasonal(part: Part | None) -> Callable[[Shader], Shader]:
    """What makes a scene's shader one for the season of a part."""
    if part is None or part.season is None:
        return lambda shader: shader
    season, share = part.season, part.scene.snow
    # Mountains that are called snowy are white far down.
    deep = DEEP_SNOW if season == "winter" else 0.0

    def seasonal(shader: Shader) -> Shader:
        light = in_season(shader.light, season)
        return shader.under(replace(light, snow=max(light.snow, deep) * share))

    return seasonal


def combine(first: Scene, others: Sequence[Part], rng: np.random.Generator) -> Scene:
    """One scene of several places.

    Args:
        first: the place that one stands in.
        others: further ones, in the order of the words; those under a roof or in space are left out, and nothing is
            added to such a place.
        rng: where the regions lie.
    """
    parts = [part for part in others if _open(part.scene)] if _open(first) else []
    if not parts:
        return first
    # Backdrops first: basins and neighbours are cut into what is there.
    parts.sort(key=lambda part: ("backdrop", "ground", "water").index(part.role))
    ground: Height = first.height
    water = first.water
    regions: list[Share] = []
    for part in parts:
        region = _region(part, first, rng)
        if part.role == "water" and part.scene.water is not None:
            if water is None or abs(water.level) > 10.0:
                level = _shore(ground, region, SHORE if part.relation == "beside" else BASIN)
                wide = 4.0e4 if part.scene.water.swell > 0.05 else 460.0
                water = replace(part.scene.water, level=level)
                ground = _basin(ground, region, level, wide)
            regions.append(region)
            continue
        if water is None:
            ground, water = _blend(ground, part.scene.height, region), part.scene.water
        else:
            ground = _blend(ground, _dry(part.scene), region)
        regions.append(region)
    return _joined(first, parts, regions, ground, water)


def _open(scene: Scene) -> bool:
    return scene.ceiling is None and (scene.heavens is None or not scene.heavens.space) and scene.rain


def _shore(ground: Height, region: Share, near: float) -> float:
    """A water level a little below the ground where a basin begins."""
    t = np.linspace(0.0, 2.0 * np.pi, 96, endpoint=False)
    x, z = (np.float32(near * 1.3) * f(t).astype(np.float32) for f in (np.sin, np.cos))
    inside = region(x, z) > 0.2
    heights = ground(x, z, np.full_like(x, 0.5))
    return float(np.percentile(heights[inside] if inside.any() else heights, 15)) - 0.55


def _joined(
    first: Scene, parts: Sequence[Part], regions: Sequence[Share], ground: Height, water: Water | None
) -> Scene:
    """Things and materials of all places on the common ground."""
    scenes = [first, *(_leaved(part) for part in parts)]
    seasons = [_seasonal(part) for part in (None, *parts)]
    level = None if water is None else float(water.level)

    def owner(k: int) -> Share:
        """How much of the plan belongs to place `k`: its region without those laid over it."""

        def share(x: Array, z: Array) -> Array:
            value = np.ones_like(x) if k == 0 else regions[k - 1](x, z)
            for over in regions[k:]:
                value = value * (1.0 - over(x, z))
            return value

        return share

    def lift(k: int) -> Callable[[Array, Array], Array]:
        own_water = scenes[k].water
        if k > 0 and parts[k - 1].role == "water" and own_water is not None and level is not None:
            # What stands in water keeps its height above it.
            raise_ = np.float32(level - own_water.level)
            return lambda x, z: np.full_like(x, raise_)

        def dy(x: Array, z: Array) -> Array:
            size = np.maximum(np.hypot(x, z) * np.float32(0.008), np.float32(0.02))
            value: Array = ground(x, z, size) - scenes[k].height(x, z, size)
            return value

        return dy

    def dry(k: int) -> Share:
        # Nothing of dry land stands in the water of another place.
        share = owner(k)
        if level is None or (k > 0 and parts[k - 1].role == "water"):
            return share

        def above(x: Array, z: Array) -> Array:
            size = np.maximum(np.hypot(x, z) * np.float32(0.008), np.float32(0.02))
            return share(x, z) * (ground(x, z, size) > level - 0.1)

        return above if scenes[k].water is None else share

    kept = [kept_of(scene, dry(k), lift(k)) for k, scene in enumerate(scenes)]

    def shade_ground(hit: Hit, shader: Shader) -> Array:
        x, z = hit.p[0], hit.p[2]
        ragged = 0.16 * noise.rough()(x * np.float32(1 / 15), z * np.float32(1 / 15), hit.footprint / 15)
        which = np.zeros(x.shape, np.int32)
        # Walls that a backdrop raises along its border are of its own rock, not of the meadow they rise from.
        steep = smoothstep(0.05, 0.30, 1.0 - hit.normal[1])
        for k, region in enumerate(regions, start=1):
            share = region(x, z)
            wall = steep * (share > 0.02) if parts[k - 1].role == "backdrop" else np.float32(0.0)
            which = np.where(share + ragged * (1.0 - wall) > 0.5 - 0.5 * wall, np.int32(k), which)
        rgb = np.empty_like(hit.p)
        for k in np.unique(which):
            at = np.flatnonzero(which == k)
            put(rgb, at, scenes[k].shade_ground(hit.part(at), seasons[k](shader)))
        return rgb

    full = [part for part in kept if part.scene.boxes is not None and len(part.scene.boxes)]
    built = [part for part in kept if part.scene.meshes is not None and len(part.scene.meshes)]
    own = {id(part): (scene, season) for part, scene, season in zip(kept, scenes, seasons, strict=True)}
    return replace(
        first,
        height=ground,
        water=water,
        shade_ground=shade_ground,
        cards=_all([part.scene.cards for part in kept]),
        limbs=_all([part.scene.limbs for part in kept]),
        stones=_all([part.scene.stones for part in kept]),
        boxes=_all([part.scene.boxes for part in kept]),
        meshes=_all([part.scene.meshes for part in kept]),
        lamps=_all([part.scene.lamps for part in kept]),
        shade_boxes=_shade_each(
            [box_shade(own[id(part)][0]) for part in full],
            [part.boxes for part in full],
            [own[id(part)][1] for part in full],
        ),
        shade_meshes=_shade_each(
            [mesh_shade(own[id(part)][0]) for part in built],
            [part.meshes for part in built],
            [own[id(part)][1] for part in built],
        ),
        relief=any(scene.relief for scene in scenes),
        heavens=next((scene.heavens for scene in scenes if scene.heavens is not None), None),
    )
