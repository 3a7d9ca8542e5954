"""Names by which players know a layout."""

from __future__ import annotations

import pytest

from depthfusion.camera.options import LAYOUTS
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
        ("tb", "equirect", "NAME_360_TB.mp4"),
        ("sbs", "vr180", "NAME_180_LR.mp4"),
        ("mono", "cubemap", "NAME_cubemap.mp4"),
    ],
)
def test_names_are_those_that_players_look_for(layout: str, projection: str, name: str) -> None:
    assert suggested_name("NAME", layout, projection) == name


def test_every_layout_has_a_name_of_its_own() -> None:
    assert len({suggested_name("a", layout, "perspective", ".png") for layout in LAYOUTS}) == len(LAYOUTS)
