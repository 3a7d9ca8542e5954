"""Frames as encoders take them: held to BT.709 in plain NumPy, and handed over in order."""

from __future__ import annotations

import moderngl
import numpy as np
import pytest

from depthfusion.errors import MachineError
from depthfusion.render.readback import Readback


def planes_of(rgb: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Y' [H, W] and Cb, Cr [H/2, W/2, 2] of gamma-encoded rgb in 0 to 1, in codes: Rec. ITU-R BT.709-6, section 3."""
    step = 2 ** (bits - 8)
    luma = rgb @ [0.2126, 0.7152, 0.0722]
    left = np.concatenate([rgb[:, :1], rgb[:, :-1]], axis=1)  # the left edge is held
    right = np.concatenate([rgb[:, 1:], rgb[:, -1:]], axis=1)
    sited = ((left + 2 * rgb + right) / 4)[:, ::2]
    mean = (sited[::2] + sited[1::2]) / 2
    mean_luma = mean @ [0.2126, 0.7152, 0.0722]
    blue, red = (mean[..., 2] - mean_luma) / 1.8556, (mean[..., 0] - mean_luma) / 1.5748
    return (16 + 219 * luma) * step, (128 + 224 * np.stack([blue, red], axis=-1)) * step


def split(data: np.ndarray, size: tuple[int, int], bits: int) -> tuple[np.ndarray, np.ndarray]:
    """The planes in codes out of the bytes of NV12 or P010."""
    width, height = size
    codes = data if bits == 8 else data.view("<u2")
    if bits == 10:
        assert not (codes & 63).any()
        codes = codes >> 6
    return codes[: width * height].reshape(height, width), codes[width * height :].reshape(height // 2, width // 2, 2)


def picture(size: tuple[int, int], bits: int, seed: int = 0) -> np.ndarray:
    """Noise, and the corners of the colour cube."""
    kind, most = (np.uint8, 256) if bits == 8 else (np.uint16, 65536)
    rgb = np.random.default_rng(seed).integers(0, most, (size[1], size[0], 3)).astype(kind)
    corners = np.array([[(i >> k & 1) * (most - 1) for k in range(3)] for i in range(8)], kind)
    rgb[0, :8] = corners[: rgb.shape[1]]
    return rgb


def fill(readback: Readback, rgb: np.ndarray) -> None:
    """Put a picture where a frame would be drawn."""
    alpha = np.full((*rgb.shape[:2], 1), np.iinfo(rgb.dtype).max, rgb.dtype)
    readback.target.color_attachments[0].write(np.ascontiguousarray(np.concatenate([rgb, alpha], axis=2)[::-1]))


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("size", [(64, 32), (62, 34), (16, 16), (302, 18)])  # widths that end in whole fours and not
def test_planes_are_bt709_in_limited_range(context: moderngl.Context, size: tuple[int, int], bits: int) -> None:
    rgb = picture(size, bits)
    readback = Readback(context, size, bits)
    fill(readback, rgb)
    assert readback.submit() is None
    (data,) = readback.rest()
    expected = planes_of(rgb / np.iinfo(rgb.dtype).max, bits)
    for plane, wanted in zip(split(data, size, bits), expected, strict=True):
        assert abs(plane.astype(float) - wanted).max() < 0.502  # rounded to the nearest code
    readback.release()


@pytest.mark.parametrize("bits", [8, 10])
def test_frames_come_out_in_order_and_two_later(context: moderngl.Context, bits: int) -> None:
    size = (32, 16)
    frames = [picture(size, bits, i) for i in range(7)]
    readback = Readback(context, size, bits)
    came = []
    for i, rgb in enumerate(frames):
        fill(readback, rgb)
        data = readback.submit()
        assert (data is None) == (i < 2)
        came += [] if data is None else [data]
    came += list(readback.rest())
    assert len(came) == 7
    for rgb, data in zip(frames, came, strict=True):
        luma, _ = split(data, size, bits)
        wanted, _ = planes_of(rgb / np.iinfo(rgb.dtype).max, bits)
        assert abs(luma - wanted).max() < 0.502
    assert not list(readback.rest())
    readback.release()


def test_planes_that_were_handed_over_stay_as_they_are(context: moderngl.Context) -> None:
    readback = Readback(context, (32, 16))
    fill(readback, picture((32, 16), 8))
    readback.submit()
    (first,) = readback.rest()
    kept = first.copy()
    for _ in range(4):
        fill(readback, np.zeros((16, 32, 3), np.uint8))
        readback.submit()
    list(readback.rest())
    assert (first == kept).all()
    readback.release()


def test_a_size_that_the_driver_lacks_is_one_sentence(context: moderngl.Context) -> None:
    largest = context.info["GL_MAX_TEXTURE_SIZE"]
    with pytest.raises(MachineError, match=f"ends at {largest} pixels a side"):
        Readback(context, (largest + 2, 16))
