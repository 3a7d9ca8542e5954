"""Names by which players know a layout."""

from __future__ import annotations

import pytest

from depthfusion.camera.options import LAYOUTS, ViewOptions
from depthfusion.export.names import suggested_name


@pytest.mark.parametrize(
    ("layout", "projection", "name"),
    [
        ("mono", "perspective", "NAME.mp4"),
        ("sbs", "perspective", "NAME_SBS.mp4"),
        ("half-sbs", "perspective", "NAME_HSBS.mp4"),
        ("tb", "perspective", "NAME_TB.mp4"),
        ("anaglyph", "perspective", "NAME_anaglyph.mp4"),
        ("mono", "equirect", "NAME_360.mp4"),
        ("sbs", "equirect", "NAME_360_LR.mp4"),
        ("half-sbs", "equirect", "NAME_360_LR.mp4"),
        ("tb", "equirect", "NAME_360_TB.mp4"),
        ("anaglyph", "equirect", "NAME_360_anaglyph.mp4"),
        ("mono", "vr180", "NAME_180.mp4"),
        ("sbs", "vr180", "NAME_180_LR.mp4"),
        ("half-sbs", "vr180", "NAME_180_LR.mp4"),
        ("tb", "vr180", "NAME_180_TB.mp4"),
        ("mono", "cubemap", "NAME_cubemap.mp4"),
        ("mono", "little-planet", "NAME_little-planet.mp4"),
        ("sbs", "little-planet", "NAME_little-planet_SBS.mp4"),
        ("tb", "little-planet", "NAME_little-planet_TB.mp4"),
    ],
)
def test_names_are_those_that_players_look_for(layout: str, projection: str, name: str) -> None:
    assert suggested_name("NAME", layout, projection) == name


def test_every_layout_has_a_name_of_its_own() -> None:
    assert len({suggested_name("a", layout, "perspective", ".png") for layout in LAYOUTS}) == len(LAYOUTS)


@pytest.mark.parametrize(
    ("layout", "projection", "name"),
    [
        ("sbs", "perspective", "NAME_RL.png"),
        ("tb", "perspective", "NAME_BT.png"),
        ("mono", "perspective", "NAME.png"),
        ("sbs", "vr180", "NAME_180_RL.png"),
        ("tb", "equirect", "NAME_360_BT.png"),
        ("anaglyph", "equirect", "NAME_360_anaglyph.png"),
    ],
)
def test_eyes_the_other_way_round_are_said(layout: str, projection: str, name: str) -> None:
    assert suggested_name("NAME", layout, projection, ".png", swap=True) == name


def test_every_view_has_a_name() -> None:
    for projection in ViewOptions.projection.choices:
        for layout in LAYOUTS:
            assert suggested_name("a", layout, projection, ".png").startswith("a")
