"""Lenses that are marched: every one, each eye, from anywhere, as the slow reference sees them, and their extremes."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest

from depthfusion.camera.frame import compose, default_size, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.layers import split
from depthfusion.look import Look
from depthfusion.render import renderer as room
from depthfusion.render.prepare import prepare
from depthfusion.render.renderer import FILE, INTERACTIVE
from depthfusion.render.surface import Surface
from ldm3d.sphere import to_srgb
from tests.reference import layered_caster, raycaster, scenes
from tests.render.conftest import HOLE

COLOUR = scenes.photograph(256, 128)
LINEAR = Look().displacement()
INVERSE = Look(mapping="inverse").displacement(1.0, 30.0)
ROLLING = scenes.rolling(200, 100)
GENTLE = scenes.rolling(128, 64, 0.2)

# The eyes are far apart, so that what tells them from each other can be seen in small pictures.
LENSES = {
    "equirect": ((64, 32), {"projection": "equirect"}),
    "left": ((64, 32), {"projection": "equirect", "eye": "left", "eye_separation": 0.3}),
    "right": ((64, 32), {"projection": "equirect", "eye": "right", "eye_separation": 0.3, "convergence": 2.5}),
    "vr180": ((40, 40), {"projection": "vr180", "layout": "mono"}),
    "vr180, left": ((40, 40), {"projection": "vr180", "layout": "mono", "eye": "left", "convergence": 2.0}),
    "tapered": ((40, 40), {"projection": "vr180", "layout": "mono", "eye": "right", "pole_taper": True}),
    "cubemap": ((72, 48), {"projection": "cubemap"}),
    "planet": ((48, 48), {"projection": "little-planet"}),
    "planet, left": ((64, 40), {"projection": "little-planet", "eye": "left", "fov": 150, "eye_separation": 0.3}),
}
POSES = {
    "centre": {},
    "moved": {"position": (0.3, 0.1, -0.2)},
    "turned": {"position": (-0.2, 0.15, 0.1), "yaw": 130, "pitch": -35, "roll": 20},
}


def frame_of(rule, size=None, **options):
    chosen = ViewOptions(**options)
    return compose(chosen, pose_of(chosen), chosen.field_of_view, size or default_size(chosen), rule)


def compare(renderer, surface, depth, rule, frame, colour=COLOUR):
    """Return the least PSNR in dB of the frame's views, away from depth edges."""
    drawn = renderer.picture(surface, frame, rule) / 255
    figures = []
    for view in frame.views:
        x, y, width, height = view.rectangle
        reference = raycaster.cast(raycaster.Scene(colour, depth, rule), view)
        assert reference.edges.mean() <= 0.2, "the mask may take a fifth of the picture at most"
        figures.append(raycaster.psnr(drawn[y : y + height, x : x + width], reference.srgb, ~reference.edges))
    return min(figures)


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("lens", LENSES)
def test_every_lens_and_eye_looks_as_the_reference_sees_it(renderer, upload, lens, pose):
    size, options = LENSES[lens]
    frame = frame_of(LINEAR, size, **options, **POSES[pose])
    assert compare(renderer, upload(COLOUR, ROLLING), ROLLING, LINEAR, frame) >= 40


@pytest.mark.full
@pytest.mark.parametrize("pose", ["moved", "turned"])
@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("scene", ["step", "ball"])
def test_every_lens_and_eye_away_from_edges(renderer, upload, scene, lens, pose):
    depth, rule = {
        "step": (scenes.step(128, 64), LINEAR),
        "ball": (scenes.ball(256, 128, (0.5, 0.3, -2.0), 0.8, 1.0, 30.0), INVERSE),
    }[scene]
    size, options = LENSES[lens]
    # The mask widens edges by pixels: small pictures would be all mask.
    size = (2 * size[0], 2 * size[1])
    frame = frame_of(rule, size, **options, **POSES[pose])
    assert compare(renderer, upload(COLOUR, depth), depth, rule, frame) >= 40


def test_an_edge_seen_by_one_eye(renderer, upload):
    depth = scenes.step(128, 64)
    frame = frame_of(LINEAR, (128, 64), projection="equirect", eye="left", eye_separation=0.2)
    assert compare(renderer, upload(COLOUR, depth), depth, LINEAR, frame) >= 40


@pytest.mark.parametrize(
    "look", [Look(strength=0.0), Look(strength=0.95), Look(mapping="inverse"), Look(levels=(0.2, 0.7))]
)
def test_the_look_s_extremes(renderer, upload, look):
    rule = look.displacement()
    options = {"projection": "equirect", "eye": "right", "eye_separation": 0.1, "position": (0.05, 0, 0.03)}
    frame = frame_of(rule, (64, 32), **options)
    assert compare(renderer, upload(COLOUR, GENTLE), GENTLE, rule, frame) >= 40


