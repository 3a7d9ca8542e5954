"""Streets: a grid of them with markings and pavements, parked cars, and what stands on pavements."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.facade import CAR, PLAIN
from ldm3d.worlds.filters import stripes
from ldm3d.worlds.plants import Garden
from ldm3d.worlds.scene import Boxes, Stones
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.sky import colour, dot, smoothstep

EYE = 1.7
ROAD, WALK = 6.2, 10.4  # from the middle of a street to the kerb, and to the houses
PITCH_X, PITCH_Z = 84.0, 68.0


class Plan:
    """The streets: a grid, turned, with the eye on the pavement's edge near a crossing."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.turn = np.float32(rng.uniform(-0.35, 0.35))
        # Where the eye stands in the plan: the crossing's middle is at 0, 0.
        side = rng.choice([-1.0, 1.0])
        self.eye = np.array(
            [side * rng.uniform(ROAD + 0.2, ROAD + 2.2), rng.uniform(ROAD + 1.0, ROAD + 7.0)], np.float32
        )

    def to_plan(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Points of the plan under world coordinates."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        return x * c - z * s + self.eye[0], x * s + z * c + self.eye[1]

    def to_world(self, a: Array | float, b: Array | float) -> tuple[Array, Array]:
        """World coordinates of points of the plan."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        p, q = np.asarray(a, np.float64) - self.eye[0], np.asarray(b, np.float64) - self.eye[1]
        return p * c + q * s, -p * s + q * c

    @staticmethod
    def from_streets(a: Array, b: Array) -> tuple[Array, Array]:
        """Distances from the middles of the nearest street along b and the nearest along a."""
        return (
            np.abs((a + PITCH_X / 2) % np.float32(PITCH_X) - np.float32(PITCH_X / 2)),
            np.abs((b + PITCH_Z / 2) % np.float32(PITCH_Z) - np.float32(PITCH_Z / 2)),
        )

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        """The ground: cambered roads and raised pavements."""
        a, b = self.to_plan(x, z)
        da, db = self.from_streets(a, b)
        kerb = smoothstep(ROAD - 0.04, ROAD + 0.04, np.minimum(da, db))
        camber = np.minimum(np.minimum(da, db), np.float32(ROAD)) * np.float32(0.014)
        height: Array = kerb * np.float32(0.14) - camber * (1.0 - kerb) - EYE
        return height

    def shade(self, hit: Hit, shader: Shader) -> Array:
        """Colours [3, n] of asphalt, markings, kerbs and paving."""
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        a, b = self.to_plan(x, z)
        da, db = self.from_streets(a, b)
        road = 1.0 - smoothstep(ROAD - 0.03, ROAD + 0.03, np.minimum(da, db))
        speck = noise.grain()(a * np.float32(1 / 1.1), b * np.float32(1 / 1.1), f / 1.1)
        fine = noise.grain()(b * np.float32(1 / 0.37), a * np.float32(1 / 0.37), f / 0.37)
        blots = noise.rough()(a * np.float32(1 / 12), b * np.float32(1 / 12), f / 12)
        cracks = noise.ridges()(a * np.float32(1 / 17), b * np.float32(1 / 17), f / 17)
        asphalt = colour((0.078, 0.078, 0.082)) * np.clip(1.0 + 0.20 * speck + 0.22 * fine + 0.16 * blots, 0.3, 2)
        asphalt = asphalt * (1.0 - 0.35 * smoothstep(0.72, 0.86, cracks))
        tracks = np.exp(-((np.minimum(np.abs(da - 1.9), np.abs(da - 4.2)) / 0.5) ** 2)) * (db > ROAD)
        asphalt = asphalt * (1.0 - 0.14 * tracks)
        paint = self._paint(a, b, da, db, f) * np.clip(0.80 + 0.25 * blots + 0.2 * speck, 0.2, 1.0)
        asphalt += (colour((0.56, 0.55, 0.51)) - asphalt) * paint
        joints = np.maximum(
            stripes(a * np.float32(1 / 1.2), 0.0, 0.018, f / 1.2), stripes(b * np.float32(1 / 1.2), 0.0, 0.018, f / 1.2)
        )
        slab = noise.grain()(np.floor(a / 1.2) * 0.137, np.floor(b / 1.2) * 0.211)
        paving = colour((0.205, 0.195, 0.182)) * np.clip(
            1.0 + 0.07 * slab + 0.10 * speck + 0.12 * fine + 0.10 * blots, 0.3, 1.8
        )
        paving = paving * (1.0 - 0.55 * joints)
        kerb = smoothstep(ROAD, ROAD + 0.03, np.minimum(da, db)) * (
            1.0 - smoothstep(ROAD + 0.26, ROAD + 0.29, np.minimum(da, db))
        )
        paving += (colour((0.33, 0.32, 0.30)) * (1.0 + 0.1 * fine) - paving) * kerb
        albedo = paving + (asphalt - paving) * road
        normal = hit.normal.copy()
        bend = np.clip(0.2 - f, 0.0, 0.15) * (0.4 + 0.6 * road)
        normal[0] += speck * bend
        normal[2] += fine * bend
        normal /= np.sqrt(dot(normal, normal))
        sun = shader.sunlight(hit.p)
        # Houses hide the low sky; their feet and cars' undersides are darker still.
        side = np.minimum(da, db)
        free = (0.62 - 0.20 * smoothstep(ROAD, WALK, side)) * (0.3 + 0.7 * shader.shadows.open_sky(x, z))
        rgb = shader.lit(np.maximum(albedo, 0.01), normal, hit.p, free=free, sun=sun)
        damp = smoothstep(0.2, 1.2, blots) * road
        facing = np.maximum(-dot(hit.d, hit.normal), 0.02)
        sheen = (0.02 + 0.5 * (1.0 - facing) ** 5) * (0.25 + 0.75 * damp) * free
        mirrored = hit.d.copy()
        mirrored[1] = np.abs(mirrored[1])
        return rgb + shader.sky.haze(mirrored) * sheen * 0.6

    @staticmethod
    def _paint(a: Array, b: Array, da: Array, db: Array, f: Array) -> Array:
        """Road markings: broken middle lines, stop lines and zebra crossings at every crossing."""

        def line(at: Array, low: float, high: float) -> Array:
            share: Array = np.clip((high - at) / f + 0.5, 0, 1) * np.clip((at - low) / f + 0.5, 0, 1)
            return share

        total = np.zeros_like(a)
        for across, along, position in ((da, db, b), (db, da, a)):
            dashes = stripes(position * np.float32(1 / 6.0), 0.0, 0.5, f / 6.0) * (along > ROAD + 8.5)
            total = np.maximum(total, np.clip((0.07 - across) / f + 0.5, 0, 1) * np.minimum(0.14 / f, 1.0) * dashes)
            edge = line(across, ROAD - 0.45, ROAD - 0.33) * np.minimum(0.12 / f, 1.0) * (along > ROAD + 8.5)
            stop = line(along, ROAD + 7.6, ROAD + 8.0) * (across < ROAD - 0.4)
            bars = stripes(across * np.float32(1 / 1.0) + 0.25, 0.0, 0.5, f / 1.0)
            zebra = line(along, ROAD + 2.6, ROAD + 6.0) * bars * (across < ROAD - 0.3)
            total = np.maximum.reduce([total, edge * 0.8, stop, zebra])
        return total


PAINTS = (
    (0.30, 0.03, 0.03),
    (0.03, 0.06, 0.16),
    (0.42, 0.42, 0.42),
    (0.03, 0.03, 0.035),
    (0.55, 0.54, 0.50),
    (0.05, 0.11, 0.08),
)


def _beside(a: float, b: float, along: int, da: float, db: float) -> tuple[float, float]:
    """A point of the plan beside (a, b): `da` across and `db` along its street."""
    return (a + da, b + db) if along == 0 else (a + db, b + da)


def parked_cars(rng: np.random.Generator, plan: Plan) -> tuple[Boxes, Stones]:
    """Parked cars, but none close to the eye or a crossing: bodies of boxes on round wheels."""
    parts: list[tuple[float, float, int, float, Colour]] = []
    for along in (0, 1):
        pitch = PITCH_Z if along == 0 else PITCH_X
        for side in (-1, 1):
            for at in np.arange(-170.0, 170.0, 6.4):
                near_crossing = abs((at + pitch / 2) % pitch - pitch / 2) < ROAD + 11
                a, b = (side * (ROAD - 1.15), at) if along == 0 else (at, side * (ROAD - 1.15))
                x, z = plan.to_world(a, b)
                if near_crossing or np.hypot(x, z) < 5.5 or rng.uniform() < 0.45:
                    continue
                paint = PAINTS[rng.integers(len(PAINTS))]
                tall = float(rng.uniform(0.92, 1.12))
                parts.append((a, b, along, tall, paint))
    boxes_rows = []
    stone_rows: list[tuple[float, float, int]] = []
    for a, b, along, tall, paint in parts:
        boxes_rows.append((*_beside(a, b, along, 0, 0), 0.30, 0.78 * tall, 0.86, 2.15, along, CAR, paint))
        boxes_rows.append(
            (*_beside(a, b, along, 0, 0.15), 0.78 * tall, 1.36 * tall, 0.74, 1.15, along, CAR, (0.02, 0.024, 0.028))
        )
        boxes_rows.append((*_beside(a, b, along, 0, 0.15), 1.36 * tall, 1.42 * tall, 0.72, 1.05, along, CAR, paint))
        for da in (-0.80, 0.80):
            stone_rows.extend((*_beside(a, b, along, da, db), along) for db in (-1.35, 1.35))
    at_a, at_b, low, high, half_a, half_b, along_ = (np.array([row[k] for row in boxes_rows]) for k in range(7))
    x, z = plan.to_world(at_a, at_b)
    boxes = Boxes(
        centre=np.stack([x, (low + high) / 2 - EYE, z], axis=1),
        half=np.stack([half_a, (high - low) / 2, half_b], axis=1),
        turn=plan.turn + along_ * np.pi / 2,
        style=np.array([row[7] for row in boxes_rows], np.int32),
        colour=np.array([row[8] for row in boxes_rows]),
    )
    at_a, at_b, along_ = (np.array([row[k] for row in stone_rows]) for k in range(3))
    x, z = plan.to_world(at_a, at_b)
    n = len(at_a)
    wheels = Stones(
        centre=np.stack([x, np.full(n, 0.32 - EYE), z], axis=1),
        axes=np.tile([[0.14, 0.33, 0.33]], (n, 1)),
        turn=plan.turn + along_ * np.pi / 2,
        colour=np.tile([[0.02, 0.02, 0.02]], (n, 1)),
        uneven=np.zeros(n),
        moss=np.zeros(n),
        glow=np.zeros(n),
    )
    return boxes, wheels


def furniture(rng: np.random.Generator, plan: Plan, garden: Garden) -> Boxes:
    """What stands on the pavements near the eye: bollards, bins, benches, planters with bushes."""
    rows: list[tuple[float, float, float, float, float, float, float, Colour]] = []
    wood, iron, stone = (0.20, 0.115, 0.058), (0.05, 0.052, 0.055), (0.34, 0.32, 0.29)
    bars: list[tuple[float, float, float, float, Colour]] = []
    for sa in (-1, 1):
        for sb in (-1, 1):
            # Bollards around the corner, where the kerb is low.
            for step in np.arange(1.6, 7.0, 1.5):
                bars.append((sa * (ROAD + 0.45), sb * (ROAD + step), 0.95, 0.055, iron))
                bars.append((sa * (ROAD + step), sb * (ROAD + 0.45), 0.95, 0.055, iron))
            bars.append((sa * (ROAD + 2.9), sb * (ROAD + 0.9), 0.95, 0.24, (0.055, 0.085, 0.065)))
            bars.append((sa * (ROAD + 0.8), sb * (ROAD + 7.9), 0.62, 0.12, (0.42, 0.05, 0.03)))
            for along in (10.5, 17.0, 24.0):
                a, b = sa * (WALK - 0.75), sb * (ROAD + along + rng.uniform(-1, 1))
                if rng.uniform() < 0.5:
                    rows.append((a, b, 0.40, 0.46, 0.24, 0.85, 0.0, wood))
                    rows.append((a + sa * 0.22, b, 0.58, 0.88, 0.03, 0.85, 0.0, wood))
                    rows.extend((a, b + end, 0.14, 0.40, 0.22, 0.04, 0.0, iron) for end in (-0.7, 0.7))
                else:
                    rows.append((a, b, 0.14, 0.62, 0.42, 0.95, 0.0, stone))
                    for shift in (-0.5, 0.1, 0.6):
                        x, z = plan.to_world(a, b + shift)
                        if np.hypot(x, z) > 1.6:
                            garden.bush(
                                np.array([float(x), 0.55 - EYE, float(z)]),
                                0.45,
                                (0.075, 0.125, 0.030),
                                detail=float(np.clip(1.1 - np.hypot(x, z) / 30, 0.1, 1.0)),
                            )
    x, z = plan.to_world(np.array([bar[0] for bar in bars]), np.array([bar[1] for bar in bars]))
    free = np.hypot(x, z) > 1.2
    high, thick = np.array([bar[2] for bar in bars])[free], np.array([bar[3] for bar in bars])[free]
    foot = np.stack([x[free], np.full(len(high), 0.10 - EYE), z[free]], axis=1)
    tall = np.stack([np.zeros_like(high), high, np.zeros_like(high)], axis=1)
    garden.limb(
        foot,
        foot + tall,
        np.stack([thick, thick * 0.9], axis=1),
        np.array([bar[4] for bar in bars])[free],
        np.full((len(high), 2), 0.75),
        0.05,
    )
    at_a, at_b, low, top, half_a, half_b, turn = (np.array([row[k] for row in rows]) for k in range(7))
    x, z = plan.to_world(at_a, at_b)
    near = np.hypot(x, z) > 2.2
    return Boxes(
        centre=np.stack([x, (low + top) / 2 - EYE, z], axis=1)[near],
        half=np.stack([half_a, (top - low) / 2, half_b], axis=1)[near],
        turn=(plan.turn + turn)[near],
        style=np.full(int(near.sum()), PLAIN, np.int32),
        colour=np.array([row[7] for row in rows])[near],
    )
