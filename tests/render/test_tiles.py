"""Panoramas wider than a machine's textures look as they do elsewhere: to a rounding of their colours."""

from __future__ import annotations

import numpy as np
import pytest

from depthfusion.layers import split
from depthfusion.look import Look
from depthfusion.render.prepare import prepare
from depthfusion.render.renderer import FILE, INTERACTIVE
from depthfusion.render.surface import Surface
from tests.reference import scenes
from tests.render.test_pictures import COLOUR, LINEAR, OFF, ROLLING, frame_of

STRETCHED = Look(edges="stretched").displacement()
STEP = scenes.step(128, 64)
SHAPES = {"even": COLOUR, "odd": scenes.photograph(333, 167)}


@pytest.fixture
def with_limit(context, monkeypatch):
    """Return what brings a panorama onto the card as if textures ended at so many pixels a side."""
    surfaces = []

    def bring(prepared, limit=None):
        with monkeypatch.context() as patch:
            if limit is not None:
                patch.setitem(context.info, "GL_MAX_TEXTURE_SIZE", limit)
            surface = Surface(context, prepared)
            shares = list(surface.upload())
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1)
        surfaces.append(surface)
        return surface

    yield bring
    for surface in surfaces:
        surface.release()


@pytest.mark.parametrize("limit", [300, 100, 64])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_panorama_beyond_the_limit_looks_the_same(renderer, with_limit, shape, limit):
    prepared = prepare(SHAPES[shape], ROLLING)
    whole, tiled = with_limit(prepared), with_limit(prepared, limit)
    assert whole.defines["TILED"] == 0
    assert tiled.defines["TILED"] > 0
    assert tiled.defines["TILED_DEPTH"] == (limit < 200)
    poses = [OFF, {"yaw": 180, "fov": 140}, {"pitch": 90, "fov": 120, "position": (0.2, 0, 0)}, {"fov": 5, "yaw": 179}]
    for pose in poses:
        for quality in (FILE, INTERACTIVE):
            frame = frame_of(STRETCHED, (96, 54), **pose)
            one, other = (renderer.picture(s, frame, STRETCHED, quality).astype(int) for s in (whole, tiled))
            assert np.abs(one - other).max() <= 3
            assert np.abs(one - other).mean() < 0.3


@pytest.mark.parametrize("limit", [70, 40])
def test_so_do_its_layers(renderer, with_limit, limit):
    prepared = prepare(COLOUR, STEP, split(COLOUR, STEP))
    whole, tiled = with_limit(prepared), with_limit(prepared, limit)
    assert tiled.defines["TILED_ALPHA"] == 1
    frame = frame_of(LINEAR, (120, 68), position=(0.3, 0, 0), yaw=-10)
    one, other = (renderer.picture(surface, frame, LINEAR).astype(int) for surface in (whole, tiled))
    assert (np.abs(one - other) > 3).mean() < 1e-3
    metres = [renderer.distances(surface, frame, LINEAR) for surface in (whole, tiled)]
    assert np.mean(metres[0] == metres[1]) > 0.999


@pytest.mark.parametrize("limit", [300, 64])
def test_no_line_where_tiles_meet(renderer, with_limit, limit):
    world = scenes.directions(512, 256)
    smooth = np.rint(127 + 100 * world).astype(np.uint8)
    surface = with_limit(prepare(smooth, ROLLING), limit)
    for options in ({"yaw": 180}, {"yaw": 0}, {"pitch": 90, "yaw": 30}):
        picture = renderer.picture(surface, frame_of(STRETCHED, (200, 200), **options), STRETCHED).astype(int)
        assert max(np.abs(np.diff(picture, axis=axis)).max() for axis in (0, 1)) <= 3


@pytest.mark.full
def test_sixteen_thousand_texels_around(renderer, with_limit):
    # Stripes of two texels a line pair stay what they are: nothing is drawn from a half.
    height = 8192
    stripes = np.where(np.arange(2 * height) // 4 % 2 == 0, 40, 210).astype(np.uint8)
    colour = np.broadcast_to(stripes[None, :, None], (height, 2 * height, 3))
    prepared = prepare(colour, scenes.constant(64, 32, 0.5))
    texels = 2 * height / 360
    size = (256, 8)
    fov = 2 * np.degrees(np.arctan(np.tan(np.radians(size[0] / texels / 2))))
    frame = frame_of(STRETCHED, size, fov=fov)
    pictures = [renderer.picture(with_limit(prepared, limit), frame, STRETCHED).astype(int) for limit in (None, 4096)]
    row = pictures[0][4, 40:200, 0]
    assert row.min() < 60
    assert row.max() > 190
    assert np.abs(pictures[0] - pictures[1]).max() <= 3
