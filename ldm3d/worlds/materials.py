"""What surfaces are made of: patterns in metres along a surface, averaged over a texel so that they never flicker.

`shade` colours boxes and triangles by their style; `pattern` gives the bare albedo to whoever colours a ground.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array
from ldm3d.worlds.filters import hashed, stripes
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.vectors import colour, dot, put, smoothstep

(
    PLAIN, PLASTER, BRICK, ASHLAR, RUBBLE, PLANKS, LOGS, TILES, THATCH, METAL, RUST, PAINT, GLASS, WINDOW, STAINED,
    ROCK, CONCRETE, COBBLES, ICE, CRYSTAL, MARBLE, PANELS, CLOTH, LAVA, TIMBERED,
) = range(25)  # fmt: skip
# Share of the sky that a smooth coat mirrors when it is looked at straight.
_GLOSS = {METAL: 0.22, PAINT: 0.05, GLASS: 0.10, WINDOW: 0.07, STAINED: 0.04, ICE: 0.04, CRYSTAL: 0.10, MARBLE: 0.03,
          PANELS: 0.08}  # fmt: skip

Pattern = Callable[[Array, Array, Array], Array]


def _cell(i: Array, k: Array, seed: int = 0) -> Array:
    """A number in [0, 1) for each cell of a pattern."""
    return hashed(i.astype(np.int64), k.astype(np.int64), np.full(i.shape, seed, np.int32))


def _fine(u: Array, v: Array, f: Array, tile: float) -> Array:
    return noise.grain()(u * np.float32(1 / tile), v * np.float32(1 / tile), f / np.float32(tile))


def _blots(u: Array, v: Array, f: Array, tile: float) -> Array:
    return noise.rough()(u * np.float32(1 / tile), v * np.float32(1 / tile), f / np.float32(tile))


def _courses(u: Array, v: Array, f: Array, wide: float, high: float, joint: float, deep: float) -> Array:
    """Blocks in shifted courses: a tone for each block, darker in the joints."""
    row = np.floor(v * np.float32(1 / high))
    across = u * np.float32(1 / wide) + 0.5 * (row % 2)
    gap = np.maximum(
        stripes(v * np.float32(1 / high), 0.0, joint / high, f / np.float32(high)),
        stripes(across, 0.0, joint / wide, f / np.float32(wide)),
    )
    known = np.clip(1.5 - f / np.float32(high), 0.0, 1.0)
    tone = 1.0 + (_cell(np.floor(across), row) - 0.5) * 0.30 * known
    value: Array = tone * (1.0 - deep * gap)
    return value


def _plaster(u: Array, v: Array, f: Array) -> Array:
    value: Array = 1.0 + 0.07 * _blots(u, v, f, 6.0) + 0.05 * _blots(u * 4.0, v, f, 9.0) + 0.03 * _fine(u, v, f, 0.9)
    return value


def _brick(u: Array, v: Array, f: Array) -> Array:
    return _courses(u, v, f, 0.25, 0.083, 0.012, 0.45) * (1.0 + 0.10 * _blots(u, v, f, 7.0))


def _ashlar(u: Array, v: Array, f: Array) -> Array:
    return _courses(u, v, f, 0.95, 0.46, 0.022, 0.45) * (1.0 + 0.12 * _blots(u, v, f, 8.0) + 0.08 * _fine(u, v, f, 0.8))


def _rubble(u: Array, v: Array, f: Array) -> Array:
    bend = 0.10 * _blots(u, v, f, 2.3)
    return _courses(u + bend, v + bend, f, 0.48, 0.27, 0.045, 0.5) * (1.0 + 0.16 * _blots(u, v, f, 4.0))


def _planks(u: Array, v: Array, f: Array) -> Array:
    board = np.floor(v * np.float32(1 / 0.17))
    gap = stripes(v * np.float32(1 / 0.17), 0.0, 0.07, f / 0.17)
    tone = 1.0 + (_cell(board, board * 0) - 0.5) * 0.32 * np.clip(1.5 - f / 0.17, 0.0, 1.0)
    grain = noise.grain()(u * np.float32(0.12) + board * 0.37, v * np.float32(1.6), f * np.float32(0.5))
    value: Array = tone * (1.0 - 0.6 * gap) * (1.0 + 0.11 * grain + 0.08 * _blots(u, v, f, 5.0))
    return value


def _logs(u: Array, v: Array, f: Array) -> Array:
    at = v * np.float32(1 / 0.30)
    at = at - np.floor(at)
    round_ = np.sqrt(np.clip(1.0 - (2.0 * at - 1.0) ** 2, 0.02, 1.0))
    fade = np.clip(1.6 - f / 0.15, 0.0, 1.0)
    grain = noise.grain()(u * np.float32(0.10), v * np.float32(1.3), f * np.float32(0.5))
    value: Array = (0.78 + (0.35 + 0.65 * round_ - 0.78) * fade) * (1.0 + 0.12 * grain)
    return value


def _tiles(u: Array, v: Array, f: Array) -> Array:
    row = np.floor(v * np.float32(1 / 0.24))
    at = v * np.float32(1 / 0.24) - row
    across = u * np.float32(1 / 0.20) + 0.5 * (row % 2)
    near = np.clip(1.5 - f / 0.20, 0.0, 1.0)
    lip = 0.20 * (at - 0.5) * near - 0.35 * stripes(v * np.float32(1 / 0.24), 0.0, 0.14, f / 0.24)
    seam = 0.22 * stripes(across, 0.0, 0.10, f / 0.20)
    tone = (_cell(np.floor(across), row) - 0.5) * 0.36 * near
    value: Array = (1.05 + lip - seam + tone) * (1.0 + 0.12 * _blots(u, v, f, 5.0))
    return value


def _thatch(u: Array, v: Array, f: Array) -> Array:
    straw = noise.grain()(u * np.float32(1.3), v * np.float32(0.22), f * np.float32(0.8))
    layer = stripes(v * np.float32(1 / 0.75), 0.0, 0.10, f / 0.75)
    value: Array = (1.0 + 0.22 * straw + 0.12 * _blots(u, v, f, 3.0)) * (1.0 - 0.28 * layer)
    return value


def _metal(u: Array, v: Array, f: Array) -> Array:
    return 1.0 + 0.05 * noise.grain()(u * np.float32(0.3), v * np.float32(2.0), f) + 0.05 * _blots(u, v, f, 5.0)


def _rust(u: Array, v: Array, f: Array) -> Array:
    spots = smoothstep(-0.2, 0.9, _blots(u, v, f, 2.2) + 0.3 * _fine(u, v, f, 0.5))
    return colour((1.0, 1.0, 1.0)) + (colour((1.5, 0.72, 0.38)) - 1.0) * spots


def _rock(u: Array, v: Array, f: Array) -> Array:
    cracks = noise.ridges()(u * np.float32(1 / 9), v * np.float32(1 / 9), f / 9)
    return (0.72 + 0.6 * cracks) * (1.0 + 0.14 * _blots(u, v, f, 4.0) + 0.10 * _fine(u, v, f, 0.7))


def _concrete(u: Array, v: Array, f: Array) -> Array:
    joint = np.maximum(
        stripes(u * np.float32(1 / 2.4), 0.0, 0.008, f / 2.4), stripes(v * np.float32(1 / 1.2), 0.0, 0.015, f / 1.2)
    )
    return (1.0 + 0.10 * _blots(u, v, f, 7.0) + 0.05 * _fine(u, v, f, 0.6)) * (1.0 - 0.35 * joint)


def _cobbles(u: Array, v: Array, f: Array) -> Array:
    bend = 0.05 * _blots(u, v, f, 1.9)
    b = (v - bend) * np.float32(1 / 0.14)
    row = np.floor(b)
    a = (u + bend) * np.float32(1 / 0.16) + np.float32(0.5) * (row % 2)
    x, y = 2.0 * (a - np.floor(a)) - 1.0, 2.0 * (b - row) - 1.0
    dome = np.clip(1.15 - x**4 - y**4, 0.0, 1.0)
    fade = np.clip(1.8 - f / 0.08, 0.0, 1.0)
    tone = 1.0 + (_cell(np.floor(a), row) - 0.5) * 0.34 * fade
    value: Array = tone * (0.84 + (0.42 + 0.58 * dome - 0.84) * fade) * (1.0 + 0.12 * _blots(u, v, f, 6.0))
    return value


def _ice(u: Array, v: Array, f: Array) -> Array:
    cracks = noise.ridges()(u * np.float32(1 / 6), v * np.float32(1 / 6), f / 6)
    return colour((1.0, 1.0, 1.0)) * (0.86 + 0.30 * smoothstep(0.6, 0.85, cracks)) + colour((-0.06, 0.0, 0.06)) * (
        _blots(u, v, f, 8.0)
    )


def _marble(u: Array, v: Array, f: Array) -> Array:
    veins = noise.ridges()(u * np.float32(1 / 5) + 0.1 * _blots(u, v, f, 4.0), v * np.float32(1 / 5), f / 5)
    return 1.0 - 0.35 * smoothstep(0.55, 0.9, veins) + 0.04 * _blots(u, v, f, 3.0)


def _panels(u: Array, v: Array, f: Array) -> Array:
    total = np.ones_like(u)
    for wide, high, seed in ((3.2, 2.0, 1), (1.1, 0.7, 2)):
        a, b = u * np.float32(1 / wide), v * np.float32(1 / high)
        known = np.clip(1.6 - f / np.float32(high), 0.0, 1.0)
        gap = np.maximum(
            stripes(a, 0.0, 0.03 / wide, f / np.float32(wide)), stripes(b, 0.0, 0.03 / high, f / np.float32(high))
        )
        total = total * (1.0 + (_cell(np.floor(a), np.floor(b), seed) - 0.5) * 0.22 * known) * (1.0 - 0.45 * gap)
    return total * (1.0 + 0.06 * _blots(u, v, f, 6.0))


def _cloth(u: Array, v: Array, f: Array) -> Array:
    value: Array = 1.0 + 0.10 * np.sin(u * np.float32(9.0)) * np.clip(1.2 - f * 4, 0, 1) + 0.06 * _blots(u, v, f, 2.0)
    return value


def _lava(u: Array, v: Array, f: Array) -> Array:
    crust = noise.ridges()(u * np.float32(1 / 7), v * np.float32(1 / 7), f / 7)
    return 0.35 + 1.5 * smoothstep(0.42, 0.85, crust + 0.06 * _fine(u, v, f, 1.0))


def _timbered(u: Array, v: Array, f: Array) -> Array:
    """Half-timbering: dark beams in bays of 1.3 metres with braces; the panels between keep the colour."""
    a, b = u * np.float32(1 / 1.3), v * np.float32(1 / 2.6)
    beam = np.maximum(stripes(a, 0.0, 0.13, f / 1.3), stripes(b, 0.0, 0.075, f / 2.6))
    across, up = a - np.floor(a), b - np.floor(b)
    odd = np.where(np.floor(a) % 2 == 0, across, 1.0 - across)
    brace = np.clip((0.055 - np.abs(odd - up)) * 1.3 / np.maximum(f, 1e-3) + 0.5, 0.0, 1.0) * (
        _cell(np.floor(a), np.floor(b), 3) < 0.45
    )
    share = np.clip(np.maximum(beam, brace * np.clip(1.5 - f / 0.3, 0.0, 1.0)), 0.0, 1.0)
    value: Array = (1.0 + 0.06 * _blots(u, v, f, 5.0)) * (1.0 - share) + share * colour((0.16, 0.11, 0.085))
    return value


def _flat(u: Array, v: Array, f: Array) -> Array:
    return np.ones_like(u)


def _muntins(u: Array, v: Array, f: Array) -> Array:
    """Share of a window that is frame: bars half a metre apart."""
    return np.maximum(
        stripes(u * np.float32(1 / 0.5) + 0.05, 0.0, 0.10, f / 0.5),
        stripes(v * np.float32(1 / 0.6) + 0.05, 0.0, 0.09, f / 0.6),
    )


def _leaded(u: Array, v: Array, f: Array) -> Array:
    """Coloured panes in lead: a factor on the window's colour."""
    a, b = u * np.float32(1 / 0.34), v * np.float32(1 / 0.42)
    near = np.clip(1.6 - f / 0.3, 0.0, 1.0)
    hue = _cell(np.floor(a), np.floor(b), 5) * np.float32(6.2832)
    tint = np.stack([1.0 + 0.9 * np.cos(hue), 1.0 + 0.9 * np.cos(hue - 2.1), 1.0 + 0.9 * np.cos(hue - 4.2)])
    lead = np.maximum(stripes(a, 0.0, 0.10, f / 0.34), stripes(b, 0.0, 0.09, f / 0.42))
    value: Array = (1.0 + (tint - 1.0) * near) * (1.0 - 0.9 * lead)
    return value


