"""Exports named for their use, and the warnings of what their players cannot decode."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from depthfusion.camera.frame import compose, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.errors import InputError
from depthfusion.export import chosen, codecs, levels
from depthfusion.export.jobs import VideoJob
from depthfusion.export.players import PLAYERS, Written, warnings
from depthfusion.export.presets import NONE, PRESETS
from depthfusion.export.settings import ExportSettings
from depthfusion.look import Displacement
from depthfusion.project import Project, override

VIDEOS = [name for name, preset in PRESETS.items() if preset.player]


def written(view: ViewOptions, export: ExportSettings) -> Written:
    assert export.size is not None
    codec = codecs.choose(export.codec, export.size)
    return Written(codec, export.size, Fraction(export.fps), view.projection, view.layout)


def applied(name: str) -> tuple[ViewOptions, ExportSettings]:
    view, export = ViewOptions(), ExportSettings()
    chosen.apply(name, view, export)
    return view, export


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_makes_a_frame_of_its_own_layout(name: str) -> None:
    view, export = applied(name)
    assert export.preset == name
    if export.size:
        codecs.check_size(export.size, codecs.choose(export.codec, export.size))
        assert compose(view, pose_of(view), view.field_of_view, export.size, Displacement()).size == export.size


@pytest.mark.parametrize("name", VIDEOS)
def test_what_a_preset_sets_its_player_decodes_within_its_level(name: str) -> None:
    view, export = applied(name)
    assert warnings(written(view, export), PRESETS[name].player) == []
    family = codecs.CODECS[export.codec].family
    held = next(level for level in levels.LEVELS[family] if level.name == PRESETS[name].level)
    assert levels.within(family, levels.needed(family, export.size or (0, 0), Fraction(export.fps)), held.name)
    assert (PRESETS[name].peak or 0) <= held.megabits
    assert held.name == PRESETS[name].level_for(export.codec)
    assert PRESETS[name].level_for("av1") == ""


def test_uses_are_named_as_players_look_for_them() -> None:
    names = {name: chosen.named("sea", *applied(name)) for name in PRESETS}
    assert names == {
        "none": "sea.mp4",
        "youtube-360-3d": "sea_360_TB.mp4",
        "quest-360": "sea_360_TB.mp4",
        "quest-vr180": "sea_180_LR.mp4",
        "tv-3d": "sea_HSBS.mp4",
        "phone": "sea.mp4",
        "web-loop": "sea.mp4",
        "archive-png": "sea.png",
        "archive-exr": "sea.exr",
    }


def test_values_given_beside_a_preset_hold() -> None:
    view, export = chosen.settings({"layout": "mono"}, {"preset": "quest-360", "size": [1024, 512]})
    assert (view.projection, view.layout, view.level) == ("equirect", "mono", True)
    assert (export.size, export.codec) == ((1024, 512), "hevc")
    project = Project(Path("sea.png"))
    override(project, {}, {"projection": "vr180", "layout": "sbs"}, {"fps": 24.0, "preset": "tv-3d"}, moving=True)
    assert (project.view.projection, project.view.layout, project.export.size) == ("vr180", "sbs", (1920, 1080))
    assert (project.export.fps, project.export.preset) == (24.0, "tv-3d")


def test_without_a_preset_nothing_is_set() -> None:
    assert chosen.settings({}, {}) == (ViewOptions(), ExportSettings())
    assert applied(NONE) == (ViewOptions(), ExportSettings())
    assert applied("archive-exr") == (ViewOptions(), ExportSettings(preset="archive-exr"))


HD = Written("h264", (1920, 1080), Fraction(30))


@pytest.mark.parametrize(
    ("made", "player", "word"),
    [
        (replace(HD, size=(4096, 4096)), "", r"needs level 6.0 of H.264, .* --codec hevc"),
        (replace(HD, codec="hevc", size=(8192, 8192)), "", "beyond every level of HEVC"),
        (replace(HD, codec="av1"), "", "recent players alone"),
        (replace(HD, codec="hevc"), "tv", r"3D television does not decode HEVC: choose --codec h264$"),
        (replace(HD, rate=Fraction(60)), "tv", r"up to level 4\.1, and 1920x1080 at 60 .* needs level 4\.2"),
        (replace(HD, size=(3840, 1080)), "tv", "ends at 1920 pixels a side"),
        (
            replace(HD, projection="equirect"),
            "tv",
            "projection equirect: choose --projection perspective",
        ),
        (replace(HD, codec="hevc10"), "browser", "every browser does not decode HEVC in 10 bits"),
        (
            replace(HD, codec="av1"),
            "phone",
            r"not decode AV1: choose --codec h264, --codec hevc or --codec hevc10$",
        ),
        (replace(HD, codec="hevc", size=(7680, 7680)), "quest-3", "Quest 3 decodes HEVC up to level 6.1"),
        (replace(HD, codec="h264", size=(5760, 5760)), "quest-3", "Quest 3 decodes H.264 up to level 5.2"),
        (replace(HD, projection="little-planet"), "quest-3", "choose --projection perspective, equirect or vr180$"),
        (replace(HD, codec="hevc", size=(8194, 4096)), "youtube", "YouTube ends at 8192 pixels a side"),
    ],
)
def test_what_cannot_be_decoded_is_warned_of_in_one_sentence(made: Written, player: str, word: str) -> None:
    said = " | ".join(warnings(made, player))
    assert "\n" not in said

    assert re.search(word, said), said


@pytest.mark.parametrize("player", ["", *PLAYERS])
def test_1080p_in_h264_plays_everywhere(player: str) -> None:
    assert warnings(HD, player) == []


def test_a_job_warns_before_it_runs(world: Path, tmp_path: Path) -> None:
    export = {"preset": "tv-3d", "codec": "hevc"}
    assert VideoJob(str(world), str(tmp_path / "a.mp4"), export=export).warnings() == [
        "a 3D television does not decode HEVC: choose --codec h264"
    ]
    assert VideoJob(str(world), str(tmp_path / "a.mp4")).warnings() == []
    assert VideoJob(str(world), str(tmp_path / "a.png"), export=export).warnings() == []  # pictures need no decoder


def test_a_preset_of_pictures_needs_a_name_of_pictures(world: Path, tmp_path: Path) -> None:
    from depthfusion.jobs.progress import Progress

    job = VideoJob(str(world), str(tmp_path / "a.mp4"), export={"preset": "archive-exr"})
    with pytest.raises(InputError, match=r"preset archive-exr, which writes pictures: end its name in \.exr"):
        job.run(Progress())


def test_the_documentation_has_every_preset_as_it_is() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "video.md").read_text(encoding="utf-8")
    rows = {row[0].strip("` "): row for line in page.splitlines() if len(row := line.split("|")[1:]) == 8}
    for name in PRESETS:
        if name == NONE:
            continue
        _, _, size, codec, rate, *_ = rows[name]
        view, export = applied(name)
        if export.size is not None:
            assert f"{export.size[0]}×{export.size[1]}" in size
            assert codec.strip() == f"{codecs.CODECS[export.codec].words} {PRESETS[name].level}"
            assert rate.strip() == f"{export.quality}, {PRESETS[name].peak} Mbit/s"
            assert (f"`{view.projection}`" in size) == (view.projection != "perspective")
