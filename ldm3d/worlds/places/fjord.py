"""A fjord: dark water between walls of rock and snow, waterfalls, a glacier's front, icebergs, a red hut."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ldm3d.worlds import materials, noise, sprites
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Lamps, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
LEVEL = -EYE - 1.35
# Height of the glacier's front above the water.
FRONT = 46.0
BERG: Colour = (0.74, 0.82, 0.88)
FOOT: Colour = (0.22, 0.56, 0.62)
RED: Colour = (0.36, 0.045, 0.030)
WHITE: Colour = (0.70, 0.70, 0.68)
WOOD: Colour = (0.19, 0.15, 0.115)
GLOW: Colour = (1.0, 0.72, 0.38)


class _Fjord:
    """Walls on both sides of a winding channel, a glacier across its head, a rock in the water under the eye."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 8).astype(np.float32)
        self.turn = rng.uniform(-0.25, 0.25)
        self.side = float(rng.choice([-1.0, 1.0]))
        self.half = rng.uniform(88.0, 112.0)
        self.front = rng.uniform(270.0, 340.0)
        self.phase = rng.uniform(0, 2 * np.pi)
        self.tall = wish.scale
        self.falls = [
            (float(rng.choice([-1.0, 1.0])), float(v), float(rng.uniform(1.2, 2.8)))
            for v in (rng.uniform(60, 130), rng.uniform(190, 330), rng.uniform(-260, -120), rng.uniform(-90, 20))
        ]
        self.shift = 0.0
        # The eye stands a little out from the shore on one side.
        self.shift = float(self._wind(np.zeros(1, np.float32))[0]) + self.side * (self.half - 13.0)

    def _wind(self, v: Array) -> Array:
        value: Array = np.sin(v * np.float32(1 / 260) + np.float32(self.phase)) * np.float32(42.0)
        return value

    def along(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Metres to the right of the channel's middle, and ahead of the eye."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        v = x * s - z * c
        return x * c + z * s + np.float32(self.shift) - self._wind(v), v

    def spot(self, off: float, v: float) -> Array:
        """The point [2] `off` metres to the right of the middle, `v` metres ahead."""
        u = off - self.shift + float(self._wind(np.array([v], np.float32))[0])
        c, s = np.cos(self.turn), np.sin(self.turn)
        return np.array([u * c + v * s, u * s - v * c])

    def rock(self, x: Array, z: Array, footprint: Array) -> Array:
        """Height of the rock."""
        at, f = self.at, footprint
        off, v = self.along(x, z)
        bays = noise.hills()(x * np.float32(1 / 420) + at[0], z * np.float32(1 / 420) + at[1], f / 420)
        edge = noise.rough()(x * np.float32(1 / 60) + at[2], z * np.float32(1 / 60) + at[3], f / 60)
        gully = noise.ridges()(x * np.float32(1 / 620) + at[4], z * np.float32(1 / 620) + at[5], f / 620)
        peaks = noise.ridges()(x * np.float32(1 / 5200) + at[2], z * np.float32(1 / 5200) + at[0], f / 5200)
        broad = noise.hills()(x * np.float32(1 / 2600) + at[6], z * np.float32(1 / 2600) + at[7], f / 2600)
        crags = noise.ridges()(x * np.float32(1 / 190) + at[5], z * np.float32(1 / 190) + at[6], f / 190)
        # Toward its head and far behind the fjord narrows and bends, so that it is closed by its own walls.
        beyond = smoothstep(500.0, 1500.0, np.abs(v)) * np.float32(0.75)
        calm = smoothstep(15.0, 130.0, np.hypot(x, z))
        wall = np.abs(off) - np.float32(self.half) * (1.0 - beyond) + 7.0 * bays * calm + 1.6 * edge - 3.0 * crags
        shore = smoothstep(-34.0, 4.0, wall) * np.float32(16.0) + np.clip(wall, 0.0, 45.0) * np.float32(0.30)
        folds = 44.0 * (gully - 0.45) + 6.0 * (crags - 0.4)
        lower = smoothstep(10.0, 105.0, wall + 0.7 * folds) * (115.0 + 18.0 * broad)
        upper = smoothstep(70.0, 270.0, wall + 1.2 * folds) * (165.0 + 30.0 * bays)
        head = 1.0 + 0.7 * smoothstep(600.0, 1500.0, v)
        high = smoothstep(170.0, 1000.0, wall) * (150.0 + 900.0 * peaks + 40.0 * gully) * np.exp(0.3 * broad) * head
        ledge = 8.0 * (crags - 0.4) * smoothstep(6.0, 60.0, wall) * calm
        height: Array = (
            np.float32(LEVEL - 15.0) + shore + (lower + upper + high) * np.float32(self.tall) + ledge + 0.35 * edge
        )
        rho2 = x * x + z * z
        knobs = noise.rough()(x * np.float32(1 / 11) + at[1], z * np.float32(1 / 11) + at[2], f / 11)
        knoll = 1.55 - rho2 * np.float32(1 / 46) + 0.26 * knobs * (1.0 - np.exp(-rho2 * np.float32(1 / 5)))
        height = np.maximum(height, np.float32(LEVEL) + np.maximum(knoll, -6.0))
        near = np.exp(-rho2 * np.float32(1 / 7))
        return height * (1.0 - near) + np.float32(-EYE) * near

    def ice(self, x: Array, z: Array, footprint: Array) -> Array:
        """Height of the glacier's surface; far below the rock where there is none."""
        f = footprint
        _, v = self.along(x, z)
        bite = noise.rough()(x * np.float32(1 / 95) + self.at[3], z * np.float32(1 / 95), f / 95)
        splits = noise.ridges()(x * np.float32(1 / 70), v * np.float32(1 / 38) + self.at[4], f / 50)
        up = v - np.float32(self.front) - 15.0 * bite
        front = smoothstep(-1.0, 7.0, up + 8.0 * (splits - 0.5))
        surface = FRONT + np.clip(up, 0.0, None) * np.float32(0.26) - 9.0 * splits * smoothstep(300.0, 0.0, up)
        value: Array = np.float32(LEVEL - 20.0) + front * (20.0 + surface)
        return value

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        ahead = x * np.float32(np.sin(self.turn)) - z * np.float32(np.cos(self.turn)) > self.front - 60.0
        height = self.rock(x, z, footprint)
        if ahead.any():
            height[ahead] = np.maximum(height[ahead], self.ice(x[ahead], z[ahead], footprint[ahead]))
        return height

    def shade(self, hit: Hit, shader: Shader) -> Array:
        p, f = hit.p, hit.footprint
        x, y, z = p
        off, v = self.along(x, z)
        rho = np.hypot(x, z)
        steep = 1.0 - hit.normal[1]
        above = y - np.float32(LEVEL)
        blots = noise.rough()(x * np.float32(1 / 17), z * np.float32(1 / 17) + y * np.float32(1 / 40), f / 17)
        fine = noise.grain()(x * np.float32(1 / 1.4), z * np.float32(1 / 1.4) + y * np.float32(1 / 2), f / 1.4)
        broad = noise.rough()(z * np.float32(1 / 240), x * np.float32(1 / 240), f / 240)
        cracks = noise.ridges()(v * np.float32(1 / 95), y * np.float32(1 / 160) + off * np.float32(1 / 300), f / 95)
        streak = noise.grain()(v * np.float32(1 / 34), y * np.float32(1 / 620), f / 34)
        rock = colour((0.128, 0.124, 0.126)) * np.clip(
            0.70 + 0.55 * cracks + 0.16 * blots + 0.13 * streak + 0.12 * fine, 0.25, 1.9
        )
        # Close by, rounded rock shows its joints and lichen.
        close = np.clip(1.3 - f * np.float32(14.0), 0.0, 1.0) * (rho < 40)
        joints = smoothstep(0.58, 0.80, noise.ridges()(x * np.float32(1 / 7), z * np.float32(1 / 7), f / 7)) * close
        spots = noise.rough()(x * np.float32(1 / 3.1), z * np.float32(1 / 3.1), f / 3.1)
        rock = rock * (1.0 - 0.55 * joints) * (1.0 + 0.16 * spots * close)
        rock = rock + colour((0.10, 0.095, 0.065)) * (smoothstep(1.2, 1.9, spots - 0.5 * fine) * close * 0.8)
        heath = colour((0.105, 0.110, 0.045)) + colour((0.10, 0.045, 0.012)) * smoothstep(-0.6, 1.0, blots + broad)
        heath = heath * np.clip(1.0 + 0.25 * fine, 0.4, 1.6)
        green = (1.0 - smoothstep(0.24, 0.42, steep + 0.06 * blots)) * (1.0 - smoothstep(70.0, 150.0, y + 30 * broad))
        green = green * smoothstep(0.9, 2.6, above + 0.5 * blots) * smoothstep(2.0, 9.0, rho + 3.0 * blots)
        albedo = rock + (heath - rock) * green
        # Weed and wet rock at the water line.
        wet = 1.0 - smoothstep(0.10, 0.65, above + 0.12 * blots)
        albedo = albedo * (1.0 - 0.62 * wet)
        level = smoothstep(60.0, 260.0, y + 60.0 * broad + 60.0 * (cracks - 0.4))
        snow = level * (1.0 - smoothstep(0.42, 0.72, steep + 0.30 * (cracks - 0.35) - 0.10 * level))
        near_snow = smoothstep(0.9, 1.5, blots + 0.5 * broad) * smoothstep(0.86, 0.97, hit.normal[1])
        snow = np.maximum(snow, near_snow * smoothstep(1.2, 2.2, above) * smoothstep(4.0, 30.0, rho))
        albedo += (colour((0.80, 0.84, 0.89)) - albedo) * snow
        for side, middle, wide in self.falls:
            # Water that falls down the wall, spreading a little.
            sway = np.float32(3.0) * noise.rough()(y * np.float32(1 / 190), np.full_like(y, side * 0.3), f / 190)
            width = np.float32(wide) * (1.0 + (200.0 - np.clip(y, 0, 200.0)) * np.float32(1 / 220))
            gap = np.abs(v - np.float32(middle) + sway) / np.maximum(width, f * 0.7)
            fall = np.exp(-gap * gap) * (np.sign(off) == side) * smoothstep(190.0, 140.0, y) * smoothstep(0.5, 2.0, y)
            thread = np.clip(0.75 + 0.35 * noise.grain()(v / 5, y / 60, f / 5), 0.0, 1.0)
            albedo += (colour((0.72, 0.76, 0.80)) - albedo) * (
                fall * thread * np.minimum(width / np.maximum(f, 0.1), 1)
            )
        normal = hit.normal.copy()
        normal[0] += (
            fine * np.clip(0.25 - f, 0.0, 0.2) + 0.12 * spots * close + 0.22 * blots * smoothstep(0.2, 0.5, steep)
        ) * (1 - snow)
        normal[2] += (0.25 * (cracks - 0.4) + 0.10 * streak) * smoothstep(0.25, 0.6, steep) * (1 - 0.6 * snow)
        head = np.flatnonzero(v > self.front - 60.0)
        if head.size:
            ice = self.ice(x[head], z[head], np.maximum(f[head], 0.1))
            frozen = smoothstep(-2.5, 0.0, ice - self.rock(x[head], z[head], np.maximum(f[head], 0.1)))
            splits = noise.ridges()(
                x[head] * np.float32(1 / 33), (z[head] + y[head]) * np.float32(1 / 33), f[head] / 33
            )
            bars = noise.grain()(x[head] * np.float32(1 / 55), y[head] * np.float32(1 / 240), f[head] / 55)
            cliff = smoothstep(0.25, 0.7, steep[head])
            deep = np.clip(cliff * (0.85 + 0.25 * bars) + 0.5 * smoothstep(0.45, 0.8, splits), 0.0, 1.0)
            tone = colour((0.78, 0.84, 0.89)) + (colour((0.25, 0.56, 0.74)) - colour((0.78, 0.84, 0.89))) * deep
            tone = tone * (1.0 + 0.10 * blots[head] + 0.10 * bars * cliff)
            albedo[:, head] += (tone - albedo[:, head]) * frozen
        normal /= np.sqrt(dot(normal, normal))
        free = 0.40 + 0.60 * shader.shadows.open_sky(x, z)
        return shader.lit(np.clip(albedo, 0.006, 0.92), normal, p, free=free, wrap=0.06)


def _berg(mason: Mason, rng: np.random.Generator, radius: float, tall: float, flat: bool) -> None:
    """An iceberg: a peak of facets or a table, greenish where the water has licked it."""
    sides = int(rng.integers(9, 13))
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False) + rng.normal(0, 0.1, sides)
    lean = rng.normal(0, 0.22, 2) * radius * (0.2 if flat else 1.0)
    rings = ((1.06, -0.30), (1.0, 0.02), (0.97, 0.50), (0.93, 0.92), (0.86, 1.0), (0.0, 1.04))
    if not flat:
        rings = ((1.10, -0.25), (1.0, 0.02), (0.83, 0.24), (0.58, 0.52), (0.30, 0.80), (0.0, 1.0))
    bulge = np.exp(rng.normal(0, 0.20, sides))
    bulge = (bulge + np.roll(bulge, 1)) / 2
    grid = []
    for k, (r, h) in enumerate(rings):
        each = r * radius * bulge * np.exp(rng.normal(0, 0.05 if flat else 0.14, sides))
        rise = h * tall * (1.0 + rng.normal(0, 0.02 if flat else 0.10, sides) * (1 < k < len(rings) - 1))
        grid.append(
            np.stack([np.sin(turn) * each + lean[0] * h, rise, np.cos(turn) * each * 0.8 + lean[1] * h], axis=1)
        )
    mason.sheet(np.array(grid), materials.ICE, BERG, smooth=False, closed=(False, True))
    lick = [grid[1] * np.array([1.09, 0.0, 1.09]) + [0.0, y, 0.0] for y in (-0.4, 0.03 * tall)]
    mason.sheet(np.array(lick), materials.ICE, FOOT, smooth=False, closed=(False, True))


