"""The slow reference of the layered surface: what `depthfusion.layers.Layers` means along a ray, in plain NumPy.

`trace` takes any rays, each with its own origin, so that it serves every lens; `cast` makes a whole picture of a
perspective view, `plain` being the same of the surface without layers. Nothing here is shared with a renderer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from depthfusion.layers import Layers
from depthfusion.look import Displacement
from ldm3d.sphere import sample_wrapped, to_linear, to_uv

BACK_FIRST = 1e-4
"""The back is seen alone where it is met before the front by more than this share of the distance."""


@dataclass(frozen=True)
class LayeredScene:
    """A panorama's colour (sRGB uint8 [H, W, 3]), its layers and the rule that displaces them."""

    rgb: np.ndarray
    layers: Layers
    rule: Displacement

    def opacity(self, points: np.ndarray) -> np.ndarray:
        """Return the front's opacity [n] in the directions of `points` [n, 3] from the centre."""
        field = sample_wrapped(self.layers.alpha / 255.0, *to_uv(points))
        return np.clip(4 * (field - 0.5) + 0.5, 0, 1)


@dataclass(frozen=True)
class Traced:
    """What rays [n] see.

    light: linear light [n, 3]. distance: metres along the ray to the first layer that is at least half of what is
    seen. opacity: of the front crossing, 0 where the back alone is seen.
    """

    light: np.ndarray
    distance: np.ndarray
    opacity: np.ndarray


def trace(scene: LayeredScene, origins: np.ndarray, rays: np.ndarray, finest: float = 0.2) -> Traced:
    """Return what `rays` [n, 3] of any length from `origins` ([3] or [n, 3]) see of the layered surface."""
    rays = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    origins = np.broadcast_to(np.asarray(origins, float), rays.shape)
    layers = scene.layers
    front = crossings(layers.front, scene.rule, origins, rays, lambda points: scene.opacity(points) > 0, finest)
    back = crossings(layers.back, scene.rule, origins, rays, None, finest)
    behind = colour(layers.back_rgb, origins + back[:, None] * rays)
    meets = np.isfinite(front) & ~(back < front * (1 - BACK_FIRST))
    opacity = np.zeros(len(rays))
    points = origins[meets] + front[meets, None] * rays[meets]
    opacity[meets] = scene.opacity(points)
    before = np.zeros_like(behind)
    before[meets] = colour(scene.rgb, points)
    light = np.where(opacity[:, None] > 0, opacity[:, None] * before, 0) + (1 - opacity[:, None]) * behind
    return Traced(light, np.where(opacity >= 0.5, front, back), opacity)


def plain(rgb: np.ndarray, depth: np.ndarray, rule: Displacement, origins: np.ndarray, rays: np.ndarray) -> Traced:
    """Return what `rays` see of the plain displaced surface, rubber sheets and all."""
    rays = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    origins = np.broadcast_to(np.asarray(origins, float), rays.shape)
    hit = crossings(depth, rule, origins, rays, None)
    return Traced(colour(rgb, origins + hit[:, None] * rays), hit, np.ones(len(rays)))


def colour(rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the linear light [n, 3] of a panorama in the directions of `points` [n, 3]: bilinear in linear light."""
    u, v = to_uv(points)
    height, width = rgb.shape[:2]
    x, y = u * width - 0.5, np.clip(v * height - 0.5, 0, height - 1)
    i, j = np.floor(x).astype(int), np.floor(y).astype(int)
    across, down = (x - i)[:, None], (y - j)[:, None]
    table = to_linear(np.arange(256) / 255.0)
    below = np.minimum(j + 1, height - 1)
    upper = table[rgb[j, i % width]] * (1 - across) + table[rgb[j, (i + 1) % width]] * across
    lower = table[rgb[below, i % width]] * (1 - across) + table[rgb[below, (i + 1) % width]] * across
    return upper * (1 - down) + lower * down


def crossings(
    depth: np.ndarray,
    rule: Displacement,
    origins: np.ndarray,
    rays: np.ndarray,
    counts: Callable[[np.ndarray], np.ndarray] | None,
    finest: float = 0.2,
) -> np.ndarray:
    """Return how far along unit `rays` [n, 3] from `origins` [n, 3] they first cross a surface [n]; inf for never.

    Either side of the surface counts, and only the crossings for whose points [m, 3] `counts` says so. The rays are
    marched in steps that pass at most `finest` of a texel as seen from the centre; bisections find the places.
    """
    values = depth / 65535.0
    innermost, outermost = rule.radius_of(np.array([values.max() * (1 + 1e-9), values.min() * (1 - 1e-9)]))

    def gap(which: np.ndarray, t: np.ndarray) -> np.ndarray:
        points = origins[which] + t[:, None] * rays[which]
        return np.linalg.norm(points, axis=1) - rule.radius_of(sample_wrapped(values, *to_uv(points)))

    along = np.sum(rays * origins, axis=1)
    away = np.sum(origins**2, axis=1)
    stop = -along + np.sqrt(np.maximum(along**2 + (outermost * (1 + 1e-9)) ** 2 - away, 0))
    start = np.where(away < innermost**2, np.sqrt(np.maximum(along**2 + innermost**2 - away, 0)) - along, 0)
    closest = np.linalg.norm(np.cross(origins, rays), axis=1)
    turn = 2 * np.pi / depth.shape[1] * finest
    found = np.full(len(rays), np.inf)
    here = np.arange(len(rays))
    low = start * (1 - 1e-9)
    outside = gap(here, low) > 0
    while len(here):
        t = low[here]
        # A step dt turns the direction from the centre by |origin × ray|/r² dt.
        squared = np.sum((origins[here] + t[:, None] * rays[here]) ** 2, axis=1)
        step = np.minimum(turn * squared / np.maximum(closest[here], 1e-12), stop[here] / 64 + 1e-9)
        high = np.minimum(t + step, stop[here])
        crossed = (gap(here, high) > 0) != outside[here]
        which = here[crossed]
        if len(which):
            place = _bisect(gap, which, t[crossed], high[crossed], outside[which])
            taken = np.ones(len(which), bool)
            if counts is not None:
                taken = counts(origins[which] + place[:, None] * rays[which])
            found[which[taken]] = place[taken]
            outside[which] = ~outside[which]
        low[here] = high
        here = here[np.isinf(found[here]) & (high < stop[here])]
    return found


def _bisect(gap, which, low, high, outside) -> np.ndarray:
    for _ in range(30):
        middle = (low + high) / 2
        same = (gap(which, middle) > 0) == outside
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return (low + high) / 2
