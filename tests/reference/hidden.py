"""Analytic rooms with things in them, seen from anywhere: what is truly there behind the foreground.

A scene is the inside of a box with balls and blocks in it, painted by place. `panorama` draws it from the origin as a
sketch world would be drawn, colour averaged and depth exact; `look` gives the truth along any rays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from depthfusion.look import Displacement
from ldm3d.sphere import from_uv, texel_centres, to_srgb

RULE = Displacement("inverse", near=0.8, far=20.0)
_FAR = 1e9


@dataclass(frozen=True)
class Hidden:
    """A room `low` to `high` in metres, balls (centre, radius) and blocks (low, high), and how fine it is painted."""

    low: tuple[float, float, float] = (-4.0, -1.6, -5.0)
    high: tuple[float, float, float] = (4.5, 3.0, 4.0)
    balls: tuple[tuple[tuple[float, float, float], float], ...] = ()
    blocks: tuple[tuple[tuple[float, float, float], tuple[float, float, float]], ...] = ()
    fine: float = 1.0

    def first(self, origins: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how far [n] unit rays go, and what they meet: 0 the room, then the balls, then the blocks."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.min(np.where(rays > 0, (self.high - origins) / rays, (self.low - origins) / rays), axis=1)
            what = np.zeros(len(rays), int)
            for number, (centre, radius) in enumerate(self.balls, 1):
                apart = origins - np.asarray(centre)
                along = np.sum(apart * rays, axis=1)
                inside = along**2 - np.sum(apart**2, axis=1) + radius**2
                near = np.where(inside > 0, -along - np.sqrt(np.maximum(inside, 0)), _FAR)
                t, what = _nearer(t, what, np.where(near > 1e-6, near, _FAR), number)
            for number, (low, high) in enumerate(self.blocks, 1 + len(self.balls)):
                one, other = (np.asarray(low) - origins) / rays, (np.asarray(high) - origins) / rays
                enter = np.max(np.minimum(one, other), axis=1)
                leave = np.min(np.maximum(one, other), axis=1)
                near = np.where((enter < leave) & (enter > 1e-6), enter, _FAR)
                t, what = _nearer(t, what, near, number)
        return t, what

    def paint(self, points: np.ndarray, what: np.ndarray) -> np.ndarray:
        """Return the linear light [n, 3] of points on the room or on thing `what` [n]."""
        a = self.fine * points
        waves = 0.5 * np.sin(1.7 * a + (0.3, 1.1, 2.2)) + 0.3 * np.sin(4.1 * a[:, (1, 2, 0)] + 2.3 * a)
        fine = 0.2 * np.sin(11 * a[:, (2, 0, 1)] + 7 * a + (0.5, 0.9, 1.7))
        light = 0.35 + 0.2 * waves + 0.1 * fine
        hue = np.stack([np.cos(2.4 * what), np.cos(2.4 * what + 2.1), np.cos(2.4 * what + 4.2)], axis=-1)
        thing = 0.12 * light + 0.06 + 0.05 * hue  # dark, and of one colour each
        return np.clip(np.where(what[:, None] > 0, thing, light), 0.01, 1)

    def look(self, origins: np.ndarray, rays: np.ndarray) -> np.ndarray:
        """Return the linear light [n, 3] along `rays` from `origins`, both [n, 3]."""
        t, what = self.first(origins, rays)
        return self.paint(origins + t[:, None] * rays, what)

    def unseen(self, origins: np.ndarray, rays: np.ndarray) -> np.ndarray:
        """Say which rays [n] meet what is hidden from the origin behind another thing."""
        t, what = self.first(origins, rays)
        points = origins + t[:, None] * rays
        way = np.linalg.norm(points, axis=1)
        t, before = self.first(np.zeros_like(points), points / way[:, None])
        return (t < way * (1 - 1e-3)) & (before != what)

    def panorama(self, width: int, samples: int = 3) -> tuple[np.ndarray, np.ndarray]:
        """Return colour uint8 [width/2, width, 3], `samples`² a texel, and exact depth uint16 by `RULE`."""
        height = width // 2
        offsets = (np.arange(samples) + 0.5) / samples - 0.5
        u, v = texel_centres(width, height)
        light = np.zeros((height * width, 3))
        for down in offsets:
            for across in offsets:
                rays = from_uv(u[None, :] + across / width, v[:, None] + down / height).reshape(-1, 3)
                light += self.look(np.zeros_like(rays), rays)
        rays = from_uv(u[None, :], v[:, None]).reshape(-1, 3)
        t, _ = self.first(np.zeros_like(rays), rays)
        d = (1 / t - 1 / RULE.far) / (1 / RULE.near - 1 / RULE.far)
        rgb = np.rint(to_srgb(light / samples**2) * 255).astype(np.uint8)
        depth = np.rint(np.clip(d, 0, 1) * 65535).astype(np.uint16)
        return rgb.reshape(height, width, 3), depth.reshape(height, width)


def _nearer(t: np.ndarray, what: np.ndarray, near: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    return np.minimum(t, near), np.where(near < t, number, what)


def camera(target: tuple[float, float, float], origin: tuple[float, float, float], fov: float, size: int) -> np.ndarray:
    """Return unit rays [size·size, 3] of a square picture that looks from `origin` at `target`."""
    forward = np.asarray(target, float) - origin
    forward /= np.linalg.norm(forward)
    up = np.array((0.0, 1.0, 0.0) if abs(forward[1]) < 0.9 else (0.0, 0.0, 1.0))
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    at = ((np.arange(size) + 0.5) / size * 2 - 1) * np.tan(np.radians(fov) / 2)
    rays = forward + at[None, :, None] * right - at[:, None, None] * up
    return (rays / np.linalg.norm(rays, axis=-1, keepdims=True)).reshape(-1, 3)


# Name: the scene, what is looked at, and where from.
SCENES = {
    "ball before a wall": (Hidden(balls=(((0, 0, -1.6), 0.4),)), (0, 0, -2), ((0.3, 0, 0), (-0.2, 0.2, 0))),
    "block on the ground": (
        Hidden(blocks=(((-0.5, -1.6, -2.2), (0.4, -0.2, -1.5)),)),
        (0, -0.6, -2),
        ((0.3, 0, 0), (-0.25, 0.15, 0)),
    ),
    "thin poles": (
        Hidden(blocks=tuple(((x, -1.6, -1.5), (x + 0.05, 3, -1.45)) for x in (-0.6, -0.2, 0.25, 0.5))),
        (0, 0, -2),
        ((0.3, 0, 0), (-0.2, 0, 0.1)),
    ),
    "overlapping": (
        Hidden(balls=(((-0.3, 0, -1.5), 0.35), ((0.3, 0.2, -2.6), 0.6)), blocks=(((-1.5, -1.6, -3.6), (-0.3, 1, -3)),)),
        (0, 0, -2),
        ((0.3, 0, 0), (-0.2, 0.2, 0)),
    ),
    "across the seam": (
        Hidden(balls=(((0, -0.2, 1.5), 0.4),), fine=1.3),
        (0, -0.2, 2),
        ((0.3, 0, 0), (-0.2, -0.2, 0)),
    ),
    "overhead": (Hidden(balls=(((0.1, 1.5, 0.05), 0.35),)), (0.1, 1.5, 0.05), ((0.3, 0, 0), (-0.15, 0, 0.25))),
    "at the feet": (
        Hidden(balls=(((-0.05, -1.1, 0.1), 0.25),), low=(-4.0, -2.2, -5.0)),
        (0, -1.2, 0),
        ((0.3, 0, 0), (-0.1, 0, -0.27)),
    ),
}
