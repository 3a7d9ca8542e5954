"""How a video is encoded: by which encoder, how hard it compresses, and the words that tell ffmpeg so.

Pure functions; whether an encoder works on this machine `hardware` finds out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from depthfusion.export.codecs import CODECS, Codec
from depthfusion.export.sound import Sound

SOFTWARE = {"h264": "libx264", "hevc": "libx265", "av1": "libsvtav1"}
# The makers of hardware encoders that each platform may have, the best first.
HARDWARE = {"linux": ("nvenc", "qsv", "amf", "vaapi"), "win32": ("nvenc", "qsv", "amf"), "darwin": ("videotoolbox",)}
MAKERS = ("nvenc", "qsv", "amf", "videotoolbox", "vaapi")

_TAGS = "color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"


def hardware_encoders(family: str, platform: str) -> list[str]:
    """Return ffmpeg's names of the hardware encoders that a `sys.platform` may have for a codec's family."""
    makers = HARDWARE.get(platform, ())
    return [f"{family}_{maker}" for maker in makers if not (family == "av1" and maker == "videotoolbox")]


@dataclass(frozen=True)
class Encoding:
    """One video's encoding.

    Attributes:
        size: width and height in pixels.
        rate: frames a second.
        codec: a name of `CODECS`.
        quality: 0 to 100.
        threads: how many the encoder uses.
        title: for players to show.
        encoder: ffmpeg's name of it; the software's where empty.
        level: such as 4.1, which the software encoders of H.264 and HEVC hold; their own choice where empty.
        group: the seconds from one frame that a player can begin with to the next, at most.
        peak: megabits a second that are not passed over a second or two; no limit where None. Held by the software
            encoders and by nvenc.
        sound: what is heard.
    """

    size: tuple[int, int]
    rate: Fraction
    codec: str = "h264"
    quality: int = 75
    threads: int = 1
    title: str = ""
    encoder: str = ""
    level: str = ""
    group: float = 1.0
    peak: float | None = None
    sound: Sound | None = None

    @property
    def of(self) -> Codec:
        """What is known of the codec."""
        return CODECS[self.codec]

    @property
    def by(self) -> str:
        """The encoder, by ffmpeg's name."""
        return self.encoder or SOFTWARE[self.of.family]

    @property
    def maker(self) -> str:
        """Whose hardware encodes; empty for software."""
        return self.by.partition("_")[2]

    def arguments(self, output: Path) -> list[str]:
        """Return ffmpeg's arguments that turn planes on its standard input into the MP4 file `output`.

        The planes are those of `render.readback`: NV12, or P010 with 10 bits, BT.709 in limited range, chroma sited
        left; the file is tagged so. Groups of pictures are closed. The count of frames is what comes in, each 1/rate
        long.
        """
        width, height = self.size
        rate = f"{self.rate.numerator}/{self.rate.denominator}"
        planes = "nv12" if self.of.bits == 8 else "p010le"
        video_filter = f"format={self._pixels()},setparams={_TAGS}"
        if self.maker == "vaapi":
            video_filter += ",hwupload"
        return [
            *("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y"),
            *("-filter_threads", str(self.threads)),
            *("-init_hw_device", "vaapi=va", "-filter_hw_device", "va") * (self.maker == "vaapi"),
            *("-f", "rawvideo", "-pixel_format", planes, "-video_size", f"{width}x{height}", "-framerate", rate),
            *("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
            *("-chroma_sample_location", "left", "-i", "pipe:0"),
            *(self.sound.input if self.sound else ()),
            *("-map", "0:v:0", "-vf", video_filter, "-fps_mode", "passthrough"),
            *self._codec_arguments(),
            *("-chroma_sample_location", "left", "-tag:v", self.of.tag),
            *(("-map", "1:a:0", *self.sound.output) if self.sound else ("-an",)),
            *("-metadata", f"title={self.title}") * bool(self.title),
            *("-movflags", "+faststart", "-f", "mp4", str(output)),
        ]

    def _pixels(self) -> str:
        """Return the pixel format that the encoder takes."""
        if self.of.bits == 10:
            return "p010le" if self.maker else "yuv420p10le"
        return "nv12" if self.maker or self.by == "libx264" else "yuv420p"

    def _codec_arguments(self) -> list[str]:
        frames = max(math.floor(self.rate * Fraction(self.group)), 1)
        factor = rate_factor(self.codec, self.quality)
        own = ["-c:v", self.by, "-g", str(frames)]
        if not self.maker:
            own += self._software_arguments(factor, frames)
        elif self.maker == "nvenc":
            own += ["-preset", "p5", "-tune", "hq", "-rc", "vbr", "-cq", f"{factor:.1f}", "-b:v", "0"]
        elif self.maker == "qsv":
            own += ["-preset", "medium", "-global_quality", str(round(factor)), "-idr_interval", "0"]
        elif self.maker == "amf":
            own += ["-quality", "quality", "-rc", "cqp", *self._quantisers(factor, "-qp_i", "-qp_p")]
        elif self.maker == "vaapi":
            own += ["-rc_mode", "CQP", *self._quantisers(factor, "-global_quality")]
        else:  # videotoolbox counts quality as people do
            own += ["-q:v", str(max(self.quality, 1))]
        if self.of.bits == 10 and self.maker:
            own += ["-profile:v", "main10"]
        if self.peak is not None and self.maker in {"", "nvenc"}:
            own += ["-maxrate", f"{self.peak:g}M", "-bufsize", f"{2 * self.peak:g}M"]
        return own

    def _software_arguments(self, factor: float, frames: int) -> list[str]:
        crf = f"{factor:.1f}"
        if self.by == "libx264":
            # Vertical motion vectors of at most 511 keep the decoders of headsets within their level.
            level = ("-level:v", self.level) * bool(self.level)
            coder = ("-preset", "veryfast", "-x264-params", "open-gop=0:mvrange=511", *level)
            return [*coder, "-crf", crf, "-keyint_min", str(max(frames // 2, 1)), "-threads", str(self.threads)]
        if self.by == "libx265":
            extra = f"open-gop=0:log-level=error:pools={self.threads}" + f":level-idc={self.level}" * bool(self.level)
            return ["-preset", "veryfast", "-x265-params", extra, "-crf", crf, "-keyint_min", str(max(frames // 2, 1))]
        return ["-preset", "8", "-crf", str(round(factor)), "-svtav1-params", f"irefresh-type=2:lp={self.threads}"]

    def _quantisers(self, factor: float, *names: str) -> list[str]:
        """Return a constant quantiser; AV1 counts it from 0 to 255, the others to 51."""
        number = round(factor * 5) if self.of.family == "av1" else round(factor)
        return [word for name in names for word in (name, str(number))]


def rate_factor(codec: str, quality: int) -> float:
    """Return the constant rate factor of a `quality` from 0 to 100: 36 − 0.24·quality for H.264, 2 more for HEVC.

    That is 36 at 0, 18 (hardly to be told from the original) at 75 and 12 at 100. AV1's scale is another:
    55 − 0.4·quality.
    """
    family = CODECS[codec].family
    if family == "av1":
        return 55.0 - 0.4 * quality
    return 36.0 - 0.24 * quality + (2.0 if family == "hevc" else 0.0)
