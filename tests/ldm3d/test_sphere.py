"""The sphere: the conventions' test vector, the way there and back, wrapping, and the sRGB curve."""

from __future__ import annotations

import numpy as np
import pytest

from ldm3d import sphere


def test_the_conventions_test_vector() -> None:
    np.testing.assert_allclose(sphere.from_uv(0.75, 0.25), (0.707107, 0.707107, 0), atol=5e-7)


@pytest.mark.parametrize(
    ("u", "v", "expected"),
    [
        (0.5, 0.5, (0, 0, -1)),  # the centre looks along −Z
        (0.75, 0.5, (1, 0, 0)),  # right of it is +X
        (0.25, 0.5, (-1, 0, 0)),
        (0.0, 0.5, (0, 0, 1)),  # the seam lies behind
        (1.0, 0.5, (0, 0, 1)),
        (0.3, 0.0, (0, 1, 0)),  # the top row looks up
        (0.9, 1.0, (0, -1, 0)),
    ],
)
def test_where_the_axes_lie(u: float, v: float, expected: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(sphere.from_uv(u, v), expected, atol=1e-15)


def test_directions_are_those_of_the_texel_centres() -> None:
    rays = sphere.directions(8, 4)
    assert rays.shape == (4, 8, 3)
    np.testing.assert_allclose(np.linalg.norm(rays, axis=-1), 1, rtol=1e-15)
    theta, phi = (6.5 / 8 - 0.5) * 2 * np.pi, (0.5 - 1.5 / 4) * np.pi
    expected = (np.cos(phi) * np.sin(theta), np.sin(phi), -np.cos(phi) * np.cos(theta))
    np.testing.assert_allclose(rays[1, 6], expected, atol=1e-15)


def test_some_rows_are_those_rows_of_the_whole() -> None:
    np.testing.assert_array_equal(sphere.directions(16, 8, slice(2, 5)), sphere.directions(16, 8)[2:5])


def test_there_and_back() -> None:
    u, v = sphere.texel_centres(64, 32)
    back_u, back_v = sphere.to_uv(7.5 * sphere.directions(64, 32))
    np.testing.assert_allclose(back_u, np.broadcast_to(u, (32, 64)), atol=1e-14)
    np.testing.assert_allclose(back_v, np.broadcast_to(v[:, None], (32, 64)), atol=1e-14)


def test_u_never_reaches_one() -> None:
    behind = np.array([[0.0, 0, 1], [-0.0, 0, 1], [1e-300, 0, 1], [-1e-300, 0, 1], [-1e-17, 0, 1]])
    u, v = sphere.to_uv(behind)
    assert (u >= 0).all()
    assert (u < 1).all()
    np.testing.assert_allclose(v, 0.5)


def test_texel_centres_sample_the_texels_themselves() -> None:
    image = np.random.default_rng(1).random((6, 12, 3))
    u, v = sphere.texel_centres(12, 6)
    np.testing.assert_allclose(sphere.sample_wrapped(image, u[None, :], v[:, None]), image, atol=1e-14)


def test_sampling_is_bilinear() -> None:
    image = np.random.default_rng(2).random((4, 8))
    # Three quarters of the way from column 2 to 3, a quarter from row 1 to 2.
    expected = 0.75 * (0.25 * image[1, 2] + 0.75 * image[1, 3]) + 0.25 * (0.25 * image[2, 2] + 0.75 * image[2, 3])
    assert sphere.sample_wrapped(image, 3.25 / 8, 1.75 / 4) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("u", [0.0, 1.0, -1.0, 3.0])
def test_sampling_wraps_in_u(u: float) -> None:
    image = np.random.default_rng(3).random((4, 8))
    assert sphere.sample_wrapped(image, u, 1.5 / 4) == pytest.approx((image[1, 0] + image[1, 7]) / 2, rel=1e-14)


def test_sampling_clamps_in_v() -> None:
    image = np.random.default_rng(4).random((4, 8))
    assert sphere.sample_wrapped(image, 2.5 / 8, 0.0) == image[0, 2]
    assert sphere.sample_wrapped(image, 2.5 / 8, 1.0) == image[3, 2]


def test_integers_are_sampled_without_overflow_and_floats_keep_their_type() -> None:
    image = np.full((2, 4), 65535, np.uint16)
    sampled = sphere.sample_wrapped(image, np.linspace(0, 1, 9), 0.4)
    assert sampled.dtype == np.float64
    np.testing.assert_allclose(sampled, 65535)
    assert sphere.sample_wrapped(image.astype(np.float32), 0.3, 0.4).dtype == np.float32


def test_the_srgb_curve() -> None:
    # Values of IEC 61966-2-1: mid grey 188 is half the light, and the two pieces meet.
    np.testing.assert_allclose(sphere.to_linear([0.0, 0.04045, 0.5, 1.0]), [0, 0.0031308, 0.2140411, 1], atol=1e-7)
    assert round(float(sphere.to_srgb(0.5)) * 255) == 188


def test_the_srgb_curve_and_its_inverse_keep_every_byte() -> None:
    codes = np.arange(256)
    for kind in (np.float32, np.float64):
        there = sphere.to_linear((codes / 255).astype(kind))
        assert there.dtype == kind
        np.testing.assert_array_equal(np.rint(sphere.to_srgb(there) * 255), codes)
