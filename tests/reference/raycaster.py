"""The slow reference: what a picture of the surface should look like, by marching every ray in plain NumPy.

Nothing here is shared with the renderer but the camera's mathematics, whose own tests hold it to the design's vectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from depthfusion.camera.frame import View
from depthfusion.camera.lens import pixel_origins, pixel_rays
from depthfusion.look import Displacement
from ldm3d.sphere import sample_wrapped, to_linear, to_srgb, to_uv

SAMPLES = 4
"""Along one side of a pixel: 16 in all."""


@dataclass(frozen=True)
class Scene:
    """A panorama as it is given: sRGB uint8 [H, W, 3], depth uint16 [h, w], and the rule that displaces it."""

    rgb: np.ndarray
    depth: np.ndarray
    rule: Displacement

    def radius(self, points: np.ndarray) -> np.ndarray:
        """Return the surface's distance [...] from the centre in the direction of `points` [..., 3]."""
        u, v = to_uv(points)
        return self.rule.radius_of(sample_wrapped(self.depth / 65535.0, u, v))


def first_hits(scene: Scene, origin: np.ndarray, rays: np.ndarray, finest: float = 0.2) -> np.ndarray:
    """Return where rays [n, 3] from `origin` [3] or [n, 3] first meet the surface, as points [n, 3]; else NaN.

    Every ray is marched through the shell that holds the surface, in steps that pass at most `finest` of a texel as
    seen from the centre and a 64th of the way, until it changes sides; 40 bisections find the place.
    """
    rays = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    origin = np.broadcast_to(origin, rays.shape)
    radii = scene.rule.radius_of(np.array([scene.depth.max(), scene.depth.min()]) / 65535.0)
    start = _leave(origin, rays, radii[0] * (1 - 1e-9), inside_only=True)
    stop = _leave(origin, rays, radii[1] * (1 + 1e-9), inside_only=False)
    turn = 2 * np.pi / scene.depth.shape[1] * finest
    closest = np.linalg.norm(np.cross(origin, rays), axis=1)
    hits = np.full(rays.shape, np.nan)
    here = np.arange(len(rays))
    low = start.copy()
    side = np.sign(_gap(scene, origin, rays, low))
    while len(here):
        t = low[here]
        squared = np.sum((origin[here] + t[:, None] * rays[here]) ** 2, axis=1)
        # A step dt turns the direction from the centre by |origin × ray|/r² dt.
        step = turn * squared / np.maximum(closest[here], 1e-12)
        step = np.minimum(step, (stop[here] - start[here]) / 64 + 1e-9)
        high = np.minimum(t + step, stop[here])
        crossed = np.sign(_gap(scene, origin[here], rays[here], high)) != side[here]
        if crossed.any():
            found = here[crossed]
            hits[found] = _bisect(scene, origin[found], rays[found], t[crossed], high[crossed], side[found])
        low[here] = high
        here = here[~crossed & (high < stop[here])]
    return hits


def _gap(scene: Scene, origin: np.ndarray, rays: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return how far outside the surface the places at t [n] along the rays are."""
    points = origin + t[:, None] * rays
    return np.linalg.norm(points, axis=1) - scene.radius(points)


def _leave(origin: np.ndarray, rays: np.ndarray, radius: float, inside_only: bool) -> np.ndarray:
    """Return where rays [n, 3] leave a sphere, 0 where they start outside of it and `inside_only`."""
    along = np.sum(rays * origin, axis=1)
    rest = radius**2 - np.sum(origin**2, axis=1)
    leaves = -along + np.sqrt(np.maximum(along**2 + rest, 0))
    return np.where(rest <= 0, 0.0, leaves) if inside_only else leaves


def _bisect(scene, origin, rays, low, high, side) -> np.ndarray:
    for _ in range(40):
        middle = (low + high) / 2
        same = np.sign(_gap(scene, origin, rays, middle)) == side
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return origin + high[:, None] * rays


@dataclass(frozen=True)
class Picture:
    """sRGB [height, width, 3] in [0, 1], and which pixels [height, width] show edges of the depth map."""

    srgb: np.ndarray
    edges: np.ndarray


def cast(scene: Scene, view: View) -> Picture:
    """Return the reference picture of a view: 16 samples a pixel, bilinear and averaged in linear light."""
    _, _, width, height = view.rectangle
    rays = view.pose.to_world(pixel_rays(view.lens, width, height, view.aspect, SAMPLES)).reshape(-1, 3)
    origins = view.pose.to_world(pixel_origins(view.lens, width, height, view.aspect, SAMPLES)).reshape(-1, 3)
    hits = first_hits(scene, np.asarray(view.pose.position) + origins, rays)
    u, v = to_uv(hits)
    light = sample_wrapped(to_linear(scene.rgb / 255.0), u, v)
    light = light.reshape(height, width, SAMPLES**2, 3).mean(axis=2)
    edge = depth_edges(scene)[_nearest(v, scene.depth.shape[0]), _nearest(u, scene.depth.shape[1])]
    return Picture(to_srgb(light), dilated(edge.reshape(height, width, -1).any(axis=2), 2))


def _nearest(place: np.ndarray, count: int) -> np.ndarray:
    return np.minimum((place * count).astype(int), count - 1)


def depth_edges(scene: Scene) -> np.ndarray:
    """Return which texels [h, w] have a neighbour beside, above or below that differs by more than 5 % in r."""
    r = scene.rule.radius_of(scene.depth / 65535.0)
    edges = np.zeros(r.shape, bool)
    for axis in (0, 1):
        other = np.roll(r, -1, axis)
        apart = np.maximum(r, other) > 1.05 * np.minimum(r, other)
        if axis == 0:
            apart[-1] = False  # the poles are no neighbours
        edges |= apart | np.roll(apart, 1, axis)
    return edges


def dilated(mask: np.ndarray, pixels: int) -> np.ndarray:
    """Return `mask` [h, w] grown by so many pixels to all sides and corners."""
    grown = np.pad(mask, pixels)
    height, width = mask.shape
    places = range(2 * pixels + 1)
    return np.logical_or.reduce([grown[y : y + height, x : x + width] for y in places for x in places])


def psnr(a: np.ndarray, b: np.ndarray, keep: np.ndarray | None = None) -> float:
    """Return the peak signal-to-noise ratio in dB of two pictures in [0, 1], over the pixels `keep` if given."""
    error = (a - b) ** 2 if keep is None else (a - b)[keep] ** 2
    return float(-10 * np.log10(max(error.mean(), 1e-12)))
