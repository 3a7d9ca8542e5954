"""Facades and streets: regular patterns, averaged exactly over a texel's footprint so that they never flicker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.filters import hashed, stripes
from ldm3d.worlds.scene import Boxes
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.sky import colour, dot, smoothstep

BRICK, STONE, GLASS, CONCRETE, PLAIN, CAR = range(6)


# Style: bay width, floor height, window from and to across, from and to upward.
_WINDOWS = np.array(
    [
        [2.7, 3.4, 0.27, 0.73, 0.24, 0.80],
        [2.3, 3.8, 0.25, 0.75, 0.18, 0.86],
        [1.6, 3.6, 0.04, 0.96, 0.06, 0.94],
        [4.2, 3.5, 0.03, 0.97, 0.36, 0.84],
        [1.0, 1.0, 0.00, 0.00, 0.00, 0.00],
        [1.0, 1.0, 0.00, 0.00, 0.00, 0.00],
    ],
    np.float32,
)


def _glass(hit: Hit, shader: Shader, reflect: Array, tint: Array) -> Array:
    """Window glass by day: dark behind, and the sky mirrored where the mirrored ray leaves the street."""
    facing = np.maximum(-dot(hit.d, hit.normal), 0.02)
    mirrored = hit.d + hit.normal * (2.0 * facing)
    fresnel = (0.10 + 0.90 * (1.0 - facing) ** 4) * reflect
    out = smoothstep(0.05, 0.55, mirrored[1])
    up = mirrored.copy()
    up[1] = np.abs(up[1])
    sky = shader.sky.gradient(up)
    houses = shader.above * 0.17 + shader.below * 0.1
    flash = np.exp((dot(mirrored, shader.toward) - 1.0) * 900.0) * 2.5 * shader.light.shadow
    value: Array = tint * shader.above * 0.35 + (houses + (sky - houses) * out) * fresnel + shader.sun_colour * flash
    return value


@dataclass
class _Wall:
    """Points on boxes in the wall's own measure, metres.

    Attributes:
        style: of the box [n].
        ids: which box [n].
        upright: whether it is a wall, not a roof [n].
        turned: whether it is one of the box's x sides [n].
        u: along the wall from its middle [n].
        half: half the wall's width [n].
        v: above the street [n].
        top: the box's top above the street [n].
        blur: footprint of a texel [n].
        ray: the rays' direction along the wall, up, and into it, [n] each.
    """

    style: Ints
    ids: Ints
    upright: NDArray[np.bool_]
    turned: NDArray[np.bool_]
    u: Array
    half: Array
    v: Array
    top: Array
    blur: Array
    ray: tuple[Array, Array, Array]


@dataclass
class _Windows:
    """What of a texel is glass, and which window it belongs to.

    Attributes:
        pane: share of upper windows' glass [n].
        shop: share of shop windows' glass [n].
        trim: share of the frame around upper windows [n].
        shade: share of the glass that lies in the reveal's shadow or behind a sash bar [n].
        cell: window column and row [2, n].
        coarse: windows across a texel [n].
    """

    pane: Array
    shop: Array
    trim: Array
    shade: Array
    cell: NDArray[np.int64]
    coarse: Array


def _wall(boxes: Boxes, ground: float, hit: Hit, ids: Ints) -> _Wall:
    turn = boxes.turn.take(ids)
    c, s = np.cos(turn), np.sin(turn)
    rel = hit.p - np.ascontiguousarray(boxes.centre.take(ids, axis=0).T)
    turned = np.abs(hit.normal[0] * c - hit.normal[2] * s) > 0.5
    half_x, half_z = boxes.half[:, 0].take(ids), boxes.half[:, 2].take(ids)
    ray_x, ray_z = hit.d[0] * c - hit.d[2] * s, hit.d[0] * s + hit.d[2] * c
    return _Wall(
        style=boxes.style.take(ids),
        ids=ids,
        upright=np.abs(hit.normal[1]) < 0.5,
        turned=turned,
        u=np.where(turned, rel[0] * s + rel[2] * c, rel[0] * c - rel[2] * s),
        half=np.where(turned, half_z, half_x),
        v=hit.p[1] - np.float32(ground),
        top=boxes.centre[:, 1].take(ids) + boxes.half[:, 1].take(ids) - np.float32(ground),
        blur=hit.footprint,
        ray=(np.where(turned, ray_z, ray_x), hit.d[1], np.abs(np.where(turned, ray_x, ray_z))),
    )


def _windows(wall: _Wall) -> _Windows:
    """Whole bays between the corners, whole floors above the ground floor, and shops below."""
    table = _WINDOWS[wall.style]
    left, right, low, high = table[:, 2], table[:, 3], table[:, 4], table[:, 5]
    bays = np.maximum(np.floor((2.0 * wall.half - 0.8) / table[:, 0]), 1.0)
    bay = (2.0 * wall.half - 0.8) / bays
    across = (wall.u + wall.half - 0.4) / bay
    floors = np.maximum(np.floor((wall.top - 5.2) / table[:, 1]), 0.0)
    up = (wall.v - 4.4) / table[:, 1]
    house = wall.upright & (wall.style <= CONCRETE)
    inside = house & (across > 0) & (across < bays) & (up > 0) & (up < floors)
    wa, wu = wall.blur / bay, wall.blur / table[:, 1]
    wide = stripes(across, left, right, wa) * inside
    pane = wide * stripes(up, low, high, wu)
    frame = np.float32(0.05) / bay
    outer = stripes(across, left - frame, right + frame, wa) * stripes(up, low - 0.035, high + 0.02, wu) * inside
    reveal = wide * stripes(up, high - 0.09, high, wu)
    sash = stripes(across * 2.0, 0.47, 0.53, wa * 2.0) * (wall.style <= STONE)
    along = (wall.u + wall.half) * np.float32(1 / 3.3)
    shop = stripes(along, 0.07, 0.93, wall.blur / 3.3) * stripes(wall.v / 4.1, 0.12, 0.72, wall.blur / 4.1)
    return _Windows(
        pane=pane,
        shop=shop * (house & (wall.v < 4.1) & (wall.top > 9.0)),
        trim=np.where(wall.style <= STONE, np.clip(outer - pane, 0.0, 1.0), 0.0),
        shade=1.0 - (1.0 - 0.5 * reveal) * (1.0 - 0.6 * sash),
        cell=np.floor(np.stack([across, up])).astype(np.int64),
        coarse=wa,
    )


def shade_boxes(boxes: Boxes, ground: float, hit: Hit, ids: Ints, shader: Shader) -> Array:
    """Colours [3, n] of buildings, their parts and cars.

    Args:
        boxes: all boxes.
        ground: height of the street relative to the eye.
        hit: where boxes are met.
        ids: which box [n].
        shader: the light.
    """
    wall = _wall(boxes, ground, hit, ids)
    windows = _windows(wall)
    style, u, v, n = wall.style, wall.u, wall.v, hit.normal
    base = np.ascontiguousarray(boxes.colour.take(ids, axis=0).T)
    stain = noise.rough()(u * np.float32(1 / 9) + ids * 0.37, v * np.float32(1 / 14) + ids * 0.11, wall.blur / 9)
    grain = noise.grain()(u * np.float32(1 / 2.2), v * np.float32(1 / 2.2), wall.blur / 2.2)
    albedo = base * np.clip(1.0 + 0.12 * stain + 0.06 * grain, 0.4, 1.5)
    joints = stripes(v * np.float32(1 / 0.085), 0.0, 0.16, wall.blur / 0.085)
    albedo = albedo * np.where((style == BRICK) & wall.upright, 1.05 - 0.35 * joints, 1.0)
    albedo = albedo + (np.clip(base * 1.35 + 0.05, 0.0, 0.75) - albedo) * windows.trim
    chance = hashed(windows.cell[0] + np.where(wall.turned, 4096, 0), windows.cell[1], ids)
    tint = np.where(style == GLASS, 0.16, 0.06) * np.clip(0.6 + 0.8 * chance, 0, 1.4)
    curtain = np.where((chance > 0.62) & (style != GLASS), 0.55, 0.0) * windows.pane
    sun = shader.sunlight(hit.p + n * np.float32(0.3), 0.5)
    # Low parts see little of the sky between the houses.
    free = np.clip(0.38 + v * np.float32(0.018), 0.0, 1.0)
    glazed = _glass(hit, shader, np.where(style == GLASS, 1.0, 0.8) * (1.0 - 0.5 * curtain), tint[None])
    glazed = glazed * (1.0 - windows.shade)
    glazed = glazed + shader.lit(colour((0.34, 0.31, 0.27)), n, hit.p, free=free, sun=sun) * curtain
    rgb = shader.lit(albedo, n, hit.p, free=free, sun=sun)
    rgb = rgb + (glazed - rgb) * np.clip(windows.pane + windows.shop, 0.0, 1.0)
    if (style == CAR).any():
        rgb = np.where(style == CAR, _car(hit, shader, base, free, sun), rgb)
    if shader.light.lamps > 0.0:
        rgb = rgb + np.float32(shader.light.lamps) * _lit_windows(wall, windows, chance)
    return rgb


def _inside(wall: _Wall, width: float, height: float, depth: float) -> Array:
    """Brightness [n] of a lit room behind the wall where the ray ends: ceiling, floor, sides or the back with shelves.

    Rooms of one size stand side by side behind the whole wall, so looking along it they shift as real ones do.
    """
    u = (wall.u + wall.half) * np.float32(1 / width)
    v = wall.v * np.float32(1 / height)
    u, v = (u - np.floor(u)) * np.float32(width), (v - np.floor(v)) * np.float32(height)
    along, up, into = wall.ray
    side = np.where(along > 0, width - u, u) / np.maximum(np.abs(along), 1e-4)
    level = np.where(up > 0, height - v, v) / np.maximum(np.abs(up), 1e-4)
    back = depth / np.maximum(into, 1e-4)
    way = np.minimum(np.minimum(side, level), back)
    at_u, at_v, deep = u + along * way, v + up * way, into * way
    # A lamp in the ceiling's middle lights what is near it.
    gap = (at_u - width / 2) ** 2 + (at_v - height) ** 2 + (deep - depth / 2) ** 2
    light = 0.45 + 2.2 / (1.6 + gap)
    goods = hashed(np.floor(at_u * 2.4).astype(np.int64), np.floor(at_v * 1.8).astype(np.int64), wall.ids)
    shelf = stripes(at_v * np.float32(1 / 0.55), 0.0, 0.12, wall.blur * 4.0)
    wallpaper = np.where(at_v < 2.1, 0.35 + 0.75 * goods, 0.9) * (1.0 - 0.5 * shelf)
    surface = np.where(way == back, wallpaper, np.where(way == side, 0.75, np.where(up > 0, 1.15, 0.35)))
    value: Array = light * surface
    return value


def _lit_windows(wall: _Wall, windows: _Windows, chance: Array) -> Array:
    """Light from windows in the dark [3, n]: some rooms are lit, warm or cool, shops more often."""
    ids = wall.ids
    tone = hashed(windows.cell[0], windows.cell[1] + 77, ids)
    lit = np.where(chance < 0.40, 0.35 + 1.1 * tone, 0.012)
    # Where a texel holds several windows their mean is seen.
    lit = lit + (0.34 - lit) * np.clip(windows.coarse - 0.6, 0.0, 1.0)
    along = (wall.u + wall.half) * np.float32(1 / 3.3)
    room = _inside(wall, 2.6, 3.6, 3.4)
    front = _inside(wall, 9.9, 3.5, 4.5)
    warm = np.where(tone > 0.24, colour((1.0, 0.60, 0.24)), colour((0.72, 0.84, 1.0)))
    which = hashed(np.floor(along).astype(np.int64) // 3, np.zeros(len(ids), np.int64), ids)
    store = np.where(which < 0.55, 0.9 + 0.5 * which, 0.02)
    display = np.stack([0.95 + 0.3 * which, 0.70 + 0.1 * which, 0.44 - 0.2 * which])
    rooms = warm * (lit * windows.pane * room * np.float32(0.62))
    light: Array = rooms + display * (store * windows.shop * front * np.float32(0.55))
    return light


def _car(hit: Hit, shader: Shader, base: Array, free: Array, sun: Array) -> Array:
    """Lacquer: the colour, and the sky mirrored in a clear coat."""
    facing = np.maximum(-dot(hit.d, hit.normal), 0.02)
    mirrored = hit.d + hit.normal * (2.0 * facing)
    mirrored[1] = np.abs(mirrored[1])
    fresnel = 0.05 + 0.6 * (1.0 - facing) ** 5
    mirror = shader.sky.gradient(mirrored) * smoothstep(0.0, 0.5, mirrored[1])
    return shader.lit(base, hit.normal, hit.p, free=free, sun=sun) * (1.0 - fresnel) + mirror * fresnel
