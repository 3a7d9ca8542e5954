"""What is drawn is what the slow reference sees: at least 40 dB away from depth edges."""

from __future__ import annotations

import numpy as np
import pytest

from depthfusion.camera.frame import compose, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.look import Displacement, Look
from depthfusion.render.renderer import FILE, INTERACTIVE
from tests.reference import raycaster, scenes

SIZE = (96, 54)
LARGER = (128, 72)
"""For scenes with edges, which the mask widens by pixels: it may take a fifth of the picture at most."""
COLOUR = scenes.photograph(512, 256)
LINEAR = Look().displacement()
INVERSE = Look(mapping="inverse").displacement(1.0, 30.0)
ROLLING = scenes.rolling(200, 100)
GENTLE = scenes.rolling(128, 64, 0.2)
OFF = {"position": (0.3, 0.1, -0.2), "yaw": 40, "pitch": -10, "roll": 20}

DEPTHS = {
    "constant": (scenes.constant(32, 16, 0.7), LINEAR),
    "rolling": (ROLLING, LINEAR),
    "rolling, inverse": (GENTLE, INVERSE),
    "plane": (scenes.plane(512, 256, 1.2, 1.0, 30.0), INVERSE),
    "ball": (scenes.ball(512, 256, (0.5, 0.3, -2.0), 0.8, 1.0, 30.0), INVERSE),
    "step": (scenes.step(128, 64), LINEAR),
}
POSES = {
    "centre": {},
    "off-centre": OFF,
    "seam": {"yaw": 180, "position": (0.2, 0, 0)},
    "up": {"pitch": 90, "position": (0.1, 0, 0.1)},
    "down": {"pitch": -90, "roll": 30, "position": (0.1, 0.1, 0)},
}


def frame_of(rule: Displacement, size=SIZE, **options):
    chosen = ViewOptions(**options)
    return compose(chosen, pose_of(chosen), chosen.field_of_view, size, rule)


def compare(renderer, surface, depth, rule, frame, colour=COLOUR, quality=FILE):
    """Return the least PSNR in dB of the frame's views, away from depth edges."""
    drawn = renderer.picture(surface, frame, rule, quality) / 255
    figures = []
    for view in frame.views:
        x, y, width, height = view.rectangle
        reference = raycaster.cast(raycaster.Scene(colour, depth, rule), view)
        assert reference.edges.mean() <= 0.2, "the mask may take a fifth of the picture at most"
        figures.append(raycaster.psnr(drawn[y : y + height, x : x + width], reference.srgb, ~reference.edges))
    return min(figures)


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("scene", ["constant", "rolling", "rolling, inverse", "step"])
def test_every_pose_looks_as_the_reference_sees_it(renderer, upload, scene, pose):
    depth, rule = DEPTHS[scene]
    frame = frame_of(rule, LARGER if scene == "step" else SIZE, **POSES[pose])
    assert compare(renderer, upload(COLOUR, depth), depth, rule, frame) >= 40


@pytest.mark.parametrize("scene", ["plane", "ball"])
def test_analytic_shapes_look_as_the_reference_sees_them(renderer, upload, scene):
    depth, rule = DEPTHS[scene]
    pitch = -50 if scene == "plane" else 10
    frame = frame_of(rule, (160, 90), position=(0.2, 0.1, 0), pitch=pitch)
    assert compare(renderer, upload(COLOUR, depth), depth, rule, frame) >= 40


@pytest.mark.parametrize("layout", ["sbs", "tb", "half-sbs"])
def test_each_eye_looks_as_the_reference_sees_it(renderer, upload, layout):
    size = (192, 54) if layout == "sbs" else (96, 108) if layout == "tb" else (96, 54)
    frame = frame_of(LINEAR, size, layout=layout, roll=15, yaw=100, eye_separation=0.2)
    assert len(frame.views) == 2
    assert compare(renderer, upload(COLOUR, ROLLING), ROLLING, LINEAR, frame) >= 40


