"""Engines, estimators and enlargers: what is ready, and what the others need, in words. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from depthfusion.errors import InputError, MachineError
from depthfusion.generate import parts, rules
from depthfusion.generate.engines import Offer, Sketch, offers, options_of, resolve
from depthfusion.generate.request import GenerationRequest
from ldm3d import checkpoints
from ldm3d.amounts import in_words
from ldm3d.checkpoints import Checkpoint, Known, hub_name

LANCZOS = "lanczos"
FAST = "fast"
PANORAMA = (1024, 512)  # what the published checkpoints make


@dataclass(frozen=True)
class Entry:
    """One engine.

    Attributes:
        name: what a request calls it.
        words: what it is, and what it needs.
        options: the names of the options that it has beyond the common ones.
        parts: whether the program's parts that it needs are installed.
        checkpoint: what is to be downloaded first, by its name on the hub; empty: nothing.
        own: what it takes where an option is left to it, by the option's name.
    """

    name: str
    words: str
    options: frozenset[str]
    parts: bool = True
    checkpoint: str = ""
    own: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether it can work now."""
        return self.parts and not self.checkpoint


@dataclass(frozen=True)
class Engines:
    """All engines. `entry(name)` tells of any, also of one that is not listed.

    Attributes:
        listed: those to choose from.
        estimators: what makes depth of a picture.
        enlargers: what makes a panorama larger.
        fillers: what fills that which is hidden behind edges.
        lacks: the parts of LDM3D in words, with their size, where they are not installed; else empty.
    """

    listed: tuple[Entry, ...] = ()
    estimators: tuple[Entry, ...] = ()
    enlargers: tuple[Entry, ...] = ()
    fillers: tuple[Entry, ...] = ()
    lacks: str = ""

    @property
    def parts(self) -> bool:
        """Whether the parts of LDM3D are installed."""
        return not self.lacks

    def entry(self, name: str) -> Entry:
        """Return what is known of the engine that a request calls `name`."""
        found = next((entry for entry in self.listed if entry.name == name), None)
        if found is not None:
            return found
        hub = hub_name(name)
        if hub is None:
            words = _needs(self.lacks, 0) if self.lacks else f"ready if it is a checkpoint: {name}"
            return Entry(name, words, options_of(name), self.parts)
        same = next((entry for entry in self.listed if hub_name(entry.name) == hub), None)
        if same is not None:
            return replace(same, name=name)
        return Entry(name, _needs(self.lacks, None), options_of(name), self.parts, hub)


def survey() -> Engines:
    """Look what is there. Reads the disk, for a thread; nothing is loaded, and the network is not asked."""
    offered = offers()
    lacks = _parts_in_words()
    engines = (_auto(offered), *(_entry(offer, lacks) for offer in offered))
    there = {one.name: one for one in checkpoints.installed()}
    estimators, networks = (
        tuple(_tool(known, there.get(known.name), lacks) for known in checkpoints.known() if known.kind == kind)
        for kind in ("estimator", "sr")
    )
    own = Entry(LANCZOS, "ready — sharp and quick, invents nothing", frozenset())
    quick = Entry(FAST, "ready — continues the background at once", frozenset())
    painters = tuple(entry for entry in engines if entry.name not in {rules.AUTO, rules.SKETCH})
    return Engines(engines, estimators, (own, *networks), (quick, *painters), lacks)


def _tool(known: Known, there: Checkpoint | None, lacks: str) -> Entry:
    """Return an estimator or enlarger that is known by name."""
    complete = there is not None and there.complete
    need = 0 if complete else max(known.about - there.bytes, 1) if there is not None else known.about
    name = known.aliases[0] if known.aliases else known.name
    words = f"{_needs(lacks, need)} — {known.says}"
    return Entry(name, words, frozenset(), not lacks, "" if complete else known.name)


def _parts_in_words() -> str:
    if parts.installed():
        return ""
    if not parts.can_install():
        return "the LDM3D parts"
    try:
        return f"the LDM3D parts (about {in_words(parts.bytes_needed())})"
    except (InputError, MachineError):
        return "the LDM3D parts"


def _entry(offer: Offer, lacks: str) -> Entry:
    missing = (hub_name(offer.name) or "") if offer.download else ""
    state = _needs("" if offer.parts else lacks, offer.download)
    known = checkpoints.known_by(offer.name)
    own: dict[str, Any] = {"size": Sketch.size} if offer.name == rules.SKETCH else {}
    if known is not None:
        own = {"size": PANORAMA, "steps": known.steps, "guidance": known.guidance}
    return Entry(offer.name, f"{state} — {offer.description}", offer.options, offer.parts, missing, own)


def _needs(lacks: str, download: int | None) -> str:
    """Return what is needed: the parts, and a download of so many bytes (None: of unknown size)."""
    needed = [lacks] if lacks else []
    if download is None:
        needed.append("a download")
    elif download:
        needed.append(f"a {in_words(download)} download")
    return f"needs {' and '.join(needed)}" if needed else "ready"


def _auto(offered: list[Offer]) -> Entry:
    """Return what `auto` takes now, with the options of that engine."""
    try:
        engine, completed, why = resolve(GenerationRequest(prompt="a world"))
    except (InputError, MachineError) as error:
        return Entry(rules.AUTO, str(error), frozenset())
    if engine.name == rules.SKETCH and not any(offer.ready for offer in offered if offer.name != rules.SKETCH):
        why = "sketch, as no LDM3D engine is ready here"
    words = why.replace(" is used", "", 1).split("; choose")[0]
    own = {name: getattr(completed, name) for name in ("size", "steps", "guidance")}
    return Entry(rules.AUTO, words, engine.options, own=own)
