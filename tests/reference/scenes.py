"""Panoramas to draw in tests: analytic depths, and a colour as busy as a photograph's."""

from __future__ import annotations

import numpy as np

from ldm3d.sphere import directions


def photograph(width: int, height: int, seed: int = 1) -> np.ndarray:
    """Return sRGB uint8 [height, width, 3]: 1/f noise, edges of all directions, fine lines; whole across the seam."""
    rng = np.random.default_rng(seed)
    across = np.minimum(np.arange(width), width - np.arange(width))
    down = np.minimum(np.arange(2 * height), 2 * height - np.arange(2 * height))
    frequency = np.maximum(np.hypot(down[:, None] / 2, across[None, :]), 1.0)
    channels = []
    for _ in range(3):
        spectrum = np.fft.fft2(rng.standard_normal((2 * height, width))) / frequency
        noise = np.fft.ifft2(spectrum).real[:height]
        channels.append((noise - noise.mean()) / noise.std())
    picture = 0.5 + 0.16 * np.stack(channels, axis=-1) + 0.1 * channels[0][..., None]
    world = directions(width, height)
    for _ in range(12):
        normal = rng.standard_normal(3)
        side = world @ (normal / np.linalg.norm(normal)) > rng.uniform(-0.8, 0.8)
        picture[side] += rng.uniform(-0.15, 0.15, 3)
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def constant(width: int, height: int, value: float) -> np.ndarray:
    """Return depth uint16 [height, width] that is `value` everywhere."""
    return np.full((height, width), round(value * 65535), np.uint16)


def rolling(width: int, height: int, height_of_hills: float = 0.4) -> np.ndarray:
    """Return smooth depth of ½ ± `height_of_hills`, whole across the seam and at the poles."""
    x, y, z = np.moveaxis(directions(width, height), -1, 0)
    hills = 0.55 * np.sin(3 * x + 1) * np.cos(2.5 * y) + 0.45 * np.sin(4 * z - x) * np.cos(3 * y + 0.5)
    return to_depth(0.5 + height_of_hills * hills)


def step(width: int, height: int, low: float = 0.25, high: float = 0.7) -> np.ndarray:
    """Return depth that is raised between the azimuths −10° and 200° above the latitude −20°."""
    x, y, z = np.moveaxis(directions(width, height), -1, 0)
    azimuth = np.degrees(np.arctan2(x, -z)) % 360
    raised = ((azimuth > 350) | (azimuth < 200)) & (np.degrees(np.arcsin(y)) > -20)
    return to_depth(np.where(raised, high, low))


def noise(width: int, height: int, seed: int = 3) -> np.ndarray:
    """Return depth without any two texels alike: the worst that a file may hold."""
    return np.random.default_rng(seed).integers(0, 65536, (height, width)).astype(np.uint16)


def of_radii(r: np.ndarray, near: float, far: float) -> np.ndarray:
    """Return inverse depth of distances [height, width] in metres."""
    return to_depth((1 / r - 1 / far) / (1 / near - 1 / far))


def plane(width: int, height: int, floor: float, near: float, far: float) -> np.ndarray:
    """Return inverse depth of a floor so many metres below the centre, and of `far` elsewhere."""
    y = directions(width, height)[..., 1]
    return of_radii(np.where(y < 0, np.minimum(floor / np.maximum(-y, 1e-9), far), far), near, far)


def ball(width: int, height: int, centre: tuple, radius: float, near: float, far: float) -> np.ndarray:
    """Return inverse depth of a ball's front, and of `far` elsewhere."""
    world = directions(width, height)
    along = world @ np.asarray(centre)
    inside = along**2 - (np.dot(centre, centre) - radius**2)
    front = along - np.sqrt(np.maximum(inside, 0))
    return of_radii(np.where((inside > 0) & (along > 0), front, far), near, far)


def blurred(depth: np.ndarray, sigma: float) -> np.ndarray:
    """Return depth uint16 [height, width] as a network would paint it: its edges are ramps several texels wide."""
    height, width = depth.shape
    reach = int(3 * sigma) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    over = np.roll(depth, width // 2, axis=1)[::-1].astype(float)  # what lies beyond the poles
    tall = np.concatenate((over[-reach:], depth, over[:reach]))
    down = sum(weight * tall[k : k + height] for k, weight in enumerate(kernel))
    wide = np.concatenate((down[:, -reach:], down, down[:, :reach]), axis=1)
    across = sum(weight * wide[:, k : k + width] for k, weight in enumerate(kernel))
    return np.rint(across).astype(np.uint16)


def to_depth(d: np.ndarray) -> np.ndarray:
    """Return d in [0, 1] as uint16."""
    return np.rint(np.clip(d, 0, 1) * 65535).astype(np.uint16)
