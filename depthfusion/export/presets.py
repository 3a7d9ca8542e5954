"""Exports named for their use: each sets size, projection, layout, codec, level, pace and rate together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NONE = "none"


@dataclass(frozen=True)
class Preset:
    """One use.

    Attributes:
        words: what people call it.
        view, export: the values that it sets, of `ViewOptions` and `ExportSettings`; all others stay as they are.
        player: whose limits are warned of, a name of `players.PLAYERS`.
        level: of the codec, which is held while the codec is the preset's own.
        group: the seconds from one frame that a player can begin with to the next, at most.
        peak: megabits a second that are not passed.
        suffix: of the file, or of each file of a sequence.
    """

    words: str
    view: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    export: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    player: str = ""
    level: str = ""
    group: float = 1.0
    peak: float | None = None
    suffix: str = ".mp4"

    def level_for(self, codec: str) -> str:
        """Return the level that a video of `codec` is held to; none where the codec is not the preset's own."""
        return self.level if codec == self.export.get("codec") else ""


_FLAT = {"projection": "perspective", "layout": "mono"}
_AROUND = {"projection": "equirect", "layout": "tb", "level": True}
_FORWARD = {"projection": "vr180", "layout": "sbs", "level": True}
_SQUEEZED = {"projection": "perspective", "layout": "half-sbs"}

PRESETS: dict[str, Preset] = {
    NONE: Preset("No preset"),
    "youtube-360-3d": Preset(
        "YouTube 360° 3D",
        _AROUND,
        {"size": (5120, 5120), "fps": 30.0, "codec": "h264", "quality": 85},
        player="youtube",
        level="6.0",
        group=0.5,
        peak=150,
    ),
    "quest-360": Preset(
        "Quest 3 360° 3D",
        _AROUND,
        {"size": (5760, 5760), "fps": 30.0, "codec": "hevc", "quality": 75},
        player="quest-3",
        level="6.0",
        peak=60,
    ),
    "quest-vr180": Preset(
        "Quest 3 VR180",
        _FORWARD,
        {"size": (5760, 2880), "fps": 30.0, "codec": "hevc", "quality": 75},
        player="quest-3",
        level="6.0",
        peak=60,
    ),
    "tv-3d": Preset(
        "3D television, half side by side",
        _SQUEEZED,
        {"size": (1920, 1080), "fps": 30.0, "codec": "h264", "quality": 80},
        player="tv",
        level="4.1",
        peak=25,
    ),
    "phone": Preset(
        "Phone",
        _FLAT,
        {"size": (1920, 1080), "fps": 30.0, "codec": "h264", "quality": 70},
        player="phone",
        level="4.0",
        peak=15,
    ),
    "web-loop": Preset(
        "Loop on a web page",
        _FLAT,
        {"size": (1280, 720), "fps": 30.0, "codec": "h264", "quality": 60},
        player="browser",
        level="3.1",
        group=0.5,
        peak=6,
    ),
    "archive-png": Preset("Archive: PNG sequence with depth", suffix=".png"),
    "archive-exr": Preset("Archive: EXR sequence with depth", suffix=".exr"),
}
