"""What the artist chooses about a still or video; apart from the code that makes them, as `--help` needs only this."""

from __future__ import annotations

from typing import ClassVar

from depthfusion.settings import Auto, Choice, Integer, Number, Size, State, Text


class ExportSettings(State):
    """Size, path, time and encoding of what is written."""

    of_video: ClassVar[tuple[str, ...]] = ("path", "seconds", "fps", "codec", "quality")

    size = Auto(Size((1920, 1080), "size of the written picture, both eyes included"))
    path = Text("sway", "camera path: sway, orbit, dolly, figure-eight, turntable or a path file (.json)")
    seconds = Auto(
        Number(8.0, "length", minimum=0.04, maximum=36000, unit="s"),
        "length of the video in seconds (auto: 8, or the path file's own)",
    )
    fps = Number(30.0, "frames a second", minimum=1, maximum=120, step=1)
    codec = Choice("auto", "how the video is encoded", ("auto", "h264", "hevc"))
    quality = Integer(75, "0 is small and poor, 100 large and hardly compressed", minimum=0, maximum=100)
