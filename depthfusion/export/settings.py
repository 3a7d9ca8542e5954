"""What the artist chooses about a still or video; apart from the code that makes them, as `--help` needs only this."""

from __future__ import annotations

from typing import ClassVar

from depthfusion.export.presets import NONE, PRESETS
from depthfusion.settings import Auto, Choice, File, Flag, Integer, Number, Size, State, Text


class ExportSettings(State):
    """Size, path, time and encoding of what is written."""

    of_video: ClassVar[tuple[str, ...]] = (
        "preset",
        "path",
        "seconds",
        "fps",
        "codec",
        "encoder",
        "quality",
        "audio",
        "audio_loop",
    )

    preset = Choice(NONE, "what it is for: sets projection, layout, size, codec and rate together", tuple(PRESETS))
    size = Auto(Size((1920, 1080), "size of the written picture, both eyes included"))
    at = Number(
        0.0,
        "the time of a moving scene that is shown, or that a video begins with",
        minimum=0,
        maximum=36000,
        unit="s",
    )
    path = Text("sway", "camera path: sway, orbit, dolly, figure-eight, turntable or a path file (.json)")
    seconds = Auto(
        Number(8.0, "length", minimum=0.04, maximum=36000, unit="s"),
        "length of the video in seconds (auto: the path file's or the moving scene's own, else 8)",
    )
    fps = Number(30.0, "frames a second", minimum=1, maximum=120, step=1)
    codec = Choice("auto", "how the video is encoded", ("auto", "h264", "hevc", "hevc10", "av1"))
    encoder = Choice(
        "auto",
        "what encodes it (auto: the hardware where a trial works, else software)",
        ("auto", "software", "nvenc", "qsv", "amf", "videotoolbox", "vaapi"),
    )
    quality = Integer(75, "0 is small and poor, 100 large and hardly compressed", minimum=0, maximum=100)
    audio = File("", "a file whose sound is heard, as long as the video at most")
    audio_loop = Flag(False, "begin the sound again where it is shorter than the video; silence follows otherwise")