_PATTERNS: dict[int, Pattern] = {
    PLAIN: _flat, PLASTER: _plaster, BRICK: _brick, ASHLAR: _ashlar, RUBBLE: _rubble, PLANKS: _planks, LOGS: _logs,
    TILES: _tiles, THATCH: _thatch, METAL: _metal, RUST: _rust, PAINT: _flat, GLASS: _flat, WINDOW: _flat,
    STAINED: _leaded, ROCK: _rock, CONCRETE: _concrete, COBBLES: _cobbles, ICE: _ice, CRYSTAL: _ice, MARBLE: _marble,
    PANELS: _panels, CLOTH: _cloth, LAVA: _lava, TIMBERED: _timbered,
}  # fmt: skip


def pattern(style: int, u: Array, v: Array, footprint: Array, base: Array) -> Array:
    """The albedo [3, n] of a material.

    Args:
        style: one of this module's constants.
        u: metres along the surface (level on a wall) [n].
        v: metres across it (upward on a wall) [n].
        footprint: metres that a texel covers [n].
        base: the mean colour, [3, n] or [3, 1].
    """
    factor = np.clip(_PATTERNS[style](u, v, footprint), 0.05, 3.0)
    value: Array = np.clip(base * factor, 0.004, 0.95)
    return value


def _lit(hit: Hit, u: Array, v: Array, style: int, base: Array, shader: Shader) -> Array:
    """One material under the scene's light."""
    f, n = hit.footprint, hit.normal
    if style in {WINDOW, GLASS}:
        base = base * np.float32(0.12) + np.float32(0.006)
    albedo = pattern(style, u, v, f, base * np.float32(0.25) if style == STAINED else base)
    frame = _muntins(u, v, f) if style == WINDOW else np.zeros_like(u)
    if style == WINDOW:
        albedo = albedo + (np.float32(0.5) - albedo) * frame
    free = 0.35 + 0.65 * shader.shadows.open_sky(hit.p[0], hit.p[2])
    if style in {CRYSTAL, ICE}:
        # Light runs about inside.
        free = free * np.float32(1.35)
    # As far off the surface as a texel of the shadow map is wide, or grazing light would draw its grid.
    off = max(0.05, 1.075 * shader.shadows.texel)
    rgb = shader.lit(albedo, n, hit.p + n * np.float32(off), free=free, wrap=0.35 if style in {CRYSTAL, ICE} else 0.0)
    gloss = _GLOSS.get(style, 0.0)
    if gloss > 0.0:
        facing = np.maximum(-dot(hit.d, n), 0.02)
        share = (gloss + (1.0 - gloss) * (1.0 - facing) ** 5 * 0.7) * (1.0 - frame)
        tint = base * np.float32(1.6) if style == METAL else np.float32(1.0)
        rgb = rgb * (1.0 - share) + shader.mirrored(hit, n) * share * tint
        rgb = rgb + shader.sun_colour * (shader.glint(n, hit.d, 160.0) * share * 3.0 * shader.sunlight(hit.p, 0.2))
    return rgb


