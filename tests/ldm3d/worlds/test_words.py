"""What prompts are understood as: the account of every word, and that nothing breaks the reader."""

from __future__ import annotations

import json
import random

import pytest

from ldm3d.errors import InputError
from ldm3d.worlds import understand, vocabulary
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import RELATIONS, SEASONS, TARGETS, THINGS, TIMES, WEATHERS
from ldm3d.worlds.words import colours, tables
from ldm3d.worlds.words.lexicon import guessed, key_of, one_slip
from ldm3d.worlds.words.moods import MOODS


def test_the_sentence_says_what_was_understood_assumed_and_ignored() -> None:
    assert understand("a foggy forest at dawn with a dragon").sentence() == (
        "understood: foggy, forest, dawn; ignored: dragon"
    )
    assert understand("xyzzy").sentence() == "understood: nothing; assumed: meadow, morning, clear; ignored: xyzzy"
    assert understand("Mountians at sunset, 8k, octane render, dessert").sentence() == (
        "understood: mountains, sunset; taken as meant: mountians as mountains; assumed: clear; "
        "without a meaning here: 8k, octane render; ignored: dessert"
    )
    many = understand("desert " + " ".join(f"thing{chr(97 + i)}q" for i in range(20))).sentence()
    assert many.endswith("thinglq and 8 more")


def test_the_account_quotes_the_words_as_they_stand() -> None:
    found = understand("Sand dunes at golden hour without fog")
    assert found.understood == (("sand dunes", "desert"), ("golden hour", "sunset"), ("without fog", "clear"))


def test_the_account_tells_places_from_each_other() -> None:
    found = understand("a meadow below snowy mountains by the ocean")
    assert found.place == "meadow"
    assert [(other.place, other.relation) for other in found.spec.others] == [
        ("mountains", "behind"),
        ("ocean", "beside"),
    ]
    assert found.spec.season is None
    assert found.spec.others[0].wish.season == "winter"
    assert dict(found.understood)["ocean"] == "ocean beside"


def test_colours_are_linear_light_of_the_named_colour() -> None:
    (tint,) = understand("a pink sky over the city").spec.wish.tints
    assert (tint.target, tint.name) == ("sky", "pink")
    # #f088b4 by the sRGB standard's transfer function.
    assert tint.rgb == pytest.approx((0.8714, 0.2462, 0.4564), abs=1e-3)
    (mixed,) = understand("red and golden leaves in a forest").spec.wish.tints
    red, golden = (colours.linear(colours.COLOURS[name][0]) for name in ("red", "golden"))
    assert mixed.rgb == pytest.approx([(a + b) / 2 for a, b in zip(red, golden, strict=True)], abs=1e-3)


def test_what_is_stored_is_json_and_says_all() -> None:
    found = understand("a dense eerie forest under a blood red sky, no people, winter, mountains behind, 8k, dragon")
    stored = json.loads(json.dumps(found.as_dict()))
    assert stored["spec"]["wish"]["density"] == tables.DENSITIES["dense"]
    assert stored["spec"]["wish"]["tints"] == [
        {"target": "sky", "name": "blood red", "rgb": list(colours.linear(colours.COLOURS["blood red"][0]))}
    ]
    assert stored["spec"]["wish"]["without"] == ["people"]
    assert stored["spec"]["wish"]["season"] == "winter"
    assert stored["spec"]["mood"]["names"] == ["eerie"]
    assert stored["spec"]["others"][0]["place"] == "mountains"
    assert (stored["style"], stored["ignored"]) == (["8k"], ["dragon"])
    assert hash(found.spec) == hash(understand(
        "a dense eerie forest under a blood red sky, no people, winter, mountains behind"
    ).spec)  # fmt: skip


@pytest.mark.parametrize("prompt", ["", "   ", "!?…", "\n\t", "--ar 16:9", "🌲🌲🌲"])
def test_a_prompt_without_words_is_an_input_error(prompt: str) -> None:
    with pytest.raises(InputError, match="no word in it"):
        understand(prompt)


