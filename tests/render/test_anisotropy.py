"""A fine pattern at a grazing angle: a pixel is long and narrow on it, and stays sharp across its narrow side."""

from __future__ import annotations

import numpy as np

from depthfusion.camera.frame import compose, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.look import Look
from depthfusion.render.renderer import FILE, INTERACTIVE
from tests.reference import raycaster, scenes

SIZE = (96, 54)
RULE = Look(mapping="inverse").displacement(1.0, 30.0)


def spokes(width: int, height: int, count: int) -> np.ndarray:
    """Return sRGB [height, width, 3]: `count` spokes around the poles, dark and light, ever narrower towards them."""
    wave = 128 + 100 * np.sin(2 * np.pi * count * (np.arange(width) + 0.5) / width)
    return np.broadcast_to(wave.astype(np.uint8)[None, :, None], (height, width, 3)).copy()


def grazing(renderer, upload, quality):
    """Return the PSNR in dB, against 16 samples a pixel, of a low look along the ground, below the horizon."""
    colour, depth = spokes(1024, 512, 128), scenes.plane(512, 256, 1.2, 1.0, 30.0)
    options = ViewOptions(position=(0.0, -1.0, 0.0), pitch=-25, fov=60)
    frame = compose(options, pose_of(options), options.field_of_view, SIZE, RULE)
    drawn = renderer.picture(upload(colour, depth), frame, RULE, quality) / 255
    reference = raycaster.cast(raycaster.Scene(colour, depth, RULE), frame.views[0])
    return raycaster.psnr(drawn, reference.srgb, ~reference.edges)


def test_a_grazing_look_at_a_fine_pattern_is_as_sharp_as_sixteen_samples(renderer, upload):
    sharp = grazing(renderer, upload, FILE)
    # One sample from halves as coarse as the pixel is long is what mip-mapping without anisotropy gives.
    blurred = grazing(renderer, upload, INTERACTIVE)
    assert sharp >= 40
    assert blurred < sharp - 10
