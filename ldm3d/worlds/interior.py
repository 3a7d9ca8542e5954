"""The plan of a room that opens onto a garden, and the light in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.scene import Boxes
from ldm3d.worlds.shade import Shader
from ldm3d.worlds.shapes import Mason, Point
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep

EYE = 1.55
WALLS: tuple[Colour, ...] = ((0.62, 0.56, 0.46), (0.34, 0.39, 0.33), (0.30, 0.36, 0.42), (0.56, 0.37, 0.26))
SEATS: tuple[Colour, ...] = ((0.16, 0.22, 0.28), (0.30, 0.12, 0.07), (0.42, 0.37, 0.30), (0.11, 0.19, 0.13))
RUGS: tuple[tuple[Colour, Colour], ...] = (
    ((0.175, 0.045, 0.036), (0.38, 0.29, 0.19)), ((0.060, 0.080, 0.125), (0.40, 0.35, 0.27)),
    ((0.36, 0.30, 0.225), (0.17, 0.095, 0.065)),
)  # fmt: skip


class Room:
    """The plan: x to the right and z to the back of the room, the windows at −z, y from the floor.

    Args:
        rng: the layout's generator.
        wish: what the words ask for.
    """

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.mason = Mason()
        self.turn = float(rng.uniform(-0.45, 0.45))
        self.half = float(rng.uniform(3.7, 4.4))
        self.front, self.back = -float(rng.uniform(3.6, 4.2)), float(rng.uniform(3.0, 3.6))
        self.tall = float(rng.uniform(2.8, 3.2)) * wish.scale**0.5
        self.eye = (float(rng.uniform(-0.3, 0.3)), float(rng.uniform(0.3, 0.8)))
        # On which side the fireplace is.
        self.side = float(rng.choice([-1.0, 1.0]))
        # Drawn even where a colour is asked for, so that the layout stays.
        own = WALLS[int(rng.integers(len(WALLS)))]
        self.wall = wish.tint("buildings") or own
        self.seat = SEATS[int(rng.integers(len(SEATS)))]
        self.rug = RUGS[int(rng.integers(len(RUGS)))]
        self.wood: Colour = ((0.200, 0.115, 0.062), (0.285, 0.190, 0.110))[int(rng.integers(2))]
        self.at0 = rng.uniform(0, 1, 4).astype(np.float32)
        self._boxes: list[tuple[Array, Array, int, Colour]] = []

    def at(self, x: float, z: float, turn: float = 0.0, y: float = 0.0) -> Mason:
        """The mason at a point of the plan."""
        place = self.to_eye(np.array([[x, y, z]]))[0]
        return self.mason.at(float(place[0]), float(place[1]), float(place[2]), self.turn + turn)

    def to_eye(self, points: Array) -> Array:
        """Points [n, 3] of the plan relative to the eye."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        x, y, z = points[:, 0] - self.eye[0], points[:, 1] - EYE, points[:, 2] - self.eye[1]
        return np.stack([x * c + z * s, y, z * c - x * s], axis=1)

    def way(self, d: Array) -> Array:
        """Directions [3, n] in the plan's axes."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        return np.stack([d[0] * c - d[2] * s, d[1], d[0] * s + d[2] * c])

    def plan(self, p: Array) -> Array:
        """Points [3, n] in the plan."""
        value: Array = self.way(p) + np.array([[self.eye[0]], [EYE], [self.eye[1]]], np.float32)
        return value

    def block(self, low: Point, high: Point, style: int, tone: Colour) -> None:
        """A part of the walls, between two corners of the plan."""
        a, b = np.minimum(low, high), np.maximum(low, high)
        self._boxes.append(((a + b) / 2, (b - a) / 2, style, tone))

    def boxes(self) -> Boxes:
        """The walls, floor and ceiling."""
        return Boxes(
            centre=self.to_eye(np.array([row[0] for row in self._boxes])),
            half=np.array([row[1] for row in self._boxes]),
            turn=np.full(len(self._boxes), self.turn),
            style=np.array([row[2] for row in self._boxes], np.int32),
            colour=np.array([row[3] for row in self._boxes]),
        )

    def inside(self, p: Array) -> NDArray[np.bool_]:
        """Which points [3, n] lie within the walls, window reveals included [n]."""
        x, y, z = self.plan(p)
        room: NDArray[np.bool_] = (np.abs(x) < self.half + 0.05) & (z > self.front - 0.2) & (z < self.back + 0.05)
        below: NDArray[np.bool_] = room & (y < self.tall + np.float32(0.05))
        return below

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        """The floor, and the garden outside."""
        at = self.plan(np.stack([x, np.zeros_like(x), z]))
        rho = np.hypot(x, z)
        lumps = noise.hills()(x / 60 + self.at0[0], z / 60 + self.at0[1], footprint / 60)
        hills = noise.hills()(x / 900 + self.at0[2], z / 900 + self.at0[3], footprint / 900)
        ridge = noise.ridges()(x / 2600 + self.at0[1], z / 2600 + self.at0[2], footprint / 2600)
        far = smoothstep(90.0, 900.0, rho) * (34.0 + 22.0 * hills + 60.0 * ridge * smoothstep(500.0, 2500.0, rho))
        lawn = -0.28 + 0.35 * lumps * smoothstep(7.0, 30.0, rho) + far
        floor = (np.abs(at[0]) < self.half + 0.2) & (at[2] > self.front - 0.15) & (at[2] < self.back + 0.2)
        return np.asarray(np.where(floor, 0.0, lawn) - EYE, np.float32)

    def feet(self, points: Array) -> Array:
        """Points [n, 3] in the garden at [n, 2], clear of the terrace and of the house."""
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        feet = np.stack([x, self.height(x, z, np.full_like(x, 0.3)), z], axis=1).astype(np.float64)
        at = self.plan(feet.T)
        free = (np.abs(at[0]) > self.half + 1.5) | (at[2] < self.front - 3.4)
        kept: Array = feet[free & (at[2] < self.back)]
        return kept


class Indoors(Shader):
    """The light of a room: the sun where it falls through the windows, their own light by distance, lamps."""

    room: Room

    @staticmethod
    def of(shader: Shader, room: Room) -> Indoors:
        """The room's light for an hour's."""
        own = Indoors.__new__(Indoors)
        own.__dict__.update(shader.__dict__)
        own.room = room
        own.light = replace(shader.light, snow=0.0, wet=0.0, sky_share=0.12, fill=(0.02, 0.018, 0.015))
        glow = colour((0.040, 0.027, 0.015)) * np.float32(shader.light.lamps)
        own.above = shader.light.outside * colour((0.275, 0.258, 0.232)) + glow
        own.below = own.above * np.float32(0.85)
        return own

    def lit(
        self, albedo: Array, normal: Array, p: Array, *, free: Array | float = 1.0, sun: Array | None = None,
        wrap: float = 0.0,
    ) -> Array:  # fmt: skip
        """A dull surface in the room; see `Shader.lit`."""
        room = self.room
        at, n = room.plan(p), room.way(normal)
        # Corners are darker: little of the room's light gets there.
        gaps = np.stack([room.half - np.abs(at[0]), room.back - at[2], at[1], room.tall - at[1]])
        corner = 1.0 - 0.5 * np.exp(-np.maximum(np.sort(gaps, axis=0)[1], 0.0) * np.float32(2.6))
        value = super().lit(albedo, normal, p, free=np.asarray(free) * corner, sun=sun, wrap=wrap)
        way = np.stack([-0.5 * at[0], np.float32(0.55 * room.tall) - at[1], np.float32(room.front) - at[2]])
        square = dot(way, way) + np.float32(0.2)
        facing = np.clip((dot(way, n) / np.sqrt(square) + 0.25) / 1.25, 0.0, 1.0)
        area = np.float32(1.5 * room.half * room.tall / np.pi)
        # A point beside the windows sees them flatly.
        share = facing * np.abs(way[2]) / np.sqrt(square) * area / (area + square)
        total: Array = value + albedo * (self.light.outside * np.float32(2.9) * share * corner)
        return total
