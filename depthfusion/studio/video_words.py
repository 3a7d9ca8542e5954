"""What the dialog for videos says and does: uses, camera paths, sizes and warnings. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from depthfusion.camera.frame import default_size
from depthfusion.camera.options import ViewOptions
from depthfusion.camera.path import frame_rate
from depthfusion.camera.presets import DEFAULT_SECONDS
from depthfusion.camera.presets import PRESETS as PATHS
from depthfusion.errors import InputError, MachineError
from depthfusion.export import codecs, players
from depthfusion.export.codecs import CODECS
from depthfusion.export.names import suggested_name
from depthfusion.export.presets import NONE, PRESETS, Preset
from depthfusion.export.settings import ExportSettings
from depthfusion.studio import lenses
from depthfusion.studio.export_words import by, free, problem
from depthfusion.studio.words import Words
from ldm3d.amounts import in_words

PATH_WORDS = {
    "sway": Words("Sway", "Gently from side to side", "path-sway"),
    "orbit": Words("Orbit", "Around the middle, looking ahead", "path-orbit"),
    "dolly": Words("Dolly", "Ahead and back", "path-dolly"),
    "figure-eight": Words("Eight", "A figure eight", "path-figure-eight"),
    "turntable": Words("Turn", "Once all around on the spot", "path-turntable"),
}
CODEC_NAMES = {"auto": "Automatic", **{name: codec.words for name, codec in CODECS.items()}}
ENCODER_NAMES = {
    "auto": "Hardware where it works",
    "software": "Software",
    "nvenc": "NVIDIA's hardware",
    "qsv": "Intel's hardware",
    "amf": "AMD's hardware",
    "videotoolbox": "Apple's hardware",
    "vaapi": "Linux hardware (VA-API)",
}
_ICONS = {
    NONE: "picture",
    "youtube-360-3d": "lens-equirect",
    "quest-360": "lens-equirect",
    "quest-vr180": "lens-vr180",
    "tv-3d": "tv",
    "phone": "phone",
    "web-loop": "loop",
    "archive-png": "frames",
    "archive-exr": "frames",
}


class _InTheWindow(players.Wording):
    """What warnings call what can be chosen: as the dialog does."""

    times = " × "

    def codec(self, name: str) -> str:
        return CODEC_NAMES[name]

    def projections(self, names: Sequence[str]) -> str:
        return players.either([lenses.LENSES[name].name for name in names])

    def projection(self, name: str) -> str:
        return f"the lens {lenses.LENSES[name].name}"


_IN_THE_WINDOW = _InTheWindow()


def uses() -> dict[str, Words]:
    """Return the uses of a video in words, by the presets' names."""
    return {name: Words(_name(name, use), _line(name, use), _ICONS.get(name, "video")) for name, use in PRESETS.items()}


def _name(name: str, use: Preset) -> str:
    return "As the canvas shows it" if name == NONE else use.words


def _line(name: str, use: Preset) -> str:
    if name == NONE:
        return "The lens, layout and size that you choose"
    if in_pictures(use):
        return "A picture and its distances for every frame"
    view, export = use.view, use.export
    shown = _shown(view["projection"], view["layout"])
    return f"{shown}, {by(export['size'])}, {CODECS[export['codec']].words}"


def _shown(projection: str, layout: str) -> str:
    """Return lens and layout in words, without what goes without saying."""
    lens, eyes = lenses.LENSES[projection].name, lenses.LAYOUTS[layout].name
    if projection == "perspective":
        return "One picture" if layout == "mono" else eyes
    return lens if layout == "mono" else f"{lens}, {eyes.lower()}"


def in_pictures(use: Preset) -> bool:
    """Whether a use writes pictures rather than a video."""
    return use.suffix != ".mp4"


