"""Facades and streets: regular patterns, averaged exactly over a texel's footprint so that they never flicker."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array, Ints
from ldm3d.worlds.scene import Boxes
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.sky import colour, dot, smoothstep

BRICK, STONE, GLASS, CONCRETE, PLAIN, CAR = range(6)


def stripes(x: Array, low: Array | float, high: Array | float, width: Array) -> Array:
    """Share of [x − width/2, x + width/2] in which frac(x) lies between `low` and `high`: a box-filtered stripe."""

    def area(t: Array) -> Array:
        whole = np.floor(t)
        return whole * (np.asarray(high) - low) + np.clip(t - whole, low, high) - low  # type: ignore[no-any-return]

    w = np.maximum(width, np.float32(1e-4))
    share: Array = (area(x + w * 0.5) - area(x - w * 0.5)) / w
    return share


def hashed(a: NDArray[np.int64], b: NDArray[np.int64], c: Ints) -> Array:
    """A number in [0, 1) for whole numbers: the same for the same three."""
    h = a.astype(np.uint32) * np.uint32(0x9E3779B1) ^ b.astype(np.uint32) * np.uint32(0x85EBCA77)
    h ^= c.astype(np.uint32) * np.uint32(0xC2B2AE3D)
    h = (h ^ (h >> 15)) * np.uint32(0x2C1B3C6D)
    h = (h ^ (h >> 13)) * np.uint32(0x297A2D39)
    h ^= h >> 16
    value: Array = h.astype(np.float32) / np.float32(4294967296.0)
    return value


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
    return tint * shader.above * 0.35 + (houses + (sky - houses) * out) * fresnel + shader.sun_colour * flash


def shade_boxes(boxes: Boxes, ground: float, hit: Hit, ids: Ints, shader: Shader) -> Array:
    """Colours [3, n] of buildings, their parts and cars.

    Args:
        boxes: all boxes.
        ground: height of the street relative to the eye.
        hit: where boxes are met.
        ids: which box [n].
        shader: the light.
    """
    style = boxes.style.take(ids)
    turn = boxes.turn.take(ids)
    c, s = np.cos(turn), np.sin(turn)
    n = hit.normal
    rel = hit.p - np.ascontiguousarray(boxes.centre.take(ids, axis=0).T)
    x, z = rel[0] * c - rel[2] * s, rel[0] * s + rel[2] * c
    on_x = np.abs(n[0] * c - n[2] * s) > 0.5
    half_x, half_z = boxes.half[:, 0].take(ids), boxes.half[:, 2].take(ids)
    u, half_u = np.where(on_x, z, x), np.where(on_x, half_z, half_x)
    v = hit.p[1] - np.float32(ground)
    top = boxes.centre[:, 1].take(ids) + boxes.half[:, 1].take(ids) - np.float32(ground)
    wall = np.abs(n[1]) < 0.5
    base = np.ascontiguousarray(boxes.colour.take(ids, axis=0).T)
    f = hit.footprint
    stain = noise.rough()(u * np.float32(1 / 9) + ids * 0.37, v * np.float32(1 / 14) + ids * 0.11, f / 9)
    grain = noise.grain()(u * np.float32(1 / 2.2), v * np.float32(1 / 2.2), f / 2.2)
    albedo = base * np.clip(1.0 + 0.12 * stain + 0.06 * grain, 0.4, 1.5)
    brick = (style == BRICK) & wall
    if brick.any():
        rows = stripes(v * np.float32(1 / 0.085), 0.0, 0.16, f / 0.085) * 0.35
        albedo = np.where(brick, albedo * (1.0 - rows + 0.05), albedo)
    # Windows: whole bays between the corners, whole floors above the ground floor.
    table = _WINDOWS[style]
    bays = np.maximum(np.floor((2.0 * half_u - 0.8) / table[:, 0]), 1.0)
    bay = (2.0 * half_u - 0.8) / bays
    across = (u + half_u - 0.4) / bay
    floors = np.maximum(np.floor((top - 5.2) / table[:, 1]), 0.0)
    up = (v - 4.4) / table[:, 1]
    inside = wall & (style <= CONCRETE) & (across > 0) & (across < bays) & (up > 0) & (up < floors)
    shop = wall & (style <= CONCRETE) & (v < 4.1) & (top > 9.0)
    wa, wu = f / bay, f / table[:, 1]
    pane = stripes(across, table[:, 2], table[:, 3], wa) * stripes(up, table[:, 4], table[:, 5], wu) * inside
    frame = np.float32(0.05) / bay
    outer = stripes(across, table[:, 2] - frame, table[:, 3] + frame, wa) * stripes(
        up, table[:, 4] - 0.035, table[:, 5] + 0.02, wu
    )  # fmt: skip
    outer = outer * inside
    trim = np.clip(base * 1.35 + 0.05, 0.0, 0.75)
    albedo = albedo + (trim - albedo) * np.where(style <= STONE, np.clip(outer - pane, 0, 1), 0.0)
    # A sill's shadow and the reveal's upper edge give the wall its thickness.
    reveal = stripes(up, table[:, 5] - 0.09, table[:, 5], wu) * stripes(across, table[:, 2], table[:, 3], wa) * inside
    sash = stripes(across * 2.0, 0.47, 0.53, wa * 2.0) * (style <= STONE)
    sa, su = (u + half_u) * np.float32(1 / 3.3), v * np.float32(1 / 4.1)
    shop_pane = stripes(sa, 0.07, 0.93, f / 3.3) * stripes(su, 0.12, 0.72, f / 4.1) * shop
    ledge = stripes((v - 4.1) * np.float32(1 / 500.0), 0.0, 0.0008, f / 500) * shop
    albedo = albedo * (1.0 - 0.4 * np.clip(ledge, 0, 1))
    cell_a, cell_b = np.floor(across).astype(np.int64), np.floor(up).astype(np.int64)
    chance = hashed(cell_a + np.where(on_x, 4096, 0), cell_b, ids)
    glass_share = np.clip(pane + shop_pane, 0.0, 1.0)
    tint = np.where(style == GLASS, 0.16, 0.06) * np.clip(0.6 + 0.8 * chance, 0, 1.4)
    curtain = np.where((chance > 0.62) & (style != GLASS), 0.55, 0.0) * pane
    glazed = _glass(hit, shader, np.where(style == GLASS, 1.0, 0.8) * (1.0 - 0.5 * curtain), tint[None])
    glazed = glazed * (1.0 - 0.5 * reveal) * (1.0 - 0.6 * sash)
    sun = shader.sunlight(hit.p + n * np.float32(0.3), 0.5)
    # Low parts see little of the sky between the houses.
    free = np.clip(0.38 + v * np.float32(0.018), 0.0, 1.0) * np.where(wall, 1.0, 0.95)
    glazed = glazed + shader.lit(colour((0.34, 0.31, 0.27)), n, hit.p, free=free, sun=sun) * curtain
    rgb = shader.lit(albedo, n, hit.p, free=free, sun=sun)
    rgb = rgb + (glazed - rgb) * glass_share
    if (style == CAR).any():
        rgb = np.where(style == CAR, _car(hit, shader, base, free, sun), rgb)
    if shader.light.night:
        rgb = rgb + _lit_windows(chance, hashed(cell_a, cell_b + 77, ids), pane, shop_pane, (sa, v), ids, wa)
    return rgb


def _lit_windows(
    chance: Array, tone: Array, pane: Array, shop: Array, at: tuple[Array, Array], ids: Ints, width: Array
) -> Array:
    """Light from windows at night [3, n]: some rooms are lit, warm or cool, shops more often."""
    lit = np.where(chance < 0.40, 0.35 + 1.1 * tone, 0.012)
    # Where a texel holds several windows their mean is seen.
    lit = lit + (0.34 - lit) * np.clip(width - 0.6, 0.0, 1.0)
    sa, v = at
    # Lamps hang from ceilings; goods stand in shop windows.
    room = 0.72 + 0.56 * (v * np.float32(1 / 3.5) - np.floor(v * np.float32(1 / 3.5)))
    goods = noise.rough()(sa * np.float32(0.8) + ids * np.float32(0.37), v * np.float32(0.30))
    window = np.clip(0.30 + 0.24 * v + 0.22 * goods * (v < 2.2), 0.08, 1.4)
    warm = np.where(tone > 0.24, colour((1.0, 0.60, 0.24)), colour((0.72, 0.84, 1.0)))
    front = hashed(np.floor(sa).astype(np.int64) // 3, np.zeros(len(ids), np.int64), ids)
    store = np.where(front < 0.55, 0.9 + 0.5 * front, 0.02)
    display = np.stack([0.95 + 0.3 * front, 0.75 + 0.1 * front, 0.62 - 0.3 * front])
    light: Array = warm * (lit * pane * room * np.float32(0.62)) + display * (store * shop * window * np.float32(0.55))
    return light


def _car(hit: Hit, shader: Shader, base: Array, free: Array, sun: Array) -> Array:
    """Lacquer: the colour, and the sky mirrored in a clear coat."""
    facing = np.maximum(-dot(hit.d, hit.normal), 0.02)
    mirrored = hit.d + hit.normal * (2.0 * facing)
    mirrored[1] = np.abs(mirrored[1])
    fresnel = 0.05 + 0.6 * (1.0 - facing) ** 5
    mirror = shader.sky.gradient(mirrored) * smoothstep(0.0, 0.5, mirrored[1])
    return shader.lit(base, hit.normal, hit.p, free=free, sun=sun) * (1.0 - fresnel) + mirror * fresnel
