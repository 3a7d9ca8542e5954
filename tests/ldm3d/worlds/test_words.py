"""What prompts are understood as."""

from __future__ import annotations

import pytest

from ldm3d.errors import InputError
from ldm3d.worlds import understand, vocabulary
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import TIMES, WEATHERS

# prompt, place, time, weather, ignored words; None where the prompt names nothing and a default is assumed.
PROMPTS = [
    ("a tranquil forest at dawn", "forest", "dawn", None, ("tranquil",)),
    ("foggy forest at dawn, tranquil", "forest", "dawn", "foggy", ("tranquil",)),
    ("Forest", "forest", None, None, ()),
    ("FOREST AT NIGHT", "forest", "night", None, ()),
    ("deep dark woods, misty morning", "forest", "morning", "foggy", ("deep", "dark")),
    ("sunlit woodland with tall trees", "forest", None, "clear", ("tall",)),
    ("a pine forest under a starry sky", "forest", "night", None, ("sky",)),
    ("rainforest, thick haze", "forest", None, "foggy", ("thick",)),
    ("meadow full of wildflowers, midday", "meadow", "noon", None, ("full",)),
    ("rolling hills in the late afternoon", "meadow", "afternoon", None, ()),
    ("a field at golden hour", "meadow", "afternoon", None, ()),
    ("wheat fields under a cloudless sky", "meadow", None, "clear", ("wheat", "sky")),
    ("green pastures and grazing cows", "meadow", None, None, ("green", "grazing", "cows")),
    ("an alpine meadow in early morning mist", "mountains", "dawn", "foggy", ()),
    ("mountain meadow at noon", "meadow", "noon", None, ("mountain",)),
    ("desert", "desert", None, None, ()),
    ("sand dunes at sunset", "desert", "sunset", None, ()),
    ("the Sahara by moonlight", "desert", "night", None, ()),
    ("arid wasteland, overcast", "desert", None, "cloudy", ()),
    ("a camel caravan crossing dunes at dusk", "desert", "sunset", None, ("camel", "caravan", "crossing")),
    ("snowy peaks at sunrise", "mountains", "dawn", None, ()),
    ("majestic mountains, blue sky", "mountains", None, "clear", ("majestic",)),
    ("the Alps in the evening", "mountains", "sunset", None, ()),
    ("a mountain lake at midnight", "mountains", "night", None, ()),
    ("himalayas, high noon, 8k, ultra detailed", "mountains", "noon", None, ("8k", "ultra", "detailed")),
    ("stormy ocean", "ocean", None, None, ("stormy",)),
    ("a beach at sunset with palm trees", "ocean", "sunset", None, ("palm", "trees")),
    ("calm sea, blue hour", "ocean", "sunset", None, ("calm",)),
    ("rocky coastline in thick fog", "ocean", None, "foggy", ("rocky", "thick")),
    ("island in the Pacific, daylight", "ocean", "noon", None, ()),
    ("New York street at night", "city", "night", None, ()),
    ("a busy city at dusk", "city", "sunset", None, ("busy",)),
    ("downtown skyscrapers on a gloomy afternoon", "city", "afternoon", "cloudy", ()),
    ("old town, foggy night", "city", "night", "foggy", ("old",)),
    ("cyberpunk metropolis after dark", "city", "night", None, ("cyberpunk",)),
    ("something beautiful", None, None, None, ("something", "beautiful")),
    ("sunset", None, "sunset", None, ()),
    ("no fog", None, None, "clear", ()),
    ("forest without clouds", "forest", None, "clear", ()),
    ("not sunny, a city", "city", None, "cloudy", ()),
    ("forest by the ocean", "forest", None, None, ("ocean",)),
    ("dawn or dusk in the desert", "desert", "dawn", None, ("dusk",)),
    ("wald", None, None, None, ("wald",)),
    ("360 degree panorama of a city", "city", None, None, ()),
    ("misty, foggy, hazy highlands", "mountains", None, "foggy", ()),
    ("the artist's grove", "forest", None, None, ("artist's",)),
    ("un-named place", None, None, None, ("un", "named", "place")),
]


@pytest.mark.parametrize(("prompt", "place", "time", "weather", "ignored"), PROMPTS)
def test_a_prompt_is_understood(
    prompt: str, place: str | None, time: str | None, weather: str | None, ignored: tuple[str, ...]
) -> None:
    found = understand(prompt)
    assert (found.place, found.time, found.weather) == (place or "meadow", time or "morning", weather or "clear")
    assert found.ignored == ignored
    expected = [default for named, default in ((place, "meadow"), (time, "morning"), (weather, "clear")) if not named]
    assert list(found.assumed) == expected


def test_the_sentence_says_what_was_understood_assumed_and_ignored() -> None:
    assert understand("a tranquil foggy forest at dawn").sentence() == (
        "understood: foggy, forest, dawn; ignored: tranquil"
    )
    assert understand("xyzzy").sentence() == "understood: nothing; assumed: meadow, morning, clear; ignored: xyzzy"


def test_the_account_quotes_the_words_as_they_stand() -> None:
    found = understand("Sand dunes at golden hour without fog")
    assert found.understood == (("sand dunes", "desert"), ("golden hour", "afternoon"), ("without fog", "clear"))


@pytest.mark.parametrize("prompt", ["", "   ", "!?…", "\n\t"])
def test_a_prompt_without_words_is_an_input_error(prompt: str) -> None:
    with pytest.raises(InputError, match="no word in it"):
        understand(prompt)


def test_every_word_of_the_vocabulary_means_what_it_says() -> None:
    table = vocabulary()
    assert set(table["place"]) == set(registry())
    assert set(table["time"]) == set(TIMES)
    assert set(table["weather"]) == set(WEATHERS)
    for slot, meanings in table.items():
        for meaning, phrases in meanings.items():
            for phrase in phrases:
                assert getattr(understand(phrase), slot) == meaning, phrase