def using(view: ViewOptions, export: ExportSettings, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what changes in view and export when a use is chosen.

    What the last use had set goes back to its default where it was not changed since.
    """
    before, after = PRESETS[export.preset], PRESETS[name]
    back = {
        key: getattr(ExportSettings, key).default
        for key, value in before.export.items()
        if getattr(export, key) == value
    }
    changes: dict[str, Any] = {}
    if "level" in before.view and view.level:
        changes["level"] = False
    if "projection" in after.view:
        changes |= lenses.choosing(view, after.view["projection"], after.view["layout"], _fov(view, after))
    return changes | dict(after.view), back | dict(after.export) | {"preset": name}


def _fov(view: ViewOptions, use: Preset) -> float | None:
    return view.fov if view.projection == use.view["projection"] else None


@dataclass(frozen=True)
class Clip:
    """What would be written: view and export settings, the world's file, and the seconds of a path of its own.

    `seconds` is None where the export's length is meant by itself, and 0 where only the path file knows.
    """

    view: ViewOptions
    export: ExportSettings
    source: Path
    seconds: float | None = None

    @property
    def use(self) -> Preset:
        """The preset."""
        return PRESETS[self.export.preset]

    @property
    def size(self) -> tuple[int, int]:
        """Both eyes included."""
        return self.export.size or default_size(self.view)

    @property
    def codec(self) -> str:
        """The codec's name."""
        return codecs.choose(self.export.codec, self.size)

    @property
    def length(self) -> float:
        """Seconds, 0 where they are not known."""
        if self.export.seconds is not None:
            return self.export.seconds
        if self.seconds is not None:
            return self.seconds
        return DEFAULT_SECONDS if self.export.path in PATHS else 0.0

    @property
    def trial(self) -> tuple[object, ...]:
        """What it depends on which encoder is taken."""
        return self.size, self.export.fps, self.codec, self.export.encoder, in_pictures(self.use)

    def proposed(self) -> Path:
        """Return the file, where nothing is yet; pictures get a folder of their own."""
        view = self.view
        stem = suggested_name(self.source.stem, view.layout, view.projection, "", swap=view.swap)
        if in_pictures(self.use):
            return free(stem, "").with_suffix(self.use.suffix)
        return free(stem, self.use.suffix)

    def told(self) -> str:
        """Return what would be written, in a sentence or two."""
        rate = f"{self.export.fps:g} frames a second"
        seconds = f"{round(self.length, 2):g} s, " if self.length else ""
        text = f"{_shown(self.view.projection, self.view.layout)}, {by(self.size)}, {seconds}{rate}"
        if in_pictures(self.use):
            frames = f"{round(self.length * self.export.fps)} pictures" if self.length else "Pictures"
            return f"{text}. {frames} go into a folder of that name; an export that was stopped goes on there."
        most = ""
        if self.use.peak and self.length:
            most = f", at most {in_words(self.use.peak * 1e6 / 8 * self.length)}"
        return f"{text}, {CODECS[self.codec].words}{most}."

    def warnings(self) -> list[str]:
        """Return what cannot be, else what its player cannot show, as sentences without their full stops."""
        wrong = problem(self.view, self.size) or self.impossible()
        if wrong:
            return [wrong]
        if in_pictures(self.use):
            return []
        written = players.Written(
            self.codec, self.size, frame_rate(self.export.fps), self.view.projection, self.view.layout
        )
        return players.warnings(written, self.use.player, _IN_THE_WINDOW)

    def impossible(self) -> str:
        """Return why it cannot be written, or nothing."""
        from depthfusion.export import sequence

        try:
            if in_pictures(self.use):
                sequence.check(self.export)
            else:
                codecs.check_size(self.size, self.codec)
        except InputError as error:
            return str(error)
        return problem(self.view, self.size)

    def copy(self) -> Clip:
        """Return what it is now, for another thread."""
        return replace(self, view=self.view.copy(), export=self.export.copy())

    def encoder(self) -> str:
        """Find out what would encode it, which may take seconds, and say so in words."""
        from depthfusion.export import hardware
        from depthfusion.export.encoding import Encoding

        encoding = Encoding(self.size, Fraction(frame_rate(self.export.fps)), self.codec, self.export.quality)
        try:
            return hardware.choose(self.export.encoder, encoding).words
        except (InputError, MachineError) as error:
            return str(error)
