"""Larger panoramas: nothing is invented beyond what is there, edges stay edges, and the sphere has no border."""

from __future__ import annotations

import numpy as np
import pytest

from ldm3d import sphere
from ldm3d.enlarging import enlarge, enlarge_colour
from ldm3d.errors import InputError
from ldm3d.guided_depth import enlarge_depth
from ldm3d.tiles import broad, tiles
from tests.reference import rooms
from tests.reference.scenes import photograph, rolling, to_depth

LARGE = (1024, 512)


def silent(text: str, done: float, total: float) -> None:
    """Take no notice."""


def slow_lanczos(rgb: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return what `enlarge_colour` is to give, one texel and one direction at a time, in double precision."""
    light = sphere.to_linear(rgb / 255.0)

    def at(row: int, column: int) -> np.ndarray:
        height, width = rgb.shape[:2]
        if row < 0 or row >= height:  # beyond a pole: down the other side
            row, column = -1 - row if row < 0 else 2 * height - 1 - row, column + width // 2
        return light[row, column % width]

    def between(texel, place: float) -> np.ndarray:
        low = int(np.floor(place))
        taps = range(low - 2, low + 4)
        weights = np.array([np.sinc(place - tap) * np.sinc((place - tap) / 3) for tap in taps])
        value = sum(w * texel(tap) for w, tap in zip(weights / weights.sum(), taps, strict=True))
        return np.clip(value, np.minimum(texel(low), texel(low + 1)), np.maximum(texel(low), texel(low + 1)))

    result = np.empty((size[1], size[0], 3))
    for j in range(size[1]):
        y = (j + 0.5) / size[1] * rgb.shape[0] - 0.5
        for i in range(size[0]):
            x = (i + 0.5) / size[0] * rgb.shape[1] - 0.5
            result[j, i] = between(lambda row, x=x: between(lambda column, row=row: at(row, column), x), y)
    return np.rint(sphere.to_srgb(result) * 255)


def test_colour_is_lanczos_in_linear_light_around_the_sphere() -> None:
    rgb = photograph(16, 8)
    found = enlarge_colour(rgb, (40, 20), silent)
    assert np.abs(found - slow_lanczos(rgb, (40, 20))).max() <= 1


def test_colour_turns_with_the_sphere() -> None:
    rgb, depth = photograph(64, 32), rolling(32, 16)
    colour, deep = enlarge(rgb, depth, (256, 128))
    turned, deep_turned = enlarge(np.roll(rgb, 20, axis=1), np.roll(depth, 10, axis=1), (256, 128))
    np.testing.assert_array_equal(turned, np.roll(colour, 80, axis=1))
    np.testing.assert_array_equal(deep_turned, np.roll(deep, 80, axis=1))


def test_an_edge_gets_no_bright_or_dark_line_beside_it() -> None:
    rgb = np.full((32, 64, 3), 60, np.uint8)
    rgb[:, 20:40] = 200
    found = enlarge_colour(rgb, (512, 256), silent)
    assert (found.min(), found.max()) == (60, 200)


def test_the_same_size_is_the_same_picture() -> None:
    rgb, depth = photograph(64, 32), rolling(64, 32)
    colour, deep = enlarge(rgb, depth, (64, 32))
    np.testing.assert_array_equal(colour, rgb)
    np.testing.assert_array_equal(deep, depth)


@pytest.mark.parametrize("scene", [rooms.room, rooms.street])
def test_depth_edges_stay_edges_and_lie_where_the_colours_do(scene) -> None:
    world = sphere.directions(*LARGE)
    most = scene(world).max()
    truth = to_depth(scene(world) / most)
    depth = to_depth(scene(sphere.directions(256, 128)) / most)  # a quarter of the size
    light = rooms.colours(scene, world).reshape(256, 2, 512, 2, 3).mean(axis=(1, 3))  # half the size
    colour = enlarge_colour(np.rint(sphere.to_srgb(light) * 255).astype(np.uint8), LARGE, silent)

    u, v = sphere.texel_centres(*LARGE)
    ways = {
        "ours": enlarge_depth(depth, colour),
        "nearest": np.repeat(np.repeat(depth, 4, axis=0), 4, axis=1),
        "bilinear": sphere.sample_wrapped(depth, u[None, :], v[:, None]),
    }
    edges = rooms.depth_edges(truth / 65535, 0.02, 4)
    errors = {name: np.abs(found - truth.astype(float)) / 65535 for name, found in ways.items()}
    at_edges = {name: error[edges].mean() for name, error in errors.items()}
    elsewhere = {name: error[~edges].mean() for name, error in errors.items()}
    assert at_edges["ours"] < 0.4 * min(at_edges["nearest"], at_edges["bilinear"])
    assert elsewhere["ours"] < 1.3 * elsewhere["bilinear"]
    assert elsewhere["ours"] < 0.2 * elsewhere["nearest"]


def test_no_depth_between_two_surfaces_is_made_up() -> None:
    depth = np.full((32, 64), 10_000, np.uint16)
    depth[8:20, 10:30] = 50_000
    rgb = np.full((32, 64, 3), 90, np.uint8)  # a colour that tells nothing
    _, found = enlarge(rgb, depth, (512, 256))
    assert set(np.unique(found)) == {10_000, 50_000}
    assert abs((found == 50_000).mean() - (depth == 50_000).mean()) < 0.01


def test_a_slope_is_no_edge() -> None:
    depth = rolling(256, 128)
    u, v = sphere.texel_centres(512, 256)
    found = enlarge_depth(depth, np.zeros((256, 512, 3), np.uint8))
    expected = sphere.sample_wrapped(depth, u[None, :], v[:, None])
    inside = slice(2, -2)  # the poles are continued on the other side, not clamped
    np.testing.assert_allclose(found[inside], expected[inside], atol=1)


def test_depth_larger_than_the_result_mixes_no_texels() -> None:
    depth = np.random.default_rng(1).choice(np.array([7, 60_000], np.uint16), (64, 128))
    _, found = enlarge(photograph(32, 16), depth, (64, 32))
    assert found.shape == (32, 64)
    assert set(np.unique(found)) == {7, 60_000}


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ((256, 100), "choose 256x128"),
        ((32, 16), "smaller than the panorama's 64x32: choose a larger one, such as 128x64"),
    ],
)
def test_sizes_that_cannot_be_are_said(size: tuple[int, int], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        enlarge(photograph(64, 32), rolling(64, 32), size)


def test_progress_may_stop_it() -> None:
    def stop(text: str, done: float, total: float) -> None:
        if text == "enlarging the depth" and done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enlarge(photograph(128, 64), rolling(64, 32), (512, 256), progress=stop)


@pytest.mark.parametrize(
    ("width", "height", "side"), [(4096, 2048, 1024), (256, 128, 64), (200, 100, 96), (64, 32, 32)]
)
def test_tiles_cover_everything_and_overlap_around_the_sphere(width: int, height: int, side: int) -> None:
    seen = np.zeros((height, width), int)
    inner = np.zeros((height, width), bool)
    margin = side // 10
    for top, left in tiles(width, height, side, 8):
        assert 0 <= top <= height - side
        columns = np.arange(left, left + side) % width
        seen[top : top + side, columns] += 1
        first = 0 if top == 0 else margin
        last = side if top + side == height else side - margin
        inner[top + first : top + last, columns[margin : side - margin]] = True
    assert seen.min() >= 1
    assert inner.all()  # every texel lies well inside of some tile


def test_what_is_broad_is_smooth_and_has_the_same_means() -> None:
    slope = np.linspace(0, 10, 64)[None, :, None] * np.ones((64, 1, 4))
    fine = np.random.default_rng(2).standard_normal((64, 64, 4))
    found = broad((slope + fine).astype(np.float32))
    np.testing.assert_allclose(found[8:-8, 8:-8], slope[8:-8, 8:-8], atol=1.2)
    assert np.abs(np.diff(found, axis=0)).max() < 0.5


@pytest.fixture(scope="module")
def upscaler(checkpoint):
    pytest.importorskip("torch")
    from ldm3d.pipelines.loading import load

    pipe = load(checkpoint("sr"), "upscale")
    pipe.set_progress_bar_config(disable=True)
    return pipe


def test_ldm3d_sr_redraws_in_tiles_that_keep_what_is_broad(upscaler) -> None:
    rgb, depth = photograph(64, 32), rolling(32, 16)
    told: list[tuple[str, float, float]] = []
    colour, deep = enlarge(
        rgb, depth, (128, 64), upscaler, lambda *step: told.append(step), num_inference_steps=2, seed=3
    )
    assert colour.shape == (64, 128, 3)
    assert colour.dtype == np.uint8
    assert deep.shape == (64, 128)
    assert deep.dtype == np.uint16
    assert len(np.unique(deep)) > 256  # 16 bits of depth, not 8
    plain, _ = enlarge(rgb, depth, (128, 64))
    assert np.abs(colour.astype(float) - plain).mean() > 0.5  # the network's own detail
    assert abs(colour.mean() - plain.mean()) < 12
    redrawn = [done / total for text, done, total in told if text.startswith("redrawing")]
    assert redrawn == sorted(redrawn)
    assert redrawn[-1] == 1
    assert len(redrawn) > 2 * 2
    again, _ = enlarge(rgb, depth, (128, 64), upscaler, num_inference_steps=2, seed=3)
    np.testing.assert_array_equal(again, colour)
