"""What players decode, and the warnings that follow. Pure functions; the sources stand in docs/video.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from depthfusion.export import levels
from depthfusion.export.codecs import CODECS


@dataclass(frozen=True)
class Written:
    """What a player is given: a codec by its name, its size and rate, and how it is to be shown."""

    codec: str
    size: tuple[int, int]
    rate: Fraction
    projection: str = "perspective"
    layout: str = "mono"


@dataclass(frozen=True)
class Player:
    """What one kind of player is known to show.

    Attributes:
        words: what people call it.
        decodes: the highest level of each codec, by the codec's name; those that are missing it does not decode.
        longest: the most pixels a side.
        pace: the most pixels a second.
        shows: the projections that it knows; all where empty.
        halves: whether it expects both eyes in one picture of the usual size.
    """

    words: str
    decodes: dict[str, str]
    longest: int = 16_384
    pace: int = 1 << 40
    shows: tuple[str, ...] = ()


PLAYERS = {
    "youtube": Player("YouTube", {"h264": "6.2", "hevc": "6.2", "hevc10": "6.2", "av1": "6.2"}, longest=8192),
    "quest-3": Player(
        "Quest 3",
        {"h264": "5.2", "hevc": "6.1", "hevc10": "6.1", "av1": "6.0"},
        longest=8192,
        pace=8192 * 4096 * 60,
        shows=("perspective", "equirect", "vr180"),
    ),
    "tv": Player("a 3D television", {"h264": "4.1"}, longest=1920, shows=("perspective",)),
    "phone": Player("a phone", {"h264": "5.1", "hevc": "5.1", "hevc10": "5.1"}, longest=4096),
    "browser": Player("every browser", {"h264": "5.2"}, longest=4096),
}


class Wording:
    """What sentences call things that can be chosen: here as the command line has them."""

    times = "x"

    def codec(self, name: str) -> str:
        """Return what to choose for a codec."""
        return f"--codec {name}"

    def projections(self, names: Sequence[str]) -> str:
        """Return what to choose for one of these projections."""
        return f"--projection {either(names)}"

    def projection(self, name: str) -> str:
        """Return what a projection is called."""
        return f"projection {name}"


_OPTIONS = Wording()


def warnings(written: Written, player: str = "", wording: Wording = _OPTIONS) -> list[str]:
    """Return a sentence for everything about a video that the player it is meant for cannot decode or show.

    `player` is a name of `PLAYERS`; without one the sentences are about what most players do.
    """
    known = PLAYERS.get(player)
    return list(_in_general(written, wording) if known is None else _of(known, written, wording))


def _in_general(written: Written, wording: Wording) -> Iterator[str]:
    codec = CODECS[written.codec]
    level = levels.needed(codec.family, written.size, written.rate)
    what = _what(written, wording)
    if level is None:
        yield f"{what} is beyond every level of {codec.words}: few players can decode it; choose a smaller size"
    elif codec.family == "h264" and not levels.within("h264", level, "5.2"):
        better = wording.codec("hevc")
        yield f"{what} needs level {level.name} of H.264, which most players cannot decode: choose {better}"
    elif codec.family == "av1":
        yield f"AV1 is decoded in hardware by recent players alone: {wording.codec('hevc')} reaches more of them"


def _of(player: Player, written: Written, wording: Wording) -> Iterator[str]:
    codec, (width, height) = CODECS[written.codec], written.size
    level = levels.needed(codec.family, written.size, written.rate)
    highest = player.decodes.get(written.codec)
    what = _what(written, wording)
    if highest is None:
        known = either([wording.codec(name) for name in player.decodes])
        yield f"{player.words} does not decode {codec.words}: choose {known}"
    elif not levels.within(codec.family, level, highest):
        needs = f"needs level {level.name}" if level else "is beyond every level"
        yield (
            f"{player.words} decodes {codec.words} up to level {highest}, and {what} {needs}: choose a smaller size, "
            "fewer frames a second or another codec"
        )
    if max(width, height) > player.longest:
        yield f"{player.words} ends at {player.longest} pixels a side, and {what} is larger: choose a smaller size"
    elif width * height * written.rate > player.pace:
        yield f"{player.words} cannot decode {what} fast enough: choose a smaller size or fewer frames a second"
    if player.shows and written.projection not in player.shows:
        shown = wording.projections(player.shows)
        yield f"{player.words} does not show {wording.projection(written.projection)}: choose {shown}"


def either(names: Sequence[str]) -> str:
    """Return words to choose from: a, b or c."""
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _what(written: Written, wording: Wording) -> str:
    return f"{written.size[0]}{wording.times}{written.size[1]} at {float(written.rate):g} frames a second"
