"""File names by which players know how a picture or video is to be shown."""

from __future__ import annotations

_PROJECTIONS = {"perspective": "", "equirect": "_360", "vr180": "_180"}
_FLAT = {"mono": "", "sbs": "_SBS", "half-sbs": "_HSBS", "tb": "_TB", "anaglyph": "_anaglyph"}
# Around the viewer players ask only which half is whose eye's: each half is the whole sphere, squeezed or not.
_AROUND = {**_FLAT, "sbs": "_LR", "half-sbs": "_LR"}
_SWAPPED = {"sbs": "_RL", "half-sbs": "_RL", "tb": "_BT"}


def suggested_name(stem: str, layout: str, projection: str, suffix: str = ".mp4", *, swap: bool = False) -> str:
    """Return the name that players look for: NAME.mp4, NAME_SBS.mp4, NAME_360.mp4, NAME_360_TB.mp4, NAME_180_LR.mp4.

    With the eyes exchanged (`swap`) it ends in _RL or _BT.
    """
    layouts = _AROUND if projection in {"equirect", "vr180"} else _FLAT
    eyes = _SWAPPED.get(layout, layouts[layout]) if swap else layouts[layout]
    return f"{stem}{_PROJECTIONS.get(projection, '_' + projection)}{eyes}{suffix}"
