"""Where depth edges are cut: what is drawn is what the slow reference of the two layers sees."""

from __future__ import annotations

import numpy as np
import pytest

from depthfusion.layers import split
from depthfusion.look import Displacement, Look
from depthfusion.render.prepare import prepare, prepare_layers
from depthfusion.render.renderer import FILE, INTERACTIVE
from depthfusion.render.surface import Surface
from ldm3d.sphere import to_linear, to_srgb
from tests.reference import layered_caster, raycaster, scenes
from tests.render.test_pictures import frame_of

COLOUR = scenes.photograph(512, 256)
LINEAR = Look().displacement()
STRETCHED = Look(edges="stretched").displacement()
INVERSE = Look(mapping="inverse").displacement(1.0, 8.0)
BALL = scenes.ball(160, 80, (0.5, 0.2, -2.0), 0.7, 1.0, 8.0)
STEP = scenes.step(128, 64)
# Dubois's least-squares matrices as they are published, rows for the red, green and blue that is shown.
DUBOIS_LEFT = np.array([[0.456, 0.500, 0.176], [-0.040, -0.038, -0.016], [-0.015, -0.021, -0.005]])
DUBOIS_RIGHT = np.array([[-0.043, -0.088, -0.002], [0.378, 0.734, -0.018], [-0.072, -0.113, 1.226]])
SOMETIMES = [pytest.param(pose, marks=pytest.mark.full) for pose in ("up", "seam")]
POSES = {
    "off-centre": {"position": (0.25, 0.1, -0.1), "yaw": 40, "pitch": -10, "roll": 20},
    "beside an edge": {"position": (0.3, 0.0, 0.0), "yaw": -10, "pitch": -10},
    "up": {"pitch": 90, "position": (0.2, 0, 0.1)},
    "seam": {"yaw": 180, "position": (0.2, 0, 0)},
}


@pytest.fixture
def cut(context):
    """Return what brings a panorama and its layers onto the card."""
    surfaces = []

    def bring(rgb, depth):
        layers = split(rgb, depth)
        surface = Surface(context, prepare(rgb, depth, layers))
        for _ in surface.upload():
            pass
        surfaces.append(surface)
        return surface, layers

    yield bring
    for surface in surfaces:
        surface.release()


def reference(layers, rule, view, rgb=COLOUR):
    """Return sRGB [height, width, 3], and which pixels show an edge that is cut or what lies behind one."""
    _, _, width, height = view.rectangle
    scene = layered_caster.LayeredScene(rgb, layers, rule)
    rays = view.pose.to_world(raycaster.pixel_rays(view.lens, width, height, view.aspect, 4)).reshape(-1, 3)
    traced = layered_caster.trace(scene, np.asarray(view.pose.position), rays)
    light = traced.light.reshape(height, width, -1, 3).mean(axis=2)
    mixed = (traced.opacity < 1).reshape(height, width, -1).any(axis=2)
    return raycaster.to_srgb(np.clip(light, 0, 1)), mixed


@pytest.mark.parametrize("pose", ["off-centre", "beside an edge", *SOMETIMES])
@pytest.mark.parametrize("scene", ["ball", "step"])
def test_layers_look_as_the_reference_sees_them(renderer, cut, scene, pose):
    depth, rule = {"ball": (BALL, INVERSE), "step": (STEP, LINEAR)}[scene]
    surface, layers = cut(COLOUR, depth)
    frame = frame_of(rule, (96, 54), **POSES[pose])
    drawn = renderer.picture(surface, frame, rule) / 255
    expected, mixed = reference(layers, rule, frame.views[0])
    assert raycaster.psnr(drawn, expected) >= 40
    if mixed.any():
        assert raycaster.psnr(drawn, expected, mixed) >= 35


