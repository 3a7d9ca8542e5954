"""Every lens of the canvas: its words, what choosing it changes, its shape, and how the hand turns it."""

from __future__ import annotations

import numpy as np
import pytest

from depthfusion.camera.frame import compose, pose_of
from depthfusion.camera.lens import Cubemap, Equirect, Lens, LittlePlanet
from depthfusion.camera.options import LAYOUTS, PROJECTIONS, ViewOptions
from depthfusion.look import Displacement
from depthfusion.resources import assets
from depthfusion.studio import lenses, navigation
from depthfusion.studio.navigation import Eye

SHAPES = {
    ("equirect", "mono"): 2,
    ("equirect", "sbs"): 4,
    ("equirect", "half-sbs"): 2,
    ("equirect", "tb"): 1,
    ("vr180", "mono"): 1,
    ("vr180", "sbs"): 2,
    ("vr180", "tb"): 0.5,
    ("cubemap", "mono"): 1.5,
}


def test_every_lens_and_layout_has_words_and_a_picture() -> None:
    assert tuple(lenses.LENSES) == PROJECTIONS
    assert tuple(lenses.LAYOUTS) == LAYOUTS
    for words in (*lenses.LENSES.values(), *lenses.LAYOUTS.values()):
        assert (assets() / f"icon-{words.icon}.svg").is_file()


@pytest.mark.parametrize("before", PROJECTIONS)
@pytest.mark.parametrize("after", PROJECTIONS)
def test_whatever_was_chosen_another_lens_can_be_put_on(before: str, after: str) -> None:
    for layout in lenses.layouts_of(before):
        view = ViewOptions(projection=before)
        view.update(lenses.laying_out(layout))
        view.pole_taper = before in {"equirect", "vr180"}
        view.convergence = None if before in {"cubemap", "little-planet"} else 2.0
        view.update(lenses.choosing(view, after))
        size = lenses.fitted(view, 801, 603)[2:]
        compose(view, pose_of(view), view.field_of_view, size, Displacement())


def test_an_eye_alone_stays_where_there_are_eyes() -> None:
    view = ViewOptions(eye="left")
    view.update(lenses.choosing(view, "equirect"))
    assert (view.eye, view.layout) == ("left", "mono")
    view.update(lenses.choosing(view, "vr180"))
    assert (view.eye, view.layout) == ("both", "sbs")


@pytest.mark.parametrize(("projection", "layout"), SHAPES)
@pytest.mark.parametrize("canvas", [(800, 600), (601, 333), (300, 900), (5, 3)])
def test_a_lens_with_a_shape_lies_whole_in_the_middle_of_the_canvas(
    projection: str, layout: str, canvas: tuple[int, int]
) -> None:
    view = ViewOptions(projection=projection, layout=layout)
    left, top, width, height = lenses.fitted(view, *canvas)
    assert width / height == SHAPES[projection, layout]
    assert (width % 2, height % 2) == (0, 0)
    if min(canvas) > 100:
        assert width <= canvas[0]
        assert height <= canvas[1]
        assert canvas[0] - width < 8 or canvas[1] - height < 8
        assert abs(left - (canvas[0] - width) / 2) < 1
        assert abs(top - (canvas[1] - height) / 2) < 1


@pytest.mark.parametrize("projection", ["perspective", "little-planet"])
def test_a_lens_without_a_shape_fills_the_canvas(projection: str) -> None:
    assert lenses.fitted(ViewOptions(projection=projection), 801, 600) == (0, 0, 800, 600)


@pytest.mark.parametrize(
    ("lens", "view", "places"),
    [
        (Equirect(), ViewOptions(projection="equirect"), [((10, 20), (200, 20)), ((-390, 80), (-300, 80))]),
        (Equirect(180.0), ViewOptions(projection="vr180", layout="mono"), [((10, 20), (200, 20))]),
        (Cubemap(), ViewOptions(projection="cubemap"), [((-20, 100), (60, 100)), ((200, 100), (160, 100))]),
        (
            LittlePlanet(250.0),
            ViewOptions(projection="little-planet"),
            [((0, -120), (60, -103.923048)), ((150, 0), (0, 150))],
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_under_the_pointer_turns_with_it(
    lens: Lens, view: ViewOptions, places: list[tuple[tuple[float, float], tuple[float, float]]]
) -> None:
    eye = Eye(800, 400, 2)
    for start, end in places:
        # Level: along a parallel what is grabbed arrives where it is let go.
        ray = lens.rays(np.array(2 * start[0] / 800), np.array(-2 * start[1] / 400), eye.aspect)
        world = pose_of(view).to_world(ray)
        yaw, pitch = navigation.turned(view, eye, start, end)
        assert pitch == 0
        after = ViewOptions(**{**view.as_dict(), "yaw": yaw})
        x, y = lens.project(pose_of(after).to_camera(world), eye.aspect)
        assert x * 400 == pytest.approx(end[0], abs=1e-3)
        if view.projection != "cubemap":  # on a face of which a level turn goes along a curve
            assert -y * 200 == pytest.approx(end[1], abs=1e-3)


def test_on_the_middle_of_a_little_planet_a_small_drag_turns_little() -> None:
    view = ViewOptions(projection="little-planet")
    yaw, _ = navigation.turned(view, Eye(800, 400, 2), (0.5, 0), (-0.5, 0.1))
    assert abs(yaw) < 2


@pytest.mark.parametrize("projection", ["equirect", "vr180", "cubemap", "little-planet"])
def test_tilting_follows_the_pointer_in_the_middle_and_turns_nothing(projection: str) -> None:
    view = ViewOptions(projection=projection)
    eye = Eye(800, 400, 2)
    yaw, pitch = navigation.turned(view, eye, (0, 40), (30, 60), tilts=True)
    assert yaw == 0
    assert pitch > 1


def test_dragging_through_a_cubemap_turns_a_quarter_a_face() -> None:
    view = ViewOptions(projection="cubemap")
    yaw, _ = navigation.turned(view, Eye(600, 400, 1.5), (-50, 100), (150, 100))
    assert yaw == pytest.approx(-90)


def test_keys_turn_a_planet_no_faster_than_a_wide_view() -> None:
    assert navigation.turning(ViewOptions(projection="little-planet")) == 90
    assert navigation.turning(ViewOptions(fov=30.0)) == 30
