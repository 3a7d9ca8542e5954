"""What each lens and layout is called, what choosing one changes, and the shape of its picture. No Qt."""

from __future__ import annotations

import math
from typing import Any

from depthfusion.camera.frame import default_size
from depthfusion.camera.options import ViewOptions
from depthfusion.studio.words import Words

LENSES = {
    "perspective": Words("Perspective", "As a camera sees it: for screens and televisions", "lens-perspective"),
    "equirect": Words("360°", "All around in one picture: for headsets and 360° players", "lens-equirect"),
    "vr180": Words("VR180", "The half that lies ahead, for both eyes: for headsets", "lens-vr180"),
    "cubemap": Words("Cubemap", "Six square faces: for game engines", "lens-cubemap"),
    "little-planet": Words("Little planet", "The world as a ball, seen from above", "lens-little-planet"),
}
LAYOUTS = {
    "mono": Words("Mono", "One picture for both eyes", "layout-mono"),
    "sbs": Words("Side by side", "The left eye's picture beside the right eye's", "layout-sbs"),
    "half-sbs": Words(
        "Half side by side", "Both eyes squeezed into one picture's width: for 3D televisions", "layout-half-sbs"
    ),
    "tb": Words("Top–bottom", "The left eye's picture above the right eye's", "layout-tb"),
    "anaglyph": Words("Anaglyph", "Both eyes in one picture, for red-cyan glasses", "layout-anaglyph"),
}
_AROUND = {"equirect", "vr180"}
_SHAPED = {*_AROUND, "cubemap"}


def layouts_of(projection: str) -> tuple[str, ...]:
    """Return the layouts that a projection has."""
    return ("mono",) if projection == "cubemap" else ViewOptions.layout.choices


def stereo(view: ViewOptions) -> bool:
    """Whether the eyes' distance matters in a view."""
    return view.layout != "mono" or view.eye != "both"


def relevant(view: ViewOptions, name: str) -> bool:
    """Whether a setting of the view means anything with its lens and layout."""
    if name == "eye":
        return view.layout == "mono" and view.projection != "cubemap"
    if name in {"swap", "eye_separation"}:
        return stereo(view)
    if name == "convergence":
        return stereo(view) and view.projection in {"perspective", *_AROUND}
    if name == "pole_taper":
        return stereo(view) and view.projection in _AROUND
    return name != "fov" or view.projection in view.fov_of


def choosing(view: ViewOptions, projection: str, layout: str | None = None, fov: float | None = None) -> dict[str, Any]:
    """Return what changes in a view when another lens is put on: what that one does not have goes to its default.

    `layout` and `fov` are what it had when it was last on.
    """
    changes: dict[str, Any] = {"projection": projection, "fov": fov}
    changes["layout"] = layout or ("sbs" if projection == "vr180" else view.layout)
    if changes["layout"] not in layouts_of(projection):
        changes["layout"] = "mono"
    if projection == "cubemap" or changes["layout"] != "mono":
        changes["eye"] = "both"
    if projection not in _AROUND:
        changes["pole_taper"] = False
    if projection not in {"perspective", *_AROUND}:
        changes["convergence"] = None
    return changes


def laying_out(layout: str) -> dict[str, Any]:
    """Return what changes in a view when another layout is chosen: one with both eyes has both."""
    return {"layout": layout} if layout == "mono" else {"layout": layout, "eye": "both"}


def fitted(view: ViewOptions, width: int, height: int) -> tuple[int, int, int, int]:
    """Return left, top, width and height of a view's picture on a canvas of so many pixels, in its middle.

    A perspective and a little planet fill it; the others have a shape of their own, that of their default sizes. Both
    lengths are even, and a cubemap's faces square.
    """
    if view.projection in _SHAPED:
        across, down = default_size(view)
        divisor = math.gcd(across, down)
        across, down = across // divisor, down // divisor
        unit = max(min(width // across, height // down) // 2 * 2, 2)
        size = across * unit, down * unit
    else:
        size = max(width // 2 * 2, 2), max(height // 2 * 2, 2)
    return (width - size[0]) // 2, (height - size[1]) // 2, *size
