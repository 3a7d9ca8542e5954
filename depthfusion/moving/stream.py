"""What a video file is, asked of ffmpeg: there is no ffprobe beside it. Nothing is decoded here."""

from __future__ import annotations

import functools
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthfusion.errors import InputError, MachineError
from depthfusion.ffmpeg_program import last_words, start
from depthfusion.picture import MAX_PIXELS

# From this size on, players take pictures that do not say so for BT.709's, below for BT.601's.
_HD_WIDTH, _HD_HEIGHT = 1280, 577
# The names of packed formats count all the values of a pixel.
_BITS = {"48": 16, "64": 16}
_HDR = {"smpte2084": "PQ", "arib-std-b67": "HLG"}


@dataclass(frozen=True, eq=False)
class Stream:
    """The pictures of a video file.

    size: width and height in pixels.
    pixel_format: ffmpeg's name for how they are stored.
    full_range: whether 8-bit values mean 0 to 255 rather than 16 to 235.
    matrix: swscale's name of the matrix from RGB where the file has none of its own; else "auto".
    transfer: how light became values, in ffmpeg's words; empty where the file does not say.
    times: when each frame is shown, float64 [n], in seconds from the first one, rising.
    start: when the first one is shown, in seconds of ffmpeg's clock for the file.
    """

    path: Path
    size: tuple[int, int]
    pixel_format: str
    full_range: bool
    matrix: str
    transfer: str
    times: NDArray[np.float64]
    start: float

    @property
    def period(self) -> float:
        """The mean time in seconds from frame to frame; a single frame lasts a second."""
        return float(self.times[-1]) / (len(self.times) - 1) if len(self.times) > 1 else 1.0

    @property
    def duration(self) -> float:
        """The length in seconds: the last frame lasts as long as the others on average."""
        return float(self.times[-1]) + self.period

    @property
    def bits(self) -> int:
        """The bits of one value."""
        found = re.search(r"(?:p|gray|ya|rgba?|bgra?)(\d\d)(?:le|be)$", self.pixel_format)
        return _BITS.get(found[1], int(found[1])) if found else 8

    @property
    def grey_plane(self) -> str:
        """The plane that holds grey, for ffmpeg's filter `extractplanes`: luma, or green where colours are stored."""
        return "g" if re.search("rgb|bgr|gbr", self.pixel_format) else "y"

    def index_at(self, seconds: float) -> int:
        """Return which frame is shown at a time; before the first one the first, after the last one the last.

        A frame counts from a quarter of a period before its time: files round times to their clock's ticks.
        """
        after = int(np.searchsorted(self.times, seconds + self.period / 4, "right"))
        return min(max(after - 1, 0), len(self.times) - 1)


def probe(path: Path) -> Stream:
    """Read what the video at `path` is: all of the file is passed through once, without decoding it.

    What was found is remembered until the file changes, as a window opens the same one again and again.

    Raises:
        InputError: there is no such file, it holds no video, or is broken.
        MachineError: there is no ffmpeg.
    """
    if not path.is_file():
        what = "is no file" if path.exists() else "does not exist"
        raise InputError(f"{path} {what}; check the name")
    facts = path.stat()
    return _probed(path, facts.st_size, facts.st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _probed(path: Path, _size: int, _modified: int) -> Stream:
    arguments = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", "-i", str(path.absolute())]
    copying = ["-map", "0:V:0", "-c", "copy", "-f", "framecrc", "pipe:1"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start([*arguments, *copying], **pipes) as process:
        try:
            table, said = process.communicate()
        except BaseException:
            process.kill()
            raise
    words = said.decode("utf-8", "replace")
    times = _times(table.decode("ascii"))
    if process.returncode < 0:
        raise MachineError(f"ffmpeg was ended by signal {-process.returncode} while it read {path}; try again")
    if "matches no streams" in words:
        raise InputError(f"{path} has no video in it; give a video of the whole sphere")
    if "partial file" in words:
        raise InputError(f"{path} is cut short: its end is missing; make it or copy it again")
    if process.returncode or not len(times):
        raise InputError(f"{path} is broken or no video ({_reason(words)}); make it or copy it again")
    return described(path, words, times)


def described(path: Path, words: str, times: NDArray[np.float64]) -> Stream:
    """Return the stream that ffmpeg's `words` describe; `times` are those of its frames by ffmpeg's clock."""
    line = re.search(r"Stream #0:\d+\S*: Video: (?!.*\(attached pic\))(.*)", words)
    # Codec, pixel format, size, rates; commas within brackets part nothing.
    parts = [part.strip() for part in re.findall(r"(?:[^,(]|\([^)]*\))+", line[1])] if line else []
    size = next((found for part in parts if (found := re.match(r"(\d+)x(\d+)", part))), None)
    if len(parts) < 2 or size is None:
        raise InputError(f"{path} is broken or holds a video that ffmpeg cannot decode; make it or copy it again")
    width, height = int(size[1]), int(size[2])
    if width * height > 2 * MAX_PIXELS:
        raise InputError(f"{path} is {width}×{height}, larger than what is read; make it smaller")
    pixel_format, _, rest = parts[1].partition("(")
    tags = [tag.strip() for tag in rest.rstrip(")").split(",")]
    # Matrix, primaries and transfer, or one word where all are the same.
    colours = next((tag for tag in tags if "/" in tag or re.match("bt|smpte|gbr|fcc", tag)), "unknown").split("/")
    matrix, transfer = colours[0], colours[-1]
    guess = "bt709" if width >= _HD_WIDTH or height >= _HD_HEIGHT else "bt601"
    mostly_full = re.search("^gray|^ya|^yuvj|rgb|bgr|gbr", pixel_format) is not None
    return Stream(
        path=path,
        size=(width, height),
        pixel_format=pixel_format,
        full_range="pc" in tags or (mostly_full and "tv" not in tags),
        matrix=guess if matrix == "unknown" else "auto",
        transfer="" if transfer == "unknown" else transfer,
        times=times - times[0],
        start=float(times[0]),
    )


def check_colour(stream: Stream) -> None:
    """Raise `InputError` for colours that are not those of an ordinary screen."""
    if stream.transfer in _HDR:
        raise InputError(
            f"{stream.path} is HDR ({_HDR[stream.transfer]}), and only ordinary colours (SDR) are read; convert it"
        )


def _times(table: str) -> NDArray[np.float64]:
    """Return when the frames in a table of packets are shown, in seconds, rising.

    What is to be shown before 0 an edit list cuts away: it is decoded and thrown away.
    """
    tick = 1.0
    found = []
    for line in table.splitlines():
        if line.startswith("#tb"):
            over, under = line.split()[-1].split("/")
            tick = int(over) / int(under)
        elif not line.startswith("#"):
            shown = line.split(",")[2].strip()
            found.append(int(shown))
    ticks = np.sort(np.asarray(found, np.int64))
    return ticks[ticks >= 0].astype(np.float64) * tick


def _reason(words: str) -> str:
    """Return the first complaint among what ffmpeg said."""
    complaints = re.findall(r"^.*(?:not found|Invalid|rror).*$", words, re.MULTILINE)
    return last_words(complaints[0])[:120] if complaints else "no frame in it"
