"""The selected mesh: no coarser than its tolerance, without cracks, with everything that is seen."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depthfusion.look import Look
from depthfusion.render.measuring import patch_indices
from depthfusion.render.perspective import eye_of
from depthfusion.render.relief import PATCH, relief_of
from depthfusion.render.selection import MOST, Selector
from tests.reference import mesh, scenes
from tests.render.test_pictures import frame_of

RULES = {
    "linear": Look().displacement(),
    "inverse": Look(mapping="inverse").displacement(),
    "strongest": Look(strength=0.95).displacement(),
    "levels": Look(levels=(0.1, 0.9)).displacement(),
}
DEPTHS = {
    "noise": scenes.noise(64, 32),
    "odd noise": scenes.noise(100, 50),
    "step": scenes.step(128, 64),
    "rolling": scenes.rolling(256, 128),
    "constant": scenes.constant(64, 32, 0.5),
    "two texels": scenes.noise(2, 1),
}
VIEWS = {
    "an eye": {"position": (0.032, 0, 0)},
    "off-centre": {"position": (0.3, 0.1, -0.2), "yaw": 40, "pitch": -10, "roll": 20},
    "a pole": {"position": (0.1, 0.1, 0.05), "pitch": 90},
    "near": {"position": (0.14, 0, 0), "yaw": 100, "fov": 110},
}


def view_of(rule, size=(640, 360), **options):
    return frame_of(rule, size, **options).views[0]


def worst(depth, rule, view, tolerance=0.25, count=4000):
    """Return how many pixels the worst of random points of the mesh lies from the surface, and how many were seen."""
    selection = Selector(relief_of(depth)).select(rule, [eye_of(view)], tolerance)
    assert selection.tolerance == tolerance
    corners = mesh.vertices(mesh.places(selection.tiles, depth.shape[::-1]), depth, rule).reshape(-1, 289, 3)
    triangles = corners[:, patch_indices().astype(int)].reshape(-1, 3, 3)
    points, which = mesh.random_points(triangles, count, np.random.default_rng(1))
    wide = np.repeat(selection.tiles[:, 2] / depth.shape[1], 2 * PATCH**2)[which]
    away = mesh.strays(points, depth, rule, view, wide)
    return np.nanmax(away, initial=0.0, where=np.isfinite(away)), int(np.isfinite(away).sum())


def check(depth, rule, view):
    away, seen = worst(DEPTHS[depth], RULES[rule], view_of(RULES[rule], **VIEWS[view]))
    assert seen > 200  # enough of the random points are in view for the worst to mean something
    assert away <= 0.25


@pytest.mark.parametrize("view", ["off-centre", "a pole"])
@pytest.mark.parametrize("rule", ["linear", "inverse"])
@pytest.mark.parametrize("depth", DEPTHS)
def test_no_point_of_a_file_s_mesh_strays_more_than_a_quarter_of_a_pixel(depth, rule, view):
    check(depth, rule, view)


@pytest.mark.full
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("depth", DEPTHS)
def test_nor_with_any_rule_from_anywhere(depth, rule, view):
    check(depth, rule, view)


@pytest.mark.full
@settings(max_examples=150, deadline=None)
@given(
    st.tuples(st.integers(1, 150), st.integers(1, 80)),
    st.integers(0, 2**32 - 1),
    st.sampled_from(sorted(RULES)),
    st.tuples(*[st.floats(-0.08, 0.08)] * 3),
    st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(60, 140)),
)
def test_the_tolerance_holds_for_any_noise_and_view(size, seed, rule, position, turn):
    yaw, pitch, fov = turn
    view = view_of(RULES[rule], (320, 180), position=position, yaw=yaw, pitch=pitch, fov=fov)
    assert worst(scenes.noise(*size, seed), RULES[rule], view)[0] <= 0.25


def test_a_looser_tolerance_takes_fewer_patches_and_still_holds():
    depth, rule = DEPTHS["noise"], RULES["linear"]
    view = view_of(rule, **VIEWS["off-centre"])
    counts = [len(Selector(relief_of(depth)).select(rule, [eye_of(view)], px).tiles) for px in (0.25, 1.0, 4.0)]
    assert counts[0] > counts[1] > counts[2]
    assert worst(depth, rule, view, tolerance=1.0)[0] <= 1.0


def test_from_the_centre_depth_is_not_seen_and_the_coarsest_mesh_will_do():
    depth, rule = DEPTHS["noise"], RULES["linear"]
    view = view_of(rule)
    selector = Selector(relief_of(depth))
    assert len(selector.select(rule, [eye_of(view)], 0.25).tiles) <= 2


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("view", VIEWS)
def test_edges_fit_together_along_every_side(depth, view):
    rule = RULES["linear"]
    relief = relief_of(DEPTHS[depth])
    width, height = relief.size
    # Every eye sees a part; six of them see all, so that every neighbour is there.
    looks = [{"yaw": yaw} for yaw in (0, 90, 180, 270)] + [{"pitch": 90}, {"pitch": -90}]
    position = VIEWS[view]["position"]
    eyes = [eye_of(view_of(rule, (640, 640), fov=100, position=position, **look)) for look in looks]
    tiles = Selector(relief).select(rule, eyes, 2.0).tiles
    grid = mesh.places(tiles, relief.size)
    sides = {}
    for side in (grid[:, :, 0], grid[:, :, 16], grid[:, 0, :], grid[:, 16, :]):
        for places in side:
            for a, b in itertools.pairwise(places):
                if (a != b).any():
                    edge = (a[0] % width, a[1], b[0] - a[0], b[1])
                    sides[edge] = sides.get(edge, 0) + 1
    at_poles = {edge for edge in sides if edge[1] == edge[3] and edge[1] in {0, height + 1}}
    assert len(at_poles) < len(sides)
    assert {sides[edge] for edge in sides if edge not in at_poles} == {2}, "each edge belongs to two patches"


def test_too_many_patches_double_the_tolerance():
    depth = scenes.noise(256, 128)
    rule = Look(levels=(0.49, 0.51)).displacement()
    view = view_of(rule, (4000, 2000), position=(0.5, 0, 0))
    selection = Selector(relief_of(depth)).select(rule, [eye_of(view)], 0.25)
    assert 0 < len(selection.tiles) <= MOST
    assert selection.tolerance in {0.25 * 2**n for n in range(1, 12)}


def test_a_patch_s_triangles_cover_it_once_and_fold_onto_a_coarser_neighbour():
    indices = patch_indices().astype(int)
    y, x = np.divmod(indices, PATCH + 1)

    def areas(x, y):
        return ((x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])) / 2

    whole = areas(x, y)
    assert (np.abs(whole) == 0.5).all()
    assert len(set(np.sign(whole))) == 1
    folded = areas(x, np.where(x == 0, y // 2 * 2, y))
    assert abs(folded.sum()) == PATCH**2
    assert len(set(np.sign(folded)) - {0}) == 1
