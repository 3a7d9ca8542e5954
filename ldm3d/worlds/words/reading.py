"""A prompt while it is being read: what each of its marks has turned out to mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ldm3d.worlds.words.marks import Mark


@dataclass
class Reading:
    """A prompt being read.

    Attributes:
        marks: the prompt.
        said: index of a mark -> what it turned out to mean, for the account.
        negated: indices of marks that are wished away.
        lost: indices of marks that cannot count.
    """

    marks: Sequence[Mark]
    said: dict[int, list[str]] = field(default_factory=dict)
    negated: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    assumed: list[str] = field(default_factory=list)

    def say(self, at: int, meaning: str) -> None:
        """Note what a mark means."""
        if meaning not in self.said.setdefault(at, []):
            self.said[at].append(meaning)

    def each(self, slot: str) -> Iterator[tuple[int, Mark]]:
        """The marks that have a slot and count, with their indices."""
        for at, mark in enumerate(self.marks):
            if slot in mark and at not in self.negated and at not in self.lost:
                yield at, mark
