"""Prompt understanding: words to a `SceneSpec`, with an account of every word.

A prompt is cut into lower-case words. At each position the longest known phrase wins ("golden hour" before "golden").
Of several places the first counts, except that of places side by side the last does, as in "mountain meadow"; of
several times or weathers the first counts. A negation turns a weather into clear ("no fog", "without clouds").
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from ldm3d.errors import InputError
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import DEFAULT_PLACE, DEFAULT_TIME, DEFAULT_WEATHER, SceneSpec, Understanding

TIME_WORDS: dict[str, tuple[str, ...]] = {
    "dawn": (
        "dawn",
        "daybreak",
        "sunrise",
        "first light",
        "early morning",
        "break of day",
        "crack of dawn",
        "sun rise",
    ),
    "morning": ("morning", "mornings", "forenoon", "late morning"),
    "noon": ("noon", "midday", "high noon", "noontime", "lunchtime", "middle of the day", "daytime", "daylight"),
    "afternoon": ("afternoon", "afternoons", "late afternoon", "golden hour", "golden light"),
    "sunset": ("sunset", "sunsets", "evening", "sundown", "setting sun"),
    "dusk": ("dusk", "twilight", "nightfall", "blue hour", "gloaming", "dusky"),
    "night": (
        "night",
        "nights",
        "midnight",
        "nighttime",
        "night time",
        "moonlight",
        "moonlit",
        "moon",
        "starry",
        "stars",
        "starlight",
        "starlit",
        "nocturnal",
        "at dark",
        "after dark",
    ),
}
WEATHER_WORDS: dict[str, tuple[str, ...]] = {
    "clear": (
        "clear",
        "cloudless",
        "sunny",
        "sunlit",
        "sunshine",
        "blue sky",
        "blue skies",
        "clear sky",
        "clear skies",
        "fine weather",
        "bright sunlight",
    ),
    "cloudy": ("cloudy", "clouds", "cloud", "overcast", "clouded", "gray sky", "grey sky", "gloomy", "cumulus"),
    "foggy": ("foggy", "fog", "mist", "misty", "mists", "haze", "hazy", "brume", "fogbound", "smoky"),
}
NEGATIONS = frozenset({"no", "without", "not", "non"})
# Words that carry no content of their own: neither understood nor worth reporting as ignored.
_STOP = """
a an the of at in on by with and or to from into over under near for is are was be it its this that these those there
here my our your his her their some any very all as while during through across between behind above below up down out
off around along view scene panorama panoramic picture image photo photograph 360 degree degrees vr equirectangular
hdri time weather day light hour
"""
STOP_WORDS = frozenset(_STOP.split())
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@cache
def _lexicon() -> dict[tuple[str, ...], tuple[str, str]]:
    """Every known phrase as a tuple of words -> (slot, meaning)."""
    lexicon: dict[tuple[str, ...], tuple[str, str]] = {}
    for place in registry().values():
        for phrase in (place.name, *place.words):
            lexicon[tuple(phrase.split())] = ("place", place.name)
    for slot, table in (("time", TIME_WORDS), ("weather", WEATHER_WORDS)):
        for meaning, phrases in table.items():
            for phrase in phrases:
                lexicon[tuple(phrase.split())] = (slot, meaning)
    return lexicon


def vocabulary() -> dict[str, dict[str, tuple[str, ...]]]:
    """Everything that is understood: slot ("place", "time", "weather") -> meaning -> the words and phrases for it."""
    table: dict[str, dict[str, tuple[str, ...]]] = {"place": {}, "time": {}, "weather": {}}
    for phrase, (slot, meaning) in _lexicon().items():
        table[slot][meaning] = (*table[slot].get(meaning, ()), " ".join(phrase))
    return table


class _Found(NamedTuple):
    """A known phrase in a prompt: its first word, the one past its last, what it sets, and to which value."""

    first: int
    past: int
    slot: str
    meaning: str


def _phrases(words: list[str]) -> list[_Found]:
    """The known phrases of a prompt in order, the longest at each word."""
    lexicon = _lexicon()
    longest = max(len(phrase) for phrase in lexicon)
    found = []
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            entry = lexicon.get(tuple(words[at : at + length]))
            if entry is None:
                continue
            slot, meaning = entry
            first = at
            if slot == "weather" and at and words[at - 1] in NEGATIONS:
                first, meaning = at - 1, "cloudy" if meaning == "clear" else "clear"
            found.append(_Found(first, at + length, slot, meaning))
            at += length
            break
        else:
            at += 1
    return found


def _winner(found: list[_Found], slot: str) -> _Found | None:
    """The phrase that decides a slot: the first, or for places the last of those that stand side by side."""
    named = [phrase for phrase in found if phrase.slot == slot]
    if not named:
        return None
    winner = named[0]
    if slot == "place":
        for phrase in named[1:]:
            if phrase.first != winner.past:
                break
            winner = phrase
    return winner


def understand(prompt: str) -> Understanding:
    """What a prompt means to the sketch engine.

    Args:
        prompt: any text with at least one letter or digit.

    Returns:
        The scene with the account of its words; what is not named is assumed and said.

    Raises:
        InputError: the prompt has no word in it.
    """
    words = _WORD.findall(prompt.lower())
    if not words:
        raise InputError(f"the prompt {prompt!r} has no word in it; describe a place, such as 'a forest at dawn'")
    found = _phrases(words)
    defaults = {"place": DEFAULT_PLACE, "time": DEFAULT_TIME, "weather": DEFAULT_WEATHER}
    winners = {slot: winner for slot in defaults if (winner := _winner(found, slot))}
    chosen = {slot: winner.meaning for slot, winner in winners.items()}
    # Another word for what was chosen anyway is understood too.
    kept = [phrase for phrase in found if chosen.get(phrase.slot) == phrase.meaning]
    used = {at for phrase in kept for at in range(phrase.first, phrase.past)}
    silent = STOP_WORDS | NEGATIONS
    return Understanding(
        spec=SceneSpec(**{**defaults, **chosen}),
        understood=tuple((" ".join(words[phrase.first : phrase.past]), phrase.meaning) for phrase in kept),
        ignored=tuple(dict.fromkeys(w for at, w in enumerate(words) if at not in used and w not in silent)),
        assumed=tuple(value for slot, value in defaults.items() if slot not in chosen),
    )
