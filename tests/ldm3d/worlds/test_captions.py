"""Captions for training say exactly the scene that comes with them."""

from __future__ import annotations

from itertools import islice

import pytest

from ldm3d.errors import InputError
from ldm3d.worlds import captions, understand
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import DEFAULT_TIME, DEFAULT_WEATHER, SEASONS, TIMES, WEATHERS
from ldm3d.worlds.world import lay_out


def test_every_caption_is_understood_as_its_scene() -> None:
    for caption, spec, _ in captions(2000, 1):
        assert understand(caption).spec == spec, caption


@pytest.mark.full
def test_very_many_captions_are_understood_as_their_scenes() -> None:
    for caption, spec, _ in captions(20_000, 2):
        assert understand(caption).spec == spec, caption


def test_captions_are_varied_and_name_everything() -> None:
    drawn = list(captions(2000, 3))
    assert len({caption.caption for caption in drawn}) > 1900
    assert len({caption.seed for caption in drawn}) > 1990
    assert {caption.spec.place for caption in drawn} == set(registry())
    assert {caption.spec.time for caption in drawn} == set(TIMES)
    assert {caption.spec.weather for caption in drawn} == set(WEATHERS)
    assert {caption.spec.season for caption in drawn} == {*SEASONS, None}
    assert any(caption.spec.others for caption in drawn)
    assert any(caption.spec.wish.tints for caption in drawn)


def test_captions_say_nothing_that_cannot_be_seen() -> None:
    places = registry()
    for caption, spec, _ in captions(3000, 5):
        place = places[spec.place]
        assert place.sky or (spec.weather, spec.season) == (DEFAULT_WEATHER, None), caption
        assert place.hour or spec.time == DEFAULT_TIME, caption
        assert spec.weather != "aurora" or spec.time in ("dusk", "night"), caption


def test_weather_falls_where_the_place_says_so() -> None:
    for place in registry().values():
        scene, _ = lay_out(place.name, 1)
        assert scene.rain == place.sky, place.name


def test_captions_are_the_same_for_the_same_seed_and_go_on_without_end() -> None:
    assert list(captions(20, 7)) == list(islice(captions(seed=7), 20))
    assert list(captions(20, 7)) != list(captions(20, 8))
    assert list(captions(0)) == []


def test_every_noun_of_a_place_names_it_alone() -> None:
    for place in registry().values():
        for noun in place.nouns:
            found = understand(noun)
            assert (found.place, found.spec.others, found.ignored) == (place.name, (), ()), noun


@pytest.mark.parametrize(("n", "seed"), [(-1, 0), (1, -1)])
def test_negative_numbers_are_an_input_error(n: int, seed: int) -> None:
    with pytest.raises(InputError, match="must be 0 or more"):
        captions(n, seed)
