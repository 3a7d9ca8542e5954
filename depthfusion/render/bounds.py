"""How many pixels a patch's triangles may stray from the surface at full resolution: upper bounds, NumPy only.

docs/rendering.md derives the formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from depthfusion.look import Displacement
from depthfusion.render.relief import PATCH, Patches

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
_TOUCHING = 1e-12


@dataclass(frozen=True)
class Eye:
    """What a rasterised view asks of the mesh.

    `position` [3] in metres; `planes` [k, 3] are normals, towards what is seen, of planes through the position; `axis`
    [3] is where the lens looks, `scale` the pixels along a tangent of 1 from it, and `corner` the least cosine of an
    angle from the axis that is seen.
    """

    position: Array
    planes: Array
    axis: Array
    scale: float
    corner: float


@dataclass(frozen=True)
class Shells:
    """Where patches [n] may lie.

    In cones around `centre` [n, 3], of a half angle given by its cosine and sine, from `near` to `far` metres.
    """

    centre: Array
    cosine: Array
    sine: Array
    near: Array
    far: Array

    def __getitem__(self, index: NDArray[np.int64] | Mask) -> Self:
        return type(self)(self.centre[index], self.cosine[index], self.sine[index], self.near[index], self.far[index])

    def towards(self, direction: Array) -> Array:
        """Return the greatest cosine [n] between a unit `direction` [3] and a direction of the cone."""
        across = self.centre @ direction
        sine = np.sqrt(np.maximum(1 - across * across, 0))
        return np.where(across >= self.cosine, 1.0, across * self.cosine + sine * self.sine)

    def seen_by(self, eyes: Sequence[Eye]) -> list[Mask]:
        """Return for each eye which of them [n] may reach into its view.

        Exact support functions, never wrong about what is seen. Planes that eyes share, as those of a flat pair do but
        for their places, are looked at once.
        """
        reached: dict[bytes, Array] = {}
        seen = []
        for eye in eyes:
            mask = np.ones(len(self.near), bool)
            for plane in eye.planes:
                key = plane.tobytes()
                if key not in reached:
                    most = self.towards(plane)
                    reached[key] = most * np.where(most > 0, self.far, self.near)
                mask &= reached[key] >= plane @ eye.position
            seen.append(mask)
        return seen

    def distance(self, eye: Eye) -> Array:
        """Return the least distance [n] of each from the eye, in metres."""
        offset, most = self._offset(eye)
        at = np.clip(offset * most, self.near, self.far)
        squared = offset**2 + at**2 - 2 * offset * at * most
        return np.asarray(np.sqrt(np.maximum(squared, _TOUCHING)))

    def magnification(self, eye: Eye) -> Array:
        """Return the greatest r/distance [n] of a point at r from the centre."""
        offset, most = self._offset(eye)
        q = np.clip(most, offset / self.far, offset / self.near)
        return np.asarray(1 / np.sqrt(np.maximum(1 + q * q - 2 * q * most, _TOUCHING)))

    def parallax(self, eye: Eye) -> Array:
        """Return the greatest |position × direction| [n]: what turns a wrong radius into a wrong place."""
        offset = float(np.linalg.norm(eye.position))
        if offset == 0:
            return np.zeros(len(self.near))
        cosine = np.abs(self.centre @ (eye.position / offset))
        sine = np.sqrt(np.maximum(1 - cosine * cosine, 0))
        return offset * np.where(cosine <= self.sine, 1.0, sine * self.cosine + cosine * self.sine)

    def _offset(self, eye: Eye) -> tuple[float, Array]:
        offset = float(np.linalg.norm(eye.position))
        direction = eye.position / offset if offset else np.array([0.0, 0.0, -1.0])
        return offset, self.towards(direction)

    def sharpness(self, eye: Eye) -> Array:
        """Return the greatest 1/cos² [n] of an angle from the eye's axis at which a part of each is seen."""
        middle = self.centre * ((self.near + self.far) / 2)[:, None] - eye.position
        reach = (self.far - self.near) / 2 + self.far * self.sine
        away = np.maximum(np.sqrt(np.einsum("ni,ni->n", middle, middle)), 1e-9)
        cosine = np.clip(middle @ eye.axis / away, -1, 1)
        sine = np.minimum(reach / away, 1)
        # cos(a + b), and 0 once a + b may pass a right angle
        least = cosine * np.sqrt(1 - sine * sine) - np.sqrt(1 - cosine * cosine) * sine
        return np.asarray(1 / np.maximum(np.where(sine < 1, least, 0), eye.corner) ** 2)