@pytest.mark.parametrize("lens", ["left", "cubemap"])
@pytest.mark.parametrize("position", [(0, 0, -2.9), (2.8, 0.5, 0)])
def test_a_hand_s_breadth_from_the_surface(renderer, upload, lens, position):
    depth = scenes.constant(64, 32, 0.5)
    size, options = LENSES[lens]
    frame = frame_of(LINEAR, size, **{**options, "eye_separation": 0.064, "position": position})
    assert compare(renderer, upload(COLOUR, depth), depth, LINEAR, frame) >= 40


@pytest.mark.parametrize("position", [(0, 0, 0), (1.8, 0.4, -0.3), (0.3, -2.2, 0.1)])
def test_among_hills_nearer_than_the_eye_the_first_crossing_counts(renderer, upload, position):
    # Hills from 1.8 to 4.2 m: the eye stands between or behind some of them.
    frame = frame_of(LINEAR, (64, 32), projection="equirect", position=position, yaw=30)
    assert compare(renderer, upload(COLOUR, ROLLING), ROLLING, LINEAR, frame) >= 40


def test_behind_the_surface_its_outside_is_seen_and_past_it_nothing(renderer, upload):
    depth = scenes.constant(32, 16, 0.5)  # a sphere of 3 m; the world ends at 4.5 m
    frame = frame_of(LINEAR, (128, 64), projection="equirect", position=(0, 0, 4.0))
    drawn = renderer.picture(upload(np.full_like(COLOUR, 200), depth), frame, LINEAR) / 255
    rays = frame.views[0].lens.rays(np.linspace(-1, 1, 257)[None, 1::2], np.linspace(1, -1, 129)[1::2, None], 2.0)
    # Looking along −Z the sphere fills a cone of asin(3/4).
    angle = np.degrees(np.arccos(-rays[..., 2]))
    assert np.abs(drawn[angle < 45] - 200 / 255).max() < 0.01
    assert (drawn[angle > 52] == HOLE).all()
    metres = renderer.distances(upload(COLOUR, depth), frame, LINEAR)
    assert metres[32, 64] == pytest.approx(1.0, rel=0.01)
    assert np.isinf(metres[angle > 52]).all()


def test_eyes_that_go_around_outside_of_what_is_near(renderer, upload):
    # The circle of the eyes, 2 m, is wider than the nearest surface, 1.5 m: rays begin behind the raised part.
    depth, separation = scenes.step(128, 64, 0.2, 1.0), 4.0
    frame = frame_of(LINEAR, (64, 32), projection="equirect", eye="left", eye_separation=separation)
    (view,) = frame.views
    drawn = renderer.picture(upload(COLOUR, depth), frame, LINEAR, INTERACTIVE) / 255
    x, y = (np.arange(64) + 0.5) / 32 - 1, 1 - (np.arange(32) + 0.5) / 16
    rays = view.lens.rays(x[None, :], y[:, None], 2.0).reshape(-1, 3)
    origins = view.lens.origins(x[None, :], y[:, None], 2.0).reshape(-1, 3)
    hits = raycaster.first_hits(raycaster.Scene(COLOUR, depth, LINEAR), origins, rays)
    nothing = np.isnan(hits[:, 0]).reshape(32, 64)
    assert 0 <= nothing.mean() < 0.6
    assert ((drawn == HOLE).all(axis=2) == nothing).mean() > 0.99


def test_from_the_centre_an_equirect_picture_is_the_panorama(renderer, upload):
    surface = upload(COLOUR, ROLLING)
    drawn = renderer.picture(surface, frame_of(LINEAR, (256, 128), projection="equirect"), LINEAR, INTERACTIVE)
    assert np.abs(drawn.astype(int) - COLOUR).max() <= 1


def test_half_of_the_world_is_the_middle_half_of_the_whole(renderer, upload):
    surface = upload(COLOUR, ROLLING)
    eyes = {"layout": "sbs", "position": (0.1, 0, 0), "yaw": 20}
    half = renderer.picture(surface, frame_of(LINEAR, (128, 64), projection="vr180", **eyes), LINEAR).astype(int)
    whole = renderer.picture(surface, frame_of(LINEAR, (256, 64), projection="equirect", **eyes), LINEAR).astype(int)
    for eye in range(2):
        same = half[:, 64 * eye : 64 * eye + 64] - whole[:, 128 * eye + 32 : 128 * eye + 96]
        assert np.abs(same).max() <= 1


