"""The engines as the window offers them: what is ready, and what the others need, in words. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from depthfusion.errors import InputError, MachineError
from depthfusion.generate import parts, rules
from depthfusion.generate.engines import Offer, offers, options_of, resolve
from depthfusion.generate.request import GenerationRequest
from ldm3d.amounts import in_words
from ldm3d.checkpoints import hub_name

PARTS = "the LDM3D parts (about 2 GB)"


@dataclass(frozen=True)
class Entry:
    """One engine.

    Attributes:
        name: what a request calls it.
        words: what it is, and what it needs.
        options: the names of the options that it has beyond the common ones.
        parts: whether the program's parts that it needs are installed.
        checkpoint: what is to be downloaded first, by its name on the hub; empty: nothing.
    """

    name: str
    words: str
    options: frozenset[str]
    parts: bool = True
    checkpoint: str = ""

    @property
    def ready(self) -> bool:
        """Whether it can work now."""
        return self.parts and not self.checkpoint


@dataclass(frozen=True)
class Engines:
    """All engines. `entry(name)` tells of any, also of one that is not listed."""

    listed: tuple[Entry, ...] = ()
    parts: bool = False
    _known: dict[str, Entry] = field(default_factory=dict)

    def entry(self, name: str) -> Entry:
        """Return what is known of the engine that a request calls `name`."""
        found = next((entry for entry in self.listed if entry.name == name), None)
        if found is not None:
            return found
        hub = hub_name(name)
        if hub is None:
            lacks = "" if self.parts else f"needs {PARTS}"
            return Entry(name, lacks or f"a checkpoint in {Path(name).parent}", options_of(name), self.parts)
        same = next((entry for entry in self.listed if hub_name(entry.name) == hub), None)
        if same is not None:
            return Entry(name, same.words, same.options, same.parts, same.checkpoint)
        return Entry(name, _needs(self.parts, None), options_of(name), self.parts, hub)


def survey() -> Engines:
    """Look what is there. Reads the disk, for a thread; nothing is loaded, and the network is not asked."""
    offered = offers()
    return Engines((_auto(offered), *map(_entry, offered)), parts.installed())


def _entry(offer: Offer) -> Entry:
    missing = (hub_name(offer.name) or "") if offer.download else ""
    state = "ready" if offer.ready else _needs(offer.parts, offer.download)
    return Entry(offer.name, f"{state} — {offer.description}", offer.options, offer.parts, missing)


def _needs(have_parts: bool, download: int | None) -> str:
    lacks = [] if have_parts else [PARTS]
    if download is None:
        lacks.append("a download")
    elif download:
        lacks.append(f"a {in_words(download)} download")
    return f"needs {' and '.join(lacks)}" if lacks else "ready"


def _auto(offered: list[Offer]) -> Entry:
    """Return what `auto` takes now, with the options of that engine."""
    try:
        engine, _, why = resolve(GenerationRequest(prompt="a world"))
    except (InputError, MachineError) as error:
        return Entry(rules.AUTO, str(error), frozenset())
    if engine.name == rules.SKETCH and not any(offer.ready for offer in offered if offer.name != rules.SKETCH):
        return Entry(rules.AUTO, "sketch, as no LDM3D engine is ready here", engine.options)
    return Entry(rules.AUTO, why.replace(" is used", "", 1).split("; choose")[0], engine.options)
