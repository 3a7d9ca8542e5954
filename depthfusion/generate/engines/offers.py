"""What there is to choose from, and what each engine still needs."""

from __future__ import annotations

from dataclasses import dataclass

from depthfusion.generate import parts, rules
from depthfusion.generate.engines.ldm3d import name_of
from depthfusion.generate.engines.sketch import Sketch
from ldm3d import checkpoints


@dataclass(frozen=True)
class Offer:
    """An engine that a person may choose.

    Attributes:
        name: what a request calls it.
        description: what it is, in words.
        options: the names of the options that it has beyond the common ones.
        parts: whether the program's parts that it needs are installed.
        download: about how many bytes it still needs from the hub; 0: none.
    """

    name: str
    description: str
    options: frozenset[str]
    parts: bool = True
    download: int = 0

    @property
    def ready(self) -> bool:
        """Whether it can work now."""
        return self.parts and not self.download


def offers() -> list[Offer]:
    """Return the engines: sketch, the known checkpoints, and others that are complete in the cache."""
    have = parts.installed()
    there = {one.name: one for one in checkpoints.installed() if one.kind == "ldm3d"}
    listed = [Offer(Sketch.name, Sketch.description, Sketch.options)]
    for known in checkpoints.known():
        if known.kind == "ldm3d":
            found = there.pop(known.name, None)
            need = known.about if found is None else 0 if found.complete else max(known.about - found.bytes, 1)
            listed.append(Offer(name_of(known), known.says, rules.options_of(known.name), have, need))
    others = [name for name, found in there.items() if found.complete]
    return listed + [Offer(name, "colour and depth", rules.options_of(name), have) for name in others]