@dataclass(frozen=True)
class Footprint:
    """The angles of patches [n] on the sphere, whatever their depth.

    The centre [n, 3], cosine and sine of the patch's half angle, the diagonal of its cells in radians, and `warp`: the
    share of a cell's range of depth that flat triangles misplace, being straight in space and not in longitude and
    latitude.
    """

    centre: Array
    cosine: Array
    sine: Array
    diagonal: Array
    warp: Array

    @classmethod
    def of(cls, size: tuple[int, int], left: Array, top: Array, step: Array) -> Self:
        """Measure patches at grid places left, top [n] with cells of `step` [n] on a map of `size` (width, height)."""
        width, height = size
        right = np.minimum(left + PATCH * step, width)
        bottom = np.minimum(top + PATCH * step, height + 1)
        upper = latitude_row(top, height) * (np.pi / height)
        lower = latitude_row(bottom, height) * (np.pi / height)
        longitude = (left + right + 1) * (np.pi / width) - np.pi
        middle = (upper + lower) / 2
        level = np.sin(middle)
        centre = np.stack([level * np.sin(longitude), np.cos(middle), -level * np.cos(longitude)], axis=-1)
        wide = np.where((upper < np.pi / 2) & (lower > np.pi / 2), 1.0, np.maximum(np.sin(upper), np.sin(lower)))
        half = _arc((lower - upper) / 2, (right - left) * (np.pi / width), wide)
        down, across = step * (np.pi / height), step * (2 * np.pi / width)
        pole = np.minimum(upper, np.pi - lower)
        crowding = np.where(pole > 0, down / (4 * np.tan(np.maximum(pole, 1e-9))), 1.0)
        warp = np.minimum(crowding + across**2 / (16 * down) + (across**2 + down**2) / 8, 1)
        return cls(centre, np.cos(half), np.sin(half), _arc(down, across, wide), warp)

    def __getitem__(self, index: NDArray[np.int64]) -> Self:
        return type(self)(
            self.centre[index], self.cosine[index], self.sine[index], self.diagonal[index], self.warp[index]
        )

    def shells(self, known: Patches, rule: Displacement) -> Shells:
        """Return where the patches may lie."""
        near, far = (np.asarray(rule.radius_of(depth.astype(np.float64))) for depth in (known.high, known.low))
        return Shells(self.centre, self.cosine, self.sine, np.asarray(near, np.float64), np.asarray(far, np.float64))


def latitude_row(place: Array, height: int) -> Array:
    """Return how many texels below the upper pole grid rows lie: the poles' are half a texel from their neighbours."""
    return np.asarray(np.minimum(np.maximum(place - 0.5, place / 2), (place + height - 1) / 2))


def _arc(down: Array, across: Array, wide: Array) -> Array:
    """Return the greatest angle between points `down` and `across` apart in latitude and longitude (haversines)."""
    squared = np.sin(down / 2) ** 2 + (wide * np.sin(np.minimum(across, np.pi) / 2)) ** 2
    return np.asarray(2 * np.arcsin(np.sqrt(np.minimum(squared, 0.5))))


def errors(print_: Footprint, known: Patches, shells: Shells, rule: Displacement, eye: Eye) -> Array:
    """Return how many pixels [n] the triangles of patches may stray from the surface as `eye` sees it."""
    stretch = 1 / (rule.high - rule.low)
    cut = ((known.low < rule.low) & (known.high > rule.low)) | ((known.low < rule.high) & (known.high > rule.high))
    bend = np.minimum(known.bend + print_.warp * known.span + np.where(cut, known.span / 4, 0), known.span) * stretch
    span = np.minimum(known.span * stretch, 1)
    magnification = shells.magnification(eye)
    if rule.mapping == "linear":
        slope = 2 * rule.radius * rule.strength
        rise = slope * span
        # A flat triangle is linear in 1/r, not in r.
        chord = (rise / (np.sqrt(shells.near + rise) + np.sqrt(shells.near))) ** 2
        turn = np.minimum(slope * bend + chord, rise) / shells.distance(eye) ** 2
    else:
        turn = np.minimum(bend, 1) * (1 / rule.near - 1 / rule.far) * magnification**2
    parallax = shells.parallax(eye)
    beside = print_.diagonal * magnification
    flatness = parallax * magnification**2 * (2 * np.sin(print_.diagonal / 4) ** 2) / shells.near
    return np.asarray((np.minimum(turn * parallax, beside) + flatness) * eye.scale * shells.sharpness(eye))
