"""The view options that the command line, the window and a project share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from depthfusion.settings import Auto, Choice, Flag, Number, State, Vector

PROJECTIONS = ("perspective", "equirect", "vr180", "cubemap", "little-planet")
LAYOUTS = ("mono", "sbs", "half-sbs", "tb", "anaglyph")
LEAST_FOV, GREATEST_FOV = 1.0, 330.0
"""Degrees that some projection has; each has limits of its own."""


class ViewOptions(State):
    """Lens, layout and pose of a picture."""

    fov_of: ClassVar[dict[str, tuple[float, float, float]]] = {
        "perspective": (90.0, 1.0, 170.0),
        "little-planet": (250.0, 60.0, 330.0),
    }
    """The default, least and greatest field of view in degrees of the projections that have one."""

    projection = Choice("perspective", "how the world becomes a picture", PROJECTIONS)
    layout = Choice(
        "mono",
        "one eye's picture, or both side by side, squeezed, above each other, or red-cyan; for vr180 sbs by default",
        LAYOUTS,
    )
    eye = Choice(
        "both", "both eyes (of a mono picture: the point between them), or one of them alone", ("both", "left", "right")
    )
    swap = Flag(False, "exchange left and right")
    fov = Auto(
        Number(
            90.0,
            "horizontal field of view",
            minimum=LEAST_FOV,
            maximum=GREATEST_FOV,
            step=1,
            unit="°",
            label="Field of view",
        ),
        "horizontal field of view of one eye, 1 to 170 (auto: 90), of little-planet 60 to 330 (auto: 250)",
    )
    yaw = Number(0.0, "turn right", step=1, unit="°")
    pitch = Number(0.0, "look up", minimum=-90, maximum=90, step=1, unit="°")
    roll = Number(0.0, "lean the head right", minimum=-180, maximum=180, step=1, unit="°")
    position = Vector((0.0, 0.0, 0.0), "where the camera is: right, up, back, in metres")
    level = Flag(False, "keep only the yaw of the pose")
    eye_separation = Number(0.064, "distance of the eyes", minimum=0, maximum=10, step=0.001, unit="m")
    convergence = Auto(
        Number(0.0, "distance without parallax", minimum=0, maximum=1e6, unit="m"),
        "distance without parallax, 0 for none (auto: where depth is neutral; none for all but perspective)",
    )
    pole_taper = Flag(False, "let the eyes of equirect and vr180 come together from 60 to 75 degrees of latitude")

    def update(self, values: Mapping[str, Any]) -> None:
        """Set several values. Another projection brings its own layout and field of view where they are not among them.

        Raises `InputError`, and then sets none.
        """
        asked = values.get("projection", self.projection)
        if asked != self.projection:
            values = {"layout": "sbs" if asked == "vr180" else self.layout, "fov": None, **values}
        super().update(values)

    @property
    def field_of_view(self) -> float:
        """The field of view in degrees: the chosen one, else the projection's own (90 where it has none)."""
        return self.fov if self.fov is not None else self.fov_of.get(self.projection, (90.0, 0.0, 0.0))[0]
