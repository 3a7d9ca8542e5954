"""Depth from a decoder's floats: exact where the bytes can be read, repaired where noise hides them, edges kept.

A step is the difference of d between two pixels that are neighbours across or down. The scenes' own steps are far
below the 0.02 that no step of the repaired depth may exceed.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ldm3d.errors import InputError
from ldm3d.rgbd import pack_depth, unpack_depth

HEIGHT, WIDTH = 256, 512
U, V = np.meshgrid((np.arange(WIDTH) + 0.5) / WIDTH, (np.arange(HEIGHT) + 0.5) / HEIGHT)
BYTES_256 = 256 / 65535

SMOOTH = {
    "waves": 0.5 + 0.3 * np.sin(2 * np.pi * U) * np.sin(np.pi * V) + 0.1 * np.cos(6 * np.pi * U),
    "a ramp across the whole range": U,
    "a ramp down the whole range": V,
    "a level between two high bytes": np.full_like(U, 100 * BYTES_256),
    "a slope that crosses one high byte": 100 * BYTES_256 + (U - 0.5) * 0.004,
    "a floor under an empty sky": np.clip(np.sin((V - 0.5) * np.pi), 0, 1) * 0.8,
    "a white ceiling": 1 - np.clip(np.sin((V - 0.5) * np.pi), 0, 1) * 0.8,
    "all black": np.zeros_like(U),
    "all white": np.ones_like(U),
}


def to_uint16(d: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.rint(d * 65535).astype(np.uint16)


def painted(depth: NDArray[np.uint16], noise: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return what a decoder limited to [0, 1] paints, with noise [H, W, 3] in bytes."""
    return np.clip((pack_depth(depth) + noise) / 255, 0, 1).astype(np.float32)


def gaussian(seed: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 2, (*shape, 3))


def largest_step(depth: NDArray[np.uint16]) -> float:
    d = depth / 65535
    return float(max(np.abs(np.diff(d, axis=-1)).max(), np.abs(np.diff(d, axis=-2)).max()))


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("kind", ["exact", "evenly", "at the limit"])
def test_smooth_depth_is_exact_where_channels_are_within_half_a_byte(name: str, kind: str) -> None:
    rng, shape = np.random.default_rng(1), (HEIGHT, WIDTH, 3)
    noise = {
        "exact": np.zeros(shape),
        "evenly": rng.uniform(-0.499, 0.499, shape),
        "at the limit": rng.choice([-0.49, 0.49], shape),
    }[kind]
    depth = to_uint16(SMOOTH[name])
    np.testing.assert_array_equal(unpack_depth(painted(depth, noise)), depth)


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("seed", range(3))
def test_noise_of_two_bytes_is_repaired(name: str, seed: int) -> None:
    depth = to_uint16(SMOOTH[name])
    assert largest_step(depth) < 0.011
    noisy = painted(depth, gaussian(seed, depth.shape))
    repaired = unpack_depth(noisy)
    error = (repaired.astype(np.float64) - depth) / 65535
    assert np.sqrt(np.mean(error**2)) <= 0.002
    assert largest_step(repaired) <= 0.02
    bytes_ = np.rint(noisy * 255).astype(np.uint8)
    assert np.sqrt(np.mean(error**2)) < np.sqrt(np.mean(((unpack_depth(bytes_) / 65535.0) - depth / 65535.0) ** 2)) / 3


@pytest.mark.parametrize("step", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_edges_of_the_depth_stay_edges_and_do_not_ring(step: float, noise: float) -> None:
    checks = (np.arange(WIDTH)[None, :] // 40 + np.arange(HEIGHT)[:, None] // 40) % 2
    depth = to_uint16(0.3 + step * checks + 0.05 * np.sin(6 * U))
    repaired = unpack_depth(painted(depth, gaussian(0, depth.shape) * noise / 2))
    error = np.abs(repaired.astype(np.float64) - depth) / 65535
    if noise == 0:
        assert error.max() == 0
    else:
        assert np.sqrt(np.mean(error**2)) <= 0.002
        # One wrong 256 is 0.0039; a value from the other side of the edge, or beyond either, would be `step` away.
        assert error.max() <= 0.013


def test_a_wire_one_pixel_wide_survives_the_noise() -> None:
    d = 0.3 + 0.1 * U
    d[:, ::40] = 0.6
    depth = to_uint16(d)
    repaired = unpack_depth(painted(depth, gaussian(0, depth.shape)))
    assert np.abs(repaired.astype(np.float64) - depth).max() / 65535 < 0.05


def test_bytes_are_never_repaired() -> None:
    packed = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    np.testing.assert_array_equal(unpack_depth(packed), packed[..., 1].astype(int) * 256 + packed[..., 2])


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_every_float_is_taken_and_batches_are_single_pictures(kind: type) -> None:
    depth = to_uint16(np.stack([SMOOTH["waves"], SMOOTH["a ramp down the whole range"]]))
    noisy = np.stack([painted(one, gaussian(number, one.shape)) for number, one in enumerate(depth)]).astype(kind)
    together = unpack_depth(noisy)
    assert together.dtype == np.uint16
    for one, picture in zip(together, noisy, strict=True):
        np.testing.assert_array_equal(one, unpack_depth(picture))


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (2, 2), (3, 1)])
def test_pictures_of_a_few_pixels(shape: tuple[int, int]) -> None:
    depth = np.full(shape, 12345, np.uint16)
    np.testing.assert_array_equal(unpack_depth(painted(depth, np.zeros((*shape, 3)))), depth)


@pytest.mark.parametrize("value", [-0.01, 1.01, np.nan])
def test_floats_outside_the_unit_range_are_refused(value: float) -> None:
    with pytest.raises(InputError, match=r"outside \[0, 1\]"):
        unpack_depth(np.full((4, 4, 3), value, np.float32))


def test_floats_that_are_no_picture_are_refused() -> None:
    with pytest.raises(InputError, match="H, W, 3"):
        unpack_depth(np.zeros(3, np.float32))
