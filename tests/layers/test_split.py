"""The two layers of a panorama: what holds of them whatever the panorama is."""

from __future__ import annotations

import numpy as np
import pytest

from depthfusion.layers import Layers, split
from depthfusion.layers.grid import padded
from ldm3d.sphere import directions
from tests.reference import rooms, scenes


def opacity(layers: Layers, v: int = 1) -> np.ndarray:
    """Return the front's opacity at the texels of its field."""
    return np.clip(4 * (layers.alpha / 255.0 - 0.5) + 0.5, 0, 1)


def own(size: tuple[int, int]) -> np.ndarray:
    return scenes.photograph(*size)


def disc(width: int, latitude: float, azimuth: float, degrees: float) -> np.ndarray:
    """Return which texels lie within so many degrees of a place on the sphere."""
    phi, theta = np.radians(latitude), np.radians(azimuth)
    centre = (np.cos(phi) * np.sin(theta), np.sin(phi), -np.cos(phi) * np.cos(theta))
    return directions(width, width // 2) @ centre > np.cos(np.radians(degrees))


DEPTHS = {
    "a room": scenes.to_depth(1.0 * rooms.room(directions(512, 256)) * 0.7),
    "a street": scenes.to_depth(rooms.street(directions(512, 256))),
    "noise": scenes.noise(256, 128),
    "a blurred room": scenes.blurred(scenes.to_depth(rooms.room(directions(512, 256)) * 0.7), 2.0),
    "a step": scenes.step(256, 128),
    "tiny": scenes.noise(8, 4),
}


@pytest.mark.parametrize("name", DEPTHS)
def test_the_layer_behind_is_never_nearer_and_is_the_panorama_where_nothing_is_hidden(name: str) -> None:
    depth = DEPTHS[name]
    height, width = depth.shape
    rgb = own((2 * width, 2 * height))
    layers = split(rgb, depth)
    assert layers.front.shape == layers.back.shape == layers.hidden.shape == depth.shape
    assert layers.back_rgb.shape == rgb.shape
    assert layers.alpha.shape[1] == 2 * layers.alpha.shape[0]
    assert (layers.back <= layers.front).all()
    # Where the front is fully opaque and nothing is hidden, both layers and the panorama are one.
    scale = layers.alpha.shape[0] // height
    whole = (layers.alpha.reshape(height, scale, width, scale) == 255).all(axis=(1, 3)) & ~layers.hidden
    np.testing.assert_array_equal(layers.front[whole], layers.back[whole])
    far = np.kron(layers.hidden | (layers.front != layers.back), np.ones((2, 2), bool))
    around = np.lib.stride_tricks.sliding_window_view(padded(far, 2), (5, 5)).any(axis=(2, 3))
    np.testing.assert_array_equal(layers.back_rgb[~around], rgb[~around])


@pytest.mark.parametrize("name", DEPTHS)
def test_the_front_is_the_panorama_but_for_texels_beside_its_edges(name: str) -> None:
    depth = DEPTHS[name]
    layers = split(own((depth.shape[1], depth.shape[0])), depth)
    changed = layers.front != depth
    if name not in {"noise", "tiny"}:
        assert changed.mean() < 0.08
    scale = layers.alpha.shape[0] // depth.shape[0]
    clear = (layers.alpha < 255).reshape(depth.shape[0], scale, depth.shape[1], scale).any(axis=(1, 3))
    beside = np.lib.stride_tricks.sliding_window_view(padded(clear, 9), (19, 19)).any(axis=(2, 3))
    assert not (changed & ~beside).any()


def test_the_curtain_of_the_front_hangs_where_it_is_not_seen() -> None:
    depth = DEPTHS["a room"]
    layers = split(own((512, 256)), depth)
    # Every pair of neighbours that the front still stretches over by more than an edge lies in what is clear.
    far_apart = np.abs(np.diff(layers.front.astype(int), axis=1)) > 0.1 * 65535
    seen = opacity(layers).reshape(256, 2, 512, 2)
    between = np.minimum(seen[:, :, :-1, 1].max(axis=1), seen[:, :, 1:, 0].max(axis=1))
    assert far_apart.sum() > 100
    assert between[far_apart].max() == 0


@pytest.mark.parametrize(
    "depth",
    [
        scenes.plane(1024, 512, 1.6, 1.0, 100.0),
        scenes.rolling(512, 256),
        scenes.constant(64, 32, 0.4),
        scenes.blurred(scenes.plane(512, 256, 1.2, 1.0, 50.0), 3.0),
    ],
    ids=["ground to the horizon", "hills", "a sphere", "blurred ground"],
)
def test_slanted_surfaces_are_not_cut(depth: np.ndarray) -> None:
    layers = split(own((depth.shape[1], depth.shape[0])), depth)
    assert not layers.hidden.any()
    assert (layers.alpha == 255).all()
    np.testing.assert_array_equal(layers.front, depth)
    np.testing.assert_array_equal(layers.back, depth)


@pytest.mark.parametrize("sigma", [0.0, 1.0, 2.0])
@pytest.mark.parametrize(("latitude", "azimuth"), [(0, 10), (20, 180), (88, 0), (-90, 0)])
def test_a_disc_is_cut_all_around_wherever_it_lies_and_however_blurred(
    sigma: float, latitude: float, azimuth: float
) -> None:
    inside = disc(512, latitude, azimuth, 18)
    depth = np.where(inside, 48000, 12000).astype(np.uint16)
    layers = split(own((512, 256)), scenes.blurred(depth, sigma) if sigma else depth)
    ring = disc(512, latitude, azimuth, 19.5) & ~disc(512, latitude, azimuth, 16.5)
    # Along the ring the opacity reaches 0 in every direction; there is no way to walk in without crossing it.
    clear = (opacity(layers) == 0).reshape(256, 2, 512, 2).any(axis=(1, 3))
    reached = disc(512, latitude, azimuth, 2) if abs(latitude) < 80 else disc(512, latitude, azimuth, 6)
    for _ in range(400):
        grown = np.lib.stride_tricks.sliding_window_view(padded(reached, 1), (3, 3))
        plus = grown[:, :, 1, :].any(axis=2) | grown[:, :, :, 1].any(axis=2)
        now = plus & ~clear
        if (now == reached).all():
            break
        reached = now
    assert not reached[~disc(512, latitude, azimuth, 21)].any()
    assert clear[ring].any()
    # Under its rim lies the wall's depth, as far in as a view from 0.3 m off-centre can look.
    rim = disc(512, latitude, azimuth, 17) & ~disc(512, latitude, azimuth, 14)
    assert np.abs(layers.back[rim] / 65535 - 12000 / 65535).max() < 0.02


def test_everything_turns_with_the_panorama() -> None:
    depth, rgb = DEPTHS["a room"], own((512, 256))
    layers = split(rgb, depth)
    turned = split(np.roll(rgb, 130, axis=1), np.roll(depth, 130, axis=1))
    np.testing.assert_array_equal(np.roll(layers.front, 130, axis=1), turned.front)
    np.testing.assert_array_equal(np.roll(layers.alpha, 260, axis=1), turned.alpha)
    np.testing.assert_array_equal(np.roll(layers.hidden, 130, axis=1), turned.hidden)
    assert np.abs(np.roll(layers.back, 130, axis=1).astype(int) - turned.back).max() <= 8
    # Where two edges are equally near, the other may lend its detail.
    away = np.abs(np.roll(layers.back_rgb, 130, axis=1).astype(int) - turned.back_rgb).max(axis=2)
    assert (away[~turned.hidden] > 0).mean() < 0.01
    assert away[turned.hidden].mean() < 20


def test_the_same_panorama_always_gives_the_same_layers() -> None:
    depth, rgb = DEPTHS["a street"], own((512, 256))
    one, other = split(rgb, depth), split(rgb.copy(), depth.copy())
    for name in ("front", "alpha", "back", "back_rgb", "hidden"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_plain_wall_is_continued_in_its_own_colour_untouched_by_the_foreground() -> None:
    inside = disc(512, 5, 175, 20)
    depth = np.where(inside, 50000, 9000).astype(np.uint16)
    rgb = np.where(np.kron(inside, np.ones((2, 2), bool))[..., None], (200, 30, 30), (40, 120, 90)).astype(np.uint8)
    layers = split(rgb, depth)
    filled = np.kron(layers.hidden, np.ones((2, 2), bool))
    assert filled.mean() > 0.005
    assert np.abs(layers.back_rgb[filled].astype(int) - (40, 120, 90)).max() <= 1
