"""A frame: the views that make up one written picture, each with its place in it."""

from __future__ import annotations

from dataclasses import dataclass

from depthfusion.camera.lens import Cubemap, Equirect, Lens, LittlePlanet, Perspective
from depthfusion.camera.options import ViewOptions
from depthfusion.camera.pose import Pose
from depthfusion.camera.stereo import Rig, Side
from depthfusion.errors import InputError
from depthfusion.look import Displacement

NEAREST_CONVERGENCE = 0.001  # metres: nearer than that the eyes' pictures are nowhere near each other
EYE_SIZES = {
    "perspective": (1920, 1080),
    "equirect": (4096, 2048),
    "vr180": (2048, 2048),
    "cubemap": (3072, 2048),
    "little-planet": (2048, 2048),
}
"""The default width and height of one eye's picture."""


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
    """Return the written picture's size for a projection and layout, both eyes included."""
    width, height = EYE_SIZES[options.projection]
    return width * (2 if options.layout == "sbs" else 1), height * (2 if options.layout == "tb" else 1)


def pose_of(options: ViewOptions) -> Pose:
    """Return the pose that the options name."""
    x, y, z = options.position
    return Pose((x, y, z), options.yaw, options.pitch, options.roll)


def lens_of(options: ViewOptions, fov: float) -> Lens:
    """Return the lens of the point between the eyes.

    `fov` in degrees is that of this moment; projections without one leave it unused. Raises `InputError` for one that
    the projection cannot have, and for one that the options ask of a projection that has none.
    """
    name = options.projection
    if name in options.fov_of:
        _, least, most = options.fov_of[name]
        if not least <= fov <= most:
            raise InputError(f"fov {fov:g} cannot be used with projection {name}: choose {least:g} to {most:g} degrees")
        return Perspective(fov) if name == "perspective" else LittlePlanet(fov)
    if options.fov is not None:
        raise InputError(f"fov {options.fov:g} cannot be used with projection {name}, which has its own: leave it out")
    if name == "cubemap":
        return Cubemap()
    return Equirect(180.0 if name == "vr180" else 360.0, taper=options.pole_taper)


def compose(options: ViewOptions, pose: Pose, fov: float, size: tuple[int, int], rule: Displacement) -> Frame:
    """Lay out the views of one frame.

    `pose` and `fov` (degrees) are the head's at this moment; the options give the rest. Raises `InputError` for an eye
    asked of a layout that has both, for a size that two eyes or six faces cannot share, and for what a projection does
    not have.
    """
    lens = lens_of(options, fov)
    _check(options, size, rule)
    width, height = size
    layout = options.layout
    pose = pose.levelled() if options.level else pose
    rig = Rig(options.eye_separation, _convergence(options, rule))
    sides: tuple[Side, Side] = ("right", "left") if options.swap else ("left", "right")
    if layout == "mono":
        if options.eye != "both":
            side = sides[0] if options.eye == "left" else sides[1]
            pose, lens = rig.eye(pose, lens, side)
        return Frame(size, (View(pose, lens, width / height, (0, 0, width, height)),))
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


def default_convergence(options: ViewOptions, rule: Displacement) -> float:
    """Return the distance in metres without parallax that a projection has by itself, 0 for none."""
    return rule.neutral if options.projection == "perspective" else 0.0


def _convergence(options: ViewOptions, rule: Displacement) -> float:
    return options.convergence if options.convergence is not None else default_convergence(options, rule)


def _check(options: ViewOptions, size: tuple[int, int], rule: Displacement) -> None:
    """Raise `InputError` for what cannot be laid out."""
    width, height = size
    layout, projection, chosen = options.layout, options.projection, options.convergence
    if projection == "cubemap":
        if layout != "mono" or options.eye != "both":
            what = f"layout {layout}" if layout != "mono" else f"eye {options.eye}"
            raise InputError(f"{what} cannot be used with projection cubemap, which is mono: leave it out")
        if width % 3 or height % 2 or width * 2 != height * 3:
            side = max(round(width / 3), 1)
            raise InputError(
                f"size {width}x{height} cannot hold the 3x2 square faces of a cubemap: "
                f"choose one such as {3 * side}x{2 * side}"
            )
    if options.eye != "both" and layout != "mono":
        raise InputError(f"eye {options.eye} cannot be used with layout {layout}, which shows both: use layout mono")
    if options.pole_taper and projection not in {"equirect", "vr180"}:
        raise InputError(f"pole taper cannot be used with projection {projection}: it is for equirect and vr180")
    if chosen and projection not in {"perspective", "equirect", "vr180"}:
        raise InputError(
            f"convergence {chosen:g} m cannot be used with projection {projection}, which has none: leave it out"
        )
    least = NEAREST_CONVERGENCE
    if projection != "perspective":
        least = max(least, options.eye_separation)  # nearer, an eye would look to its side rather than ahead
    if chosen is not None and 0 < chosen < least:
        raise InputError(f"convergence {chosen:g} m cannot be used: choose at least {least:g} m, or 0 for none")
    if options.eye_separation >= 2 * rule.farthest:
        raise InputError(
            f"eye separation {options.eye_separation:g} m cannot be used: it is as wide as the whole world, "
            f"{2 * rule.farthest:g} m"
        )
    if layout in {"sbs", "half-sbs"} and width % 2:
        raise InputError(f"width {width} cannot be shared by two eyes side by side: choose an even one")
    if layout == "tb" and height % 2:
        raise InputError(f"height {height} cannot be shared by two eyes above each other: choose an even one")