def test_tapered_eyes_see_the_same_at_the_poles_and_others_do_not(renderer, upload):
    surface = upload(COLOUR, ROLLING)
    eyes = {"projection": "equirect", "layout": "tb", "eye_separation": 0.3}
    apart = []
    for taper in (True, False):
        both = renderer.picture(surface, frame_of(LINEAR, (128, 128), pole_taper=taper, **eyes), LINEAR).astype(int)
        apart.append(np.abs(both[:64] - both[64:]))
    caps = np.abs(90 - (np.arange(64) + 0.5) * 180 / 64) > 76
    assert apart[0][caps].max() == 0
    assert apart[1][caps].mean() > 3
    np.testing.assert_array_equal(apart[0][20:44], apart[1][20:44])


@pytest.mark.parametrize("quality", [FILE, INTERACTIVE])
@pytest.mark.parametrize("turn", [{}, {"yaw": 180}, {"pitch": 90, "yaw": 30}, {"pitch": -40, "roll": 90}])
def test_no_line_at_the_seam_and_no_star_at_the_poles(renderer, upload, turn, quality):
    # Smooth across the seam and at the poles: a picture of it has no step that the panorama does not have.
    world = scenes.directions(256, 128)
    surface = upload(np.rint(127 + 100 * world).astype(np.uint8), ROLLING)
    for lens, size in (("equirect", (200, 100)), ("little-planet", (150, 150))):
        picture = renderer.picture(surface, frame_of(LINEAR, size, projection=lens, **turn), LINEAR, quality).astype(
            int
        )
        steepest = 6 if lens == "equirect" else 12
        assert max(np.abs(np.diff(picture, axis=axis)).max() for axis in (0, 1)) <= steepest
        if lens == "equirect":
            assert np.abs(picture[:, 0] - picture[:, -1]).max() <= steepest


def test_the_poles_rows_are_of_one_colour_from_the_centre(renderer, upload):
    world = scenes.directions(256, 128)
    surface = upload(np.rint(127 + 100 * world).astype(np.uint8), ROLLING)
    picture = renderer.picture(surface, frame_of(LINEAR, (256, 128), projection="equirect"), LINEAR).astype(int)
    assert np.ptp(picture[0], axis=0).max() <= 4
    assert np.ptp(picture[-1], axis=0).max() <= 4


def metres_of(depth, rule, frame):
    """Return the reference's distances [height, width] and those of the panorama of a one-texel wire."""
    (view,) = frame.views
    width, height = view.rectangle[2:]
    x, y = (np.arange(width) + 0.5) * 2 / width - 1, 1 - (np.arange(height) + 0.5) * 2 / height
    rays = view.pose.to_world(view.lens.rays(x[None, :], y[:, None], view.aspect)).reshape(-1, 3)
    origins = view.pose.to_world(view.lens.origins(x[None, :], y[:, None], view.aspect)).reshape(-1, 3)
    origins = origins + np.asarray(view.pose.position)
    return layered_caster.plain(COLOUR, depth, rule, origins, rays).distance.reshape(height, width)


@pytest.mark.parametrize("lens", ["equirect", "left", "tapered", "cubemap", "planet"])
def test_distances_are_those_along_the_rays(renderer, upload, lens):
    size, options = LENSES[lens]
    frame = frame_of(LINEAR, size, **options, **POSES["turned"])
    wrong = np.abs(renderer.distances(upload(COLOUR, ROLLING), frame, LINEAR) / metres_of(ROLLING, LINEAR, frame) - 1)
    assert np.median(wrong) < 1e-5
    assert wrong.max() < 5e-3


@pytest.mark.parametrize("position", [(0.0, 0, 0), (0.3, 0.1, 0.2)])
def test_wires_of_a_single_texel_are_met_by_every_ray_that_crosses_them(renderer, upload, position):
    depth = np.full((128, 256), 16000, np.uint16)
    depth[20:110, ::16] = 45000
    depth[64, :] = 45000
    frame = frame_of(LINEAR, (320, 160), projection="equirect", eye="left", eye_separation=0.1, position=position)
    seen, expected = renderer.distances(upload(COLOUR, depth), frame, LINEAR), metres_of(depth, LINEAR, frame)
    wires = (expected < 3.5).mean()
    assert wires > 0.05
    # The reference's own steps are as long: what they both may miss is the tip of a wire that is grazed.
    assert (np.abs(seen / expected - 1) > 0.01).mean() < 0.05 * wires


