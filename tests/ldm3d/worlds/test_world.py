"""Whole worlds: their promises on pixels and depth."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from ldm3d.errors import InputError
from ldm3d.worlds import World, generate
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import TIMES, WEATHERS, SceneSpec, Understanding, Wish
from ldm3d.worlds.world import draw, lay_out

PLACES = sorted(registry())
# What costs several worlds for each place is done with every fifth one; the full run takes them all.
SOME = [place if k % 5 == 0 else pytest.param(place, marks=pytest.mark.full) for k, place in enumerate(PLACES)]


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    """Every place once, each at another hour and in another weather; what depth promises does not depend on them."""
    hours = [(TIMES[k % len(TIMES)], WEATHERS[k % len(WEATHERS)]) for k in range(len(PLACES))]
    return {
        place: draw(Understanding(SceneSpec(place, *hour)), 3, (128, 64))
        for place, hour in zip(PLACES, hours, strict=True)
    }


def metres(world: World) -> NDArray[np.float64]:
    """Distances from the stored depth by the written formula; the sky is infinite."""
    d = world.depth / 65535.0
    r = 1.0 / (d * (1.0 / world.near - 1.0 / world.far) + 1.0 / world.far)
    return np.where(world.depth == 0, np.inf, r)


def test_a_world_has_the_promised_form(worlds: dict[str, World]) -> None:
    for world in worlds.values():
        assert world.rgb.shape == (64, 128, 3)
        assert world.rgb.dtype == np.uint8
        assert world.depth.shape == (64, 128)
        assert world.depth.dtype == np.uint16
        assert (world.near, world.far) == (1.0, 1000.0)


def test_the_same_request_gives_the_same_pixels() -> None:
    first = generate("forest at dusk", 11, (128, 64))
    lay_out.cache_clear()
    second = generate("forest at dusk", 11, (128, 64))
    assert np.array_equal(first.rgb, second.rgb)
    assert np.array_equal(first.depth, second.depth)


@pytest.mark.parametrize("place", SOME)
def test_another_seed_is_another_layout(place: str, worlds: dict[str, World]) -> None:
    other = generate(f"{place}, clear morning", 4, (128, 64))
    assert np.mean(other.depth != worlds[place].depth) > 0.1


@pytest.mark.parametrize("place", SOME)
def test_time_and_weather_leave_the_layout_alone(place: str) -> None:
    depths = [generate(f"{place}, {when}", 5, (64, 32)).depth for when in ("noon", "night", "foggy dawn")]
    for depth in depths[1:]:
        assert np.array_equal(depth, depths[0])


def test_time_and_weather_change_the_light() -> None:
    def picture(time: str, weather: str) -> NDArray[np.float64]:
        return draw(Understanding(SceneSpec("desert", time, weather)), 2, (64, 32)).rgb.astype(float)

    # Northern lights need the dark: at noon the sky is as clear as ever.
    noon = {weather: picture("noon", weather) for weather in WEATHERS if weather != "aurora"}
    night = {weather: picture("night", weather) for weather in ("clear", "aurora", "overcast", "snow")}
    clear = {time: picture(time, "clear") for time in TIMES}
    for pictures in (noon, night, clear):
        for (_, a), (_, b) in itertools.combinations(pictures.items(), 2):
            assert np.abs(a - b).mean() > 3.0
    assert night["clear"].mean() < 0.6 * noon["clear"].mean()
    # Fog takes contrast from what is far: the rows around the horizon.
    assert noon["foggy"][12:18].std() < 0.6 * noon["clear"][12:18].std()


@pytest.mark.parametrize("place", PLACES)
def test_places_generate_at_every_hour_and_in_every_weather_without_a_warning(
    place: str, worlds: dict[str, World]
) -> None:
    assert worlds[place].rgb.std() > 2.0


@pytest.mark.full
@pytest.mark.parametrize(("k", "place"), list(enumerate(PLACES)))
def test_any_time_and_weather_generates_without_a_warning(k: int, place: str) -> None:
    hours = list(itertools.product(TIMES, WEATHERS, (None, "winter")))
    # A third of them for each place: three neighbours in the list of places have all.
    for time, weather, season in hours[k % 3 :: 3]:
        world = draw(Understanding(SceneSpec(place, time, weather, Wish(season=season))), 1, (64, 32))
        assert world.rgb.std() > 1.0


def test_places_differ_in_geometry(worlds: dict[str, World]) -> None:
    near = {place: np.sqrt(world.depth / 65535.0) for place, world in worlds.items()}
    for a, b in itertools.combinations(near.values(), 2):
        assert np.abs(a - b).mean() > 0.02


def test_the_seam_is_a_column_like_any_other(worlds: dict[str, World]) -> None:
    def ranks(pictures: list[NDArray[np.float64]]) -> list[float]:
        """Of how many other columns the step is smaller than the seam's; a mast may stand just there."""
        steps = [np.abs(picture - np.roll(picture, 1, axis=1)).mean(axis=0) for picture in pictures]
        return [float(np.mean(step[1:] < step[0])) for step in steps]

    for pictures in (
        [world.rgb.mean(axis=2) for world in worlds.values()],
        [np.sqrt(world.depth / 65535.0) for world in worlds.values()],
    ):
        assert 0.25 < np.mean(ranks(pictures)) < 0.75


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_closer_than_near_and_the_ground_is_near(place: str, worlds: dict[str, World]) -> None:
    r = metres(worlds[place])
    assert r.min() > 1.0
    assert r[-1].max() < 3.0
    # Parallax needs things at many distances: doublings from 2 to 32 metres hold some of the sphere. A room ends
    # before, and a dune may hide one of them.
    shares = [np.mean((r >= near) & (r < 2 * near)) > 0.01 for near in (2, 4, 8, 16)]
    assert all(shares[:2])
    assert sum(shares) >= (3 if place != "room" else 2)


