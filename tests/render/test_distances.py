"""Metres along the ray of every pixel's centre: held to closed forms and to the slow reference."""

from __future__ import annotations

import numpy as np

from depthfusion.camera.lens import pixel_rays
from depthfusion.layers import split
from depthfusion.look import Look
from depthfusion.render.prepare import prepare
from depthfusion.render.surface import Surface
from tests.reference import layered_caster, scenes
from tests.render.test_pictures import COLOUR, LINEAR, ROLLING, frame_of

OFF = {"position": (0.4, 0.2, -0.3), "yaw": 70, "pitch": -20, "roll": 10}


def rays_of(view):
    _, _, width, height = view.rectangle
    rays = view.pose.to_world(pixel_rays(view.lens, width, height, view.aspect, 1)).reshape(height, width, 3)
    return rays / np.linalg.norm(rays, axis=-1, keepdims=True)


def test_a_sphere_from_anywhere(renderer, upload):
    depth = scenes.constant(64, 32, 0.3)
    radius = float(LINEAR.radius_of(np.array(round(0.3 * 65535) / 65535)))
    frame = frame_of(LINEAR, (90, 60), **OFF)
    rays, place = rays_of(frame.views[0]), np.array(OFF["position"])
    along = rays @ place
    expected = np.sqrt(along**2 + radius**2 - place @ place) - along
    metres = renderer.distances(upload(COLOUR, depth), frame, LINEAR)
    assert metres.dtype == np.float32
    np.testing.assert_allclose(metres, expected, rtol=1e-5)


def test_hills_and_both_eyes_as_the_reference_sees_them(renderer, upload):
    frame = frame_of(LINEAR, (120, 40), layout="sbs", **OFF)
    metres = renderer.distances(upload(COLOUR, ROLLING), frame, LINEAR)
    for view in frame.views:
        x, _, width, _ = view.rectangle
        rays = rays_of(view)
        traced = layered_caster.plain(COLOUR, ROLLING, LINEAR, np.array(view.pose.position), rays.reshape(-1, 3))
        wrong = np.abs(metres[:, x : x + width] / traced.distance.reshape(rays.shape[:2]) - 1)
        assert np.median(wrong) < 2e-5
        assert np.quantile(wrong, 0.98) < 1e-3


def test_past_a_cut_edge_it_is_the_layer_that_is_seen(context, renderer):
    rule = Look(mapping="inverse").displacement(1.0, 8.0)
    depth = scenes.ball(160, 80, (0.5, 0.2, -2.0), 0.7, 1.0, 8.0)
    layers = split(COLOUR, depth)
    surface = Surface(context, prepare(COLOUR, depth, layers))
    assert list(surface.upload())
    frame = frame_of(rule, (80, 60), position=(0.3, 0, 0), yaw=5)
    view = frame.views[0]
    rays = rays_of(view).reshape(-1, 3)
    scene = layered_caster.LayeredScene(COLOUR, layers, rule)
    traced = layered_caster.trace(scene, np.array(view.pose.position), rays)
    wrong = np.abs(renderer.distances(surface, frame, rule).reshape(-1) / traced.distance - 1)
    assert np.median(wrong) < 2e-5
    assert np.quantile(wrong, 0.97) < 0.02
    stretched = renderer.distances(surface, frame, Look(mapping="inverse", edges="stretched").displacement(1.0, 8.0))
    assert np.mean(np.abs(stretched.reshape(-1) / traced.distance - 1) > 0.1) > 3 * np.mean(wrong > 0.1)
    surface.release()


def test_tiles_and_a_float_each(renderer, upload, monkeypatch):
    from depthfusion.render import renderer as room

    surface = upload(COLOUR, ROLLING)
    frame = frame_of(LINEAR, (90, 60), **OFF)
    whole = renderer.distances(surface, frame, LINEAR)
    monkeypatch.setattr(room, "LARGEST_TILE", 37)
    np.testing.assert_allclose(renderer.distances(surface, frame, LINEAR), whole, rtol=2e-2)
    assert len(np.unique(whole)) > 4000
