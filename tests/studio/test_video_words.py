"""What the dialog for videos says."""

from __future__ import annotations

from pathlib import Path

import pytest

from depthfusion.camera.options import ViewOptions
from depthfusion.camera.presets import PRESETS as PATHS
from depthfusion.export.codecs import CODECS
from depthfusion.export.presets import PRESETS
from depthfusion.export.settings import ExportSettings
from depthfusion.resources import assets
from depthfusion.studio import video_words
from depthfusion.studio.video_words import Clip

SOURCE = Path("beach.png")


def clip(**export: object) -> Clip:
    return Clip(ViewOptions(), ExportSettings(**export), SOURCE)


def test_every_use_path_codec_and_encoder_has_words() -> None:
    assert list(video_words.uses()) == list(PRESETS)
    assert list(video_words.PATH_WORDS) == list(PATHS)
    assert set(video_words.CODEC_NAMES) == set(ExportSettings.codec.choices) == {"auto", *CODECS}
    assert set(video_words.ENCODER_NAMES) == set(ExportSettings.encoder.choices)
    for words in (*video_words.uses().values(), *video_words.PATH_WORDS.values()):
        assert (assets() / f"icon-{words.icon}.svg").is_file()


@pytest.mark.parametrize("name", PRESETS)
def test_a_use_is_complete_and_can_be_shown_by_its_player(name: str) -> None:
    view, export = ViewOptions(projection="little-planet", layout="tb", fov=300.0), ExportSettings()
    for values, state in zip(video_words.using(view, export, name), (view, export), strict=True):
        state.update(values)
    assert Clip(view, export, SOURCE).warnings() == []


def test_the_size_that_is_not_exceeded_is_told_where_there_is_a_limit() -> None:
    assert "at most 15.0 MB" in clip(preset="phone", codec="h264", seconds=8.0).told()
    assert "at most" not in clip().told()


def test_a_path_file_s_length_is_not_invented() -> None:
    assert clip(path="mine.json").length == 0
    assert " s, " not in clip(path="mine.json").told()
    assert Clip(ViewOptions(), ExportSettings(), SOURCE, 5.8333).told().startswith("One picture, 1920 × 1080, 5.83 s")


def test_what_cannot_be_is_a_sentence_without_the_command_line_s_dashes() -> None:
    assert "even numbers" in clip(size=(101, 100)).impossible()
    (warning,) = clip(size=(5760, 5760), codec="h264").warnings()
    assert warning == (
        "5760 × 5760 at 30 frames a second needs level 6.0 of H.264, which most players cannot decode: choose HEVC"
    )
    planet = ViewOptions(projection="little-planet")
    warnings = Clip(planet, ExportSettings(preset="quest-360"), SOURCE).warnings()
    assert warnings[-1] == "Quest 3 does not show the lens Little planet: choose Perspective, 360° or VR180"
