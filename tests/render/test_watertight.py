"""From within, the surface has no holes: whatever the depth, nothing behind it is ever seen."""

from __future__ import annotations

import numpy as np
import pytest

from depthfusion.look import Look
from depthfusion.render.renderer import FILE, Quality
from tests.reference import scenes
from tests.render.test_pictures import frame_of

GREY = np.full((8, 16, 3), 128, np.uint8)
VIEWS = {
    "at the centre": {"fov": 150},
    "off-centre": {"position": (0.3, 0.1, -0.2), "yaw": 40},
    "seam": {"position": (0.1, 0.2, 0.3), "yaw": 180, "fov": 120},
    "up": {"position": (0.2, 0, 0.1), "pitch": 90},
    "down": {"position": (0.2, 0.3, 0.1), "pitch": -90, "roll": 10},
    "near": {"position": (1.45, 0, 0), "yaw": 90, "fov": 120},
}
DEPTHS = {
    "noise": scenes.noise(64, 32),
    "noise of odd size": scenes.noise(101, 37),
    "a step": scenes.step(64, 32, 0.0, 1.0),
    "two texels": np.array([[0, 65535]], np.uint16),
    "checks": (np.indices((32, 64)).sum(axis=0) % 2 * 65535).astype(np.uint16),
}


def holes(renderer, surface, rule, quality, **options):
    """Return how many pixels show anything but the grey that the whole surface has."""
    picture = renderer.picture(surface, frame_of(rule, (320, 180), **options), rule, quality)
    return int((np.abs(picture.astype(int) - 128) > 1).any(axis=2).sum())


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("depth", DEPTHS)
def test_no_holes(renderer, upload, depth, view):
    surface = upload(GREY, DEPTHS[depth])
    for rule in (Look().displacement(), Look(mapping="inverse").displacement(1.5, 40.0)):
        for quality in (FILE, Quality(8.0, 1)):
            assert holes(renderer, surface, rule, quality, **VIEWS[view]) == 0


def test_holes_would_be_seen(renderer, upload):
    surface = upload(GREY, scenes.constant(64, 32, 0.5))
    outside = {"position": (0.0, 0.0, 30.0), "fov": 40}
    assert holes(renderer, surface, Look().displacement(), FILE, **outside) > 10000
    assert holes(renderer, surface, Look().displacement(), FILE, position=(0.0, 0.0, 0.0)) == 0