def test_steps_and_framebuffers_get_the_file_s_pixels(context, renderer, upload):
    surface = upload(COLOUR, ROLLING)
    cases = [
        ((96, 96), {"projection": "equirect", "layout": "tb"}),
        ((128, 64), {"projection": "vr180"}),
        ((64, 64), {"projection": "vr180", "layout": "half-sbs"}),
        ((96, 48), {"projection": "equirect", "layout": "anaglyph"}),
        ((72, 48), {"projection": "cubemap"}),
        ((64, 64), {"projection": "little-planet"}),
        ((130, 64), {"projection": "little-planet", "layout": "sbs"}),
    ]
    for size, options in cases:
        frame = frame_of(LINEAR, size, **options, position=(0.2, 0.1, 0), pitch=15)
        whole = renderer.picture(surface, frame, LINEAR)
        target = context.framebuffer([context.renderbuffer(size, 4)])
        areas = itertools.cycle([700, 90, 1500, 60])
        most = functools.partial(next, areas)
        steps = [step.pixels for step in renderer.steps(surface, frame, LINEAR, FILE, target, most)]
        drawn = np.frombuffer(target.read(components=3, alignment=1), np.uint8).reshape(*size[::-1], 3)[::-1]
        np.testing.assert_array_equal(drawn, whole)
        assert steps[0] == 0
        assert sum(steps) == sum(view.rectangle[2] * view.rectangle[3] for view in frame.views) // (
            2 if frame.anaglyph else 1
        )
        target.release()


def test_tiles_join_without_a_trace(renderer, upload, monkeypatch):
    surface = upload(COLOUR, ROLLING)
    frame = frame_of(LINEAR, (130, 70), projection="equirect", position=(0.3, 0, 0), roll=30)
    whole = renderer.picture(surface, frame, LINEAR).astype(int)
    monkeypatch.setattr(room, "LARGEST_TILE", 37)
    assert np.abs(renderer.picture(surface, frame, LINEAR).astype(int) - whole).max() <= 1


def layered(context, depth, rule):
    layers = split(COLOUR, depth)
    surface = Surface(context, prepare(COLOUR, depth, layers))
    assert list(surface.upload())
    return surface, layered_caster.LayeredScene(COLOUR, layers, rule)


def traced(scene, view, samples=4):
    from depthfusion.camera.lens import pixel_origins, pixel_rays

    width, height = view.rectangle[2:]
    grid = (view.lens, width, height, view.aspect, samples)
    rays = view.pose.to_world(pixel_rays(*grid)).reshape(-1, 3)
    origins = np.asarray(view.pose.position) + view.pose.to_world(pixel_origins(*grid)).reshape(-1, 3)
    seen = layered_caster.trace(scene, origins, rays)
    return to_srgb(seen.light.reshape(height, width, -1, 3).mean(axis=2)), seen.distance.reshape(height, width, -1)


@pytest.mark.parametrize("lens", ["equirect", "left", "cubemap", "planet, left"])
@pytest.mark.parametrize("pose", ["centre", pytest.param("turned", marks=pytest.mark.full)])
def test_cut_edges_look_as_their_reference_edges_and_all(context, renderer, lens, pose):
    rule = Look(mapping="inverse").displacement(1.0, 8.0)
    surface, scene = layered(context, scenes.ball(160, 80, (0.5, 0.2, -2.0), 0.7, 1.0, 8.0), rule)
    size, options = LENSES[lens]
    frame = frame_of(rule, size, **options, **POSES[pose])
    drawn = renderer.picture(surface, frame, rule) / 255
    assert raycaster.psnr(drawn, traced(scene, frame.views[0])[0]) >= 40
    assert not (drawn == HOLE).all(axis=2).any()
    surface.release()


def test_past_a_cut_edge_the_distance_is_that_of_the_layer_that_is_seen(context, renderer):
    rule = Look(mapping="inverse").displacement(1.0, 8.0)
    surface, scene = layered(context, scenes.ball(160, 80, (0.5, 0.2, -2.0), 0.7, 1.0, 8.0), rule)
    frame = frame_of(rule, (96, 48), projection="equirect", eye="left", position=(0.25, 0, 0))
    expected = traced(scene, frame.views[0], 1)[1][..., 0]
    wrong = np.abs(renderer.distances(surface, frame, rule) / expected - 1)
    assert np.median(wrong) < 1e-5
    assert (wrong > 0.01).mean() < 2e-3
    surface.release()


@pytest.mark.parametrize("quality", [FILE, INTERACTIVE])
@pytest.mark.parametrize("lens", ["left", "cubemap", "planet"])
def test_no_hole_in_the_worst_that_a_file_may_hold(context, renderer, lens, quality):
    size, options = LENSES[lens]
    surface, _ = layered(context, scenes.noise(128, 64), LINEAR)
    for edges in ("layered", "stretched"):
        rule = Look(edges=edges, strength=0.9).displacement()
        frame = frame_of(rule, size, **options, position=(0.1, 0.05, 0.1))
        assert not (renderer.picture(surface, frame, rule, quality) == np.array(HOLE) * 255).all(axis=2).any()
    surface.release()
