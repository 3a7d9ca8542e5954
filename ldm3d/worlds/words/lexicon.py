"""The lexicon: every known phrase with what it may mean, and how words that are not in it are found after all.

A phrase has one meaning in each of several slots: "clouds" is a weather, a thing that can be wished away, and the noun
to which "pink" belongs. Which of them counts, the sentence decides (`sentence`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

import ldm3d.worlds.words.colours as colours
import ldm3d.worlds.words.grammar as grammar
import ldm3d.worlds.words.moods as moods
import ldm3d.worlds.words.style as style
import ldm3d.worlds.words.tables as tables
from ldm3d.worlds.places import registry
from ldm3d.worlds.words.tables import singles

Meanings = Mapping[str, str]
_SHARP = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "’": "'"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# What a slot's words are told apart by in `vocabulary`.
SPOKEN = ("place", "time", "weather", "season", "mood", "density", "scale", "waves", "colour", "thing", "moons")


def normal(text: str) -> str:
    """Lower case without accents: "Wüste" and "WUSTE" are the same."""
    lower = text.lower()
    if lower.isascii():
        return lower
    lower = unicodedata.normalize("NFC", lower).translate(_SHARP)
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


def _entries() -> Iterator[tuple[str, str, str]]:
    """(phrase, slot, meaning) of every table and of every place."""
    for place in registry().values():
        yield from ((phrase, "place", place.name) for phrase in (place.name, *place.words))
        yield from ((phrase, "hint", place.name) for phrase in place.hints)
        yield from ((phrase, "shown", place.name) for phrase in place.shows)
    for slot, table in (
        ("time", tables.TIME_WORDS),
        ("time hint", tables.TIME_HINTS),
        ("weather", tables.WEATHER_WORDS),
        ("season", tables.SEASON_WORDS),
        ("mood", moods.MOOD_WORDS),
        ("density", tables.DENSITY_WORDS),
        ("scale", tables.SCALE_WORDS),
        ("waves", tables.WAVE_WORDS),
        ("thing", tables.THING_WORDS),
        ("moons", tables.MOON_WORDS),
        ("target", colours.TARGET_WORDS),
        ("colour", {name: (name, *phrases) for name, (_, phrases) in colours.COLOURS.items()}),
        ("relation", grammar.RELATION_WORDS),
        ("lone", {"lone": tables.LONE_WORDS}),
        ("negation", {"no": grammar.NEGATIONS}),
        ("next", {"behind": grammar.BEHIND_NEXT, "around": grammar.AROUND_NEXT}),
        ("far", {"after": grammar.FAR_AFTER, "before": grammar.FAR_BEFORE}),
        ("style", {"style": (*style.STYLE_WORDS, *style.ARTISTS)}),
        ("figure", {"figure": grammar.FIGURES}),
        ("blind", {"blind": grammar.BLIND}),
    ):
        for meaning, phrases in table.items():
            yield from ((phrase, slot, meaning) for phrase in phrases)
    for phrase, (target, colour) in colours.IMPLIED.items():
        yield phrase, "implied", f"{target}:{colour}"


def key_of(phrase: str) -> tuple[str, ...]:
    """A phrase as the lexicon knows it."""
    return tuple(normal(phrase).replace("'", " ").split())


@cache
def lexicon() -> dict[tuple[str, ...], dict[str, str]]:
    """Every known phrase as a tuple of normal words -> slot -> meaning; the first meaning in a slot stays."""
    known: dict[tuple[str, ...], dict[str, str]] = {}
    for phrase, slot, meaning in _entries():
        for spelling in {phrase, phrase.translate(_UMLAUTS)}:
            known.setdefault(key_of(spelling), {}).setdefault(slot, meaning)
    for words, means in known.items():
        if "implied" in means and "place" not in means:
            # "lavender field" names a field as well.
            for word in words:
                if "place" in (entry := known.get((word,), {})):
                    means["place"] = entry["place"]
    return known


@cache
def longest() -> int:
    """The number of words in the longest phrase."""
    return max(map(len, lexicon()))


def vocabulary() -> dict[str, dict[str, tuple[str, ...]]]:
    """Everything that is understood: slot -> meaning -> the words and phrases for it.

    The slots are "place", "time", "weather", "season", "mood", "density", "scale", "waves", "colour", "thing" and
    "moons".
    """
    table: dict[str, dict[str, tuple[str, ...]]] = {slot: {} for slot in SPOKEN}
    for phrase, slot, meaning in _entries():
        if slot in table and phrase not in (listed := table[slot].get(meaning, ())):
            table[slot][meaning] = (*listed, phrase)
    return table


# Endings that German, Spanish and English words take: what is cut, and what is put in its place.
_ENDINGS = (
    ("es", ""), ("er", ""), ("en", ""), ("em", ""), ("e", ""), ("s", ""), ("n", ""), ("os", "o"), ("as", "o"),
    ("a", "o"), ("as", "a"),
)  # fmt: skip
_LINKS = ("", "s", "n", "en", "e", "es")
_BENDABLE = frozenset(("place", "weather", "season", "mood", "colour", "density", "scale", "waves", "time", "lone"))
_COMPOUNDABLE = frozenset(("place", "time", "weather", "season"))
# English words one slip away from a known one, which are meant as they stand.
_MEANT = singles(
    """
    allkeys aquarius arcade beached beachy benches bisque blazes bleach breach butter called caller callers calling
    camping canoes canton cascaded cathedra cattle chaplet chilli claves confer consts cottager creamy crypto cryptv
    curled curses curved delaying dessert desserts diffuse diffuser dreamlite dreams easier feeder fiends folder
    freeing galley gently george georges glooms gloves grovel grover growing halfway hardest health hunting indoor
    inferior inland inlands internal jupyter leader lighting likely marian marine marines marked marker markers martin
    median midway mister mourning muster packets palates pasted pastes pearls petrov places planes posture pounds
    preach ptlast purpled radian radians rained raising relating relaying resnet riders riffle router routes saturate
    saturates scores scream screams sealed shadow shadows shares showed showing simmer slated slater sliver slower
    slowing smoothing snowball snowflake solver sowing spaced spacer sparing sprand springy sprint stamps steams
    stepped stores storks string strset submit submits subset subsets summary summed temped temper templet ticket
    topics turkish verbal villager villagers violent volley volleys walker wander winder winner winners winterm winver
    wooden
    """
)


def inflected(word: str) -> Meanings | None:
    """The meanings of a word that has an ending: "verschneiter", "nevadas", or None."""
    known = lexicon()
    for ending, instead in _ENDINGS:
        stem = word[: len(word) - len(ending)] + instead
        if word.endswith(ending) and len(stem) >= 5 and (entry := known.get((stem,))) and _BENDABLE & entry.keys():
            return entry
    return None


def compound(word: str) -> tuple[Meanings, Meanings] | None:
    """The two parts of a word that is put together of places, times, weathers or seasons: "Bergdorf", "Winterwald"."""
    known = lexicon()

    def part(text: str) -> Meanings | None:
        entry = known.get((text,)) if len(text) >= 3 else None
        return entry if entry and _COMPOUNDABLE & entry.keys() else None

    for cut in range(len(word) - 3, 2, -1):
        last = part(word[cut:])
        if last is None:
            continue
        for link in _LINKS:
            head = word[:cut]
            if head.endswith(link) and (first := part(head[: len(head) - len(link)])):
                return first, last
    return None


_GUESSABLE = frozenset(("place", "time", "weather", "season", "mood", "colour"))


@cache
def _deletions() -> dict[str, tuple[str, ...]]:
    """Every single word of at least five letters, and each with a letter left out -> the words it came from."""
    table: dict[str, tuple[str, ...]] = {}
    for phrase, entry in lexicon().items():
        word = phrase[0]
        if len(phrase) == 1 and len(word) >= 5 and _GUESSABLE & entry.keys():
            for form in {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}:
                table[form] = (*table.get(form, ()), word)
    return table


def one_slip(a: str, b: str) -> bool:
    """Whether one letter left out, put in, exchanged or swapped with its neighbour makes `b` of `a`."""
    short, long = sorted((a, b), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((i for i, c in enumerate(short) if c != long[i]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return swapped or short[at + 1 :] == long[at + 1 :]


@lru_cache(maxsize=4096)
def guessed(word: str) -> str | None:
    """The known word that a misspelt word of at least six letters is one slip away from, or None.

    The deletions of both meet (the idea of SymSpell), so the cost does not depend on the lexicon's size.
    """
    if not 6 <= len(word) <= 24 or word in _MEANT or not word.isalpha():
        return None
    table = _deletions()
    forms = {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
    near = {known for form in forms for known in table.get(form, ()) if known[0] == word[0] and one_slip(word, known)}
    # Of several the one of the same length, then by the alphabet; a wrong first letter makes another word.
    return min(near, key=lambda known: (abs(len(known) - len(word)), known), default=None)
