"""How depth becomes distance: one room that window, project, command line and shaders share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from depthfusion.errors import InputError
from depthfusion.settings import Auto, Choice, Number, State, Vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

DEFAULT_NEAR = 1.0
DEFAULT_FAR = 50.0
LEAST_LEVELS = 1e-5  # below what 16 bits tell apart
LARGEST_LEVEL = 100.0


class Look(State):
    """What the artist chooses about the surface."""

    mapping = Choice("linear", "how depth becomes distance: the paper's rule, or inverse depth", ("linear", "inverse"))
    strength = Number(0.5, "how far linear depth moves the surface, of the radius", minimum=0, maximum=0.95, step=0.01)
    radius = Number(3.0, "radius of neutral depth with the linear mapping", minimum=0.01, maximum=1e4, unit="m")
    near = Auto(
        Number(DEFAULT_NEAR, "distance of depth 1 with the inverse mapping", minimum=0.001, maximum=1e6, unit="m"),
        "distance of depth 1 with the inverse mapping (auto: the panorama's own, else 1)",
    )
    far = Auto(
        Number(DEFAULT_FAR, "distance of depth 0 with the inverse mapping", minimum=0.001, maximum=1e6, unit="m"),
        "distance of depth 0 with the inverse mapping (auto: the panorama's own, else 50)",
    )
    levels = Vector((0.0, 1.0), "the depths that are stretched to 0 and 1")
    edges = Choice(
        "layered",
        "what is seen past depth edges: a second layer behind a cut, or the stretched surface",
        ("layered", "stretched"),
    )

    def displacement(self, near: float | None = None, far: float | None = None) -> Displacement:
        """Return the rule in numbers; `near` and `far` in metres are the panorama's own, used where ours are auto."""
        low, high = self.levels
        if not low < high:
            raise InputError(f"levels {low:g},{high:g} cannot be used: the first must be below the second")
        if high - low < LEAST_LEVELS or max(abs(low), abs(high)) > LARGEST_LEVEL:
            raise InputError(
                f"levels {low:g},{high:g} cannot be used: choose two that are at least {LEAST_LEVELS:g} apart, "
                f"from -{LARGEST_LEVEL:g} to {LARGEST_LEVEL:g}"
            )
        chosen_near = self.near if self.near is not None else near or DEFAULT_NEAR
        chosen_far = self.far if self.far is not None else far or DEFAULT_FAR
        if not chosen_near < chosen_far:
            raise InputError(f"near {chosen_near:g} m is not below far {chosen_far:g} m: lower near or raise far")
        return Displacement(self.mapping, self.radius, self.strength, chosen_near, chosen_far, low, high, self.edges)


@dataclass(frozen=True)
class Displacement:
    """The rule r(d). It never grows with d.

    linear (LDM3D paper, section 3.4: ½ neutral, 1 nearer, 0 farther): r = radius·(1 + strength·(1 − 2d)).
    inverse: 1/r = d/near + (1 − d)/far. Distances in metres; d in [0, 1] after `low`..`high` is stretched to 0..1.
    `edges` is not about distance: "layered" cuts the surface where it would stretch, if its second layer is there.
    """

    mapping: str = "linear"
    radius: float = 3.0
    strength: float = 0.5
    near: float = DEFAULT_NEAR
    far: float = DEFAULT_FAR
    low: float = 0.0
    high: float = 1.0
    edges: str = "stretched"

    def radius_of(self, depth: Floats) -> Floats:
        """Return the distances in metres of `depth` [...] in [0, 1], in its own precision."""
        import numpy as np

        d: Floats = np.clip((depth - self.low) / (self.high - self.low), 0.0, 1.0)
        if self.mapping == "linear":
            moved: Floats = self.radius * (1.0 + self.strength * (1.0 - 2.0 * d))
            return moved
        inverse: Floats = d / self.near + (1.0 - d) / self.far
        return 1.0 / inverse

    @property
    def neutral(self) -> float:
        """r(½), where flat stereo has no parallax by default."""
        d = min(max((0.5 - self.low) / (self.high - self.low), 0.0), 1.0)
        if self.mapping == "linear":
            return self.radius * (1.0 + self.strength * (1.0 - 2.0 * d))
        return 1.0 / (d / self.near + (1.0 - d) / self.far)

    @property
    def nearest(self) -> float:
        """r(1)."""
        return self.radius * (1.0 - self.strength) if self.mapping == "linear" else self.near

    @property
    def farthest(self) -> float:
        """r(0)."""
        return self.radius * (1.0 + self.strength) if self.mapping == "linear" else self.far

    def check_inside(self, position: tuple[float, float, float]) -> None:
        """Raise `InputError` for a camera position in metres beyond the farthest radius."""
        distance = math.hypot(*position)
        if distance > self.farthest:
            where = ",".join(f"{n:g}" for n in position)
            raise InputError(
                f"position {where} is {distance:.2f} m from the centre, outside the world, which ends at "
                f"{self.farthest:.2f} m: choose a position nearer to 0,0,0"
            )
