"""Layouts: which eye sees what, and where its picture lies."""

from __future__ import annotations

import pytest

from depthfusion.camera.frame import compose, default_size, pose_of
from depthfusion.camera.options import LAYOUTS, ViewOptions
from depthfusion.camera.pose import Pose
from depthfusion.errors import InputError
from depthfusion.look import Displacement, Look

RULE = Look().displacement()


def layout(size, **options):
    chosen = ViewOptions(**options)
    return compose(chosen, pose_of(chosen), chosen.fov, size, RULE)


def test_mono_is_the_point_between_the_eyes():
    (view,) = layout((640, 360), position=(1, 0, 0), yaw=20).views
    assert view.pose == Pose((1, 0, 0), 20)
    assert view.rectangle == (0, 0, 640, 360)
    assert view.aspect == pytest.approx(640 / 360)
    assert view.lens.shift == 0


def test_one_eye_of_mono_is_that_of_sbs():
    left, right = layout((1280, 360), layout="sbs").views
    for side, view in (("left", left), ("right", right)):
        (alone,) = layout((640, 360), eye=side).views
        assert (alone.pose, alone.lens, alone.aspect) == (view.pose, view.lens, view.aspect)


@pytest.mark.parametrize(
    ("name", "size", "places", "aspect"),
    [
        ("sbs", (1280, 360), [(0, 0, 640, 360), (640, 0, 640, 360)], 640 / 360),
        ("half-sbs", (1280, 720), [(0, 0, 640, 720), (640, 0, 640, 720)], 1280 / 720),
        ("tb", (640, 720), [(0, 0, 640, 360), (0, 360, 640, 360)], 640 / 360),
        ("anaglyph", (640, 360), [(0, 0, 640, 360), (0, 0, 640, 360)], 640 / 360),
    ],
)
def test_the_left_eye_is_left_above_or_red(name, size, places, aspect):
    frame = layout(size, layout=name)
    assert [view.rectangle for view in frame.views] == places
    assert [view.pose.position[0] for view in frame.views] == pytest.approx([-0.032, 0.032])
    assert [view.aspect for view in frame.views] == pytest.approx([aspect, aspect])
    assert frame.anaglyph == (name == "anaglyph")


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "mono"])
def test_swap_exchanges_the_eyes_and_not_their_places(name):
    plain, swapped = layout((640, 360), layout=name), layout((640, 360), layout=name, swap=True)
    assert [view.pose for view in swapped.views] == [view.pose for view in plain.views][::-1]
    assert [view.lens for view in swapped.views] == [view.lens for view in plain.views][::-1]
    assert [view.rectangle for view in swapped.views] == [view.rectangle for view in plain.views]


def test_swap_exchanges_the_eyes_of_mono():
    assert layout((64, 36), eye="left", swap=True) == layout((64, 36), eye="right")


def test_convergence_is_neutral_depth_by_itself_and_none_at_0():
    shift = {c: layout((64, 36), eye="right", convergence=c).views[0].lens.shift for c in (None, 3.0, 0.0)}
    assert shift[None] == shift[3.0] == pytest.approx(0.064 / (2 * 3.0))
    assert shift[0.0] == 0


def test_level_keeps_only_the_yaw():
    (view,) = layout((64, 36), yaw=30, pitch=20, roll=10, level=True).views
    assert view.pose == Pose((0, 0, 0), 30)


@pytest.mark.parametrize(
    ("size", "options", "words"),
    [
        ((641, 360), {"layout": "sbs"}, "width 641"),
        ((641, 360), {"layout": "half-sbs"}, "width 641"),
        ((640, 361), {"layout": "tb"}, "height 361"),
        ((640, 360), {"layout": "sbs", "eye": "left"}, "eye left"),
    ],
)
def test_what_cannot_be_laid_out_is_one_sentence(size, options, words):
    with pytest.raises(InputError, match=words):
        layout(size, **options)


def test_default_sizes():
    sizes = {name: default_size(ViewOptions(layout=name)) for name in LAYOUTS}
    assert sizes["mono"] == (1920, 1080)
    assert sizes["sbs"] == (3840, 1080)
    assert sizes["tb"] == (1920, 2160)


def test_a_convergence_that_no_eyes_have_is_refused() -> None:
    with pytest.raises(InputError, match=r"at least 0\.001"):
        compose(ViewOptions(layout="sbs", convergence=1e-300), Pose(), 90, (64, 32), Displacement())


def test_eyes_farther_apart_than_the_world_is_wide_are_refused() -> None:
    with pytest.raises(InputError, match="eye separation 9 m cannot be used"):
        compose(ViewOptions(layout="sbs", eye_separation=9), Pose(), 90, (64, 32), Displacement())
