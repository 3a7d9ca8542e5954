"""Even worlds: every place under every weather as often, hours at which it is to be seen, the same whenever asked."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ldm3d.errors import InputError
from ldm3d.recognition import EvenWorlds
from ldm3d.recognition.even import is_even, parse
from ldm3d.worlds import SceneSpec
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import WEATHERS

OPEN = tuple(name for name, place in registry().items() if place.sky)


def test_plain_worlds_have_every_place_in_every_weather_once_in_a_round() -> None:
    count = len(OPEN) * len(WEATHERS)
    worlds = EvenWorlds(count, 5, plain=True, places=OPEN)
    specs = [worlds.spec(index) for index in range(count)]
    assert Counter((spec.place, spec.weather) for spec in specs) == {(p, w): 1 for p in OPEN for w in WEATHERS}
    assert all(spec == SceneSpec(spec.place, spec.time, spec.weather) for spec in specs)


def test_of_all_worlds_every_second_has_a_captions_wishes() -> None:
    worlds = EvenWorlds(400, 5)
    specs = [worlds.spec(index) for index in range(len(worlds))]
    plain = [spec == SceneSpec(spec.place, spec.time, spec.weather) for spec in specs]
    assert all(plain[::2])
    assert np.mean(plain[1::2]) < 0.5
    weathers = Counter(spec.weather for spec in specs if registry()[spec.place].sky)
    assert set(weathers) == set(WEATHERS)
    assert max(weathers.values()) < 2 * min(weathers.values())


def test_nothing_is_asked_that_cannot_be_seen() -> None:
    worlds = EvenWorlds(1000, 6)
    for spec in map(worlds.spec, range(1000)):
        assert spec.weather != "aurora" or spec.time in ("dusk", "night")
        assert registry()[spec.place].sky or spec.weather == "clear"


def test_a_world_depends_on_its_number_and_the_seed_alone() -> None:
    few, many, other = EvenWorlds(4, 7, (64, 32)), EvenWorlds(400, 7, (64, 32)), EvenWorlds(4, 8, (64, 32))
    assert [few.spec(i) for i in range(4)] == [many.spec(i) for i in range(4)]
    assert [few.spec(i) for i in range(4)] != [other.spec(i) for i in range(4)]
    one, again = few[2], many[2]
    assert one.spec == again.spec == few.spec(2).as_dict()
    assert one.rgb.shape == (32, 64, 3)
    np.testing.assert_array_equal(one.rgb, again.rgb)
    np.testing.assert_array_equal(one.depth, again.depth)
    with pytest.raises(IndexError):
        few[4]


def test_a_source_names_them() -> None:
    assert is_even("even:3:9")
    assert not is_even("worlds:3:9")
    assert parse("even:3:9", (256, 128)) == EvenWorlds(3, 9, (256, 128))
    assert parse("even:3", (256, 128)).seed == 0
    for wrong in ("even", "even:0", "even:x", "even:3:-1", "even:3:4:5"):
        with pytest.raises(InputError, match=r"names no worlds; write even:COUNT"):
            parse(wrong, (256, 128))
