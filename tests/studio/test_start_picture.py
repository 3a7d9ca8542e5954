"""What is left of a picture under noise: all at strength 0, nothing at 1; outside a mask everything stays."""

from __future__ import annotations

import numpy as np
import pytest

from depthfusion.studio.start_picture import Start, explained, signal


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:64, 0:128]
    smooth = 128 + 80 * np.sin(x / 20)[..., None] * np.cos(y / 15)[..., None]
    return (smooth + rng.normal(0, 25, (64, 128, 3))).clip(0, 255).astype(np.uint8)


def test_the_share_that_is_left_is_the_schedule_s() -> None:
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    assert signal(0) == 1
    assert signal(0.5) == pytest.approx(np.sqrt(np.prod(1 - betas[:500])))
    assert signal(1) == pytest.approx(np.sqrt(0.0047), abs=0.001)  # ᾱ of Stable Diffusion's last step


def test_the_more_is_made_anew_the_less_is_left(picture: np.ndarray) -> None:
    start = Start(picture)
    assert (start.under(0) == picture).all()
    far = [np.abs(start.under(s).astype(float) - picture).mean() for s in (0.1, 0.3, 0.5, 0.7, 0.9, 1.0)]
    assert far == sorted(far)
    detail = [np.abs(np.diff(start.under(s).astype(float), axis=1)).mean() for s in (0.1, 0.5, 0.9)]
    assert detail[0] > 3 * detail[2]
    assert start.under(0.6).std(axis=(0, 1)).min() > 20
    assert start.under(1.0).std(axis=(0, 1)).max() == 0


def test_outside_the_mask_everything_stays(picture: np.ndarray) -> None:
    mask = np.zeros((64, 128), np.uint8)
    mask[20:40, 30:60] = 1
    shown = Start(picture, mask).under(0.9)
    assert (shown[mask == 0] == picture[mask == 0]).all()
    assert (shown[mask == 1] == Start(picture).under(0.9)[mask == 1]).all()


def test_every_strength_is_explained() -> None:
    said = {explained(strength) for strength in np.linspace(0, 1, 101)}
    assert len(said) == 6