def test_the_tables_name_only_what_the_scene_knows() -> None:
    table = vocabulary()
    assert set(table["place"]) == set(registry())
    assert set(table["time"]) == set(TIMES) == set(tables.TIME_WORDS)
    assert set(table["weather"]) == set(WEATHERS) == set(tables.WEATHER_RANK)
    assert set(table["season"]) == set(SEASONS)
    assert set(table["thing"]) == set(THINGS)
    assert set(table["mood"]) == set(MOODS)
    assert set(table["colour"]) == set(colours.COLOURS)
    assert set(colours.TARGET_WORDS) == set(TARGETS)
    assert all(place.stuff in TARGETS for place in registry().values())
    assert all(target in TARGETS and name in colours.COLOURS for target, name in colours.IMPLIED.values())


def test_no_phrase_names_two_places() -> None:
    owner: dict[tuple[str, ...], str] = {}
    for place in registry().values():
        for phrase in (place.name, *place.words):
            assert owner.setdefault(key_of(phrase), place.name) == place.name, phrase


def test_every_word_of_the_vocabulary_means_what_it_says() -> None:
    table = vocabulary()
    for slot in ("place", "time", "weather"):
        for meaning, phrases in table[slot].items():
            for phrase in phrases:
                # German words that are English ones too are read as German beside German words.
                found = understand(f"ein {phrase}" if slot == "place" or phrase == "blitz" else phrase)
                assert getattr(found, slot) == meaning, phrase
    for meaning, phrases in table["season"].items():
        assert all(understand(phrase).spec.season == meaning for phrase in phrases)
    for meaning, phrases in table["mood"].items():
        assert all(meaning in understand(f"ein {phrase}").spec.mood.names for phrase in phrases)


def test_every_colour_can_be_asked_of_the_sky() -> None:
    for name, phrases in vocabulary()["colour"].items():
        for phrase in phrases:
            tints = {tint.target: tint.name for tint in understand(f"a {phrase} horizon").spec.wish.tints}
            assert tints == {"sky": name}, phrase


@pytest.mark.parametrize(
    ("prompt", "other"),
    [("Wüste", "Wueste"), ("WÜSTE", "wuste"), ("océano", "oceano"), ("Gebirge", "gebirge"), ("ocean", "océan")],
)
def test_accents_and_case_make_no_difference(prompt: str, other: str) -> None:
    assert understand(prompt).spec == understand(other).spec
    assert understand(prompt).ignored == ()


@pytest.mark.parametrize(
    ("word", "meant"),
    [("forrest", "forest"), ("mountian", "mountain"), ("dessert", None), ("winner", None), ("sunzet", "sunset")],
)
def test_one_slip_in_a_long_word_is_forgiven(word: str, meant: str | None) -> None:
    assert guessed(word) == meant


def test_slips_are_those_of_one_letter() -> None:
    assert all(one_slip("forest", word) for word in ("forst", "forrest", "fotest", "foerst", "forest"))
    assert not any(one_slip("forest", word) for word in ("frst", "forests2", "tserof", "fotesd"))


def test_no_text_breaks_the_reader() -> None:
    rng = random.Random(0)
    words = [phrase for slot in vocabulary().values() for phrases in slot.values() for phrase in phrases]
    words += ["no", "without", "and", "with", ",", ".", "above", "behind", "lone", "distant", "in", "--", "(", "<x>"]
    for _ in range(400):
        found = understand("forest " + " ".join(rng.choices(words, k=12)))
        assert found.sentence()
        assert found.spec.place in registry()
        assert {other.relation for other in found.spec.others} <= set(RELATIONS)
        assert 0.2 <= found.spec.wish.density <= 3.0
        assert 0.4 <= found.spec.wish.scale <= 2.5
    for _ in range(300):
        understand(
            "a" + "".join(chr(rng.choice((rng.randrange(32, 0x3000), rng.randrange(0x110000)))) for _ in range(40))
        )


def test_a_book_as_a_prompt_is_read_to_its_end() -> None:
    found = understand("a dragon and a princess without any forrest, " * 4000 + "ocean at night")
    assert (found.place, found.time) == ("ocean", "night")
    assert found.ignored == ("dragon", "princess")
    assert understand("a" * 100_000).ignored == ("a" * 100_000,)
