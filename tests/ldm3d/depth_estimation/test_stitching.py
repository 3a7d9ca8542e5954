"""What joining the views adds, measured with perfect estimators in the place of the network, on analytic scenes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ldm3d import sphere
from ldm3d.depth_estimation import estimate, stitched
from ldm3d.depth_estimation.alignment import align
from ldm3d.depth_estimation.stitching import as_depth, stitch
from ldm3d.depth_estimation.views import View, cover
from ldm3d.errors import InputError
from tests.reference import rooms
from tests.reference.scenes import photograph

SIZE = (512, 256)
Scene = Callable[[np.ndarray], np.ndarray]


def perfect(scene: Scene, view: View, side: int) -> np.ndarray:
    """Return the exact inverse depth 1/z along the view's axis."""
    rays = view.rays(side)
    return scene(rays) / (rays @ view.axes[2])


def told(scene: Scene, seed: int, side: int = 384) -> list[np.ndarray]:
    """Return what a network would tell of every view: exact, but for any scale (a factor of 20) and shift."""
    rng = np.random.default_rng(seed)
    return [
        (np.exp(rng.uniform(-1.5, 1.5)) * perfect(scene, view, side) + rng.uniform(-1, 1)).astype(np.float32)
        for view in cover()
    ]


def normalised(inverse: np.ndarray) -> np.ndarray:
    return (inverse - inverse.min()) / np.ptp(inverse)


def joined(depths: list[np.ndarray], size: tuple[int, int] = SIZE, shifts: bool = True) -> np.ndarray:
    views = cover()
    return as_depth(stitch(views, depths, align(views, depths, shifts=shifts), size)) / 65535


@pytest.mark.parametrize("scene", [rooms.room, rooms.street])
@pytest.mark.parametrize("seed", [1, 2])
def test_joining_adds_less_than_half_a_percent(scene: Scene, seed: int) -> None:
    truth = normalised(scene(sphere.directions(*SIZE)))
    error = np.abs(joined(told(scene, seed)) - truth)
    edges = rooms.depth_edges(truth, 0.03, 2)
    weights = np.cos((0.5 - sphere.texel_centres(*SIZE)[1]) * np.pi)[:, None] * np.ones(SIZE[0])
    assert edges.mean() < 0.2
    assert error[~edges].max() < 0.005
    assert np.average(error, weights=weights) < 0.002  # edges and all


def test_the_seam_and_the_poles_are_like_any_other_place() -> None:
    truth = normalised(rooms.room(sphere.directions(*SIZE)))
    error = joined(told(rooms.room, 3)) - truth
    error[rooms.depth_edges(truth, 0.03, 2)] = np.nan
    steps = np.nanmean(np.abs(error - np.roll(error, 1, axis=1)), axis=0)  # of column i against the one before it
    assert steps[0] <= 2 * np.median(steps) + 1 / 65535
    assert np.nanmax(np.abs(error[:4])) < 0.005
    assert np.nanmax(np.abs(error[-4:])) < 0.005


@pytest.mark.parametrize(("scene", "most"), [(rooms.room, 0.06), (rooms.street, 0.04)])
def test_views_that_err_mildly_are_still_joined(scene: Scene, most: float) -> None:
    rng = np.random.default_rng(4)
    truth = normalised(scene(sphere.directions(256, 128)))
    depths = []
    for view in cover():
        exact = perfect(scene, view, 128)
        bent = (exact / exact.max()) ** np.exp(rng.normal(0, 0.1)) * exact.max()
        noisy = bent * (1 + 0.02 * rng.standard_normal(bent.shape))
        depths.append((np.exp(rng.uniform(-0.7, 0.7)) * noisy + rng.uniform(-0.3, 0.3)).astype(np.float32))
    error = np.abs(joined(depths, (256, 128)) - truth)
    assert np.mean(error) < most
    unaligned = as_depth(stitch(cover(), depths, align(cover(), depths)._replace(scale=np.ones(8), shift=np.zeros(8)),
                                (256, 128))) / 65535  # fmt: skip
    assert np.mean(error) < 0.5 * np.mean(np.abs(unaligned - truth))


