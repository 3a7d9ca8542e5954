"""Layouts: which eye sees what, and where its picture lies."""

from __future__ import annotations

import pytest

from depthfusion.camera.frame import compose, default_size, lens_of, pose_of
from depthfusion.camera.lens import Cubemap, Equirect, LittlePlanet, Perspective
from depthfusion.camera.options import LAYOUTS, PROJECTIONS, ViewOptions
from depthfusion.camera.pose import Pose
from depthfusion.errors import InputError
from depthfusion.look import Displacement, Look

RULE = Look().displacement()


def layout(size, **options):
    chosen = ViewOptions(**options)
    return compose(chosen, pose_of(chosen), chosen.field_of_view, size, RULE)


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
        ((640, 360), {"fov": 171}, "fov 171 cannot be used with projection perspective: choose 1 to 170"),
        ((640, 640), {"projection": "little-planet", "fov": 59}, "fov 59 .* choose 60 to 330"),
        ((640, 320), {"projection": "equirect", "fov": 90}, "fov 90 .* equirect, which has its own"),
        ((640, 320), {"projection": "vr180", "fov": 90}, "fov 90 .* vr180"),
        ((600, 400), {"projection": "cubemap", "fov": 90}, "fov 90 .* cubemap"),
        ((600, 400), {"projection": "cubemap", "layout": "tb"}, "layout tb .* cubemap, which is mono"),
        ((600, 400), {"projection": "cubemap", "eye": "left"}, "eye left .* cubemap, which is mono"),
        ((601, 400), {"projection": "cubemap"}, "size 601x400 .* such as 600x400"),
        ((1920, 1080), {"projection": "cubemap"}, "size 1920x1080 .* such as 1920x1280"),
        ((600, 400), {"projection": "cubemap", "convergence": 2}, "convergence 2 m .* cubemap"),
        ((640, 640), {"projection": "little-planet", "convergence": 2}, "convergence 2 m .* little-planet"),
        ((641, 640), {"projection": "vr180"}, "width 641"),
        ((640, 641), {"projection": "equirect", "layout": "tb"}, "height 641"),
        ((640, 320), {"projection": "equirect", "convergence": 0.05}, r"convergence 0\.05 m .* at least 0\.064"),
        ((640, 360), {"pole_taper": True}, "pole taper .* perspective"),
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


@pytest.mark.parametrize(
    ("projection", "layout", "size"),
    [
        ("equirect", None, (4096, 2048)),
        ("equirect", "tb", (4096, 4096)),
        ("vr180", None, (4096, 2048)),
        ("vr180", "mono", (2048, 2048)),
        ("cubemap", None, (3072, 2048)),
        ("little-planet", None, (2048, 2048)),
        ("little-planet", "sbs", (4096, 2048)),
    ],
)
def test_default_sizes_and_layouts_of_the_projections(projection, layout, size):
    chosen = ViewOptions(projection=projection, **({"layout": layout} if layout else {}))
    assert chosen.layout == (layout or ("sbs" if projection == "vr180" else "mono"))
    assert default_size(chosen) == size
    assert len(compose(chosen, Pose(), chosen.field_of_view, size, RULE).views) == (1 if chosen.layout == "mono" else 2)


def test_another_projection_brings_its_own_layout_and_fov_unless_they_are_given():
    view = ViewOptions(fov=70, layout="tb")
    view.update({"projection": "vr180"})
    assert (view.layout, view.fov, view.field_of_view) == ("sbs", None, 90)
    view.update({"projection": "little-planet", "layout": "mono"})
    assert (view.layout, view.fov, view.field_of_view) == ("mono", None, 250)
    view.update({"projection": "perspective", "fov": 50})
    assert (view.layout, view.fov) == ("mono", 50)
    view.update({"projection": "perspective", "yaw": 3})
    assert view.fov == 50
    assert view.copy() == view


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_each_projection_has_its_lens_and_the_whole_pose_turns_it(projection):
    chosen = ViewOptions(projection=projection, layout="mono", yaw=30, pitch=20, roll=10, position=(0.1, 0, 0))
    lenses = {
        "perspective": Perspective(90),
        "equirect": Equirect(),
        "vr180": Equirect(180),
        "cubemap": Cubemap(),
        "little-planet": LittlePlanet(250),
    }
    (view,) = compose(chosen, pose_of(chosen), chosen.field_of_view, default_size(chosen), RULE).views
    assert view.lens == lenses[projection] == lens_of(chosen, chosen.field_of_view)
    assert view.pose == Pose((0.1, 0, 0), 30, 20, 10)


@pytest.mark.parametrize("projection", ["equirect", "vr180"])
def test_around_eyes_are_the_lens_s_and_without_convergence_of_themselves(projection):
    left, right = layout((512, 256), projection=projection, layout="sbs", pole_taper=True).views
    assert (left.lens.offset, right.lens.offset) == pytest.approx((-0.032, 0.032))
    assert left.lens.turn == right.lens.turn == 0
    assert left.lens.taper
    assert left.pose == right.pose == Pose()
    (alone,) = layout((256, 256), projection=projection, layout="mono", eye="left", pole_taper=True).views
    assert alone.lens == left.lens
    left, right = layout((512, 256), projection=projection, layout="sbs", convergence=2).views
    assert (left.lens.turn, right.lens.turn) == pytest.approx((0.016000683, -0.016000683))


def test_a_convergence_that_no_eyes_have_is_refused() -> None:
    with pytest.raises(InputError, match=r"at least 0\.001"):
        compose(ViewOptions(layout="sbs", convergence=1e-300), Pose(), 90, (64, 32), Displacement())


def test_eyes_farther_apart_than_the_world_is_wide_are_refused() -> None:
    with pytest.raises(InputError, match="eye separation 9 m cannot be used"):
        compose(ViewOptions(layout="sbs", eye_separation=9), Pose(), 90, (64, 32), Displacement())
