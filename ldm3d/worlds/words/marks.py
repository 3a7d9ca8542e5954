"""A prompt cut into marks: known phrases, stop words and unknown words, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import ldm3d.worlds.words.lexicon as lx
from ldm3d.worlds.words.grammar import GERMAN_ONLY, GERMAN_SIGNS, STOP_WORDS
from ldm3d.worlds.words.style import without_markup

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_BREAK = re.compile(r"[,.;:!?()\[\]{}|/\n\r\t–—\"“”]|\s-+\s")
# "treeless" is "without trees".
_LESS = {"tree": "trees", "moon": "moon", "star": "stars", "flower": "flowers", "snow": "snow"}


class Token(NamedTuple):
    """A word as written in lower case, its normal form, whether punctuation stands before it, whether it is a name."""

    text: str
    key: str
    breaks: bool
    capital: bool


@dataclass(frozen=True)
class Mark:
    """A stretch of the prompt with what it may mean.

    Attributes:
        text: the words as written, in lower case.
        key: the normal words with single spaces.
        first: index of its first token.
        past: the index after its last token.
        breaks: whether punctuation stands before it.
        means: slot -> meaning; {} for unknown words, {"stop": ...} for words without content.
        guess: the word that it was taken as, where it is misspelt.
    """

    text: str
    key: str
    first: int
    past: int
    breaks: bool
    means: lx.Meanings
    guess: str | None = None

    def __contains__(self, slot: str) -> bool:
        return slot in self.means

    def __getitem__(self, slot: str) -> str:
        return self.means[slot]

    @property
    def unknown(self) -> bool:
        """Whether nothing is known of it."""
        return not self.means


def tokens(text: str) -> list[Token]:
    """The words of a text."""
    found: list[Token] = []
    past = 0
    for match in _WORD.finditer(text):
        word = match.group()
        key = lx.normal(word)
        key = key.removesuffix("'s") if key.endswith("'s") else key.replace("'", "")
        breaks = bool(found) and bool(_BREAK.search(text, past, match.start()))
        found.append(Token(word.lower(), key, breaks, word[0].isupper()))
        past = match.end()
    return found


def cut(prompt: str) -> tuple[list[Mark], tuple[str, ...]]:
    """The marks of a prompt, and the parameters of other tools that were taken out of it."""
    plain, parameters = without_markup(prompt)
    words = tokens(plain)
    german = any(word.key in GERMAN_SIGNS for word in words)
    marks: list[Mark] = []
    at = 0
    while at < len(words):
        taken = list(_marks_at(words, at, german))
        marks.extend(taken)
        at = taken[-1].past
    return marks, parameters


def _marks_at(words: list[Token], at: int, german: bool) -> Iterator[Mark]:
    """The marks that begin at a token: one, or the two parts of a compound."""
    known = lx.lexicon()
    token = words[at]
    artist = _artist(words, at)
    if artist > at:
        yield _mark(words, at, artist, {"style": "artist"})
        return
    for length in range(min(lx.longest(), len(words) - at), 0, -1):
        past = at + length
        if any(word.breaks for word in words[at + 1 : past]):
            continue
        entry = known.get(tuple(word.key for word in words[at:past]))
        if entry is None or (length == 1 and not german and token.key in GERMAN_ONLY):
            continue
        yield _mark(words, at, past, entry)
        return
    key = token.key
    if key in STOP_WORDS or (key.isdigit() and len(key) < 5):
        yield _mark(words, at, at + 1, {"stop": key})
    elif key.endswith("less") and key[:-4] in _LESS:
        yield _mark(words, at, at + 1, {"without": _LESS[key[:-4]]})
    elif bent := lx.inflected(key):
        yield _mark(words, at, at + 1, bent)
    elif guess := lx.guessed(key):
        yield _mark(words, at, at + 1, known[guess,], guess)
    elif parts := (lx.compound(key) if len(key) <= 32 else None):
        for part in parts:
            yield _mark(words, at, at + 1, part)
    else:
        yield _mark(words, at, at + 1, {})


def _artist(words: list[Token], at: int) -> int:
    """Past the name in "by Anna Example", whose words are written as a name and not known; `at` where there is none."""
    known = lx.lexicon()
    past = at + 1
    if words[at].key != "by":
        return at
    while past < len(words) and past - at < 5 and words[past].capital and not words[past].breaks:
        if words[past].key in STOP_WORDS or ((words[past].key,) in known and "style" not in known[words[past].key,]):
            return at
        past += 1
    return past if past - at >= 2 else at


def _mark(words: list[Token], first: int, past: int, means: lx.Meanings, guess: str | None = None) -> Mark:
    run = words[first:past]
    return Mark(
        " ".join(word.text for word in run),
        " ".join(word.key for word in run),
        first,
        past,
        run[0].breaks,
        means,
        guess,
    )
