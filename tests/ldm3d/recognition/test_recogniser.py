"""The recogniser that comes with the program names worlds it never saw, wherever one turns, and gives out its maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ldm3d.errors import InputError
from ldm3d.recognition import Confusions, EvenWorlds, Recogniser, confusions, recalls
from ldm3d.recognition.network import COLOUR, DEPTH, STRIDE, Network
from ldm3d.recognition.recogniser import HEIGHT, WEIGHTS, WIDTH, Classes, looked_at, save
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import TIMES, WEATHERS

OPEN = tuple(name for name, place in registry().items() if place.sky)
SIZE = (256, 128)
LEAST = {"place": 0.95, "relief": 0.95, "time": 0.9, "weather": 0.9}  # mean recalls of plain worlds under the sky
HELD_OUT = 77_000_005  # a seed that nothing was trained with or chosen by: `made` says which one taught


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser.load()


def told(recogniser: Recogniser, count: int, **about: object) -> Confusions:
    """What is told of freshly drawn worlds."""
    worlds = EvenWorlds(count, HELD_OUT, SIZE, **about)  # type: ignore[arg-type]
    return confusions(recogniser, (worlds[index] for index in range(count)))


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def pictures(count: int = 2, width: int = 256, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Random panoramas: answers about them mean nothing, but must obey the same rules."""
    rng = np.random.default_rng(seed)
    shape = (count, width // 2, width)
    return rng.integers(0, 256, (*shape, 3), np.uint8), rng.integers(0, 65536, shape, np.uint16)


def test_worlds_are_named_that_were_never_seen(recogniser: Recogniser) -> None:
    """A few plain ones under the sky: chance would be 1 of 26, 7 and 9."""
    found = told(recogniser, 36, plain=True, places=OPEN)
    assert np.trace(found.place) >= 34
    assert np.trace(found.relief) >= 34
    assert np.trace(found.time) >= 31
    assert np.trace(found.weather) >= 31


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_times_and_weathers_are_told_by_colour_alone_in_all_open_places(recogniser: Recogniser) -> None:
    """Every place under the sky in every weather, at even hours, laid out by seeds that were never learned."""
    found = told(recogniser, len(OPEN) * len(WEATHERS), plain=True, places=OPEN)
    for what, least in LEAST.items():
        assert recalls(getattr(found, what)).mean() >= least, (what, getattr(found, what))


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_worlds_with_wishes_and_moods_are_told_well_enough_to_judge_pictures_of_them(recogniser: Recogniser) -> None:
    """Half of them have the tints, moods, seasons and further places of captions; closed places come too."""
    found = told(recogniser, 120)
    assert recalls(found.place).mean() >= 0.9, found.place
    assert np.trace(found.weather) >= 0.65 * found.weather.sum(), found.weather


def test_a_turned_panorama_gets_the_same_answers(recogniser: Recogniser) -> None:
    rgb, depth = pictures()
    straight = recogniser.recognise(rgb, depth)
    turn = 5 * STRIDE * SIZE[0] // WIDTH
    turned = recogniser.recognise(np.roll(rgb, turn, axis=2), np.roll(depth, turn, axis=2))
    for one, other in zip(straight, turned, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_maps_turn_with_the_panorama(recogniser: Recogniser) -> None:
    x = noise(1, 4, 32, 64)
    for straight, turned in zip(recogniser.features(x), recogniser.features(x.roll(16, 3)), strict=True):
        stride = 64 // straight.shape[3]
        torch.testing.assert_close(straight.roll(16 // stride, 3), turned, rtol=1e-3, atol=1e-4)


def test_time_and_weather_do_not_look_at_depth_nor_the_relief_at_colour(recogniser: Recogniser) -> None:
    rgb, depth = pictures()
    other_rgb, other_depth = pictures(seed=4)
    plain = recogniser.recognise(rgb, depth)
    flat, grey = recogniser.recognise(rgb, other_depth), recogniser.recognise(other_rgb, depth)
    np.testing.assert_array_equal(plain.time, flat.time)
    np.testing.assert_array_equal(plain.weather, flat.weather)
    np.testing.assert_array_equal(plain.relief, grey.relief)
    assert not np.array_equal(plain.place, flat.place)
    assert not np.array_equal(plain.place, grey.place)


def test_answers_are_probabilities_by_name(recogniser: Recogniser) -> None:
    rgb, depth = pictures()
    seen = recogniser.recognise(rgb, depth)
    for shares, names in zip(seen, (recogniser.classes.places,) * 2 + recogniser.classes[1:], strict=True):
        assert shares.shape == (2, len(names))
        np.testing.assert_allclose(shares.sum(1), 1, atol=1e-5)
    alone = recogniser.recognise(rgb[1], depth[1])
    np.testing.assert_allclose(alone.place, seen.place[1], atol=1e-5)
    first, second = recogniser.named(seen)
    assert recogniser.named(alone) == [second]
    assert first["time"] == recogniser.classes.times[int(seen.time[0].argmax())]
    assert recogniser.classes == (tuple(sorted(registry())), TIMES, WEATHERS)


def test_features_have_four_scales_of_colour_and_of_depth_and_let_gradients_through(recogniser: Recogniser) -> None:
    x = noise(2, 4, 64, 128).requires_grad_()
    maps = recogniser.features(x)
    shapes = [(2, width, 64 >> level, 128 >> level) for kind in (COLOUR, DEPTH) for level, width in enumerate(kind)]
    assert [tuple(one.shape) for one in maps] == shapes
    sum(one.square().mean() for one in maps).backward()  # type: ignore[union-attr]
    assert x.grad is not None
    assert x.grad.isfinite().all()
    assert (x.grad.abs().amax((0, 2, 3)) > 0).all()  # of every channel
    assert not any(parameter.requires_grad for parameter in recogniser.network.parameters())
    assert recogniser.summary(x).shape == (2, 256)


def test_the_sky_of_depth_zero_has_a_gradient_too(recogniser: Recogniser) -> None:
    x = torch.full((1, 4, 32, 64), -1.0, requires_grad=True)
    recogniser.features(x)[4].square().sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


def test_larger_pictures_are_averaged_to_what_is_looked_at() -> None:
    rgb = np.zeros((128, 256, 3), np.uint8)
    rgb[:, ::2] = 255
    depth = np.full((64, 128), 65535, np.uint16)
    x = looked_at(rgb, depth)
    assert x.shape == (1, 4, HEIGHT, WIDTH)
    np.testing.assert_allclose(x[:, :3], 0, atol=1e-6)
    np.testing.assert_allclose(x[:, 3], 1, atol=1e-6)


def test_the_weights_are_small_and_say_how_they_were_made(recogniser: Recogniser) -> None:
    assert WEIGHTS.stat().st_size <= 1.5e6
    settings = recogniser.made["settings"]
    assert settings["data"].startswith("even:")
    assert not settings["data"].endswith(f":{HELD_OUT}")


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    classes = Classes(("cave", "meadow"), ("noon", "night"), ("clear",))
    network = Network(2, 2, 1).eval()
    save(tmp_path / "weights.safetensors", network, classes, {"settings": {"seed": 3}})
    again = Recogniser.load(tmp_path / "weights.safetensors")
    assert again.classes == classes
    assert again.made == {"settings": {"seed": 3}}
    x = noise(1, 4, 64, 128)
    for one, other in zip(network.half().float()(x), again.network(x), strict=True):
        torch.testing.assert_close(one, other)


def test_a_missing_a_broken_and_a_foreign_file_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.safetensors does not exist; train"):
        Recogniser.load(tmp_path / "gone.safetensors")
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(WEIGHTS.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"broken\.safetensors cannot be read as safetensors"):
        Recogniser.load(broken)
    save_file({"other": torch.zeros(1)}, tmp_path / "foreign.safetensors")
    with pytest.raises(InputError, match=r"foreign\.safetensors holds no recogniser"):
        Recogniser.load(tmp_path / "foreign.safetensors")


@pytest.mark.parametrize(
    ("rgb", "depth", "said"),
    [
        (np.zeros((64, 128, 3), np.float32), np.zeros((64, 128), np.uint16), "rgb is float32"),
        (np.zeros((64, 128), np.uint8), np.zeros((64, 128), np.uint16), r"rgb has the shape \[64, 128\]"),
        (np.zeros((64, 100, 3), np.uint8), np.zeros((64, 128), np.uint16), "rgb is 100x64"),
        (np.zeros((32, 64, 3), np.uint8), np.zeros((64, 128), np.uint16), "rgb is 64x32"),
        (np.zeros((64, 128, 3), np.uint8), np.zeros((64, 128), np.uint8), "depth is uint8"),
        (np.zeros((64, 128, 3), np.uint8), [[0]], "depth is list"),
        (np.zeros((2, 64, 128, 3), np.uint8), np.zeros((64, 128), np.uint16), "there are 1 depths for 2 pictures"),
    ],
)
def test_what_is_no_panorama_is_refused_in_a_sentence(
    recogniser: Recogniser, rgb: np.ndarray, depth: np.ndarray, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        recogniser.recognise(rgb, depth)


def test_features_of_another_shape_are_refused_in_a_sentence(recogniser: Recogniser) -> None:
    with pytest.raises(InputError, match=r"a tensor of shape \[1, 3, 64, 128\]"):
        recogniser.features(torch.zeros(1, 3, 64, 128))
    with pytest.raises(InputError, match="multiples of 8"):
        recogniser.summary(torch.zeros(1, 4, 60, 128))
