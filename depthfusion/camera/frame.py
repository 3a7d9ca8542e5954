"""A frame: the views that make up one written picture, each with its place in it."""

from __future__ import annotations

from dataclasses import dataclass

from depthfusion.camera.lens import Lens, Perspective
from depthfusion.camera.options import ViewOptions
from depthfusion.camera.pose import Pose
from depthfusion.camera.stereo import Rig, Side
from depthfusion.errors import InputError
from depthfusion.look import Displacement

NEAREST_CONVERGENCE = 0.001  # metres: nearer than that the eyes' pictures are nowhere near each other
DEFAULT_SIZES = {
    "mono": (1920, 1080),
    "sbs": (3840, 1080),
    "half-sbs": (1920, 1080),
    "tb": (1920, 2160),
    "anaglyph": (1920, 1080),
}


@dataclass(frozen=True)
class View:
    """What one eye sees and where its picture lies: x, y (from the top left), width, height in pixels.

    `aspect` is width through height of what the eye sees; a squeezed picture's rectangle has another.
    """

    pose: Pose
    lens: Lens
    aspect: float
    rectangle: tuple[int, int, int, int]


@dataclass(frozen=True)
class Frame:
    """A picture of `size` (width, height) made of views; `anaglyph` means left and right combined as red-cyan."""

    size: tuple[int, int]
    views: tuple[View, ...]
    anaglyph: bool = False


def default_size(options: ViewOptions) -> tuple[int, int]:
    """Return the written picture's size for a layout, both eyes included."""
    return DEFAULT_SIZES[options.layout]


def pose_of(options: ViewOptions) -> Pose:
    """Return the pose that the options name."""
    x, y, z = options.position
    return Pose((x, y, z), options.yaw, options.pitch, options.roll)


def compose(options: ViewOptions, pose: Pose, fov: float, size: tuple[int, int], rule: Displacement) -> Frame:
    """Lay out the views of one frame.

    `pose` and `fov` (degrees) are the head's at this moment; the options give the rest. Raises `InputError` for an eye
    asked of a layout that has both, and for a size that two eyes cannot share.
    """
    width, height = size
    if options.convergence is not None and 0 < options.convergence < NEAREST_CONVERGENCE:
        raise InputError(
            f"convergence {options.convergence:g} m cannot be used: choose at least {NEAREST_CONVERGENCE:g} m, "
            "or 0 for none"
        )
    if options.eye_separation >= 2 * rule.farthest:
        raise InputError(
            f"eye separation {options.eye_separation:g} m cannot be used: it is as wide as the whole world, "
            f"{2 * rule.farthest:g} m"
        )
    lens = Perspective(fov)
    pose = pose.levelled() if options.level else pose
    rig = Rig(options.eye_separation, rule.neutral if options.convergence is None else options.convergence)
    sides: tuple[Side, Side] = ("right", "left") if options.swap else ("left", "right")
    layout = options.layout
    if options.eye != "both" and layout != "mono":
        raise InputError(f"eye {options.eye} cannot be used with layout {layout}, which shows both: use layout mono")
    if layout == "mono":
        if options.eye != "both":
            side = sides[0] if options.eye == "left" else sides[1]
            pose, lens = rig.eye(pose, lens, side)
        return Frame(size, (View(pose, lens, width / height, (0, 0, width, height)),))
    if layout in {"sbs", "half-sbs"} and width % 2:
        raise InputError(f"width {width} cannot be shared by two eyes side by side: choose an even one")
    if layout == "tb" and height % 2:
        raise InputError(f"height {height} cannot be shared by two eyes above each other: choose an even one")
    if layout == "anaglyph":
        places = [(0, 0, width, height)] * 2
    elif layout == "tb":
        places = [(0, 0, width, height // 2), (0, height // 2, width, height // 2)]
    else:
        places = [(0, 0, width // 2, height), (width // 2, 0, width // 2, height)]
    aspect = width / height if layout == "half-sbs" else places[0][2] / places[0][3]
    views = []
    for side, place in zip(sides, places, strict=True):
        eye_pose, eye_lens = rig.eye(pose, lens, side)
        views.append(View(eye_pose, eye_lens, aspect, place))
    return Frame(size, tuple(views), anaglyph=layout == "anaglyph")