@pytest.mark.parametrize("place", ["desert", "meadow", "mountains", "ocean", "city"])
def test_the_sky_is_zero_and_only_the_sky(place: str, worlds: dict[str, World]) -> None:
    depth = worlds[place].depth
    assert np.all(depth[0] == 0)
    assert np.all(depth[-20:] > 0)


@pytest.mark.parametrize("place", ["desert", "ocean"])
def test_the_poles_are_calm(place: str) -> None:
    world = generate(f"{place}, clear morning", 3, (256, 128))
    rgb = world.rgb.astype(float)
    # All texels of a pole's row show nearly the same spot.
    assert rgb[0].std(axis=0).max() < 6.0
    assert world.depth[-1].astype(float).std() < 0.02 * world.depth[-1].mean()


@pytest.mark.parametrize("place", SOME)
def test_a_small_picture_is_the_large_one_made_small(place: str) -> None:
    small, large = (generate(f"{place} at noon", 6, size) for size in ((256, 128), (1024, 512)))
    light = (large.rgb / 255.0) ** 2.2
    mean = (light.reshape(128, 4, 256, 4, 3).mean(axis=(1, 3))) ** (1 / 2.2)
    # Fine leaves differ texel by texel; over 4×4 texels the pictures agree.
    coarse = [picture.reshape(32, 4, 64, 4, 3).mean(axis=(1, 3)) for picture in (mean, small.rgb / 255.0)]
    assert np.sqrt(np.mean((coarse[0] - coarse[1]) ** 2)) < 0.05
    blocks = large.depth.reshape(128, 4, 256, 4).transpose(0, 2, 1, 3).reshape(128, 256, 16)
    inside = (small.depth >= blocks.min(axis=2) * 0.97 - 2) & (small.depth <= blocks.max(axis=2) * 1.03 + 2)
    assert inside.mean() > 0.93


@pytest.mark.parametrize("size", [(0, 0), (32, 16), (100, 51), (101, 50), (512, 512), (-128, -64)])
def test_a_size_that_is_no_panorama_is_an_input_error(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="size"):
        generate("forest", 0, size)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_an_input_error(seed: int) -> None:
    with pytest.raises(InputError, match="seed"):
        generate("forest", seed, (64, 32))


def test_odd_sizes_work() -> None:
    assert generate("city", 0, (66, 33)).depth.shape == (33, 66)


def test_progress_rises_from_nothing_to_all() -> None:
    told: list[float] = []
    generate("forest", 1, (512, 256), told.append)
    assert told[0] == 0.0
    assert told[-1] == pytest.approx(1.0)
    assert told == sorted(told)


class _GiveUp(Exception):  # noqa: N818  what a caller raises is its own
    pass


@pytest.mark.parametrize("after", [0, 1, 2])
def test_what_progress_raises_stops_the_work(after: int) -> None:
    calls = itertools.count()

    def give_up(_: float) -> None:
        if next(calls) >= after:
            raise _GiveUp

    with pytest.raises(_GiveUp):
        generate("forest", 1, (1024, 512), give_up)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("world")]


def test_importing_the_package_is_light() -> None:
    code = "import sys, ldm3d.worlds; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.full
@pytest.mark.parametrize("place", PLACES)
def test_seams_over_many_seeds(place: str) -> None:
    ranks = []
    for seed in range(8):
        picture = generate(f"{place} morning", seed, (256, 128)).rgb.astype(float)
        steps = np.abs(picture - np.roll(picture, 1, axis=1)).mean(axis=(0, 2))
        ranks.append(float(np.mean(steps[1:] < steps[0])))
    # Among its 255 neighbours the seam's step is not the odd one out. A city's streets prefer directions: no more is
    # asked.
    assert 0.15 < np.mean(ranks) < 0.85