@pytest.mark.parametrize("layout", ["sbs", "half-sbs", "anaglyph"])
def test_every_layout_is_cut_alike(renderer, cut, layout):
    surface, layers = cut(COLOUR, STEP)
    pose = POSES["beside an edge"] | {"eye_separation": 0.2}
    size = (128, 36) if layout == "sbs" else (64, 36)
    frame = frame_of(LINEAR, size, layout=layout, **pose)
    drawn = renderer.picture(surface, frame, LINEAR) / 255
    eyes = [reference(layers, LINEAR, view)[0] for view in frame.views]
    if layout == "anaglyph":
        left, right = (to_linear(eye) for eye in eyes)
        expected = to_srgb(np.clip(left @ DUBOIS_LEFT.T + right @ DUBOIS_RIGHT.T, 0, 1))
    else:
        expected = np.concatenate(eyes, axis=1)
    assert raycaster.psnr(drawn, expected) >= 38


@pytest.mark.parametrize("layout", ["mono", "sbs", "anaglyph"])
@pytest.mark.parametrize("quality", [FILE, INTERACTIVE])
def test_parts_of_any_size_draw_the_same_pixels_as_one(context, renderer, cut, layout, quality):
    surface, _ = cut(COLOUR, BALL)
    frame = frame_of(INVERSE, (160, 80) if layout == "sbs" else (80, 80), layout=layout, **POSES["beside an edge"])
    whole = renderer.picture(surface, frame, INVERSE, quality)
    target = context.framebuffer([context.renderbuffer(frame.size, 4)])
    assert sum(step.pixels for step in renderer.steps(surface, frame, INVERSE, quality, target, lambda: 900)) > 0
    rows = np.frombuffer(target.read(components=3, alignment=1), np.uint8)
    np.testing.assert_array_equal(rows.reshape(*frame.size[::-1], 3)[::-1], whole)
    target.release()


@pytest.mark.parametrize("depth", [scenes.noise(64, 32), BALL, STEP], ids=["noise", "ball", "step"])
def test_no_hole_ever_shows(renderer, cut, depth):
    grey = np.full((64, 128, 3), 128, np.uint8)
    surface, _ = cut(grey, depth)
    for position in ((0.3, 0, 0), (-1.2, 0.3, 0.4)):
        for yaw in (0, 90, 180, 270):
            frame = frame_of(LINEAR, (80, 80), position=position, yaw=yaw, pitch=yaw / 3 - 40, fov=100)
            for quality in (FILE, INTERACTIVE):
                picture = renderer.picture(surface, frame, LINEAR, quality).astype(int)
                assert np.abs(picture - 128).max() <= 2


def test_stretched_edges_do_not_care_whether_the_layers_are_there(context, renderer, cut):
    surface, _ = cut(COLOUR, BALL)
    plain = Surface(context, prepare(COLOUR, BALL))
    assert list(plain.upload())
    frame = frame_of(INVERSE, (120, 80), **POSES["off-centre"])
    stretched = Displacement("inverse", near=1.0, far=8.0)
    expected = renderer.picture(plain, frame, stretched)
    np.testing.assert_array_equal(renderer.picture(surface, frame, stretched), expected)
    np.testing.assert_array_equal(renderer.picture(plain, frame, INVERSE), expected)
    assert np.abs(renderer.picture(surface, frame, INVERSE).astype(int) - expected).max() > 20
    plain.release()


def test_layers_can_come_later(context, renderer, cut):
    both, layers = cut(COLOUR, BALL)
    later = Surface(context, prepare(COLOUR, BALL))
    assert list(later.upload())
    assert not later.layered
    assert list(later.add(prepare_layers(layers)))[-1] == pytest.approx(1)
    frame = frame_of(INVERSE, (120, 80), **POSES["off-centre"])
    np.testing.assert_array_equal(*(renderer.picture(surface, frame, INVERSE) for surface in (both, later)))
    later.release()


def test_from_the_centre_a_cut_world_looks_like_the_panorama(renderer, cut):
    # Nothing is hidden from where the panorama was seen, and where edges are soft the layer behind continues them.
    surface, _ = cut(COLOUR, BALL)
    frame = frame_of(INVERSE, (120, 80), yaw=15, pitch=10)
    pictures = [renderer.picture(surface, frame, rule) / 255 for rule in (INVERSE, STRETCHED)]
    assert raycaster.psnr(*pictures) > 35