def test_a_metric_network_has_no_shift() -> None:
    depths = [
        perfect(rooms.street, view, 256).astype(np.float32) * (1 + 0.3 * (i % 2)) for i, view in enumerate(cover())
    ]
    found = align(cover(), depths, shifts=False)
    assert not found.shift.any()
    np.testing.assert_allclose(found.scale[1::2] * 1.3, found.scale[::2], rtol=1e-3)
    truth = normalised(rooms.street(sphere.directions(*SIZE)))
    error = np.abs(joined(depths, shifts=False) - truth)
    assert error[~rooms.depth_edges(truth, 0.03, 2)].max() < 0.005


def test_a_view_of_nothing_but_sky_keeps_the_scale_of_the_others() -> None:
    def plain(world: np.ndarray) -> np.ndarray:
        return np.maximum(-world[..., 1], 0) / 1.7 * (world[..., 2] < 0)

    depths = [perfect(plain, view, 128).astype(np.float32) for view in cover()]
    found = align(cover(), depths)
    np.testing.assert_allclose(found.scale, found.scale.mean(), rtol=0.02)


def test_the_same_everywhere_is_neutral() -> None:
    rng = np.random.default_rng(6)
    sphere_of_glass = 0.5 + 1e-4 * rng.standard_normal((32, 64))
    assert set(np.unique(as_depth(sphere_of_glass))) == {32768}


class Looking:
    """Tells of a picture how bright it is: what a network sees is what the depth becomes."""

    name, side, metric = "brightness", 192, True

    def __init__(self) -> None:
        self.pictures: list[np.ndarray] = []

    def inverse_depth(self, picture: np.ndarray) -> np.ndarray:
        self.pictures.append(picture)
        view = cover()[len(self.pictures) - 1]
        bright = sphere.to_linear(picture.mean(axis=-1) / 255) + 0.1
        return (bright / (view.rays(self.side) @ view.axes[2])).astype(np.float32)


def test_what_the_views_show_comes_to_its_place() -> None:
    x, y, z = np.moveaxis(sphere.directions(1024, 512), -1, 0)
    light = 0.5 + 0.25 * np.sin(3 * x + y) + 0.2 * np.cos(2 * z - y)
    grey = np.rint(sphere.to_srgb(light) * 255).astype(np.uint8)
    found = estimate(np.repeat(grey[..., None], 3, axis=2), Looking()) / 65535
    assert found.shape == (384, 768)
    x, y, z = np.moveaxis(sphere.directions(768, 384), -1, 0)
    expected = normalised(0.5 + 0.25 * np.sin(3 * x + y) + 0.2 * np.cos(2 * z - y))
    assert np.abs(found - expected).max() < 0.01


def test_views_are_antialiased_in_linear_light() -> None:
    stripes = np.zeros((1024, 2048, 3), np.uint8)
    stripes[:, ::2] = 255  # finer than any view can show: half the light
    looking = Looking()
    estimate(stripes, looking, size=(64, 32))
    horizon = looking.pictures[0][150:170]  # pitched up by 38°: the horizon is in the lower part
    assert np.abs(horizon.astype(int) - 188).mean() < 12


def test_progress_is_told_and_may_stop_it() -> None:
    class StopError(Exception):
        pass

    told_of: list[tuple[float, float]] = []

    def step(text: str, done: float, total: float) -> None:
        told_of.append((done, total))
        if done == 2:
            raise StopError

    looking = Looking()
    with pytest.raises(StopError):
        stitched(photograph(128, 64), looking, (128, 64), step)
    assert told_of == [(0, 8), (1, 8), (2, 8)]
    assert len(looking.pictures) == 2


def test_only_a_whole_sphere_is_taken() -> None:
    with pytest.raises(InputError, match="100×60 is no panorama"):
        estimate(np.zeros((60, 100, 3), np.uint8), Looking())