def _ice(mason: Mason, rng: np.random.Generator, fjord: _Fjord, density: float) -> None:
    """Icebergs, growlers and floes on the water."""
    bergs = [(0.62, 44.0, 6.5), (0.25, 95.0, 13.0), (-0.30, 150.0, 14.0), (0.3, -60.0, 8.5), (-0.35, -150.0, 15.0)]
    bergs += [(float(rng.uniform(-0.7, 0.75)), float(rng.uniform(170, fjord.front - 40)), 11.0) for _ in range(6)]
    bergs += [(float(rng.uniform(-0.7, 0.75)), float(rng.uniform(-420, -90)), 8.0) for _ in range(4)]
    for k in range(max(3, round(len(bergs) * min(density, 1.6)))):
        share, v, size = bergs[k % len(bergs)]
        off = (share + float(rng.normal(0, 0.06))) * fjord.side * fjord.half * (1.0 if k < len(bergs) else -0.8)
        x, z = fjord.spot(off, v + float(rng.normal(0, 9.0)))
        if np.hypot(x, z) < 26:
            continue
        radius = size * float(rng.uniform(0.8, 1.3))
        flat = bool(rng.uniform() < 0.3)
        tall = radius * float(rng.uniform(0.35, 0.55) if flat else rng.uniform(0.9, 1.7))
        mason.at(x, LEVEL, z, float(rng.uniform(0, 6.28)))
        _berg(mason, rng, radius, tall, flat)
        if not flat and radius > 5:
            mason.at(x + radius * float(rng.uniform(-0.7, 0.7)), LEVEL, z + radius * float(rng.uniform(-0.7, 0.7)))
            _berg(mason, rng, radius * 0.6, tall * 0.5, False)
    floes = np.concatenate([scatter(rng, 9.0, 330.0, round(520 * density), 0.16), spread(rng, 20, 160, 400, 3.0)])
    x, z = floes[:, 0].astype(np.float32), floes[:, 1].astype(np.float32)
    drift = noise.hills()(x * np.float32(1 / 120) + fjord.at[2], z * np.float32(1 / 120) + fjord.at[6])
    wet = fjord.height(x, z, np.full_like(x, 0.5)) < LEVEL - 1.2
    for px, pz in floes[wet & (drift > 0.0)]:
        away = float(np.hypot(px, pz))
        r = float(rng.uniform(0.25, 1.3)) * min(2.4, 0.35 + away / 40)
        sides = int(rng.integers(5, 8))
        rim = np.exp(rng.normal(0, 0.22, sides)) * r
        turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
        thick = float(rng.uniform(0.05, 0.20)) + 0.04 * r
        tilt = float(rng.normal(0, 0.04))
        ring = np.stack([np.sin(turn) * rim, np.zeros(sides), np.cos(turn) * rim], axis=1)
        level = np.array([0.0, 1.0, 0.0])
        floe = np.stack([ring * 1.04 - 0.2 * level, ring + thick * level, ring * 0.0 + 1.15 * thick * level])
        floe[..., 1] += tilt * floe[..., 0]
        mason.at(float(px), LEVEL, float(pz), float(rng.uniform(0, 6.28)))
        mason.sheet(floe, materials.ICE, BERG if rng.uniform() < 0.75 else FOOT, smooth=False, closed=(False, True))


