"""What a place hands to the renderer: a ground, its things, and how they are coloured.

Coordinates are metres with the eye at the origin, +Y up, −Z forward. Things are kept as arrays, one row each, so that
thousands are handled at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds.arrays import Array, Colour

if TYPE_CHECKING:
    from ldm3d.worlds.heavens import Heavens
    from ldm3d.worlds.light import Light
    from ldm3d.worlds.shade import Hit, Shader
    from ldm3d.worlds.terrain import Height
    from ldm3d.worlds.water import Water


@dataclass
class _Things:
    """Rows of things: every field has the same first dimension."""

    def __len__(self) -> int:
        return len(next(iter(vars(self).values())))

    def __post_init__(self) -> None:
        own = vars(self)
        for name, given in own.items():
            value = np.asarray(given)
            own[name] = np.ascontiguousarray(value, np.int32 if value.dtype.kind == "i" else np.float32)


@dataclass
class Cards(_Things):
    """Flat cut-outs of a sprite: leaf clumps, branches, grass.

    Attributes:
        centre: [N, 3].
        right: half the width as a vector [N, 3].
        up: half the height as a vector [N, 3], at right angles to `right`.
        sprite: index into `sprites.atlas()` [N].
        colour: [N, 3] linear albedo.
        normal: [N, 3] unit normal that the card is lit by (a crown's, not the flat card's own).
        leafy: how much light from behind shines through [N], 0 to 1.
        open: share of sky light that reaches it [N], 0 to 1.
        glow: light that it sends out by itself at night, a factor on the colour [N].
    """

    centre: Array
    right: Array
    up: Array
    sprite: NDArray[np.int32]
    colour: Array
    normal: Array
    leafy: Array
    open: Array
    glow: Array


@dataclass
class Limbs(_Things):
    """Round tapered bars: trunks, branches, poles.

    Attributes:
        start: [N, 3].
        end: [N, 3].
        radius: [N, 2] at start and end.
        colour: [N, 3] linear albedo.
        bark: contrast of the bark pattern [N], 0 is smooth.
        open: share of sky light at the start and at the end [N, 2].
        glow: light that it sends out by itself at night, a factor on the colour [N].
    """

    start: Array
    end: Array
    radius: Array
    colour: Array
    bark: Array
    open: Array
    glow: Array


@dataclass
class Stones(_Things):
    """Ellipsoids with an uneven surface: rocks, boulders, lamps, car bodies.

    Attributes:
        centre: [N, 3].
        axes: [N, 3] half axes along x, y, z before turning.
        turn: [N] turn about y in radians.
        colour: [N, 3] linear albedo.
        uneven: [N] depth of the unevenness as a share of the radius.
        moss: [N] share of the upper side that is green or, by the place's wish, white.
        glow: [N] light that it sends out by itself at night, a factor on the colour.
    """

    centre: Array
    axes: Array
    turn: Array
    colour: Array
    uneven: Array
    moss: Array
    glow: Array


@dataclass
class Boxes(_Things):
    """Upright boxes: buildings and their parts. They hide and are hidden exactly, texel by texel.

    Attributes:
        centre: [N, 3].
        half: [N, 3] half sizes along x, y, z before turning.
        turn: [N] turn about y in radians.
        style: [N] one of `materials`, or what the place's `shade_boxes` makes of it.
        colour: [N, 3] linear albedo.
    """

    centre: Array
    half: Array
    turn: Array
    style: NDArray[np.int32]
    colour: Array


@dataclass
class Meshes(_Things):
    """Triangles: roofs, boats, arches, cars, whatever is neither box nor ball. `shapes.Mason` makes them.

    Attributes:
        corners: [N, 3, 3], one row for each corner. Both sides are seen.
        normals: [N, 3, 3] unit normals at the corners, which are blended between them: equal ones look flat.
        uv: [N, 3, 2] metres along and up the surface at the corners: where a material's pattern lies.
        style: [N] what the surface is made of: one of `materials`, or what the place's `shade_meshes` makes of it.
        colour: [N, 3] linear albedo.
        glow: [N] light that it sends out by itself at night, a factor on the colour.
        part: [N] which shape a triangle belongs to; between shapes edges are smoothed.
    """

    corners: Array
    normals: Array
    uv: Array
    style: NDArray[np.int32]
    colour: Array
    glow: Array
    part: NDArray[np.int32]


@dataclass
class Lamps(_Things):
    """Points that give light when lamps are lit. They are not seen: set a glowing thing there.

    Attributes:
        centre: [N, 3].
        colour: [N, 3] light on a surface one metre away that faces it; a street lamp has `LAMP`.
        reach: [N] metres beyond which nothing of it is left.
    """

    centre: Array
    colour: Array
    reach: Array

    @staticmethod
    def at(centre: Array, colour: Colour = (13.0, 8.6, 4.4), reach: float = 26.0) -> Lamps:
        """Equal lamps at points [N, 3]."""
        n = len(centre)
        return Lamps(centre=centre, colour=np.tile([colour], (n, 1)), reach=np.full(n, reach))


T = TypeVar("T", bound=_Things)


def joined(parts: Sequence[T]) -> T:
    """Several sets of the same kind as one; `Meshes` keep their parts apart."""
    kind = type(parts[0])
    table = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(kind)}
    if isinstance(parts[0], Meshes):
        shift = np.cumsum([0] + [int(part.part.max(initial=-1)) + 1 for part in parts[:-1] if isinstance(part, Meshes)])
        table["part"] = table["part"] + np.repeat(shift, [len(part) for part in parts])
    return kind(**table)


def picked(things: T, which: NDArray[Any]) -> T:
    """The rows `which` (a mask or indices) of things."""
    return type(things)(**{f.name: getattr(things, f.name)[which] for f in fields(things)})


@dataclass
class Scene:
    """A place, built.

    Attributes:
        height: the ground, under water too.
        shade_ground: colours of the ground at hits.
        ceiling: the underside of rock, ice or water above, or None. Where it is not above the ground there is rock.
        shade_ceiling: colours of the ceiling at hits; needed with a ceiling.
        clear_ceiling: whether the sun shines through it, as through water.
        water: a water surface that lies wherever the ground is below it, or None.
        cards: leaf clumps and grass, or None.
        limbs: trunks and poles, or None.
        stones: rocks, or None.
        boxes: buildings, or None.
        shade_boxes: colours of boxes at hits; without it their styles are those of `materials`.
        meshes: triangles, or None.
        shade_meshes: colours of triangles at hits; without it their styles are those of `materials`.
        lamps: points that give light when lamps are lit, or None.
        falling: rain and snow in the air, or None: they veil what lies behind them and have no distance of their own.
        light: what the place makes of the hour's light, such as `light.inside(...)` in a room.
        heavens: what hangs in the sky besides sun or moon, or None.
        moss: colour that `Stones.moss` lays on.
        shadow_reach: metres around the eye in which things cast shadows.
        fog: factor on the light's fog, such as 3 in a damp forest.
        exposure: factor on the light's exposure: the eye gets used to a dark place.
        smooth: least size in metres over which the ground's slope is taken: finer than that it is all material.
        relief: whether hills throw shadows.
        shafts: strength of light shafts in the air, 0 for none.
        stars: factor on the stars, small where lamps outshine them.
        open_sky: share of the sky that lights the ground where nothing stands.
        snow: share of the season's and the weather's snow that lies here; 0 in the tropics and under a roof.
        rain: whether rain and snow fall here; False under a roof or ground.
    """

    height: Height
    shade_ground: Callable[[Hit, Shader], Array]
    ceiling: Height | None = None
    shade_ceiling: Callable[[Hit, Shader], Array] | None = None
    clear_ceiling: bool = False
    water: Water | None = None
    cards: Cards | None = None
    limbs: Limbs | None = None
    stones: Stones | None = None
    boxes: Boxes | None = None
    shade_boxes: Callable[[Hit, NDArray[np.int32], Shader], Array] | None = None
    meshes: Meshes | None = None
    shade_meshes: Callable[[Hit, NDArray[np.int32], Shader], Array] | None = None
    lamps: Lamps | None = None
    falling: Cards | None = None
    light: Callable[[Light], Light] | None = None
    heavens: Heavens | None = None
    moss: tuple[float, float, float] = (0.08, 0.12, 0.03)
    shadow_reach: float = 70.0
    fog: float = 1.0
    exposure: float = 1.0
    relief: bool = False
    smooth: float = 0.05
    open_sky: float = 1.0
    stars: float = 1.0
    shafts: float = 0.0
    snow: float = 1.0
    rain: bool = True
