"""Which encoder a video gets: hardware's after a trial that worked, else software's.

ffmpeg lists encoders whose hardware is not there, and those that are there may not take a size, so that only encoding
a few frames of that size, and decoding them again, tells.
"""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from depthfusion.errors import InputError, MachineError
from depthfusion.export.codecs import CODECS
from depthfusion.export.encoding import SOFTWARE, Encoding, hardware_encoders
from depthfusion.ffmpeg_program import last_words, start

_TRIAL_FRAMES = 3
_TRIAL_SECONDS = 30.0

Trial = Callable[[Encoding], str]


@dataclass(frozen=True)
class Chosen:
    """An encoder by ffmpeg's name, and one line about it for people."""

    encoder: str
    words: str


def choose(asked: str, encoding: Encoding, platform: str = sys.platform, trial: Trial | None = None) -> Chosen:
    """Return the encoder for what was asked: `auto`, `software` or a maker's hardware.

    `trial` encodes a few frames and returns why it did not work, or nothing; ffmpeg's own by default.

    Raises:
        InputError: a maker that has no encoder for this codec or platform.
        MachineError: a maker whose encoder does not work here.
    """
    codec = CODECS[encoding.codec]
    there = hardware_encoders(codec.family, platform)
    software = SOFTWARE[codec.family]
    if asked not in {"auto", "software"}:
        named = f"{codec.family}_{asked}"
        if named not in there:
            makers = ", ".join(name.partition("_")[2] for name in there)
            raise InputError(
                f"encoder {asked} cannot be used for {codec.words} on this system: choose auto or software"
                + f" or {makers}" * bool(makers)
            )
        there = [named]
    for encoder in there if asked != "software" else []:
        why = (trial or _tried)(replace(encoding, encoder=encoder))
        if not why:
            return Chosen(encoder, f"{codec.words} by {encoder}, the hardware's encoder")
        if asked != "auto":
            raise MachineError(f"encoder {asked} does not work here ({why}): choose encoder auto or software")
    reason = "as asked" if asked == "software" else "as no hardware encoder for it works here"
    return Chosen(software, f"{codec.words} by {software}, in software {reason}")


def _tried(encoding: Encoding) -> str:
    """Encode and decode a few frames; return why that did not work, in ffmpeg's words, or nothing."""
    of = encoding.of
    return _trial(encoding.encoder, encoding.codec, encoding.size, encoding.rate, of.bits)


@functools.cache
def _trial(encoder: str, codec: str, size: tuple[int, int], rate: Fraction, bits: int) -> str:
    grey = bytes([128]) if bits == 8 else bytes([0, 128])
    frames = grey * (size[0] * size[1] * 3 // 2 * _TRIAL_FRAMES)
    with tempfile.TemporaryDirectory(prefix="depthfusion-") as folder:
        clip = Path(folder) / "trial.mp4"
        encode = Encoding(size, rate, codec, encoder=encoder).arguments(clip)
        decode = ["-hide_banner", "-nostdin", "-v", "error", "-i", str(clip), "-f", "null", "-"]
        return _failure(encode, frames) or _failure(decode, b"")


def _failure(arguments: list[str], given: bytes) -> str:
    """Run ffmpeg; return its words where it failed, and nothing where it did not."""
    process = start(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with process:
        try:
            _, words = process.communicate(given, _TRIAL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return "it did not come to an end"
        except BaseException:
            process.kill()
            raise
    said = words.decode("utf-8", "replace").partition("\n")[0]
    return (last_words(said) or f"code {process.returncode}") if process.returncode else ""
