"""The same picture everywhere: in arrays, framebuffers, tiles, layouts; and everything given back."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from depthfusion.look import Look
from depthfusion.render import renderer as room
from depthfusion.render.prepare import prepare
from depthfusion.render.renderer import FILE, INTERACTIVE, Renderer
from depthfusion.render.surface import Surface
from tests.reference import scenes
from tests.render.test_pictures import COLOUR, LINEAR, OFF, ROLLING, frame_of

LAYOUTS = {
    "mono": (120, 80),
    "sbs": (240, 80),
    "half-sbs": (120, 80),
    "tb": (120, 160),
    "anaglyph": (120, 80),
}


@pytest.fixture
def surface(upload):
    return upload(COLOUR, ROLLING)


@pytest.mark.parametrize("quality", [FILE, INTERACTIVE])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_window_s_framebuffer_gets_the_file_s_picture(context, renderer, surface, layout, quality):
    frame = frame_of(LINEAR, LAYOUTS[layout], layout=layout, **OFF)
    picture = renderer.picture(surface, frame, LINEAR, quality)
    width, height = frame.size
    target = framebuffer(context, frame.size)
    drawn = renderer.draw(surface, frame, LINEAR, quality, target)
    np.testing.assert_array_equal(read(target), picture)
    assert drawn.pixels == width * height
    assert drawn.triangles > 0
    assert drawn.tolerance_px == quality.tolerance_px
    target.release()


def framebuffer(context, size):
    return context.framebuffer([context.renderbuffer(size, 4)])


def read(target):
    return np.frombuffer(target.read(components=3, alignment=1), np.uint8).reshape(*target.size[::-1], 3)[::-1]


@pytest.mark.parametrize("options", [OFF, {"pitch": 80, "fov": 100}], ids=["off-centre", "pole"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_steps_of_any_size_draw_the_same_pixels_as_one(context, renderer, surface, layout, options):
    frame = frame_of(LINEAR, LAYOUTS[layout], layout=layout, **options)
    whole = renderer.picture(surface, frame, LINEAR)
    sizes = itertools.cycle([700, 90, 1500, 60])
    target = framebuffer(context, frame.size)
    steps = []
    for step in renderer.steps(surface, frame, LINEAR, FILE, target, lambda: next(sizes)):
        steps.append(step.pixels)
        # Whatever else is drawn in between does no harm.
        if len(steps) % 20 == 1:
            renderer.picture(surface, frame_of(LINEAR, (40, 30)), LINEAR, INTERACTIVE)
    np.testing.assert_array_equal(read(target), whole)
    assert steps[0] == 0
    assert sum(steps) == frame.size[0] * frame.size[1]
    assert max(steps) <= 1500
    target.release()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tiles_join_without_a_trace(renderer, surface, monkeypatch, layout):
    frame = frame_of(LINEAR, LAYOUTS[layout], layout=layout, **OFF)
    whole = renderer.picture(surface, frame, LINEAR).astype(int)
    monkeypatch.setattr(room, "LARGEST_TILE", 37)
    tiled = renderer.picture(surface, frame, LINEAR).astype(int)
    assert np.abs(whole - tiled).mean() < 0.05
    assert (np.abs(whole - tiled) > 8).mean() < 1e-3


def test_two_views_of_a_frame_stay_within_their_rectangles(renderer, surface):
    sbs = renderer.picture(surface, frame_of(LINEAR, (240, 80), layout="sbs"), LINEAR)
    tb = renderer.picture(surface, frame_of(LINEAR, (120, 160), layout="tb"), LINEAR)
    np.testing.assert_array_equal(sbs[:, :120], tb[:80])
    np.testing.assert_array_equal(sbs[:, 120:], tb[80:])
    swapped = renderer.picture(surface, frame_of(LINEAR, (240, 80), layout="sbs", swap=True), LINEAR)
    assert np.abs(swapped[:, :120].astype(int) - sbs[:, 120:]).mean() < 0.1


def test_up_is_up_and_right_is_right(renderer, upload):
    quarters = np.zeros((64, 128, 3), np.uint8)
    quarters[:32, :64], quarters[:32, 64:] = (255, 0, 0), (0, 255, 0)
    quarters[32:, :64], quarters[32:, 64:] = (0, 0, 255), (255, 255, 0)
    picture = renderer.picture(upload(quarters, ROLLING), frame_of(LINEAR, (40, 20)), LINEAR)
    corners = [tuple(picture[y, x]) for y in (0, -1) for x in (0, -1)]
    assert corners == [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]


def test_a_flat_colour_keeps_its_bytes(renderer, upload):
    for value in (0, 1, 12, 128, 200, 255):
        flat = np.full((4, 8, 3), value, np.uint8)
        picture = renderer.picture(upload(flat, ROLLING), frame_of(LINEAR, (32, 18), **OFF), LINEAR)
        assert np.abs(picture.astype(int) - value).max() <= 1


def test_no_line_at_the_seam_and_no_star_at_the_poles(renderer, upload):
    # Smooth across the seam and at the poles: a picture of it has no step that the panorama does not have.
    world = scenes.directions(256, 128)
    smooth = np.rint(127 + 100 * world).astype(np.uint8)
    for options in ({"yaw": 180}, {"pitch": 90, "yaw": 30}, {"pitch": -90}):
        for quality in (FILE, INTERACTIVE):
            frame = frame_of(LINEAR, (200, 200), **options)
            picture = renderer.picture(upload(smooth, ROLLING), frame, LINEAR, quality).astype(int)
            assert np.abs(np.diff(picture, axis=0)).max() <= 3
            assert np.abs(np.diff(picture, axis=1)).max() <= 3


def test_looser_quality_draws_fewer_triangles(context, renderer, upload):
    surface = upload(COLOUR, scenes.noise(128, 64))
    frame = frame_of(LINEAR, (240, 135), **OFF)
    target = context.framebuffer([context.renderbuffer(frame.size, 4)])
    counts = [
        renderer.draw(surface, frame, LINEAR, room.Quality(px, 1), target).triangles for px in (0.25, 1.0, 4.0, 16.0)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 4 * counts[-1]
    target.release()


def test_a_renderer_can_be_made_again_after_it_was_released(context, surface):
    frame = frame_of(LINEAR, (64, 36), **OFF)
    pictures = []
    for _ in range(2):
        made = Renderer(context)
        pictures.append(made.picture(surface, frame, LINEAR))
        made.release()
    np.testing.assert_array_equal(*pictures)


def test_drawing_leaves_the_window_s_state_alone(context, renderer, surface):
    frame = frame_of(LINEAR, (64, 36))
    target = context.framebuffer([context.renderbuffer((64, 36), 4)])
    renderer.draw(surface, frame, LINEAR, INTERACTIVE, target)
    assert target.scissor == (0, 0, 64, 36)
    target.clear(0.0, 1.0, 0.0)
    assert np.frombuffer(target.read(), np.uint8).reshape(-1, 3).mean(axis=0).tolist() == [0, 255, 0]
    target.release()


@pytest.mark.parametrize("size", [(128, 64), (130, 65), (3000, 1500)])
def test_a_panorama_comes_onto_the_card_in_small_steps(context, renderer, size):
    colour = np.full((size[1], size[0], 3), 90, np.uint8)
    surface = Surface(context, prepare(colour, ROLLING))
    shares = list(surface.upload())
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    if size[0] == 3000:
        assert np.diff(shares).max() * (colour.nbytes * 4 / 3) <= 4.1 * 2**20
    renderer.picture(surface, frame_of(LINEAR, (64, 36)), LINEAR)
    surface.release()


def test_preparing_takes_any_array_and_changes_none():
    colour = np.asfortranarray(COLOUR)
    depth = ROLLING[:, ::-1]
    before = colour.copy(), depth.copy()
    prepared = prepare(colour, depth)
    np.testing.assert_array_equal(prepared.colours[0], before[0])
    np.testing.assert_array_equal(prepared.relief.depth, before[1])
    np.testing.assert_array_equal(colour, before[0])
    np.testing.assert_array_equal(depth, before[1])


def test_the_mapping_in_glsl_is_that_of_the_look(renderer, upload):
    # A camera near a sphere of constant depth sees how far it is: the same picture from the same share of the radius.
    colour = scenes.photograph(256, 128)
    surface = upload(colour, scenes.constant(32, 16, 0.3))
    looks = [
        Look(),
        Look(mapping="inverse"),
        Look(strength=0.9, radius=1.0),
        Look(levels=(0.1, 0.6)),
        Look(mapping="inverse", near=0.5, far=2.0, levels=(0.2, 0.9)),
    ]
    pictures = []
    for look in looks:
        rule = look.displacement()
        radius = float(rule.radius_of(np.array(round(0.3 * 65535) / 65535)))
        frame = frame_of(rule, (120, 80), position=(0.4 * radius, 0.1 * radius, 0), yaw=50)
        pictures.append(renderer.picture(surface, frame, rule).astype(int))
    for picture in pictures[1:]:
        assert np.abs(picture - pictures[0]).mean() < 0.3
