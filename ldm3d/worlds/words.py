"""Prompt understanding: words to a `SceneSpec`, with an account of every word.

A prompt is cut into lower-case words. At each position the longest known phrase wins ("golden hour" before "golden").
Of several places the first counts, except that of places side by side the last does, as in "mountain meadow"; of
several times or weathers the first counts. A negation turns a weather into clear ("no fog", "without clouds").
"""

from __future__ import annotations

import re
from functools import cache

from ldm3d.errors import InputError
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import DEFAULT_PLACE, DEFAULT_TIME, DEFAULT_WEATHER, SceneSpec, Understanding

TIME_WORDS: dict[str, tuple[str, ...]] = {
    "dawn": ("dawn", "daybreak", "sunrise", "first light", "early morning", "break of day", "crack of dawn", "sun rise"),
    "morning": ("morning", "mornings", "forenoon", "late morning"),
    "noon": ("noon", "midday", "high noon", "noontime", "lunchtime", "middle of the day", "daytime", "daylight"),
    "afternoon": ("afternoon", "afternoons", "late afternoon", "golden hour", "golden light"),
    "sunset": (
        "sunset", "sunsets", "dusk", "evening", "twilight", "sundown", "nightfall", "blue hour", "gloaming",
        "setting sun", "dusky",
    ),
    "night": (
        "night", "nights", "midnight", "nighttime", "night time", "moonlight", "moonlit", "moon", "starry", "stars",
        "starlight", "starlit", "nocturnal", "at dark", "after dark",
    ),
}  # fmt: skip
WEATHER_WORDS: dict[str, tuple[str, ...]] = {
    "clear": (
        "clear", "cloudless", "sunny", "sunlit", "sunshine", "blue sky", "blue skies", "clear sky", "clear skies",
        "fine weather", "bright sunlight",
    ),
    "cloudy": ("cloudy", "clouds", "cloud", "overcast", "clouded", "gray sky", "grey sky", "gloomy", "cumulus"),
    "foggy": ("foggy", "fog", "mist", "misty", "mists", "haze", "hazy", "brume", "fogbound", "smoky"),
}  # fmt: skip
NEGATIONS = frozenset({"no", "without", "not", "non"})
# Words that carry no content of their own: neither understood nor worth reporting as ignored.
STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "at",
        "in",
        "on",
        "by",
        "with",
        "and",
        "or",
        "to",
        "from",
        "into",
        "over",
        "under",
        "near",
        "for",
        "is",
        "are",
        "was",
        "be",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "there",
        "here",
        "my",
        "our",
        "your",
        "his",
        "her",
        "their",
        "some",
        "any",
        "very",
        "all",
        "as",
        "while",
        "during",
        "through",
        "across",
        "between",
        "behind",
        "above",
        "below",
        "up",
        "down",
        "out",
        "off",
        "around",
        "along",
        "s",
        "view",
        "scene",
        "panorama",
        "panoramic",
        "picture",
        "image",
        "photo",
        "photograph",
        "360",
        "degree",
        "degrees",
        "vr",
        "equirectangular",
        "hdri",
        "time",
        "weather",
        "day",
        "light",
        "hour",
    ]
)
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


def _phrases(words: list[str]) -> list[tuple[int, int, str, str]]:
    """The known phrases of a prompt, longest first at each word: (first, past the last, slot, meaning)."""
    lexicon = _lexicon()
    longest = max(len(phrase) for phrase in lexicon)
    found = []
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            entry = lexicon.get(tuple(words[at : at + length]))
            if entry:
                found.append((at, at + length, *entry))
                at += length
                break
        else:
            at += 1
    return found


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
    chosen: dict[str, str] = {}
    kept: dict[str, tuple[int, int, str]] = {}
    ends: dict[str, int] = {}
    used: set[int] = set()
    for first, last, slot, named in _phrases(words):
        meaning, start = named, first
        if slot == "weather" and first and words[first - 1] in NEGATIONS:
            start = first - 1
            meaning = "clear" if named != "clear" else "cloudy"
        head_of_compound = slot == "place" and ends.get(slot) == first
        if slot not in chosen or head_of_compound or chosen[slot] == meaning:
            chosen[slot] = meaning
            kept[slot] = (start, last, meaning)
            ends[slot] = last
            used.update(range(start, last))
    # Of a compound such as "mountain meadow" the first half was set aside again.
    understood = sorted(kept.values())
    used = {at for start, last, _ in understood for at in range(start, last)} | {
        at for at in used if chosen_by_word(words[at]) in chosen.values()
    }
    ignored = dict.fromkeys(
        word for at, word in enumerate(words) if at not in used and word not in STOP_WORDS and word not in NEGATIONS
    )
    defaults = {"place": DEFAULT_PLACE, "time": DEFAULT_TIME, "weather": DEFAULT_WEATHER}
    return Understanding(
        spec=SceneSpec(**{**defaults, **chosen}),
        understood=tuple((" ".join(words[start:last]), meaning) for start, last, meaning in understood),
        ignored=tuple(ignored),
        assumed=tuple(value for slot, value in defaults.items() if slot not in chosen),
    )


def chosen_by_word(word: str) -> str | None:
    """What a single word means, or None."""
    entry = _lexicon().get((word,))
    return entry[1] if entry else None
