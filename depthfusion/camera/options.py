"""The view options that the command line, the window and a project share."""

from __future__ import annotations

from depthfusion.settings import Auto, Choice, Flag, Number, State, Vector

LAYOUTS = ("mono", "sbs", "half-sbs", "tb", "anaglyph")


class ViewOptions(State):
    """Lens, layout and pose of a picture."""

    projection = Choice("perspective", "how the world becomes a picture", ("perspective",))
    layout = Choice("mono", "one eye's picture, or both side by side, squeezed, above each other, or red-cyan", LAYOUTS)
    eye = Choice(
        "both", "both eyes (of a mono picture: the point between them), or one of them alone", ("both", "left", "right")
    )
    swap = Flag(False, "exchange left and right")
    fov = Number(
        90.0, "horizontal field of view of one eye", minimum=1, maximum=170, step=1, unit="°", label="Field of view"
    )
    yaw = Number(0.0, "turn right", step=1, unit="°")
    pitch = Number(0.0, "look up", minimum=-90, maximum=90, step=1, unit="°")
    roll = Number(0.0, "lean the head right", minimum=-180, maximum=180, step=1, unit="°")
    position = Vector((0.0, 0.0, 0.0), "where the camera is: right, up, back, in metres")
    level = Flag(False, "keep only the yaw of the pose")
    eye_separation = Number(0.064, "distance of the eyes", minimum=0, maximum=10, step=0.001, unit="m")
    convergence = Auto(
        Number(0.0, "distance without parallax", minimum=0, maximum=1e6, unit="m"),
        "distance without parallax, 0 for none (auto: where depth is neutral)",
    )
