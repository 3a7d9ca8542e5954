"""The sound of a video: what a file holds, and the words that tell ffmpeg how to put it beside the pictures."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from depthfusion.errors import InputError
from depthfusion.ffmpeg_program import start

_COPIED = (".m4a", ".mp4", ".mov", ".m4v")
"""Files whose AAC can be taken as it is: they say how much of its beginning is not to be heard."""
_LOOK_SECONDS = 60


@dataclass(frozen=True)
class Sound:
    """A file's first sound, as long as the pictures at most.

    Attributes:
        file: where it is.
        seconds: how long the pictures are.
        loop: whether it begins again when it ends; otherwise silence follows.
        copied: whether it is taken as it is, which needs AAC; otherwise it is encoded as AAC.
    """

    file: Path
    seconds: Fraction
    loop: bool = False
    copied: bool = False

    @property
    def input(self) -> list[str]:
        """The arguments of ffmpeg that read it."""
        again = ["-stream_loop", "-1"] if self.loop else []
        return [*again, "-t", f"{float(self.seconds):.6f}", "-i", f"file:{self.file}"]

    @property
    def output(self) -> list[str]:
        """The arguments of ffmpeg that write it."""
        return ["-c:a", "copy"] if self.copied else ["-c:a", "aac", "-b:a", "256k"]


@dataclass(frozen=True)
class Heard:
    """What a file's first sound is: its codec, and how long the file is in seconds, None where it does not say."""

    codec: str
    seconds: float | None


def understand(words: str) -> Heard | None:
    """Return what ffmpeg's words about a file say of its first sound; None where it has none."""
    stream = re.search(r"Stream #0:\d+.*?: Audio: (\w+)", words)
    if stream is None:
        return None
    time = re.search(r"Duration: (\d+):(\d+):(\d+(?:\.\d+)?)", words)
    seconds = None if time is None else int(time[1]) * 3600 + int(time[2]) * 60 + float(time[3])
    return Heard(stream[1], seconds)


def read(name: str, seconds: Fraction, *, loop: bool) -> Sound:
    """Return the sound of the file `name` for pictures that are `seconds` long.

    Raises `InputError` for a file that is not there or has no sound that ffmpeg can read.
    """
    file = Path(name)
    try:
        with file.open("rb"):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"audio {name} cannot be read ({reason}): name a sound file that is there") from None
    asked = ["-hide_banner", "-nostdin", "-i", f"file:{file}", "-map", "0:a:0", "-t", "0.1", "-f", "s16le", "-"]
    with start(asked, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            samples, words = process.communicate(timeout=_LOOK_SECONDS)
        except BaseException as error:
            process.kill()
            if isinstance(error, subprocess.TimeoutExpired):
                raise InputError(f"audio {name} cannot be read in {_LOOK_SECONDS} s: convert it to WAV") from None
            raise
    heard = understand(words.decode("utf-8", "replace"))
    if heard is None or process.returncode or not samples:
        why = "ffmpeg cannot decode it" if heard is not None and process.returncode else "there is no sound in it"
        raise InputError(f"audio {name} cannot be used because {why}: name a WAV, FLAC, MP3, AAC or other sound file")
    plain = heard.codec == "aac" and file.suffix.lower() in _COPIED and not loop
    return Sound(file, seconds, loop, plain)