def emitted(style: int, u: Array, v: Array, footprint: Array, base: Array, shader: Shader) -> Array | float:
    """Light [3, n] that a material sends out by itself: windows at night, coloured glass by day, lava always."""
    if style == WINDOW:
        return base * ((1.0 - _muntins(u, v, footprint)) * np.float32(1.5 * shader.light.lamps))
    if style == STAINED:
        day = shader.light.outside * np.float32(0.9) + np.float32(0.25 * shader.light.lamps)
        return pattern(STAINED, u, v, footprint, base) * day
    if style == LAVA:
        heat = _lava(u, v, footprint)
        value: Array = colour((3.2, 0.62, 0.07)) * np.maximum(heat - 0.5, 0.0) ** 2
        return value
    if style == CRYSTAL:
        return base * np.float32(0.35 * shader.light.lamps)
    return 0.0


def shade(hit: Hit, style: NDArray[np.int32], base: Array, shader: Shader) -> Array:
    """Colours [3, n] of surfaces with `hit.uv`.

    Args:
        hit: the points.
        style: what each is made of [n].
        base: mean albedo [3, n].
        shader: the light.
    """
    assert hit.uv is not None
    rgb = np.empty_like(hit.p)
    for which in np.unique(style):
        at = np.flatnonzero(style == which)
        part = hit.part(at)
        u, v = hit.uv[0][at], hit.uv[1][at]
        tone = base.take(at, axis=1)
        shown = _lit(part, u, v, int(which), tone, shader)
        put(rgb, at, shown + emitted(int(which), u, v, part.footprint, tone, shader))
    return rgb
