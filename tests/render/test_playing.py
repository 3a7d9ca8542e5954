"""Frames that play are prepared quickly, and are the same world."""

from __future__ import annotations

import moderngl
import numpy as np
import pytest

from depthfusion.camera.frame import compose, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.look import Displacement
from depthfusion.moving.frames import reduced
from depthfusion.render.mips import halves
from depthfusion.render.playing import FINENESS, prepare_quickly
from depthfusion.render.prepare import prepare
from depthfusion.render.renderer import Renderer
from depthfusion.render.surface import Surface


def world(width: int, depth_width: int) -> tuple[np.ndarray, np.ndarray]:
    u, v = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(width // 2) + 0.5) / (width // 2))
    rgb = np.stack([128 + 60 * np.sin(2 * np.pi * (k * u + v)) for k in (1, 2, 3)], axis=-1).round().astype(np.uint8)
    rows = np.linspace(0, 65535, depth_width // 2).astype(np.uint16)
    return rgb, np.repeat(rows[:, None], depth_width, axis=1)


@pytest.mark.parametrize("width", [256, 250])
def test_the_halves_are_those_of_the_slow_way(width: int) -> None:
    rgb, depth = world(width, 64)
    quick, slow = prepare_quickly(rgb, depth), prepare(rgb, depth)
    assert [level.shape for level in quick.colours] == [level.shape for level in halves(rgb)]
    assert quick.colours[0] is rgb
    for a, b in zip(quick.colours[:3], slow.colours[:3], strict=True):
        assert np.abs(a.astype(int) - b).mean() < 4
    assert quick.behind is None
    assert np.array_equal(quick.relief.depth, slow.relief.depth)


def test_a_reduced_depth_has_the_values_at_its_texels_middles() -> None:
    depth = np.arange(6 * 12, dtype=np.uint16).reshape(6, 12)
    assert reduced(depth, 12) is depth
    assert np.array_equal(reduced(depth, 4), depth[1::3, 1::3])
    assert reduced(np.zeros((1080, 2160), np.uint16), 768).shape == (384, 768)


def test_four_bytes_a_pixel_are_the_same_colours() -> None:
    rgb, depth = world(250, 64)
    padded = np.concatenate((rgb, np.random.default_rng(1).integers(0, 256, (*rgb.shape[:2], 1), np.uint8)), axis=2)
    plain, four = prepare_quickly(rgb, depth), prepare_quickly(padded, depth)
    assert four.colours[0] is padded
    for a, b in zip(plain.colours, four.colours, strict=True):
        assert np.array_equal(a, b[:, :, :3])


def test_four_bytes_a_pixel_are_drawn_as_three_are(context: moderngl.Context, renderer: Renderer) -> None:
    rgb, depth = world(512, 64)
    padded = np.concatenate((rgb, np.zeros((*rgb.shape[:2], 1), np.uint8)), axis=2)
    rule = Displacement()
    view = ViewOptions(position=(0.3, 0.1, 0.0))
    frame = compose(view, pose_of(view), 90.0, (160, 90), rule)
    pictures = []
    for colour in (rgb, padded):
        surface = Surface(context, prepare_quickly(colour, depth))
        for _ in surface.upload():
            pass
        pictures.append(renderer.picture(surface, frame, rule))
        surface.release()
    assert np.ptp(pictures[0]) > 40
    assert np.array_equal(*pictures)


def test_haste_takes_less_to_prepare_and_to_bring() -> None:
    rgb, depth = world(256, 2048)
    ways = [prepare_quickly(rgb, depth, haste) for haste in range(len(FINENESS))]
    amounts = [(way.relief.size[0], way.colours[0].shape[1]) for way in ways]
    assert amounts == [(768, 256), (512, 256), (512, 128), (384, 128)]