@pytest.mark.parametrize("strength", [0.0, 0.95])
def test_the_strengths_extremes(renderer, upload, strength):
    rule = Look(strength=strength).displacement()
    frame = frame_of(rule, position=(0.1, 0, 0.05), yaw=-60)
    assert compare(renderer, upload(COLOUR, GENTLE), GENTLE, rule, frame) >= 40


@pytest.mark.parametrize("fov", [10, 140])
def test_narrow_and_wide_lenses(renderer, upload, fov):
    frame = frame_of(LINEAR, fov=fov, **OFF)
    assert compare(renderer, upload(COLOUR, ROLLING), ROLLING, LINEAR, frame) >= 40


def test_a_hand_s_breadth_from_the_surface(renderer, upload):
    depth = scenes.constant(64, 32, 0.5)
    rule = LINEAR
    frame = frame_of(rule, position=(0, 0, -2.9))
    assert compare(renderer, upload(COLOUR, depth), depth, rule, frame) >= 40


def test_stretched_levels(renderer, upload):
    rule = Look(levels=(0.2, 0.7)).displacement()
    frame = frame_of(rule, position=(0.1, 0, 0.05), yaw=-60)
    assert compare(renderer, upload(COLOUR, GENTLE), GENTLE, rule, frame) >= 40


@pytest.mark.parametrize("size", [(64, 32), (1024, 512), (999, 333)])
def test_colour_of_any_size_over_depth_of_any_other(renderer, upload, size):
    colour = scenes.photograph(*size)
    depth = scenes.rolling(100, 50, 0.2)
    frame = frame_of(LINEAR, **OFF)
    assert compare(renderer, upload(colour, depth), depth, LINEAR, frame, colour) >= 40


def test_depth_of_two_texels(renderer, upload):
    depth = np.array([[30000, 31500]], np.uint16)
    frame = frame_of(LINEAR, position=(0.2, 0, 0), yaw=30)
    assert compare(renderer, upload(COLOUR, depth), depth, LINEAR, frame) >= 40


def test_an_anaglyph_is_both_eyes_joined_in_linear_light(renderer, upload):
    from ldm3d.sphere import to_linear, to_srgb

    surface = upload(COLOUR, ROLLING)
    sbs = renderer.picture(surface, frame_of(LINEAR, (192, 54), layout="sbs"), LINEAR) / 255
    drawn = renderer.picture(surface, frame_of(LINEAR, layout="anaglyph"), LINEAR) / 255
    left, right = to_linear(sbs[:, :96]), to_linear(sbs[:, 96:])
    # Dubois's least-squares matrices as they are published, rows for the red, green and blue that is shown.
    of_left = np.array([[0.456, 0.500, 0.176], [-0.040, -0.038, -0.016], [-0.015, -0.021, -0.005]])
    of_right = np.array([[-0.043, -0.088, -0.002], [0.378, 0.734, -0.018], [-0.072, -0.113, 1.226]])
    expected = to_srgb(np.clip(left @ of_left.T + right @ of_right.T, 0, 1))
    assert np.abs(drawn - expected).max() < 0.03
    assert raycaster.psnr(drawn, expected) > 45


def test_one_sample_a_pixel_is_not_enough_for_a_file_but_looks_alike(renderer, upload):
    frame = frame_of(LINEAR, **OFF)
    figure = compare(renderer, upload(COLOUR, ROLLING), ROLLING, LINEAR, frame, quality=INTERACTIVE)
    assert 25 < figure < compare(renderer, upload(COLOUR, ROLLING), ROLLING, LINEAR, frame)


@pytest.mark.full
@pytest.mark.parametrize("yaw", range(0, 360, 90))
@pytest.mark.parametrize("scene", sorted(set(DEPTHS) - {"plane"}))  # its horizon is all edges
def test_all_around(renderer, upload, scene, yaw):
    depth, rule = DEPTHS[scene]
    turn = {"yaw": yaw, "pitch": yaw / 6 - 20, "roll": yaw / 9}
    frame = frame_of(rule, (320, 90), layout="sbs", position=(0.1, 0.2, -0.1), **turn)
    assert compare(renderer, upload(COLOUR, depth), depth, rule, frame) >= 40
