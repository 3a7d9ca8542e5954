"""What hangs in the sky: stars, nebulae, planets and moons with rings, northern lights, a rainbow, lightning.

Directions are float32 [3, n], colours linear float32 [3, n].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ldm3d.worlds import noise
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.vectors import colour, dot, put, smoothstep


@dataclass(frozen=True)
class Body:
    """A planet or a moon. Sun or moon of the hour light it.

    Attributes:
        azimuth: degrees, 0 is −Z (the picture's centre), positive to the right.
        elevation: degrees above the horizon.
        radius: degrees.
        tone: mean colour, linear.
        kind: "rock" with craters' seas, "gas" with bands, "ocean" with land and clouds, or "ice" with cracks.
        second: colour of bands, land or cracks.
        ring: inner and outer radius of its ring as factors on the radius, or None.
        tilt: degrees by which bands and ring lean.
    """

    azimuth: float
    elevation: float
    radius: float
    tone: Colour
    kind: str = "rock"
    second: Colour = (0.35, 0.25, 0.16)
    ring: tuple[float, float] | None = None
    tilt: float = 18.0

    @property
    def direction(self) -> Array:
        """Unit vector [3] toward its middle."""
        a, e = np.radians(self.azimuth), np.radians(self.elevation)
        return np.array([np.cos(e) * np.sin(a), np.sin(e), -np.cos(e) * np.cos(a)], np.float32)


@dataclass(frozen=True)
class Heavens:
    """What a place has in its sky.

    Attributes:
        space: whether there is no air and no horizon: a black sky all around, with dense stars at every hour.
        bodies: planets and moons.
        nebula: two colours of glowing gas, or None.
    """

    space: bool = False
    bodies: tuple[Body, ...] = ()
    nebula: tuple[Colour, Colour] | None = None


def stars(d: Array, pixel: float, *, dense: bool) -> Array:
    """Stars: at most one in each cell of a grid through which the sphere passes; and the Milky Way."""
    total = np.zeros_like(d)
    grids = ((24.0, 1.6), (57.0, 0.45), (110.0, 0.22)) if dense else ((24.0, 1.6), (57.0, 0.45))
    for grid, strength in grids:
        cell = np.floor(d * np.float32(grid))
        a, b, c = (cell + 512.0).astype(np.uint32)
        h = (a * np.uint32(73856093)) ^ (b * np.uint32(19349663)) ^ (c * np.uint32(83492791))
        h = (h ^ (h >> 15)) * np.uint32(2246822519)
        h = (h ^ (h >> 13)) * np.uint32(3266489917)
        h ^= h >> 16
        # Most directions see no star of their cell: the others alone are looked at.
        rank = np.maximum(((h >> 24) & 255).astype(np.float32) / 255.0 - 0.5, 0.0) * 2.0
        at = np.flatnonzero(rank > 0.0)
        h, cell, rank, ray = h[at], cell.take(at, axis=1), rank[at], d.take(at, axis=1)
        x, y, z = (((h >> s) & 255).astype(np.float32) / 256.0 for s in (0, 8, 16))
        centre = (cell + 0.25 + 0.5 * np.stack([x, y, z])) / np.float32(grid)
        length = np.sqrt(dot(centre, centre))
        centre /= length
        # The real size is below a texel: what is spread over a texel is dimmed with it.
        radius = max(pixel * 0.8, 0.0011)
        spread = np.exp(-np.maximum(2.0 - 2.0 * dot(ray, centre), 0.0) / np.float32(radius**2))
        near_shell = np.abs(length - 1.0) < 0.35 / grid
        bright = spread * (0.05 * np.minimum(rank * 4.0, 1.0) + rank**7 * strength) * near_shell
        bright *= min(1.0, (0.0022 / radius) ** 1.7)
        total[:, at] += bright * (1.0 + x[None] * np.array([[0.25], [0.0], [-0.3]], np.float32))
    pole = np.array([0.55, 0.48, 0.68], np.float32)
    pole /= np.linalg.norm(pole)
    across = dot(d, pole)
    dust = noise.rough()(d[0] * 0.9 + d[1] * 0.4, d[2] * 0.9 - d[1] * 0.3)
    milky = np.exp(-((across * 4.2) ** 2)) * np.clip(0.55 + 0.4 * dust, 0.0, 1.6)
    total += colour((0.030, 0.034, 0.052)) * milky
    return total


def _around(d: Array, scale: float, texture: noise.Texture) -> Array:
    """Noise around the sphere without a seam: from three sides, blended by direction."""
    weight = d * d
    weight = weight * weight
    weight /= weight.sum(axis=0)
    s = np.float32(scale)
    total = np.zeros_like(d[0])
    for axis in range(3):
        total += weight[axis] * texture(d[(axis + 1) % 3] * s + np.float32(0.31 * axis), d[(axis + 2) % 3] * s)
    value: Array = total
    return value


def nebula(d: Array, tones: tuple[Colour, Colour]) -> Array:
    """Glowing gas in two colours with dark lanes."""
    warp = 0.10 * _around(d, 0.35, noise.rough())
    gas = _around(d + warp, 0.28, noise.hills())
    other = _around(d[::-1] - warp, 0.33, noise.hills())
    lanes = smoothstep(-0.2, 1.1, _around(d + warp, 0.55, noise.rough()))
    first = smoothstep(0.0, 2.2, gas) ** 1.5
    second = smoothstep(0.1, 2.2, other) ** 1.5
    value: Array = (colour(tones[0]) * first + colour(tones[1]) * second) * (1.0 - 0.75 * lanes)
    return value


def _surface(body: Body, n: Array, right: Array, up: Array) -> Array:
    """Albedo [3, n] of a body where its surface faces `n`, in its own leaning frame."""
    c, s = np.float32(np.cos(np.radians(body.tilt))), np.float32(np.sin(np.radians(body.tilt)))
    axis = up * c + right * s
    side = right * c - up * s
    depth = np.cross(side, axis).astype(np.float32)
    local = np.stack([dot(n, side), dot(n, axis), dot(n, depth)])
    tone, second = colour(body.tone), colour(body.second)
    rough = _around(local, 0.6, noise.rough())
    if body.kind == "gas":
        bend = 0.03 * rough
        bands = noise.rough()(local[1] * np.float32(0.42) + 0.2 + bend, np.full_like(local[1], 0.37))
        striped: Array = tone + (second - tone) * smoothstep(-0.7, 0.9, bands)
        return striped * (1.0 + np.float32(0.06) * rough)
    if body.kind == "ocean":
        land = smoothstep(0.1, 0.35, _around(local, 0.45, noise.hills()))
        clouds = smoothstep(0.2, 1.3, _around(local, 0.8, noise.rough()))
        ground = tone + (second - tone) * land
        white: Array = np.maximum(clouds, smoothstep(0.82, 0.95, np.abs(local[1])))
        return ground + (0.75 - ground) * white
    if body.kind == "ice":
        cracks = _around(local, 0.7, noise.ridges())
        return tone + (second - tone) * smoothstep(0.45, 0.75, cracks)
    seas = smoothstep(-0.2, 0.9, _around(local, 0.4, noise.hills()))
    pits = _around(local, 1.6, noise.grain())
    value: Array = (tone + (second - tone) * seas) * np.clip(1.0 + 0.16 * pits + 0.10 * rough, 0.4, 1.6)
    return value


def draw_body(rgb: Array, d: Array, body: Body, toward: Array, light: Array, dark: float, pixel: float) -> None:
    """Draw a planet or a moon into colours `rgb` [3, n] of directions `d`.

    Args:
        rgb: the sky so far, changed in place.
        d: unit directions.
        body: what to draw.
        toward: unit vector toward the light.
        light: the light's colour [3, 1].
        dark: how dark the sky is, 0 to 1: by day the unlit part is as blue as the sky.
        pixel: the angle of a texel.
    """
    middle = body.direction
    radius = np.float32(np.sin(np.radians(body.radius)))
    reach = body.ring[1] if body.ring else 1.0
    cosine = dot(d, middle)
    at = np.flatnonzero((cosine > 0) & (1.0 - cosine * cosine < (radius * reach * 1.05 + pixel) ** 2))
    if not at.size:
        return
    ray = d.take(at, axis=1)
    level = np.array([0.0, 1.0, 0.0], np.float32) if abs(middle[1]) < 0.97 else np.array([1.0, 0.0, 0.0], np.float32)
    right = np.cross(level, -middle)
    right = (right / np.linalg.norm(right)).astype(np.float32)
    up = np.cross(-middle, right).astype(np.float32)
    x, y = dot(ray, right) / radius, dot(ray, up) / radius
    away = np.hypot(x, y)
    soft = float(pixel / radius)
    inside = np.clip((1.0 - away) / soft + 0.5, 0.0, 1.0)
    z = np.sqrt(np.maximum(1.0 - away * away, 0.0))
    n = right[:, None] * x + up[:, None] * y - middle[:, None] * z
    # A sun behind the body would leave it all dark: it stands aside instead.
    sun = toward - middle * max(float(np.dot(toward, middle)) * 0.9, 0.0)
    sun = sun / np.linalg.norm(sun)
    lit = smoothstep(-0.04, 0.22, dot(n, sun)) * np.clip(0.25 + dot(n, sun), 0.0, 1.0)
    shown = _surface(body, n, right, up) * (light * np.float32(0.55) * lit + np.float32(0.004))
    hidden = inside * np.float32(0.25 + 0.75 * dark)
    under = rgb.take(at, axis=1)
    out = under * (1.0 - hidden) + shown * inside
    if body.ring:
        c, s = np.float32(np.cos(np.radians(body.tilt))), np.float32(np.sin(np.radians(body.tilt)))
        u, v = x * c - y * s, (x * s + y * c) / np.float32(0.26)
        way = np.hypot(u, v)
        low, high = body.ring
        gaps = noise.rough()(way * np.float32(0.23), np.full_like(way, 0.61), soft)
        dense = np.clip(0.55 + 0.35 * gaps, 0.05, 0.9) * smoothstep(low, low + 0.06, way)
        dense = dense * (1.0 - smoothstep(high - 0.06, high, way))
        dense = dense * np.where((v > 0) & (away < 1.0), 0.0, 1.0)
        tone = (colour(body.tone) * 0.6 + colour(body.second) * 0.4) * light * np.float32(0.40)
        out = out * (1.0 - dense * np.float32(0.25 + 0.75 * dark)) + tone * dense
    put(rgb, at, out)


def aurora(d: Array, shift: tuple[float, float]) -> Array:
    """Northern lights: green curtains that fade to violet upward, waving along the sky's north."""
    high = np.flatnonzero(d[1] > 0.02)
    total = np.zeros_like(d)
    ray = d.take(high, axis=1)
    reach = 1.0 / (ray[1] + np.float32(0.06))
    light = np.zeros((3, high.size), np.float32)
    low, top = colour((0.10, 0.95, 0.42)), colour((0.42, 0.12, 0.72))
    slices = 9
    for k in range(slices):
        share = k / (slices - 1)
        height = np.float32(0.055 * (1.0 + 0.55 * share))
        x = ray[0] * reach * height + np.float32(shift[0])
        z = ray[2] * reach * height + np.float32(shift[1])
        band = noise.hills()(x, z)
        curtain = np.exp(-(((band - 0.15) * 7.0) ** 2)) + 0.6 * np.exp(-(((band + 0.75) * 8.0) ** 2))
        rays = np.clip(0.7 + 0.45 * noise.rough()(x * np.float32(2.3), z * np.float32(2.3)), 0.1, 2.0)
        fade = np.float32((1.0 - share) ** 1.2 * min(1.0, 0.3 + 4.0 * share))
        light += (low + (top - low) * np.float32(share)) * (curtain * rays * fade)
    put(total, high, light * (np.float32(0.21) * smoothstep(0.02, 0.22, ray[1])))
    return total


def curtains(d: Array, shift: tuple[float, float], pixel: float) -> Array:
    """Rain that hangs in shafts from the clouds to the horizon [n], 0 where there is none, about 1 in its midst.

    Args:
        d: unit directions [3, n].
        shift: where in the noise they lie, in tiles.
        pixel: the angle of a texel in radians.
    """
    flat = np.sqrt(np.maximum(d[0] * d[0] + d[2] * d[2], np.float32(1e-6)))
    x, z = d[0] / flat, d[2] / flat
    # The wind leans them to one side.
    lean = np.float32(0.22) * d[1]
    x, z = x - lean * z, z + lean * x
    broad = noise.hills()(x * np.float32(0.30) + np.float32(shift[0]), z * np.float32(0.30) + np.float32(shift[1]))
    thin = noise.rough()(x * np.float32(0.5), z * np.float32(0.5), 0.5 * max(pixel, 0.03))
    dense = smoothstep(-0.4, 1.0, broad) * np.clip(0.85 + 0.18 * thin, 0.0, 1.4)
    value: Array = dense * (1.0 - smoothstep(0.10, 0.80, d[1])) * smoothstep(-0.20, 0.0, d[1])
    return value


def rainbow(d: Array, toward: Array, pixel: float = 0.0, veil: float = 0.06) -> Array:
    """A rainbow's light [3, n]: 42° around the point opposite the sun, red outside; the second one at 51°, reversed.

    The angles are those of minimum deviation in water (n from 1.331 for red to 1.343 for violet). Where texels, of the
    angle `pixel` in radians, are too large for its colours, the band is as wide as two of them. `veil` is the light
    inside the bow.
    """
    angle = np.degrees(np.arccos(np.clip(-dot(d, toward), -1.0, 1.0)))
    total = np.zeros_like(d)
    for inner, outer, strength in ((40.5, 42.4, 1.0), (53.4, 50.3, 0.30)):
        wider = max(1.0, 2.0 * np.degrees(pixel) / abs(outer - inner))
        t = (angle - np.float32((inner + outer) / 2)) / np.float32((outer - inner) * wider) + np.float32(0.5)
        for centre, wide, tone in (
            (0.98, 0.20, (1.0, 0.06, 0.03)), (0.76, 0.17, (1.0, 0.55, 0.04)), (0.52, 0.18, (0.22, 0.85, 0.16)),
            (0.27, 0.19, (0.08, 0.35, 1.0)), (0.04, 0.20, (0.40, 0.12, 0.85)),
        ):  # fmt: skip
            total += colour(tone) * (np.exp(-(((t - centre) / wide) ** 2)) * np.float32(strength))
    # Inside the bow drops send some light of all colours, between the two none.
    inside = 1.0 - smoothstep(39.5, 42.0, angle)
    return total * np.float32(0.30) + np.float32(veil) * inside


def lightning(d: Array, count: int, seed: float, azimuth: float) -> Array:
    """Flashes [n] from the clouds to the horizon, and the cloud around them lit up."""
    lon, lat = np.arctan2(d[0], -d[2]), np.arcsin(np.clip(d[1], -1.0, 1.0))
    total = np.zeros_like(lat)
    rng = np.random.default_rng(int(seed * 1e6))
    for _ in range(count):
        start = np.radians(azimuth) + rng.uniform(-0.9, 0.9)
        knots = np.linspace(-0.02, rng.uniform(0.40, 0.62), 26)
        path = start + np.cumsum(rng.normal(0, 0.016, knots.size))
        away = np.abs((lon - np.interp(lat, knots, path) + np.pi) % (2 * np.pi) - np.pi) * np.cos(lat)
        on = (lat < knots[-1]) & (lat > knots[0])
        core = np.exp(-((away / 0.0022) ** 2)) * 7.0 + np.exp(-away / 0.02) * 0.30
        total += np.where(on, core, 0.0)
        gap = np.hypot(((lon - path[-1] + np.pi) % (2 * np.pi) - np.pi) * np.cos(lat), lat - knots[-1])
        heaps = noise.billows()(lon * np.float32(0.55), lat * np.float32(0.9))
        total += np.clip(heaps - 0.1, 0.0, 1.0) * 0.75 * np.exp(-gap / 0.16)
    value: Array = total.astype(np.float32)
    return value
