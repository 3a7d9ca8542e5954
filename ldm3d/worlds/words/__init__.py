"""Prompt understanding: words to a `SceneSpec`, with an account of every word.

A prompt is cut into marks, the longest known phrase first (`marks`, `lexicon`); `mentions` decides where one stands,
`bind` to which noun an adjective belongs, and `sentence` puts the scene together. The words stand in `tables`,
`colours`, `moods` and `style`, and those of each place in its own file.
"""

from __future__ import annotations

from ldm3d.errors import InputError
from ldm3d.worlds.spec import Understanding
from ldm3d.worlds.words.lexicon import vocabulary
from ldm3d.worlds.words.marks import cut
from ldm3d.worlds.words.sentence import read, silent

__all__ = ["understand", "vocabulary"]


def understand(prompt: str) -> Understanding:
    """What a prompt means to the sketch engine.

    Args:
        prompt: any text with at least one letter or digit.

    Returns:
        The scene with the account of its words; what is not named is assumed and said.

    Raises:
        InputError: the prompt has no word in it.
    """
    marks, parameters = cut(prompt)
    if not marks:
        raise InputError(f"the prompt {_short(prompt)} has no word in it; describe a place, such as 'a forest at dawn'")
    spec, reading = read(marks)
    understood: list[tuple[str, str]] = []
    ignored: list[str] = []
    style = list(parameters)
    for at, mark in enumerate(marks):
        if at in reading.said:
            text = (
                f"{marks[at - 1].text} {mark.text}"
                if at in reading.negated and "negation" in marks[at - 1]
                else mark.text
            )
            understood.extend((text, meaning) for meaning in reading.said[at])
        elif "style" in mark:
            style.append(mark.text)
        elif not silent(mark):
            ignored.append(mark.text)
    return Understanding(
        spec=spec,
        understood=tuple(dict.fromkeys(understood)),
        ignored=tuple(dict.fromkeys(ignored)),
        assumed=tuple(reading.assumed),
        style=tuple(dict.fromkeys(style)),
        guessed=tuple(
            dict.fromkeys((mark.text, mark.guess) for at, mark in enumerate(marks) if mark.guess and at in reading.said)
        ),
    )


def _short(prompt: str) -> str:
    return repr(prompt if len(prompt) <= 60 else prompt[:57] + "…")
