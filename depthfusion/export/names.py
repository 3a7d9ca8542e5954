"""File names by which players know how a picture or video is to be shown."""

from __future__ import annotations

_PROJECTIONS = {"perspective": "", "equirect": "_360", "vr180": "_180"}
_FLAT = {"mono": "", "sbs": "_SBS", "half-sbs": "_HSBS", "tb": "_TB", "anaglyph": "_anaglyph"}
_AROUND = {**_FLAT, "sbs": "_LR"}


def suggested_name(stem: str, layout: str, projection: str, suffix: str = ".mp4") -> str:
    """Return the name that players look for: NAME.mp4, NAME_SBS.mp4, NAME_360.mp4, NAME_360_TB.mp4, NAME_180_LR.mp4."""
    layouts = _FLAT if projection == "perspective" else _AROUND
    return f"{stem}{_PROJECTIONS.get(projection, '_' + projection)}{layouts[layout]}{suffix}"