def _hut(mason: Mason, at: Array, turn: float) -> Array:
    """A red fisherman's hut on posts with a jetty in front, +z to the water; returns where its lamp hangs."""
    mason.at(float(at[0]), float(at[1]), float(at[2]), turn)
    mason.box((-2.6, 0.0, -3.0), (2.6, 2.5, 2.0), materials.PLANKS, RED)
    mason.gable((-2.6, 2.5, -3.0), (2.6, 2.0), 1.75, (materials.TILES, (0.10, 0.095, 0.095)), (materials.PLANKS, RED))
    mason.box((-0.5, 0.0, 1.98), (0.45, 2.0, 2.03), materials.PLANKS, WHITE)
    for x0 in (-2.0, 1.0):
        mason.box((x0 - 0.09, 0.81, 1.97), (x0 + 1.09, 1.99, 2.02), materials.PLAIN, WHITE)
        mason.box((x0, 0.9, 1.97), (x0 + 1.0, 1.9, 2.05), materials.WINDOW, GLOW)
    for z0 in (-2.2, -0.2):
        for x0 in (-2.64, 2.6):
            mason.box((x0, 0.9, z0), (x0 + 0.04, 1.9, z0 + 1.1), materials.WINDOW, GLOW)
    for x0 in (-2.66, 2.54):
        mason.box((x0, 0.0, 1.94), (x0 + 0.12, 2.5, 2.06), materials.PLAIN, WHITE)
    mason.box((0.9, 3.2, -1.2), (1.5, 5.0, -0.6), materials.RUBBLE, (0.30, 0.28, 0.27))
    mason.box((-3.0, -0.16, -3.2), (3.0, 0.0, 3.6), materials.PLANKS, WOOD)
    mason.box((-1.0, -0.16, 3.6), (1.0, 0.0, 11.0), materials.PLANKS, WOOD)
    for x in (-2.8, -0.9, 0.9, 2.8):
        for z in (-3.0, 0.2, 3.4):
            mason.tube([(x, -3.4, z), (x, -0.1, z)], 0.12, materials.PLANKS, WOOD, sides=6)
    for x in (-0.9, 0.9):
        for z in (6.0, 8.4, 10.8):
            mason.tube([(x, -7.0, z), (x, 0.55, z)], 0.10, materials.PLANKS, WOOD, sides=6)
    mason.box((0.62, 2.02, 2.1), (0.82, 2.32, 2.3), materials.PLAIN, (1.0, 0.8, 0.5), glow=2.2)
    return mason.to_world([(0.72, 2.0, 2.9), (0.0, 1.4, 4.6)])


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a fjord."""
    fjord, mason, garden = _Fjord(rng, wish), Mason(), Garden(rng)

    def ground(points: Array, above: float) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        y = fjord.height(x, z, np.maximum(np.hypot(x, z) * np.float32(0.006), 0.02))
        return np.stack([x, y, z], axis=1).astype(np.float64)[y > LEVEL + above]

    _ice(mason, rng, fjord, wish.density)
    ahead, lamps = float(rng.uniform(24.0, 33.0)), None
    reach = np.linspace(0.5, 1.3, 161) * fjord.side * fjord.half
    line = np.stack([fjord.spot(float(off), ahead) for off in reach]).astype(np.float32)
    shore = fjord.height(line[:, 0], line[:, 1], np.full(161, 0.5, np.float32))
    foot = line[int(np.argmax(shore > LEVEL + 0.5))]
    if "buildings" not in wish.without:
        # The jetty leads from the shore straight out to the middle.
        turn = -fjord.turn + (np.pi / 2 if fjord.side < 0 else -np.pi / 2)
        lamps = Lamps.at(_hut(mason, np.array([foot[0], LEVEL + 1.1, foot[1]]), float(turn)), (9.0, 6.0, 3.0), 22.0)
    rocks = ground(np.concatenate([scatter(rng, 2.3, 150.0, 170, 0.5), scatter(rng, 1.4, 14.0, 90, 0.12)]), -0.5)
    n = len(rocks)
    width = np.where(rng.uniform(0, 1, n) < 0.22, rng.uniform(0.4, 1.5, n), rng.uniform(0.05, 0.28, n))
    width = np.minimum(width, 0.13 * np.hypot(rocks[:, 0], rocks[:, 2]))
    stones = boulders(
        garden,
        rocks,
        width,
        (0.125, 0.122, 0.124),
        spread=0.14,
        flat=(0.5, 0.9),
        broad=(0.7, 1.25),
        uneven=0.34,
        moss=0.0,
    )
    stones = replace(stones, moss=np.where(rocks[:, 1] > LEVEL + 0.9, rng.uniform(0.0, 0.5, n), 0.0))
    if "grass" not in wish.without:
        tufts = ground(scatter(rng, 1.6, 60.0, round(2200 * wish.density), 0.07), 0.7)
        patch = noise.rough()(tufts[:, 0].astype(np.float32) / 9, tufts[:, 2].astype(np.float32) / 9)
        tufts = tufts[patch > 0.15]
        tall = rng.uniform(0.05, 0.20, len(tufts))
        garden.tufts(tufts, tall * 1.3, tall, garden.tints(len(tufts), (0.19, 0.155, 0.060), 0.2), sprites.GRASS, 0.8)
        for at in ground(scatter(rng, 4.0, 90.0, round(70 * wish.density), 0.6), 1.6):
            near = float(np.clip(1.0 - np.hypot(at[0], at[2]) / 40, 0.1, 0.8))
            garden.bush(at, float(rng.uniform(0.2, 0.6)), (0.13, 0.085, 0.035), detail=near)
    return Scene(
        height=fjord.height,
        shade_ground=fjord.shade,
        water=Water(level=LEVEL, swell=0.0, chop=0.030, deep=(0.004, 0.026, 0.034), shallow=(0.05, 0.14, 0.14)),
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        meshes=mason.meshes(),
        lamps=lamps,
        moss=(0.12, 0.115, 0.05),
        shadow_reach=70.0,
        relief=True,
        smooth=0.35,
        fog=0.7,
    )


PLACE = Place(
    name="fjord",
    words=(
        "fjords", "fiord", "iceberg", "icebergs", "glacier", "glaciers", "glacial", "pack ice", "sea ice",
        "ice floe", "ice floes", "ice sheet", "arctic", "greenland", "svalbard", "norway", "norwegian fjord",
        "geirangerfjord", "lofoten", "milford sound", "glacial lake", "jokulsarlon", "ice shelf", "frozen sea",
        "frozen ocean", "north pole", "arctic ocean", "arctic sea", "glacier lagoon", "alaska", "fjorde", "eisberg",
        "eisberge", "gletscher", "packeis", "eismeer", "nordpol", "arktis", "grönland", "fiordo", "fiordos",
        "glaciar", "glaciares", "témpano", "iceberg flotante", "ártico", "groenlandia", "polo norte",
    ),
    build=build,
    hints=(
        "ice", "eis", "hielo", "vikings", "viking ship", "longship", "walrus", "icebreaker",
    ),
    nouns=(
        "a fjord", "a norwegian fjord", "a glacier lagoon", "icebergs",
    ),
    shows=(
        "ice", "snow", "cliffs", "water", "icebergs", "iceberg", "glacier", "waterfalls", "red hut",
    ),
    stuff="snow",
    roles=('ground', 'backdrop', 'water'),
)  # fmt: skip
